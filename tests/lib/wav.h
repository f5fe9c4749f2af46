/* Speech from a file and back, for what is run by hand: 16 bits, one channel. */
#pragma once

#include <glib.h>

/* At 48 kHz, whatever part of that the file has.  Ends the program where there is none.  Returns: (transfer full) */
gint16 *wav_read  (const char   *path,
                   gsize        *n_samples);
void    wav_write (const char   *path,
                   const gint16 *samples,
                   gsize         n_samples);
