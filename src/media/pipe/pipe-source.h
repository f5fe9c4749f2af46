/* Takes sound or pictures out of a pipe as they come. */
#pragma once

#include <yodel/yodel.h>

YodelSource *yodel_pipe_source_new (YodelMediaKind   kind,
                                    const char      *path,
                                    int              fd,
                                    guint            channels);
