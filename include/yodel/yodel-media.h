/* Ready-made sources and sinks, by the specification strings of the command line. */
#pragma once

#include <yodel/yodel.h>

G_BEGIN_DECLS

YODEL_API
YodelSource *yodel_media_source_new (YodelMediaKind   kind,
                                     const char      *spec,
                                     GError         **error);

YODEL_API
YodelSink   *yodel_media_sink_new   (YodelMediaKind   kind,
                                     const char      *spec,
                                     GError         **error);

YODEL_API
GVariant    *yodel_media_list_devices (GError       **error);

G_END_DECLS
