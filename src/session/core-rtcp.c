/* RTCP of a session: what the peer's packets say goes to the section or flow they speak of, and
 * ours are written here. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-core-private.h"

#include "rtp/rtcp-write.h"
#include "base/units.h"
#include "rtp/transport-feedback.h"

/* Requests in one NACK packet of the peer that are looked at. */
#define MAX_NACK_NUMBERS 512

static YodelSection *
find_sender (YodelSessionCore *self,
             const YodelPath  *path,
             guint32           ssrc)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->transport == path->index && yodel_section_get_ssrc (section) == ssrc)
        return section;
    }

  return NULL;
}

static YodelSection *
find_receiver (YodelSessionCore *self,
               const YodelPath  *path,
               guint32           ssrc)
{
  YodelSection *section = g_hash_table_lookup (path->sections, GUINT_TO_POINTER (ssrc));

  return section != NULL && yodel_section_get_remote_ssrc (section) == ssrc ? section : NULL;
}

/* The loss and the round trip are the path's, so each section learns of the latter. */
static void
spread_round_trip (YodelSessionCore   *self,
                   const YodelPath    *path,
                   const YodelSection *measured)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section != measured && section->transport == path->index)
        yodel_section_set_rtt (section, measured->rtt_us);
    }
}

static void
receive_report_blocks (YodelSessionCore      *self,
                       YodelPath             *path,
                       const YodelRtcpPacket *packet,
                       gint64                 now_us)
{
  YodelRtcpReportBlock blocks[YODEL_RTCP_MAX_BLOCKS];
  guint32 sender_ssrc;
  guint n = yodel_rtcp_parse_report_blocks (packet, &sender_ssrc, blocks, G_N_ELEMENTS (blocks));

  for (guint i = 0; i < n; i++)
    {
      YodelSection *section = find_sender (self, path, blocks[i].ssrc);
      gboolean measured;

      if (section == NULL)
        continue;

      measured = yodel_section_on_report_block (section, &blocks[i], now_us);
      if (measured)
        spread_round_trip (self, path, section);
      yodel_flow_on_report (path->flow, blocks[i].fraction_lost / 256.0,
                            measured ? section->rtt_us : -1, now_us);
    }
}

static void
receive_sender_report (YodelSessionCore      *self,
                       YodelPath             *path,
                       const YodelRtcpPacket *packet,
                       gint64                 now_us)
{
  YodelRtcpSenderReport report;
  YodelSection *section;

  if (!yodel_rtcp_parse_sender_report (packet, &report))
    return;

  section = find_receiver (self, path, report.ssrc);
  if (section != NULL)
    yodel_section_on_sender_report (section, &report, now_us);
}

static void
receive_extended_report (YodelSessionCore      *self,
                         YodelPath             *path,
                         const YodelRtcpPacket *packet,
                         gint64                 now_us)
{
  YodelRtcpDlrr items[YODEL_RTCP_MAX_BLOCKS];
  guint32 sender_ssrc;
  guint64 ntp_time;
  guint n = yodel_rtcp_parse_dlrr (packet, items, G_N_ELEMENTS (items));

  for (guint i = 0; i < n; i++)
    {
      YodelSection *section = find_sender (self, path, items[i].ssrc);

      if (section != NULL && yodel_section_on_dlrr (section, &items[i], now_us))
        spread_round_trip (self, path, section);
    }

  if (!yodel_rtcp_parse_reference_time (packet, &sender_ssrc, &ntp_time))
    return;

  /* A receiver's SSRC is in no packet of media, so the answer goes by the first section. */
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->transport != path->index)
        continue;

      section->reference_ssrc = sender_ssrc;
      yodel_rtt_echo_on_heard (&section->reference_time, ntp_time, now_us);
      return;
    }
}

static void
receive_nack (YodelSessionCore      *self,
              YodelPath             *path,
              const YodelRtcpPacket *packet,
              gint64                 now_us)
{
  guint16 numbers[MAX_NACK_NUMBERS];
  guint32 ssrc;
  guint n = yodel_rtcp_parse_nack (packet, &ssrc, numbers, G_N_ELEMENTS (numbers));
  YodelSection *section = n > 0 ? find_sender (self, path, ssrc) : NULL;

  if (section == NULL)
    return;

  switch (section->kind)
    {
    case YODEL_MEDIA_AUDIO:
      yodel_audio_sender_on_nack (section->audio_sender, path->flow, numbers, n, now_us);
      break;
    case YODEL_MEDIA_VIDEO:
      yodel_video_sender_on_nack (section->video_sender, path->flow, numbers, n, now_us);
      break;
    }
}

static void
receive_transport_feedback (YodelSessionCore      *self,
                            YodelPath             *path,
                            const YodelRtcpPacket *packet,
                            gint64                 now_us)
{
  switch (packet->count)
    {
    case YODEL_RTCP_FMT_NACK:
      receive_nack (self, path, packet, now_us);
      break;
    case YODEL_RTCP_FMT_TRANSPORT_WIDE:
      /* The common header stands before the body and counts the words after the first. */
      yodel_flow_on_feedback (path->flow, packet->body - 4,
                              4 + 4u * (packet->body[-2] << 8 | packet->body[-1]), now_us);
      yodel_session_core_divide_rates (self, path, now_us);
      break;
    default:
      break;
    }
}

static void
request_key_frame (YodelSessionCore *self,
                   YodelPath        *path,
                   guint32           ssrc,
                   gboolean          fir)
{
  YodelSection *section = find_sender (self, path, ssrc);

  if (section != NULL && section->kind == YODEL_MEDIA_VIDEO)
    yodel_video_sender_on_key_request (section->video_sender, fir);
}

static void
receive_payload_feedback (YodelSessionCore      *self,
                          YodelPath             *path,
                          const YodelRtcpPacket *packet,
                          gint64                 now_us)
{
  YodelRtcpFir requests[YODEL_RTCP_MAX_BLOCKS];
  guint32 ssrc, ssrcs[YODEL_RTCP_MAX_BLOCKS];
  guint64 bitrate_bps;
  guint n;

  switch (packet->count)
    {
    case YODEL_RTCP_FMT_PLI:
      if (yodel_rtcp_parse_pli (packet, &ssrc))
        request_key_frame (self, path, ssrc, FALSE);
      break;
    case YODEL_RTCP_FMT_FIR:
      n = yodel_rtcp_parse_fir (packet, requests, G_N_ELEMENTS (requests));
      for (guint i = 0; i < n; i++)
        request_key_frame (self, path, requests[i].ssrc, TRUE);
      break;
    case YODEL_RTCP_FMT_APPLICATION:
      if (yodel_rtcp_parse_remb (packet, &bitrate_bps, ssrcs, G_N_ELEMENTS (ssrcs), &n))
        yodel_flow_on_remb (path->flow, MIN (bitrate_bps, G_MAXUINT), now_us);
      break;
    default:
      break;
    }
}

void
yodel_session_core_receive_rtcp (YodelSessionCore *self,
                                 YodelPath        *path,
                                 const guint8     *data,
                                 gsize             size,
                                 gint64            now_us)
{
  YodelRtcpReader reader;
  YodelRtcpPacket packet;

  if (!yodel_rtcp_reader_init (&reader, data, size))
    return;

  while (yodel_rtcp_reader_next (&reader, &packet))
    switch (packet.type)
      {
      case YODEL_RTCP_SENDER_REPORT:
        receive_sender_report (self, path, &packet, now_us);
        receive_report_blocks (self, path, &packet, now_us);
        break;
      case YODEL_RTCP_RECEIVER_REPORT:
        receive_report_blocks (self, path, &packet, now_us);
        break;
      case YODEL_RTCP_TRANSPORT_FEEDBACK:
        receive_transport_feedback (self, path, &packet, now_us);
        break;
      case YODEL_RTCP_PAYLOAD_FEEDBACK:
        receive_payload_feedback (self, path, &packet, now_us);
        break;
      case YODEL_RTCP_EXTENDED_REPORT:
        receive_extended_report (self, path, &packet, now_us);
        break;
      default:
        break;
      }
}

static void
send_rtcp (YodelSection    *section,
           YodelPath       *path,
           YodelByteWriter *writer,
           gboolean         regular,
           gint64           now_us,
           double           chance)
{
  if (writer->failed || writer->size == 0)
    return;

  yodel_rtcp_schedule_on_sent (&section->schedule, regular, writer->size, now_us, chance);
  yodel_flow_send_rtcp (path->flow, writer->data, writer->size);
}

/* Feedback stands behind a report where the peer wants whole compounds. */
static void
begin_feedback (YodelSessionCore *self,
                YodelSection     *section,
                YodelByteWriter  *writer,
                gint64            now_us)
{
  if (!section->reduced_size)
    yodel_section_write_report (section, writer, self->cname, self->unix_offset_us, now_us);
}

static guint
poll_nack (YodelSection *section,
           guint16      *numbers,
           guint         capacity,
           gint64        now_us)
{
  switch (section->kind)
    {
    case YODEL_MEDIA_AUDIO: return yodel_audio_receiver_poll_nack (section->audio_receiver, numbers, capacity, now_us);
    case YODEL_MEDIA_VIDEO: return yodel_video_receiver_poll_nack (section->video_receiver, numbers, capacity, now_us);
    }
  g_assert_not_reached ();
}

static void
send_nack (YodelSessionCore *self,
           YodelPath        *path,
           YodelSection     *section,
           gint64            now_us)
{
  guint8 buffer[YODEL_SESSION_MAX_RTCP_BYTES];
  guint16 numbers[256];
  guint n = poll_nack (section, numbers, G_N_ELEMENTS (numbers), now_us);
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

  if (n == 0)
    return;

  begin_feedback (self, section, &writer, now_us);
  yodel_rtcp_write_nack (&writer, yodel_section_get_ssrc (section),
                         yodel_section_get_remote_ssrc (section), numbers, n);
  send_rtcp (section, path, &writer, FALSE, now_us, g_rand_double (self->random));
}

static void
send_key_request (YodelSessionCore *self,
                  YodelPath        *path,
                  YodelSection     *section,
                  gint64            now_us)
{
  guint8 buffer[YODEL_SESSION_MAX_RTCP_BYTES];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

  if (!yodel_video_receiver_wants_key_frame (section->video_receiver, now_us))
    return;

  begin_feedback (self, section, &writer, now_us);
  yodel_rtcp_write_pli (&writer, yodel_section_get_ssrc (section),
                        yodel_section_get_remote_ssrc (section));
  send_rtcp (section, path, &writer, FALSE, now_us, g_rand_double (self->random));
}

/* What one section has to say now: its regular report, and what it misses. */
void
yodel_session_core_send_reports (YodelSessionCore *self,
                                 YodelSection     *section,
                                 gint64            now_us)
{
  YodelPath *path = &self->paths[section->transport];
  guint8 buffer[YODEL_SESSION_MAX_RTCP_BYTES];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

  if (yodel_rtcp_schedule_is_due (&section->schedule, now_us))
    {
      yodel_section_write_report (section, &writer, self->cname, self->unix_offset_us, now_us);
      send_rtcp (section, path, &writer, TRUE, now_us, g_rand_double (self->random));
    }

  if (!yodel_section_is_receiving (section))
    return;

  send_nack (self, path, section, now_us);
  if (section->kind == YODEL_MEDIA_VIDEO)
    send_key_request (self, path, section, now_us);
}

/* Whose name the feedback wears: any will do, one on hold too. */
static YodelSection *
first_section (const YodelSessionCore *self,
               const YodelPath        *path)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->transport == path->index && section->mid != NULL)
        return section;
    }

  return NULL;
}

/* Never, where no section is there to speak for the path: what arrived waits until one is. */
gint64
yodel_session_core_next_feedback_us (const YodelSessionCore *self,
                                     const YodelPath        *path)
{
  return first_section (self, path) != NULL ? yodel_arrival_recorder_next_deadline_us (path->recorder)
                                            : YODEL_NEVER_US;
}

/* Transport-wide feedback about all that arrived on the path. */
void
yodel_session_core_send_feedback (YodelSessionCore *self,
                                  YodelPath        *path,
                                  gint64            now_us)
{
  YodelSection *section = first_section (self, path);
  guint8 buffer[YODEL_SESSION_MAX_RTCP_BYTES];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

  if (section == NULL || yodel_arrival_recorder_next_deadline_us (path->recorder) > now_us)
    return;

  begin_feedback (self, section, &writer, now_us);
  while (yodel_arrival_recorder_poll (path->recorder, yodel_section_get_ssrc (section),
                                      path->feedback_ssrc, &writer, now_us))
    {
      send_rtcp (section, path, &writer, FALSE, now_us, g_rand_double (self->random));
      writer = yodel_byte_writer_init (buffer, sizeof buffer);
      begin_feedback (self, section, &writer, now_us);
    }
}
