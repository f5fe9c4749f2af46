/* Plays a clip into a track, at the pace of real time, over and over. */
#pragma once

#include "media/file/reader.h"

YodelSource *yodel_file_source_new (YodelMediaKind  kind,
                                    const char     *clip_name,
                                    YodelReader    *reader);
