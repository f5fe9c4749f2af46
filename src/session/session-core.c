#define G_LOG_DOMAIN "yodel-session"

#include "session/session-core-private.h"

#include "base/units.h"
#include "rtp/rtp-extensions.h"

#define SYNC_INTERVAL_US  (250 * G_TIME_SPAN_MILLISECOND)
#define RATES_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)

/* Longer than a round trip over a satellite with three copies of a flight on the way: a queue is in between. */
#define SLOW_HANDSHAKE_US (650 * G_TIME_SPAN_MILLISECOND)
#define CAREFUL_START_BPS 20000

/* Blocks of sound played in one turn at most: two seconds that a held-up thread has to catch up. */
#define MAX_BLOCKS 200

YodelSessionCore *
yodel_session_core_new (const YodelSessionCoreConfig *config,
                        const YodelSessionCoreOps    *ops,
                        gpointer                      user_data,
                        gint64                        now_us)
{
  YodelSessionCore *self = g_new0 (YodelSessionCore, 1);
  YodelNegotiationConfig negotiation;

  self->ops = *ops;
  self->user_data = user_data;
  self->random = g_rand_new_with_seed_array (config->seed, G_N_ELEMENTS (config->seed));
  self->cname = g_strdup (config->cname);
  self->unix_offset_us = config->unix_offset_us;
  self->max_bitrate_bps = config->max_bitrate_bps;
  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_section_free);
  self->sync_us = self->rates_us = now_us;

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      self->paths[i].core = self;
      self->paths[i].index = i;
      self->paths[i].sections = g_hash_table_new (NULL, NULL);
    }

  negotiation = (YodelNegotiationConfig) {
    .session_id = ((guint64) g_rand_int (self->random) << 32 | g_rand_int (self->random)) >> 1,
    .cname = self->cname,
    .max_transports = YODEL_SESSION_MAX_TRANSPORTS,
    .red = TRUE,
    .audio_nack = TRUE,
    .telephone_event = TRUE,
    .remb = TRUE,
    .orientation = TRUE,
    .ulpfec = TRUE,
  };
  self->negotiation = yodel_negotiation_new (&negotiation);
  return self;
}

void
yodel_session_core_free (YodelSessionCore *self)
{
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      g_clear_pointer (&self->paths[i].flow, yodel_flow_free);
      g_clear_pointer (&self->paths[i].recorder, yodel_arrival_recorder_free);
      g_hash_table_unref (self->paths[i].sections);
    }

  g_ptr_array_unref (self->sections);
  yodel_negotiation_free (self->negotiation);
  g_rand_free (self->random);
  g_free (self->cname);
  g_free (self);
}

YodelNegotiation *
yodel_session_core_get_negotiation (YodelSessionCore *self)
{
  return self->negotiation;
}

YodelSection *
yodel_session_core_find_section (const YodelSessionCore *self,
                                 guint                   id)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->id == id)
        return section;
    }

  return NULL;
}

static void
flow_send (guint8   *data,
           gsize     size,
           gboolean  is_rtcp,
           gpointer  user_data)
{
  YodelPath *path = user_data;

  if (path->open)
    path->core->ops.send (path->index, data, size, is_rtcp, path->core->user_data);
}

/* Any picture section on the path can give something to resend. */
static GBytes *
flow_padding (guint    size_bytes,
              gint64   now_us,
              gpointer user_data)
{
  YodelPath *path = user_data;
  YodelSessionCore *self = path->core;

  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->kind == YODEL_MEDIA_VIDEO && section->transport == path->index
          && yodel_section_is_sending (section))
        return yodel_video_sender_create_padding (section->video_sender, size_bytes, now_us);
    }

  return NULL;
}

static void
flow_leaving (guint8   *data,
              gsize     size,
              gpointer  user_data)
{
  YodelPath *path = user_data;
  YodelSessionCore *self = path->core;

  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->kind == YODEL_MEDIA_VIDEO && section->transport == path->index
          && section->video_sender != NULL)
        yodel_video_sender_on_leaving (section->video_sender, data, size);
    }
}

static void
flow_sent (GBytes   *packet,
           gint64    now_us,
           gpointer  user_data)
{
  YodelPath *path = user_data;
  YodelSessionCore *self = path->core;

  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->kind == YODEL_MEDIA_VIDEO && section->transport == path->index
          && section->video_sender != NULL)
        yodel_video_sender_on_sent (section->video_sender, packet, now_us);
    }
}

static YodelFlow *
ensure_flow (YodelSessionCore *self,
             YodelPath        *path,
             gint64            now_us)
{
  static const YodelFlowOps ops = { .send = flow_send, .padding = flow_padding,
                                     .leaving = flow_leaving, .sent = flow_sent };

  if (path->flow == NULL)
    {
      const YodelRateConfig nothing = { 0 };

      path->flow = yodel_flow_new (&ops, path, now_us);
      path->recorder = yodel_arrival_recorder_new ();
      yodel_rate_allocator_init (&path->allocator, &nothing);
      if (self->max_bitrate_bps != 0)
        yodel_flow_set_max_rate (path->flow, self->max_bitrate_bps, now_us);
    }

  return path->flow;
}

static guint32
draw_ssrc (YodelSessionCore *self)
{
  guint32 ssrc;

  do
    ssrc = g_rand_int (self->random);
  while (ssrc == 0);
  return ssrc;
}

static YodelSectionSeed
draw_seed (YodelSessionCore *self)
{
  return (YodelSectionSeed) {
    .ssrc = draw_ssrc (self),
    .rtx_ssrc = draw_ssrc (self),
    .first_sequence = g_rand_int (self->random) & 0x7fff,   /* RFC 3711: no early wrap */
    .first_rtx_sequence = g_rand_int (self->random) & 0x7fff,
    .first_rtp_time = g_rand_int (self->random),
  };
}

static YodelSection *
add_section (YodelSessionCore       *self,
             YodelMediaKind          kind,
             guint                   id,
             const YodelSectionSeed *seed,
             gint64                  now_us)
{
  YodelSection *section = yodel_section_new (kind, id, seed, now_us);

  g_ptr_array_add (self->sections, section);
  return section;
}

guint
yodel_session_core_add_section (YodelSessionCore *self,
                                YodelMediaKind    kind,
                                YodelDirection    direction,
                                gint64            now_us)
{
  YodelSectionSeed seed = draw_seed (self);
  const YodelLocalStream stream = {
    .ssrc = seed.ssrc,
    .rtx_ssrc = kind == YODEL_MEDIA_VIDEO ? seed.rtx_ssrc : 0,
    .stream_id = self->cname,
    .track_id = kind == YODEL_MEDIA_VIDEO ? "video" : "audio",
  };
  guint id = yodel_negotiation_add_transceiver (self->negotiation, kind, direction, &stream);

  if (id != 0)
    add_section (self, kind, id, &seed, now_us);
  return id;
}

void
yodel_session_core_adopt_sections (YodelSessionCore *self,
                                   gint64            now_us)
{
  guint n = yodel_negotiation_get_n_transceivers (self->negotiation);

  for (guint i = 0; i < n; i++)
    {
      const YodelTransceiver *transceiver =
        yodel_negotiation_get_transceiver (self->negotiation, i);
      const guint id = transceiver->id;
      const YodelMediaKind kind = transceiver->kind;
      YodelSectionSeed seed;

      if (transceiver->stopped || yodel_session_core_find_section (self, id) != NULL)
        continue;

      seed = draw_seed (self);
      add_section (self, kind, id, &seed, now_us);
      yodel_negotiation_set_stream (self->negotiation, id, &(YodelLocalStream) {
        .ssrc = seed.ssrc,
        .rtx_ssrc = kind == YODEL_MEDIA_VIDEO ? seed.rtx_ssrc : 0,
        .stream_id = self->cname,
        .track_id = kind == YODEL_MEDIA_VIDEO ? "video" : "audio",
      });
    }
}

static void
apply_section (YodelSessionCore *self,
               YodelSection     *section,
               gint64            now_us)
{
  const YodelMediaParameters *media =
    yodel_negotiation_get_media (self->negotiation, section->id);
  YodelPath *path;
  YodelFlow *flow;

  if (media == NULL || media->transport_index >= YODEL_SESSION_MAX_TRANSPORTS)
    {
      yodel_section_set_direction (section, YODEL_DIRECTION_INACTIVE);
      return;
    }

  yodel_section_apply (section, media);
  path = &self->paths[section->transport];
  flow = ensure_flow (self, path, now_us);
  yodel_flow_add_stream (flow, yodel_section_get_ssrc (section), section->transport_cc_id,
                         section->abs_send_time_id);
  if (section->kind == YODEL_MEDIA_VIDEO)
    yodel_flow_add_stream (flow, yodel_video_sender_get_rtx_stream (section->video_sender)->ssrc,
                           section->transport_cc_id, section->abs_send_time_id);

  if (media->remote_ssrc != 0)
    g_hash_table_insert (path->sections, GUINT_TO_POINTER (media->remote_ssrc), section);
  if (media->remote_rtx_ssrc != 0)
    g_hash_table_insert (path->sections, GUINT_TO_POINTER (media->remote_rtx_ssrc), section);
}

void
yodel_session_core_apply (YodelSessionCore *self,
                          gint64            now_us)
{
  /* Who an SSRC belongs to may have changed. */
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    g_hash_table_remove_all (self->paths[i].sections);

  for (guint i = 0; i < self->sections->len; i++)
    apply_section (self, self->sections->pdata[i], now_us);

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    if (self->paths[i].flow != NULL && self->paths[i].open)
      yodel_session_core_divide_rates (self, &self->paths[i], now_us);

  self->settled = TRUE;
}

void
yodel_session_core_set_max_bitrate (YodelSessionCore *self,
                                    guint             max_bitrate_bps,
                                    gint64            now_us)
{
  self->max_bitrate_bps = max_bitrate_bps;
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    if (self->paths[i].flow != NULL && max_bitrate_bps != 0)
      yodel_flow_set_max_rate (self->paths[i].flow, max_bitrate_bps, now_us);
}

void
yodel_session_core_set_open (YodelSessionCore *self,
                             guint             transport,
                             gboolean          open,
                             gint64            now_us)
{
  YodelPath *path = &self->paths[transport];

  if (path->open == open)
    return;

  path->open = open;
  if (open && path->flow != NULL)
    yodel_session_core_divide_rates (self, path, now_us);
}

void
yodel_session_core_on_handshake (YodelSessionCore *self,
                                 guint             transport,
                                 gint64            rtt_us,
                                 gint64            now_us)
{
  if (rtt_us >= SLOW_HANDSHAKE_US && self->paths[transport].flow != NULL)
    yodel_flow_set_start_rate (self->paths[transport].flow, CAREFUL_START_BPS, now_us);
}

void
yodel_session_core_on_route_change (YodelSessionCore *self,
                                    guint             transport,
                                    gint64            now_us)
{
  if (self->paths[transport].flow != NULL)
    yodel_flow_on_route_change (self->paths[transport].flow, now_us);
}

/* RFC 8843 section 9.2: by the mid that the packet wears, by its SSRC if that is known, else by
 * a payload type that only one section takes. */
static YodelSection *
route_by_mid (YodelSessionCore     *self,
              const YodelPath      *path,
              const YodelRtpPacket *packet)
{
  char mid[YODEL_EXTENSION_TEXT_MAX];

  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->transport == path->index && section->mid_id != 0 && section->mid != NULL
          && yodel_section_takes_payload_type (section, packet->payload_type)
          && yodel_rtp_packet_find_text (packet, section->mid_id, mid)
          && g_str_equal (mid, section->mid))
        return section;
    }

  return NULL;
}

static YodelSection *
route_by_payload_type (YodelSessionCore *self,
                       const YodelPath  *path,
                       guint8            payload_type)
{
  YodelSection *found = NULL;

  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->transport != path->index
          || !yodel_section_takes_payload_type (section, payload_type))
        continue;
      if (found != NULL)
        return NULL;
      found = section;
    }

  return found;
}

static YodelSection *
route (YodelSessionCore     *self,
       YodelPath            *path,
       const YodelRtpPacket *packet)
{
  YodelSection *section =
    g_hash_table_lookup (path->sections, GUINT_TO_POINTER (packet->ssrc));

  if (section != NULL && yodel_section_takes_payload_type (section, packet->payload_type))
    return section;

  section = route_by_mid (self, path, packet);
  if (section == NULL)
    section = route_by_payload_type (self, path, packet->payload_type);

  if (section != NULL && g_hash_table_size (path->sections) < YODEL_SESSION_MAX_SSRCS)
    g_hash_table_insert (path->sections, GUINT_TO_POINTER (packet->ssrc), section);
  return section;
}

static void
receive_rtp (YodelSessionCore *self,
             YodelPath        *path,
             const guint8     *data,
             gsize             size,
             gint64            arrival_us)
{
  YodelRtpPacket packet;
  YodelSection *section;
  guint16 number;

  if (!yodel_rtp_packet_parse (&packet, data, size))
    return;

  section = route (self, path, &packet);
  if (section == NULL)
    {
      self->packets_unrouted++;
      return;
    }

  if (section->transport_cc_id != 0
      && yodel_rtp_packet_find_u16 (&packet, section->transport_cc_id, &number))
    {
      yodel_arrival_recorder_record (path->recorder, number, arrival_us);
      path->feedback_ssrc = packet.ssrc;
    }

  if (yodel_section_is_receiving (section))
    yodel_section_receive (section, &packet, arrival_us);
  else
    yodel_section_overhear (section, &packet, arrival_us);
}

void
yodel_session_core_receive (YodelSessionCore *self,
                            guint             transport,
                            const guint8     *data,
                            gsize             size,
                            gboolean          is_rtcp,
                            gint64            arrival_us,
                            gint64            now_us)
{
  YodelPath *path = &self->paths[transport];

  if (path->flow == NULL)
    return;

  if (is_rtcp)
    yodel_session_core_receive_rtcp (self, path, data, size, now_us);
  else
    receive_rtp (self, path, data, size, arrival_us);
}

static YodelSection *
find_open (const YodelSessionCore *self,
           guint                   id,
           YodelMediaKind          kind)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  if (section == NULL || section->kind != kind || !yodel_section_is_sending (section)
      || !self->paths[section->transport].open)
    return NULL;

  return section;
}

void
yodel_session_core_set_enabled (YodelSessionCore *self,
                                guint             id,
                                gboolean          enabled)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  if (section == NULL)
    return;

  switch (section->kind)
    {
    case YODEL_MEDIA_AUDIO:
      yodel_audio_sender_set_enabled (section->audio_sender, enabled);
      break;
    case YODEL_MEDIA_VIDEO:
      yodel_video_sender_set_enabled (section->video_sender, enabled);
      break;
    }
}

void
yodel_session_core_set_content (YodelSessionCore  *self,
                                guint              id,
                                YodelVideoContent  content)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  if (section != NULL && section->kind == YODEL_MEDIA_VIDEO)
    yodel_video_sender_set_content (section->video_sender, content);
}

void
yodel_session_core_set_sound (YodelSessionCore         *self,
                              guint                     id,
                              const YodelAudioSettings *settings)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  if (section == NULL || section->kind != YODEL_MEDIA_AUDIO)
    return;

  yodel_audio_sender_set_settings (section->audio_sender, settings);
  yodel_audio_receiver_set_stereo (section->audio_receiver, settings->stereo);
  yodel_negotiation_set_stereo (self->negotiation, id, settings->stereo);
}

gsize
yodel_session_core_push_audio (YodelSessionCore *self,
                               guint             id,
                               const gint16     *samples,
                               gsize             n_samples,
                               guint             channels,
                               gint64            captured_us,
                               gint64            now_us)
{
  YodelSection *section = find_open (self, id, YODEL_MEDIA_AUDIO);

  if (section == NULL)
    return 0;

  return yodel_audio_sender_push (section->audio_sender, self->paths[section->transport].flow,
                                  samples, n_samples, channels, captured_us, now_us);
}

gboolean
yodel_session_core_press_key (YodelSessionCore *self,
                              guint             id,
                              guint8            event,
                              guint             duration_ms,
                              gint64            now_us)
{
  YodelSection *section = find_open (self, id, YODEL_MEDIA_AUDIO);

  return section != NULL && yodel_keypad_press (&section->keypad, event, duration_ms, now_us);
}

static void
encode (YodelSessionCore *self,
        YodelSection     *section,
        YodelEncodeJob   *job)
{
  if (job != NULL)
    self->ops.encode (section->id, job, self->user_data);
}

void
yodel_session_core_push_video (YodelSessionCore *self,
                               guint             id,
                               YodelVideoFrame  *picture,
                               gint64            now_us)
{
  YodelSection *section = find_open (self, id, YODEL_MEDIA_VIDEO);
  YodelFlow *flow = section != NULL ? self->paths[section->transport].flow : NULL;

  if (section != NULL && flow != NULL)
    encode (self, section, yodel_video_sender_push (section->video_sender, flow, picture, now_us));
}

void
yodel_session_core_encoded (YodelSessionCore        *self,
                            guint                    id,
                            const YodelEncodedFrame *frame,
                            gint64                   encode_us,
                            gint64                   now_us)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  if (section == NULL || section->video_sender == NULL)
    return;

  encode (self, section,
          yodel_video_sender_encoded (section->video_sender, self->paths[section->transport].flow,
                                      frame, encode_us, now_us));
}

void
yodel_session_core_decoded (YodelSessionCore          *self,
                            guint                      id,
                            const YodelAssembledFrame *frame,
                            YodelVideoFrame           *picture,
                            gboolean                   failed,
                            gint64                     decode_us,
                            gint64                     now_us)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  if (section != NULL && section->video_receiver != NULL)
    yodel_video_receiver_decoded (section->video_receiver, frame, picture, failed, decode_us,
                                  now_us);
}

static void
play_audio (YodelSessionCore *self,
            YodelSection     *section,
            gint64            now_us)
{
  gint16 samples[YODEL_PLAYOUT_SAMPLES * YODEL_PLAYOUT_MAX_CHANNELS];
  gint64 time_us;
  gboolean heard;

  for (guint i = 0; i < MAX_BLOCKS; i++)
    {
      if (!yodel_audio_receiver_pop (section->audio_receiver, samples, &time_us, &heard, now_us))
        return;
      if (heard)
        self->ops.play (section->id, samples, YODEL_PLAYOUT_SAMPLES,
                        yodel_audio_receiver_get_channels (section->audio_receiver), time_us, self->user_data);
    }
}

static void
play_video (YodelSessionCore *self,
            YodelSection     *section,
            gint64            now_us)
{
  g_autoptr (YodelVideoFrame) picture = NULL;
  YodelAssembledFrame *frame;

  while ((frame = yodel_video_receiver_pop_frame (section->video_receiver, now_us)) != NULL)
    self->ops.decode (section->id, frame, self->user_data);

  picture = yodel_video_receiver_pop_picture (section->video_receiver, now_us);
  if (picture != NULL)
    self->ops.show (section->id, picture, self->user_data);
}

static void
advance_keypad (YodelSessionCore *self,
                YodelSection     *section,
                gint64            now_us)
{
  YodelPath *path = &self->paths[section->transport];
  YodelTelephoneOver over;

  if (path->open && path->flow != NULL)
    yodel_keypad_send (&section->keypad, section->audio_sender, path->flow, now_us);
  while (yodel_keypad_poll (&section->keypad, &over, now_us))
    self->ops.key (section->id, over.event, over.duration_ms, self->user_data);
}

static void
advance_section (YodelSessionCore *self,
                 YodelSection     *section,
                 gint64            now_us)
{
  YodelPath *path = &self->paths[section->transport];

  if (yodel_section_is_receiving (section))
    switch (section->kind)
      {
      case YODEL_MEDIA_AUDIO: play_audio (self, section, now_us); break;
      case YODEL_MEDIA_VIDEO: play_video (self, section, now_us); break;
      }

  if (section->kind == YODEL_MEDIA_AUDIO)
    advance_keypad (self, section, now_us);
  if (path->open)
    yodel_session_core_send_reports (self, section, now_us);
}

void
yodel_session_core_advance (YodelSessionCore *self,
                            gint64            now_us)
{
  gboolean divide = now_us >= self->rates_us;

  if (!self->settled)
    return;

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      YodelPath *path = &self->paths[i];

      if (path->flow == NULL || !path->open)
        continue;

      yodel_flow_advance (path->flow, now_us);
      yodel_session_core_send_feedback (self, path, now_us);
      if (divide)
        yodel_session_core_divide_rates (self, path, now_us);
    }

  for (guint i = 0; i < self->sections->len; i++)
    advance_section (self, self->sections->pdata[i], now_us);

  if (divide)
    self->rates_us = now_us + RATES_INTERVAL_US;
  if (now_us >= self->sync_us)
    {
      yodel_session_core_sync_lips (self, now_us);
      self->sync_us = now_us + SYNC_INTERVAL_US;
    }
}

static gint64
path_deadline_us (const YodelPath *path)
{
  if (path->flow == NULL || !path->open)
    return YODEL_NEVER_US;

  return MIN (yodel_flow_next_deadline_us (path->flow),
              yodel_session_core_next_feedback_us (path->core, path));
}

gint64
yodel_session_core_next_deadline_us (const YodelSessionCore *self)
{
  gint64 deadline_us = MIN (self->rates_us, self->sync_us);

  if (!self->settled)
    return YODEL_NEVER_US;

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    deadline_us = MIN (deadline_us, path_deadline_us (&self->paths[i]));

  for (guint i = 0; i < self->sections->len; i++)
    {
      const YodelSection *section = self->sections->pdata[i];

      if (section->direction != YODEL_DIRECTION_INACTIVE)
        deadline_us = MIN (deadline_us, yodel_section_next_deadline_us (section));
    }

  return deadline_us;
}

void
yodel_session_core_get_levels (const YodelSessionCore *self,
                               guint                   id,
                               YodelSessionLevels     *levels)
{
  YodelSection *section = yodel_session_core_find_section (self, id);

  *levels = (YodelSessionLevels) { -YODEL_AUDIO_LEVEL_SILENCE, -YODEL_AUDIO_LEVEL_SILENCE, FALSE };
  if (section == NULL || section->kind != YODEL_MEDIA_AUDIO)
    return;

  levels->sent = -yodel_audio_sender_get_level (section->audio_sender);
  levels->received = -yodel_audio_receiver_get_level (section->audio_receiver);
  levels->speaking_while_muted = yodel_audio_sender_is_speaking_while_muted (section->audio_sender);
}

gboolean
yodel_session_core_get_flow_state (const YodelSessionCore *self,
                                   guint                   transport,
                                   YodelControllerState   *state)
{
  if (self->paths[transport].flow == NULL)
    return FALSE;

  yodel_flow_get_state (self->paths[transport].flow, state);
  return TRUE;
}

gint64
yodel_session_core_get_backlog_us (const YodelSessionCore *self,
                                   guint                   transport)
{
  const YodelFlow *flow = self->paths[transport].flow;

  return flow != NULL ? yodel_flow_get_queue_us (flow) : 0;
}
