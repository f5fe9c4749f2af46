#define G_LOG_DOMAIN "yodel-audio"

#include "audio/loss-controller.h"

#include <math.h>
#include <string.h>

#define MOST_BPS          160000      /* more than this protection never takes, headers included */
#define OVERHEAD_BYTES    58          /* IPv4, UDP, RTP, SRTP tag and a header extension */
#define COPY_BYTES        4           /* RED header of each copy; the primary's is 1, RFC 2198 section 3 */
#define DEFAULT_BPS       32000
#define LEAST_BPS         6000
#define USUAL_FRAME_MS    20
#define LONGEST_FRAME_MS  60
#define GOOD_BPS          16000       /* below this a copy costs more than it saves */
#define SHORT_FRAME_MS    10
#define SHORT_FRAME_BPS   28000       /* with two copies this is what MOST_BPS leaves; with less the speech loses what it gains */
#define LONG_FRAME_BPS    12000       /* below this longer frames save more than they cost in delay */
#define FEC_EXTRA_BPS     8000        /* what keeps the bandwidth of speech beside its in-band copy */
#define SURVIVAL_BPS      36000       /* a call that has no more than this has no room for pictures */
#define BURSTY            1.5         /* times as many packets lost in a row as are by chance, in the mean: ... */
#define STILL_BURSTY      1.25        /* ... a few dozen losses tell it to a tenth */
#define MOST_BY_CHANCE    0.35        /* a loss above that, seen for a moment, is no chance */
#define NACK_RTT_US       (70 * 1000) /* a longer round trip outlasts what the playout buffer waits */
#define NEAR_RTT_US       (15 * 1000) /* within a frame an answer comes no later than a copy in the next packet */
#define RTT_SLACK         4 / 3       /* what was in reach stays so up to this much more */
#define ALONE_LEVEL       1           /* up to here retransmission does without copies: two lost in a row are rare */
#define UNREPAIRED        0.02        /* more than concealment alone is good for */
#define UNREPAIRED_US     (3 * G_USEC_PER_SEC)
#define DISTRUST_US       (30 * G_USEC_PER_SEC)
#define MEMORY_US         10e6
#define CALM_US           (5 * G_USEC_PER_SEC)
#define RICH_US           (3 * G_USEC_PER_SEC)
#define LEAVE             0.8         /* a rung is left when loss falls to this share of where it begins */
#define RICHER            1.15        /* how much more rate it takes to believe in more rate */
#define STEP_UP           1.25        /* and how much more of it is believed at once where there is little */

typedef struct
{
  guint8 distances[YODEL_LOSS_MAX_DISTANCES];
  guint  n;
} Copies;

/* By measured intelligibility: up to 2 % concealment alone will do; a copy of the frame before is
 * worth its rate, while the in-band copy, for the quality it takes, pays from 5 % on; more copies
 * help little unless they are farther away, and against losses in a row only distance does.  In short
 * frames two copies are no farther away than one is in usual ones, and less is lost with a packet. */
typedef struct
{
  double   from_loss;
  gboolean in_band;      /* where there is no RED */
  Copies   random;
  Copies   quick;        /* the same in short frames, where there is room for them */
  Copies   bursty;
} Rung;

static const Rung ladder[] = {
  { 0.00, FALSE, .random = { { 0 },       0 } },
  { 0.02, FALSE, .random = { { 1 },       1 },                           .bursty = { { 1, 3 },    2 } },
  { 0.05, TRUE,  .random = { { 1 },       1 }, .quick = { { 1, 2 }, 2 }, .bursty = { { 1, 3, 5 }, 3 } },
  { 0.18, TRUE,  .random = { { 1, 2, 3 }, 3 },                           .bursty = { { 1, 3, 5 }, 3 } },
};

static const guint rates_bps[] = { 128000, 96000, 64000, 48000, 40000, 32000, 28000, 24000, 20000, 16000,
                                   14000, 12000, 10000, 8000, LEAST_BPS };

void
yodel_loss_controller_init (YodelLossController *self)
{
  *self = (YodelLossController) {
    .choice = { .fec = TRUE, .frame_ms = 20, .bitrate_bps = DEFAULT_BPS },
  };
}

static gint64
cost_bps (const YodelLossInput *input,
          guint                 bitrate_bps,
          guint                 n_copies,
          guint                 frame_ms)
{
  guint header = input->overhead_bytes > 0 ? input->overhead_bytes : OVERHEAD_BYTES;
  guint red = n_copies > 0 ? 1 + COPY_BYTES * n_copies : 0;

  return (gint64) bitrate_bps * (1 + n_copies) + (header + red) * 8000 / frame_ms;
}

/* The highest rate of the codec that fits; 0 where not even @least_bps does. */
static guint
fit (const YodelLossInput *input,
     gint64                available_bps,
     guint                 most_bps,
     guint                 least_bps,
     guint                 n_copies,
     guint                 frame_ms)
{
  for (guint i = 0; i < G_N_ELEMENTS (rates_bps); i++)
    if (rates_bps[i] <= most_bps && rates_bps[i] >= least_bps &&
        cost_bps (input, rates_bps[i], n_copies, frame_ms) <= available_bps)
      return rates_bps[i];

  return 0;
}

/* What is sent again costs only as much as is lost; but it has to be there in time. */
static void
judge_retransmission (YodelLossController  *self,
                      const YodelLossInput *input,
                      gint64                now_us)
{
  gboolean is_known = input->can_nack && input->rtt_us >= 0;

  self->in_reach = is_known && input->rtt_us <= (self->in_reach ? NACK_RTT_US * RTT_SLACK : NACK_RTT_US);
  self->near = is_known && input->rtt_us <= (self->near ? NEAR_RTT_US * RTT_SLACK : NEAR_RTT_US);

  if (!self->choice.nack || input->unrepaired < UNREPAIRED)
    self->unrepaired_since_us = 0;
  else if (self->unrepaired_since_us == 0)
    self->unrepaired_since_us = now_us;
  else if (now_us - self->unrepaired_since_us >= UNREPAIRED_US)
    self->alone_from_us = now_us + DISTRUST_US;
}

/* What one copy leaves open comes again as soon as a second one would. */
static gboolean
is_repaired_at_once (const YodelLossController *self,
                     gint64                     now_us)
{
  return self->near && now_us >= self->alone_from_us;
}

/* Retransmission does without copies: it comes as soon as they would, and costs next to nothing. */
static gboolean
spares_copies (const YodelLossController *self,
               gint64                     now_us)
{
  return is_repaired_at_once (self, now_us) && self->level <= ALONE_LEVEL;
}

/* In frames of the usual length. */
static const Copies *
find_copies (const YodelLossController *self,
             gint64                     now_us)
{
  const Rung *rung = &ladder[self->level];

  return self->bursty && !is_repaired_at_once (self, now_us) ? &rung->bursty : &rung->random;
}

static guint
longest_frame_ms (const YodelLossInput *input)
{
  return input->max_frame_ms > 0 ? MIN (input->max_frame_ms, LONGEST_FRAME_MS) : LONGEST_FRAME_MS;
}

static guint
usual_frame_ms (const YodelLossInput *input)
{
  return MIN (input->frame_ms > 0 ? input->frame_ms : USUAL_FRAME_MS, longest_frame_ms (input));
}

/* Short frames are for speech alone, and cost twice the headers. */
static gboolean
wants_short_frames (const YodelLossController *self,
                    const YodelLossInput      *input,
                    guint                      most_bps,
                    gint64                     now_us)
{
  return ladder[self->level].quick.n > 0 && !self->bursty && !is_repaired_at_once (self, now_us) && most_bps <= DEFAULT_BPS &&
         input->frame_ms == 0 && input->min_frame_ms <= SHORT_FRAME_MS;
}

static void
add_copies (const YodelLossController *self,
            const YodelLossInput      *input,
            gint64                     available_bps,
            guint                      most_bps,
            gint64                     now_us,
            YodelLossProtection       *result)
{
  const Copies *copies = find_copies (self, now_us), *quick = &ladder[self->level].quick;

  if (!input->can_red || spares_copies (self, now_us))
    return;

  if (wants_short_frames (self, input, most_bps, now_us) &&
      fit (input, available_bps, most_bps, SHORT_FRAME_BPS, quick->n, SHORT_FRAME_MS) > 0)
    {
      copies = quick;
      most_bps = SHORT_FRAME_BPS;
      result->frame_ms = SHORT_FRAME_MS;
    }
  for (guint n = copies->n; n > 0 && result->n_distances == 0; n--)
    {
      result->bitrate_bps = fit (input, available_bps, most_bps, GOOD_BPS, n, result->frame_ms);
      result->n_distances = result->bitrate_bps > 0 ? n : 0;
    }
  memcpy (result->distances, copies->distances, result->n_distances);
}

/* Copies give way before speech gets thin, and only then do frames grow long. */
static YodelLossProtection
choose (const YodelLossController *self,
        const YodelLossInput      *input,
        gint64                     available_bps,
        gint64                     now_us)
{
  const Rung *rung = &ladder[self->level];
  guint most_bps = input->max_bitrate_bps > 0 ? MAX (input->max_bitrate_bps, LEAST_BPS) : DEFAULT_BPS;
  guint longest_ms = longest_frame_ms (input);
  YodelLossProtection result = { .fec = TRUE, .frame_ms = usual_frame_ms (input) };

  add_copies (self, input, available_bps, most_bps, now_us, &result);
  if (result.n_distances == 0 && rung->in_band)
    {
      result.packet_loss_percent = (guint) CLAMP (lrint (self->loss * 100), 2, 20);
      if (most_bps == DEFAULT_BPS)
        most_bps += FEC_EXTRA_BPS;
    }

  if (result.bitrate_bps == 0)
    result.bitrate_bps = fit (input, available_bps, most_bps, LONG_FRAME_BPS, 0, result.frame_ms);
  while (result.bitrate_bps == 0 && result.frame_ms < longest_ms)
    {
      result.frame_ms += result.frame_ms < 20 ? 10 : 20;
      result.bitrate_bps = fit (input, available_bps, most_bps, result.frame_ms == longest_ms ? LEAST_BPS : LONG_FRAME_BPS,
                                0, result.frame_ms);
    }
  if (result.bitrate_bps == 0)      /* the peer takes no longer ones */
    result.bitrate_bps = fit (input, available_bps, most_bps, LEAST_BPS, 0, result.frame_ms);
  if (result.bitrate_bps == 0)
    result.bitrate_bps = LEAST_BPS;

  result.nack = self->in_reach && self->level > 0 && (self->near || result.frame_ms <= USUAL_FRAME_MS);
  result.survival = available_bps < SURVIVAL_BPS;
  return result;
}

/* Up at once, down with the memory of ten seconds: a burst is seldom the last. */
static void
learn (YodelLossController  *self,
       const YodelLossInput *input,
       gint64                now_us)
{
  double loss = CLAMP (input->loss, 0, 1);
  double fade = exp (-(double) MAX (now_us - self->updated_us, 0) / MEMORY_US);

  if (!self->started)
    fade = 0;

  self->loss = MAX (loss, loss + (self->loss - loss) * fade);
  self->bursty = input->mean_burst >= (self->bursty ? STILL_BURSTY : BURSTY) / (1 - MIN (self->loss, MOST_BY_CHANCE));
  self->started = TRUE;
  self->updated_us = now_us;
}

static void
climb (YodelLossController *self,
       gint64               now_us)
{
  guint level = 0;

  while (level + 1 < G_N_ELEMENTS (ladder) && self->loss >= ladder[level + 1].from_loss)
    level++;

  if (level >= self->level)
    {
      self->level = level;
      self->calm_since_us = 0;
    }
  else if (self->loss > ladder[self->level].from_loss * LEAVE)
    {
      self->calm_since_us = 0;
    }
  else if (self->calm_since_us == 0)
    {
      self->calm_since_us = now_us;
    }
  else if (now_us - self->calm_since_us >= CALM_US)
    {
      self->level--;
      self->calm_since_us = now_us;
    }
}

static gboolean
is_equal (const YodelLossProtection *a,
          const YodelLossProtection *b)
{
  gboolean same = a->fec == b->fec && a->packet_loss_percent == b->packet_loss_percent &&
                  a->n_distances == b->n_distances && a->frame_ms == b->frame_ms &&
                  a->bitrate_bps == b->bitrate_bps && a->nack == b->nack && a->survival == b->survival;

  for (guint i = 0; same && i < a->n_distances; i++)
    same = a->distances[i] == b->distances[i];

  return same;
}

/* Less rate counts at once; more has to last, with something to spare. */
static gint64
trusted_bps (YodelLossController *self,
             gint64               available_bps,
             gint64               now_us)
{
  if (self->trusted_bps == 0 || available_bps <= self->trusted_bps)
    {
      self->rich_since_us = 0;
      self->trusted_bps = available_bps;
    }
  else if (available_bps < (gint64) ((double) self->trusted_bps * RICHER))
    {
      self->rich_since_us = 0;
    }
  else if (self->rich_since_us == 0)
    {
      self->rich_since_us = now_us;
    }
  else if (now_us - self->rich_since_us >= RICH_US)
    {
      self->rich_since_us = 0;
      self->trusted_bps = self->trusted_bps < SURVIVAL_BPS
                            ? MIN (available_bps, (gint64) ((double) self->trusted_bps * STEP_UP)) : available_bps;
    }

  return self->trusted_bps;
}

/**
 * yodel_loss_controller_update:
 *
 * With each receiver report, and when the rate changes.
 *
 * Returns: TRUE where the choice is another than before
 */
gboolean
yodel_loss_controller_update (YodelLossController  *self,
                              const YodelLossInput *input,
                              gint64                now_us)
{
  /* What the codec is to have at most is no protection. */
  gint64 ceiling_bps = MAX (MOST_BPS, cost_bps (input, input->max_bitrate_bps, 0, usual_frame_ms (input)));
  gint64 available_bps = input->available_bps > 0 ? MIN (input->available_bps, ceiling_bps) : ceiling_bps;
  YodelLossProtection before = self->choice;

  learn (self, input, now_us);
  climb (self, now_us);
  judge_retransmission (self, input, now_us);
  self->choice = choose (self, input, trusted_bps (self, available_bps, now_us), now_us);
  return !is_equal (&before, &self->choice);
}
