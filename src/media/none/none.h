/* A source that gives nothing and a sink that keeps nothing. */
#pragma once

#include <yodel/yodel.h>

YodelSource *yodel_none_source_new (void);
YodelSink   *yodel_none_sink_new   (void);
