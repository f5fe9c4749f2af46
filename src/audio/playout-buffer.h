/* The adaptive playout buffer: packets come in as the network likes, sound goes out 10 ms at a
 * time.  It owns its Opus decoder and decodes as late as it can, so that in-band FEC, redundant
 * copies and retransmissions still count.  Between what it needs and what it has it stretches
 * speech without changing its pitch, conceals, and fades long gaps into comfort noise.
 *
 * Thread: any one; time is passed in and may not run backwards. */
#pragma once

#include <glib.h>

#define YODEL_PLAYOUT_SAMPLES     480      /* 10 ms at 48 kHz, of each channel */
#define YODEL_PLAYOUT_MAX_CHANNELS 2
#define YODEL_PLAYOUT_MAX_PACKETS 200      /* waiting to be decoded; the oldest give way */

typedef enum
{
  YODEL_PLAYOUT_SILENCE,          /* nothing has come yet */
  YODEL_PLAYOUT_NORMAL,
  YODEL_PLAYOUT_FEC,              /* from the in-band copy in the next packet */
  YODEL_PLAYOUT_CONCEALED,
  YODEL_PLAYOUT_COMFORT_NOISE,    /* the peer is silent (DTX), or gone for longer than can be concealed */
  YODEL_PLAYOUT_EXPANDED,
  YODEL_PLAYOUT_ACCELERATED,
} YodelPlayoutKind;

/* Names as in W3C webrtc-stats where there is one; samples are of one channel at 48 kHz. */
typedef struct
{
  guint64 packets_received;                        /* primaries */
  guint64 packets_discarded;                       /* came too late to be played, or no room */
  guint64 packets_duplicated;
  guint64 packets_malformed;
  guint64 redundant_received;
  guint64 redundant_used;                          /* decoded in place of their primary */
  guint64 fec_packets_received;
  guint64 fec_packets_used;
  guint64 total_samples_received;                  /* all that was played since the start */
  guint64 concealed_samples;
  guint64 silent_concealed_samples;
  guint64 concealment_events;
  guint64 inserted_samples_for_deceleration;
  guint64 removed_samples_for_acceleration;
  guint64 jitter_buffer_emitted_count;             /* samples decoded from packets */
  gint64  jitter_buffer_delay_us;                  /* sum over those samples */
  gint64  jitter_buffer_target_delay_us;           /* sum over those samples */
  guint64 resets;                                  /* stalls and jumps of the timestamp */
} YodelPlayoutStatistics;

typedef struct _YodelPlayoutBuffer YodelPlayoutBuffer;

YodelPlayoutBuffer *yodel_playout_buffer_new              (void);
void                yodel_playout_buffer_free             (YodelPlayoutBuffer       *self);
void                yodel_playout_buffer_set_channels     (YodelPlayoutBuffer       *self,
                                                           guint                     channels);
void                yodel_playout_buffer_set_limits       (YodelPlayoutBuffer       *self,
                                                           guint                     min_delay_ms,
                                                           guint                     max_delay_ms);
void                yodel_playout_buffer_set_extra_delay  (YodelPlayoutBuffer       *self,
                                                           guint                     extra_ms);
void                yodel_playout_buffer_restart          (YodelPlayoutBuffer       *self);
void                yodel_playout_buffer_push             (YodelPlayoutBuffer       *self,
                                                           gint64                    sequence,
                                                           guint32                   rtp_time,
                                                           const guint8             *payload,
                                                           gsize                     size,
                                                           gint64                    arrival_us);
void                yodel_playout_buffer_push_redundant   (YodelPlayoutBuffer       *self,
                                                           guint32                   rtp_time,
                                                           const guint8             *payload,
                                                           gsize                     size,
                                                           gint64                    arrival_us);
YodelPlayoutKind    yodel_playout_buffer_pop              (YodelPlayoutBuffer       *self,
                                                           gint16                   *out,
                                                           gint64                    now_us);
gboolean            yodel_playout_buffer_is_started       (const YodelPlayoutBuffer *self);
gint64              yodel_playout_buffer_get_delay_ms     (const YodelPlayoutBuffer *self);
gint64              yodel_playout_buffer_get_target_ms    (const YodelPlayoutBuffer *self);
gboolean            yodel_playout_buffer_get_due_us       (const YodelPlayoutBuffer *self,
                                                           guint32                  *rtp_time,
                                                           gint64                   *due_us);
gboolean            yodel_playout_buffer_get_playout_time (const YodelPlayoutBuffer *self,
                                                           gint64                   *rtp_time);
gboolean            yodel_playout_buffer_wants            (const YodelPlayoutBuffer *self,
                                                           gint64                    sequence,
                                                           gint64                    answer_us);
void                yodel_playout_buffer_on_asked         (YodelPlayoutBuffer       *self,
                                                           gint64                    sequence);
void                yodel_playout_buffer_get_statistics   (const YodelPlayoutBuffer *self,
                                                           YodelPlayoutStatistics   *statistics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelPlayoutBuffer, yodel_playout_buffer_free)
