/* Sound devices, on a sound server of this test's own with devices that are none. */
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <yodel/yodel-media.h>

#include "media/test-track.h"

#define RATE       YODEL_AUDIO_RATE_HZ
#define FRAME      YODEL_AUDIO_FRAME_SAMPLES
#define PEAK       8000.0
#define TONE_HZ    440.0

/* A bound for what should take a fraction of it, on a machine that is very busy. */
#define PATIENCE_US (10 * G_USEC_PER_SEC)

typedef struct
{
  char        *folder;       /* (owned) */
  GSubprocess *server;       /* (owned) (nullable) */
} Lab;

static Lab lab;

/* ---- the server ---- */

static gboolean
run_pactl (const char *first, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  va_list args;

  g_ptr_array_add (words, (gpointer) "pactl");
  va_start (args, first);
  for (const char *word = first; word != NULL; word = va_arg (args, const char *))
    g_ptr_array_add (words, (gpointer) word);
  va_end (args);
  g_ptr_array_add (words, NULL);

  process = g_subprocess_newv ((const char * const *) words->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

static gboolean
add_sink (const char *name)
{
  g_autofree char *argument = g_strdup_printf ("sink_name=%s", name);

  return run_pactl ("load-module", "module-null-sink", argument, "rate=48000", "channels=1", "norewinds=1", NULL);
}

static gboolean
server_start (void)
{
  g_autofree char *protocol = g_strdup_printf ("module-native-protocol-unix auth-anonymous=1 socket=%s/native", lab.folder);
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  lab.server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
                                 "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=60", "--use-pid-file=no",
                                 "--realtime=no", "--high-priority=no", "-L", protocol,
                                 "-L", "module-null-sink sink_name=one rate=48000 channels=1 norewinds=1",
                                 "-L", "module-null-sink sink_name=two rate=48000 channels=1 norewinds=1", NULL);
  if (lab.server == NULL)
    return FALSE;
  while (!run_pactl ("set-default-sink", "one", NULL))
    {
      if (g_get_monotonic_time () > deadline_us)
        return FALSE;
      g_usleep (20000);
    }
  return TRUE;
}

static void
server_stop (void)
{
  if (lab.server == NULL)
    return;
  g_subprocess_send_signal (lab.server, SIGKILL);
  g_subprocess_wait (lab.server, NULL, NULL);
  g_clear_object (&lab.server);
}

static gboolean
lab_open (void)
{
  g_autofree char *address = NULL;
  g_autofree char *program = g_find_program_in_path ("pulseaudio");
  g_autofree char *control = g_find_program_in_path ("pactl");

  lab.folder = g_dir_make_tmp ("yodel-sound-XXXXXX", NULL);
  address = g_strdup_printf ("unix:%s/native", lab.folder);
  g_setenv ("PULSE_SERVER", address, TRUE);
  g_setenv ("HOME", lab.folder, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", lab.folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", lab.folder, TRUE);
  g_setenv ("XDG_STATE_HOME", lab.folder, TRUE);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  return program != NULL && control != NULL && server_start ();
}

static void
lab_close (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", lab.folder);

  server_stop ();
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (lab.folder);
}

/* ---- somebody who plays, somebody who listens ---- */

typedef struct
{
  YodelSink *sink;           /* (owned) */
  guint      timer;
  gint64     start_us;
  gsize      played;         /* samples */
} Player;

static gboolean
play_on (gpointer data)
{
  Player *self = data;
  gint64 due = (g_get_monotonic_time () - self->start_us) * RATE / G_USEC_PER_SEC;

  for (; (gint64) self->played < due; self->played += FRAME)
    {
      gint16 samples[FRAME];

      for (guint i = 0; i < FRAME; i++)
        samples[i] = (gint16) lrint (PEAK * sin (2 * G_PI * TONE_HZ * (double) (self->played + i) / RATE));
      yodel_sink_write_audio (self->sink, samples, FRAME, g_get_monotonic_time ());
    }
  return G_SOURCE_CONTINUE;
}

static void
player_open (Player     *self,
             const char *spec)
{
  g_autoptr (GError) error = NULL;

  *self = (Player) { .start_us = g_get_monotonic_time () };
  self->sink = yodel_media_sink_new (YODEL_MEDIA_AUDIO, spec, &error);
  g_assert_no_error (error);
  self->timer = g_timeout_add (5, play_on, self);
}

static void
player_close (Player *self)
{
  g_source_remove (self->timer);
  yodel_sink_finish (self->sink);
  g_object_unref (self->sink);
}

typedef struct
{
  YodelSource *source;       /* (owned) */
  TestTrack   *track;        /* (owned) */
} Listener;

static void
listener_open (Listener   *self,
               const char *spec)
{
  g_autoptr (GError) error = NULL;

  self->track = test_track_new (YODEL_MEDIA_AUDIO);
  self->source = yodel_media_source_new (YODEL_MEDIA_AUDIO, spec, &error);
  g_assert_no_error (error);
  g_object_set (self->source, "echo-cancellation", FALSE, "noise-suppression", FALSE, "gain-control", FALSE,
                "high-pass", FALSE, NULL);
  yodel_source_start (self->source, self->track->track);
}

static void
listener_close (Listener *self)
{
  yodel_source_stop (self->source);
  g_object_unref (self->source);
  test_track_free (self->track);
}

/* The part of the last @ms of sound that is the tone, 0 to 1, and its peak. */
static double
tone_part (Listener *self,
           guint     ms,
           double   *peak)
{
  const guint n = ms * RATE / 1000;
  double re = 0, im = 0, sum = 1;
  gboolean enough;

  pthread_mutex_lock (&self->track->lock);
  enough = self->track->samples->len >= n;
  if (enough)
    for (guint i = 0; i < n; i++)
      {
        double x = g_array_index (self->track->samples, gint16, self->track->samples->len - n + i);

        re += x * cos (2 * G_PI * TONE_HZ * i / RATE);
        im += x * sin (2 * G_PI * TONE_HZ * i / RATE);
        sum += x * x;
      }
  pthread_mutex_unlock (&self->track->lock);

  *peak = !enough ? PEAK / 2 : 2 * sqrt (re * re + im * im) / n;
  return 2 * (re * re + im * im) / n / sum;
}

static void
forget (Listener *self)
{
  pthread_mutex_lock (&self->track->lock);
  g_array_set_size (self->track->samples, 0);
  pthread_mutex_unlock (&self->track->lock);
}

/* Turns the loop until the last 50 ms were the tone, or nothing.  Returns: how long it took; -1 for too long */
static double
wait_tone (Listener *self,
           gboolean  wanted)
{
  gint64 start_us = g_get_monotonic_time ();

  while (g_get_monotonic_time () < start_us + PATIENCE_US)
    {
      double peak, part = tone_part (self, 50, &peak);

      if (wanted ? part > 0.9 && peak > PEAK * 0.8 && peak < PEAK * 1.2 : peak < PEAK * 0.01)
        return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
      for (guint i = 0; i < 4; i++)
        g_main_context_iteration (NULL, TRUE);
    }
  return -1;
}

static void
expect_tone (Listener   *self,
             gboolean    wanted,
             const char *when)
{
  double took_s;

  forget (self);
  took_s = wait_tone (self, wanted);
  g_test_message ("%s: %s after %.2f s", when, wanted ? "the tone" : "silence", took_s);
  g_assert_cmpfloat (took_s, >=, 0);
}

/* ---- cases ---- */

static void
test_tone_in_is_tone_out (void)
{
  Listener listener;
  Player player;

  player_open (&player, "device:one");
  listener_open (&listener, "device:one.monitor");
  expect_tone (&listener, TRUE, "at the start");
  listener_close (&listener);
  player_close (&player);
}

static void
test_default_is_followed (void)
{
  Listener one, two;
  Player player;

  player_open (&player, "default");
  listener_open (&one, "device:one.monitor");
  listener_open (&two, "device:two.monitor");
  expect_tone (&one, TRUE, "default one");
  expect_tone (&two, FALSE, "default one, at two");
  g_assert_true (run_pactl ("set-default-sink", "two", NULL));
  expect_tone (&two, TRUE, "default two");
  expect_tone (&one, FALSE, "default two, at one");
  g_assert_true (run_pactl ("set-default-sink", "one", NULL));
  expect_tone (&one, TRUE, "default one again");
  listener_close (&one);
  listener_close (&two);
  player_close (&player);
}

static void
test_removed_device_gives_way_to_the_default (void)
{
  Listener one, spare;
  Player player;

  g_assert_true (add_sink ("spare"));
  player_open (&player, "device:spare");
  listener_open (&one, "device:one.monitor");
  listener_open (&spare, "device:spare.monitor");
  expect_tone (&spare, TRUE, "spare is there");
  expect_tone (&one, FALSE, "spare is there, at one");
  listener_close (&spare);

  g_assert_true (run_pactl ("unload-module", "module-null-sink", NULL) || TRUE);
  g_assert_true (add_sink ("one") && add_sink ("two"));
  listener_close (&one);
  listener_open (&one, "device:one.monitor");
  g_assert_true (run_pactl ("set-default-sink", "one", NULL));
  expect_tone (&one, TRUE, "spare is gone");

  g_assert_true (add_sink ("spare"));
  listener_open (&spare, "device:spare.monitor");
  expect_tone (&spare, TRUE, "spare is back");
  listener_close (&spare);
  listener_close (&one);
  player_close (&player);
}

static void
test_server_may_be_restarted (void)
{
  Listener listener;
  Player player;

  player_open (&player, "default");
  listener_open (&listener, "device:one.monitor");
  expect_tone (&listener, TRUE, "before");
  server_stop ();
  g_assert_true (server_start ());
  expect_tone (&listener, TRUE, "the server is back");
  listener_close (&listener);
  player_close (&player);
}

static void
on_error (GObject    *object,
          GParamSpec *pspec,
          gpointer    data)
{
  g_object_get (object, "error", data, NULL);
}

static void
test_no_server_is_said_and_waited_for (void)
{
  g_autoptr (GError) error = NULL;
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  Listener listener;
  Player player;

  server_stop ();
  player_open (&player, "default");
  listener_open (&listener, "device:one.monitor");
  g_signal_connect (player.sink, "notify::error", G_CALLBACK (on_error), &error);
  while (error == NULL && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_CLOSED);
  g_test_message ("%s", error->message);

  g_assert_true (server_start ());
  expect_tone (&listener, TRUE, "the server came");
  listener_close (&listener);
  player_close (&player);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  if (!lab_open ())
    {
      g_print ("1..0 # SKIP no sound server can be started here (pulseaudio, pactl)\n");
      lab_close ();
      return 77;
    }

  g_test_add_func ("/media/sound-devices/tone-in-is-tone-out", test_tone_in_is_tone_out);
  g_test_add_func ("/media/sound-devices/default-is-followed", test_default_is_followed);
  g_test_add_func ("/media/sound-devices/removed-device-gives-way-to-the-default", test_removed_device_gives_way_to_the_default);
  g_test_add_func ("/media/sound-devices/server-may-be-restarted", test_server_may_be_restarted);
  g_test_add_func ("/media/sound-devices/no-server-is-said-and-waited-for", test_no_server_is_said_and_waited_for);

  status = g_test_run ();
  lab_close ();
  return status;
}
