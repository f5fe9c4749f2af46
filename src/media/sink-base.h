/* What all sinks of this room share: how much was written and lost, and the first error. */
#pragma once

#include <yodel/yodel.h>

#define YODEL_TYPE_SINK_BASE (yodel_sink_base_get_type ())
G_DECLARE_DERIVABLE_TYPE (YodelSinkBase, yodel_sink_base, YODEL, SINK_BASE, GObject)

struct _YodelSinkBaseClass
{
  GObjectClass parent_class;
};

void yodel_sink_base_count_written (YodelSinkBase *self);
void yodel_sink_base_count_dropped (YodelSinkBase *self);
void yodel_sink_base_fail          (YodelSinkBase *self,
                                    GError        *error);
