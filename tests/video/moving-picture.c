#include "video/moving-picture.h"

#include <math.h>
#include <string.h>

#define TEXTURE_SIDE 512u

/* Two waves for shapes, a hash for grain. */
static guint8
luma_at (guint x,
         guint y)
{
  guint32 grain = (x * 2654435761u) ^ (y * 40503u);
  int wave = 60 * sin (x / 23.0) * cos (y / 17.0) + 30 * sin ((x + 2 * y) / 7.0);

  grain = (grain ^ grain >> 13) * 0x5bd1e995u;
  return 125 + wave + (int) (grain >> 28);
}

static const guint8 *
texture_row (guint y)
{
  static guint8 texture[TEXTURE_SIDE][TEXTURE_SIDE];

  if (texture[0][0] == 0)
    for (guint row = 0; row < TEXTURE_SIDE; row++)
      for (guint x = 0; x < TEXTURE_SIDE; x++)
        texture[row][x] = luma_at (x, row);

  return texture[y % TEXTURE_SIDE];
}

YodelVideoFrame *
moving_picture_new (guint width,
                    guint height,
                    guint index)
{
  YodelVideoFrame *frame = yodel_video_frame_new (width, height);
  guint dx = 2 * index, dy = 40 + 30 * sin (index / 15.0);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      frame->y[y * frame->y_stride + x] = texture_row (y + dy)[(x + dx) % TEXTURE_SIDE];

  for (guint y = 0; y < (height + 1) / 2; y++)
    {
      memset (frame->u + y * frame->u_stride, 110 + y % 64 / 2, (width + 1) / 2);
      memset (frame->v + y * frame->v_stride, 140 - y % 32, (width + 1) / 2);
    }

  return frame;
}

double
moving_picture_psnr (const YodelVideoFrame *a,
                     const YodelVideoFrame *b)
{
  double sum = 0;

  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);

  for (guint y = 0; y < a->height; y++)
    for (guint x = 0; x < a->width; x++)
      {
        int difference = a->y[y * a->y_stride + x] - b->y[y * b->y_stride + x];

        sum += difference * difference;
      }

  if (sum == 0)
    return 100;

  return 10 * log10 (255.0 * 255.0 * a->width * a->height / sum);
}

static gboolean
planes_equal (const guint8 *a,
              guint         a_stride,
              const guint8 *b,
              guint         b_stride,
              guint         width,
              guint         height)
{
  for (guint y = 0; y < height; y++)
    if (memcmp (a + y * a_stride, b + y * b_stride, width) != 0)
      return FALSE;

  return TRUE;
}

gboolean
moving_picture_equal (const YodelVideoFrame *a,
                      const YodelVideoFrame *b)
{
  guint uv_width = (a->width + 1) / 2, uv_height = (a->height + 1) / 2;

  return a->width == b->width && a->height == b->height
         && planes_equal (a->y, a->y_stride, b->y, b->y_stride, a->width, a->height)
         && planes_equal (a->u, a->u_stride, b->u, b->u_stride, uv_width, uv_height)
         && planes_equal (a->v, a->v_stride, b->v, b->v_stride, uv_width, uv_height);
}
