#define G_LOG_DOMAIN "yodel-media"

#include "media/test/test-picture.h"

#include <math.h>
#include <string.h>

#include "media/test/stamp.h"
#include "media/test/test-tone.h"

#define WIDTH   YODEL_TEST_PICTURE_WIDTH
#define HEIGHT  YODEL_TEST_PICTURE_HEIGHT
#define RADIUS  30
#define FLOOR_Y (HEIGHT - 44)

/* Glyphs of 5 x 7 dots, a byte a row, leftmost dot in bit 4. */
static const struct
{
  char   character;
  guint8 rows[7];
} glyphs[] = {
  { '0', { 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e } },
  { '1', { 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e } },
  { '2', { 0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f } },
  { '3', { 0x1f, 0x02, 0x04, 0x06, 0x01, 0x11, 0x0e } },
  { '4', { 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 } },
  { '5', { 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e } },
  { '6', { 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e } },
  { '7', { 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 } },
  { '8', { 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e } },
  { '9', { 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c } },
  { ':', { 0x00, 0x04, 0x04, 0x00, 0x04, 0x04, 0x00 } },
  { '.', { 0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c } },
  { '#', { 0x0a, 0x0a, 0x1f, 0x0a, 0x1f, 0x0a, 0x0a } },
  { 'y', { 0x00, 0x00, 0x11, 0x11, 0x0f, 0x01, 0x0e } },
  { 'o', { 0x00, 0x00, 0x0e, 0x11, 0x11, 0x11, 0x0e } },
  { 'd', { 0x01, 0x01, 0x0f, 0x11, 0x11, 0x11, 0x0f } },
  { 'e', { 0x00, 0x00, 0x0e, 0x11, 0x1f, 0x10, 0x0e } },
  { 'l', { 0x0c, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e } },
};

/* A wave from -1 to 1 by table, 256 steps round. */
static int
wave (int turn)
{
  static gsize ready;
  static gint8 table[256];

  if (g_once_init_enter (&ready))
    {
      for (int i = 0; i < 256; i++)
        table[i] = (gint8) lrint (127 * sin (i * G_PI / 128));
      g_once_init_leave (&ready, 1);
    }
  return table[turn & 255];
}

/* Bands of light that drift over a night sky: smooth, so that a codec shows its steps. */
static void
draw_sky (YodelVideoFrame *frame,
          int              t)
{
  for (guint row = 0; row < HEIGHT; row++)
    {
      guint8 *y = frame->y + (gsize) row * frame->y_stride;
      int dusk = 34 + (int) row * 46 / (int) HEIGHT;

      for (guint column = 0; column < WIDTH; column++)
        {
          int bend = wave ((int) column / 4 + t) / 8;
          int band = wave (((int) row + bend) * 2 / 3 - t / 2 + (int) column / 6);

          y[column] = (guint8) (dusk + MAX (band, 0) * 60 / 127);
        }
    }

  for (guint row = 0; row < HEIGHT / 2; row++)
    {
      guint8 *u = frame->u + (gsize) row * frame->u_stride;
      guint8 *v = frame->v + (gsize) row * frame->v_stride;

      for (guint column = 0; column < WIDTH / 2; column++)
        {
          u[column] = (guint8) (142 + wave ((int) column / 3 - t / 3 + (int) row / 2) * 20 / 127);
          v[column] = (guint8) (112 + wave ((int) row - (int) column / 4 + t / 4) * 26 / 127);
        }
    }
}

static void
draw_floor (YodelVideoFrame *frame)
{
  for (guint row = FLOOR_Y; row < HEIGHT; row++)
    {
      guint8 *y = frame->y + (gsize) row * frame->y_stride;

      for (guint column = 0; column < WIDTH; column++)
        y[column] = (guint8) (y[column] / 2 + (row == FLOOR_Y ? 60 : 12));
    }
}

static void
draw_shadow (YodelVideoFrame *frame,
             int              x,
             int              height)
{
  const int half = RADIUS + height / 8;

  for (int dy = -6; dy <= 6; dy++)
    for (int dx = -half; dx <= half; dx++)
      {
        int px = x + dx;
        int distance = dx * dx * 256 / (half * half) + dy * dy * 256 / 36;

        if (distance < 256 && px >= 0 && px < (int) WIDTH)
          {
            guint8 *y = frame->y + (gsize) ((int) FLOOR_Y + 10 + dy) * frame->y_stride + px;

            *y = (guint8) (*y * (160 + distance * 96 / 256) / 256);
          }
      }
}

/* Lit from the upper left. */
static void
draw_ball (YodelVideoFrame *frame,
           int              x,
           int              y)
{
  for (int dy = -RADIUS; dy <= RADIUS; dy++)
    for (int dx = -RADIUS; dx <= RADIUS; dx++)
      {
        int px = x + dx;
        int py = y + dy;
        int light = (dx + 10) * (dx + 10) + (dy + 12) * (dy + 12);

        if (dx * dx + dy * dy > RADIUS * RADIUS || px < 0 || px >= (int) WIDTH || py < 0 || py >= (int) HEIGHT)
          continue;
        frame->y[(gsize) py * frame->y_stride + (gsize) px] = (guint8) MAX (222 - light * 150 / (RADIUS * RADIUS * 2), 60);
        frame->u[(gsize) (py / 2) * frame->u_stride + (gsize) (px / 2)] = 74;
        frame->v[(gsize) (py / 2) * frame->v_stride + (gsize) (px / 2)] = 186;
      }
}

static void
fill_dot (YodelVideoFrame *frame,
          guint            x,
          guint            y,
          guint            size,
          guint8           luma)
{
  for (guint row = y; row < MIN (y + size, HEIGHT); row++)
    if (x < WIDTH)
      memset (frame->y + (gsize) row * frame->y_stride + x, luma, MIN (size, WIDTH - x));
}

static void
draw_text (YodelVideoFrame *frame,
           const char      *text,
           guint            x,
           guint            y,
           guint            dot,
           guint8           luma)
{
  for (; *text != '\0'; text++, x += 6 * dot)
    for (guint i = 0; i < G_N_ELEMENTS (glyphs); i++)
      if (glyphs[i].character == *text)
        for (guint row = 0; row < 7; row++)
          for (guint column = 0; column < 5; column++)
            if (glyphs[i].rows[row] >> (4 - column) & 1)
              fill_dot (frame, x + column * dot, y + row * dot, dot, luma);
}

/* With a shadow, so that it can be read on any ground. */
static void
draw_label (YodelVideoFrame *frame,
            const char      *text,
            guint            x,
            guint            y,
            guint            dot)
{
  draw_text (frame, text, x + MAX (dot / 2, 1), y + MAX (dot / 2, 1), dot, 20);
  draw_text (frame, text, x, y, dot, 228);
}

/* Draws the frame of that number; 30 a second.  Returns: (transfer full): it, with timestamp 0 */
YodelVideoFrame *
yodel_test_picture_new (guint64 index)
{
  const guint64 ms = index * 1000 / YODEL_TEST_PICTURE_RATE_HZ;
  const double beat = (double) (ms % YODEL_TEST_BEAT_MS) / YODEL_TEST_BEAT_MS;
  const int height = (int) (4 * beat * (1 - beat) * 170);
  const int run = (int) (ms / 8 % (2 * (WIDTH - 4 * RADIUS)));
  const int x = 2 * RADIUS + (run < (int) WIDTH - 4 * RADIUS ? run : 2 * ((int) WIDTH - 4 * RADIUS) - run);
  YodelVideoFrame *frame = yodel_video_frame_new (WIDTH, HEIGHT);
  char text[32];

  draw_sky (frame, (int) (index % 6144));     /* 6144: all waves are back where they began */
  draw_floor (frame);
  draw_shadow (frame, x, height);
  draw_ball (frame, x, (int) FLOOR_Y + 6 - RADIUS - height);

  g_snprintf (text, sizeof text, "%02u:%02u.%02u", (guint) (ms / 60000 % 100), (guint) (ms / 1000 % 60),
              (guint) (ms / 10 % 100));
  draw_label (frame, text, 152, 46, 7);
  draw_label (frame, "yodel", 20, HEIGHT - 28, 3);
  g_snprintf (text, sizeof text, "#%06u", (guint) (index % 1000000));
  draw_label (frame, text, WIDTH - 146, HEIGHT - 28, 3);
  yodel_stamp_draw (frame, (guint16) (index & 0xffff));

  return frame;
}
