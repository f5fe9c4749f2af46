#define G_LOG_DOMAIN "yodel-media"

#include "media/test/stamp.h"

#include <string.h>

#define CELLS 20u
#define BLACK 16
#define WHITE 235

static guint
with_check (guint16 number)
{
  guint check = (number >> 12) + (number >> 8 & 15) + (number >> 4 & 15) + (number & 15);

  return (guint) number << 4 | (check & 15);
}

/* Returns: how many rows of a picture the stamp takes */
guint
yodel_stamp_rows (guint height)
{
  return MIN (MAX (height / 16, 4), height);
}

void
yodel_stamp_draw (YodelVideoFrame *frame,
                  guint16          number)
{
  const guint rows = yodel_stamp_rows (frame->height);
  const guint bits = with_check (number);

  for (guint row = 0; row < rows; row++)
    for (guint cell = 0; cell < CELLS; cell++)
      {
        guint begin = cell * frame->width / CELLS;
        guint end = (cell + 1) * frame->width / CELLS;

        memset (frame->y + (gsize) row * frame->y_stride + begin,
                bits >> (CELLS - 1 - cell) & 1 ? WHITE : BLACK, end - begin);
      }

  for (guint row = 0; row < rows / 2; row++)
    {
      memset (frame->u + (gsize) row * frame->u_stride, 128, (frame->width + 1) / 2);
      memset (frame->v + (gsize) row * frame->v_stride, 128, (frame->width + 1) / 2);
    }
}

/* The middle of a cell decides: its edges are blurred. */
static gboolean
read_cell (const YodelVideoFrame *frame,
           guint                  cell)
{
  const guint rows = yodel_stamp_rows (frame->height);
  const guint begin = cell * frame->width / CELLS;
  const guint end = (cell + 1) * frame->width / CELLS;
  const guint margin = (end - begin) / 4;
  guint sum = 0;
  guint count = 0;

  for (guint row = rows / 4; row < MAX (rows * 3 / 4, rows / 4 + 1); row++)
    for (guint column = begin + margin; column < end - margin; column++, count++)
      sum += frame->y[(gsize) row * frame->y_stride + column];

  return count > 0 && sum / count > (BLACK + WHITE) / 2;
}

/* Returns: FALSE if there is none, or it was damaged; then @number is untouched */
gboolean
yodel_stamp_read (const YodelVideoFrame *frame,
                  guint16               *number)
{
  guint bits = 0;

  for (guint cell = 0; cell < CELLS; cell++)
    bits = bits << 1 | (guint) read_cell (frame, cell);

  if (with_check ((guint16) (bits >> 4)) != bits)
    return FALSE;

  *number = (guint16) (bits >> 4);
  return TRUE;
}
