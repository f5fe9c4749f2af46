/* The tracks of a session: how what a program does with them reaches the driver, and when their
 * sources and sinks are at work. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-private.h"

void
yodel_session_entry_free (gpointer data)
{
  YodelSessionEntry *entry = data;

  g_object_unref (entry->track);
  yodel_track_port_unref (entry->port);
  g_free (entry);
}

YodelSessionEntry *
yodel_session_find_entry (YodelSession   *self,
                          YodelTrackPort *port)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      YodelSessionEntry *entry = self->entries->pdata[i];

      if (entry->port == port)
        return entry;
    }

  return NULL;
}

void
yodel_session_start_sources (YodelSession *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      YodelSessionEntry *entry = self->entries->pdata[i];
      YodelDirection direction = yodel_track_get_current_direction (entry->track);

      yodel_track_set_sending (entry->track,
                               self->open && (direction & YODEL_DIRECTION_SENDONLY) != 0);
    }
}

static void
finish_sink (YodelSessionEntry *entry)
{
  YodelSink *sink = yodel_track_get_sink (entry->track);

  if (!entry->finished && sink != NULL)
    yodel_sink_finish (sink);
  entry->finished = TRUE;
}

void
yodel_session_stop_media (YodelSession *self)
{
  self->open = FALSE;
  yodel_session_start_sources (self);
  for (guint i = 0; i < self->entries->len; i++)
    finish_sink (self->entries->pdata[i]);
}

/* The outlet of a track: what its program does with it. */

typedef struct
{
  YodelTrackPort   *port;    /* (owned) */
  YodelSessionLink *link;    /* (owned) */
} Outlet;

static void
outlet_free (gpointer data)
{
  Outlet *outlet = data;

  yodel_track_port_unref (outlet->port);
  yodel_session_link_unref (outlet->link);
  g_free (outlet);
}

static void
outlet_push_audio (gpointer      user_data,
                   const gint16 *samples,
                   gsize         n_samples,
                   guint         channels,
                   gint64        captured_us)
{
  Outlet *outlet = user_data;

  yodel_track_port_push_audio (outlet->port, samples, n_samples, channels, captured_us);
}

static void
outlet_push_video (gpointer         user_data,
                   YodelVideoFrame *frame)
{
  Outlet *outlet = user_data;

  yodel_track_port_push_video (outlet->port, frame);
}

static void
run_set_track (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_set_track (request->driver, request->port, request->direction,
                                  request->flag, request->content, &request->sound);
}

static void
outlet_changed (gpointer    user_data,
                YodelTrack *track)
{
  Outlet *outlet = user_data;
  YodelSession *self = outlet->link->session;
  YodelSessionRequest *request;

  if (self == NULL)
    return;

  request = yodel_session_request_new (self);
  request->port = yodel_track_port_ref (outlet->port);
  request->direction = yodel_track_get_direction (track);
  request->flag = yodel_track_get_enabled (track);
  request->content = yodel_track_get_content (track);
  request->sound = (YodelAudioSettings) {
    .music = yodel_track_get_music (track),
    .max_bitrate_bps = yodel_track_get_max_audio_bitrate (track),
    .stereo = yodel_track_get_stereo (track),
    .discontinuous = yodel_track_get_discontinuous (track),
  };
  yodel_session_post (self, run_set_track, request);
}

static void
run_press_keys (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_press_keys (request->driver, request->port, request->text, request->duration_ms);
}

static void
outlet_press_keys (gpointer    user_data,
                   const char *keys,
                   guint       duration_ms)
{
  Outlet *outlet = user_data;
  YodelSession *self = outlet->link->session;
  YodelSessionRequest *request;

  if (self == NULL)
    return;

  request = yodel_session_request_new (self);
  request->port = yodel_track_port_ref (outlet->port);
  request->text = g_strdup (keys);
  request->duration_ms = duration_ms;
  yodel_session_post (self, run_press_keys, request);
}

static void
tell_sink_released (YodelSession     *self,
                    YodelSessionNews *news)
{
  yodel_sink_finish (news->sink);
}

static void
run_set_sink (gpointer data)
{
  YodelSessionRequest *request = data;
  YodelSink *before = yodel_session_driver_set_sink (request->driver, request->port,
                                                     g_steal_pointer (&request->sink));
  YodelSessionNews *news;

  if (before == NULL)
    return;

  news = yodel_session_news_new (request->link, tell_sink_released);
  news->sink = before;
  yodel_session_news_post (news);
}

static void
outlet_sink_set (gpointer    user_data,
                 YodelTrack *track,
                 YodelSink  *before)
{
  Outlet *outlet = user_data;
  YodelSession *self = outlet->link->session;
  YodelSink *sink = yodel_track_get_sink (track);
  YodelSessionRequest *request;

  if (self == NULL)
    return;

  request = yodel_session_request_new (self);
  request->port = yodel_track_port_ref (outlet->port);
  request->sink = sink != NULL ? g_object_ref (sink) : NULL;
  yodel_session_post (self, run_set_sink, request);
}

YodelSessionEntry *
yodel_session_add_entry (YodelSession   *self,
                         YodelTrackPort *port)
{
  static const YodelTrackOutlet ops = {
    .push_audio = outlet_push_audio,
    .push_video = outlet_push_video,
    .changed = outlet_changed,
    .press_keys = outlet_press_keys,
    .sink_set = outlet_sink_set,
  };
  Outlet *outlet = g_new (Outlet, 1);
  YodelSessionEntry *entry = g_new0 (YodelSessionEntry, 1);

  outlet->port = yodel_track_port_ref (port);
  outlet->link = yodel_session_link_ref (self->link);
  entry->port = yodel_track_port_ref (port);
  entry->track = yodel_track_new (port->kind, &ops, outlet, outlet_free);
  g_ptr_array_add (self->entries, entry);
  return entry;
}

