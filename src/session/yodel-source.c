#define G_LOG_DOMAIN "yodel-session"

#include <yodel/yodel-source.h>

#include <yodel/yodel-track.h>

G_DEFINE_INTERFACE (YodelSource, yodel_source, G_TYPE_OBJECT)

static void
yodel_source_default_init (YodelSourceInterface *iface)
{
}

/**
 * yodel_source_start:
 * @self: a source
 * @track: where its frames go
 *
 * Begins to push frames into @track. A session calls this for the source of each track it
 * sends; a program has no need to.
 */
void
yodel_source_start (YodelSource *self,
                    YodelTrack  *track)
{
  g_return_if_fail (YODEL_IS_SOURCE (self));
  g_return_if_fail (YODEL_IS_TRACK (track));

  YODEL_SOURCE_GET_IFACE (self)->start (self, track);
}

/**
 * yodel_source_stop:
 * @self: a source
 *
 * Ends what yodel_source_start() began; nothing is pushed after it has returned.
 */
void
yodel_source_stop (YodelSource *self)
{
  g_return_if_fail (YODEL_IS_SOURCE (self));

  YODEL_SOURCE_GET_IFACE (self)->stop (self);
}
