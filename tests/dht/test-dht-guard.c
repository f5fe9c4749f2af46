/* What other nodes say before OpenDHT reads it: all that nodes of ours say gets through, values in parts come whole, and what would
 * end the process does not get through. */
#include <glib.h>
#include <string.h>

#include "dht/dht-guard.h"

#define SEC G_USEC_PER_SEC

#define ID      "\xa2id\xc4\x14" "0123456789abcdefghij"
#define HASH(k) k "\xc4\x14" "jihgfedcba9876543210"
#define TAIL    "\xa1t\xce\x01\x02\x03\x04\xa1y\xa1q\xa1v\xa4RNG1\xa1n\x17"
#define VALUE   "\x82\xa2id\xcf\x01\x02\x03\x04\x05\x06\x07\x08\xa3" "dat\x81\xa4" "body\x83\xa4type\x00\xa4" "data\xc4\x02hi\xa5utype\xa5yodel"
#define SIZE    "\x33"   /* of VALUE */

/* Of one datagram; the 0 at the end is not of it. */
typedef struct
{
  const char *name;
  const char *bytes;
  gsize       size;
} Said;

#define SAID(name, bytes) { name, bytes, sizeof (bytes) - 1 }

static const Said sound[] = {
  SAID ("ping", "\x86\xa1" "a\x81" ID "\xa1q\xa4ping" TAIL),
  SAID ("pong", "\x85\xa1" "r\x82" ID "\xa2sa\xc4\x04\x7f\x00\x00\x01" TAIL),
  SAID ("client", "\x87\xa1" "a\x81" ID "\xa1q\xa4ping" TAIL "\xa1s\xc3"),
  SAID ("find", "\x86\xa1" "a\x83" ID HASH ("\xa6target") "\xa1w\x92\x02\x0a\xa1q\xa4" "find" TAIL),
  SAID ("get", "\x86\xa1" "a\x83" ID HASH ("\xa1h") "\xa1q\x82\xa1s\x91\x01\xa1w\x91\x82\xa1" "f\x01\xa1v\xcd\x01\x02\xa1q\xa3get" TAIL),
  SAID ("values", "\x85\xa1" "r\x83" ID "\xa5token\xc4\x02\x01\x02\xa6values\x92" VALUE VALUE TAIL),
  SAID ("fields", "\x85\xa1" "r\x82" ID "\xa6" "fileds\x82\xa1" "f\x92\x01\x04\xa1v\x92\xcf\x01\x02\x03\x04\x05\x06\x07\x08\x05" TAIL),
  SAID ("put", "\x86\xa1" "a\x83" ID HASH ("\xa1h") "\xa6values\x91" VALUE "\xa1q\xa3put" TAIL),
  SAID ("expired", "\x85\xa1" "u\x82" ID "\xa3" "exp\x91\xcf\x01\x02\x03\x04\x05\x06\x07\x08" TAIL),
  SAID ("error", "\x86\xa1" "e\x92\xcd\x01\x91\xa4" "what\xa1r\x81" ID TAIL),
};

static const Said unsound[] = {
  SAID ("nothing", ""),
  SAID ("a number", "\x17"),
  SAID ("nil", "\xc0"),
  SAID ("an error of no code", "\x86\xa1" "e\x90\xa1r\x81" ID TAIL),
  SAID ("an error and nothing to be read in", "\x85\xa1" "e\x91\x17" TAIL),
  SAID ("an answer that is a number", "\x85\xa1r\x17" TAIL),
  SAID ("an answer that is a text", "\x85\xa1r\xa4text" TAIL),
  SAID ("a second answer that is a list", "\x86\xa1" "r\x81" ID "\xa1r\x91\x17" TAIL),
  SAID ("a question that is a list", "\x85\xa1" "a\x83" ID HASH ("\xa1h") "\xa1q\x91\x17" TAIL),
  SAID ("no transaction", "\x81\xa1" "r\x81" ID),
  SAID ("a key that is no text", "\x86\xa1" "a\x81" ID "\x17\xa4ping" TAIL),
  SAID ("a hash too short", "\x86\xa1" "a\x81\xa2id\xc4\x02hi\xa1q\xa4ping" TAIL),
  SAID ("a list of four thousand million", "\x85\xa1" "a\x82" ID "\xa6values\xdd\xff\xff\xff\xff" TAIL),
  SAID ("lists in lists", "\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x17"),
  SAID ("fields of no name", "\x85\xa1" "r\x82" ID "\xa6" "fileds\x82\xa1" "f\x90\xa1v\x90" TAIL),
  SAID ("a value that is a list", "\x85\xa1" "r\x82" ID "\xa6values\x91\x91\x17" TAIL),
  SAID ("a value whose content is a text", "\x85\xa1" "r\x82" ID "\xa6values\x91\x82\xa2id\x17\xa3" "dat\x81\xa4" "body\xa4" "text" TAIL),
  SAID ("a value with a key", "\x85\xa1" "r\x82" ID "\xa6values\x91\x82\xa2id\x17\xa3" "dat\x81\xa4" "body\x83\xa4type\x00\xa4" "data\xc4\x02hi\xa5owner\xc4\x01x" TAIL),
  SAID ("a value of no size", "\x85\xa1" "r\x82" ID "\xa6values\x91\x00" TAIL),
  SAID ("a value of a million bytes", "\x85\xa1" "r\x82" ID "\xa6values\x91\xce\x00\x10\x00\x00" TAIL),
  SAID ("two lists of values", "\x85\xa1" "r\x83" ID "\xa6values\x91" VALUE "\xa6values\x91\x17" TAIL),
  SAID ("fields with the key of who signed", "\x85\xa1" "r\x82" ID "\xa6" "fileds\x82\xa1" "f\x91\x03\xa1v\x91\xc4\x01x" TAIL),
  SAID ("something behind the end", "\x86\xa1" "a\x81" ID "\xa1q\xa4ping" TAIL "\x00"),
};

static GBytes *
take (YodelDhtGuard *guard,
      const char    *from,
      const char    *bytes,
      gsize          size,
      gint64         now_us)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, size);   /* no byte more, for a sanitizer to see */

  return yodel_dht_guard_take (guard, (const guint8 *) from, strlen (from), copy, size, now_us);
}

#define TAKE(guard, from, bytes, now_us) take (guard, from, bytes, sizeof (bytes) - 1, now_us)

static void
test_lets_through (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    {
      g_autoptr (GBytes) bytes = take (guard, "bob", sound[i].bytes, sound[i].size, 0);

      g_test_message ("%s", sound[i].name);
      g_assert_nonnull (bytes);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), sound[i].bytes, sound[i].size);
    }
  yodel_dht_guard_free (guard);
}

static void
test_keeps_out (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();

  for (guint i = 0; i < G_N_ELEMENTS (unsound); i++)
    {
      g_test_message ("%s", unsound[i].name);
      g_assert_null (take (guard, "mallory", unsound[i].bytes, unsound[i].size, 0));
    }
  yodel_dht_guard_free (guard);
}

/* Cut anywhere, a message is none. */
static void
test_cut (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    for (gsize size = 0; size < sound[i].size; size++)
      g_assert_null (take (guard, "mallory", sound[i].bytes, size, 0));
  yodel_dht_guard_free (guard);
}

#define PUT(values)        "\x86\xa1" "a\x83" ID HASH ("\xa1h") "\xa6values\x92" values VALUE "\xa1q\xa3put" TAIL
#define PART(offset, data) "\x84\xa1n\x17\xa1y\xa1p\xa1t\xce\x01\x02\x03\x04\xa1p\x81\x00\x82\xa1o" offset "\xa1" "d\xc4" data

/* VALUE is of 51 bytes: 30, and 21 more. */
#define FIRST_PART  PART ("\x00", "\x1e\x82\xa2id\xcf\x01\x02\x03\x04\x05\x06\x07\x08\xa3" "dat\x81\xa4" "body\x83\xa4type\x00")
#define SECOND_PART PART ("\x1e", "\x15\xa4" "data\xc4\x02hi\xa5utype\xa5yodel")
#define BAD_PART    PART ("\x1e", "\x15\xa4" "data\xc4\x02hi\xa5owner\xc4\x04keys")

static void
test_parts (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();
  g_autoptr (GBytes) whole = NULL;

  g_assert_cmpuint (sizeof (VALUE) - 1, ==, SIZE[0]);
  g_assert_null (TAKE (guard, "bob", PUT (SIZE), 0));
  g_assert_null (TAKE (guard, "bob", SECOND_PART, 1));       /* too early */
  g_assert_null (TAKE (guard, "mallory", FIRST_PART, 2));    /* none of his */
  g_assert_null (TAKE (guard, "bob", FIRST_PART, 3));
  g_assert_null (TAKE (guard, "bob", FIRST_PART, 4));        /* once more */
  whole = TAKE (guard, "bob", SECOND_PART, 5);
  g_assert_nonnull (whole);
  g_assert_cmpmem (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole), PUT (VALUE), sizeof (PUT (VALUE)) - 1);
  g_assert_null (TAKE (guard, "bob", SECOND_PART, 6));       /* it is over */
  yodel_dht_guard_free (guard);
}

static void
test_unsound_in_parts (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();

  g_assert_null (TAKE (guard, "mallory", PUT (SIZE), 0));
  g_assert_null (TAKE (guard, "mallory", FIRST_PART, 0));
  g_assert_null (TAKE (guard, "mallory", BAD_PART, 0));
  yodel_dht_guard_free (guard);
}

static void
test_waits_no_longer (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();
  g_autoptr (GBytes) whole = NULL;

  g_assert_null (TAKE (guard, "bob", PUT (SIZE), 0));
  g_assert_null (TAKE (guard, "carol", PUT (SIZE), 11 * SEC));   /* bob's is forgotten */
  g_assert_null (TAKE (guard, "bob", FIRST_PART, 11 * SEC));
  g_assert_null (TAKE (guard, "bob", SECOND_PART, 11 * SEC));
  g_assert_null (TAKE (guard, "carol", FIRST_PART, 12 * SEC));
  whole = TAKE (guard, "carol", SECOND_PART, 12 * SEC);
  g_assert_nonnull (whole);
  yodel_dht_guard_free (guard);
}

/* What is kept for all is bounded: the oldest goes. */
static void
test_flood (void)
{
  YodelDhtGuard *guard = yodel_dht_guard_new ();
  g_autoptr (GBytes) whole = NULL;

  g_assert_null (TAKE (guard, "bob", PUT (SIZE), 0));
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *from = g_strdup_printf ("mallory %u", i);

      g_assert_null (TAKE (guard, from, PUT (SIZE), i));
    }
  g_assert_null (TAKE (guard, "bob", FIRST_PART, 2000));
  g_assert_null (TAKE (guard, "bob", SECOND_PART, 2001));
  g_assert_null (TAKE (guard, "mallory 999", FIRST_PART, 2002));
  whole = TAKE (guard, "mallory 999", SECOND_PART, 2003);
  g_assert_nonnull (whole);
  yodel_dht_guard_free (guard);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dht-guard/lets-through", test_lets_through);
  g_test_add_func ("/dht-guard/keeps-out", test_keeps_out);
  g_test_add_func ("/dht-guard/cut", test_cut);
  g_test_add_func ("/dht-guard/parts", test_parts);
  g_test_add_func ("/dht-guard/unsound-in-parts", test_unsound_in_parts);
  g_test_add_func ("/dht-guard/waits-no-longer", test_waits_no_longer);
  g_test_add_func ("/dht-guard/flood", test_flood);
  return g_test_run ();
}
