#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/receive-window.h"

#include <string.h>

/* @size_packets is how far back packets are told apart: a power of two. */
void
yodel_receive_window_init (YodelReceiveWindow *self,
                           guint               size_packets)
{
  g_assert (size_packets >= YODEL_RECEIVE_WINDOW_MIN && size_packets <= YODEL_RECEIVE_WINDOW_MAX);
  g_assert ((size_packets & (size_packets - 1)) == 0);

  *self = (YodelReceiveWindow) { .size_packets = size_packets };
}

static guint64 *
find_word (YodelReceiveWindow *self,
           gint64              sequence,
           guint64            *bit)
{
  guint64 slot = (guint64) sequence % self->size_packets;

  *bit = G_GUINT64_CONSTANT (1) << slot % 64;
  return &self->seen[slot / 64];
}

static void
move_ahead (YodelReceiveWindow *self,
            gint64              sequence)
{
  guint64 bit;

  if (sequence - self->highest_sequence >= self->size_packets)
    memset (self->seen, 0, sizeof self->seen);
  else
    for (gint64 s = self->highest_sequence + 1; s < sequence; s++)
      *find_word (self, s, &bit) &= ~bit;

  self->highest_sequence = sequence;
  *find_word (self, sequence, &bit) |= bit;
}

static void
note_reordering (YodelReceiveWindow *self,
                 guint               packets)
{
  self->n_late++;
  self->reorder_packets_x16 += packets - self->reorder_packets_x16 / 16;
}

/* Is @sequence new?  Extended, so that it never wraps. */
YodelArrival
yodel_receive_window_push (YodelReceiveWindow *self,
                           gint64              sequence)
{
  gint64 behind = self->highest_sequence - sequence;
  guint64 *word;
  guint64 bit;

  if (!self->started)
    {
      self->started = TRUE;
      self->highest_sequence = sequence;
      behind = -1;
    }

  if (behind < 0)
    {
      move_ahead (self, sequence);
      return YODEL_ARRIVAL_NEW;
    }
  if (behind >= self->size_packets)
    return YODEL_ARRIVAL_TOO_OLD;

  word = find_word (self, sequence, &bit);
  if (*word & bit)
    {
      self->n_duplicate++;
      return YODEL_ARRIVAL_DUPLICATE;
    }
  *word |= bit;
  note_reordering (self, behind);
  return YODEL_ARRIVAL_LATE;
}

/* Did @sequence come, and is it still in the window? */
gboolean
yodel_receive_window_has (const YodelReceiveWindow *self,
                          gint64                    sequence)
{
  gint64 behind = self->highest_sequence - sequence;
  guint64 slot = (guint64) sequence % MAX (self->size_packets, 1);

  return self->started && behind >= 0 && behind < self->size_packets
         && (self->seen[slot / 64] >> slot % 64 & 1);
}

guint
yodel_receive_window_get_reorder_packets (const YodelReceiveWindow *self)
{
  return (self->reorder_packets_x16 + 8) / 16;
}
