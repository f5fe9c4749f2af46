#include "signalling/lan/lan-record.h"

#include <string.h>

static gboolean
take (YodelLanRecord *record,
      const char     *text,
      gsize           size)
{
  return yodel_lan_record_take_string (record, (const guint8 *) text, size);
}

static void
test_marks (void)
{
  guint8 secret[YODEL_LAN_SECRET_BYTES] = { 1 }, one[YODEL_LAN_MARK_BYTES], other[YODEL_LAN_MARK_BYTES];

  yodel_lan_mark_make (secret, "yodel:a", 20000, one);
  yodel_lan_mark_make (secret, "yodel:a", 20000, other);
  g_assert_cmpmem (one, sizeof one, other, sizeof other);
  yodel_lan_mark_make (secret, "yodel:b", 20000, other);   /* the two do not show themselves alike */
  g_assert_true (memcmp (one, other, sizeof one) != 0);
  yodel_lan_mark_make (secret, "yodel:a", 20001, other);
  g_assert_true (memcmp (one, other, sizeof one) != 0);
  secret[0] = 2;
  yodel_lan_mark_make (secret, "yodel:a", 20000, other);
  g_assert_true (memcmp (one, other, sizeof one) != 0);
}

static void
test_full (void)
{
  YodelLanRecord record;
  char text[2 + YODEL_LAN_MARKS_PER_STRING * YODEL_LAN_MARK_BYTES] = "m=";

  yodel_lan_record_init (&record);
  for (guint i = 0; i < YODEL_LAN_MAX_MARKS / YODEL_LAN_MARKS_PER_STRING; i++)
    g_assert_true (take (&record, text, sizeof text));
  g_assert_cmpuint (record.n_marks, ==, YODEL_LAN_MAX_MARKS);
  g_assert_false (take (&record, text, 2 + YODEL_LAN_MARK_BYTES));
  g_assert_true (take (&record, text, 2));
}

typedef struct
{
  const char *name;
  const char *text;
  gboolean    valid;
} Case;

static const Case cases[] = {
  { "day",              "d=20419",     TRUE },
  { "day-of-letters",   "d=today",     FALSE },
  { "day-without-end",  "d=99999999999", FALSE },
  { "name",             "n=Zoë",       TRUE },
  { "name-of-controls", "n=A\x1b[1m",  FALSE },
  { "name-not-text",    "n=\xc3\x28",  FALSE },
  { "half-a-mark",      "m=12345",     FALSE },
  { "later-version",    "z=anything",  TRUE },
  { "no-field",         "hello",       TRUE },
  { "empty",            "",            TRUE },
};

static void
test_string (gconstpointer data)
{
  const Case *c = data;
  YodelLanRecord record;

  yodel_lan_record_init (&record);
  g_assert_cmpint (take (&record, c->text, strlen (c->text)), ==, c->valid);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signalling/lan-record/marks-are-of-two-and-a-day", test_marks);
  g_test_add_func ("/signalling/lan-record/full", test_full);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/signalling/lan-record/string/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_string);
    }
  return g_test_run ();
}
