/* knock-maker ADDRESS N WORKED: writes knocks of N strangers for ADDRESS to standard output, a line of base64 each; one in WORKED has
 * done the work that it takes to be heard. */
#include <stdlib.h>
#include <string.h>

#include <yodel/yodel.h>

#include "identity/address.h"
#include "identity/identity-private.h"
#include "signalling/knock.h"
#include "signalling/sealed-message.h"

static GBytes *
make_knock (const guint8 to[32],
            guint32      n,
            gboolean     does_work)
{
  guint8 dice[YODEL_SEALED_MESSAGE_DICE_BYTES] = { 2 };
  g_autoptr (YodelIdentity) stranger = yodel_identity_new ();
  g_autoptr (YodelCallMessage) knock = yodel_call_message_new (YODEL_CALL_MESSAGE_KNOCK);

  memcpy (dice + 4, &n, sizeof n);
  knock->number = 1;
  knock->sent_ms = g_get_real_time () / 1000;
  memcpy (knock->call_id, &n, sizeof n);
  memcpy (knock->device, &n, sizeof n);
  knock->name = g_strdup ("somebody");
  if (does_work)
    yodel_knock_do_work (knock, yodel_identity_get_public_key (stranger), to, YODEL_KNOCK_WORK_BITS, 1u << 24);
  return yodel_sealed_message_seal (stranger, to, knock, dice);
}

int
main (int    argc,
      char **argv)
{
  guint8 to[YODEL_ADDRESS_KEY_BYTES];
  guint n, worked;

  if (argc < 4 || !yodel_address_parse (argv[1], to, NULL))
    return 1;
  n = (guint) atoi (argv[2]);
  worked = MAX (1u, (guint) atoi (argv[3]));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) knock = make_knock (to, i, i % worked == 0);
      gsize size;
      const guint8 *data = g_bytes_get_data (knock, &size);
      g_autofree char *text = g_base64_encode (data, size);

      g_print ("%s\n", text);
    }
  return 0;
}
