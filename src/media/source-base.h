/* What all sources of this room share: one thread, the track it pushes into, and the first error. */
#pragma once

#include <yodel/yodel.h>

#define YODEL_TYPE_SOURCE_BASE (yodel_source_base_get_type ())
G_DECLARE_DERIVABLE_TYPE (YodelSourceBase, yodel_source_base, YODEL, SOURCE_BASE, GObject)

/* run: the thread; returns soon after yodel_source_base_is_closing() turned true.
 * wake: ends a wait of @run that is not in yodel_source_base_wait_until().
 * starting: (nullable): on the track's thread, before it is pushed into. */
struct _YodelSourceBaseClass
{
  GObjectClass parent_class;

  void (*run)  (YodelSourceBase *self);
  void (*wake) (YodelSourceBase *self);
  void (*starting) (YodelSourceBase *self,
                    YodelTrack      *track);
};

void     yodel_source_base_launch      (YodelSourceBase *self,
                                        const char      *thread_name);
void     yodel_source_base_close       (YodelSourceBase *self);
gboolean yodel_source_base_is_closing  (YodelSourceBase *self);
guint    yodel_source_base_get_starts  (YodelSourceBase *self);
gboolean yodel_source_base_wait_started (YodelSourceBase *self);
gboolean yodel_source_base_wait_until  (YodelSourceBase *self,
                                        gint64           deadline_us);
gboolean yodel_source_base_push_audio  (YodelSourceBase *self,
                                        const gint16    *samples,
                                        gsize            n_samples,
                                        guint            channels,
                                        gint64           captured_us);
gboolean yodel_source_base_push_video  (YodelSourceBase *self,
                                        YodelVideoFrame *frame);
void     yodel_source_base_fail        (YodelSourceBase *self,
                                        GError          *error);
