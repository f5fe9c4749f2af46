#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/rate-allocator.h"

#define VIDEO_PACKET_BYTES 1100                        /* payload of a usual video packet */
#define RESUME_FACTOR      1.25                        /* over the floor, so that it does not flap */
#define AMPLE_FACTOR       4                           /* with so much more than the floor, at once */
#define RESUME_AFTER_US    (1 * G_USEC_PER_SEC)
#define PAUSE_AFTER_US     (500 * G_TIME_SPAN_MILLISECOND)
#define MAX_PROTECTION     0.5

void
yodel_rate_allocator_init (YodelRateAllocator    *self,
                           const YodelRateConfig *config)
{
  *self = (YodelRateAllocator) {
    .config = *config,
    .room_since_us = -1,
    .short_since_us = -1,
  };
}

void
yodel_rate_allocator_set_config (YodelRateAllocator    *self,
                                 const YodelRateConfig *config)
{
  self->config = *config;
}

/* What the headers of one audio packet for each frame take. */
static guint
audio_overhead_bps (const YodelRateConfig *config)
{
  if (config->audio_frame_us <= 0)
    return 0;

  return (gint64) config->packet_overhead_bytes * 8 * G_USEC_PER_SEC / config->audio_frame_us;
}

/* Returns: whether video is to pause, given what it could have */
static gboolean
move_pause (YodelRateAllocator *self,
            guint               video_bps,
            gboolean            passing,
            gint64              now_us)
{
  guint floor_bps = self->config.video_floor_bps;

  if (video_bps >= floor_bps || passing)
    self->short_since_us = -1;
  else if (self->short_since_us < 0)
    self->short_since_us = now_us;

  if (video_bps < floor_bps * RESUME_FACTOR)
    self->room_since_us = -1;
  else if (self->room_since_us < 0)
    self->room_since_us = now_us;

  if (self->allocation.video_paused && video_bps >= floor_bps * AMPLE_FACTOR)
    return FALSE;
  if (self->allocation.video_paused)
    return self->room_since_us < 0 || now_us - self->room_since_us < RESUME_AFTER_US;

  return self->short_since_us >= 0 && now_us - self->short_since_us >= PAUSE_AFTER_US;
}

gboolean
yodel_rate_allocator_update (YodelRateAllocator *self,
                             guint               target_bps,
                             double              protection,
                             gboolean            passing,
                             gint64              now_us)
{
  const YodelRateConfig *config = &self->config;
  YodelRateAllocation before = self->allocation, after = { 0 };
  guint left_bps = target_bps;

  if (config->has_audio)
    {
      guint headers_bps = audio_overhead_bps (config);

      after.audio_bps = CLAMP (left_bps - MIN (left_bps, headers_bps),
                               config->audio_min_bps, config->audio_max_bps);
      left_bps -= MIN (left_bps, after.audio_bps + headers_bps);
    }

  if (config->has_video)
    {
      guint wire_bps, payload_bps;

      after.protection_bps = left_bps * CLAMP (protection, 0, MAX_PROTECTION);
      wire_bps = left_bps - after.protection_bps;
      payload_bps = (guint64) wire_bps * VIDEO_PACKET_BYTES /
                    (VIDEO_PACKET_BYTES + config->packet_overhead_bytes);
      if (config->video_max_bps > 0)
        payload_bps = MIN (payload_bps, config->video_max_bps);

      after.video_paused = move_pause (self, payload_bps, passing, now_us);
      if (payload_bps < config->video_floor_bps)
        payload_bps = passing ? 0 : config->video_floor_bps;
      after.video_bps = after.video_paused ? 0 : payload_bps;
      if (after.video_paused)
        after.protection_bps = 0;
    }

  self->allocation = after;
  return before.audio_bps != after.audio_bps || before.video_bps != after.video_bps ||
         before.protection_bps != after.protection_bps || before.video_paused != after.video_paused;
}
