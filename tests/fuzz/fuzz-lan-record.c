/* A record of the local network: strings, each behind its length. */
#include <stddef.h>
#include <string.h>

#include "signalling/lan/lan-record.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  YodelLanRecord record, again;
  g_autoptr (GPtrArray) strings = NULL;

  yodel_lan_record_init (&record);
  while (size > 0)
    {
      gsize length = MIN (data[0], size - 1);

      if (!yodel_lan_record_take_string (&record, data + 1, length))
        return 0;
      data += 1 + length;
      size -= 1 + length;
    }
  g_assert (record.n_marks <= YODEL_LAN_MAX_MARKS);
  g_assert (strlen (record.name) <= YODEL_LAN_MAX_NAME);

  /* What was understood can be said again. */
  yodel_lan_record_init (&again);
  strings = yodel_lan_record_to_strings (&record);
  for (guint i = 0; i < strings->len; i++)
    {
      gsize n;
      const guint8 *text = g_bytes_get_data (strings->pdata[i], &n);

      g_assert (n <= 255);
      g_assert (yodel_lan_record_take_string (&again, text, n));
    }
  g_assert (again.n_marks == record.n_marks && again.day == record.day);
  g_assert (memcmp (again.marks, record.marks, record.n_marks * YODEL_LAN_MARK_BYTES) == 0);
  g_assert_cmpstr (again.name, ==, record.name);
  return 0;
}
