/* What the driver tells the face: posted on the engine thread, heard on the program's. */
#define G_LOG_DOMAIN "yodel-session"

#include "audio/telephone-event.h"
#include "session/session-private.h"

static void
tell_state (YodelSession     *self,
            YodelSessionNews *news)
{
  yodel_session_set_state (self, news->value, news->reason, news->text);
}

static void
driver_state (YodelSessionState  state,
              YodelEndReason     reason,
              const char        *text,
              gpointer           user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_state);

  news->value = state;
  news->reason = reason;
  news->text = g_strdup (text);
  yodel_session_news_post (news);
}

static void
tell_signaling (YodelSession     *self,
                YodelSessionNews *news)
{
  yodel_session_set_signaling_state (self, news->value);
}

static void
driver_signaling (YodelSignalingState state,
                  gpointer            user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_signaling);

  news->value = state;
  yodel_session_news_post (news);
}

static void
tell_open (YodelSession     *self,
           YodelSessionNews *news)
{
  if (self->state == YODEL_SESSION_ENDED)
    return;

  self->open = TRUE;
  yodel_session_start_sources (self);
}

static void
driver_open (gpointer user_data)
{
  yodel_session_news_post (yodel_session_news_new (user_data, tell_open));
}

static void
tell_candidate (YodelSession     *self,
                YodelSessionNews *news)
{
  yodel_session_emit_candidate (self, news->text, news->mid);
}

static void
driver_candidate (const char *candidate,
                  const char *mid,
                  gpointer    user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_candidate);

  news->text = g_strdup (candidate);
  news->mid = g_strdup (mid);
  yodel_session_news_post (news);
}

static void
tell_track_added (YodelSession     *self,
                  YodelSessionNews *news)
{
  YodelSessionEntry *entry = yodel_session_add_entry (self, news->port);

  /* As the machine has it, or a program that wants both ways would seem to change nothing. */
  yodel_track_set_direction (entry->track, YODEL_DIRECTION_RECVONLY);
  yodel_session_emit_track_added (self, entry->track);
}

static void
driver_track_added (YodelTrackPort *port,
                    gpointer        user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_track_added);

  news->port = yodel_track_port_ref (port);
  yodel_session_news_post (news);
}

static void
tell_track (YodelSession     *self,
            YodelSessionNews *news)
{
  YodelSessionEntry *entry = yodel_session_find_entry (self, news->port);

  if (entry == NULL)
    return;

  if (news->mid != NULL)
    yodel_track_set_mid (entry->track, news->mid);
  yodel_track_set_takes_keys (entry->track, news->flag);
  yodel_track_set_current_direction (entry->track, news->value);
  yodel_session_start_sources (self);
}

static void
driver_track (YodelTrackPort *port,
              const char     *mid,
              YodelDirection  direction,
              gboolean        takes_keys,
              gpointer        user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_track);

  news->port = yodel_track_port_ref (port);
  news->mid = g_strdup (mid);
  news->value = direction;
  news->flag = takes_keys;
  yodel_session_news_post (news);
}

static void
tell_key (YodelSession     *self,
          YodelSessionNews *news)
{
  YodelSessionEntry *entry = yodel_session_find_entry (self, news->port);

  if (entry != NULL)
    yodel_track_key (entry->track, yodel_telephone_event_to_key ((guint8) news->value), (guint) (news->time_us / 1000));
}

static void
driver_key (YodelTrackPort *port,
            guint8          event,
            guint           duration_ms,
            gpointer        user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_key);

  news->port = yodel_track_port_ref (port);
  news->value = event;
  news->time_us = duration_ms * G_TIME_SPAN_MILLISECOND;
  yodel_session_news_post (news);
}

static void
tell_first_frame (YodelSession     *self,
                  YodelSessionNews *news)
{
  YodelSessionEntry *entry = yodel_session_find_entry (self, news->port);

  if (entry != NULL)
    yodel_track_first_frame (entry->track, news->time_us);
}

static void
driver_first_frame (YodelTrackPort *port,
                    gint64          time_us,
                    gpointer        user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_first_frame);

  news->port = yodel_track_port_ref (port);
  news->time_us = time_us;
  yodel_session_news_post (news);
}

static void
tell_levels (YodelSession     *self,
             YodelSessionNews *news)
{
  YodelSessionEntry *entry = yodel_session_find_entry (self, news->port);

  if (entry != NULL)
    yodel_track_set_level (entry->track, news->levels.sent, news->levels.received, news->levels.speaking_while_muted);
}

static void
driver_levels (YodelTrackPort           *port,
               const YodelSessionLevels *levels,
               gpointer                  user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_levels);

  news->port = yodel_track_port_ref (port);
  news->levels = *levels;
  yodel_session_news_post (news);
}

static void
tell_notice (YodelSession     *self,
             YodelSessionNews *news)
{
  yodel_session_set_notice (self, news->value);
}

static void
driver_notice (YodelSessionNotice notice,
               gpointer           user_data)
{
  YodelSessionNews *news = yodel_session_news_new (user_data, tell_notice);

  news->value = notice;
  yodel_session_news_post (news);
}

static void
tell_restart_wanted (YodelSession     *self,
                     YodelSessionNews *news)
{
  yodel_session_emit_restart_wanted (self);
}

static void
driver_restart_wanted (gpointer user_data)
{
  yodel_session_news_post (yodel_session_news_new (user_data, tell_restart_wanted));
}

static void
do_nothing (gpointer data)
{
}

static void
free_worker (gpointer data)
{
  yodel_video_worker_free (data);
}

static void
driver_retire (YodelVideoWorker *worker,
               gpointer          user_data)
{
  YodelSessionLink *link = user_data;

  yodel_mailbox_post (link->mailbox, do_nothing, worker, free_worker);
}

const YodelSessionDriverOps yodel_session_driver_ops = {
  .state = driver_state,
  .signaling = driver_signaling,
  .open = driver_open,
  .candidate = driver_candidate,
  .track_added = driver_track_added,
  .track = driver_track,
  .key = driver_key,
  .first_frame = driver_first_frame,
  .levels = driver_levels,
  .notice = driver_notice,
  .restart_wanted = driver_restart_wanted,
  .retire = driver_retire,
};

