#define G_LOG_DOMAIN "yodel-session"

#include "session/audio-sender.h"

#include <string.h>

#include "audio/channels.h"
#include "audio/frame-collector.h"
#include "audio/level-meter.h"
#include "audio/muted-speech.h"
#include "audio/opus-encoder.h"
#include "audio/red-payload.h"
#include "rtp/rtp-extensions.h"

#define TICKS_PER_MS 48

/* Silence in the source that is longer than this is a gap in RTP time, not a late block. */
#define SOURCE_GAP_US (100 * G_TIME_SPAN_MILLISECOND)

/* RFC 7587 section 3.1.1: 28 to 40 kbit/s for full-band speech. */
#define DEFAULT_BITRATE_BPS 32000

/* The same section: 48 to 64 kbit/s for full-band music in mono. */
#define MUSIC_BITRATE_BPS 64000

/* And 64 to 128 kbit/s in stereo, where speech gets the same surplus. */
#define STEREO_SURPLUS(bps) ((bps) / 2)
#define HIGHEST_BITRATE_BPS 128000

#define BLOCK_SAMPLES 480

/* RTP, its extensions, SRTP, UDP and IPv4. */
#define OVERHEAD_BYTES (12 + 12 + YODEL_FLOW_OVERHEAD_BYTES)

#define MAX_PAYLOAD_BYTES 1200

/* Thread: the engine thread of its session. */
struct _YodelAudioSender
{
  YodelRtpStream         stream;
  YodelSenderStatistics  statistics;
  YodelFrameCollector   *collector;           /* (owned) */
  YodelOpusEncoder      *encoder;             /* (owned) */
  YodelRedSender        *red;                 /* (owned) */
  YodelStreamRepair     *repair;              /* (owned) */
  guint64                sent_reported;       /* packets, at the last report of the peer */
  guint64                resent_reported;
  gboolean               has_feedback;        /* of each packet, where the peer gives it */
  YodelLevelMeter        meter;
  YodelMutedSpeech       muted;
  gboolean               speaks_muted;
  YodelLossController    protection;
  YodelLossInput         path;
  guint8                 payload_type;
  guint8                 red_payload_type;
  guint8                 audio_level_id;
  YodelAudioSettings     settings;
  guint                  channels;            /* that are sent */
  gboolean               peer_takes_stereo;
  gboolean               peer_takes_fec;
  gboolean               peer_wants_dtx;
  guint                  peer_max_bitrate_bps;       /* 0 if it names none */
  gboolean               enabled;
  gboolean               talking;             /* the next packet begins no talk spurt */
  guint32                rtp_time;            /* of the next frame */
  gint64                 frame_due_us;        /* when the next frame begins if nothing is missing; 0 at first */
};

YodelAudioSender *
yodel_audio_sender_new (guint32 ssrc,
                        guint16 first_sequence,
                        guint32 first_rtp_time)
{
  YodelAudioSender *self = g_new0 (YodelAudioSender, 1);

  yodel_rtp_stream_init (&self->stream, ssrc, first_sequence);
  yodel_sender_statistics_init (&self->statistics, ssrc, YODEL_OPUS_RATE_HZ);
  self->encoder = yodel_opus_encoder_new ();
  self->channels = 1;
  self->collector = yodel_frame_collector_new (self->channels, yodel_opus_encoder_get_frame_ms (self->encoder));
  self->red = yodel_red_sender_new ();
  self->repair = yodel_stream_repair_new ();
  yodel_level_meter_init (&self->meter);
  yodel_muted_speech_init (&self->muted);
  yodel_loss_controller_init (&self->protection);
  self->path = (YodelLossInput) {
    .rtt_us = -1,
    .overhead_bytes = OVERHEAD_BYTES,
    .max_bitrate_bps = DEFAULT_BITRATE_BPS,
  };
  self->enabled = TRUE;
  self->rtp_time = first_rtp_time;
  return self;
}

void
yodel_audio_sender_free (YodelAudioSender *self)
{
  yodel_frame_collector_free (self->collector);
  yodel_opus_encoder_free (self->encoder);
  yodel_red_sender_free (self->red);
  yodel_stream_repair_free (self->repair);
  g_free (self);
}

/* The longest frame of Opus that we use and that is no longer than @most_ms. */
static guint
longest_frame_ms (guint most_ms)
{
  return most_ms >= 60 ? 60 : most_ms >= 40 ? 40 : most_ms >= 20 ? 20 : 10;
}

/* Makes the encoder do what the loss controller chose, within what the peer takes. */
static void
apply_protection (YodelAudioSender *self)
{
  const YodelLossProtection *choice = &self->protection.choice;

  yodel_opus_encoder_set_frame_ms (self->encoder, choice->frame_ms);
  yodel_frame_collector_set_frame_ms (self->collector,
                                      yodel_opus_encoder_get_frame_ms (self->encoder));
  yodel_opus_encoder_set_bitrate_bps (self->encoder, choice->bitrate_bps);
  yodel_opus_encoder_set_fec (self->encoder, choice->fec && self->peer_takes_fec);
  yodel_opus_encoder_set_packet_loss_percent (self->encoder, choice->packet_loss_percent);
}

static void
update_protection (YodelAudioSender *self,
                   gint64            now_us)
{
  if (yodel_loss_controller_update (&self->protection, &self->path, now_us))
    apply_protection (self);
}

/* What the program wants, within what the peer takes (RFC 7587 section 7). */
static void
apply_settings (YodelAudioSender *self)
{
  const YodelAudioSettings *settings = &self->settings;
  guint usual_bps = settings->music ? MUSIC_BITRATE_BPS : DEFAULT_BITRATE_BPS;
  guint most_bps = settings->max_bitrate_bps;

  if (most_bps == 0)
    most_bps = self->channels == 2 ? usual_bps + STEREO_SURPLUS (usual_bps) : usual_bps;
  if (self->peer_max_bitrate_bps != 0)
    most_bps = MIN (most_bps, self->peer_max_bitrate_bps);
  self->path.max_bitrate_bps = MIN (most_bps, HIGHEST_BITRATE_BPS);

  yodel_opus_encoder_set_application (self->encoder, settings->music ? YODEL_OPUS_APPLICATION_AUDIO
                                                                     : YODEL_OPUS_APPLICATION_VOIP);
  yodel_opus_encoder_set_dtx (self->encoder, !settings->music && (self->peer_wants_dtx || settings->discontinuous));
}

void
yodel_audio_sender_set_settings (YodelAudioSender         *self,
                                 const YodelAudioSettings *settings)
{
  self->settings = *settings;
  apply_settings (self);
}

void
yodel_audio_sender_set_parameters (YodelAudioSender               *self,
                                   const YodelAudioSendParameters *parameters)
{
  yodel_rtp_stream_set_headers (&self->stream, &parameters->headers);
  self->payload_type = parameters->payload_type;
  self->red_payload_type = parameters->red_payload_type;
  self->audio_level_id = parameters->headers.audio_level_id;
  self->peer_takes_fec = parameters->fec;
  self->path.can_red = parameters->red_payload_type != 0;
  self->path.can_nack = parameters->nack;
  self->path.frame_ms = parameters->frame_ms != 0 ? longest_frame_ms (parameters->frame_ms) : 0;
  self->path.max_frame_ms = parameters->max_frame_ms != 0 ? longest_frame_ms (parameters->max_frame_ms) : 0;
  self->path.min_frame_ms = parameters->min_frame_ms;
  self->peer_max_bitrate_bps = parameters->max_bitrate_bps;
  self->peer_wants_dtx = parameters->dtx;
  self->peer_takes_stereo = parameters->stereo;
  yodel_opus_encoder_set_vbr (self->encoder, !parameters->cbr);
  apply_settings (self);
  apply_protection (self);
}

void
yodel_audio_sender_set_enabled (YodelAudioSender *self,
                                gboolean          enabled)
{
  if (self->enabled == enabled)
    return;
  self->enabled = enabled;
  self->speaks_muted = FALSE;
  yodel_muted_speech_init (&self->muted);
}

/* Fills @payload with the frame, and with copies of those before where the peer takes RED. */
static gsize
make_payload (YodelAudioSender *self,
              const guint8     *frame,
              gsize             frame_bytes,
              guint8           *payload,
              guint8           *payload_type)
{
  const YodelLossProtection *choice = &self->protection.choice;
  gsize size = 0;

  if (self->red_payload_type != 0)
    size = yodel_red_sender_push (self->red, self->payload_type, self->rtp_time, frame,
                                  frame_bytes, choice->distances, choice->n_distances, payload,
                                  MAX_PAYLOAD_BYTES);

  if (size > 0 && choice->n_distances > 0)
    {
      *payload_type = self->red_payload_type;
      return size;
    }

  memcpy (payload, frame, frame_bytes);
  *payload_type = self->payload_type;
  return frame_bytes;
}

void
yodel_audio_sender_send (YodelAudioSender *self,
                         YodelFlow        *flow,
                         GBytes           *packet,
                         gint64            now_us)
{
  if (self->path.can_nack)
    yodel_stream_repair_on_sent (self->repair, packet, now_us);
  yodel_flow_push (flow, YODEL_PACER_AUDIO, packet, now_us);
}

void
yodel_audio_sender_on_nack (YodelAudioSender *self,
                            YodelFlow        *flow,
                            const guint16    *sequence_numbers,
                            guint             n,
                            gint64            now_us)
{
  const YodelStreamRepairCounters *counters = yodel_stream_repair_get_counters (self->repair);

  yodel_stream_repair_on_request (self->repair);
  for (guint i = 0; i < n; i++)
    {
      guint64 before = counters->n_bytes;
      GBytes *packet = yodel_stream_repair_answer (self->repair, sequence_numbers[i], now_us);

      if (packet == NULL)
        continue;

      yodel_sender_statistics_push_again (&self->statistics, counters->n_bytes - before);
      yodel_flow_push (flow, YODEL_PACER_AUDIO, packet, now_us);
    }
}

static void
note_level (YodelAudioSender *self,
            const gint16     *pcm,
            gsize             n_samples)
{
  gint16 mixed[YODEL_OPUS_RATE_HZ * 60 / 1000];

  if (self->channels == 2)
    {
      yodel_channels_mix (pcm, n_samples, mixed);
      pcm = mixed;
    }
  yodel_level_meter_push (&self->meter, pcm, n_samples);
}

static void
send_frame (YodelAudioSender *self,
            YodelFlow        *flow,
            const gint16     *pcm,
            gsize             n_samples,
            gint64            began_us,
            gint64            now_us)
{
  guint8 frame[YODEL_OPUS_MAX_BYTES];
  guint8 payload[MAX_PAYLOAD_BYTES + YODEL_OPUS_MAX_BYTES];
  guint8 payload_type, level;
  gssize frame_bytes;
  gsize size;
  GBytes *packet;

  note_level (self, pcm, n_samples);
  frame_bytes = yodel_opus_encoder_encode (self->encoder, pcm, n_samples, frame, sizeof frame);
  if (frame_bytes <= 0)   /* DTX: nothing to send, RFC 7587 section 3.1.3; the frame that says so was sent */
    {
      self->talking = FALSE;
      return;
    }

  size = make_payload (self, frame, frame_bytes, payload, &payload_type);
  level = yodel_audio_level_write (self->meter.level, self->meter.voice);
  packet = yodel_rtp_stream_write (&self->stream, payload_type, !self->talking, self->rtp_time,
                                   &(YodelRtpExtension) { self->audio_level_id, &level, 1 },
                                   payload, size);
  self->talking = TRUE;
  if (packet == NULL)
    return;

  yodel_sender_statistics_push (&self->statistics, self->rtp_time, began_us, size);
  yodel_audio_sender_send (self, flow, packet, now_us);
}

static gint64
samples_to_us (gsize n_samples)
{
  return (gint64) n_samples * 1000 / TICKS_PER_MS;
}

/* RTP time follows the samples, and jumps where the source left some out. */
static void
follow_source (YodelAudioSender *self,
               gint64            began_us)
{
  gint64 gap_us = began_us - self->frame_due_us;

  if (self->frame_due_us != 0 && gap_us > SOURCE_GAP_US)
    {
      self->rtp_time += gap_us / G_TIME_SPAN_MILLISECOND * TICKS_PER_MS;
      self->talking = FALSE;
    }
}

/* Another number of channels than before; what waits for its frame to be full is left out. */
static void
change_channels (YodelAudioSender *self,
                 guint             channels)
{
  if (self->channels == channels)
    return;

  self->channels = channels;
  yodel_frame_collector_free (self->collector);
  self->collector = yodel_frame_collector_new (channels, yodel_opus_encoder_get_frame_ms (self->encoder));
  yodel_opus_encoder_set_channels (self->encoder, channels);
  apply_settings (self);
}

/* At most BLOCK_SAMPLES, the last of them captured at @captured_us. */
static void
push_block (YodelAudioSender *self,
            const gint16     *samples,
            gsize             n_samples,
            guint             channels,
            gint64            captured_us)
{
  gint16 mixed[BLOCK_SAMPLES];
  static const gint16 silence[BLOCK_SAMPLES * 2];

  if (channels == 2 && (self->channels == 1 || !self->enabled))
    {
      yodel_channels_mix (samples, n_samples, mixed);
      samples = mixed;
    }
  if (!self->enabled)
    {
      self->speaks_muted = yodel_muted_speech_push (&self->muted, samples, n_samples);
      samples = silence;
    }

  yodel_frame_collector_push (self->collector, samples, n_samples, captured_us - samples_to_us (n_samples));
}

gsize
yodel_audio_sender_push (YodelAudioSender *self,
                         YodelFlow        *flow,
                         const gint16     *samples,
                         gsize             n_samples,
                         guint             channels,
                         gint64            captured_us,
                         gint64            now_us)
{
  /* One voice in the middle is sent as one, for it sounds the same and costs less. */
  change_channels (self, channels == 2 && self->settings.stereo && self->peer_takes_stereo ? 2 : 1);

  for (gsize i = 0; i < n_samples; i += BLOCK_SAMPLES)
    {
      gsize n = MIN (n_samples - i, BLOCK_SAMPLES);

      push_block (self, samples + i * channels, n, channels, captured_us - samples_to_us (n_samples - i - n));
    }

  while (TRUE)
    {
      gsize n;
      gint64 began_us;
      const gint16 *pcm = yodel_frame_collector_pop (self->collector, &n, &began_us);

      if (pcm == NULL)
        break;

      follow_source (self, began_us);
      send_frame (self, flow, pcm, n, began_us, now_us);
      self->rtp_time += n;
      self->frame_due_us = began_us + samples_to_us (n);
    }

  return yodel_frame_collector_get_missing (self->collector);
}

guint32
yodel_audio_sender_get_rtp_time (YodelAudioSender *self,
                                 gint64            now_us)
{
  if (self->frame_due_us == 0)
    self->frame_due_us = now_us;
  return self->rtp_time + (guint32) (MAX (0, now_us - self->frame_due_us) * TICKS_PER_MS / 1000);
}

/* What the path lost: in the peer's reports a packet that was sent again has arrived. */
static double
add_repaired (YodelAudioSender *self,
              double            loss)
{
  guint64 sent = self->statistics.packets_sent;
  guint64 resent = yodel_stream_repair_get_counters (self->repair)->n_packets;
  guint64 newly_resent = resent - self->resent_reported;
  guint64 newly_sent = sent - self->sent_reported - newly_resent;

  self->sent_reported = sent;
  self->resent_reported = resent;
  return MIN (1, loss + (double) newly_resent / (double) MAX (newly_sent, 1));
}

void
yodel_audio_sender_on_report (YodelAudioSender *self,
                              double            loss,
                              gint64            rtt_us,
                              gint64            now_us)
{
  self->stream.heard = TRUE;
  self->path.unrepaired = loss;
  loss = add_repaired (self, loss);
  if (!self->has_feedback)
    self->path.loss = loss;
  self->path.rtt_us = rtt_us;
  update_protection (self, now_us);
}

void
yodel_audio_sender_set_rtt (YodelAudioSender *self,
                            gint64            rtt_us)
{
  yodel_stream_repair_set_rtt (self->repair, rtt_us);
}

void
yodel_audio_sender_set_losses (YodelAudioSender    *self,
                               const YodelLossRuns *losses)
{
  double share = yodel_loss_runs_get_share (losses);

  self->path.mean_burst = yodel_loss_runs_get_mean (losses);
  self->has_feedback = share >= 0;
  if (self->has_feedback)
    self->path.loss = share;
}

double
yodel_audio_sender_get_mean_burst (const YodelAudioSender *self)
{
  return self->path.mean_burst;
}

void
yodel_audio_sender_set_rate (YodelAudioSender *self,
                             guint             available_bps,
                             gint64            now_us)
{
  self->path.available_bps = available_bps;
  update_protection (self, now_us);
}

gboolean
yodel_audio_sender_is_speaking_while_muted (const YodelAudioSender *self)
{
  return self->speaks_muted;
}

guint
yodel_audio_sender_get_channels (const YodelAudioSender *self)
{
  return self->channels;
}

gboolean
yodel_audio_sender_has_voice (const YodelAudioSender *self)
{
  return self->meter.voice;
}

guint8
yodel_audio_sender_get_level (const YodelAudioSender *self)
{
  return self->meter.level;
}

const YodelLossProtection *
yodel_audio_sender_get_protection (const YodelAudioSender *self)
{
  return &self->protection.choice;
}

const YodelStreamRepairCounters *
yodel_audio_sender_get_repairs (const YodelAudioSender *self)
{
  return yodel_stream_repair_get_counters (self->repair);
}

YodelRtpStream *
yodel_audio_sender_get_stream (YodelAudioSender *self)
{
  return &self->stream;
}

YodelSenderStatistics *
yodel_audio_sender_get_statistics (YodelAudioSender *self)
{
  return &self->statistics;
}
