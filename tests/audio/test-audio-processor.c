#include "config.h"

#include <math.h>
#include <string.h>

#include "audio/audio-processor.h"
#include "audio/playout-lab.h"

#define FRAME  YODEL_PROCESSOR_FRAME_SAMPLES
#define RATE   48000u
#define TAPS   80u

/* A room: what is played comes back after the devices' delay, and from the walls for 120 ms. */
typedef struct
{
  guint  delay_ms;
  gsize  at[TAPS];
  double gain[TAPS];
} Room;

static void
room_init (Room  *room,
           guint  delay_ms,
           double loudness)
{
  Lab dice = { .seed = 9 };

  room->delay_ms = delay_ms;
  for (guint i = 0; i < TAPS; i++)
    {
      double t = i == 0 ? 0.002 : 0.002 + 0.118 * lab_random (&dice);

      room->at[i] = delay_ms * (RATE / 1000) + (gsize) (t * RATE);
      room->gain[i] = loudness * (i == 0 ? 1 : 0.25 * (lab_random (&dice) < 0.5 ? -1 : 1) * exp (-t * 57.5));
    }
}

static double
room_echo (const Room   *room,
           const gint16 *far,
           gsize         now)
{
  double sum = 0;

  for (guint i = 0; i < TAPS; i++)
    if (now >= room->at[i])
      sum += room->gain[i] * far[now - room->at[i]];
  return sum;
}

static gint16
far_at (gsize i)
{
  gsize n;
  const gint16 *speech = lab_speech (&n);

  return speech[i % n] / 2;
}

/* Somebody else: the same voice made another, a third higher. */
static gint16
near_at (gsize i)
{
  gsize n;
  const gint16 *speech = lab_speech (&n);

  return speech[(gsize) (i * 1.31 + 3.1 * RATE) % n] / 2;
}

typedef struct
{
  gint16 *far;         /* played */
  gint16 *near;        /* said in the room */
  gint16 *mic;         /* captured */
  gint16 *out;         /* after processing */
  gsize   n;
} Scene;

static void
scene_init (Scene      *scene,
            guint       n_seconds,
            const Room *room,
            double      near_gain)
{
  scene->n = (gsize) n_seconds * RATE;
  scene->far = g_new (gint16, scene->n);
  scene->near = g_new (gint16, scene->n);
  scene->mic = g_new (gint16, scene->n);
  for (gsize i = 0; i < scene->n; i++)
    {
      scene->far[i] = far_at (i % (4 * RATE));      /* what follows is a long pause */
      scene->near[i] = (gint16) (near_gain * near_at (i));
    }
  for (gsize i = 0; i < scene->n; i++)
    scene->mic[i] = (gint16) CLAMP (room_echo (room, scene->far, i) + scene->near[i], -32768, 32767);
  scene->out = g_memdup2 (scene->mic, scene->n * sizeof (gint16));
}

static void
scene_process (Scene           *scene,
               YodelProcessing  processing,
               guint            told_ms)
{
  g_autoptr (YodelAudioProcessor) processor = yodel_audio_processor_new (processing);

  for (gsize i = 0; i + FRAME <= scene->n; i += FRAME)
    {
      yodel_audio_processor_play (processor, scene->far + i);
      yodel_audio_processor_capture (processor, scene->out + i, told_ms);
    }
}

static void
scene_clear (Scene *scene)
{
  g_free (scene->far);
  g_free (scene->near);
  g_free (scene->mic);
  g_free (scene->out);
}

static double
energy (const gint16 *samples,
        gsize         from,
        gsize         to)
{
  double sum = 1;

  for (gsize i = from; i < to; i++)
    sum += (double) samples[i] * samples[i];
  return sum;
}

/* By how much the one is more than the other from the second @from_s on, in dB. */
static double
more_db (const Scene  *scene,
         const gint16 *one,
         const gint16 *other,
         guint         from_s)
{
  gsize from = (gsize) from_s * RATE;

  return 10 * log10 (energy (one, from, scene->n) / energy (other, from, scene->n));
}

/* The correlation with what was said nearby, at the delay of the filters that fits best. */
static double
likeness (const Scene  *scene,
          const gint16 *out,
          guint         from_s)
{
  double best = 0;

  for (gsize lag = 0; lag < FRAME; lag += 4)
    {
      double xy = 0, xx = 1, yy = 1;

      for (gsize i = (gsize) from_s * RATE; i + lag < scene->n; i += 3)
        {
          xy += (double) scene->near[i] * out[i + lag];
          xx += (double) scene->near[i] * scene->near[i];
          yy += (double) out[i + lag] * out[i + lag];
        }
      best = MAX (best, xy / sqrt (xx * yy));
    }
  return best;
}

/* ---- echo ---- */

typedef struct
{
  const char *name;
  guint       delay_ms;
  gint        told_ms;       /* more than that */
  double      loudness;
  double      erle_db;       /* at least, after 2 s */
} Echo;

static const Echo echoes[] = {
  { "100-ms",               100, 0,   0.5, 30 },
  { "250-ms",               250, 0,   0.5, 30 },
  { "loud",                 100, 0,   1.0, 30 },
  { "told-10-ms-too-much",  100, 10,  0.5, 30 },
  { "told-10-ms-too-little", 100, -10, 0.5, 30 },
  { "headset",              20,  0,   0.02, 15 },
};

static gboolean
skip_without_processing (void)
{
  if (yodel_audio_processor_is_available ())
    return FALSE;
  g_test_skip ("built without echo cancellation");
  return TRUE;
}

static void
test_echo_goes (gconstpointer data)
{
  const Echo *c = data;
  double erle_db;
  Scene scene;
  Room room;

  if (skip_without_processing ())
    return;
  room_init (&room, c->delay_ms, c->loudness);
  scene_init (&scene, 8, &room, 0);
  scene_process (&scene, YODEL_PROCESSING_ECHO_CANCELLATION, c->delay_ms + (guint) c->told_ms);
  erle_db = more_db (&scene, scene.mic, scene.out, 2);
  g_test_message ("ERLE %.1f dB", erle_db);
  g_assert_cmpfloat (erle_db, >=, c->erle_db);
  scene_clear (&scene);
}

/* Devices take and give in gusts, and what is told of the delay wavers: the echo goes all the same. */
static void
test_gusts_do_no_harm (void)
{
  g_autoptr (YodelAudioProcessor) processor = yodel_audio_processor_new (YODEL_PROCESSING_ECHO_CANCELLATION);
  Lab dice = { .seed = 4 };
  double erle_db;
  Scene scene;
  Room room;

  if (skip_without_processing ())
    return;
  room_init (&room, 100, 0.5);
  scene_init (&scene, 8, &room, 0);
  for (gsize i = 0, played = 0; i + FRAME <= scene.n; i += FRAME)
    {
      gsize ahead = i + (gsize) (lab_random (&dice) * 3) * FRAME;

      for (; played <= ahead && played + FRAME <= scene.n; played += FRAME)
        yodel_audio_processor_play (processor, scene.far + played);
      yodel_audio_processor_capture (processor, scene.out + i, 100 + (guint) (lab_random (&dice) * 10) + (guint) (played - FRAME - i) / 48);
    }
  erle_db = more_db (&scene, scene.mic, scene.out, 3);
  g_test_message ("ERLE %.1f dB", erle_db);
  g_assert_cmpfloat (erle_db, >=, 25);
  scene_clear (&scene);
}

/* The loudspeaker is another from the middle on, 80 ms quicker: the echo goes again. */
static void
test_a_new_delay_is_learnt (void)
{
  g_autoptr (YodelAudioProcessor) processor = yodel_audio_processor_new (YODEL_PROCESSING_ECHO_CANCELLATION);
  double erle_db;
  Scene before, after;
  Room rooms[2];

  if (skip_without_processing ())
    return;
  room_init (&rooms[0], 150, 0.5);
  room_init (&rooms[1], 70, 0.5);
  scene_init (&before, 10, &rooms[0], 0);
  scene_init (&after, 10, &rooms[1], 0);
  for (gsize i = 0; i + FRAME <= after.n; i += FRAME)
    {
      gboolean is_new = i >= 5 * RATE;

      yodel_audio_processor_play (processor, after.far + i);
      yodel_audio_processor_capture (processor, (is_new ? after.out : before.out) + i, is_new ? 70 : 150);
    }
  erle_db = more_db (&after, after.mic, after.out, 8);
  g_test_message ("ERLE %.1f dB", erle_db);
  g_assert_cmpfloat (erle_db, >=, 25);
  scene_clear (&before);
  scene_clear (&after);
}

static void
test_double_talk_leaves_the_voice (gconstpointer data)
{
  const Echo *c = data;
  double before, after, loss_db;
  Scene scene;
  Room room;

  if (skip_without_processing ())
    return;
  room_init (&room, c->delay_ms, 2);
  scene_init (&scene, 10, &room, 1);
  scene_process (&scene, YODEL_PROCESSING_ECHO_CANCELLATION, c->delay_ms);
  before = likeness (&scene, scene.mic, 3);
  after = likeness (&scene, scene.out, 3);
  loss_db = more_db (&scene, scene.near, scene.out, 3);
  g_test_message ("likeness %.2f before, %.2f after; %.1f dB lost", before, after, loss_db);
  g_assert_cmpfloat (before, <, 0.9);
  g_assert_cmpfloat (after, >=, 0.80);       /* of tones, which filters learn badly from; of speech see the bench */
  g_assert_cmpfloat (loss_db, <, 3);
  scene_clear (&scene);
}

static void
test_without_cancellation_the_echo_stays (void)
{
  Scene scene;
  Room room;

  room_init (&room, 100, 0.5);
  scene_init (&scene, 4, &room, 0);
  scene_process (&scene, YODEL_PROCESSING_NONE, 100);
  g_assert_cmpfloat (fabs (more_db (&scene, scene.mic, scene.out, 2)), <, 0.5);
  scene_clear (&scene);
}

/* ---- the other switches ---- */

static void
test_nothing_on_is_nothing_done (void)
{
  Scene scene;
  Room room;

  room_init (&room, 40, 0);
  scene_init (&scene, 1, &room, 1);
  scene_process (&scene, YODEL_PROCESSING_NONE, 40);
  for (gsize i = 0; i < scene.n; i++)
    g_assert_cmpint (ABS (scene.out[i] - scene.mic[i]), <=, 1);
  scene_clear (&scene);
}

/* A silent room with nobody in it, and what @add puts there. */
static void
fill (Scene   *scene,
      double (*add) (Lab *dice, gsize i))
{
  Lab dice = { .seed = 3 };
  Room room;

  room_init (&room, 40, 0);
  scene_init (scene, 6, &room, 0);
  for (gsize i = 0; i < scene->n; i++)
    scene->mic[i] = scene->out[i] = (gint16) (add (&dice, i));
}

static double
hiss (Lab  *dice,
      gsize i)
{
  return 300 * lab_gauss (dice);
}

static double
rumble (Lab  *dice,
        gsize i)
{
  return 6000 * sin (2 * G_PI * 20 * (double) i / RATE);
}

static double
whisper (Lab  *dice,
         gsize i)
{
  return near_at (i) / 8.0;
}

static double
voice (Lab  *dice,
       gsize i)
{
  return near_at (i);
}

typedef struct
{
  const char      *name;
  double         (*add) (Lab *dice, gsize i);
  YodelProcessing  processing;
  double           more_db;    /* out than in, after 3 s: at least */
  double           most_db;
} Switch;

static const Switch switches[] = {
  { "noise-is-suppressed",   hiss,    YODEL_PROCESSING_NOISE_SUPPRESSION, -40, -8 },
  { "noise-is-left",         hiss,    YODEL_PROCESSING_HIGH_PASS,         -2,  1 },
  { "rumble-is-taken-out",   rumble,  YODEL_PROCESSING_HIGH_PASS,         -90, -10 },
  { "rumble-is-left",        rumble,  YODEL_PROCESSING_NONE,              -1,  1 },
  { "a-low-voice-is-raised", whisper, YODEL_PROCESSING_GAIN_CONTROL,      3,   20 },
};

static void
test_switch (gconstpointer data)
{
  const Switch *c = data;
  double change_db;
  Scene scene;

  if (skip_without_processing ())
    return;
  fill (&scene, c->add);
  scene_process (&scene, c->processing, 40);
  change_db = more_db (&scene, scene.out, scene.mic, 3);
  g_test_message ("%.1f dB", change_db);
  g_assert_cmpfloat (change_db, >=, c->more_db);
  g_assert_cmpfloat (change_db, <=, c->most_db);
  scene_clear (&scene);
}

static guint
voiced_frames (double (*add) (Lab *dice, gsize i))
{
  g_autoptr (YodelAudioProcessor) processor = yodel_audio_processor_new (YODEL_PROCESSING_ALL);
  guint voiced = 0;
  Scene scene;

  fill (&scene, add);
  for (gsize i = 0; i + FRAME <= scene.n; i += FRAME)
    {
      yodel_audio_processor_play (processor, scene.far);
      yodel_audio_processor_capture (processor, scene.out + i, 40);
      voiced += yodel_audio_processor_has_voice (processor);
    }
  scene_clear (&scene);
  return voiced;
}

static void
test_a_voice_is_told_from_noise (void)
{
  if (skip_without_processing ())
    return;
  g_assert_cmpuint (voiced_frames (voice), >, 60);
  g_assert_cmpuint (voiced_frames (hiss), <, 30);
}

static void
test_switches_in_mid_call (void)
{
  g_autoptr (YodelAudioProcessor) processor = yodel_audio_processor_new (YODEL_PROCESSING_ALL);
  gint16 far[FRAME], near[FRAME];

  for (guint i = 0; i < 300; i++)
    {
      for (guint k = 0; k < FRAME; k++)
        {
          far[k] = far_at (i * FRAME + k);
          near[k] = near_at (i * FRAME + k);
        }
      yodel_audio_processor_set_processing (processor, (YodelProcessing) (i / 10 % 16));
      yodel_audio_processor_play (processor, far);
      yodel_audio_processor_capture (processor, near, i * 7 % 900);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (echoes); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/audio-processor/echo-goes/", echoes[i].name, NULL);

      g_test_add_data_func (path, &echoes[i], test_echo_goes);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strconcat ("/audio/audio-processor/double-talk-leaves-the-voice/", echoes[i].name, NULL);

      g_test_add_data_func (path, &echoes[i], test_double_talk_leaves_the_voice);
    }
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/audio-processor/switch/", switches[i].name, NULL);

      g_test_add_data_func (path, &switches[i], test_switch);
    }
  g_test_add_func ("/audio/audio-processor/without-cancellation-the-echo-stays", test_without_cancellation_the_echo_stays);
  g_test_add_func ("/audio/audio-processor/nothing-on-is-nothing-done", test_nothing_on_is_nothing_done);
  g_test_add_func ("/audio/audio-processor/a-voice-is-told-from-noise", test_a_voice_is_told_from_noise);
  g_test_add_func ("/audio/audio-processor/gusts-do-no-harm", test_gusts_do_no_harm);
  g_test_add_func ("/audio/audio-processor/a-new-delay-is-learnt", test_a_new_delay_is_learnt);
  g_test_add_func ("/audio/audio-processor/switches-in-mid-call", test_switches_in_mid_call);

  return g_test_run ();
}
