#define G_LOG_DOMAIN "yodel-audio"

#include "audio/telephone-event.h"

#include <string.h>

#include "base/byte-reader.h"

#define END_BIT     0x80
#define VOLUME_BITS 0x3f

static const char keys[YODEL_TELEPHONE_N_KEYS + 1] = "0123456789*#ABCD";

/* The first report in @data; more may follow it, section 2.5.1.5. */
gboolean
yodel_telephone_event_parse (YodelTelephoneEvent *event,
                             const guint8        *data,
                             gsize                size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  YodelTelephoneEvent result = { .event = yodel_byte_reader_u8 (&reader) };
  guint8 bits = yodel_byte_reader_u8 (&reader);

  result.is_end = (bits & END_BIT) != 0;      /* the bit beside it is reserved, and ignored */
  result.volume = bits & VOLUME_BITS;
  result.duration = yodel_byte_reader_u16 (&reader);
  if (reader.failed)
    return FALSE;

  *event = result;
  return TRUE;
}

void
yodel_telephone_event_write (const YodelTelephoneEvent *event,
                             guint8                     out[YODEL_TELEPHONE_EVENT_BYTES])
{
  out[0] = event->event;
  out[1] = (guint8) ((event->is_end ? END_BIT : 0) | (event->volume & VOLUME_BITS));
  out[2] = (guint8) (event->duration >> 8);
  out[3] = (guint8) (event->duration & 0xff);
}

gboolean
yodel_telephone_event_from_key (char    key,
                                guint8 *event)
{
  const char *found = key != '\0' ? strchr (keys, g_ascii_toupper (key)) : NULL;

  if (found == NULL)
    return FALSE;
  *event = (guint8) (found - keys);
  return TRUE;
}

/* Returns: '\0' for an event that is no key */
char
yodel_telephone_event_to_key (guint8 event)
{
  return event < YODEL_TELEPHONE_N_KEYS ? keys[event] : '\0';
}

/* One element of the list: "7" or "0-15". */
static guint
parse_range (const char *text)
{
  char *end;
  guint64 first = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &end, 10) : G_MAXUINT64;
  guint64 last = first;
  guint set = 0;

  if (first == G_MAXUINT64)
    return 0;
  if (*end == '-')
    last = g_ascii_isdigit (end[1]) ? g_ascii_strtoull (end + 1, &end, 10) : 0;
  for (guint64 event = first; event <= last && event < YODEL_TELEPHONE_N_KEYS; event++)
    set |= 1u << event;
  return set;
}

/* Which keys a peer takes, section 2.4.1: "0-15,66,70".
 * @fmtp: (nullable): without it, all of them.  Returns: a set, one bit an event */
guint
yodel_telephone_events_parse (const char *fmtp)
{
  guint set = 0;

  if (fmtp == NULL)
    return YODEL_TELEPHONE_ALL_KEYS;
  if (g_str_has_prefix (fmtp, "events="))
    fmtp += strlen ("events=");
  for (const char *at = fmtp; at != NULL; at = strchr (at, ','))
    {
      at += strspn (at, ", ");
      if (*at == '\0')
        break;
      set |= parse_range (at);
    }
  return set;
}
