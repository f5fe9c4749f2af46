#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/competing.h"

#include "base/units.h"

#define HIGH_US          (50 * YODEL_US_PER_MS)
#define HIGH_FOR_US      (1500 * YODEL_US_PER_MS)
#define COMPARED_US      (1 * G_USEC_PER_SEC)       /* a queue of ours would have shrunk in this time */
#define STILL_THERE      0.8
#define MADE_WAY         0.7                        /* of what came through before */
#define OBEYED           1.3                        /* what comes through against the target: else the queue may be ours */
#define LOW_US           (15 * YODEL_US_PER_MS)
#define LOW_FOR_US       (1 * G_USEC_PER_SEC)
#define TEST_EVERY_US    (12 * G_USEC_PER_SEC)
#define TEST_FOR_US      (1 * G_USEC_PER_SEC)
#define TEST_SHARE       0.5
#define TEST_GONE        0.35                       /* of the queue before the test */
#define BACK_OFF         0.8
#define LOSS_PAUSE_US    (100 * YODEL_US_PER_MS)
#define FULL_WEIGHT      0.1
#define NEARLY_FULL      0.9                        /* here it is the rival's turn to overflow the queue */
#define PACKET_BITS      (1200 * 8.0)
#define LEAST_RISE       40000.0                    /* bit/s per second, for long round trips */
#define LEAST_FOR_US     (5 * G_USEC_PER_SEC)       /* we cannot make way any more ... */
#define LEAST_FACTOR     1.7
#define HIGH_SHARE       0.5                        /* ... and still the queue is high so often */
#define HIGH_LOSS        0.01                       /* a queue that overflows while we send so little */
#define HIGH_LOSS_SHARE  0.25                       /* ... may be high less often */
#define HIGH_MEMORY_US   (3 * G_USEC_PER_SEC)
#define PROBATION_US     (10 * G_USEC_PER_SEC)      /* whose queue is back so soon was there all the time */
#define BACK_FOR_US      (500 * YODEL_US_PER_MS)
#define FLOOR_FOR_US     (2500 * YODEL_US_PER_MS)   /* the delay of a report, and the time to tell who is back */
#define FAIR_START       0.6                        /* of what came through before we made way */

void
yodel_competing_init (YodelCompeting *self)
{
  *self = (YodelCompeting) { .lost_us = -1, .least_since_us = -1, .watched_us = -1, .left_us = -1, .high_since_us = -1, .low_since_us = -1, .test_until_us = -1 };
}

/* The queue about COMPARED_US ago; 0 if that is not known. */
static gint64
earlier_queue_us (const YodelCompeting *self,
                  gint64                now_us)
{
  for (guint i = 0; i < MIN (self->n_samples, YODEL_COMPETING_HISTORY); i++)
    {
      const YodelQueueSample *sample = &self->samples[(self->n_samples - 1 - i) % YODEL_COMPETING_HISTORY];

      if (sample->at_us <= now_us - COMPARED_US)
        return sample->queue_us;
    }
  return 0;
}

static gboolean
has_rival (const YodelCompeting      *self,
           const YodelCompetingInput *input,
           gint64                     now_us)
{
  gint64 earlier_us = earlier_queue_us (self, now_us);

  return self->high_since_us >= 0 && now_us - self->high_since_us >= HIGH_FOR_US && earlier_us > 0 &&
         input->queue_us >= STILL_THERE * earlier_us &&
         input->target_bps <= MADE_WAY * self->high_bps &&
         input->acknowledged_bps <= MADE_WAY * self->high_bps &&
         input->acknowledged_bps <= OBEYED * input->target_bps;
}

/* The queue seemed to be gone, we went back to the delay, and made way for what was there again. */
static gboolean
has_come_back (const YodelCompeting      *self,
               const YodelCompetingInput *input,
               gint64                     now_us)
{
  return self->left_us >= 0 && now_us - self->left_us < PROBATION_US &&
         self->high_since_us >= 0 && now_us - self->high_since_us >= BACK_FOR_US &&
         input->acknowledged_bps <= OBEYED * input->target_bps &&
         input->target_bps <= MADE_WAY * self->left_bps;
}

/* Who has met the path with a rival on it knows no better than that its queue is never quite empty:
 * then it only seems to come and go. */
static gboolean
has_rival_at_the_least (const YodelCompeting      *self,
                        const YodelCompetingInput *input,
                        gint64                     now_us)
{
  double share = input->loss >= HIGH_LOSS ? HIGH_LOSS_SHARE : HIGH_SHARE;

  return self->least_since_us >= 0 && now_us - self->least_since_us >= LEAST_FOR_US &&
         self->high_share >= share && input->acknowledged_bps <= OBEYED * input->target_bps;
}

static void
watch_share (YodelCompeting            *self,
             const YodelCompetingInput *input,
             gint64                     now_us)
{
  double weight = self->watched_us < 0 ? 0 : MIN ((now_us - self->watched_us) / (double) HIGH_MEMORY_US, 1);

  self->high_share += weight * ((input->queue_us >= HIGH_US) - self->high_share);
  self->watched_us = now_us;

  if (input->target_bps > LEAST_FACTOR * input->least_bps)
    self->least_since_us = -1;
  else if (self->least_since_us < 0)
    self->least_since_us = now_us;
}

static void
watch_queue (YodelCompeting            *self,
             const YodelCompetingInput *input,
             gint64                     now_us)
{
  self->samples[self->n_samples++ % YODEL_COMPETING_HISTORY] = (YodelQueueSample) { now_us, input->queue_us };

  if (input->queue_us < HIGH_US)
    self->high_since_us = -1;
  else if (self->high_since_us < 0)
    {
      self->high_since_us = now_us;
      self->high_bps = MAX (input->acknowledged_bps, 0);
    }
  else if (now_us - self->high_since_us < HIGH_FOR_US / 3)
    self->high_bps = MAX (input->acknowledged_bps, 0);      /* what came before the queue is out of it by then */

  if (input->queue_us >= LOW_US)
    self->low_since_us = -1;
  else if (self->low_since_us < 0)
    self->low_since_us = now_us;
}

static void
enter (YodelCompeting            *self,
       const YodelCompetingInput *input,
       gint64                     now_us)
{
  gboolean is_back = self->left_us >= 0 && now_us - self->left_us < PROBATION_US;

  self->is_active = TRUE;
  self->rate_bps = MAX (input->target_bps, is_back ? MADE_WAY * self->left_bps : FAIR_START * self->high_bps);
  self->moved_us = now_us;
  self->lost_us = -1;
  self->test_us = now_us + TEST_EVERY_US;
  self->test_until_us = -1;
}

/* Additive increase and multiplicative decrease, driven by loss alone. */
static void
follow_loss (YodelCompeting            *self,
             const YodelCompetingInput *input,
             gint64                     now_us)
{
  double seconds = MIN (now_us - self->moved_us, G_USEC_PER_SEC) / (double) G_USEC_PER_SEC;
  double rtt_s = MAX (input->rtt_us, 50 * YODEL_US_PER_MS) / (double) G_USEC_PER_SEC;
  gboolean is_answered = self->lost_us >= 0 && now_us - self->lost_us < input->rtt_us + LOSS_PAUSE_US;

  self->moved_us = now_us;
  if (input->has_loss)
    self->full_us = self->full_us > 0 ? self->full_us + FULL_WEIGHT * (input->queue_us - self->full_us) : input->queue_us;
  if (input->has_loss && !is_answered)
    {
      self->rate_bps *= BACK_OFF;
      self->lost_us = now_us;
    }
  else if (!is_answered && (self->full_us <= 0 || input->queue_us < NEARLY_FULL * self->full_us) &&
           (input->acknowledged_bps < 0 || self->rate_bps < 1.5 * input->acknowledged_bps))
    self->rate_bps += MAX (PACKET_BITS / rtt_s / rtt_s, LEAST_RISE) * seconds;
  self->rate_bps = CLAMP (self->rate_bps, input->min_bps, input->max_bps);
}

/* Returns: TRUE if making way has emptied the queue: it was ours, or the rival is gone */
static gboolean
run_test (YodelCompeting            *self,
          const YodelCompetingInput *input,
          gint64                     now_us)
{
  if (self->test_until_us < 0 && now_us >= self->test_us)
    {
      self->test_until_us = now_us + TEST_FOR_US + input->rtt_us;
      self->tested_queue_us = input->queue_us;
      self->rate_bps *= TEST_SHARE;
    }
  if (self->test_until_us < 0)
    return FALSE;
  if (input->queue_us < TEST_GONE * self->tested_queue_us)
    return TRUE;

  if (now_us >= self->test_until_us)
    {
      self->test_until_us = -1;
      self->test_us = now_us + TEST_EVERY_US;
      self->rate_bps /= TEST_SHARE;
    }
  return FALSE;
}

double
yodel_competing_get_floor_bps (const YodelCompeting *self,
                               gint64                now_us)
{
  if (self->is_active || self->left_us < 0 || now_us - self->left_us >= FLOOR_FOR_US)
    return 0;
  return TEST_SHARE * self->left_bps;
}

gboolean
yodel_competing_update (YodelCompeting            *self,
                        const YodelCompetingInput *input,
                        gint64                     now_us)
{
  gboolean was_active = self->is_active;

  watch_queue (self, input, now_us);
  watch_share (self, input, now_us);
  if (!was_active)
    {
      if (has_rival (self, input, now_us) || has_come_back (self, input, now_us) ||
          has_rival_at_the_least (self, input, now_us))
        enter (self, input, now_us);
      return self->is_active;
    }

  if (self->test_until_us < 0)
    follow_loss (self, input, now_us);
  if (run_test (self, input, now_us) ||
      (self->low_since_us >= 0 && now_us - self->low_since_us >= LOW_FOR_US))
    {
      self->is_active = FALSE;
      self->high_since_us = -1;
      self->left_us = now_us;
      self->left_bps = self->test_until_us >= 0 ? self->rate_bps / TEST_SHARE : self->rate_bps;
    }
  return was_active != self->is_active;
}
