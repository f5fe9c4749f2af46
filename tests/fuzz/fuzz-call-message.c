/* A message that is taken is within its limits and says the same when it is written again. */
#include <string.h>

#include <glib.h>

#include "signalling/call-message.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (YodelCallMessage) message = yodel_call_message_parse (data, size);
  g_autoptr (YodelCallMessage) again = NULL;
  guint8 first[YODEL_CALL_MESSAGE_MAX_BYTES], second[YODEL_CALL_MESSAGE_MAX_BYTES];
  gsize first_bytes, second_bytes;

  if (message == NULL)
    return 0;

  g_assert_cmpuint (message->n_candidates, <=, YODEL_CALL_MESSAGE_MAX_CANDIDATES);
  g_assert_cmpuint (message->n_acks, <=, YODEL_CALL_MESSAGE_MAX_ACKS);
  for (guint i = 0; i < message->n_candidates; i++)
    g_assert_true (g_utf8_validate (message->candidates[i], -1, NULL));

  first_bytes = yodel_call_message_write (message, first, sizeof first);
  g_assert_cmpuint (first_bytes, >, 0);
  again = yodel_call_message_parse (first, first_bytes);
  g_assert_nonnull (again);
  second_bytes = yodel_call_message_write (again, second, sizeof second);
  g_assert_cmpmem (first, first_bytes, second, second_bytes);
  return 0;
}
