#include "audio/playout-buffer.h"
#include "base/byte-reader.h"

#define MAX_STEPS 400

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* The bytes are a script: packets of any content, at any time, with any numbers, and pops between. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (YodelPlayoutBuffer) buffer = yodel_playout_buffer_new ();
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  gint64 now_us = 0, sequence = 0;
  guint32 rtp_time = 0;
  YodelPlayoutStatistics statistics;

  for (guint step = 0; step < MAX_STEPS && reader.left > 0; step++)
    {
      guint8 what = yodel_byte_reader_u8 (&reader);
      gsize bytes;
      const guint8 *payload;

      if (what & 0x40)
        rtp_time = yodel_byte_reader_u32 (&reader);
      if (what & 0x20)
        sequence += (gint16) yodel_byte_reader_u16 (&reader);
      if (what & 0x10)
        now_us += yodel_byte_reader_u24 (&reader);

      bytes = yodel_byte_reader_u8 (&reader);
      bytes = MIN (bytes, reader.left);
      payload = yodel_byte_reader_take (&reader, bytes);
      if (payload == NULL)
        break;
      if (what & 0x80)
        yodel_playout_buffer_push_redundant (buffer, rtp_time - (what & 7) * 960, payload, bytes, now_us);
      yodel_playout_buffer_push (buffer, sequence, rtp_time, payload, bytes, now_us);
      sequence++;
      rtp_time += 960;

      yodel_playout_buffer_set_channels (buffer, what & 0x08 ? 2 : 1);
      for (guint i = 0; i < (what & 7); i++, now_us += 10000)
        {
          gint16 out[YODEL_PLAYOUT_SAMPLES * YODEL_PLAYOUT_MAX_CHANNELS];

          yodel_playout_buffer_pop (buffer, out, now_us);
        }
      if (yodel_playout_buffer_wants (buffer, sequence - (what & 7), now_us))
        yodel_playout_buffer_on_asked (buffer, sequence - (what & 7));
    }

  yodel_playout_buffer_get_statistics (buffer, &statistics);
  g_assert_cmpuint (statistics.concealed_samples, <=, statistics.total_samples_received + 48000);
  return 0;
}
