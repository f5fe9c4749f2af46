#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/sealed-message.h"

#include <string.h>

#include <sodium.h>

#include "base/byte-reader.h"
#include "base/byte-writer.h"
#include "identity/identity-private.h"
#include "signalling/hpke.h"

/* docs/wire-signalling.md, "The envelope" */
#define VERSION      1
#define DOMAIN       "yodel sealed message 1"
#define DOMAIN_BYTES (sizeof DOMAIN - 1)
#define KEY_BYTES    YODEL_IDENTITY_KEY_BYTES

/* version, ephemeral key; then sealed: sender, signature, size; after it the tag */
#define OUTER_BYTES  (1 + YODEL_HPKE_KEY_BYTES + YODEL_HPKE_TAG_BYTES)
#define INNER_BYTES  (KEY_BYTES + YODEL_IDENTITY_SIGNATURE_BYTES + 2)

G_STATIC_ASSERT (YODEL_SEALED_MESSAGE_MAX_BYTES >= YODEL_CALL_MESSAGE_MAX_BYTES + OUTER_BYTES + INNER_BYTES);
G_STATIC_ASSERT (YODEL_SEALED_MESSAGE_DICE_BYTES == crypto_scalarmult_SCALARBYTES);

/* What is signed: the receiver's key too, so that a message handed on convinces nobody else. */
typedef struct
{
  guint8 bytes[DOMAIN_BYTES + KEY_BYTES + YODEL_CALL_MESSAGE_MAX_BYTES];
  gsize  size;
} Signed;

static void
prepare_signed (Signed       *self,
                const guint8  receiver[KEY_BYTES],
                const guint8 *content,
                gsize         content_bytes)
{
  memcpy (self->bytes, DOMAIN, DOMAIN_BYTES);
  memcpy (self->bytes + DOMAIN_BYTES, receiver, KEY_BYTES);
  memcpy (self->bytes + DOMAIN_BYTES + KEY_BYTES, content, content_bytes);
  self->size = DOMAIN_BYTES + KEY_BYTES + content_bytes;
}

/* The sizes that occur: 512, 1024, ... 32768. */
static gsize
padded_size (gsize size)
{
  gsize padded = YODEL_SEALED_MESSAGE_MIN_BYTES;

  while (padded < size)
    padded *= 2;
  return padded;
}

static gboolean
is_size (gsize size)
{
  return size >= YODEL_SEALED_MESSAGE_MIN_BYTES && size <= YODEL_SEALED_MESSAGE_MAX_BYTES &&
         (size & (size - 1)) == 0;
}

static void
prepare_info (const guint8 receiver[KEY_BYTES],
              guint8       info[DOMAIN_BYTES + KEY_BYTES])
{
  memcpy (info, DOMAIN, DOMAIN_BYTES);
  memcpy (info + DOMAIN_BYTES, receiver, KEY_BYTES);
}

/* Returns: the size of the padded inside in @inner, or 0 */
static gsize
write_inside (YodelIdentity          *sender,
              const guint8            receiver[KEY_BYTES],
              const YodelCallMessage *message,
              guint8                  inside[YODEL_SEALED_MESSAGE_MAX_BYTES])
{
  YodelByteWriter writer = yodel_byte_writer_init (inside, YODEL_SEALED_MESSAGE_MAX_BYTES);
  guint8 content[YODEL_CALL_MESSAGE_MAX_BYTES];
  guint8 signature[YODEL_IDENTITY_SIGNATURE_BYTES];
  gsize content_bytes = yodel_call_message_write (message, content, sizeof content);
  Signed what;

  if (content_bytes == 0)
    return 0;

  prepare_signed (&what, receiver, content, content_bytes);
  yodel_identity_sign (sender, what.bytes, what.size, signature);

  yodel_byte_writer_bytes (&writer, yodel_identity_get_public_key (sender), KEY_BYTES);
  yodel_byte_writer_bytes (&writer, signature, sizeof signature);
  yodel_byte_writer_u16 (&writer, (guint16) content_bytes);
  yodel_byte_writer_bytes (&writer, content, content_bytes);
  memset (inside + writer.size, 0, YODEL_SEALED_MESSAGE_MAX_BYTES - writer.size);
  return padded_size (writer.size + OUTER_BYTES) - OUTER_BYTES;
}

/* @dice are random and used for nothing else, ever.
 *
 * Returns: (transfer full) (nullable): the envelope; NULL where @message breaks its own limits or
 *   @receiver is no key */
GBytes *
yodel_sealed_message_seal (YodelIdentity          *sender,
                           const guint8            receiver[32],
                           const YodelCallMessage *message,
                           const guint8            dice[YODEL_SEALED_MESSAGE_DICE_BYTES])
{
  guint8 inside[YODEL_SEALED_MESSAGE_MAX_BYTES];
  guint8 info[DOMAIN_BYTES + KEY_BYTES];
  guint8 box_key[YODEL_HPKE_KEY_BYTES];
  guint8 secret[YODEL_HPKE_SECRET_BYTES];
  gsize inside_bytes;
  gboolean sealed;
  guint8 *data;

  if (!yodel_identity_get_box_key (receiver, box_key) ||
      crypto_scalarmult (secret, dice, box_key) != 0)
    return NULL;
  inside_bytes = write_inside (sender, receiver, message, inside);
  if (inside_bytes == 0)
    return NULL;

  data = g_malloc (inside_bytes + OUTER_BYTES);
  data[0] = VERSION;
  crypto_scalarmult_base (data + 1, dice);
  prepare_info (receiver, info);
  sealed = yodel_hpke_seal (&(YodelHpkeContext) { .secret = secret, .ephemeral_key = data + 1,
                                                  .receiver_key = box_key,
                                                  .info = info, .info_bytes = sizeof info },
                            data, 1, inside, inside_bytes, data + 1 + YODEL_HPKE_KEY_BYTES);
  sodium_memzero (secret, sizeof secret);
  if (!sealed)
    {
      g_free (data);
      return NULL;
    }
  return g_bytes_new_take (data, inside_bytes + OUTER_BYTES);
}

/* Returns: (transfer full) (nullable): what the inside says, if its signature holds */
static YodelCallMessage *
parse_inside (const guint8 *inside,
              gsize         inside_bytes,
              const guint8  receiver[KEY_BYTES],
              guint8        sender[KEY_BYTES])
{
  YodelByteReader reader = yodel_byte_reader_init (inside, inside_bytes);
  const guint8 *key = yodel_byte_reader_take (&reader, KEY_BYTES);
  const guint8 *signature = yodel_byte_reader_take (&reader, YODEL_IDENTITY_SIGNATURE_BYTES);
  gsize content_bytes = yodel_byte_reader_u16 (&reader);
  const guint8 *content = yodel_byte_reader_take (&reader, content_bytes);
  YodelCallMessage *message;
  Signed what;

  if (reader.failed || content_bytes > YODEL_CALL_MESSAGE_MAX_BYTES ||
      padded_size (inside_bytes - reader.left + OUTER_BYTES) != inside_bytes + OUTER_BYTES ||
      !sodium_is_zero (reader.at, reader.left))
    return NULL;

  prepare_signed (&what, receiver, content, content_bytes);
  if (!yodel_identity_verify (key, what.bytes, what.size, signature))
    return NULL;

  message = yodel_call_message_parse (content, content_bytes);
  if (message != NULL)
    memcpy (sender, key, KEY_BYTES);
  return message;
}

/* Stores who signed it in @sender, which is left alone on failure.  Whether it was heard before is
 * for replay-cache.h to say.
 *
 * Returns: (transfer full) (nullable): the message; NULL where it is not for @receiver, not signed
 *   or not understood */
YodelCallMessage *
yodel_sealed_message_open (YodelIdentity *receiver,
                           const guint8  *data,
                           gsize          size,
                           guint8         sender[32])
{
  const guint8 *receiver_key = yodel_identity_get_public_key (receiver);
  guint8 inside[YODEL_SEALED_MESSAGE_MAX_BYTES];
  guint8 info[DOMAIN_BYTES + KEY_BYTES];
  guint8 box_key[YODEL_HPKE_KEY_BYTES];
  guint8 secret[YODEL_HPKE_SECRET_BYTES];
  gboolean opened;

  if (!is_size (size) || data[0] != VERSION)
    return NULL;
  if (!yodel_identity_get_box_key (receiver_key, box_key) ||
      !yodel_identity_agree (receiver, data + 1, secret))
    return NULL;

  prepare_info (receiver_key, info);
  opened = yodel_hpke_open (&(YodelHpkeContext) { .secret = secret, .ephemeral_key = data + 1,
                                                  .receiver_key = box_key,
                                                  .info = info, .info_bytes = sizeof info },
                            data, 1, data + 1 + YODEL_HPKE_KEY_BYTES,
                            size - 1 - YODEL_HPKE_KEY_BYTES, inside);
  sodium_memzero (secret, sizeof secret);
  if (!opened)
    return NULL;
  return parse_inside (inside, size - OUTER_BYTES, receiver_key, sender);
}
