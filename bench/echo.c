/* A simulated room for the suite `echo`: what is played comes back into the microphone after the devices' delay and from
 * the walls, somebody speaks nearby, and the processing of captured sound works on it.
 *
 *   echo FAR.pcm NEAR.pcm DELAY_MS ECHO_DB NEAR_DB LEVEL PREFIX
 *
 * Sounds are 48 kHz mono.  ECHO_DB: the direct echo against what is played; NEAR_DB: of NEAR.pcm, -100 for nobody.  LEVEL: off,
 * low, moderate or high.  Writes PREFIX-mic.pcm and PREFIX-out.pcm, and the processor time as JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audio/audio-processor.h"

#define RATE  48000u
#define FRAME YODEL_PROCESSOR_FRAME_SAMPLES
#define TAPS  400u
#define DECAY 57.5           /* of the walls, a second: 60 dB in 120 ms */

typedef struct
{
  gsize  at;
  double gain;
} Tap;

typedef struct
{
  gint16 *samples;           /* (owned) */
  gsize   n;
} Sound;

static double
uniform (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (*seed >> 8) / (double) (1 << 24);
}

static double
from_db (double db)
{
  return pow (10, db / 20);
}

/* The direct way, and walls whose echoes are as strong together as half of it. */
static void
build_room (Tap   *taps,
            guint  delay_ms,
            double echo_db)
{
  guint32 seed = 9;
  double sum = 0;

  taps[0] = (Tap) { (delay_ms + 2) * (RATE / 1000), 1 };
  for (guint i = 1; i < TAPS; i++)
    {
      double t = 0.118 * uniform (&seed);

      taps[i] = (Tap) { taps[0].at + (gsize) (t * RATE), (uniform (&seed) - 0.5) * exp (-t * DECAY) };
      sum += taps[i].gain * taps[i].gain;
    }
  for (guint i = 0; i < TAPS; i++)
    taps[i].gain *= from_db (echo_db) * (i == 0 ? 1 : 0.5 / sqrt (sum));
}

static double
echo_at (const Tap   *taps,
         const Sound *far,
         gsize        now)
{
  double sum = 0;

  for (guint i = 0; i < TAPS; i++)
    if (now >= taps[i].at)
      sum += taps[i].gain * far->samples[now - taps[i].at];
  return sum;
}

static Sound
read_sound (const char *path)
{
  Sound sound = { NULL, 0 };
  char *bytes;
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, NULL))
    {
      fprintf (stderr, "echo: cannot read %s\n", path);
      exit (1);
    }
  sound.samples = (gint16 *) (gpointer) bytes;
  sound.n = size / sizeof (gint16);
  return sound;
}

static void
write_sound (const char  *prefix,
             const char  *name,
             const Sound *sound)
{
  g_autofree char *path = g_strdup_printf ("%s-%s.pcm", prefix, name);

  if (!g_file_set_contents (path, (const char *) sound->samples, (gssize) (sound->n * sizeof (gint16)), NULL))
    exit (1);
}

static YodelProcessing
processing_of (const char *level)
{
  if (strcmp (level, "off") == 0)
    return YODEL_PROCESSING_NONE;
  if (strcmp (level, "moderate") == 0)
    return YODEL_PROCESSING_ECHO_CANCELLATION | YODEL_PROCESSING_SUPPRESS_MORE;
  if (strcmp (level, "high") == 0)
    return YODEL_PROCESSING_ECHO_CANCELLATION | YODEL_PROCESSING_SUPPRESS_MOST;
  return YODEL_PROCESSING_ECHO_CANCELLATION;
}

static double
processor_s (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

int
main (int    argc,
      char **argv)
{
  Sound far, near, sound;
  guint32 seed = 3;
  Tap taps[TAPS];
  guint delay_ms;
  double began_s;

  if (argc != 8 || !yodel_audio_processor_is_available ())
    {
      fprintf (stderr, argc != 8 ? "usage: echo FAR.pcm NEAR.pcm DELAY_MS ECHO_DB NEAR_DB LEVEL PREFIX\n"
                                 : "echo: built without echo cancellation\n");
      return 1;
    }

  far = read_sound (argv[1]);
  near = read_sound (argv[2]);
  delay_ms = (guint) atoi (argv[3]);
  build_room (taps, delay_ms, atof (argv[4]));
  sound.n = MIN (far.n, near.n) / FRAME * FRAME;
  sound.samples = g_new (gint16, sound.n);
  for (gsize i = 0; i < sound.n; i++)
    {
      double noise = 10 * (uniform (&seed) + uniform (&seed) - 1);      /* about -76 dBFS */
      double value = echo_at (taps, &far, i) + from_db (atof (argv[5])) * near.samples[i] + noise;

      sound.samples[i] = (gint16) lrint (CLAMP (value, -32768, 32767));
    }
  write_sound (argv[7], "mic", &sound);

  {
    g_autoptr (YodelAudioProcessor) processor = yodel_audio_processor_new (processing_of (argv[6]));

    began_s = processor_s ();
    for (gsize i = 0; i < sound.n; i += FRAME)
      {
        yodel_audio_processor_play (processor, far.samples + i);
        yodel_audio_processor_capture (processor, sound.samples + i, delay_ms);
      }
    printf ("{\"core_pct\": %.3f}\n", 100 * (processor_s () - began_s) / ((double) sound.n / RATE));
  }
  write_sound (argv[7], "out", &sound);
  g_free (far.samples);
  g_free (near.samples);
  g_free (sound.samples);
  return 0;
}
