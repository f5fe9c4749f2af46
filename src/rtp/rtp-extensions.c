#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtp-extensions.h"

#include "base/byte-reader.h"

#include <string.h>

#define VOICE_BIT 0x80

/* 6.18 seconds, as the draft of abs-send-time has it. */
#define ABS_SEND_TIME_FRACTION_BITS 18

/* RFC 6464 section 3: @level_dbov is the level below the loudest, in decibels without the sign. */
guint8
yodel_audio_level_write (guint    level_dbov,
                         gboolean voice)
{
  return (voice ? VOICE_BIT : 0) | MIN (level_dbov, YODEL_AUDIO_LEVEL_SILENCE);
}

gboolean
yodel_audio_level_parse (const guint8 *value,
                         gsize         size,
                         guint        *level_dbov,
                         gboolean     *voice)
{
  if (size < 1)
    return FALSE;

  *level_dbov = value[0] & 0x7f;
  *voice = (value[0] & VOICE_BIT) != 0;
  return TRUE;
}

/* The moment of sending, which wraps after 64 seconds. */
void
yodel_abs_send_time_write (guint8 value[YODEL_ABS_SEND_TIME_BYTES],
                           gint64 now_us)
{
  /* 64 s are 2^24 ticks: only the rest of the division by them matters. */
  guint64 us = (guint64) now_us % (64 * G_USEC_PER_SEC);
  guint32 time = (guint32) ((us << ABS_SEND_TIME_FRACTION_BITS) / G_USEC_PER_SEC);

  value[0] = time >> 16;
  value[1] = time >> 8;
  value[2] = time;
}

gboolean
yodel_abs_send_time_parse (const guint8 *value,
                           gsize         size,
                           guint32      *time)
{
  YodelByteReader reader = yodel_byte_reader_init (value, size);
  guint32 result = yodel_byte_reader_u24 (&reader);

  if (reader.failed || reader.left > 0)
    return FALSE;

  *time = result;
  return TRUE;
}

/* How much later @a is than @b, if they lie less than 32 seconds apart. */
gint64
yodel_abs_send_time_diff_us (guint32 a,
                             guint32 b)
{
  gint64 ticks = (gint32) ((a - b) << 8) / 256;         /* the sign of 24 bits */

  return ticks * G_USEC_PER_SEC / (1 << ABS_SEND_TIME_FRACTION_BITS);
}

/* Reads a textual element, RFC 7941: a mid.  Only visible ASCII is taken, so that it can be
 * compared and logged without care.
 *
 * Returns: %FALSE if there is none, it is empty, too long or not visible */
gboolean
yodel_rtp_packet_find_text (const YodelRtpPacket *packet,
                            guint8                id,
                            char                  text[YODEL_EXTENSION_TEXT_MAX])
{
  const guint8 *value;
  gsize size;

  if (!yodel_rtp_packet_find_extension (packet, id, &value, &size)
      || size == 0 || size >= YODEL_EXTENSION_TEXT_MAX)
    return FALSE;

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isgraph (value[i]))
      return FALSE;

  memcpy (text, value, size);
  text[size] = '\0';
  return TRUE;
}

/* Reads an element of two bytes: a transport-wide sequence number. */
gboolean
yodel_rtp_packet_find_u16 (const YodelRtpPacket *packet,
                           guint8                id,
                           guint16              *value)
{
  const guint8 *bytes;
  gsize size;

  if (!yodel_rtp_packet_find_extension (packet, id, &bytes, &size) || size != 2)
    return FALSE;

  *value = bytes[0] << 8 | bytes[1];
  return TRUE;
}
