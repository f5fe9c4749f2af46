/* Two sessions as a program uses them, over real sockets on loopback. */
#include <yodel/yodel.h>

#include <string.h>

#include "lib/run-until.h"

/* A source that hums, from a thread of its own. */
struct _HumSource
{
  GObject     parent_instance;
  YodelTrack *track;
  GThread    *thread;
  int         running;      /* atomic */
};

#define HUM_TYPE_SOURCE (hum_source_get_type ())
G_DECLARE_FINAL_TYPE (HumSource, hum_source, HUM, SOURCE, GObject)

static void hum_source_iface_init (YodelSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HumSource, hum_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SOURCE, hum_source_iface_init))

static void
hum_video (YodelTrack *track,
           guint       n)
{
  g_autoptr (YodelVideoFrame) frame = yodel_video_frame_new (320, 180);

  for (guint y = 0; y < 180; y++)
    memset (frame->y + y * frame->y_stride, 16 + (y + 4 * n) % 200, 320);
  memset (frame->u, 128, frame->u_stride * 90);
  memset (frame->v, 128, frame->v_stride * 90);
  frame->timestamp_us = g_get_monotonic_time ();
  yodel_track_push_video (track, frame);
}

static gpointer
hum (gpointer data)
{
  HumSource *self = data;
  gint16 samples[480];

  for (guint n = 0; __atomic_load_n (&self->running, __ATOMIC_ACQUIRE); n++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
        samples[i] = ((n * 480 + i) * 440 / 48 % 1000) * 20 - 10000;

      if (yodel_track_get_kind (self->track) == YODEL_MEDIA_AUDIO)
        yodel_track_push_audio (self->track, samples, G_N_ELEMENTS (samples),
                                g_get_monotonic_time ());
      else if (n % 3 == 0)
        hum_video (self->track, n);
      g_usleep (10000);   /* the pace of the sound card it stands for */
    }

  return NULL;
}

static void
hum_source_start (YodelSource *source,
                  YodelTrack  *track)
{
  HumSource *self = HUM_SOURCE (source);

  self->track = g_object_ref (track);
  self->running = TRUE;
  self->thread = g_thread_new ("hum", hum, self);
}

static void
hum_source_stop (YodelSource *source)
{
  HumSource *self = HUM_SOURCE (source);

  __atomic_store_n (&self->running, FALSE, __ATOMIC_RELEASE);
  g_thread_join (self->thread);
  g_clear_object (&self->track);
}

static void
hum_source_iface_init (YodelSourceInterface *iface)
{
  iface->start = hum_source_start;
  iface->stop = hum_source_stop;
}

static void
hum_source_class_init (HumSourceClass *klass)
{
}

static void
hum_source_init (HumSource *self)
{
}

/* A sink that counts. */
struct _CountSink
{
  GObject parent_instance;
  int     n_loud;           /* atomic: blocks with sound in them */
  int     n_pictures;       /* atomic */
  int     n_finished;
};

#define COUNT_TYPE_SINK (count_sink_get_type ())
G_DECLARE_FINAL_TYPE (CountSink, count_sink, COUNT, SINK, GObject)

static void count_sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CountSink, count_sink, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, count_sink_iface_init))

static void
count_sink_write_audio (YodelSink    *sink,
                        const gint16 *samples,
                        gsize         n_samples,
                        gint64        time_us)
{
  guint loud = 0;

  for (gsize i = 0; i < n_samples; i++)
    loud += ABS (samples[i]) > 1000;
  if (loud > n_samples / 4)
    __atomic_fetch_add (&COUNT_SINK (sink)->n_loud, 1, __ATOMIC_RELAXED);
}

static void
count_sink_write_video (YodelSink       *sink,
                        YodelVideoFrame *frame)
{
  __atomic_fetch_add (&COUNT_SINK (sink)->n_pictures, 1, __ATOMIC_RELAXED);
}

static void
count_sink_finish (YodelSink *sink)
{
  COUNT_SINK (sink)->n_finished++;
}

static void
count_sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = count_sink_write_audio;
  iface->write_video = count_sink_write_video;
  iface->finish = count_sink_finish;
}

static void
count_sink_class_init (CountSinkClass *klass)
{
}

static void
count_sink_init (CountSink *self)
{
}

/* Two sessions with a track each way and a sink that counts. */
typedef struct
{
  YodelSession *caller;
  YodelSession *callee;
  CountSink    *caller_sink;
  CountSink    *callee_sink;
  char         *sdp;          /* what the last step brought */
  GError       *error;
  gboolean      done;
} Fixture;

static void
equip (YodelSession   *session,
       CountSink      *sink,
       YodelMediaKind  kind)
{
  YodelTrack *track = yodel_session_add_track (session, kind);
  g_autoptr (HumSource) source = g_object_new (HUM_TYPE_SOURCE, NULL);

  yodel_track_set_source (track, YODEL_SOURCE (source));
  yodel_track_set_sink (track, YODEL_SINK (sink));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const char * const loopback[] = { "127.0.0.1", NULL };

  fixture->caller = yodel_session_new ();
  fixture->callee = yodel_session_new ();
  fixture->caller_sink = g_object_new (COUNT_TYPE_SINK, NULL);
  fixture->callee_sink = g_object_new (COUNT_TYPE_SINK, NULL);
  yodel_session_set_bind (fixture->caller, loopback);
  yodel_session_set_bind (fixture->callee, loopback);

  equip (fixture->caller, fixture->caller_sink, YODEL_MEDIA_AUDIO);
  equip (fixture->callee, fixture->callee_sink, YODEL_MEDIA_AUDIO);
  if (data != NULL)
    {
      equip (fixture->caller, fixture->caller_sink, YODEL_MEDIA_VIDEO);
      equip (fixture->callee, fixture->callee_sink, YODEL_MEDIA_VIDEO);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->caller);
  g_assert_finalize_object (fixture->callee);
  g_assert_finalize_object (fixture->caller_sink);
  g_assert_finalize_object (fixture->callee_sink);
  g_clear_error (&fixture->error);
  g_free (fixture->sdp);
}

static void
on_offer (GObject      *session,
          GAsyncResult *result,
          gpointer      data)
{
  Fixture *fixture = data;

  g_free (fixture->sdp);
  fixture->sdp = yodel_session_create_offer_finish (YODEL_SESSION (session), result,
                                                    &fixture->error);
  fixture->done = TRUE;
}

static void
on_answer (GObject      *session,
           GAsyncResult *result,
           gpointer      data)
{
  Fixture *fixture = data;

  g_free (fixture->sdp);
  fixture->sdp = yodel_session_create_answer_finish (YODEL_SESSION (session), result,
                                                     &fixture->error);
  fixture->done = TRUE;
}

static void
on_taken (GObject      *session,
          GAsyncResult *result,
          gpointer      data)
{
  Fixture *fixture = data;

  yodel_session_set_remote_description_finish (YODEL_SESSION (session), result, &fixture->error);
  fixture->done = TRUE;
}

static void
make_offer (Fixture      *fixture,
            YodelSession *from)
{
  fixture->done = FALSE;
  yodel_session_create_offer_async (from, NULL, on_offer, fixture);
  run_until (fixture->done);
}

static void
make_answer (Fixture      *fixture,
             YodelSession *from)
{
  fixture->done = FALSE;
  yodel_session_create_answer_async (from, NULL, on_answer, fixture);
  run_until (fixture->done);
}

static void
take (Fixture      *fixture,
      YodelSession *to,
      YodelSdpType  type)
{
  fixture->done = FALSE;
  yodel_session_set_remote_description_async (to, type, fixture->sdp, NULL, on_taken, fixture);
  run_until (fixture->done);
}

static void
negotiate (Fixture      *fixture,
           YodelSession *from,
           YodelSession *to)
{
  make_offer (fixture, from);
  g_assert_no_error (fixture->error);
  take (fixture, to, YODEL_SDP_OFFER);
  g_assert_no_error (fixture->error);
  make_answer (fixture, to);
  g_assert_no_error (fixture->error);
  take (fixture, from, YODEL_SDP_ANSWER);
  g_assert_no_error (fixture->error);
}

static int
count_of (int *counter)
{
  return __atomic_load_n (counter, __ATOMIC_RELAXED);
}

static void
test_call (Fixture       *fixture,
           gconstpointer  with_video)
{
  negotiate (fixture, fixture->caller, fixture->callee);
  run_until (yodel_session_get_state (fixture->caller) == YODEL_SESSION_CONNECTED
             && yodel_session_get_state (fixture->callee) == YODEL_SESSION_CONNECTED);
  run_until (count_of (&fixture->caller_sink->n_loud) > 50
             && count_of (&fixture->callee_sink->n_loud) > 50);
  if (with_video != NULL)
    run_until (count_of (&fixture->caller_sink->n_pictures) > 20
               && count_of (&fixture->callee_sink->n_pictures) > 20);

  yodel_session_close (fixture->caller);
  run_until (yodel_session_get_state (fixture->callee) == YODEL_SESSION_ENDED
             && yodel_session_get_state (fixture->caller) == YODEL_SESSION_ENDED);
  g_assert_cmpint (yodel_session_get_end_reason (fixture->caller), ==, YODEL_END_LOCAL);
  g_assert_cmpint (yodel_session_get_end_reason (fixture->callee), ==, YODEL_END_REMOTE);
  g_assert_cmpint (fixture->caller_sink->n_finished, ==, with_video != NULL ? 2 : 1);
}

static void
on_telephone_event (YodelTrack *track,
                    const char *key,
                    guint       duration_ms,
                    GString    *keys)
{
  g_string_append_printf (keys, "%s:%u ", key, duration_ms);
}

static void
test_telephone_events (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (GList) calling = yodel_session_get_tracks (fixture->caller);
  g_autoptr (GList) called = yodel_session_get_tracks (fixture->callee);
  g_autoptr (GString) keys = g_string_new (NULL);
  gboolean can;

  g_assert_false (yodel_track_send_telephone_events (calling->data, "1", 100, &fixture->error));
  g_assert_error (fixture->error, YODEL_ERROR, YODEL_ERROR_STATE);
  g_clear_error (&fixture->error);

  g_signal_connect (called->data, "telephone-event", G_CALLBACK (on_telephone_event), keys);
  negotiate (fixture, fixture->caller, fixture->callee);
  run_until (count_of (&fixture->callee_sink->n_loud) > 5);
  g_object_get (calling->data, "can-send-telephone-events", &can, NULL);
  g_assert_true (can);

  g_assert_false (yodel_track_send_telephone_events (calling->data, "1x", 100, &fixture->error));
  g_assert_error (fixture->error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED);
  g_clear_error (&fixture->error);
  g_assert_true (yodel_track_send_telephone_events (calling->data, "4#", 100, &fixture->error));
  g_assert_true (yodel_track_send_telephone_events (calling->data, "2d", 40, &fixture->error));
  run_until (strstr (keys->str, "D") != NULL);
  g_assert_cmpstr (keys->str, ==, "4:100 #:100 2:40 D:40 ");
  g_signal_handlers_disconnect_by_data (called->data, keys);
}

/* Whoever answers has not the key that was announced: not one block of sound is played. */
static void
test_wrong_fingerprint (Fixture       *fixture,
                        gconstpointer  data)
{
  char *digits;

  make_offer (fixture, fixture->caller);
  take (fixture, fixture->callee, YODEL_SDP_OFFER);
  make_answer (fixture, fixture->callee);

  digits = strstr (fixture->sdp, "a=fingerprint:sha-256 ");
  g_assert_nonnull (digits);
  digits += strlen ("a=fingerprint:sha-256 ");
  digits[0] = digits[0] == 'A' ? 'B' : 'A';

  take (fixture, fixture->caller, YODEL_SDP_ANSWER);
  run_until (yodel_session_get_state (fixture->caller) == YODEL_SESSION_ENDED);
  g_assert_cmpint (yodel_session_get_end_reason (fixture->caller), ==, YODEL_END_KEY);
  g_assert_cmpint (count_of (&fixture->caller_sink->n_loud), ==, 0);
}

static void
test_malformed (Fixture       *fixture,
                gconstpointer  data)
{
  static const char * const texts[] = { "", "v=0", "hello", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_free (fixture->sdp);
      fixture->sdp = g_strdup (texts[i]);
      take (fixture, fixture->callee, YODEL_SDP_OFFER);
      g_assert_error (fixture->error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION);
      g_clear_error (&fixture->error);
    }

  negotiate (fixture, fixture->caller, fixture->callee);   /* and nothing was changed */
}

static void
test_candidate_too_early (Fixture       *fixture,
                          gconstpointer  data)
{
  const char *candidate = "candidate:1 1 udp 2130706431 192.0.2.1 9 typ host";

  g_assert_false (yodel_session_add_candidate (fixture->caller, candidate, NULL,
                                               &fixture->error));
  g_assert_error (fixture->error, YODEL_ERROR, YODEL_ERROR_STATE);
}

/* Both offer at once: the polite side takes its offer back. */
static void
test_glare (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *mine = NULL;

  make_offer (fixture, fixture->callee);
  mine = g_steal_pointer (&fixture->sdp);
  make_offer (fixture, fixture->caller);

  take (fixture, fixture->callee, YODEL_SDP_OFFER);
  g_assert_error (fixture->error, YODEL_ERROR, YODEL_ERROR_STATE);
  g_clear_error (&fixture->error);

  g_assert_true (yodel_session_rollback (fixture->callee, &fixture->error));
  take (fixture, fixture->callee, YODEL_SDP_OFFER);
  g_assert_no_error (fixture->error);
  make_answer (fixture, fixture->callee);
  take (fixture, fixture->caller, YODEL_SDP_ANSWER);
  g_assert_no_error (fixture->error);
  run_until (count_of (&fixture->caller_sink->n_loud) > 10
             && count_of (&fixture->callee_sink->n_loud) > 10);
}

/* Candidates of one side, on their way to the other by signalling. */
static void
on_candidate (YodelSession *from,
              const char   *candidate,
              const char   *mid,
              gpointer      to)
{
  g_autofree char **signalled = g_new0 (char *, 3);

  g_assert_null (strstr (candidate, "relay"));
  signalled[0] = g_strdup (candidate);
  signalled[1] = g_strdup (mid);
  g_ptr_array_add (to, g_steal_pointer (&signalled));
}

static void
pass_on (GPtrArray    *candidates,
         YodelSession *to)
{
  for (guint i = 0; i < candidates->len; i++)
    {
      char **signalled = candidates->pdata[i];
      g_autoptr (GError) error = NULL;

      yodel_session_add_candidate (to, signalled[0], signalled[1], &error);
      g_assert_no_error (error);
    }
  g_ptr_array_set_size (candidates, 0);
}

/* The descriptions name no address; all of them come one by one. */
static void
test_trickle (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GPtrArray) of_caller = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GPtrArray) of_callee = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  yodel_session_set_trickle (fixture->caller, TRUE);
  yodel_session_set_trickle (fixture->callee, TRUE);
  g_signal_connect (fixture->caller, "candidate", G_CALLBACK (on_candidate), of_caller);
  g_signal_connect (fixture->callee, "candidate", G_CALLBACK (on_candidate), of_callee);

  negotiate (fixture, fixture->caller, fixture->callee);
  run_until (of_caller->len > 0 && of_callee->len > 0);
  pass_on (of_caller, fixture->callee);
  pass_on (of_callee, fixture->caller);
  run_until (count_of (&fixture->caller_sink->n_loud) > 10
             && count_of (&fixture->callee_sink->n_loud) > 10);
}

static void
test_restart_ice (Fixture       *fixture,
                  gconstpointer  data)
{
  int n_loud;

  negotiate (fixture, fixture->caller, fixture->callee);
  run_until (count_of (&fixture->callee_sink->n_loud) > 10);

  yodel_session_restart_ice (fixture->caller);
  negotiate (fixture, fixture->caller, fixture->callee);
  n_loud = count_of (&fixture->callee_sink->n_loud);
  run_until (count_of (&fixture->callee_sink->n_loud) > n_loud + 100);
  g_assert_cmpint (yodel_session_get_state (fixture->caller), ==, YODEL_SESSION_CONNECTED);
}

/* A session may be dropped at any moment, with work under way. */
static void
test_dropped_midway (Fixture       *fixture,
                     gconstpointer  data)
{
  negotiate (fixture, fixture->caller, fixture->callee);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/session/call/sound-both-ways", Fixture, NULL, set_up, test_call, tear_down);
  g_test_add ("/session/call/sound-and-picture-both-ways", Fixture, "video", set_up, test_call,
              tear_down);
  g_test_add ("/session/telephone-events-are-pressed-and-heard", Fixture, NULL, set_up, test_telephone_events, tear_down);
  g_test_add ("/session/wrong-fingerprint-ends-it-unheard", Fixture, NULL, set_up,
              test_wrong_fingerprint, tear_down);
  g_test_add ("/session/malformed-descriptions-change-nothing", Fixture, NULL, set_up,
              test_malformed, tear_down);
  g_test_add ("/session/candidate-before-description-is-refused", Fixture, NULL, set_up,
              test_candidate_too_early, tear_down);
  g_test_add ("/session/glare-is-resolved-by-rollback", Fixture, NULL, set_up, test_glare,
              tear_down);
  g_test_add ("/session/candidates-may-trickle", Fixture, NULL, set_up, test_trickle, tear_down);
  g_test_add ("/session/ice-restart-keeps-the-sound", Fixture, NULL, set_up, test_restart_ice,
              tear_down);
  g_test_add ("/session/may-be-dropped-midway", Fixture, "video", set_up, test_dropped_midway,
              tear_down);
  return g_test_run ();
}
