#define G_LOG_DOMAIN "yodel-cli"

#include "cli/echo-peer.h"

#include "cli/echo-line.h"

/* Thread: the program's one. */
struct _YodelEchoPeer
{
  YodelSession      *session;       /* (owned) */
  GCancellable      *cancellable;   /* (owned) */
  YodelEchoPeerFunc  func;
  gpointer           user_data;     /* (borrowed) */
};

static void
on_answer_created (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = yodel_session_create_answer_finish (YODEL_SESSION (source), result, &error);
  YodelEchoPeer *self = user_data;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->func (answer, error, self->user_data);
}

/* Both directions of each track get one line. */
static void
equip (YodelSession *session)
{
  g_autoptr (GList) tracks = yodel_session_get_tracks (session);

  for (GList *l = tracks; l != NULL; l = l->next)
    {
      g_autoptr (YodelEchoLine) line = yodel_echo_line_new ();

      yodel_track_set_direction (l->data, YODEL_DIRECTION_SENDRECV);
      yodel_track_set_sink (l->data, YODEL_SINK (line));
      yodel_track_set_source (l->data, YODEL_SOURCE (line));
    }
}

static void
on_offer_taken (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  YodelSession *session = YODEL_SESSION (source);
  g_autoptr (GError) error = NULL;
  gboolean is_taken = yodel_session_set_remote_description_finish (session, result, &error);
  YodelEchoPeer *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!is_taken)
    {
      self->func (NULL, error, self->user_data);
      return;
    }
  equip (session);
  yodel_session_create_answer_async (session, self->cancellable, on_answer_created, self);
}

/* What is pressed is pressed back. */
static void
on_telephone_event (YodelTrack *track,
                    const char *key,
                    guint       duration_ms,
                    gpointer    data)
{
  yodel_track_send_telephone_events (track, key, duration_ms, NULL);
}

static void
on_track_added (YodelSession  *session,
                YodelTrack    *track,
                YodelEchoPeer *self)
{
  g_signal_connect (track, "telephone-event", G_CALLBACK (on_telephone_event), NULL);
}

/* @bind: (nullable) as for yodel_session_set_bind() */
YodelEchoPeer *
yodel_echo_peer_new (const char * const *bind,
                     const char         *offer,
                     YodelEchoPeerFunc   func,
                     gpointer            user_data)
{
  YodelEchoPeer *self = g_new0 (YodelEchoPeer, 1);

  self->session = yodel_session_new ();
  self->cancellable = g_cancellable_new ();
  self->func = func;
  self->user_data = user_data;
  yodel_session_set_trickle (self->session, FALSE);
  yodel_session_set_bind (self->session, bind);
  g_signal_connect (self->session, "track-added", G_CALLBACK (on_track_added), self);
  yodel_session_set_remote_description_async (self->session, YODEL_SDP_OFFER, offer, self->cancellable, on_offer_taken, self);
  return self;
}

void
yodel_echo_peer_free (YodelEchoPeer *self)
{
  g_cancellable_cancel (self->cancellable);
  yodel_session_close (self->session);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_object_unref (self->session);
  g_object_unref (self->cancellable);
  g_free (self);
}
