/* Answers an offer: reads a session description from standard input to its end, prints the
 * answer, sends a test sound and picture, and records what comes into heard.wav and seen.y4m. */
#include <stdio.h>

#include <yodel/yodel-media.h>
#include <yodel/yodel.h>

static void
give_up_on (GError *error)
{
  if (error == NULL)
    return;
  g_printerr ("answer: %s\n", error->message);
  exit (1);
}

static void
on_answer (GObject      *session,
           GAsyncResult *result,
           gpointer      loop)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = yodel_session_create_answer_finish (YODEL_SESSION (session), result, &error);

  give_up_on (error);
  fputs (sdp, stdout);
  fflush (stdout);
}

static void
on_offer_taken (GObject      *session,
                GAsyncResult *result,
                gpointer      loop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GList) tracks = NULL;

  yodel_session_set_remote_description_finish (YODEL_SESSION (session), result, &error);
  give_up_on (error);

  tracks = yodel_session_get_tracks (YODEL_SESSION (session));
  for (GList *l = tracks; l != NULL; l = l->next)
    {
      YodelMediaKind kind = yodel_track_get_kind (l->data);
      g_autoptr (YodelSource) source = yodel_media_source_new (kind, "test", NULL);
      g_autoptr (YodelSink) sink =
        yodel_media_sink_new (kind, kind == YODEL_MEDIA_AUDIO ? "heard.wav" : "seen.y4m", NULL);

      yodel_track_set_direction (l->data, YODEL_DIRECTION_SENDRECV);   /* it would only receive */
      yodel_track_set_source (l->data, source);
      yodel_track_set_sink (l->data, sink);
    }
  yodel_session_create_answer_async (YODEL_SESSION (session), NULL, on_answer, loop);
}

static void
on_state (YodelSession *session,
          GParamSpec   *pspec,
          GMainLoop    *loop)
{
  if (yodel_session_get_state (session) != YODEL_SESSION_ENDED)
    return;
  g_printerr ("answer: %s\n", yodel_session_get_end_text (session));
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (YodelSession) session = yodel_session_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  char offer[65536];
  gsize n = fread (offer, 1, sizeof offer - 1, stdin);

  offer[n] = '\0';
  yodel_session_set_trickle (session, FALSE);
  g_signal_connect (session, "notify::state", G_CALLBACK (on_state), loop);
  yodel_session_set_remote_description_async (session, YODEL_SDP_OFFER, offer, NULL, on_offer_taken, loop);
  g_main_loop_run (loop);
  return 0;
}
