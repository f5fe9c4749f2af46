/* Microphones, cameras, loudspeakers and windows. */
#pragma once

#include <yodel/yodel.h>

YodelSource *yodel_device_source_new (YodelMediaKind   kind,
                                      const char      *name,
                                      GError         **error);
YodelSink   *yodel_device_sink_new   (YodelMediaKind   kind,
                                      const char      *name,
                                      GError         **error);
