#include "lib/made-envelope.h"

#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "signalling/hpke.h"

#define DOMAIN       "yodel sealed message 1"
#define DOMAIN_BYTES 22
#define HEAD_BYTES   (1 + YODEL_HPKE_KEY_BYTES)

/* Returns: how much of it says something */
static gsize
write_inside (const MadeEnvelope     *self,
              const YodelCallMessage *message,
              guint8                  inside[MADE_ENVELOPE_LARGEST])
{
  guint8 what[DOMAIN_BYTES + 32 + MADE_ENVELOPE_LARGEST];
  guint8 *content = what + DOMAIN_BYTES + 32;
  const gsize n = yodel_call_message_write (message, content, MADE_ENVELOPE_LARGEST);

  memcpy (what, DOMAIN, DOMAIN_BYTES);
  memcpy (what + DOMAIN_BYTES, self->named, 32);
  memcpy (inside, self->sender, 32);
  yodel_identity_sign (self->signer, what, DOMAIN_BYTES + 32 + n, inside + 32);
  inside[96] = (guint8) (n >> 8);
  inside[97] = (guint8) n;
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (98 + n, <=, self->inside_bytes);
  memcpy (inside + 98, content, n);
  return 98 + n;
}

GBytes *
made_envelope_seal (const MadeEnvelope     *self,
                    const YodelCallMessage *message,
                    const guint8            dice[32])
{
  const gsize size = HEAD_BYTES + self->inside_bytes + YODEL_HPKE_TAG_BYTES;
  guint8 *bytes = g_malloc (size);
  guint8 inside[MADE_ENVELOPE_LARGEST] = { 0 }, info[DOMAIN_BYTES + 32], box_key[32], secret[32];

  if (write_inside (self, message, inside) < self->inside_bytes)
    inside[self->inside_bytes - 1] = self->padding;
  memcpy (info, DOMAIN, DOMAIN_BYTES);
  memcpy (info + DOMAIN_BYTES, self->receiver, 32);
  g_assert_true (yodel_identity_get_box_key (self->receiver, box_key));
  g_assert_cmpint (crypto_scalarmult (secret, dice, box_key), ==, 0);
  bytes[0] = 1;
  crypto_scalarmult_base (bytes + 1, dice);
  g_assert_true (yodel_hpke_seal (&(YodelHpkeContext) { secret, bytes + 1, box_key, info, sizeof info },
                                  bytes, 1, inside, self->inside_bytes, bytes + HEAD_BYTES));
  return g_bytes_new_take (bytes, size);
}
