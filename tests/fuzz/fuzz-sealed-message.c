/* Bytes as an envelope, and bytes as what somebody hostile has sealed properly. */
#include <string.h>

#include <glib.h>
#include <sodium.h>

#include "identity/identity-private.h"
#include "signalling/hpke.h"
#include "signalling/sealed-message.h"

#define OUTER_BYTES 49
#define INFO        "yodel sealed message 1"
#define INFO_BYTES  (sizeof INFO - 1)

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static YodelIdentity *bob;

static void
open_as_inside (const guint8 *data,
                gsize         size)
{
  g_autofree guint8 *bytes = g_malloc (size + OUTER_BYTES);
  const guint8 dice[32] = { 7 };
  guint8 info[INFO_BYTES + 32], box_key[32], secret[32], sender[32];
  g_autoptr (YodelCallMessage) message = NULL;

  memcpy (info, INFO, INFO_BYTES);
  memcpy (info + INFO_BYTES, yodel_identity_get_public_key (bob), 32);
  g_assert_true (yodel_identity_get_box_key (yodel_identity_get_public_key (bob), box_key));
  g_assert_cmpint (crypto_scalarmult (secret, dice, box_key), ==, 0);
  bytes[0] = 1;
  crypto_scalarmult_base (bytes + 1, dice);
  g_assert_true (yodel_hpke_seal (&(YodelHpkeContext) { secret, bytes + 1, box_key, info, sizeof info },
                                  bytes, 1, data, size, bytes + 33));
  message = yodel_sealed_message_open (bob, bytes, size + OUTER_BYTES, sender);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (YodelCallMessage) message = NULL;
  guint8 sender[32];
  gsize inside = size + OUTER_BYTES;

  if (bob == NULL)
    {
      guint8 seed[32];

      g_type_class_unref (g_type_class_ref (YODEL_TYPE_IDENTITY));
      for (guint i = 0; i < sizeof seed; i++)
        seed[i] = 32 + i;
      bob = yodel_identity_new_from_seed (seed);
    }

  message = yodel_sealed_message_open (bob, data, size, sender);
  if (inside >= 512 && (inside & (inside - 1)) == 0)
    open_as_inside (data, size);
  return 0;
}
