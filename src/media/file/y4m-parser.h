/* Turns the bytes of a YUV4MPEG2 stream into pictures, however the bytes come in. */
#pragma once

#include <yodel/yodel-video-frame.h>

#include "media/file/y4m-header.h"

typedef struct _YodelY4mParser YodelY4mParser;

YodelY4mParser       *yodel_y4m_parser_new        (void);
void                  yodel_y4m_parser_free       (YodelY4mParser  *self);
gsize                 yodel_y4m_parser_push       (YodelY4mParser  *self,
                                                   const guint8    *data,
                                                   gsize            size,
                                                   GError         **error);
YodelVideoFrame      *yodel_y4m_parser_pop        (YodelY4mParser  *self);
const YodelY4mHeader *yodel_y4m_parser_get_header (YodelY4mParser  *self);
void                  yodel_y4m_parser_rewind     (YodelY4mParser  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelY4mParser, yodel_y4m_parser_free)
