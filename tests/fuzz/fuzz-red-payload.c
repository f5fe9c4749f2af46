#include "audio/red-payload.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* What was read is written as it was: the format has one way to say a thing. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelRedPayload payload;
  g_autofree guint8 *again = NULL;

  if (!yodel_red_payload_parse (&payload, data, size))
    return 0;

  g_assert_cmpuint (payload.n_blocks, >=, 1);
  g_assert_cmpuint (payload.n_blocks, <=, YODEL_RED_MAX_BLOCKS);
  for (guint i = 0; i < payload.n_blocks; i++)
    g_assert_true (payload.blocks[i].data >= data && payload.blocks[i].data + payload.blocks[i].size <= data + size);

  again = g_malloc (size);
  g_assert_cmpuint (yodel_red_payload_write (&payload, again, size), ==, size);
  g_assert_cmpmem (again, size, data, size);
  return 0;
}
