/* Whatever the bytes: no more pictures than they hold, each of a size that the header allows. */
#include "media/file/y4m-parser.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (YodelY4mParser) parser = yodel_y4m_parser_new ();
  gsize pixels = 0;

  for (gsize at = 0; at < size;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (YodelVideoFrame) frame = NULL;
      gsize taken = yodel_y4m_parser_push (parser, data + at, MIN (size - at, 1 + size / 3), &error);

      g_assert (taken > 0 && taken <= size - at);
      at += taken;
      frame = yodel_y4m_parser_pop (parser);
      if (frame != NULL)
        {
          const YodelY4mHeader *header = yodel_y4m_parser_get_header (parser);

          g_assert (frame->width == header->width && frame->height == header->height);
          pixels += yodel_y4m_frame_bytes (header);
          g_assert (pixels <= size);
        }
      if (error != NULL)
        break;
    }
  return 0;
}
