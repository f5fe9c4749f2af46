#define G_LOG_DOMAIN "yodel-session"

#include <yodel/yodel-sink.h>

#include "audio/channels.h"

G_DEFINE_INTERFACE (YodelSink, yodel_sink, G_TYPE_OBJECT)

static void
yodel_sink_default_init (YodelSinkInterface *iface)
{
}

/**
 * yodel_sink_write_audio:
 * @self: a sink
 * @samples: (array length=n_samples): 48 kHz mono
 * @n_samples: how many, 480 for the 10 ms of a session
 * @time_us: when they are to be heard, microseconds of the monotonic clock
 *
 * Hands 10 ms of sound to the sink. A sink that has no use for sound ignores it.
 */
void
yodel_sink_write_audio (YodelSink    *self,
                        const gint16 *samples,
                        gsize         n_samples,
                        gint64        time_us)
{
  YodelSinkInterface *iface;

  g_return_if_fail (YODEL_IS_SINK (self));

  iface = YODEL_SINK_GET_IFACE (self);
  if (iface->write_audio != NULL)
    iface->write_audio (self, samples, n_samples, time_us);
}

static void
write_mixed (YodelSink    *self,
             const gint16 *samples,
             gsize         n_samples,
             gint64        time_us)
{
  g_autofree gint16 *mixed = g_new (gint16, n_samples);

  yodel_channels_mix (samples, n_samples, mixed);
  yodel_sink_write_audio (self, mixed, n_samples, time_us);
}

/**
 * yodel_sink_write_stereo:
 * @self: a sink
 * @samples: (array): 48 kHz stereo, left and right in turn
 * @n_samples: how many of each channel, 480 for the 10 ms of a session
 * @time_us: when they are to be heard, microseconds of the monotonic clock
 *
 * Hands 10 ms of stereo sound to the sink. One that takes none gets the two channels mixed.
 */
void
yodel_sink_write_stereo (YodelSink    *self,
                         const gint16 *samples,
                         gsize         n_samples,
                         gint64        time_us)
{
  YodelSinkInterface *iface;

  g_return_if_fail (YODEL_IS_SINK (self));

  iface = YODEL_SINK_GET_IFACE (self);
  if (iface->write_stereo != NULL)
    iface->write_stereo (self, samples, n_samples, time_us);
  else if (iface->write_audio != NULL)
    write_mixed (self, samples, n_samples, time_us);
}

/**
 * yodel_sink_write_video:
 * @self: a sink
 * @frame: (transfer none): the picture to show now
 *
 * Hands one picture to the sink. A sink that has no use for pictures ignores it.
 */
void
yodel_sink_write_video (YodelSink       *self,
                        YodelVideoFrame *frame)
{
  YodelSinkInterface *iface;

  g_return_if_fail (YODEL_IS_SINK (self));

  iface = YODEL_SINK_GET_IFACE (self);
  if (iface->write_video != NULL)
    iface->write_video (self, frame);
}

/**
 * yodel_sink_finish:
 * @self: a sink
 *
 * Tells the sink that no more will come from one of its tracks.
 */
void
yodel_sink_finish (YodelSink *self)
{
  YodelSinkInterface *iface;

  g_return_if_fail (YODEL_IS_SINK (self));

  iface = YODEL_SINK_GET_IFACE (self);
  if (iface->finish != NULL)
    iface->finish (self);
}
