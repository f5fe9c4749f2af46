/* Two channels, interleaved, and one. */
#pragma once

#include <glib.h>
#include <string.h>

/* Both channels in one, neither louder than it was; @mono may be @stereo.  @n_samples: of each channel */
static inline void
yodel_channels_mix (const gint16 *stereo,
                    gsize         n_samples,
                    gint16       *mono)
{
  for (gsize i = 0; i < n_samples; i++)
    mono[i] = (gint16) ((stereo[2 * i] + stereo[2 * i + 1]) / 2);
}

static inline void
yodel_channels_double (const gint16 *mono,
                       gsize         n_samples,
                       gint16       *stereo)
{
  for (gsize i = 0; i < n_samples; i++)
    stereo[2 * i] = stereo[2 * i + 1] = mono[i];
}

/* From 1 or 2 channels to 1 or 2. */
static inline void
yodel_channels_convert (const gint16 *from,
                        guint         from_channels,
                        gsize         n_samples,
                        gint16       *to,
                        guint         to_channels)
{
  if (from_channels == 2 && to_channels == 1)
    yodel_channels_mix (from, n_samples, to);
  else if (from_channels == 1 && to_channels == 2)
    yodel_channels_double (from, n_samples, to);
  else
    memcpy (to, from, n_samples * from_channels * sizeof *to);
}
