#define G_LOG_DOMAIN "yodel-audio"

#include "audio/arrival-history.h"

#define SEQUENCES YODEL_ARRIVAL_HISTORY_SEQUENCES
#define FRAMES    YODEL_ARRIVAL_HISTORY_FRAMES

void
yodel_arrival_history_init (YodelArrivalHistory *self)
{
  *self = (YodelArrivalHistory) { .started = FALSE };
  for (guint i = 0; i < SEQUENCES; i++)
    self->received[i] = self->asked[i] = G_MININT64;
}

gboolean
yodel_arrival_history_has_sequence (const YodelArrivalHistory *self,
                                    gint64                     sequence)
{
  return self->received[(guint64) sequence % SEQUENCES] == sequence;
}

void
yodel_arrival_history_push (YodelArrivalHistory *self,
                            gint64               sequence,
                            gint64               rtp_time,
                            guint                n_samples,
                            gint64               arrival_us)
{
  gint64 *slot = &self->received[(guint64) sequence % SEQUENCES];

  *slot = MAX (*slot, sequence);
  self->first_sequence = self->started ? MIN (self->first_sequence, sequence) : sequence;
  if (self->started && sequence <= self->last_sequence)
    return;

  self->started = TRUE;
  self->last_sequence = sequence;
  self->last_rtp_time = rtp_time;
  self->last_samples = n_samples;
  self->last_transit_us = arrival_us - rtp_time * 1000 / 48;
}

/* Was a frame of this time among the last, itself or a copy? */
gboolean
yodel_arrival_history_has_frame (const YodelArrivalHistory *self,
                                 gint64                     rtp_time)
{
  for (guint i = 0; i < MIN (self->n_frames, FRAMES); i++)
    if (self->frames[i] == rtp_time)
      return TRUE;

  return FALSE;
}

/* Returns: TRUE the first time that a frame of this time is heard of, itself or a copy. */
gboolean
yodel_arrival_history_push_frame (YodelArrivalHistory *self,
                                  gint64               rtp_time)
{
  if (yodel_arrival_history_has_frame (self, rtp_time))
    return FALSE;

  self->frames[self->n_frames % FRAMES] = rtp_time;
  self->n_frames = self->n_frames < FRAMES ? self->n_frames + 1 : FRAMES + (self->n_frames + 1) % FRAMES;
  return TRUE;
}

/* The peer was asked to send it once more: when it comes, its delay is not that of the path. */
void
yodel_arrival_history_ask (YodelArrivalHistory *self,
                           gint64               sequence)
{
  self->asked[(guint64) sequence % SEQUENCES] = sequence;
}

gboolean
yodel_arrival_history_was_asked (const YodelArrivalHistory *self,
                                 gint64                     sequence)
{
  return self->asked[(guint64) sequence % SEQUENCES] == sequence;
}

/* The oldest sequence number that can still be answered for. */
gint64
yodel_arrival_history_oldest (const YodelArrivalHistory *self)
{
  return MAX (self->first_sequence, self->last_sequence - SEQUENCES + 1);
}

/* The RTP time that a packet which never came would have, if all are as long as the last one. */
gint64
yodel_arrival_history_guess_time (const YodelArrivalHistory *self,
                                  gint64                     sequence)
{
  return self->last_rtp_time - (self->last_sequence - sequence) * self->last_samples;
}
