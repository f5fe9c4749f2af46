/* How a call is doing: the statistics once a second, the line on the terminal, and the result at the end. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>

#include "cli/call.h"
#include "cli/exit-status.h"

#define STATS_MS 1000
#define DRAW_MS  200

static void
log_stats (YodelCliCall *self,
           YodelStats   *stats,
           gint64        now_us)
{
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;
  YodelJsonLine line;

  if (self->stats_output == NULL)
    return;

  json = yodel_stats_to_json (stats);
  yodel_json_line_begin (&line);
  yodel_json_line_add_time (&line, "t", now_us);
  if (self->events.call > 0)
    yodel_json_line_add_number (&line, "call", self->events.call);
  yodel_json_line_add_raw (&line, "stats", json);
  text = yodel_json_line_end (&line);
  yodel_output_write (self->stats_output, text);
}

/* @stats: (transfer full): the newest snapshot */
void
yodel_cli_call_take_stats (YodelCliCall *self,
                           YodelStats   *stats)
{
  gint64 now_us = g_get_monotonic_time ();

  log_stats (self, stats, now_us);
  yodel_call_figures_read (&self->status.figures, stats, self->stats,
                           (double) (now_us - self->stats_us) / G_USEC_PER_SEC);
  g_clear_pointer (&self->stats, yodel_stats_unref);
  self->stats = stats;
  self->stats_us = now_us;
}

static void
on_stats (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  YodelStats *stats = yodel_session_get_stats_finish (YODEL_SESSION (source), result, NULL);

  if (stats != NULL)   /* and the call is not over and freed */
    yodel_cli_call_take_stats (user_data, stats);
}

static gboolean
on_stats_timer (gpointer data)
{
  YodelCliCall *self = data;

  if (self->session != NULL)
    yodel_session_get_stats_async (self->session, self->cancellable, on_stats, self);
  return G_SOURCE_CONTINUE;
}

static void
emit_progress (YodelCliCall *self)
{
  const YodelCallFigures *figures = &self->status.figures;
  YodelJsonLine line;

  yodel_events_begin (&self->events, &line, "progress", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "state", self->status.state);
  yodel_json_line_add_bool (&line, "connected", self->connected_us > 0);
  yodel_json_line_add_number (&line, "levelSent", self->status.levels[0]);
  yodel_json_line_add_number (&line, "levelReceived", self->status.levels[1]);
  yodel_json_line_add_number (&line, "rttMs", figures->rtt_ms);
  yodel_json_line_add_number (&line, "sentBps", figures->sent_bps);
  yodel_json_line_add_number (&line, "receivedBps", figures->received_bps);
  yodel_json_line_add_number (&line, "loss", figures->loss);
  yodel_json_line_add_number (&line, "framesShown", figures->frames_shown);
  yodel_events_end (&self->events, &line);
}

static gboolean
on_draw_timer (gpointer data)
{
  YodelCliCall *self = data;

  if (self->shows_status && !self->is_aside)
    yodel_status_line_draw (&self->status, g_get_monotonic_time ());
  if (self->options->progress)
    emit_progress (self);
  return G_SOURCE_CONTINUE;
}

static void
on_level (YodelTrack   *track,
          GParamSpec   *pspec,
          YodelCliCall *self)
{
  g_object_get (track, "level-sent", &self->status.levels[0], "level-received", &self->status.levels[1], NULL);
}

void
yodel_cli_call_start_reports (YodelCliCall *self)
{
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  self->shows_status = yodel_status_line_is_wanted ();
  yodel_call_figures_read (&self->status.figures, NULL, NULL, 0);
  self->status.levels[0] = self->status.levels[1] = -127;
  self->stats_timer = g_timeout_add (STATS_MS, on_stats_timer, self);
  if (!self->shows_status && !self->options->progress)
    return;

  self->draw_timer = g_timeout_add (DRAW_MS, on_draw_timer, self);
  if (self->tracks[YODEL_MEDIA_AUDIO] != NULL)
    {
      g_signal_connect (self->tracks[YODEL_MEDIA_AUDIO], "notify::level-sent", G_CALLBACK (on_level), self);
      g_signal_connect (self->tracks[YODEL_MEDIA_AUDIO], "notify::level-received", G_CALLBACK (on_level), self);
    }
}

void
yodel_cli_call_stop_reports (YodelCliCall *self)
{
  g_clear_handle_id (&self->stats_timer, g_source_remove);
  g_clear_handle_id (&self->draw_timer, g_source_remove);
  yodel_status_line_clear ();
}

static void
add_totals (YodelJsonLine *parent,
            YodelStats    *stats,
            const char    *kind)
{
  static const struct
  {
    const char *type;
    const char *name;
  } totals[] = {
    { "outbound-rtp", "packetsSent" },
    { "outbound-rtp", "bytesSent" },
    { "outbound-rtp", "framesEncoded" },
    { "inbound-rtp", "packetsReceived" },
    { "inbound-rtp", "bytesReceived" },
    { "inbound-rtp", "packetsLost" },
    { "inbound-rtp", "jitter" },
    { "inbound-rtp", "totalSamplesReceived" },
    { "inbound-rtp", "concealedSamples" },
    { "inbound-rtp", "framesDecoded" },
    { "inbound-rtp", "framesRendered" },
    { "inbound-rtp", "framesDropped" },
    { "inbound-rtp", "freezeCount" },
    { "inbound-rtp", "totalFreezesDuration" },
  };
  g_autofree char *json = NULL;
  YodelJsonLine line;

  yodel_json_line_begin (&line);
  for (guint i = 0; i < G_N_ELEMENTS (totals); i++)
    {
      double value;

      if (yodel_stats_get_number (stats, totals[i].type, kind, totals[i].name, &value))
        yodel_json_line_add_number (&line, totals[i].name, value);
    }
  json = yodel_json_line_end (&line);
  yodel_json_line_add_raw (parent, kind, json);
}

/* The last event: how it went, in figures. */
void
yodel_cli_call_report_result (YodelCliCall *self)
{
  const gint64 now_us = g_get_monotonic_time ();
  const gboolean asked_for = self->exit_status == YODEL_EXIT_OK || self->exit_status > YODEL_EXIT_SIGNAL;
  YodelJsonLine line;

  yodel_events_begin (&self->events, &line, "result", now_us);
  yodel_json_line_add_bool (&line, "ok", asked_for && self->connected_us > 0);
  yodel_json_line_add_number (&line, "exitStatus", self->exit_status);
  yodel_json_line_add_number (&line, "duration", self->connected_us > 0
                              ? (double) ((self->ended_us > 0 ? self->ended_us : now_us) - self->connected_us) / G_USEC_PER_SEC
                              : 0);
  if (self->status.figures.rtt_ms >= 0)
    yodel_json_line_add_number (&line, "currentRoundTripTime", self->status.figures.rtt_ms / 1000);
  if (self->stats != NULL)
    for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
      if (self->tracks[kind] != NULL)
        add_totals (&line, self->stats, kind == YODEL_MEDIA_AUDIO ? "audio" : "video");
  yodel_events_end (&self->events, &line);
}
