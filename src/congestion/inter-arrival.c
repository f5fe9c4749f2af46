#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/inter-arrival.h"

#include "base/units.h"

#define GROUP_US         (5 * YODEL_US_PER_MS)
#define BURST_GAP_US     (5 * YODEL_US_PER_MS)      /* packets released together by a link that slept */
#define BURST_US         (100 * YODEL_US_PER_MS)
#define SILENCE_US       (2 * G_USEC_PER_SEC)       /* deltas over such a pause say nothing */
#define REORDERED_LIMIT  3

void
yodel_inter_arrival_reset (YodelInterArrival *self)
{
  *self = (YodelInterArrival) { 0 };
}

static gboolean
belongs_to_burst (const YodelPacketGroup *group,
                  gint64                  sent_us,
                  gint64                  arrived_us)
{
  gint64 arrived_delta_us = arrived_us - group->last_arrived_us;
  gint64 sent_delta_us = sent_us - group->last_sent_us;

  if (sent_delta_us == 0)
    return TRUE;

  return arrived_delta_us < sent_delta_us && arrived_delta_us <= BURST_GAP_US &&
         arrived_us - group->first_arrived_us < BURST_US;
}

static void
begin (YodelPacketGroup *group,
       gint64            sent_us,
       gint64            arrived_us)
{
  *group = (YodelPacketGroup) {
    .started = TRUE,
    .first_sent_us = sent_us,
    .last_sent_us = sent_us,
    .first_arrived_us = arrived_us,
    .last_arrived_us = arrived_us,
  };
}

static gboolean
complete (YodelInterArrival *self,
          gint64            *sent_delta_us,
          gint64            *arrived_delta_us)
{
  if (!self->previous.started)
    return FALSE;

  *sent_delta_us = self->current.last_sent_us - self->previous.last_sent_us;
  *arrived_delta_us = self->current.last_arrived_us - self->previous.last_arrived_us;
  if (*arrived_delta_us >= 0)
    {
      self->n_reordered = 0;
      return TRUE;
    }

  if (++self->n_reordered >= REORDERED_LIMIT)
    yodel_inter_arrival_reset (self);
  return FALSE;
}

gboolean
yodel_inter_arrival_push (YodelInterArrival *self,
                          gint64             sent_us,
                          gint64             arrived_us,
                          gint64            *sent_delta_us,
                          gint64            *arrived_delta_us)
{
  YodelPacketGroup *current = &self->current;
  gboolean is_complete = FALSE;

  if (current->started && sent_us - current->last_sent_us > SILENCE_US)
    yodel_inter_arrival_reset (self);
  if (current->started && sent_us < current->first_sent_us)
    return FALSE;

  if (!current->started)
    {
      begin (current, sent_us, arrived_us);
      return FALSE;
    }

  if (sent_us - current->first_sent_us > GROUP_US && !belongs_to_burst (current, sent_us, arrived_us))
    {
      is_complete = complete (self, sent_delta_us, arrived_delta_us);
      self->previous = *current;
      begin (current, sent_us, arrived_us);
      return is_complete;
    }

  current->last_sent_us = MAX (current->last_sent_us, sent_us);
  current->last_arrived_us = MAX (current->last_arrived_us, arrived_us);
  return FALSE;
}
