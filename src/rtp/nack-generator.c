#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/nack-generator.h"

#include <string.h>

/* A request is said so often, this far apart: it may be lost as well, and waiting a round trip to
 * find out is what a viewer sees as a freeze.  The sender answers once a round trip. */
#define ROUND_REQUESTS 3
#define ECHO_US        (10 * (gint64) 1000)

/* Before one was measured. */
#define DEFAULT_RTT_US (100 * (gint64) 1000)

/* So many gaps that fill sooner bring the wait down to theirs. */
#define WAIT_MEMORY    32

typedef struct
{
  gint64 sequence;
  gint64 noticed_us;
  gint64 first_us;          /* the first request */
  gint64 asked_us;          /* the first in this round */
  gint64 requested_us;      /* the last time */
  guint  n_requests;
} Missing;

struct _YodelNackGenerator
{
  gboolean          started;
  gboolean          overflow;
  gint64            highest_sequence;
  gint64            rtt_us;
  gint64            wait_us;          /* before the first request: reordering may yet fill the gap */
  YodelNackCounters counters;
  guint             n_missing;
  Missing           missing[YODEL_NACK_MAX_MISSING];   /* by sequence */
};

YodelNackGenerator *
yodel_nack_generator_new (void)
{
  YodelNackGenerator *self = g_new0 (YodelNackGenerator, 1);

  self->rtt_us = DEFAULT_RTT_US;
  return self;
}

void
yodel_nack_generator_free (YodelNackGenerator *self)
{
  g_free (self);
}

void
yodel_nack_generator_set_rtt (YodelNackGenerator *self,
                              gint64              rtt_us)
{
  self->rtt_us = rtt_us;
}

/* A little above the round-trip time, which varies: a request that meets its answer on the way
 * brings the packet twice. */
static gint64
get_repeat_us (const YodelNackGenerator *self)
{
  return MAX (YODEL_NACK_MIN_REPEAT_US, self->rtt_us + self->rtt_us / 8);
}

/* The index of the first missing packet that is not before @sequence. */
static guint
find_index (const YodelNackGenerator *self,
            gint64                    sequence)
{
  guint low = 0, high = self->n_missing;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (self->missing[middle].sequence < sequence)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
remove_range (YodelNackGenerator *self,
              guint               first,
              guint               n)
{
  self->n_missing -= n;
  memmove (self->missing + first, self->missing + first + n,
           (self->n_missing - first) * sizeof *self->missing);
}

/* Up at once, down slowly: a needless request costs a packet, a wait some milliseconds. */
static void
learn_wait (YodelNackGenerator *self,
            gint64              late_us)
{
  gint64 target_us = MIN (late_us + late_us / 4, YODEL_NACK_MAX_WAIT_US);

  if (target_us > self->wait_us)
    self->wait_us = target_us;
  else
    self->wait_us -= (self->wait_us - target_us) / WAIT_MEMORY;
}

/* Returns: whether the packet is late enough to be the answer to a request */
static gboolean
fill_gap (YodelNackGenerator *self,
          guint               index,
          gboolean            recovered,
          gint64              now_us)
{
  const Missing *missing = &self->missing[index];

  /* Where the peer retransmits in the same stream, only the time tells repeats from stragglers: since
   * the first request, for any of them may have been answered. */
  gboolean may_answer = missing->n_requests > 0 && now_us - missing->first_us >= self->rtt_us / 2;

  recovered |= may_answer;
  if (recovered)
    self->counters.n_recovered++;
  else
    self->counters.n_reordered++;
  learn_wait (self, recovered ? 0 : now_us - missing->noticed_us);
  remove_range (self, index, 1);
  return may_answer;
}

static void
add_gap (YodelNackGenerator *self,
         gint64              first,
         gint64              n,
         gint64              now_us)
{
  if (n > YODEL_NACK_MAX_MISSING - (gint64) self->n_missing)
    {
      self->n_missing = 0;
      self->overflow = TRUE;
      return;
    }

  for (gint64 i = 0; i < n; i++)
    self->missing[self->n_missing++] = (Missing) { .sequence = first + i, .noticed_us = now_us };
  self->counters.n_missed += n;
}

/* A packet came; @recovered if a retransmission or redundancy brought it.
 * Returns: whether it was missed, asked for, and came no sooner than an answer can */
gboolean
yodel_nack_generator_push (YodelNackGenerator *self,
                           gint64              sequence,
                           gboolean            recovered,
                           gint64              now_us)
{
  guint index;

  if (!self->started)
    {
      self->started = TRUE;
      self->highest_sequence = sequence;
      return FALSE;
    }

  if (sequence > self->highest_sequence)
    {
      add_gap (self, self->highest_sequence + 1, sequence - self->highest_sequence - 1, now_us);
      self->highest_sequence = sequence;
      return FALSE;
    }

  index = find_index (self, sequence);
  return index < self->n_missing && self->missing[index].sequence == sequence
         && fill_gap (self, index, recovered, now_us);
}

/* Nothing before @sequence is of use any more: a key frame begins there, or it was played. */
void
yodel_nack_generator_clear_before (YodelNackGenerator *self,
                                   gint64              sequence)
{
  remove_range (self, 0, find_index (self, sequence));
}

/* @sequence is of no use any more, those before it may be. */
void
yodel_nack_generator_forget (YodelNackGenerator *self,
                             gint64              sequence)
{
  guint index = find_index (self, sequence);

  if (index < self->n_missing && self->missing[index].sequence == sequence)
    remove_range (self, index, 1);
}

static gboolean
is_hopeless (const YodelNackGenerator *self,
             const Missing            *missing,
             gint64                    now_us)
{
  if (now_us - missing->noticed_us >= YODEL_NACK_GIVE_UP_US)
    return TRUE;
  return missing->n_requests >= YODEL_NACK_MAX_REQUESTS
         && now_us - missing->asked_us >= get_repeat_us (self);
}

static gint64
get_request_us (const YodelNackGenerator *self,
                const Missing            *missing)
{
  if (missing->n_requests == 0)
    return missing->noticed_us + self->wait_us;
  if (missing->n_requests % ROUND_REQUESTS != 0)
    return missing->requested_us + MIN (ECHO_US, get_repeat_us (self));

  return missing->asked_us + get_repeat_us (self);
}

/* Lists the packets to ask for now, in order.  More are due when it fills the list.
 *
 * Returns: how many there are */
guint
yodel_nack_generator_poll (YodelNackGenerator *self,
                           guint16            *sequence_numbers,
                           guint               capacity,
                           gint64              now_us)
{
  guint kept = 0, n = 0;

  for (guint i = 0; i < self->n_missing; i++)
    {
      Missing missing = self->missing[i];

      if (is_hopeless (self, &missing, now_us))
        {
          self->counters.n_given_up++;
          continue;
        }

      if (n < capacity && now_us >= get_request_us (self, &missing))
        {
          sequence_numbers[n++] = (guint16) missing.sequence;
          missing.requested_us = now_us;
          if (missing.n_requests == 0)
            missing.first_us = now_us;
          if (missing.n_requests % ROUND_REQUESTS == 0)
            missing.asked_us = now_us;
          missing.n_requests++;
        }
      self->missing[kept++] = missing;
    }

  self->n_missing = kept;
  self->counters.n_requested += n;
  return n;
}

/* More was lost than is worth asking for: the list was emptied, and the stream needs a key frame.
 *
 * Returns: %TRUE once for each time */
gboolean
yodel_nack_generator_take_overflow (YodelNackGenerator *self)
{
  gboolean overflow = self->overflow;

  self->overflow = FALSE;
  return overflow;
}

/* When to poll next; G_MAXINT64 if nothing is missing. */
gint64
yodel_nack_generator_next_deadline_us (const YodelNackGenerator *self)
{
  gint64 deadline_us = G_MAXINT64;

  for (guint i = 0; i < self->n_missing; i++)
    {
      const Missing *missing = &self->missing[i];

      deadline_us = MIN (deadline_us, get_request_us (self, missing));
      deadline_us = MIN (deadline_us, missing->noticed_us + YODEL_NACK_GIVE_UP_US);
    }
  return deadline_us;
}

guint
yodel_nack_generator_get_n_missing (const YodelNackGenerator *self)
{
  return self->n_missing;
}

/* @index: below the number of those missing, the oldest first. */
gint64
yodel_nack_generator_get_missing (const YodelNackGenerator *self,
                                  guint                     index)
{
  g_assert (index < self->n_missing);
  return self->missing[index].sequence;
}

gint64
yodel_nack_generator_get_wait_us (const YodelNackGenerator *self)
{
  return self->wait_us;
}

const YodelNackCounters *
yodel_nack_generator_get_counters (const YodelNackGenerator *self)
{
  return &self->counters;
}
