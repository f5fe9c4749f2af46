#include "lib/wav.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gint16 *
wav_read (const char *path,
          gsize      *n_samples)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size, n, out_n;
  guint32 rate;
  gint16 *out;

  if (!g_file_get_contents (path, &bytes, &size, &error) || size < 46)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "no WAV file");
      exit (1);
    }
  memcpy (&rate, bytes + 24, 4);
  rate = GUINT32_FROM_LE (rate);
  n = (size - 44) / 2;
  out_n = n * (48000 / rate);
  out = g_new (gint16, out_n);
  for (gsize i = 0; i < out_n; i++)
    {
      gsize at = i / (48000 / rate), next = MIN (at + 1, n - 1), part = i % (48000 / rate);
      gint16 a, b;

      memcpy (&a, bytes + 44 + 2 * at, 2);
      memcpy (&b, bytes + 44 + 2 * next, 2);
      out[i] = (gint16) (a + (b - a) * (int) part / (int) (48000 / rate));
    }
  *n_samples = out_n;
  return out;
}

void
wav_write (const char   *path,
           const gint16 *samples,
           gsize         n_samples)
{
  FILE *file = fopen (path, "wb");
  guint32 size = (guint32) n_samples * 2, fields[] = { 36 + size, 16, 1 | 1 << 16, 48000, 96000, 2 | 16 << 16 };

  if (file == NULL)
    return;

  fwrite ("RIFF", 1, 4, file);
  fwrite (&fields[0], 4, 1, file);
  fwrite ("WAVEfmt ", 1, 8, file);
  fwrite (&fields[1], 4, 5, file);
  fwrite ("data", 1, 4, file);
  fwrite (&size, 4, 1, file);
  fwrite (samples, 2, n_samples, file);
  fclose (file);
}
