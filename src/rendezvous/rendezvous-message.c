#define G_LOG_DOMAIN "yodel-rendezvous"

#include "rendezvous/rendezvous-message.h"

#include "base/byte-reader.h"
#include "base/byte-writer.h"

/* What follows the type, in this order: docs/wire-rendezvous.md, "Messages". */
typedef enum
{
  HAS_VERSION  = 1 << 0,
  HAS_NUMBER   = 1 << 1,
  HAS_VERDICT  = 1 << 2,
  HAS_WELCOME  = 1 << 3,   /* nonce, key, seconds */
  HAS_MAILBOX  = 1 << 4,
  HAS_PROOF    = 1 << 5,
  HAS_ENVELOPE = 1 << 6,
} Parts;

static Parts
parts_of (YodelRendezvousMessageType type)
{
  switch (type)
    {
    case YODEL_RENDEZVOUS_WELCOME: return HAS_VERSION | HAS_WELCOME;
    case YODEL_RENDEZVOUS_DONE:    return HAS_NUMBER | HAS_VERDICT;
    case YODEL_RENDEZVOUS_MESSAGE: return HAS_MAILBOX | HAS_ENVELOPE;
    case YODEL_RENDEZVOUS_PING:    return HAS_NUMBER;
    case YODEL_RENDEZVOUS_ATTACH:  return HAS_NUMBER | HAS_MAILBOX | HAS_PROOF;
    case YODEL_RENDEZVOUS_DETACH:  return HAS_NUMBER | HAS_MAILBOX;
    case YODEL_RENDEZVOUS_SEND:    return HAS_NUMBER | HAS_MAILBOX | HAS_ENVELOPE;
    case YODEL_RENDEZVOUS_PONG:    return HAS_NUMBER;
    }
  return 0;
}

static gboolean
is_envelope_size (gsize size)
{
  return size >= YODEL_ENVELOPE_MIN_BYTES && size <= YODEL_ENVELOPE_MAX_BYTES && (size & (size - 1)) == 0;
}

/* Returns: FALSE if a part breaks its limits */
static gboolean
read_parts (YodelRendezvousMessage *message,
            YodelByteReader        *reader,
            Parts                   parts)
{
  guint8 version = YODEL_RENDEZVOUS_VERSION;

  if (parts & HAS_VERSION)
    version = yodel_byte_reader_u8 (reader);
  if (parts & HAS_NUMBER)
    message->number = yodel_byte_reader_u32 (reader);
  if (parts & HAS_VERDICT)
    message->verdict = yodel_byte_reader_u8 (reader);
  if (parts & HAS_WELCOME)
    {
      message->nonce = yodel_byte_reader_take (reader, YODEL_RENDEZVOUS_NONCE_BYTES);
      message->server_key = yodel_byte_reader_take (reader, YODEL_RENDEZVOUS_KEY_BYTES);
      message->ping_s = yodel_byte_reader_u16 (reader);
    }
  if (parts & HAS_MAILBOX)
    message->mailbox = yodel_byte_reader_take (reader, YODEL_MAILBOX_BYTES);
  if (parts & HAS_PROOF)
    message->proof = yodel_byte_reader_take (reader, YODEL_MAILBOX_PROOF_BYTES);
  if (parts & HAS_ENVELOPE)
    {
      message->envelope_bytes = reader->left;
      message->envelope = yodel_byte_reader_take (reader, reader->left);
    }

  return version == YODEL_RENDEZVOUS_VERSION && message->verdict <= YODEL_RENDEZVOUS_TOO_MANY &&
         (!(parts & HAS_WELCOME) || message->ping_s > 0) &&
         (!(parts & HAS_ENVELOPE) || is_envelope_size (message->envelope_bytes));
}

gboolean
yodel_rendezvous_message_parse (YodelRendezvousMessage *message,
                                const guint8           *data,
                                gsize                   size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  YodelRendezvousMessage result = { .type = yodel_byte_reader_u8 (&reader) };
  Parts parts = parts_of (result.type);

  if (parts == 0 || !read_parts (&result, &reader, parts) || reader.failed || reader.left > 0)
    return FALSE;
  *message = result;
  return TRUE;
}

GBytes *
yodel_rendezvous_message_write (const YodelRendezvousMessage *message)
{
  guint8 data[YODEL_RENDEZVOUS_MAX_BYTES];
  YodelByteWriter writer = yodel_byte_writer_init (data, sizeof data);
  Parts parts = parts_of (message->type);

  yodel_byte_writer_u8 (&writer, message->type);
  if (parts & HAS_VERSION)
    yodel_byte_writer_u8 (&writer, YODEL_RENDEZVOUS_VERSION);
  if (parts & HAS_NUMBER)
    yodel_byte_writer_u32 (&writer, message->number);
  if (parts & HAS_VERDICT)
    yodel_byte_writer_u8 (&writer, message->verdict);
  if (parts & HAS_WELCOME)
    {
      yodel_byte_writer_bytes (&writer, message->nonce, YODEL_RENDEZVOUS_NONCE_BYTES);
      yodel_byte_writer_bytes (&writer, message->server_key, YODEL_RENDEZVOUS_KEY_BYTES);
      yodel_byte_writer_u16 (&writer, message->ping_s);
    }
  if (parts & HAS_MAILBOX)
    yodel_byte_writer_bytes (&writer, message->mailbox, YODEL_MAILBOX_BYTES);
  if (parts & HAS_PROOF)
    yodel_byte_writer_bytes (&writer, message->proof, YODEL_MAILBOX_PROOF_BYTES);
  if (parts & HAS_ENVELOPE)
    yodel_byte_writer_bytes (&writer, message->envelope, message->envelope_bytes);

  g_assert (!writer.failed && parts != 0);
  return g_bytes_new (data, writer.size);
}
