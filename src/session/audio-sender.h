/* Sound on its way out: blocks of PCM become Opus frames, guarded against the loss that the peer
 * reports, and leave as RTP packets. */
#pragma once

#include "audio/loss-controller.h"
#include "rtp/sender-statistics.h"
#include "rtp/stream-repair.h"
#include "session/flow.h"
#include "session/rtp-stream.h"

typedef struct
{
  YodelRtpHeaders headers;
  guint8          payload_type;       /* of Opus */
  guint8          red_payload_type;   /* 0: the peer does not take RED */
  guint           max_bitrate_bps;    /* maxaveragebitrate of the peer, 0 if it names none */
  guint           frame_ms;           /* ptime of the peer, 0 if it names none */
  guint           max_frame_ms;       /* maxptime of the peer, 0 if it names none */
  guint           min_frame_ms;       /* minptime of the peer */
  gboolean        fec;                /* useinbandfec of the peer */
  gboolean        dtx;                /* usedtx of the peer */
  gboolean        cbr;                /* cbr of the peer */
  gboolean        nack;               /* the peer asks again for what it missed */
  gboolean        stereo;             /* stereo of the peer */
} YodelAudioSendParameters;

/* What the program wants sent, and heard. */
typedef struct
{
  gboolean        music;              /* as it is, not as speech is heard best */
  guint           max_bitrate_bps;    /* 0: 32 kbit/s for speech, 64 for music; half as much again in stereo */
  gboolean        stereo;             /* both ways */
  gboolean        discontinuous;      /* nothing while there is silence */
} YodelAudioSettings;

typedef struct _YodelAudioSender YodelAudioSender;

YodelAudioSender      *yodel_audio_sender_new            (guint32                         ssrc,
                                                          guint16                         first_sequence,
                                                          guint32                         first_rtp_time);
void                   yodel_audio_sender_free           (YodelAudioSender               *self);
void                   yodel_audio_sender_set_parameters (YodelAudioSender               *self,
                                                          const YodelAudioSendParameters *parameters);
void                   yodel_audio_sender_set_settings   (YodelAudioSender               *self,
                                                          const YodelAudioSettings       *settings);
void                   yodel_audio_sender_set_enabled    (YodelAudioSender               *self,
                                                          gboolean                        enabled);

/* @n_samples: of each of @channels, 1 or 2, interleaved; both are sent where the program wants it and the
 * peer takes it, else they are mixed.  @captured_us: when the last of them was captured. */
/* Returns: how many samples are missing to the next packet */
gsize                  yodel_audio_sender_push           (YodelAudioSender               *self,
                                                          YodelFlow                      *flow,
                                                          const gint16                   *samples,
                                                          gsize                           n_samples,
                                                          guint                           channels,
                                                          gint64                          captured_us,
                                                          gint64                          now_us);

/* Lets a packet of the stream go that was written elsewhere.  @packet: (transfer full) */
void                   yodel_audio_sender_send           (YodelAudioSender               *self,
                                                          YodelFlow                      *flow,
                                                          GBytes                         *packet,
                                                          gint64                          now_us);

/* The peer asks for these packets again. */
void                   yodel_audio_sender_on_nack        (YodelAudioSender               *self,
                                                          YodelFlow                      *flow,
                                                          const guint16                  *sequence_numbers,
                                                          guint                           n,
                                                          gint64                          now_us);

/* Of sound that would be captured now, also while the source gives nothing. */
guint32                yodel_audio_sender_get_rtp_time   (YodelAudioSender               *self,
                                                          gint64                          now_us);

/* What the peer's reports and the rate allow; @available_bps with headers, 0 if not known. */
void                   yodel_audio_sender_on_report      (YodelAudioSender               *self,
                                                          double                          loss,
                                                          gint64                          rtt_us,
                                                          gint64                          now_us);
void                   yodel_audio_sender_set_rtt        (YodelAudioSender               *self,
                                                          gint64                          rtt_us);
void                   yodel_audio_sender_set_rate       (YodelAudioSender               *self,
                                                          guint                           available_bps,
                                                          gint64                          now_us);

/* What feedback tells of its packets, at once and of each, where the peer's reports come seldom and tell less.  Counts
 * from the next report or rate on. */
void                   yodel_audio_sender_set_losses     (YodelAudioSender               *self,
                                                          const YodelLossRuns            *losses);
double                 yodel_audio_sender_get_mean_burst (const YodelAudioSender         *self);

/* The source gives speech while nothing of it is sent. */
gboolean               yodel_audio_sender_is_speaking_while_muted (const YodelAudioSender *self);
guint                  yodel_audio_sender_get_channels   (const YodelAudioSender         *self);
gboolean               yodel_audio_sender_has_voice      (const YodelAudioSender         *self);

/* -dBov of what was last sent, 127 for silence (RFC 6464). */
guint8                 yodel_audio_sender_get_level      (const YodelAudioSender         *self);
const YodelLossProtection *
                       yodel_audio_sender_get_protection (const YodelAudioSender         *self);
const YodelStreamRepairCounters *
                       yodel_audio_sender_get_repairs    (const YodelAudioSender         *self);
YodelRtpStream        *yodel_audio_sender_get_stream     (YodelAudioSender               *self);
YodelSenderStatistics *yodel_audio_sender_get_statistics (YodelAudioSender               *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelAudioSender, yodel_audio_sender_free)
