#define G_LOG_DOMAIN "yodel-video"

#include "video/frame-timing.h"

#include <stdlib.h>
#include <string.h>

#include "base/sequence.h"

/* The fastest passage in this many seconds is the one that met no queue; the rest is jitter. */
#define BASE_SECONDS          10
#define JITTER_FRAMES         150
#define DECODE_FRAMES         300
#define RECENT_FRAMES         45        /* calm for so long, and the trouble is over: ... */
#define RECENT_PERCENT        125       /* ... what was so much less than they had is no longer expected */
#define RECOVERED_FRAMES      32
#define RECOVERED_MAX_AGE_US  (60 * G_USEC_PER_SEC)
#define RECOVERED_PERCENT     95

/* Less jitter than this is not seen: every frame is shown as it comes. */
#define CUT_THROUGH_ENTER_US  (20 * 1000)
#define CUT_THROUGH_LEAVE_US  (30 * 1000)

/* A frame that waited for a resend may be this late: a stutter, and not a freeze (150 ms).  Less on a
 * long way, where the rate falls deeper and a resend waits longer for its turn. */
#define RECOVERED_LATENESS_US (80 * 1000)
#define LEAST_LATENESS_US     (40 * 1000)
#define LONG_WAY_US           (50 * 1000)
#define LATENESS_PER_RTT      3         /* the third part of what it is longer than that */

/* A loss shows with the next packet, which may be of the next frame; then a round trip. */
#define NOTICE_US             (40 * 1000)
#define OUTAGE_MARGIN_US      (100 * 1000)
#define DELAY_MAX_US          (500 * 1000)

/* Waiting starts at once, as the next loss is a freeze without it, and ends without being seen. */
#define GROWTH_PER_S          0.3
#define DECLINE_PER_S         0.1

/* What one picture adds to the passage that lip sync goes by. */
#define PASSAGE_SMOOTHING     8

/* A key frame takes longer on the wire; that is no jitter. */
#define LARGE_FRAME_FACTOR    4

/* The peer's clock jumped. */
#define JUMP_US               (3 * G_USEC_PER_SEC)

/* The last values of something, to take a quantile of. */
typedef struct
{
  gint32 values[DECODE_FRAMES];
  guint  capacity;
  guint  n;               /* ever */
  gint64 quantile;        /* of the values, brought up to date now and then */
} Sample;

/* Thread: the one that hands out frames. */
struct _YodelFrameTiming
{
  guint          clock_rate_hz;
  YodelUnwrapper unwrapper;
  gint64         rtt_us;
  gint64         extra_us;

  gboolean       started;
  gint64         base_us[BASE_SECONDS];   /* least of arrival - media time, a second each */
  gint64         base_second;             /* the newest of them */
  gint64         least_us;                /* of all of them */

  double         mean_bytes;              /* of a frame */
  Sample         jitter;
  Sample         decode;
  Sample         recovered;
  gint64         recovered_us;            /* when the last one came */

  gboolean       cut_through;
  gint64         delay_us;                /* in use */
  gint64         moved_us;                /* when it was last moved */

  guint32        last_rtp_time;
  gint64         passage_us;              /* media time to the picture's, without the extra delay; smoothed */
  gboolean       shown;
};

YodelFrameTiming *
yodel_frame_timing_new (guint clock_rate_hz)
{
  YodelFrameTiming *self = g_new0 (YodelFrameTiming, 1);

  self->clock_rate_hz = clock_rate_hz;
  self->jitter.capacity = JITTER_FRAMES;
  self->decode.capacity = DECODE_FRAMES;
  self->recovered.capacity = RECOVERED_FRAMES;
  self->cut_through = TRUE;
  return self;
}

void
yodel_frame_timing_free (YodelFrameTiming *self)
{
  g_free (self);
}

static int
compare_values (gconstpointer a,
                gconstpointer b)
{
  return *(const gint32 *) a - *(const gint32 *) b;
}

static void
sample_push (Sample *self,
             gint64  value,
             guint   percent,
             guint   every)
{
  gint32 sorted[DECODE_FRAMES];
  guint n;

  self->values[self->n++ % self->capacity] = CLAMP (value, 0, G_USEC_PER_SEC * 10);
  n = MIN (self->n, self->capacity);
  if (n >= 2 * every && self->n % every != 0)
    return;

  memcpy (sorted, self->values, n * sizeof sorted[0]);
  qsort (sorted, n, sizeof sorted[0], compare_values);
  self->quantile = sorted[(n - 1) * percent / 100];
}

/* Where the second's least passage is kept. */
static gint64 *
base_of (YodelFrameTiming *self,
         gint64            second)
{
  return &self->base_us[(guint64) second % BASE_SECONDS];
}

static gint64
media_us (const YodelFrameTiming *self,
          guint32                 rtp_time)
{
  gint64 ticks = yodel_unwrapper_peek32 (&self->unwrapper, rtp_time);

  /* In two parts: the ticks of a long call times a million do not fit. */
  return ticks / self->clock_rate_hz * G_USEC_PER_SEC
         + ticks % self->clock_rate_hz * G_USEC_PER_SEC / self->clock_rate_hz;
}

static void
restart (YodelFrameTiming *self,
         gint64            passage_us,
         gint64            second)
{
  for (guint i = 0; i < BASE_SECONDS; i++)
    self->base_us[i] = passage_us;
  self->base_second = second;
  self->least_us = passage_us;
  self->jitter.n = 0;
  self->started = TRUE;
}

static void
update_base (YodelFrameTiming *self,
             gint64            passage_us,
             gint64            arrival_us)
{
  gint64 second = arrival_us / G_USEC_PER_SEC;

  if (!self->started || ABS (passage_us - self->least_us) > JUMP_US
      || second - self->base_second > 10 * BASE_SECONDS)
    restart (self, passage_us, second);

  while (self->base_second < second)
    *base_of (self, ++self->base_second) = passage_us;
  *base_of (self, second) = MIN (*base_of (self, second), passage_us);

  self->least_us = G_MAXINT64;
  for (guint i = 0; i < BASE_SECONDS; i++)
    self->least_us = MIN (self->least_us, self->base_us[i]);
}

void
yodel_frame_timing_push (YodelFrameTiming *self,
                         guint32           rtp_time,
                         gsize             size_bytes,
                         gint64            arrival_us,
                         gboolean          recovered)
{
  gint64 passage_us;

  yodel_unwrapper_next32 (&self->unwrapper, rtp_time);
  self->last_rtp_time = rtp_time;
  passage_us = arrival_us - media_us (self, rtp_time);
  update_base (self, passage_us, arrival_us);

  if (recovered)
    {
      if (arrival_us - self->recovered_us > RECOVERED_MAX_AGE_US)
        self->recovered.n = 0;
      self->recovered_us = arrival_us;
      sample_push (&self->recovered, passage_us - self->least_us, RECOVERED_PERCENT, 1);
      return;
    }

  self->mean_bytes += (size_bytes - self->mean_bytes) / (self->jitter.n == 0 ? 1 : 30);
  if (size_bytes > LARGE_FRAME_FACTOR * self->mean_bytes)
    return;
  sample_push (&self->jitter, passage_us - self->least_us, 95, 8);
}

void
yodel_frame_timing_push_decode_time (YodelFrameTiming *self,
                                     gint64            decode_us,
                                     gint64            now_us)
{
  sample_push (&self->decode, decode_us, 95, 16);
}

void
yodel_frame_timing_set_rtt_us (YodelFrameTiming *self,
                               gint64            rtt_us)
{
  self->rtt_us = MAX (rtt_us, 0);
}

void
yodel_frame_timing_set_extra_delay_us (YodelFrameTiming *self,
                                       gint64            extra_us)
{
  self->extra_us = CLAMP (extra_us, 0, G_USEC_PER_SEC);
}

/* What frames sent again would need so as not to freeze the picture. */
static gint64
recovery_delay_us (const YodelFrameTiming *self,
                   gint64                  now_us)
{
  gint64 round_us = self->rtt_us + self->rtt_us / 8 + NOTICE_US;
  gint64 allowed_us = RECOVERED_LATENESS_US - MAX (self->rtt_us - LONG_WAY_US, 0) / LATENESS_PER_RTT;
  gint64 late_us = 0;

  if (self->recovered.n == 0 || now_us - self->recovered_us > RECOVERED_MAX_AGE_US)
    return 0;

  /* One round of resending is what the next loss takes, whatever the few before it took.  What took
   * longer than two was an outage, and will be one again. */
  late_us = MIN (MAX (self->recovered.quantile, round_us), 2 * self->rtt_us + OUTAGE_MARGIN_US);
  return MAX (late_us - MAX (allowed_us, LEAST_LATENESS_US), 0);
}

/* The long memory says what pays; once the network has been calm for a while it is overruled. */
static gint64
expected_jitter_us (const YodelFrameTiming *self)
{
  const Sample *jitter = &self->jitter;
  gint64 slowest_us = 0;

  for (guint i = 1; i <= MIN (jitter->n, RECENT_FRAMES); i++)
    slowest_us = MAX (slowest_us, jitter->values[(jitter->n - i) % jitter->capacity]);

  return MIN (jitter->quantile, slowest_us * RECENT_PERCENT / 100);
}

static gint64
wanted_delay_us (YodelFrameTiming *self,
                 gint64            now_us)
{
  gint64 recovery_us = recovery_delay_us (self, now_us);
  gint64 jitter_us = expected_jitter_us (self);
  gint64 wanted_us = 0;

  self->cut_through = jitter_us <= (self->cut_through ? CUT_THROUGH_LEAVE_US : CUT_THROUGH_ENTER_US);
  if (!self->cut_through)
    wanted_us = jitter_us + self->decode.quantile;

  return MIN (MAX (wanted_us, recovery_us), DELAY_MAX_US);
}

static void
move_delay (YodelFrameTiming *self,
            gint64            now_us)
{
  gint64 elapsed_us = CLAMP (now_us - self->moved_us, 0, G_USEC_PER_SEC);
  gint64 error_us = wanted_delay_us (self, now_us) - self->delay_us;

  self->moved_us = now_us;
  self->delay_us += CLAMP (error_us, -elapsed_us * DECLINE_PER_S, elapsed_us * GROWTH_PER_S);
}

static gint64
due_us (YodelFrameTiming *self,
        guint32           rtp_time,
        gint64            delay_us,
        gint64            now_us)
{
  if (!self->started || delay_us == 0)
    return now_us;

  return MAX (now_us, media_us (self, rtp_time) + self->least_us + delay_us);
}

static void
note_passage (YodelFrameTiming *self,
              gint64            passage_us)
{
  if (!self->shown || ABS (passage_us - self->passage_us) > JUMP_US)
    self->passage_us = passage_us;
  self->passage_us += (passage_us - self->passage_us) / PASSAGE_SMOOTHING;
  self->shown = TRUE;
}

gint64
yodel_frame_timing_render_time_us (YodelFrameTiming *self,
                                   guint32           rtp_time,
                                   gint64            now_us)
{
  move_delay (self, now_us);
  note_passage (self, due_us (self, rtp_time, self->delay_us, now_us) - media_us (self, rtp_time));
  return due_us (self, rtp_time, self->delay_us + self->extra_us, now_us);
}

gboolean
yodel_frame_timing_get_due_us (const YodelFrameTiming *self,
                               guint32                *rtp_time,
                               gint64                 *due_us)
{
  *rtp_time = self->last_rtp_time;
  *due_us = media_us (self, self->last_rtp_time) + self->passage_us;
  return self->shown;
}

gint64
yodel_frame_timing_get_delay_us (const YodelFrameTiming *self)
{
  return self->delay_us + self->extra_us;
}

gint64
yodel_frame_timing_get_jitter_us (const YodelFrameTiming *self)
{
  return self->jitter.quantile;
}

gint64
yodel_frame_timing_get_decode_p95_us (const YodelFrameTiming *self)
{
  return self->decode.quantile;
}
