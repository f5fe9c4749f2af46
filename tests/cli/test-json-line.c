#define G_LOG_DOMAIN "yodel-test"

#include <json-glib/json-glib.h>
#include <math.h>

#include "cli/json-line.h"

static JsonObject *
parse (JsonParser *parser,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_members_read_back (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL;
  YodelJsonLine line;
  JsonObject *object;

  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "words", "a\"b\\c\nd\x1f\x7f\xff");
  yodel_json_line_add_string (&line, "nothing", NULL);
  yodel_json_line_add_number (&line, "whole", -12);
  yodel_json_line_add_number (&line, "part", 0.25);
  yodel_json_line_add_number (&line, "none", NAN);
  yodel_json_line_add_bool (&line, "yes", TRUE);
  yodel_json_line_add_raw (&line, "list", "[1,2]");
  yodel_json_line_add_time (&line, "t", G_GINT64_CONSTANT (7000000));
  text = yodel_json_line_end (&line);
  g_assert_null (strchr (text, '\n'));

  object = parse (parser, text);
  g_assert_cmpstr (json_object_get_string_member (object, "words"), ==, "a\"b\\c\nd\x1f\x7f\xef\xbf\xbd");
  g_assert_true (json_object_get_null_member (object, "nothing"));
  g_assert_cmpint (json_object_get_int_member (object, "whole"), ==, -12);
  g_assert_cmpfloat (json_object_get_double_member (object, "part"), ==, 0.25);
  g_assert_true (json_object_get_null_member (object, "none"));
  g_assert_true (json_object_get_boolean_member (object, "yes"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "list")), ==, 2);
}

/* A reader that tells integers from the rest must always see a time as a fraction. */
static void
test_a_whole_second_is_still_a_fraction (void)
{
  g_autofree char *text = NULL;
  YodelJsonLine line;

  yodel_json_line_begin (&line);
  yodel_json_line_add_time (&line, "t", G_GINT64_CONSTANT (7000001));
  text = yodel_json_line_end (&line);
  g_assert_cmpstr (text, ==, "{\"t\":7.000001}");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/json-line/members-read-back", test_members_read_back);
  g_test_add_func ("/cli/json-line/a-whole-second-is-still-a-fraction", test_a_whole_second_is_still_a_fraction);

  return g_test_run ();
}
