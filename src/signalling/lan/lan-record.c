#include "signalling/lan/lan-record.h"

#include <string.h>

/* HMAC-SHA-256, RFC 2104. */
void
yodel_lan_mark_make (const guint8  secret[YODEL_LAN_SECRET_BYTES],
                     const char   *from,
                     gint64        day,
                     guint8        mark[YODEL_LAN_MARK_BYTES])
{
  g_autofree char *text = g_strdup_printf ("yodel lan mark 1 %s %" G_GINT64_FORMAT, from, day);
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, secret, YODEL_LAN_SECRET_BYTES);
  guint8 digest[32];
  gsize size = sizeof digest;

  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
  memcpy (mark, digest, YODEL_LAN_MARK_BYTES);
}

void
yodel_lan_record_init (YodelLanRecord *self)
{
  memset (self, 0, sizeof *self);
}

static gboolean
take_text (const guint8 *data,
           gsize         size,
           char         *text,
           gsize         capacity)
{
  if (size == 0 || size >= capacity || !g_utf8_validate_len ((const char *) data, size, NULL))
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (data[i] < 0x20 || data[i] == 0x7f)
      return FALSE;
  memcpy (text, data, size);
  text[size] = '\0';
  return TRUE;
}

static gboolean
take_marks (YodelLanRecord *self,
            const guint8   *data,
            gsize           size)
{
  gsize n = size / YODEL_LAN_MARK_BYTES;

  if (size % YODEL_LAN_MARK_BYTES != 0 || n > YODEL_LAN_MAX_MARKS - self->n_marks)
    return FALSE;
  if (n > 0)
    memcpy (self->marks[self->n_marks], data, size);
  self->n_marks += n;
  return TRUE;
}

static gboolean
take_day (YodelLanRecord *self,
          const guint8   *data,
          gsize           size)
{
  char text[16];

  return take_text (data, size, text, sizeof text) && g_ascii_string_to_signed (text, 10, 0, 1000000, &self->day, NULL);
}

gboolean
yodel_lan_record_take_string (YodelLanRecord *self,
                              const guint8   *data,
                              gsize           size)
{
  if (size < 2 || data[1] != '=')
    return TRUE;   /* of a later version */
  switch (data[0])
    {
    case 'd': return take_day (self, data + 2, size - 2);
    case 'm': return take_marks (self, data + 2, size - 2);
    case 'n': return take_text (data + 2, size - 2, self->name, sizeof self->name);
    case 'a': return take_text (data + 2, size - 2, self->address, sizeof self->address);
    default:  return TRUE;
    }
}

static void
add_string (GPtrArray    *strings,
            const char   *label,
            gconstpointer data,
            gsize         size)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) label, 2);
  g_byte_array_append (bytes, data, (guint) size);
  g_ptr_array_add (strings, g_byte_array_free_to_bytes (bytes));
}

GPtrArray *
yodel_lan_record_to_strings (const YodelLanRecord *self)
{
  GPtrArray *strings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *day = g_strdup_printf ("%" G_GINT64_FORMAT, self->day);

  add_string (strings, "d=", day, strlen (day));
  for (guint i = 0; i < self->n_marks; i += YODEL_LAN_MARKS_PER_STRING)
    add_string (strings, "m=", self->marks[i], MIN (self->n_marks - i, YODEL_LAN_MARKS_PER_STRING) * YODEL_LAN_MARK_BYTES);
  if (*self->name != '\0')
    add_string (strings, "n=", self->name, strlen (self->name));
  if (*self->address != '\0')
    add_string (strings, "a=", self->address, strlen (self->address));
  return strings;
}
