/* One of the calls between people, followed until it is over. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/people.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/exit-status.h"

static const char * const state_names[] = {
  [YODEL_CALL_CALLING] = "calling",
  [YODEL_CALL_RINGING] = "ringing",
  [YODEL_CALL_CONNECTING] = "accepted",
  [YODEL_CALL_CONNECTED] = "connected",
  [YODEL_CALL_RECONNECTING] = "reconnecting",
  [YODEL_CALL_ENDED] = "ended",
};

/* Returns: whether somebody has taken it and it is not over; a call of ours is wanted from the start */
gboolean
yodel_talk_is_up (const YodelTalk *self)
{
  const YodelCallState state = yodel_call_get_state (self->call);

  return state != YODEL_CALL_ENDED && !self->base.is_closing &&
         (yodel_call_is_outgoing (self->call) || state >= YODEL_CALL_CONNECTING);
}

/* Plays a sound around the call to the loudspeaker; @tone: (nullable): NULL for none */
void
yodel_talk_play (YodelTalk  *self,
                 const char *tone)
{
  const YodelCliOptions *options = self->base.options;
  g_autoptr (YodelSink) sink = NULL;

  g_clear_object (&self->tone);
  if (tone == NULL || options->without[YODEL_MEDIA_AUDIO] || options->sinks[YODEL_MEDIA_AUDIO] != NULL)
    return;
  sink = yodel_media_sink_new (YODEL_MEDIA_AUDIO, "default", NULL);
  if (sink != NULL)
    self->tone = yodel_media_tone_player_new (tone, sink, NULL);
}

static void
hand_over (YodelTalk      *self,
           YodelMediaKind  kind)
{
  yodel_call_set_source (self->call, kind, self->base.media.sources[kind]);
  yodel_call_set_sink (self->call, kind, yodel_cli_media_get_sink (&self->base.media, kind));
}

/* Gives the call its sources and sinks.  Returns: FALSE, with a failure, where one cannot be opened */
gboolean
yodel_talk_equip (YodelTalk *self)
{
  YodelCliCall *base = &self->base;
  g_autoptr (GError) error = NULL;

  base->media.number = ++self->people->n_taken;
  if (!yodel_cli_media_open (&base->media, base->options, TRUE, &error))
    {
      yodel_cli_call_fail (base, YODEL_EXIT_MEDIA, error->message);
      return FALSE;
    }
  yodel_cli_call_watch_media (base);
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    hand_over (self, kind);
  return TRUE;
}

static void
exchange (YodelCliCall   *base,
          YodelMediaKind  kind)
{
  hand_over ((YodelTalk *) base, kind);
}

void
yodel_talk_emit (YodelTalk  *self,
                 const char *event)
{
  yodel_events_emit (&self->base.events, event, g_get_monotonic_time ());
}

/* An event about the call: with whom, by which way. */
void
yodel_talk_tell (YodelTalk  *self,
                 const char *event)
{
  YodelCall *call = self->call;
  YodelJsonLine line;

  yodel_events_begin (&self->base.events, &line, event, g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "address", yodel_call_get_remote_address (call));
  if (yodel_call_get_remote_name (call) != NULL)
    yodel_json_line_add_string (&line, "name", yodel_call_get_remote_name (call));
  if (yodel_call_get_signaller (call) != NULL)
    yodel_json_line_add_string (&line, "signaller", yodel_call_get_signaller (call));
  if (yodel_call_get_greeting (call) != NULL)
    yodel_json_line_add_string (&line, "greeting", yodel_call_get_greeting (call));
  if (yodel_call_get_warning (call) != NULL)
    yodel_json_line_add_string (&line, "warning", yodel_call_get_warning (call));
  if (yodel_call_get_safety_code (call) != NULL)
    yodel_json_line_add_string (&line, "safetyCode", yodel_call_get_safety_code (call));
  yodel_json_line_add_bool (&line, "outgoing", yodel_call_is_outgoing (call));
  yodel_json_line_add_bool (&line, "knock", yodel_call_is_knock (call));
  yodel_json_line_add_bool (&line, "waiting", yodel_call_is_waiting (call));
  yodel_events_end (&self->base.events, &line);
}

/* Takes a call that rings.  A person has one conversation at a time: the others wait. */
void
yodel_talk_accept (YodelTalk      *self,
                   YodelCallMedia  media)
{
  if (yodel_call_get_state (self->call) != YODEL_CALL_RINGING || yodel_call_is_outgoing (self->call) ||
      self->base.is_closing || !yodel_talk_equip (self))
    return;
  yodel_talk_play (self, NULL);
  yodel_people_set_current (self->people, self);
  yodel_call_accept (self->call, media);
}

static void
show_state (YodelTalk *self)
{
  if (yodel_call_get_held (self->call))
    self->base.status.state = _("on hold");
  else if (yodel_call_get_held_by_peer (self->call))
    self->base.status.state = _("held by the other side");
  else
    self->base.status.state = _("connected");
}

void
yodel_talk_set_held (YodelTalk *self,
                     gboolean   held)
{
  if (!yodel_talk_is_up (self) || yodel_call_get_held (self->call) == held)
    return;
  yodel_call_set_held (self->call, held);
  self->was_put_aside = FALSE;
  if (self->base.connected_us > 0)
    show_state (self);
  yodel_talk_emit (self, held ? "held" : "resumed");
  yodel_cli_call_say (&self->base, held ? _("%s is on hold.") : _("On with %s."), yodel_people_get_name (self->call));
}

/* Sends a picture from now on, or none.  @spec: (nullable): its source, in place of the usual one */
void
yodel_talk_set_video (YodelTalk  *self,
                      gboolean    is_on,
                      const char *spec)
{
  YodelCliCall *base = &self->base;
  YodelCallMedia media = yodel_call_get_media (self->call);
  const gboolean had_source = base->media.sources[YODEL_MEDIA_VIDEO] != NULL;
  g_autoptr (GError) error = NULL;

  if (!yodel_talk_is_up (self) || (is_on == ((media & YODEL_CALL_VIDEO) != 0) && spec == NULL))
    return;
  if (is_on && spec != NULL)
    {
      g_autoptr (YodelSource) source = yodel_cli_media_open_source (base->options, YODEL_MEDIA_VIDEO, spec, &error);

      if (source != NULL)
        g_set_object (&base->media.sources[YODEL_MEDIA_VIDEO], source);
    }
  if (error != NULL || (is_on && !yodel_cli_media_open_kind (&base->media, base->options, YODEL_MEDIA_VIDEO, TRUE, &error)))
    {
      yodel_cli_call_say (base, "yodel: %s", error->message);
      return;
    }
  if (is_on && (!had_source || spec != NULL))
    yodel_cli_call_watch_medium (base, G_OBJECT (base->media.sources[YODEL_MEDIA_VIDEO]));
  hand_over (self, YODEL_MEDIA_VIDEO);
  media = is_on ? media | YODEL_CALL_VIDEO : media & ~(guint) YODEL_CALL_VIDEO;
  yodel_call_set_media (self->call, media);
  yodel_talk_emit (self, is_on ? "video-on" : "video-off");
  yodel_cli_call_say (base, is_on ? _("%s is sent a picture.") : _("%s is sent no picture any more."),
                      yodel_people_get_name (self->call));
}

static void
on_track (YodelCall  *call,
          YodelTrack *track,
          YodelTalk  *self)
{
  yodel_cli_call_watch_track (&self->base, track);
}

/* The session behind the call is where its figures come from. */
static void
follow_session (YodelTalk *self)
{
  YodelCliCall *base = &self->base;
  YodelSession *session = yodel_call_get_session (self->call);

  if (session == NULL || session == base->session)
    return;
  if (base->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (base->session, base);
      yodel_cli_call_stop_reports (base);
    }
  g_set_object (&base->session, session);
  yodel_cli_call_watch_session (base);
  yodel_cli_call_start_reports (base);
  yodel_cli_call_start_control (base, NULL);
}

static void
on_connected (YodelTalk *self)
{
  const gboolean is_first = self->base.connected_us == 0;

  follow_session (self);
  yodel_cli_call_tell_connected (&self->base);
  show_state (self);
  if (!is_first)
    return;
  yodel_talk_tell (self, "call");
  if (yodel_call_get_safety_code (self->call) != NULL)
    yodel_cli_call_say (&self->base, _("Safety code, the same on both sides if nobody is in between: %s"),
                        yodel_call_get_safety_code (self->call));
}

static gboolean
on_over (gpointer data)
{
  YodelTalk *self = data;
  YodelPeople *people = self->people;

  self->over_source = 0;
  people->base.exit_status = self->base.exit_status;
  people->has_result = TRUE;
  if (people->current == self)
    yodel_people_set_current (people, NULL);
  g_ptr_array_remove (people->talks, self);
  people->on_over (people);
  return G_SOURCE_REMOVE;
}

/* All is known that will be. */
static void
plan_over (YodelTalk *self)
{
  if (self->over_source == 0)
    self->over_source = g_idle_add (on_over, self);
}

static void
on_last_stats (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  YodelStats *stats = yodel_session_get_stats_finish (YODEL_SESSION (source), result, &error);
  YodelTalk *self = user_data;
  double packets;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* the talk is freed */
  if (stats != NULL && (self->base.stats == NULL ||
                        yodel_stats_get_number (stats, "transport", NULL, "packetsSent", &packets)))
    yodel_cli_call_take_stats (&self->base, stats);
  else
    g_clear_pointer (&stats, yodel_stats_unref);
  plan_over (self);
}

static void
on_ended (YodelTalk *self)
{
  YodelCliCall *base = &self->base;
  const char *text = base->failure != NULL ? base->failure : yodel_call_get_end_text (self->call);

  base->is_closing = TRUE;
  yodel_talk_play (self, NULL);
  if (self->people->talks->len > 1)
    yodel_cli_call_say (base, _("The call with %s is over:"), yodel_people_get_name (self->call));
  yodel_cli_call_tell_end (base, yodel_call_get_end_reason (self->call), text);
  yodel_people_ask (self->people);
  if (base->session != NULL)
    yodel_session_get_stats_async (base->session, base->cancellable, on_last_stats, self);
  else
    plan_over (self);
}

static void
on_state (YodelCall  *call,
          GParamSpec *pspec,
          YodelTalk  *self)
{
  const YodelCallState state = yodel_call_get_state (call);

  if (state == YODEL_CALL_RINGING || state == YODEL_CALL_CONNECTING)
    yodel_talk_tell (self, state_names[state]);
  switch (state)
    {
    case YODEL_CALL_CALLING:
      break;
    case YODEL_CALL_RINGING:
      self->base.status.state = _("ringing");
      yodel_cli_call_say (&self->base, _("It rings at %s."), yodel_people_get_name (call));
      yodel_talk_play (self, "ringback");
      break;
    case YODEL_CALL_CONNECTING:
      self->base.status.state = _("connecting");
      yodel_talk_play (self, NULL);
      follow_session (self);
      yodel_people_ask (self->people);   /* about the next that rings */
      break;
    case YODEL_CALL_CONNECTED:
      on_connected (self);
      break;
    case YODEL_CALL_RECONNECTING:
      yodel_cli_call_tell_lost (&self->base);
      break;
    case YODEL_CALL_ENDED:
      on_ended (self);
      break;
    }
}

static void
on_held_by_peer (YodelCall  *call,
                 GParamSpec *pspec,
                 YodelTalk  *self)
{
  const gboolean is_held = yodel_call_get_held_by_peer (call);

  if (is_held == self->was_held_by_peer)
    return;
  self->was_held_by_peer = is_held;
  if (self->base.connected_us > 0)
    show_state (self);
  yodel_talk_emit (self, is_held ? "held-by-peer" : "resumed-by-peer");
  yodel_cli_call_say (&self->base, is_held ? _("%s has put you on hold.") : _("%s is back."), yodel_people_get_name (call));
}

static void
on_remote_media (YodelCall  *call,
                 GParamSpec *pspec,
                 YodelTalk  *self)
{
  const YodelCallMedia media = yodel_call_get_remote_media (call), news = media ^ self->remote_media;

  self->remote_media = media;
  if ((news & YODEL_CALL_VIDEO) == 0)
    return;
  yodel_talk_emit (self, (media & YODEL_CALL_VIDEO) != 0 ? "peer-video-on" : "peer-video-off");
  if (self->base.connected_us > 0)
    yodel_cli_call_say (&self->base, (media & YODEL_CALL_VIDEO) != 0 ? _("%s shows a picture.") : _("%s shows no picture any more."),
                        yodel_people_get_name (call));
}

static void
hang_up (YodelCliCall *base)
{
  yodel_call_hang_up (((YodelTalk *) base)->call);
}

static void
give_up (YodelCliCall *base)
{
  plan_over ((YodelTalk *) base);
}

/* @number: 0 where there is one call alone */
YodelTalk *
yodel_talk_new (YodelPeople *people,
                YodelCall   *call,
                guint        number)
{
  YodelTalk *self = g_new0 (YodelTalk, 1);

  self->people = people;
  self->call = g_object_ref (call);
  self->base.options = people->base.options;
  self->base.is_caller = people->base.is_caller;
  self->base.loop = people->base.loop;
  self->base.events = people->base.events;
  self->base.events.call = number;
  self->base.stats_output = people->base.stats_output;
  self->base.hang_up = hang_up;
  self->base.give_up = give_up;
  self->base.exchange = exchange;
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    if (yodel_call_get_track (call, kind) != NULL)
      yodel_cli_call_watch_track (&self->base, yodel_call_get_track (call, kind));
  g_signal_connect (call, "track-added", G_CALLBACK (on_track), self);
  g_signal_connect (call, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (call, "notify::held-by-peer", G_CALLBACK (on_held_by_peer), self);
  g_signal_connect (call, "notify::remote-media", G_CALLBACK (on_remote_media), self);
  return self;
}

/* Its result is told. */
void
yodel_talk_free (YodelTalk *self)
{
  g_clear_handle_id (&self->over_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->call, self);
  g_clear_object (&self->tone);
  yodel_cli_call_clear (&self->base);
  g_clear_object (&self->call);
  g_free (self);
}
