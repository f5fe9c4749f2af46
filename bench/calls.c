/* How many audio calls fit into one process: adds calls, both ends of each in here over loopback,
 * until the sound comes late.
 *
 *   calls SPEECH.wav STEP MAX SECONDS
 *
 * For each number of calls one line of JSON: the share of blocks that came late or not at all in SECONDS
 * seconds, the processor time (100: one core) and the memory of the whole process, feeder and sinks included. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <yodel/yodel.h>

#define BLOCK        YODEL_AUDIO_FRAME_SAMPLES
#define BLOCK_US     10000
#define SLOTS        10                       /* the tracks of a slot are fed in the same millisecond */
#define LATE_US      (2 * BLOCK_US)
#define TOO_LATE_PCT 1.0
#define SETTLE_S     3
#define BOUND_S      20                       /* nothing here waits longer */
#define WAV_HEADER   44
#define MIB          (1024.0 * 1024.0)

/* ---- a loudspeaker that counts what comes late and what is left out */

struct _EarSink
{
  GObject parent_instance;
  gint64  due_us;           /* of the next block; 0 before the first */
};

#define EAR_TYPE_SINK (ear_sink_get_type ())
G_DECLARE_FINAL_TYPE (EarSink, ear_sink, EAR, SINK, GObject)

static void ear_sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EarSink, ear_sink, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, ear_sink_iface_init))

static guint n_heard, n_late, n_deaf;     /* atomic */

static void
ear_sink_write_audio (YodelSink    *sink,
                      const gint16 *samples,
                      gsize         n_samples,
                      gint64        time_us)
{
  EarSink *self = EAR_SINK (sink);
  guint n_bad = g_get_monotonic_time () - time_us > LATE_US;

  if (self->due_us == 0)
    g_atomic_int_add (&n_deaf, -1);
  else if (time_us > self->due_us)
    n_bad += (guint) ((time_us - self->due_us) / BLOCK_US);

  self->due_us = time_us + BLOCK_US;
  g_atomic_int_inc (&n_heard);
  g_atomic_int_add (&n_late, (int) n_bad);
}

static void
ear_sink_write_video (YodelSink       *sink,
                      YodelVideoFrame *frame)
{
}

static void
ear_sink_finish (YodelSink *sink)
{
}

static void
ear_sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = ear_sink_write_audio;
  iface->write_video = ear_sink_write_video;
  iface->finish = ear_sink_finish;
}

static void
ear_sink_class_init (EarSinkClass *klass)
{
}

static void
ear_sink_init (EarSink *self)
{
}

/* ---- microphones: one thread feeds them all, spread over 10 ms */

static GPtrArray    *tracks;          /* under the lock */
static GMutex        lock;
static const gint16 *speech;
static gsize         n_speech_blocks;

static void
feed_slot (guint slot,
           guint round)
{
  gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&lock);
  for (guint i = slot; i < tracks->len; i += SLOTS)
    yodel_track_push_audio (tracks->pdata[i], speech + (round + 37 * i) % n_speech_blocks * BLOCK, BLOCK, now_us);
  g_mutex_unlock (&lock);
}

static gpointer
feed (gpointer data)
{
  gint64 due_us = g_get_monotonic_time ();

  for (guint n = 0;; n++)
    {
      gint64 wait_us = due_us - g_get_monotonic_time ();

      if (wait_us > 0)
        g_usleep ((gulong) wait_us);
      feed_slot (n % SLOTS, n / SLOTS);
      due_us += BLOCK_US / SLOTS;
    }
  return NULL;
}

/* ---- calls */

typedef struct
{
  GMainLoop *loop;
  char      *sdp;           /* what the last step brought */
  GError    *error;
} Step;

static void
finish_step (Step *step)
{
  if (step->error != NULL)
    {
      fprintf (stderr, "calls: %s\n", step->error->message);
      exit (1);
    }
  g_main_loop_quit (step->loop);
}

static void
on_offer (GObject      *session,
          GAsyncResult *result,
          gpointer      data)
{
  Step *step = data;

  step->sdp = yodel_session_create_offer_finish (YODEL_SESSION (session), result, &step->error);
  finish_step (step);
}

static void
on_answer (GObject      *session,
           GAsyncResult *result,
           gpointer      data)
{
  Step *step = data;

  g_free (step->sdp);
  step->sdp = yodel_session_create_answer_finish (YODEL_SESSION (session), result, &step->error);
  finish_step (step);
}

static void
on_taken (GObject      *session,
          GAsyncResult *result,
          gpointer      data)
{
  Step *step = data;

  yodel_session_set_remote_description_finish (YODEL_SESSION (session), result, &step->error);
  finish_step (step);
}

static YodelSession *
new_end (void)
{
  static const char * const loopback[] = { "127.0.0.1", NULL };
  YodelSession *session = yodel_session_new ();
  YodelTrack *track;
  g_autoptr (EarSink) sink = g_object_new (EAR_TYPE_SINK, NULL);

  yodel_session_set_bind (session, loopback);
  yodel_session_set_trickle (session, FALSE);
  track = yodel_session_add_track (session, YODEL_MEDIA_AUDIO);
  yodel_track_set_sink (track, YODEL_SINK (sink));
  g_atomic_int_inc (&n_deaf);

  g_mutex_lock (&lock);
  g_ptr_array_add (tracks, track);
  g_mutex_unlock (&lock);
  return session;
}

/* Both sessions live as long as the process. */
static void
place_call (GMainLoop *loop)
{
  Step step = { .loop = loop };
  YodelSession *caller = new_end (), *callee = new_end ();

  yodel_session_create_offer_async (caller, NULL, on_offer, &step);
  g_main_loop_run (loop);
  yodel_session_set_remote_description_async (callee, YODEL_SDP_OFFER, step.sdp, NULL, on_taken, &step);
  g_main_loop_run (loop);
  yodel_session_create_answer_async (callee, NULL, on_answer, &step);
  g_main_loop_run (loop);
  yodel_session_set_remote_description_async (caller, YODEL_SDP_ANSWER, step.sdp, NULL, on_taken, &step);
  g_main_loop_run (loop);
  g_free (step.sdp);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
run_for (GMainLoop *loop,
         guint      ms)
{
  g_timeout_add (ms, quit, loop);
  g_main_loop_run (loop);
}

/* Returns: whether every end has heard something. */
static gboolean
await_sound (GMainLoop *loop)
{
  for (guint i = 0; i < BOUND_S * 10 && g_atomic_int_get (&n_deaf) > 0; i++)
    run_for (loop, 100);
  return g_atomic_int_get (&n_deaf) == 0;
}

/* ---- figures */

static double
cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

static double
rss_mib (void)
{
  g_autofree char *text = NULL;
  guint64 total = 0, resident = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      && sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &total, &resident) != 2)
    return 0;
  return (double) resident * (double) sysconf (_SC_PAGESIZE) / MIB;
}

/* Prints the line for this number of calls.  Returns: FALSE where the sound comes too late. */
static gboolean
measure (GMainLoop *loop,
         guint      n_calls,
         guint      seconds)
{
  guint heard = (guint) g_atomic_int_get (&n_heard), late = (guint) g_atomic_int_get (&n_late);
  gint64 begun_us = g_get_monotonic_time ();
  double cpu = cpu_s (), wall, late_pct;

  run_for (loop, seconds * 1000);
  wall = (double) (g_get_monotonic_time () - begun_us) / G_USEC_PER_SEC;
  heard = (guint) g_atomic_int_get (&n_heard) - heard;
  late = (guint) g_atomic_int_get (&n_late) - late;
  late_pct = 100.0 * late / MAX (heard, 1);

  printf ("{\"calls\": %u, \"late_pct\": %.2f, \"blocks_pct\": %.1f, \"cpu_pct\": %.1f, \"rss_mib\": %.1f}\n", n_calls, late_pct,
          100.0 * heard / (wall * 200 * n_calls), 100 * (cpu_s () - cpu) / wall, rss_mib ());
  fflush (stdout);
  return late_pct <= TOO_LATE_PCT;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  char *file;
  gsize size;
  guint step, most, seconds, n = 0;

  if (argc != 5 || !g_file_get_contents (argv[1], &file, &size, NULL) || size < WAV_HEADER + 2 * BLOCK)
    {
      fputs ("usage: calls SPEECH.wav STEP MAX SECONDS\n", stderr);
      return 1;
    }
  speech = (const gint16 *) (gpointer) (file + WAV_HEADER);
  n_speech_blocks = (size - WAV_HEADER) / 2 / BLOCK;
  step = (guint) MAX (1, atoi (argv[2]));
  most = (guint) atoi (argv[3]);
  seconds = (guint) MAX (1, atoi (argv[4]));

  tracks = g_ptr_array_new ();
  g_thread_new ("feed", feed, NULL);
  do
    {
      for (guint i = 0; i < step; i++)
        place_call (loop);
      n += step;
      if (!await_sound (loop))
        {
          fprintf (stderr, "calls: of %u calls %d ends hear nothing\n", n, g_atomic_int_get (&n_deaf));
          return 1;
        }
      run_for (loop, SETTLE_S * 1000);
    }
  while (measure (loop, n, seconds) && n + step <= most);
  return 0;
}
