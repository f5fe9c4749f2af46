/* The snapshot of what a session core measures, under the names of W3C webrtc-stats.  Members of
 * our own have no name there: they say what the protection and the playout do. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-core-private.h"

#include <math.h>

#include "rtp/rtp-extensions.h"
#include "session/stats-object.h"
#include "video/vp8-payload.h"

#define SAMPLES_PER_SECOND 48000.0

static double
seconds (gint64 us)
{
  return us / (double) G_USEC_PER_SEC;
}

/* W3C webrtc-stats counts in parts of the loudest that can be, RFC 6464 in decibels below it. */
static double
linear_level (guint level)
{
  return level >= YODEL_AUDIO_LEVEL_SILENCE ? 0 : pow (10, -(double) level / 20);
}

static const char *
kind_name (const YodelSection *section)
{
  return section->kind == YODEL_MEDIA_AUDIO ? "audio" : "video";
}

static void
begin (GVariantBuilder    *object,
       const char         *type,
       const YodelSection *section,
       gint64              unix_us)
{
  g_autofree char *id = g_strdup_printf ("%s-%u", type, section->id);

  yodel_stats_object_begin (object, type, id, unix_us);
  yodel_stats_object_add_text (object, "kind", kind_name (section));
  yodel_stats_object_add_text (object, "mid", section->mid);
}

static void
add_sent_audio (GVariantBuilder    *object,
                const YodelSection *section)
{
  const YodelLossProtection *protection =
    yodel_audio_sender_get_protection (section->audio_sender);
  const YodelStreamRepairCounters *repairs = yodel_audio_sender_get_repairs (section->audio_sender);
  GVariantBuilder distances;

  yodel_stats_object_add_count (object, "targetBitrate", protection->bitrate_bps);
  yodel_stats_object_add_count (object, "frameDurationMs", protection->frame_ms);
  yodel_stats_object_add_flag (object, "fecActive", protection->fec);
  yodel_stats_object_add_flag (object, "survivalMode", protection->survival);
  yodel_stats_object_add_flag (object, "nackActive", protection->nack);
  yodel_stats_object_add_number (object, "meanLossBurst", yodel_audio_sender_get_mean_burst (section->audio_sender));
  yodel_stats_object_add_count (object, "packetLossPercent", protection->packet_loss_percent);
  yodel_stats_object_add_count (object, "nackCount", repairs->n_requests);
  yodel_stats_object_add_count (object, "retransmittedPacketsSent", repairs->n_packets);
  yodel_stats_object_add_count (object, "retransmittedBytesSent", repairs->n_bytes);

  yodel_stats_object_add_number (object, "audioLevel", linear_level (yodel_audio_sender_get_level (section->audio_sender)));
  yodel_stats_object_add_flag (object, "voiceActivityFlag", yodel_audio_sender_has_voice (section->audio_sender));
  yodel_stats_object_add_count (object, "telephoneEventsSent", section->keypad.n_sent);
  yodel_stats_object_add_count (object, "telephoneEventsRefused", section->keypad.n_refused);

  g_variant_builder_init (&distances, G_VARIANT_TYPE ("au"));
  for (guint i = 0; i < protection->n_distances; i++)
    g_variant_builder_add (&distances, "u", protection->distances[i]);
  g_variant_builder_add (object, "{sv}", "redDistances", g_variant_builder_end (&distances));
}

static const char *
codec_name (const YodelSection *section,
            gboolean            sent)
{
  YodelVideoCodec codec;

  if (section->kind == YODEL_MEDIA_AUDIO)
    return "audio/opus";

  codec = sent ? yodel_video_sender_get_codec (section->video_sender)
               : yodel_video_receiver_get_codec (section->video_receiver);
  return codec == YODEL_VIDEO_VP9 ? "video/VP9" : "video/VP8";
}

/* One object for each codec and direction, named in the codecId of its stream. */
static void
add_codec (GVariantBuilder    *objects,
           const YodelSection *section,
           gboolean            sent,
           gint64              unix_us)
{
  g_autofree char *id = g_strdup_printf ("codec-%u-%s", section->id, sent ? "out" : "in");
  GVariantBuilder object;

  yodel_stats_object_begin (&object, "codec", id, unix_us);
  yodel_stats_object_add_text (&object, "mimeType", codec_name (section, sent));
  yodel_stats_object_add_count (&object, "clockRate",
                                section->kind == YODEL_MEDIA_AUDIO ? 48000 : YODEL_VP8_CLOCK_RATE_HZ);
  if (section->kind == YODEL_MEDIA_AUDIO)
    yodel_stats_object_add_count (&object, "channels", sent ? yodel_audio_sender_get_channels (section->audio_sender)
                                                            : yodel_audio_receiver_get_sent_channels (section->audio_receiver));
  yodel_stats_object_end (&object, objects);
}

static void
add_codec_id (GVariantBuilder    *object,
              const YodelSection *section,
              gboolean            sent)
{
  g_autofree char *id = g_strdup_printf ("codec-%u-%s", section->id, sent ? "out" : "in");

  yodel_stats_object_add_text (object, "codecId", id);
}

static void
add_sent_video (GVariantBuilder    *object,
                const YodelSection *section,
                const YodelPath    *path)
{
  const YodelVideoSenderCounters *counters =
    yodel_video_sender_get_counters (section->video_sender);
  const YodelQuality *quality = yodel_video_sender_get_quality (section->video_sender);

  yodel_stats_object_add_count (object, "targetBitrate", path->allocator.allocation.video_bps);
  yodel_stats_object_add_count (object, "framesSent", counters->frames_encoded);
  yodel_stats_object_add_count (object, "framesEncoded", counters->frames_encoded);
  yodel_stats_object_add_count (object, "keyFramesEncoded", counters->key_frames_encoded);
  yodel_stats_object_add_count (object, "framesDropped", counters->frames_dropped);
  yodel_stats_object_add_number (object, "totalEncodeTime", seconds (counters->encode_us));
  yodel_stats_object_add_count (object, "qpSum", counters->qp_sum);
  yodel_stats_object_add_count (object, "frameWidth", counters->width);
  yodel_stats_object_add_count (object, "frameHeight", counters->height);
  yodel_stats_object_add_number (object, "framesPerSecond", quality->fps);
  yodel_stats_object_add_count (object, "nackCount", counters->nack_count);
  yodel_stats_object_add_count (object, "pliCount", counters->pli_count);
  yodel_stats_object_add_count (object, "firCount", counters->fir_count);
  yodel_stats_object_add_count (object, "retransmittedPacketsSent",
                                counters->retransmitted_packets);
  yodel_stats_object_add_count (object, "retransmittedBytesSent", counters->retransmitted_bytes);
  yodel_stats_object_add_count (object, "fecPacketsSent", counters->protection_packets);
  yodel_stats_object_add_text (object, "scalabilityMode",
                               yodel_video_sender_get_n_layers (section->video_sender) > 1 ? "L1T2" : "L1T1");
  yodel_stats_object_add_count (object, "disposableFramesSent", counters->disposable_frames);
  yodel_stats_object_add_text (object, "qualityLimitationReason",
                               yodel_video_sender_get_limit_reason (section->video_sender));
  yodel_stats_object_add_flag (object, "paused", path->paused);
}

static void
add_outbound (YodelSessionCore   *self,
              const YodelSection *section,
              GVariantBuilder    *objects,
              gint64              unix_us)
{
  const YodelSenderStatistics *sent = yodel_section_get_sent (section);
  GVariantBuilder object;

  begin (&object, "outbound-rtp", section, unix_us);
  add_codec_id (&object, section, TRUE);
  yodel_stats_object_add_count (&object, "ssrc", sent->ssrc);
  yodel_stats_object_add_count (&object, "packetsSent", sent->packets_sent);
  yodel_stats_object_add_count (&object, "bytesSent", sent->bytes_sent);
  if (section->kind == YODEL_MEDIA_AUDIO)
    add_sent_audio (&object, section);
  else
    add_sent_video (&object, section, &self->paths[section->transport]);
  yodel_stats_object_end (&object, objects);
}

/* What the peer says of what we send. */
static void
add_remote_inbound (const YodelSection *section,
                    GVariantBuilder    *objects,
                    gint64              unix_us)
{
  const YodelSenderStatistics *sent = yodel_section_get_sent (section);
  GVariantBuilder object;

  if (!sent->has_remote)
    return;

  begin (&object, "remote-inbound-rtp", section, unix_us);
  yodel_stats_object_add_number (&object, "fractionLost", sent->remote.fraction_lost / 256.0);
  g_variant_builder_add (&object, "{sv}", "packetsLost",
                         g_variant_new_int64 (sent->remote.cumulative_lost));
  yodel_stats_object_add_number (&object, "jitter",
                                 seconds (yodel_sender_statistics_get_remote_jitter_us (sent)));
  if (section->rtt_us >= 0)
    yodel_stats_object_add_number (&object, "roundTripTime", seconds (section->rtt_us));
  yodel_stats_object_end (&object, objects);
}

static void
add_received_audio (GVariantBuilder    *object,
                    const YodelSection *section)
{
  const YodelPlayoutBuffer *playout = yodel_audio_receiver_get_playout (section->audio_receiver);
  YodelPlayoutStatistics s;

  yodel_playout_buffer_get_statistics (playout, &s);
  yodel_stats_object_add_count (object, "totalSamplesReceived", s.total_samples_received);
  yodel_stats_object_add_count (object, "concealedSamples", s.concealed_samples);
  yodel_stats_object_add_count (object, "silentConcealedSamples", s.silent_concealed_samples);
  yodel_stats_object_add_count (object, "concealmentEvents", s.concealment_events);
  yodel_stats_object_add_count (object, "insertedSamplesForDeceleration",
                                s.inserted_samples_for_deceleration);
  yodel_stats_object_add_count (object, "removedSamplesForAcceleration",
                                s.removed_samples_for_acceleration);
  yodel_stats_object_add_count (object, "fecPacketsReceived",
                                s.fec_packets_received + s.redundant_received);
  yodel_stats_object_add_count (object, "fecPacketsDiscarded",
                                s.fec_packets_received + s.redundant_received
                                - s.fec_packets_used - s.redundant_used);
  yodel_stats_object_add_count (object, "packetsDiscarded", s.packets_discarded);
  yodel_stats_object_add_count (object, "nackCount",
                                yodel_audio_receiver_get_nack_count (section->audio_receiver));
  yodel_stats_object_add_count (object, "jitterBufferEmittedCount",
                                s.jitter_buffer_emitted_count);
  yodel_stats_object_add_number (object, "jitterBufferDelay", seconds (s.jitter_buffer_delay_us));
  yodel_stats_object_add_number (object, "jitterBufferTargetDelay",
                                 seconds (s.jitter_buffer_target_delay_us));
  yodel_stats_object_add_number (object, "audioLevel",
                                 linear_level (yodel_audio_receiver_get_level (section->audio_receiver)));
  yodel_stats_object_add_number (object, "saidAudioLevel", linear_level (section->said_level));
  yodel_stats_object_add_flag (object, "voiceActivityFlag", section->said_voice);
  yodel_stats_object_add_count (object, "telephoneEventsReceived", section->keypad.receiver.n_received);
  yodel_stats_object_add_count (object, "telephoneEventsDropped", section->keypad.receiver.n_dropped);
  yodel_stats_object_add_number (object, "totalSamplesDuration",
                                 s.total_samples_received / SAMPLES_PER_SECOND);
  yodel_stats_object_add_number (object, "playoutDelayMs",
                                 yodel_playout_buffer_get_delay_ms (playout));
}

static void
add_received_video (GVariantBuilder    *object,
                    const YodelSection *section,
                    gint64              now_us)
{
  const YodelVideoReceiver *receiver = section->video_receiver;
  const YodelVideoReceiverCounters *counters = yodel_video_receiver_get_counters (receiver);
  const YodelFrameBufferStats *frames = yodel_video_receiver_get_frame_stats (receiver);
  const YodelFreezeMeter *freezes = yodel_video_receiver_get_freezes (receiver);

  yodel_stats_object_add_count (object, "framesReceived", frames->frames_received);
  yodel_stats_object_add_count (object, "keyFramesDecoded", frames->key_frames);
  yodel_stats_object_add_count (object, "framesDecoded", counters->frames_decoded);
  yodel_stats_object_add_count (object, "framesDropped",
                                frames->frames_dropped + counters->frames_dropped);
  yodel_stats_object_add_count (object, "framesRendered", freezes->frames_rendered);
  yodel_stats_object_add_number (object, "framesPerSecond",
                                 yodel_freeze_meter_get_fps (freezes, now_us));
  yodel_stats_object_add_count (object, "frameWidth", counters->width);
  yodel_stats_object_add_count (object, "frameHeight", counters->height);
  yodel_stats_object_add_count (object, "freezeCount", freezes->freeze_count);
  yodel_stats_object_add_number (object, "totalFreezesDuration", seconds (freezes->freezes_us));
  yodel_stats_object_add_number (object, "totalDecodeTime", seconds (counters->decode_us));
  yodel_stats_object_add_count (object, "nackCount", counters->nack_count);
  yodel_stats_object_add_count (object, "pliCount", counters->pli_count);
  yodel_stats_object_add_count (object, "retransmittedPacketsReceived",
                                counters->retransmitted_packets);
  yodel_stats_object_add_count (object, "retransmittedBytesReceived",
                                counters->retransmitted_bytes);
  yodel_stats_object_add_count (object, "fecPacketsReceived", counters->protection_packets);
  yodel_stats_object_add_count (object, "fecPacketsDiscarded", counters->protection_discarded);
  yodel_stats_object_add_count (object, "fecPacketsUsed", counters->restored_packets);
  yodel_stats_object_add_number (object, "playoutDelayMs",
                                 yodel_video_receiver_get_delay_us (receiver)
                                 / (double) YODEL_US_PER_MS);
}

static void
add_inbound (const YodelSection *section,
             GVariantBuilder    *objects,
             gint64              unix_us,
             gint64              now_us)
{
  YodelReceiveStatistics *received = yodel_section_get_received (section);
  GVariantBuilder object;

  if (!received->started)
    return;

  begin (&object, "inbound-rtp", section, unix_us);
  add_codec_id (&object, section, FALSE);
  yodel_stats_object_add_count (&object, "ssrc", received->ssrc);
  yodel_stats_object_add_count (&object, "packetsReceived", received->packets_received);
  yodel_stats_object_add_count (&object, "bytesReceived", received->bytes_received);
  g_variant_builder_add (&object, "{sv}", "packetsLost",
                         g_variant_new_int64 (yodel_receive_statistics_get_packets_lost (received)));
  yodel_stats_object_add_number (&object, "jitter",
                                 seconds (yodel_receive_statistics_get_jitter_us (received)));
  if (section->kind == YODEL_MEDIA_AUDIO)
    add_received_audio (&object, section);
  else
    add_received_video (&object, section, now_us);
  yodel_stats_object_end (&object, objects);
}

void
yodel_session_core_add_stats (YodelSessionCore *self,
                              GVariantBuilder  *objects,
                              gint64            now_us)
{
  gint64 unix_us = now_us + self->unix_offset_us;

  for (guint i = 0; i < self->sections->len; i++)
    {
      const YodelSection *section = self->sections->pdata[i];

      if (section->mid == NULL)
        continue;

      add_codec (objects, section, TRUE, unix_us);
      add_codec (objects, section, FALSE, unix_us);
      add_outbound (self, section, objects, unix_us);
      add_remote_inbound (section, objects, unix_us);
      add_inbound (section, objects, unix_us, now_us);
    }
}
