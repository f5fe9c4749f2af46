#define G_LOG_DOMAIN "yodel-test"

#include <string.h>

#include "cli/description-line.h"

typedef struct
{
  const char *name;
  const char *line;
  const char *says;          /* NULL: it is good */
} Case;

static const Case cases[] = {
  { "offer",                    "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}", NULL },
  { "line-with-its-newline",    "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}\r\n", NULL },
  { "spaces-and-other-members", " { \"a\" : [1,{}], \"sdp\" : \"v=0\\r\\n\" , \"type\" : \"offer\" } ", NULL },
  { "escaped-letters",          "{\"type\":\"\\u006fffer\",\"sdp\":\"v=0\\u000d\\n\"}", NULL },
  { "nothing",                  "", "empty" },
  { "blank",                    "  \r\n", "empty" },
  { "words",                    "hello", "not JSON" },
  { "cut-off",                  "{\"type\":\"offer\",\"sdp\":\"v=0", "cut off" },
  { "array",                    "[1,2]", "not a JSON object" },
  { "number",                   "7", "not a JSON object" },
  { "no-type",                  "{\"sdp\":\"v=0\"}", "no \"type\"" },
  { "no-sdp",                   "{\"type\":\"offer\"}", "no \"sdp\"" },
  { "number-as-type",           "{\"type\":1,\"sdp\":\"v=0\"}", "\"type\" of the description is not a string" },
  { "null-as-sdp",              "{\"type\":\"offer\",\"sdp\":null}", "\"sdp\" of the description is not a string" },
  { "object-as-sdp",            "{\"type\":\"offer\",\"sdp\":{}}", "\"sdp\" of the description is not a string" },
  { "empty-sdp",                "{\"type\":\"offer\",\"sdp\":\"\"}", "empty" },
  { "other-type",               "{\"type\":\"bye\",\"sdp\":\"v=0\"}", "neither" },
  { "not-utf8",                 "{\"type\":\"offer\",\"sdp\":\"\xff\"}", "UTF-8" },
  { "two-objects",              "{\"type\":\"offer\",\"sdp\":\"v=0\"}{}", "follows" },
  { "object-and-words",         "{\"type\":\"offer\",\"sdp\":\"v=0\"} ok", "follows" },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *sdp = NULL;
  g_autoptr (GError) error = NULL;
  YodelSdpType type = YODEL_SDP_ROLLBACK;

  g_assert_cmpint (yodel_description_line_parse (c->line, strlen (c->line), &type, &sdp, &error), ==, c->says == NULL);
  if (c->says != NULL)
    {
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, c->says));
      g_assert_null (strchr (error->message, '\n'));
      g_assert_cmpint (type, ==, YODEL_SDP_ROLLBACK);     /* untouched on failure */
      g_assert_null (sdp);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpint (type, ==, YODEL_SDP_OFFER);
  g_assert_cmpstr (sdp, ==, "v=0\r\n");
}

static void
expect_refusal (const char *line,
                gsize       length,
                const char *says)
{
  g_autofree char *sdp = NULL;
  g_autoptr (GError) error = NULL;
  YodelSdpType type;

  g_assert_false (yodel_description_line_parse (line, length, &type, &sdp, &error));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_zero_bytes_are_refused (void)
{
  static const char line[] = "{\"type\":\"offer\0\",\"sdp\":\"v=0\"}";

  expect_refusal (line, sizeof line - 1, "UTF-8");
}

static void
test_the_longest_line_is_taken_and_no_longer_one (void)
{
  g_autoptr (GString) line = g_string_new ("{\"type\":\"offer\",\"sdp\":\"");
  g_autofree char *sdp = NULL;
  YodelSdpType type;

  while (line->len < YODEL_DESCRIPTION_LINE_MAX_BYTES - 2)
    g_string_append_c (line, 'x');
  g_string_append (line, "\"}");
  g_assert_true (yodel_description_line_parse (line->str, line->len, &type, &sdp, NULL));
  g_string_append_c (line, ' ');
  expect_refusal (line->str, line->len, "longer than 256 KiB");
}

/* Deep enough to end the stack of a parser that calls itself. */
static void
test_deep_nesting_is_refused (void)
{
  g_autofree char *line = g_malloc (YODEL_DESCRIPTION_LINE_MAX_BYTES);

  memset (line, '[', YODEL_DESCRIPTION_LINE_MAX_BYTES);
  expect_refusal (line, YODEL_DESCRIPTION_LINE_MAX_BYTES, "nested");
}

static void
test_written_line_reads_back (void)
{
  const char *sdp = "v=0\r\na=\"quoted\\\"\t\x01 \xc3\xa4\r\n";
  g_autofree char *line = yodel_description_line_write (YODEL_SDP_ANSWER, sdp);
  g_autofree char *back = NULL;
  g_autoptr (GError) error = NULL;
  YodelSdpType type;

  g_assert_null (strchr (line, '\n'));
  g_assert_true (yodel_description_line_parse (line, strlen (line), &type, &back, &error));
  g_assert_no_error (error);
  g_assert_cmpint (type, ==, YODEL_SDP_ANSWER);
  g_assert_cmpstr (back, ==, sdp);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/cli/description-line/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_parse);
    }
  g_test_add_func ("/cli/description-line/zero-bytes-are-refused", test_zero_bytes_are_refused);
  g_test_add_func ("/cli/description-line/the-longest-line-is-taken-and-no-longer-one",
                   test_the_longest_line_is_taken_and_no_longer_one);
  g_test_add_func ("/cli/description-line/deep-nesting-is-refused", test_deep_nesting_is_refused);
  g_test_add_func ("/cli/description-line/written-line-reads-back", test_written_line_reads_back);

  return g_test_run ();
}
