#include "audio/muted-speech.h"
#include "audio/playout-lab.h"

#define RATE  48000u
#define BLOCK 480u

/* Pushes @ms of what @add gives.  Returns: after how many ms it was said first; -1: never */
static gint
push (YodelMutedSpeech *muted,
      guint             ms,
      gint16          (*add) (gsize i))
{
  gint said_ms = -1;

  for (guint at = 0; at < ms * RATE / 1000; at += BLOCK)
    {
      gint16 samples[BLOCK];

      for (guint i = 0; i < BLOCK; i++)
        samples[i] = add (at + i);
      if (yodel_muted_speech_push (muted, samples, BLOCK) && said_ms < 0)
        said_ms = (gint) ((at + BLOCK) * 1000 / RATE);
    }
  return said_ms;
}

static gint16
nothing (gsize i)
{
  return 0;
}

static gint16
voice (gsize i)
{
  gsize n;
  const gint16 *speech = lab_speech (&n);

  return speech[i % n] / 2;
}

/* A fan: loud, and always the same. */
static gint16
hiss (gsize i)
{
  static Lab dice = { .seed = 5 };

  return (gint16) (400 * lab_gauss (&dice));
}

/* A cough, a door. */
static gint16
knock (gsize i)
{
  return i < RATE / 10 ? (gint16) (8000 * (i / 48 % 2 == 0 ? 1 : -1)) : 0;
}

static void
test_speech_is_said (void)
{
  YodelMutedSpeech muted;
  gint said_ms;

  yodel_muted_speech_init (&muted);
  g_assert_cmpint (push (&muted, 2000, nothing), ==, -1);
  said_ms = push (&muted, 3000, voice);
  g_assert_cmpint (said_ms, >=, 500);
  g_assert_cmpint (said_ms, <=, 2000);
  push (&muted, 2500, nothing);
  g_assert_cmpint (push (&muted, 1000, nothing), ==, -1);      /* and the hint goes */
}

static void
test_noise_is_not (void)
{
  YodelMutedSpeech muted;

  yodel_muted_speech_init (&muted);
  push (&muted, 15000, hiss);                                  /* until it is known for noise */
  g_assert_cmpint (push (&muted, 10000, hiss), ==, -1);
}

static void
test_knock_is_not (void)
{
  YodelMutedSpeech muted;

  yodel_muted_speech_init (&muted);
  g_assert_cmpint (push (&muted, 1000, nothing), ==, -1);
  g_assert_cmpint (push (&muted, 2000, knock), ==, -1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/audio/muted-speech/speech-is-said-after-half-a-second", test_speech_is_said);
  g_test_add_func ("/audio/muted-speech/noise-is-not-speech", test_noise_is_not);
  g_test_add_func ("/audio/muted-speech/a-knock-is-not-speech", test_knock_is_not);

  return g_test_run ();
}
