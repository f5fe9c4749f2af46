/* What the files of the playout buffer share.  playout-buffer.c takes packets in and answers
 * questions, playout-sound.c makes sound of them, playout-stretch.c makes it longer or shorter. */
#pragma once

#include "audio/arrival-history.h"
#include "audio/delay-estimator.h"
#include "audio/packet-queue.h"
#include "audio/playout-buffer.h"
#include "audio/speech-decoder.h"
#include "base/sequence.h"
#include "base/units.h"

#define TICK_US             (10 * YODEL_US_PER_MS)
#define BLOCK               YODEL_PLAYOUT_SAMPLES
#define HISTORY             1440                 /* 30 ms of what was played, for seams */
#define MAX_PCM             8192                 /* decoded and not yet played: a packet and some */
#define DELAY_WINDOW        16                   /* packets; devices take their blocks in bursts */

G_STATIC_ASSERT (YODEL_PACKET_QUEUE_MAX == YODEL_PLAYOUT_MAX_PACKETS);

typedef enum
{
  YODEL_PLAYOUT_EMPTY,   /* nothing was ever played */
  YODEL_PLAYOUT_PLAYING,
  YODEL_PLAYOUT_STALLED, /* nothing came for so long that the next packet begins anew */
} YodelPlayoutState;

struct _YodelPlayoutBuffer
{
  YodelPlayoutState       state;
  YodelDelayEstimator     estimator;
  YodelArrivalHistory     history;
  YodelPacketQueue        queue;
  YodelSpeechDecoder     *decoder;               /* (owned) */
  YodelUnwrapper          times;
  YodelPlayoutStatistics  statistics;

  gint64                  next_rtp;              /* the next sample to decode */
  guint                   channels;
  gint16                  sound[(HISTORY + MAX_PCM) * YODEL_PLAYOUT_MAX_CHANNELS];   /* played, then still to be played; interleaved */
  guint                   n_pcm;                 /* of the latter; as all lengths, of each channel */
  YodelPlayoutKind        kind;                  /* of what was decoded last */
  guint                   rewindable;            /* samples made up for want of packets, ending at next_rtp */
  gboolean                resting;               /* the peer is silent and says so (DTX) */
  gboolean                merge;                 /* what comes next does not continue what was */
  gboolean                concealing;

  gint64                  lags_us[DELAY_WINDOW]; /* time of decoding less media time, since it last changed */
  guint                   n_lags;
  gint64                  lag_us;                /* the smallest of them, or of those before */

  gint64                  min_us, max_us, extra_us;

  gint64                  copied_us;             /* when a copy last came; 0: none did */

  gint64                  jump_transit_us;       /* of a packet that may be the first after a jump */
  gboolean                jump_pending;
};

static inline gint64
samples_us (gint64 samples)
{
  return samples * 1000 / 48;
}

/* What waits to be played. */
static inline gint16 *
pcm (YodelPlayoutBuffer *self)
{
  return self->sound + HISTORY * self->channels;
}

/* Media time of the sample that is played next. */
static inline gint64
playing_rtp (const YodelPlayoutBuffer *self)
{
  return self->next_rtp - self->n_pcm;
}

/* How late a packet of @rtp_time would be if it were decoded now. */
static inline gint64
lateness_us (const YodelPlayoutBuffer *self,
             gint64                    rtp_time,
             gint64                    now_us)
{
  return yodel_delay_estimator_relative_us (&self->estimator, samples_us (rtp_time), now_us);
}

/* Without what lip sync adds. */
static inline gint64
network_target_us (const YodelPlayoutBuffer *self)
{
  return CLAMP (self->estimator.target_us, self->min_us, self->max_us);
}

static inline gint64
target_us (const YodelPlayoutBuffer *self)
{
  return MIN (network_target_us (self) + self->extra_us, self->max_us);
}

/* The smallest lag of late: that is what a packet must be in time for. */
static inline gint64
delay_us (const YodelPlayoutBuffer *self)
{
  return self->lag_us - self->estimator.base_us;
}

/* The delay is about to become another. */
static inline void
forget_lags (YodelPlayoutBuffer *self)
{
  self->n_lags = 0;
}

gboolean         yodel_playout_try_start  (YodelPlayoutBuffer *self,
                                           gint64              now_us);
gboolean         yodel_playout_play_first (YodelPlayoutBuffer *self,
                                           gint64              now_us);
void             yodel_playout_fill       (YodelPlayoutBuffer *self,
                                           guint               n_samples,
                                           gint64              now_us);
YodelPlayoutKind yodel_playout_stretch    (YodelPlayoutBuffer *self,
                                           gint64              now_us);
