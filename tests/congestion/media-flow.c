#include "congestion/media-flow.h"

#include "congestion/gcc.h"

#define FRAME_US            33333
#define AUDIO_US            (20 * G_TIME_SPAN_MILLISECOND)
#define AUDIO_BYTES         50                 /* on the wire: 20 kbit/s */
#define PACKET_BYTES        1200               /* at most, on the wire */
#define NOISE               0.05
#define FEEDBACK_OVERHEAD   (28 + 14)          /* UDP, IP, SRTCP */

/* What travels: the transport-wide number, and what it is. */
typedef struct
{
  guint16 sequence;
  guint8  kind;
} Header;

MediaFlow *
media_flow_new (guint            id,
                SimDirection     direction,
                const MediaPlan *plan,
                guint32          seed)
{
  MediaFlow *self = g_new0 (MediaFlow, 1);
  guint max_bps = plan->max_bps > 0 ? plan->max_bps + MEDIA_AUDIO_BPS : MEDIA_MAX_BPS;
  YodelRateConfig config = {
    .has_audio = TRUE,
    .audio_min_bps = MEDIA_AUDIO_BPS,
    .audio_max_bps = MEDIA_AUDIO_BPS,
    .has_video = TRUE,
    .video_floor_bps = plan->floor_bps,
  };

  self->id = id;
  self->direction = direction;
  self->plan = *plan;
  self->random = g_rand_new_with_seed (seed + id * 7919);
  self->controller = yodel_gcc_new (plan->start_us);
  yodel_controller_set_limits (self->controller, 0, plan->start_bps, max_bps, plan->start_us);
  self->pacer = yodel_pacer_new (plan->start_us);
  self->history = yodel_send_history_new ();
  self->recorder = yodel_arrival_recorder_new ();
  self->feedback = g_new0 (YodelTransportFeedback, 1);
  self->frame_us = plan->start_us + g_rand_int_range (self->random, 0, FRAME_US);
  self->audio_us = plan->start_us + g_rand_int_range (self->random, 0, AUDIO_US);
  yodel_rate_allocator_init (&self->allocator, &config);
  self->video_bps = plan->start_bps > 0 ? plan->start_bps - MEDIA_AUDIO_BPS : MEDIA_VIDEO_MIN;
  self->sent_bits = g_array_new (FALSE, TRUE, sizeof (double));
  self->arrived_bits = g_array_new (FALSE, TRUE, sizeof (double));
  self->target_bps = g_array_new (FALSE, TRUE, sizeof (double));
  return self;
}

void
media_flow_free (MediaFlow *self)
{
  yodel_controller_free (self->controller);
  yodel_pacer_free (self->pacer);
  yodel_send_history_free (self->history);
  yodel_arrival_recorder_free (self->recorder);
  g_free (self->feedback);
  g_rand_free (self->random);
  g_array_unref (self->sent_bits);
  g_array_unref (self->arrived_bits);
  g_array_unref (self->target_bps);
  g_free (self);
}

static double *
bin (GArray *bins,
     gint64  at_us)
{
  guint index = at_us / MEDIA_BIN_US;

  if (index >= bins->len)
    g_array_set_size (bins, index + 1);
  return &g_array_index (bins, double, index);
}

static void
push_packet (MediaFlow      *self,
             YodelPacerKind  kind,
             guint           size_bytes,
             gint64          now_us)
{
  static const guint8 zeros[PACKET_BYTES];

  yodel_pacer_push (self->pacer, kind, g_bytes_new_static (zeros, size_bytes), now_us);
}

static gboolean
is_running (const MediaFlow *self,
            gint64           now_us)
{
  const MediaPlan *plan = &self->plan;

  return now_us < plan->stop_us &&
         (plan->resume_us == 0 || now_us < plan->pause_us || now_us >= plan->resume_us);
}

static guint
video_rate (MediaFlow *self,
            gint64     now_us)
{
  guint max_bps = self->plan.max_bps > 0 ? self->plan.max_bps : MEDIA_VIDEO_MAX;
  YodelControllerState state;

  yodel_controller_get_state (self->controller, &state);
  if (self->plan.floor_bps == 0)
    return CLAMP ((int) state.target_bps - MEDIA_AUDIO_BPS, MEDIA_VIDEO_MIN, (int) max_bps);

  yodel_rate_allocator_update (&self->allocator, state.target_bps, 0, state.draining, now_us);
  return MIN (self->allocator.allocation.video_bps, max_bps);
}

/* The encoder takes a new rate with the next frame. */
static void
make_frame (MediaFlow *self,
            gint64     now_us)
{
  double noise = g_rand_double_range (self->random, 1 - NOISE, 1 + NOISE);
  guint left = self->video_bps / 8.0 * FRAME_US / G_USEC_PER_SEC * noise;
  guint n_packets = (left + PACKET_BYTES - 1) / PACKET_BYTES;

  for (; n_packets > 0; n_packets--)
    {
      guint size_bytes = left / n_packets;

      push_packet (self, YODEL_PACER_VIDEO, size_bytes, now_us);
      left -= size_bytes;
    }
  self->video_bps = video_rate (self, now_us);
}

static void
send_ready (MediaFlow  *self,
            SimNetwork *network,
            gint64      now_us)
{
  g_autoptr (GBytes) packet = NULL;
  YodelPacerKind kind;
  int cluster;

  while (yodel_pacer_poll (self->pacer, &packet, &kind, &cluster))
    {
      Header header = { .kind = kind };
      guint size_bytes = packet != NULL ? g_bytes_get_size (packet) : yodel_pacer_get_padding_bytes (self->pacer);

      g_clear_pointer (&packet, g_bytes_unref);
      if (kind == YODEL_PACER_PADDING)
        {
          yodel_pacer_padding_sent (self->pacer, size_bytes);
          self->padding_bytes += size_bytes;
        }
      else
        {
          self->media_packets++;
          self->audio_packets += kind == YODEL_PACER_AUDIO;
          *bin (self->sent_bits, now_us) += size_bytes * 8;
        }
      header.sequence = yodel_send_history_add (self->history, size_bytes, kind == YODEL_PACER_AUDIO, cluster, now_us);
      yodel_controller_on_packet_sent (self->controller, size_bytes, kind == YODEL_PACER_AUDIO, now_us);
      sim_network_send (network, self->id, self->direction, g_bytes_new (&header, sizeof header), size_bytes, now_us);
    }
}

static void
send_feedback (MediaFlow  *self,
               SimNetwork *network,
               gint64      now_us)
{
  for (;;)
    {
      guint8 bytes[1100];
      YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);

      if (!yodel_arrival_recorder_poll (self->recorder, 1, 2, &writer, now_us))
        return;
      self->feedback_bytes += writer.size + FEEDBACK_OVERHEAD;
      sim_network_send (network, self->id, self->direction == SIM_FORTH ? SIM_BACK : SIM_FORTH,
                        g_bytes_new (bytes, writer.size), writer.size + FEEDBACK_OVERHEAD, now_us);
    }
}

void
media_flow_advance (MediaFlow  *self,
                    SimNetwork *network,
                    gint64      now_us)
{
  YodelControllerState state;
  YodelProbeRequest probe;

  if (now_us < self->plan.start_us)
    return;

  for (; self->audio_us <= now_us; self->audio_us += AUDIO_US)
    if (is_running (self, self->audio_us))
      push_packet (self, YODEL_PACER_AUDIO, AUDIO_BYTES, now_us);
  for (; self->frame_us <= now_us; self->frame_us += FRAME_US)
    if (is_running (self, self->frame_us))
      make_frame (self, now_us);

  if (now_us >= yodel_controller_next_deadline_us (self->controller))
    yodel_controller_advance (self->controller, now_us);
  yodel_controller_get_state (self->controller, &state);
  yodel_pacer_set_rate (self->pacer, state.pacing_bps, now_us);
  yodel_pacer_set_held (self->pacer, yodel_send_history_get_in_flight_bytes (self->history) > state.window_bytes, now_us);
  *bin (self->target_bps, now_us) = state.target_bps;
  send_ready (self, network, now_us);
  while (yodel_controller_poll_probe (self->controller, &probe))
    yodel_pacer_add_probe (self->pacer, &probe, now_us);
  send_ready (self, network, now_us);
  send_feedback (self, network, now_us);
}

/* When the receiver's clock sees what comes at @arrived_us. */
static gint64
seen_us (MediaFlow *self,
         gint64     arrived_us)
{
  if (self->plan.stall_us == 0)
    return arrived_us;

  if (self->stall_at_us == 0)
    self->stall_at_us = arrived_us + g_rand_double_range (self->random, 0, 16) * G_USEC_PER_SEC;
  if (arrived_us >= self->stall_at_us)
    {
      self->stalled_until_us = arrived_us + self->plan.stall_us;
      self->stall_at_us = self->stalled_until_us + g_rand_double_range (self->random, 0, 16) * G_USEC_PER_SEC;
    }
  return MAX (arrived_us, self->stalled_until_us);
}

void
media_flow_take (MediaFlow         *self,
                 const SimDelivery *delivery)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (delivery->packet, &size);

  if (delivery->direction == self->direction)
    {
      const Header *header = (const Header *) data;

      yodel_arrival_recorder_record (self->recorder, header->sequence, seen_us (self, delivery->arrived_us));
      if (header->kind == YODEL_PACER_PADDING)
        return;
      self->media_arrived++;
      self->audio_arrived += header->kind == YODEL_PACER_AUDIO;
      *bin (self->arrived_bits, delivery->arrived_us) += delivery->size_bytes * 8;
    }
  else if (yodel_transport_feedback_parse (self->feedback, data, size))
    {
      const YodelPacketResult *results;
      guint n = yodel_send_history_on_report (self->history, self->feedback->base_sequence,
                                              self->feedback->arrived_us, self->feedback->n_packets,
                                              YODEL_TRANSPORT_FEEDBACK_PERIOD_US, &results);

      yodel_controller_on_feedback (self->controller, results, n, delivery->arrived_us);
    }
}

gint64
media_flow_next_deadline_us (const MediaFlow *self)
{
  gint64 deadline_us = MIN (self->audio_us, self->frame_us);

  deadline_us = MIN (deadline_us, yodel_pacer_next_deadline_us (self->pacer));
  deadline_us = MIN (deadline_us, yodel_controller_next_deadline_us (self->controller));
  return MIN (deadline_us, yodel_arrival_recorder_next_deadline_us (self->recorder));
}

double
media_flow_get_arrived_bps (const MediaFlow *self,
                            gint64           from_us,
                            gint64           to_us)
{
  double bits = 0;

  for (gint64 i = from_us / MEDIA_BIN_US; i < to_us / MEDIA_BIN_US; i++)
    bits += i < self->arrived_bits->len ? g_array_index (self->arrived_bits, double, i) : 0;
  return bits * G_USEC_PER_SEC / (to_us - from_us);
}

double
media_flow_get_target_bps (const MediaFlow *self,
                           gint64           at_us)
{
  guint index = MIN (at_us / MEDIA_BIN_US, self->target_bps->len - 1);

  return g_array_index (self->target_bps, double, index);
}
