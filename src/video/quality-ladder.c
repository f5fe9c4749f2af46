#define G_LOG_DOMAIN "yodel-video"

#include "video/quality-ladder.h"

#include "video/quality-rungs.h"

/* Below the first for a second no picture is better than a bad one; from the second on it is back. */
#define PAUSE_BPS            20000
#define RESUME_BPS           30000
#define PAUSE_AFTER_US       (1 * G_USEC_PER_SEC)

/* Down: the rate is short of the floor for a while. */
#define SHORT_SHARE          0.8
#define VERY_SHORT_SHARE     0.5
#define SHORT_AFTER_US       (2 * G_USEC_PER_SEC)
#define VERY_SHORT_AFTER_US  (G_USEC_PER_SEC / 2)

/* Up: the rate is over the floor, long by a little or shortly by much. */
#define UP_SHARE             1.3
#define UP_AFTER_US          (5 * G_USEC_PER_SEC)
#define FAST_UP_SHARE        2.0
#define FAST_UP_AFTER_US     (3 * G_USEC_PER_SEC / 2)
#define RELAPSE_US           (10 * G_USEC_PER_SEC)
#define PATIENCE_MAX         8
#define FAST_PATIENCE_MAX    2
#define ANOTHER_PATH_SHARE   4.0     /* with so much more than it takes, what failed before says little */
#define PATIENCE_MEMORY_US   (120 * G_USEC_PER_SEC)

/* What the encoder says, over a period; a new size needs a second to settle. */
#define PERIOD_US            (2 * G_USEC_PER_SEC)
#define SETTLE_US            (1 * G_USEC_PER_SEC)
#define PERIOD_MIN_FRAMES    10
#define QP_HIGH              95
#define DROP_SHARE_HIGH      0.6
#define RISING_SHARE         1.2
#define MEMORY_US            (60 * G_USEC_PER_SEC)

/* Encoding takes this share of the time between two pictures. */
#define OVERUSE_SHARE        0.85
#define OVERUSE_PERIODS      2
#define CPU_MEMORY_US        (30 * G_USEC_PER_SEC)

/* Who names a limit is given more than what is seen at a glance, up to so much of it. */
#define MOST_OF_USUAL        2

#define NEVER_YET YODEL_QUALITY_NEVER_YET

typedef enum
{
  LIMIT_NONE,
  LIMIT_BANDWIDTH,
  LIMIT_CPU,
} Limit;

/* Thread: one at a time. */
struct _YodelQualityLadder
{
  YodelQualitySource source;
  double             max_fps;

  YodelQualityRung   rungs[YODEL_QUALITY_MAX_RUNGS];   /* the best first */
  guint              n_rungs;
  guint              rung;
  gboolean           chosen;             /* the first choice was made */
  YodelQuality       quality;
  Limit              limit;

  guint              limit_bps;          /* the program's; 0: none */
  guint              rate_bps;
  gint64             short_since_us;
  gint64             very_short_since_us;
  gint64             pause_since_us;     /* the rate is on the other side of the pause's bounds */
  gint64             up_us;              /* when it last went up */
  guint              patience;           /* a factor to the time to wait before going up */

  gint64             picture_us;         /* when the next picture is due */

  gint64             period_us;          /* start */
  guint              period_rate_bps;
  guint              n_frames;
  guint              n_dropped;
  guint64            qp_sum;
  gint64             encode_sum_us;
  guint              n_overused;         /* periods in a row */
};

YodelQualityLadder *
yodel_quality_ladder_new (void)
{
  YodelQualityLadder *self = g_new0 (YodelQualityLadder, 1);

  self->patience = 1;
  self->up_us = NEVER_YET;
  self->short_since_us = self->very_short_since_us = self->pause_since_us = NEVER_YET;
  self->period_us = NEVER_YET;
  return self;
}

void
yodel_quality_ladder_free (YodelQualityLadder *self)
{
  g_free (self);
}

static void
reset_period (YodelQualityLadder *self,
              gint64              start_us)
{
  self->period_us = start_us;
  self->period_rate_bps = self->rate_bps;
  self->n_frames = self->n_dropped = 0;
  self->qp_sum = 0;
  self->encode_sum_us = 0;
}

/* Builds the rungs anew and keeps to the one that is nearest to the old one. */
static void
rebuild (YodelQualityLadder *self)
{
  YodelQualityRung old = self->rungs[self->rung];
  YodelQualitySource source = self->source;

  if (source.width == 0)
    return;
  if (self->max_fps > 0)
    source.fps = MIN (source.fps, self->max_fps);

  self->n_rungs = yodel_quality_rungs_build (self->rungs, self->n_rungs, &source);
  self->rung = 0;
  while (self->chosen && self->limit != LIMIT_NONE && self->rung < self->n_rungs - 1
         && yodel_quality_rung_is_above (&self->rungs[self->rung], &old))
    self->rung++;
  self->period_us = NEVER_YET;
}

void
yodel_quality_ladder_set_source (YodelQualityLadder *self,
                                 guint               width,
                                 guint               height,
                                 double              fps)
{
  if (width == self->source.width && height == self->source.height && fps == self->source.fps)
    return;

  self->source.width = width;
  self->source.height = height;
  self->source.fps = fps;
  rebuild (self);
}

void
yodel_quality_ladder_set_content (YodelQualityLadder *self,
                                  YodelVideoContent   content)
{
  if (content == self->source.content)
    return;

  self->source.content = content;
  rebuild (self);
}

void
yodel_quality_ladder_set_limits (YodelQualityLadder *self,
                                 guint               max_pixels,
                                 double              max_fps)
{
  if (max_pixels == self->source.max_pixels && max_fps == self->max_fps)
    return;

  self->source.max_pixels = max_pixels;
  self->max_fps = max_fps;
  rebuild (self);
}

/* Keeps since when a condition holds. */
static void
note_since (gint64   *since_us,
            gboolean  holds,
            gint64    now_us)
{
  if (!holds)
    *since_us = NEVER_YET;
  else if (*since_us == NEVER_YET)
    *since_us = now_us;
}

static gboolean
has_held (gint64 since_us,
          gint64 duration_us,
          gint64 now_us)
{
  return since_us != NEVER_YET && now_us - since_us >= duration_us;
}

/* What a rung takes, as far as is known. */
static double
needed_bps (const YodelQualityRung *rung,
            gint64                  now_us)
{
  if (rung->failed_us != NEVER_YET && now_us - rung->failed_us < MEMORY_US)
    return MAX (rung->floor_bps, rung->failed_bps);
  return rung->floor_bps;
}

static void
note_rate (YodelQualityLadder *self,
           gint64              now_us)
{
  guint floor_bps = self->rungs[self->rung].floor_bps;

  note_since (&self->short_since_us, self->rate_bps < SHORT_SHARE * floor_bps, now_us);
  note_since (&self->very_short_since_us, self->rate_bps < VERY_SHORT_SHARE * floor_bps, now_us);
  note_since (&self->pause_since_us,
              self->quality.paused ? self->rate_bps >= RESUME_BPS : self->rate_bps < PAUSE_BPS, now_us);

  for (guint i = 0; i < self->n_rungs; i++)
    {
      YodelQualityRung *rung = &self->rungs[i];
      double floor = needed_bps (rung, now_us);

      note_since (&rung->over_since_us, self->rate_bps >= UP_SHARE * floor, now_us);
      note_since (&rung->far_over_since_us, self->rate_bps >= FAST_UP_SHARE * floor, now_us);
    }
}

void
yodel_quality_ladder_set_rate (YodelQualityLadder *self,
                               guint               bitrate_bps,
                               gint64              now_us)
{
  self->rate_bps = bitrate_bps;
  note_rate (self, now_us);
}

void
yodel_quality_ladder_push_frame (YodelQualityLadder *self,
                                 guint               qp,
                                 gboolean            dropped,
                                 gint64              encode_us,
                                 gint64              now_us)
{
  if (self->period_us == NEVER_YET || now_us < self->period_us)
    return;

  self->n_frames++;
  self->encode_sum_us += encode_us;
  if (dropped)
    self->n_dropped++;
  else
    self->qp_sum += qp;
}

/* Returns: the best rung whose floor is under the rate */
static guint
rung_for_rate (const YodelQualityLadder *self)
{
  guint i = 0;

  while (i < self->n_rungs - 1 && self->rungs[i].floor_bps > self->rate_bps)
    i++;
  return i;
}

static void
move_to (YodelQualityLadder *self,
         guint               rung,
         gint64              now_us)
{
  if (rung < self->rung)
    self->up_us = now_us;
  else if (self->up_us != NEVER_YET && now_us - self->up_us < RELAPSE_US)
    self->patience = MIN (self->patience * 2, PATIENCE_MAX);

  g_debug ("quality: %ux%u at %.1f fps", self->rungs[rung].width, self->rungs[rung].height, self->rungs[rung].fps);
  self->rung = rung;
  self->short_since_us = self->very_short_since_us = NEVER_YET;
  self->n_overused = 0;
  reset_period (self, now_us + SETTLE_US);
}

/* Is the period over in which the encoder was watched?  Then @down tells what it showed. */
static gboolean
judge_period (YodelQualityLadder *self,
              gint64              now_us,
              Limit              *down)
{
  YodelQualityRung *rung = &self->rungs[self->rung];
  guint n_coded = self->n_frames - self->n_dropped;
  double frame_us = G_USEC_PER_SEC / rung->fps;
  gboolean rising = self->rate_bps > RISING_SHARE * self->period_rate_bps;
  gboolean coarse, overused;

  *down = LIMIT_NONE;
  if (self->period_us == NEVER_YET)
    reset_period (self, now_us + SETTLE_US);
  if (now_us - self->period_us < PERIOD_US || self->n_frames < PERIOD_MIN_FRAMES)
    return FALSE;

  coarse = (n_coded > 0 && self->qp_sum > (guint64) QP_HIGH * n_coded)
           || self->n_dropped > DROP_SHARE_HIGH * self->n_frames;
  overused = self->encode_sum_us > OVERUSE_SHARE * frame_us * self->n_frames;
  self->n_overused = overused ? self->n_overused + 1 : 0;

  if (self->n_overused >= OVERUSE_PERIODS)
    {
      *down = LIMIT_CPU;
      rung->overused_us = now_us;
    }
  else if (coarse && !rising)
    {
      *down = LIMIT_BANDWIDTH;
      rung->failed_us = now_us;
      rung->failed_bps = self->rate_bps;
    }

  reset_period (self, now_us);
  return TRUE;
}

static gboolean
step_down (YodelQualityLadder *self,
           gint64              now_us)
{
  Limit why;

  judge_period (self, now_us, &why);

  if (self->rung == self->n_rungs - 1)
    return FALSE;

  if (has_held (self->very_short_since_us, VERY_SHORT_AFTER_US, now_us)
      || has_held (self->short_since_us, SHORT_AFTER_US, now_us))
    {
      self->limit = LIMIT_BANDWIDTH;
      move_to (self, MAX (rung_for_rate (self), self->rung + 1), now_us);
      return TRUE;
    }

  if (why == LIMIT_NONE)
    return FALSE;

  self->limit = why;
  move_to (self, self->rung + 1, now_us);
  return TRUE;
}

static gboolean
step_up (YodelQualityLadder *self,
         gint64              now_us)
{
  for (guint i = 0; i < self->rung; i++)
    {
      const YodelQualityRung *rung = &self->rungs[i];
      gboolean is_another_path = self->rate_bps >= ANOTHER_PATH_SHARE * needed_bps (rung, now_us);
      guint patience = is_another_path ? MIN (self->patience, FAST_PATIENCE_MAX) : self->patience;

      if (rung->overused_us != NEVER_YET && now_us - rung->overused_us < CPU_MEMORY_US * self->patience)
        continue;

      if (has_held (rung->over_since_us, UP_AFTER_US * patience, now_us)
          || has_held (rung->far_over_since_us, FAST_UP_AFTER_US * patience, now_us))
        {
          move_to (self, i, now_us);
          return TRUE;
        }
    }

  return FALSE;
}

static void
update_pause (YodelQualityLadder *self,
              gint64              now_us)
{
  if (!has_held (self->pause_since_us, PAUSE_AFTER_US, now_us))
    return;

  self->quality.paused = !self->quality.paused;
  self->pause_since_us = NEVER_YET;
  g_debug ("video %s at %u bit/s", self->quality.paused ? "pauses" : "resumes", self->rate_bps);
}

static void
choose_first (YodelQualityLadder *self,
              gint64              now_us)
{
  self->chosen = TRUE;
  self->rung = rung_for_rate (self);
  self->limit = self->rung > 0 ? LIMIT_BANDWIDTH : LIMIT_NONE;
  reset_period (self, now_us + SETTLE_US);
}

/* Wants a source and a rate before it says anything. */
gboolean
yodel_quality_ladder_advance (YodelQualityLadder *self,
                              gint64              now_us)
{
  YodelQuality before = self->quality;
  const YodelQualityRung *rung;

  if (self->n_rungs == 0 || (self->rate_bps == 0 && !self->chosen))
    return FALSE;

  if (!self->chosen)
    choose_first (self, now_us);
  note_rate (self, now_us);
  update_pause (self, now_us);
  if (!step_down (self, now_us))
    step_up (self, now_us);

  if (self->patience > 1 && self->up_us != NEVER_YET && now_us - self->up_us > PATIENCE_MEMORY_US)
    self->patience = 1;
  if (self->rung == 0)
    self->limit = LIMIT_NONE;

  rung = &self->rungs[self->rung];
  self->quality.width = rung->width;
  self->quality.height = rung->height;
  self->quality.fps = rung->fps;

  return before.width != rung->width || before.height != rung->height || before.fps != rung->fps
         || before.paused != self->quality.paused;
}

gboolean
yodel_quality_ladder_wants_picture (YodelQualityLadder *self,
                                    gint64              timestamp_us)
{
  gint64 interval_us;

  if (!self->chosen || self->quality.paused)
    return FALSE;

  /* A camera is never quite even: half an interval early is on time, and a pause is not made up. */
  interval_us = G_USEC_PER_SEC / self->quality.fps;
  if (timestamp_us < self->picture_us - interval_us / 2)
    return FALSE;

  self->picture_us = MAX (self->picture_us, timestamp_us - interval_us / 2) + interval_us;
  return TRUE;
}

const YodelQuality *
yodel_quality_ladder_get (const YodelQualityLadder *self)
{
  return &self->quality;
}

const char *
yodel_quality_ladder_get_reason (const YodelQualityLadder *self)
{
  if (self->quality.paused)
    return "bandwidth";

  switch (self->limit)
    {
    case LIMIT_NONE:      return "none";
    case LIMIT_BANDWIDTH: return "bandwidth";
    case LIMIT_CPU:       return "cpu";
    }
  g_assert_not_reached ();
}

/* What a picture of the source's size gains from. */
static guint
usual_max_bps (const YodelQualityLadder *self)
{
  guint pixels = self->n_rungs > 0 ? self->rungs[0].width * self->rungs[0].height : 0;

  if (pixels <= 320 * 240)
    return 600 * 1000;
  if (pixels <= 640 * 480)
    return 1700 * 1000;
  if (pixels <= 960 * 540)
    return 2500 * 1000;
  if (pixels <= 1280 * 720)
    return 4000 * 1000;

  return 6000 * 1000;
}

void
yodel_quality_ladder_set_limit (YodelQualityLadder *self,
                                guint               limit_bps)
{
  self->limit_bps = limit_bps;
}

guint
yodel_quality_ladder_get_max_rate_bps (const YodelQualityLadder *self)
{
  guint usual_bps = usual_max_bps (self);

  return CLAMP (self->limit_bps, usual_bps, MOST_OF_USUAL * usual_bps);
}
