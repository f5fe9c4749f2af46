/* Protections and packets, each after its size in 16 bits; the highest bit of the size tells which. */
#include "base/byte-reader.h"
#include "rtp/ulpfec.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();

  while (reader.left > 0)
    {
      guint16 head = yodel_byte_reader_u16 (&reader);
      gsize n = MIN (head & 0x7fffu, reader.left);
      const guint8 *bytes = yodel_byte_reader_take (&reader, n);
      GBytes *packet;

      if (reader.failed)
        break;
      if (head & 0x8000)
        yodel_ulpfec_receiver_push (receiver, bytes, n);
      else
        yodel_ulpfec_receiver_push_media (receiver, bytes, n);

      while ((packet = yodel_ulpfec_receiver_pop (receiver)) != NULL)
        {
          YodelRtpPacket parsed;
          gsize bytes_recovered;
          const guint8 *recovered = g_bytes_get_data (packet, &bytes_recovered);

          g_assert (bytes_recovered <= YODEL_ULPFEC_MAX_PACKET_BYTES);
          g_assert (yodel_rtp_packet_parse (&parsed, recovered, bytes_recovered));
          g_bytes_unref (packet);
        }
    }

  return 0;
}
