#define G_LOG_DOMAIN "yodel-transport"

#include "transport/stun-check.h"

#include <string.h>

#include "base/byte-writer.h"

/* RFC 8489 sections 5 and 18.3, RFC 8445 section 16.1 */
#define BINDING_REQUEST       0x0001
#define MAGIC_COOKIE          0x2112a442
#define USERNAME              0x0006
#define MESSAGE_INTEGRITY     0x0008
#define PRIORITY              0x0024
#define USE_CANDIDATE         0x0025
#define FINGERPRINT           0x8028
#define ICE_CONTROLLED        0x8029
#define ICE_CONTROLLING       0x802a

#define HEADER_BYTES          20
#define LENGTH_OFFSET         2
#define HMAC_BYTES            20
#define INTEGRITY_BYTES       (4 + HMAC_BYTES)
#define FINGERPRINT_BYTES     8
#define FINGERPRINT_XOR       0x5354554e      /* RFC 8489 section 14.7 */

/* CRC-32 of ITU V.42 */
static guint32
checksum (const guint8 *data,
          gsize         size)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
  return ~crc;
}

/* The length in the header counts up to and with the attribute that is about to be computed. */
static void
set_length (guint8 *data,
            gsize   end)
{
  gsize body = end - HEADER_BYTES;

  data[LENGTH_OFFSET] = (guint8) (body >> 8);
  data[LENGTH_OFFSET + 1] = (guint8) body;
}

static void
write_integrity (YodelByteWriter *writer,
                 const char      *password)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guint8 *) password, strlen (password));
  guint8 digest[HMAC_BYTES];
  gsize size = sizeof digest;

  set_length (writer->data, writer->size + INTEGRITY_BYTES);
  g_hmac_update (hmac, writer->data, (gssize) writer->size);
  g_hmac_get_digest (hmac, digest, &size);

  yodel_byte_writer_u16 (writer, MESSAGE_INTEGRITY);
  yodel_byte_writer_u16 (writer, HMAC_BYTES);
  yodel_byte_writer_bytes (writer, digest, sizeof digest);
}

static void
write_fingerprint (YodelByteWriter *writer)
{
  guint32 crc;

  set_length (writer->data, writer->size + FINGERPRINT_BYTES);
  crc = checksum (writer->data, writer->size);
  yodel_byte_writer_u16 (writer, FINGERPRINT);
  yodel_byte_writer_u16 (writer, 4);
  yodel_byte_writer_u32 (writer, crc ^ FINGERPRINT_XOR);
}

gsize
yodel_stun_check_write (const YodelStunCheck *check,
                        guint8               *data,
                        gsize                 capacity)
{
  YodelByteWriter writer = yodel_byte_writer_init (data, capacity);
  gsize username_bytes = strlen (check->username);

  if (username_bytes + 128 > capacity)      /* all else takes less */
    return 0;

  yodel_byte_writer_u16 (&writer, BINDING_REQUEST);
  yodel_byte_writer_u16 (&writer, 0);
  yodel_byte_writer_u32 (&writer, MAGIC_COOKIE);
  yodel_byte_writer_bytes (&writer, check->transaction, sizeof check->transaction);

  yodel_byte_writer_u16 (&writer, USERNAME);
  yodel_byte_writer_u16 (&writer, (guint16) username_bytes);
  yodel_byte_writer_bytes (&writer, (const guint8 *) check->username, username_bytes);
  while (writer.size % 4 != 0)
    yodel_byte_writer_u8 (&writer, 0);

  yodel_byte_writer_u16 (&writer, PRIORITY);
  yodel_byte_writer_u16 (&writer, 4);
  yodel_byte_writer_u32 (&writer, check->priority);

  yodel_byte_writer_u16 (&writer, check->controlling ? ICE_CONTROLLING : ICE_CONTROLLED);
  yodel_byte_writer_u16 (&writer, 8);
  yodel_byte_writer_u64 (&writer, check->tie_breaker);

  if (check->controlling)
    {
      yodel_byte_writer_u16 (&writer, USE_CANDIDATE);
      yodel_byte_writer_u16 (&writer, 0);
    }

  write_integrity (&writer, check->password);
  write_fingerprint (&writer);
  return writer.failed ? 0 : writer.size;
}
