/* Divides the target rate: audio first, then what protects the video, then the video itself.
 * Below its floor video is told to pause, and to come back when there has been room for a while. */
#pragma once

#include <glib.h>

typedef struct
{
  gboolean has_audio;
  guint    audio_min_bps;         /* payload; the lowest step worth hearing */
  guint    audio_max_bps;         /* payload */
  gint64   audio_frame_us;        /* one packet for each */
  gboolean has_video;
  guint    video_floor_bps;       /* payload; below it video pauses */
  guint    video_max_bps;         /* payload; 0: no limit */
  guint    packet_overhead_bytes; /* RTP header to IP header */
} YodelRateConfig;

/* Payload rates, for the encoders. */
typedef struct
{
  guint    audio_bps;
  guint    video_bps;
  guint    protection_bps;        /* retransmissions and FEC, headers included */
  gboolean video_paused;
} YodelRateAllocation;

typedef struct
{
  YodelRateConfig     config;
  YodelRateAllocation allocation;
  gint64              room_since_us;      /* -1: no room for video */
  gint64              short_since_us;
} YodelRateAllocator;

void     yodel_rate_allocator_init       (YodelRateAllocator    *self,
                                          const YodelRateConfig *config);

/* Keeps the state of the pause. */
void     yodel_rate_allocator_set_config (YodelRateAllocator    *self,
                                          const YodelRateConfig *config);

/* @protection: share of the video spent on repair, 0 to 0.5.
 * @passing: the target is low for a moment only, to let a queue empty: where it does not carry
 *   video, a few pictures are left out, and that is no pause.
 * Returns: TRUE if the allocation changed */
gboolean yodel_rate_allocator_update     (YodelRateAllocator *self,
                                          guint               target_bps,
                                          double              protection,
                                          gboolean            passing,
                                          gint64              now_us);
