#include "audio/telephone-receiver.h"
#include "base/byte-reader.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Packets one after the other: when, the RTP time, the marker and the rate, a size, a payload.  Whatever they say, only keys come out, not
 * more of them than came in, and with a duration that can be. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  YodelTelephoneReceiver receiver;
  YodelTelephoneOver over;
  g_autofree char *text = g_strndup ((const char *) data, size);
  gint64 now_us = 0;
  gsize n_reports = 0, n_over = 0;

  g_assert_cmpuint (yodel_telephone_events_parse (text), <=, YODEL_TELEPHONE_ALL_KEYS);

  yodel_telephone_receiver_init (&receiver);
  while (reader.left > 0)
    {
      guint32 rtp_time;
      guint8 flags, n;
      const guint8 *payload;

      now_us += 1000 * yodel_byte_reader_u8 (&reader);
      rtp_time = yodel_byte_reader_u32 (&reader);
      flags = yodel_byte_reader_u8 (&reader);
      n = yodel_byte_reader_u8 (&reader) % 33;
      payload = yodel_byte_reader_take (&reader, n);
      if (reader.failed)
        break;

      yodel_telephone_receiver_push (&receiver, rtp_time, flags & 1, flags & 2 ? 8000 : 48000, payload, n, now_us);
      n_reports += n / YODEL_TELEPHONE_EVENT_BYTES;
      if (flags & 4)
        continue;
      for (; yodel_telephone_receiver_poll (&receiver, &over); n_over++)
        g_assert_cmpint (yodel_telephone_event_to_key (over.event), !=, '\0');
    }
  yodel_telephone_receiver_advance (&receiver, now_us + G_USEC_PER_SEC);
  for (; yodel_telephone_receiver_poll (&receiver, &over); n_over++)
    g_assert_cmpint (yodel_telephone_event_to_key (over.event), !=, '\0');
  g_assert_cmpuint (n_over, <=, n_reports);
  g_assert_false (receiver.is_down);
  return 0;
}
