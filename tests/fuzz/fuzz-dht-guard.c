/* Datagrams of other nodes, before OpenDHT reads them: what is let through is let through again as it is, and what is kept back is
 * bounded.  The input is datagrams, each after two bytes: its length, and in the top bit which of two hosts sent it. */
#include <glib.h>

#include "dht/dht-guard.h"

#define HOST 0x8000

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* By a guard of its own: nothing is waited for. */
static void
must_pass_again (GBytes *bytes)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();
  g_autoptr (GBytes) again = yodel_dht_guard_take (guard, NULL, 0, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);

  g_assert_nonnull (again);
  g_assert_true (g_bytes_equal (bytes, again));
  yodel_dht_guard_free (guard);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();
  gsize end;

  for (gsize start = 0; start + 2 <= size; start = end)
    {
      const guint head = data[start] << 8 | data[start + 1];
      const guint8 host = (head & HOST) != 0;
      g_autoptr (GBytes) bytes = NULL;

      end = MIN (size, start + 2 + (head & ~HOST));
      bytes = yodel_dht_guard_take (guard, &host, sizeof host, data + start + 2, end - start - 2, (gint64) start * 1000);
      if (bytes != NULL)
        must_pass_again (bytes);
    }
  yodel_dht_guard_free (guard);
  return 0;
}
