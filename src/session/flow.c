#define G_LOG_DOMAIN "yodel-session"

#include "session/flow.h"

#include <string.h>

#include "base/units.h"
#include "congestion/gcc.h"
#include "congestion/send-history.h"
#include "rtp/rtp-extensions.h"
#include "rtp/transport-feedback.h"

/* The largest RTP packet that leaves. */
#define MAX_PACKET_BYTES 1400

typedef struct
{
  guint32 ssrc;
  guint8  transport_cc_id;
  guint8  abs_send_time_id;
} Stream;

/* Thread: the engine thread of its session. */
struct _YodelFlow
{
  YodelFlowOps            ops;
  gpointer                user_data;
  YodelPacer             *pacer;        /* (owned) */
  YodelController        *controller;   /* (owned) */
  YodelSendHistory       *history;      /* (owned) */
  YodelTransportFeedback *feedback;     /* (owned) scratch, too large for a stack */
  YodelLossRuns           sound_losses;
  Stream                  streams[YODEL_FLOW_MAX_STREAMS];
  guint                   n_streams;
};

YodelFlow *
yodel_flow_new (const YodelFlowOps *ops,
                gpointer            user_data,
                gint64              now_us)
{
  YodelFlow *self = g_new0 (YodelFlow, 1);

  self->ops = *ops;
  self->user_data = user_data;
  self->pacer = yodel_pacer_new (now_us);
  self->controller = yodel_gcc_new (now_us);
  self->history = yodel_send_history_new ();
  yodel_loss_runs_init (&self->sound_losses);
  self->feedback = g_new (YodelTransportFeedback, 1);
  yodel_pacer_set_overhead (self->pacer, YODEL_FLOW_OVERHEAD_BYTES);
  return self;
}

void
yodel_flow_free (YodelFlow *self)
{
  yodel_pacer_free (self->pacer);
  yodel_controller_free (self->controller);
  yodel_send_history_free (self->history);
  g_free (self->feedback);
  g_free (self);
}

static Stream *
find_stream (YodelFlow *self,
             guint32    ssrc)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].ssrc == ssrc)
      return &self->streams[i];

  return NULL;
}

void
yodel_flow_add_stream (YodelFlow *self,
                       guint32    ssrc,
                       guint8     transport_cc_id,
                       guint8     abs_send_time_id)
{
  Stream *stream = find_stream (self, ssrc);

  if (stream == NULL && self->n_streams < YODEL_FLOW_MAX_STREAMS)
    stream = &self->streams[self->n_streams++];

  if (stream != NULL)
    *stream = (Stream) { ssrc, transport_cc_id, abs_send_time_id };
}

void
yodel_flow_set_max_rate (YodelFlow *self,
                         guint      max_bps,
                         gint64     now_us)
{
  yodel_controller_set_limits (self->controller, 0, 0, max_bps, now_us);
}

void
yodel_flow_set_start_rate (YodelFlow *self,
                           guint      start_bps,
                           gint64     now_us)
{
  yodel_controller_set_limits (self->controller, 0, start_bps, 0, now_us);
}

/* Writes the number and the time at the last moment, and lets the packet go. */
static void
send_packet (YodelFlow      *self,
             GBytes         *packet,
             YodelPacerKind  kind,
             int             probe_cluster,
             gint64          now_us)
{
  guint8 data[MAX_PACKET_BYTES];
  gsize size = g_bytes_get_size (packet);
  const Stream *stream;

  if (size < 12 || size > sizeof data)
    return;

  memcpy (data, g_bytes_get_data (packet, NULL), size);
  stream = find_stream (self, (guint32) data[8] << 24 | data[9] << 16 | data[10] << 8 | data[11]);

  if (stream != NULL && stream->transport_cc_id != 0)
    {
      guint16 number = yodel_send_history_add (self->history, size + YODEL_FLOW_OVERHEAD_BYTES,
                                               kind == YODEL_PACER_AUDIO, probe_cluster, now_us);
      const guint8 value[2] = { number >> 8, number & 0xff };

      yodel_rtp_packet_set_extension (data, size, stream->transport_cc_id, value, sizeof value);
    }
  if (stream != NULL && stream->abs_send_time_id != 0)
    {
      guint8 value[YODEL_ABS_SEND_TIME_BYTES];

      yodel_abs_send_time_write (value, now_us);
      yodel_rtp_packet_set_extension (data, size, stream->abs_send_time_id, value, sizeof value);
    }

  if (kind == YODEL_PACER_VIDEO)
    self->ops.leaving (data, size, self->user_data);
  yodel_controller_on_packet_sent (self->controller, size + YODEL_FLOW_OVERHEAD_BYTES,
                                   kind == YODEL_PACER_AUDIO, now_us);
  self->ops.send (data, size, FALSE, self->user_data);
  if (kind == YODEL_PACER_VIDEO)
    self->ops.sent (packet, now_us, self->user_data);
}

static void
send_padding (YodelFlow *self,
              int        probe_cluster,
              gint64     now_us)
{
  g_autoptr (GBytes) padding =
    self->ops.padding (yodel_pacer_get_padding_bytes (self->pacer), now_us, self->user_data);

  yodel_pacer_padding_sent (self->pacer, padding != NULL ? g_bytes_get_size (padding) : 0);
  if (padding != NULL)
    send_packet (self, padding, YODEL_PACER_PADDING, probe_cluster, now_us);
}

static void
drain_pacer (YodelFlow *self,
             gint64     now_us)
{
  YodelPacerKind kind;
  int probe_cluster;
  GBytes *packet;

  while (yodel_pacer_poll (self->pacer, &packet, &kind, &probe_cluster))
    {
      if (packet == NULL)
        send_padding (self, probe_cluster, now_us);
      else
        send_packet (self, packet, kind, probe_cluster, now_us);
      g_clear_pointer (&packet, g_bytes_unref);
    }
}

static void
follow_controller (YodelFlow *self,
                   gint64     now_us)
{
  YodelControllerState state;
  YodelProbeRequest probe;

  yodel_controller_get_state (self->controller, &state);
  yodel_pacer_set_rate (self->pacer, state.pacing_bps, now_us);
  yodel_pacer_set_held (self->pacer, yodel_send_history_get_in_flight_bytes (self->history) > state.window_bytes, now_us);
  while (yodel_controller_poll_probe (self->controller, &probe))
    yodel_pacer_add_probe (self->pacer, &probe, now_us);
}

void
yodel_flow_push (YodelFlow      *self,
                 YodelPacerKind  kind,
                 GBytes         *packet,
                 gint64          now_us)
{
  yodel_pacer_push (self->pacer, kind, packet, now_us);
  yodel_pacer_advance (self->pacer, now_us);
  drain_pacer (self, now_us);
}

void
yodel_flow_send_rtcp (YodelFlow *self,
                      guint8    *data,
                      gsize      size)
{
  self->ops.send (data, size, TRUE, self->user_data);
}

void
yodel_flow_drop_video (YodelFlow *self)
{
  yodel_pacer_clear_video (self->pacer);
}

gboolean
yodel_flow_on_feedback (YodelFlow    *self,
                        const guint8 *packet,
                        gsize         size,
                        gint64        now_us)
{
  const YodelPacketResult *results;
  guint n, n_late = yodel_send_history_get_n_late_audio (self->history);

  if (!yodel_transport_feedback_parse (self->feedback, packet, size))
    return FALSE;

  n = yodel_send_history_on_report (self->history, self->feedback->base_sequence,
                                    self->feedback->arrived_us, self->feedback->n_packets,
                                    YODEL_TRANSPORT_FEEDBACK_PERIOD_US, &results);
  n_late = yodel_send_history_get_n_late_audio (self->history) - n_late;
  yodel_loss_runs_take_back (&self->sound_losses, n_late);
  for (guint i = 0; i < n; i++)
    if (results[i].audio)
      yodel_loss_runs_push (&self->sound_losses, results[i].audio_number, results[i].arrived_us < 0);
  if (n > 0)
    yodel_controller_on_feedback (self->controller, results, n, now_us);
  follow_controller (self, now_us);
  return TRUE;
}

void
yodel_flow_on_report (YodelFlow *self,
                      double     fraction_lost,
                      gint64     rtt_us,
                      gint64     now_us)
{
  if (rtt_us >= 0)
    yodel_controller_on_rtt (self->controller, rtt_us, now_us);
  yodel_controller_on_receiver_report (self->controller, fraction_lost, rtt_us, now_us);
}

void
yodel_flow_on_remb (YodelFlow *self,
                    guint      bitrate_bps,
                    gint64     now_us)
{
  yodel_controller_on_remb (self->controller, bitrate_bps, now_us);
}

void
yodel_flow_on_route_change (YodelFlow *self,
                            gint64     now_us)
{
  yodel_controller_on_route_change (self->controller, now_us);
}

void
yodel_flow_advance (YodelFlow *self,
                    gint64     now_us)
{
  yodel_controller_advance (self->controller, now_us);
  follow_controller (self, now_us);
  yodel_pacer_advance (self->pacer, now_us);
  drain_pacer (self, now_us);
}

gint64
yodel_flow_next_deadline_us (const YodelFlow *self)
{
  return MIN (yodel_controller_next_deadline_us (self->controller),
              yodel_pacer_next_deadline_us (self->pacer));
}

void
yodel_flow_get_state (const YodelFlow      *self,
                      YodelControllerState *state)
{
  yodel_controller_get_state (self->controller, state);
}

const YodelLossRuns *
yodel_flow_get_sound_losses (const YodelFlow *self)
{
  return &self->sound_losses;
}

gint64
yodel_flow_get_queue_us (const YodelFlow *self)
{
  return yodel_pacer_queue_us (self->pacer);
}

gint64
yodel_flow_get_waited_us (const YodelFlow *self)
{
  return yodel_pacer_waited_us (self->pacer);
}

gint64
yodel_flow_get_repair_us (const YodelFlow *self)
{
  return yodel_pacer_repair_us (self->pacer);
}
