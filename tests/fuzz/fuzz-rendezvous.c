/* A message that is taken says the same when it is written again; and a post office that any bytes
 * are thrown at, in frames of any size, keeps its books. */
#include <string.h>

#include <glib.h>

#include "rendezvous/post-office.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
check_round_trip (const guint8 *data,
                  gsize         size)
{
  YodelRendezvousMessage message;
  g_autoptr (GBytes) again = NULL;

  if (!yodel_rendezvous_message_parse (&message, data, size))
    return;
  g_assert_cmpuint (message.envelope_bytes, <=, YODEL_ENVELOPE_MAX_BYTES);
  again = yodel_rendezvous_message_write (&message);
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, size);
}

/* Returns: FALSE if the client had to go */
static gboolean
take_actions (YodelPostOffice *office)
{
  YodelPostAction action;
  gboolean stays = TRUE;

  while (yodel_post_office_poll (office, &action))
    {
      stays = stays && action.frame != NULL;
      g_clear_pointer (&action.frame, g_bytes_unref);
    }
  return stays;
}

static void
check_office (const guint8 *data,
              gsize         size)
{
  const YodelPostOfficeLimits limits = { 4, 4, 1000, 1000, 65536 };
  const guint8 random[32] = { 9 };
  g_autoptr (YodelPostOffice) office = yodel_post_office_new (&limits, random);
  YodelPostClient *client = yodel_post_office_connect (office, "s", "a", random, NULL, 1);
  YodelPostOfficeCounters counters;
  YodelPostOfficeGauges gauges;

  yodel_post_office_receive (office, client, data, size, 2);
  if (!take_actions (office))
    yodel_post_office_disconnect (office, client);
  yodel_post_office_advance (office, 40 * G_USEC_PER_SEC);
  take_actions (office);

  yodel_post_office_get_figures (office, &counters, &gauges);
  g_assert_cmpuint (gauges.waiting_bytes, <=, limits.max_waiting_bytes);
  g_assert_cmpuint (counters.n_malformed + counters.n_taken + counters.n_bad_proofs, <=, 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  check_round_trip (data, size);
  check_office (data, size);
  return 0;
}
