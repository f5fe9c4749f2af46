/* A line that gives back what goes in, a while later: the sink of a track and its source in one. */
#pragma once

#include <yodel/yodel.h>

#define YODEL_TYPE_ECHO_LINE (yodel_echo_line_get_type ())
G_DECLARE_FINAL_TYPE (YodelEchoLine, yodel_echo_line, YODEL, ECHO_LINE, GObject)

YodelEchoLine *yodel_echo_line_new (void);
