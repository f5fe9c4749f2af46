#define G_LOG_DOMAIN "yodel-session"

#include "session/section.h"

#include <string.h>

#include "base/units.h"
#include "rtp/ntp-time.h"
#include "rtp/rtcp-write.h"
#include "rtp/rtp-extensions.h"

/* A round trip counts for an eighth of the smoothed one, RFC 6298 section 2. */
#define RTT_SMOOTHING 8

/* Sound wants its loss known within a second as well, for the protection follows it. */
#define REPORT_INTERVAL_US (1 * G_TIME_SPAN_SECOND)

YodelSection *
yodel_section_new (YodelMediaKind          kind,
                   guint                   id,
                   const YodelSectionSeed *seed,
                   gint64                  now_us)
{
  YodelSection *self = g_new0 (YodelSection, 1);

  self->kind = kind;
  self->id = id;
  self->rtt_us = -1;
  self->said_level = YODEL_AUDIO_LEVEL_SILENCE;

  switch (kind)
    {
    case YODEL_MEDIA_AUDIO:
      self->audio_sender =
        yodel_audio_sender_new (seed->ssrc, seed->first_sequence, seed->first_rtp_time);
      self->audio_receiver = yodel_audio_receiver_new ();
      yodel_keypad_init (&self->keypad);
      break;
    case YODEL_MEDIA_VIDEO:
      self->video_sender =
        yodel_video_sender_new (seed->ssrc, seed->rtx_ssrc, seed->first_sequence,
                                seed->first_rtx_sequence, seed->first_rtp_time);
      self->video_receiver = yodel_video_receiver_new ();
      break;
    }

  yodel_rtcp_schedule_init (&self->schedule, REPORT_INTERVAL_US, now_us, 0.0);
  return self;
}

void
yodel_section_free (YodelSection *self)
{
  g_clear_pointer (&self->audio_sender, yodel_audio_sender_free);
  g_clear_pointer (&self->audio_receiver, yodel_audio_receiver_free);
  g_clear_pointer (&self->video_sender, yodel_video_sender_free);
  g_clear_pointer (&self->video_receiver, yodel_video_receiver_free);
  g_free (self->mid);
  g_free (self);
}

static guint8
payload_type_or_none (gint payload_type)
{
  return payload_type < 0 ? 0 : payload_type;
}

static void
apply_audio (YodelSection               *self,
             const YodelMediaParameters *parameters,
             const YodelRtpHeaders      *headers)
{
  const YodelAudioSendParameters send = {
    .headers = *headers,
    .payload_type = payload_type_or_none (parameters->send.opus),
    .red_payload_type = payload_type_or_none (parameters->send.red),
    .max_bitrate_bps = parameters->max_average_bitrate_bps,
    .frame_ms = parameters->ptime_ms,
    .max_frame_ms = parameters->max_ptime_ms,
    .min_frame_ms = parameters->min_ptime_ms,
    .fec = parameters->inband_fec,
    .dtx = parameters->dtx,
    .cbr = parameters->cbr,
    .nack = parameters->nack,
    .stereo = parameters->stereo,
  };

  yodel_audio_sender_set_parameters (self->audio_sender, &send);
  yodel_audio_receiver_set_payload_types (self->audio_receiver,
                                          payload_type_or_none (parameters->receive.opus),
                                          payload_type_or_none (parameters->receive.red));
  yodel_audio_receiver_set_nack (self->audio_receiver, parameters->nack);
  self->payload_types[0] = payload_type_or_none (parameters->receive.opus);
  self->payload_types[1] = payload_type_or_none (parameters->receive.red);
  self->payload_types[2] = payload_type_or_none (parameters->receive.telephone_event);
  self->payload_types[3] = payload_type_or_none (parameters->receive.telephone_event_8000);
  yodel_keypad_set_parameters (&self->keypad, parameters);
}

static void
apply_video (YodelSection               *self,
             const YodelMediaParameters *parameters,
             const YodelRtpHeaders      *headers)
{
  const gboolean is_vp9 = parameters->video_codec == YODEL_VIDEO_VP9;
  const YodelVideoSendParameters send = {
    .headers = *headers,
    .codec = parameters->video_codec,
    .payload_type = payload_type_or_none (is_vp9 ? parameters->send.vp9 : parameters->send.vp8),
    .red_payload_type = payload_type_or_none (parameters->send.video_red),
    .ulpfec_payload_type = payload_type_or_none (parameters->send.ulpfec),
    .rtx_payload_type = payload_type_or_none (is_vp9 ? parameters->send.vp9_rtx : parameters->send.rtx),
    .nack = parameters->nack,
  };
  const YodelVideoReceiveParameters receive = {
    .payload_types = { [YODEL_VIDEO_VP8] = payload_type_or_none (parameters->receive.vp8),
                       [YODEL_VIDEO_VP9] = payload_type_or_none (parameters->receive.vp9) },
    .rtx_payload_types = { [YODEL_VIDEO_VP8] = payload_type_or_none (parameters->receive.rtx),
                           [YODEL_VIDEO_VP9] = payload_type_or_none (parameters->receive.vp9_rtx) },
    .red_payload_type = payload_type_or_none (parameters->receive.video_red),
    .red_rtx_payload_type = payload_type_or_none (parameters->receive.video_red_rtx),
    .ulpfec_payload_type = payload_type_or_none (parameters->receive.ulpfec),
    .orientation_id = parameters->extensions.orientation,
    .nack = parameters->nack,
    .pli = parameters->pli,
  };

  yodel_video_sender_set_parameters (self->video_sender, &send);
  yodel_video_receiver_set_parameters (self->video_receiver, &receive);
  memcpy (self->payload_types, receive.payload_types, sizeof receive.payload_types);
  memcpy (self->payload_types + 2, receive.rtx_payload_types, sizeof receive.rtx_payload_types);
  self->payload_types[4] = receive.red_payload_type;
  self->payload_types[5] = receive.red_rtx_payload_type;
}

static void
restart_receiver (YodelSection *self)
{
  switch (self->kind)
    {
    case YODEL_MEDIA_AUDIO: yodel_audio_receiver_restart (self->audio_receiver); break;
    case YODEL_MEDIA_VIDEO: yodel_video_receiver_restart (self->video_receiver); break;
    }
}

void
yodel_section_set_direction (YodelSection   *self,
                             YodelDirection  direction)
{
  gboolean was_receiving = yodel_section_is_receiving (self);

  self->direction = direction;
  if (yodel_section_is_receiving (self) != was_receiving)
    restart_receiver (self);
}

void
yodel_section_apply (YodelSection               *self,
                     const YodelMediaParameters *parameters)
{
  const YodelRtpHeaders headers = {
    .mid = parameters->mid,
    .mid_id = parameters->extensions.mid,
    .transport_cc_id = parameters->transport_cc ? parameters->extensions.transport_cc : 0,
    .abs_send_time_id = parameters->remb ? parameters->extensions.abs_send_time : 0,
    .audio_level_id = parameters->extensions.audio_level,
    .orientation_id = parameters->extensions.orientation,
  };

  g_free (self->mid);
  self->mid = g_strdup (parameters->mid);
  self->transport = parameters->transport_index;
  self->reduced_size = parameters->reduced_size_rtcp;
  self->mid_id = headers.mid_id;
  self->transport_cc_id = headers.transport_cc_id;
  self->abs_send_time_id = headers.abs_send_time_id;
  self->audio_level_id = headers.audio_level_id;

  switch (self->kind)
    {
    case YODEL_MEDIA_AUDIO: apply_audio (self, parameters, &headers); break;
    case YODEL_MEDIA_VIDEO: apply_video (self, parameters, &headers); break;
    }
  yodel_section_set_direction (self, parameters->direction);
}

gboolean
yodel_section_is_sending (const YodelSection *self)
{
  return (self->direction & YODEL_DIRECTION_SENDONLY) != 0;
}

gboolean
yodel_section_is_receiving (const YodelSection *self)
{
  return (self->direction & YODEL_DIRECTION_RECVONLY) != 0;
}

gboolean
yodel_section_takes_payload_type (const YodelSection *self,
                                  guint8              payload_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->payload_types); i++)
    if (self->payload_types[i] != 0 && self->payload_types[i] == payload_type)
      return TRUE;

  return FALSE;
}

YodelRtpStream *
yodel_section_get_stream (const YodelSection *self)
{
  return self->kind == YODEL_MEDIA_AUDIO ? yodel_audio_sender_get_stream (self->audio_sender)
                                         : yodel_video_sender_get_stream (self->video_sender);
}

YodelSenderStatistics *
yodel_section_get_sent (const YodelSection *self)
{
  return self->kind == YODEL_MEDIA_AUDIO ? yodel_audio_sender_get_statistics (self->audio_sender)
                                         : yodel_video_sender_get_statistics (self->video_sender);
}

YodelReceiveStatistics *
yodel_section_get_received (const YodelSection *self)
{
  return self->kind == YODEL_MEDIA_AUDIO
           ? yodel_audio_receiver_get_statistics (self->audio_receiver)
           : yodel_video_receiver_get_statistics (self->video_receiver);
}

guint32
yodel_section_get_ssrc (const YodelSection *self)
{
  return yodel_section_get_stream (self)->ssrc;
}

/* 0 before a packet came. */
guint32
yodel_section_get_remote_ssrc (const YodelSection *self)
{
  return yodel_section_get_received (self)->ssrc;
}

/* A report of a key counts like any packet, but for its RTP time: that is of the moment when the key went down, not of
 * the packet. */
static void
receive_audio (YodelSection         *self,
               const YodelRtpPacket *packet,
               gint64                arrival_us)
{
  YodelRtpPacket counted = *packet;
  const guint8 *level;
  gsize size;

  if (self->audio_level_id != 0 && yodel_rtp_packet_find_extension (packet, self->audio_level_id, &level, &size))
    yodel_audio_level_parse (level, size, &self->said_level, &self->said_voice);
  counted.timestamp += yodel_keypad_receive (&self->keypad, packet, arrival_us);
  yodel_audio_receiver_push (self->audio_receiver, &counted, arrival_us);
}

void
yodel_section_receive (YodelSection         *self,
                       const YodelRtpPacket *packet,
                       gint64                arrival_us)
{
  switch (self->kind)
    {
    case YODEL_MEDIA_AUDIO:
      receive_audio (self, packet, arrival_us);
      break;
    case YODEL_MEDIA_VIDEO:
      yodel_video_receiver_push (self->video_receiver, packet, arrival_us);
      break;
    }
}

void
yodel_section_overhear (YodelSection         *self,
                        const YodelRtpPacket *packet,
                        gint64                arrival_us)
{
  YodelReceiveStatistics *received = yodel_section_get_received (self);

  if (received->started && received->ssrc == packet->ssrc)
    yodel_receive_statistics_push (received, packet->sequence_number, packet->timestamp, packet->payload_bytes, arrival_us);
}

void
yodel_section_on_sender_report (YodelSection                *self,
                                const YodelRtcpSenderReport *report,
                                gint64                       now_us)
{
  yodel_receive_statistics_on_sender_report (yodel_section_get_received (self), report, now_us);
  self->clock = (YodelSenderClock) { report->ntp_time, report->rtp_time };
}

static void
add_round_trip (YodelSection *self,
                gint64        rtt_us)
{
  yodel_section_set_rtt (self, self->rtt_us < 0
                                 ? rtt_us
                                 : self->rtt_us + (rtt_us - self->rtt_us) / RTT_SMOOTHING);
}

gboolean
yodel_section_on_report_block (YodelSection               *self,
                               const YodelRtcpReportBlock *block,
                               gint64                      now_us)
{
  YodelSenderStatistics *sent = yodel_section_get_sent (self);
  gboolean measured = yodel_sender_statistics_on_report (sent, block, now_us);

  yodel_section_get_stream (self)->heard = TRUE;
  if (measured)
    add_round_trip (self, sent->rtt.rtt_us);

  if (self->kind == YODEL_MEDIA_AUDIO)
    yodel_audio_sender_on_report (self->audio_sender, block->fraction_lost / 256.0, self->rtt_us,
                                  now_us);
  return measured;
}

gboolean
yodel_section_on_dlrr (YodelSection        *self,
                       const YodelRtcpDlrr *item,
                       gint64               now_us)
{
  if (!yodel_rtt_meter_on_echo (&self->rtt, item->last_rr, item->delay_since_last_rr, now_us))
    return FALSE;

  add_round_trip (self, self->rtt.rtt_us);
  return TRUE;
}

void
yodel_section_set_rtt (YodelSection *self,
                       gint64        rtt_us)
{
  self->rtt_us = rtt_us;
  switch (self->kind)
    {
    case YODEL_MEDIA_AUDIO:
      yodel_audio_sender_set_rtt (self->audio_sender, rtt_us);
      yodel_audio_receiver_set_rtt (self->audio_receiver, rtt_us);
      break;
    case YODEL_MEDIA_VIDEO:
      yodel_video_sender_set_rtt (self->video_sender, rtt_us);
      yodel_video_receiver_set_rtt (self->video_receiver, rtt_us);
      break;
    }
}

/* RFC 3611: a side that sends no media still measures the round trip, and answers one that does
 * so. */
static void
write_extended_report (YodelSection    *self,
                       YodelByteWriter *writer,
                       gboolean         sending,
                       guint64          ntp_time,
                       gint64           now_us)
{
  guint32 ssrc = yodel_section_get_ssrc (self);

  if (!sending)
    {
      yodel_rtcp_write_reference_time (writer, ssrc, ntp_time);
      yodel_rtt_meter_on_sent (&self->rtt, ntp_time, now_us);
    }

  if (self->reference_time.heard)
    {
      YodelRtcpDlrr item = { .ssrc = self->reference_ssrc };

      yodel_rtt_echo_get (&self->reference_time, &item.last_rr, &item.delay_since_last_rr, now_us);
      yodel_rtcp_write_dlrr (writer, ssrc, &item, 1);
    }
}

void
yodel_section_write_report (YodelSection    *self,
                            YodelByteWriter *writer,
                            const char      *cname,
                            gint64           unix_offset_us,
                            gint64           now_us)
{
  YodelReceiveStatistics *received = yodel_section_get_received (self);
  YodelRtcpSenderReport report;
  YodelRtcpReportBlock block;
  guint n_blocks = 0;
  gboolean sending;

  if (received->started)
    {
      yodel_receive_statistics_take_report (received, &block, now_us);
      n_blocks = 1;
    }

  sending = yodel_section_is_sending (self)
            && yodel_sender_statistics_create_report (yodel_section_get_sent (self), &report,
                                                      now_us, unix_offset_us);
  if (sending)
    yodel_rtcp_write_sender_report (writer, &report, &block, n_blocks);
  else
    yodel_rtcp_write_receiver_report (writer, yodel_section_get_ssrc (self), &block, n_blocks);

  yodel_rtcp_write_cname (writer, yodel_section_get_ssrc (self), cname);
  write_extended_report (self, writer, sending, yodel_ntp_from_unix_us (now_us + unix_offset_us),
                         now_us);
}

gint64
yodel_section_next_deadline_us (const YodelSection *self)
{
  gint64 deadline_us = yodel_rtcp_schedule_next_deadline_us (&self->schedule);

  switch (self->kind)
    {
    case YODEL_MEDIA_AUDIO:
      deadline_us = MIN (deadline_us, yodel_keypad_next_deadline_us (&self->keypad));
      return MIN (deadline_us, yodel_audio_receiver_next_deadline_us (self->audio_receiver));
    case YODEL_MEDIA_VIDEO:
      return MIN (deadline_us, yodel_video_receiver_next_deadline_us (self->video_receiver));
    }
  g_assert_not_reached ();
}
