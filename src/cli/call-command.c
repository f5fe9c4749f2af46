/* Places or takes one call, from the first word to the exit status. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/commands.h"
#include "cli/people.h"
#include "cli/exit-status.h"
#include "cli/picture.h"

#define MANUAL "manual:"
#define ECHO   "echo:"

/* A session that does not end when it is asked to is left behind. */
#define GUARD_MS 5000

/* Tells a person something, above the line that shows the state. */
void
yodel_cli_call_say (YodelCliCall *self,
                    const char   *format,
                    ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  yodel_status_line_clear ();
  g_printerr ("%s\n", text);
}

static gboolean
on_guard (gpointer data)
{
  YodelCliCall *self = data;

  self->guard_timer = 0;
  if (self->give_up != NULL)
    self->give_up (self);
  else
    g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* Ends the call; the loop ends when the session has. */
void
yodel_cli_call_close (YodelCliCall *self)
{
  if (self->is_closing)
    return;

  self->is_closing = TRUE;
  if (self->guard_timer == 0)
    self->guard_timer = g_timeout_add (GUARD_MS, on_guard, self);
  if (self->hang_up != NULL)
    self->hang_up (self);
  else
    yodel_session_close (self->session);
}

/* Ends the call for a reason that the session does not know. */
void
yodel_cli_call_fail (YodelCliCall *self,
                     int           exit_status,
                     const char   *message)
{
  if (self->failure != NULL)
    return;

  self->failure = g_strdup (message);
  self->exit_status = exit_status;
  yodel_cli_call_close (self);
}

static int
status_of_end (YodelEndReason reason,
               gboolean       was_connected)
{
  switch (reason)
    {
    case YODEL_END_NONE:
    case YODEL_END_LOCAL:
    case YODEL_END_REMOTE:     return was_connected ? YODEL_EXIT_OK : YODEL_EXIT_NO_ANSWER;
    case YODEL_END_NO_PATH:
    case YODEL_END_LOST:
    case YODEL_END_FAILED:     return YODEL_EXIT_NO_PATH;
    case YODEL_END_KEY:        return YODEL_EXIT_KEY;
    case YODEL_END_DECLINED:
    case YODEL_END_UNANSWERED:
    case YODEL_END_BUSY:
    case YODEL_END_CANCELLED:
    case YODEL_END_ELSEWHERE:  return YODEL_EXIT_NO_ANSWER;
    case YODEL_END_MEDIA:      return YODEL_EXIT_MEDIA;
    }
  g_assert_not_reached ();
}

static const char *
name_of_end (YodelEndReason reason)
{
  switch (reason)
    {
    case YODEL_END_NONE:       return "none";
    case YODEL_END_LOCAL:      return "local";
    case YODEL_END_REMOTE:     return "remote";
    case YODEL_END_NO_PATH:    return "no-path";
    case YODEL_END_LOST:       return "lost";
    case YODEL_END_KEY:        return "key";
    case YODEL_END_DECLINED:   return "declined";
    case YODEL_END_UNANSWERED: return "unanswered";
    case YODEL_END_BUSY:       return "busy";
    case YODEL_END_CANCELLED:  return "cancelled";
    case YODEL_END_ELSEWHERE:  return "elsewhere";
    case YODEL_END_MEDIA:      return "media";
    case YODEL_END_FAILED:     return "failed";
    }
  g_assert_not_reached ();
}

/* The exit status, by what weighs most: a signal, our own failure, the end of the session, the media. */
static void
decide_status (YodelCliCall   *self,
               YodelEndReason  reason)
{
  if (self->signal != 0)
    self->exit_status = YODEL_EXIT_SIGNAL + self->signal;
  else if (self->failure == NULL)
    self->exit_status = status_of_end (reason, self->connected_us > 0);

  if (self->exit_status == YODEL_EXIT_OK && self->media_failed)
    self->exit_status = YODEL_EXIT_MEDIA;
}

/* Why it is over, in words. */
static const char *
end_text (YodelCliCall   *self,
          YodelEndReason  reason)
{
  if (self->failure != NULL)
    return self->failure;
  if (yodel_session_get_end_text (self->session) != NULL)
    return yodel_session_get_end_text (self->session);
  return reason == YODEL_END_REMOTE ? _("the other side hung up") : _("the call was ended here");
}

void
yodel_cli_call_tell_end (YodelCliCall   *self,
                         YodelEndReason  reason,
                         const char     *text)
{
  YodelJsonLine line;

  self->ended_us = g_get_monotonic_time ();
  decide_status (self, reason);
  yodel_cli_call_stop_reports (self);

  yodel_events_begin (&self->events, &line, "ended", self->ended_us);
  yodel_json_line_add_string (&line, "reason", self->failure != NULL ? "failed" : name_of_end (reason));
  yodel_json_line_add_string (&line, "text", text);
  yodel_events_end (&self->events, &line);

  if (self->exit_status == YODEL_EXIT_OK || self->exit_status > YODEL_EXIT_SIGNAL)
    yodel_cli_call_say (self, "%s", text);
  else
    yodel_cli_call_say (self, "yodel: %s", text);
}

static void
report_end (YodelCliCall *self)
{
  YodelEndReason reason = yodel_session_get_end_reason (self->session);

  yodel_cli_call_tell_end (self, reason, end_text (self, reason));
}

static void
on_last_stats (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  YodelCliCall *self = user_data;
  g_autoptr (YodelStats) stats = yodel_session_get_stats_finish (YODEL_SESSION (source), result, NULL);
  double packets;

  /* a session that is over may have forgotten */
  if (stats != NULL && (self->stats == NULL || yodel_stats_get_number (stats, "transport", NULL, "packetsSent", &packets)))
    yodel_cli_call_take_stats (self, g_steal_pointer (&stats));
  g_main_loop_quit (self->loop);
}

static void
on_ended (YodelCliCall *self)
{
  if (self->ended_us > 0)
    return;

  self->is_closing = TRUE;
  if (self->guard_timer == 0)
    self->guard_timer = g_timeout_add (GUARD_MS, on_guard, self);
  report_end (self);
  yodel_session_get_stats_async (self->session, NULL, on_last_stats, self);
}

static gboolean
on_duration_over (gpointer data)
{
  YodelCliCall *self = data;

  self->duration_timer = 0;
  yodel_cli_call_close (self);
  return G_SOURCE_REMOVE;
}

void
yodel_cli_call_tell_connected (YodelCliCall *self)
{
  const gint64 now_us = g_get_monotonic_time ();

  self->status.state = _("connected");
  if (self->connected_us > 0)
    {
      if (self->was_reconnecting)
        yodel_events_emit (&self->events, "reconnected", now_us);
      self->was_reconnecting = FALSE;
      return;
    }

  self->connected_us = self->status.connected_us = now_us;
  yodel_events_emit (&self->events, "connected", now_us);
  if (!self->shows_status)
    yodel_cli_call_say (self, "%s", _("connected"));
  if (self->give_up == NULL)
    yodel_cli_call_start_keys (self);
  if (self->options->dtmf != NULL)
    yodel_cli_call_press_keys (self, self->options->dtmf);
  if (self->options->duration_s > 0)
    self->duration_timer = g_timeout_add ((guint) (self->options->duration_s * 1000), on_duration_over, self);
}

void
yodel_cli_call_tell_lost (YodelCliCall *self)
{
  self->status.state = _("reconnecting");
  self->was_reconnecting = TRUE;
  yodel_events_emit (&self->events, "reconnecting", g_get_monotonic_time ());
  if (!self->shows_status)
    yodel_cli_call_say (self, "%s", _("The peer is silent; trying to reach it again."));
}

static void
on_state (YodelSession *session,
          GParamSpec   *pspec,
          YodelCliCall *self)
{
  switch (yodel_session_get_state (session))
    {
    case YODEL_SESSION_NEW:
      break;
    case YODEL_SESSION_CONNECTING:
      self->status.state = _("connecting");
      break;
    case YODEL_SESSION_CONNECTED:
      yodel_cli_call_tell_connected (self);
      break;
    case YODEL_SESSION_RECONNECTING:
      yodel_cli_call_tell_lost (self);
      break;
    case YODEL_SESSION_ENDED:
      on_ended (self);
      break;
    }
}

static void
on_first_frame (YodelTrack   *track,
                gint64        time_us,
                YodelCliCall *self)
{
  yodel_events_emit (&self->events, yodel_track_get_kind (track) == YODEL_MEDIA_AUDIO ? "first-audio" : "first-video-frame",
                     time_us);
}

static void
on_video_paused (YodelSession *session,
                 GParamSpec   *pspec,
                 YodelCliCall *self)
{
  g_object_get (session, "video-paused", &self->status.video_paused, NULL);
  yodel_events_emit (&self->events, self->status.video_paused ? "video-paused" : "video-resumed",
                     g_get_monotonic_time ());
  if (!yodel_status_line_is_wanted ())
    yodel_cli_call_say (self, "%s", self->status.video_paused ? _("the picture pauses: there is room for the sound alone")
                                                              : _("the picture goes on"));
}

static void
on_survival (YodelSession *session,
             GParamSpec   *pspec,
             YodelCliCall *self)
{
  g_object_get (session, "survival", &self->status.survival, NULL);
  yodel_events_emit (&self->events, self->status.survival ? "survival-mode" : "survival-mode-over", g_get_monotonic_time ());
  if (!yodel_status_line_is_wanted ())
    yodel_cli_call_say (self, "%s", self->status.survival ? _("survival mode: there is hardly room for speech")
                                                          : _("survival mode is over"));
}

/* A source or sink fails in the middle of a call: the call goes on, and its status says so in the end.  A reader who
 * has gone from the end of a pipe is no failure. */
static void
on_media_error (GObject      *object,
                GParamSpec   *pspec,
                YodelCliCall *self)
{
  g_autoptr (GError) error = NULL;
  YodelJsonLine line;

  g_object_get (object, "error", &error, NULL);
  if (error == NULL)
    return;

  if (!g_error_matches (error, YODEL_ERROR, YODEL_ERROR_CLOSED))
    self->media_failed = TRUE;
  yodel_cli_call_say (self, "yodel: %s", error->message);
  yodel_events_begin (&self->events, &line, "media-error", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "text", error->message);
  yodel_events_end (&self->events, &line);
}

/* @medium: a source or sink */
void
yodel_cli_call_watch_medium (YodelCliCall *self,
                             GObject      *medium)
{
  g_signal_connect (medium, "notify::error", G_CALLBACK (on_media_error), self);
}

void
yodel_cli_call_watch_media (YodelCliCall *self)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    {
      if (self->media.sources[kind] != NULL)
        yodel_cli_call_watch_medium (self, G_OBJECT (self->media.sources[kind]));
      if (self->media.sinks[kind] != NULL)
        yodel_cli_call_watch_medium (self, G_OBJECT (self->media.sinks[kind]));
    }
}

static void
set_up_track (YodelCliCall *self,
              YodelTrack   *track)
{
  const YodelCliOptions *options = self->options;
  gboolean is_music = g_strcmp0 (options->audio_content, "music") == 0;

  if (yodel_track_get_kind (track) == YODEL_MEDIA_VIDEO)
    {
      yodel_track_set_content (track, options->content);
      return;
    }

  yodel_track_set_music (track, is_music);
  yodel_track_set_stereo (track, options->audio_channels != NULL ? g_str_equal (options->audio_channels, "stereo") : is_music);
  yodel_track_set_max_audio_bitrate (track, (guint) options->audio_bitrate_kbps * 1000);
  yodel_track_set_discontinuous (track, options->dtx);
}

void
yodel_cli_call_watch_track (YodelCliCall *self,
                            YodelTrack   *track)
{
  const YodelMediaKind kind = yodel_track_get_kind (track);

  if (self->tracks[kind] != NULL)
    g_signal_handlers_disconnect_by_data (self->tracks[kind], self);
  g_set_object (&self->tracks[kind], track);
  set_up_track (self, track);
  g_signal_connect (track, "first-frame", G_CALLBACK (on_first_frame), self);
}

static void
add_tracks (YodelCliCall *self)
{
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    {
      YodelTrack *track;

      if (self->options->without[kind])
        continue;

      track = yodel_session_add_track (self->session, kind);
      g_set_object (&self->tracks[kind], track);
      if (!yodel_cli_media_sends (self->options, kind))
        yodel_track_set_direction (track, YODEL_DIRECTION_RECVONLY);
      yodel_track_set_source (track, self->media.sources[kind]);
      yodel_track_set_sink (track, yodel_cli_media_get_sink (&self->media, kind));
      set_up_track (self, track);
      g_signal_connect (track, "first-frame", G_CALLBACK (on_first_frame), self);
    }
}

/* The first time it ends the call properly; the second, at once. */
static gboolean
on_signal (YodelCliCall *self,
           int           number)
{
  if (self->signal != 0)
    {
      yodel_status_line_clear ();
      g_clear_pointer (&self->input, yodel_line_input_free);
      yodel_cli_call_stop_control (self);
      _exit (YODEL_EXIT_SIGNAL + number);
    }

  self->signal = number;
  yodel_cli_call_close (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer data)
{
  return on_signal (data, SIGINT);
}

static gboolean
on_terminate (gpointer data)
{
  return on_signal (data, SIGTERM);
}

void
yodel_cli_call_catch_signals (YodelCliCall *self)
{
  self->signal_sources[0] = g_unix_signal_add (SIGINT, on_interrupt, self);
  self->signal_sources[1] = g_unix_signal_add (SIGTERM, on_terminate, self);
}

void
yodel_cli_call_watch_session (YodelCliCall *self)
{
  g_signal_connect (self->session, "notify::video-paused", G_CALLBACK (on_video_paused), self);
  g_signal_connect (self->session, "notify::survival", G_CALLBACK (on_survival), self);
}

gboolean
yodel_cli_call_open_outputs (YodelCliCall  *self,
                             GError       **error)
{
  if (self->options->events != NULL)
    {
      self->events_output = yodel_output_new (self->options->events, error);
      if (self->events_output == NULL)
        return FALSE;
      self->events.output = self->events_output;
    }
  if (self->options->stats != NULL)
    {
      self->stats_output = yodel_output_new (self->options->stats, error);
      if (self->stats_output == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
save_snapshot (YodelCliCall *self)
{
  g_autoptr (YodelVideoFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (self->media.snapshot == NULL)
    return;
  path = yodel_cli_media_number_path (self->options->snapshot, self->media.number);
  frame = yodel_snapshot_sink_get_last (self->media.snapshot);
  if (frame != NULL && !yodel_picture_save (frame, path, &error))
    yodel_cli_call_say (self, "yodel: %s", error->message);
}

static void
run (YodelCliCall *self)
{
  g_autoptr (GError) error = NULL;

  self->loop = g_main_loop_new (NULL, FALSE);
  self->session = yodel_session_new ();
  yodel_session_set_trickle (self->session, FALSE);
  yodel_session_set_stun_servers (self->session, (const char * const *) self->options->stun);
  yodel_session_set_bind (self->session, yodel_cli_call_get_bind (self));
  yodel_session_set_video_codec (self->session, self->options->codec);
  yodel_session_set_max_bitrate (self->session, (guint) self->options->max_bitrate_kbps * 1000);
  g_signal_connect (self->session, "notify::state", G_CALLBACK (on_state), self);
  yodel_cli_call_watch_session (self);

  self->status.state = self->is_caller ? _("calling") : _("waiting");
  yodel_cli_call_catch_signals (self);
  add_tracks (self);
  yodel_cli_call_watch_media (self);
  yodel_cli_call_start_reports (self);
  if (!yodel_cli_call_start_control (self, &error))
    yodel_cli_call_fail (self, YODEL_EXIT_USAGE, error->message);
  else
    yodel_cli_call_start_exchange (self);
  g_main_loop_run (self->loop);
}

/* What is one call's: its session, its media, its timers; and its result is told. */
void
yodel_cli_call_clear (YodelCliCall *self)
{
  save_snapshot (self);
  yodel_cli_call_stop_reports (self);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->duration_timer, g_source_remove);
  g_clear_handle_id (&self->guard_timer, g_source_remove);
  g_clear_pointer (&self->input, yodel_line_input_free);
  yodel_cli_call_stop_control (self);
  g_clear_pointer (&self->echo, yodel_echo_peer_free);

  /* the session first: it lets go of the sinks, which close their files */
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  yodel_cli_media_clear (&self->media);
  yodel_cli_call_report_result (self);
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    {
      if (self->tracks[kind] != NULL)
        g_signal_handlers_disconnect_by_data (self->tracks[kind], self);
      g_clear_object (&self->tracks[kind]);
    }
  g_clear_pointer (&self->stats, yodel_stats_unref);
  g_clear_pointer (&self->failure, g_free);
}

void
yodel_cli_call_clean_up (YodelCliCall *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->signal_sources); i++)
    g_clear_handle_id (&self->signal_sources[i], g_source_remove);
  g_clear_pointer (&self->events_output, yodel_output_free);
  g_clear_pointer (&self->stats_output, yodel_output_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static int
place_or_take (const YodelCliOptions *options,
               gboolean               is_caller)
{
  const gboolean is_echo = strcmp (options->address, ECHO) == 0;
  YodelCliCall call = { .options = options, .is_caller = is_caller, .is_echo = is_echo };
  g_autoptr (GError) error = NULL;
  const gboolean stdin_is_free = is_echo || !yodel_cli_media_uses_stdin (options);

  if (!yodel_cli_call_open_outputs (&call, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      call.exit_status = YODEL_EXIT_USAGE;
    }
  else if (!yodel_cli_media_open (&call.media, options, stdin_is_free, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      call.exit_status = YODEL_EXIT_MEDIA;
    }
  else
    {
      run (&call);
    }

  if (call.ended_us == 0 && call.session != NULL)
    report_end (&call);
  yodel_cli_call_clear (&call);
  yodel_cli_call_clean_up (&call);
  return call.exit_status;
}

static int
run_command (const char  *command,
             const char  *summary,
             gboolean     is_caller,
             int          argc,
             char       **argv)
{
  g_auto (YodelCliOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!yodel_cli_options_parse (&options, command, summary, argc, argv, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      return YODEL_EXIT_USAGE;
    }
  if (g_strcmp0 (options.address, MANUAL) == 0 || (is_caller && g_strcmp0 (options.address, ECHO) == 0))
    return place_or_take (&options, is_caller);
  return is_caller ? yodel_cli_call_somebody (&options) : yodel_cli_answer_everybody (&options);
}

int
yodel_call_command (int    argc,
                    char **argv)
{
  return run_command ("call", _("Places a call to a contact, to a yodel: address or invite, or to lan:NAME on the local network.\n"
                                "With the address \"manual:\" it prints its offer as one line of JSON on standard\n"
                                "output and reads the answer from standard input. With \"echo:\" your own voice and picture come back\n"
                                "a second later."),
                      TRUE, argc, argv);
}

int
yodel_answer_command (int    argc,
                      char **argv)
{
  return run_command ("answer", _("Is reachable, and takes calls, several at once with --auto-accept. An ADDRESS is a way to be reached, such as \"lan:\" (the usual one) or\n"
                                  "\"lan:NAME\", which shows NAME to all on the local network. With \"manual:\" it reads the offer as one line of JSON from standard\n"
                                  "input and prints its answer on standard output."),
                      FALSE, argc, argv);
}
