/* Where the recordings of several calls go. */
#include "cli/media-options.h"

static const struct
{
  const char *spec;
  guint       number;
  const char *numbered;
} cases[] = {
  { "her.wav",               1, "her.wav" },
  { "her.wav",               2, "her-2.wav" },
  { "calls.d/her.wav",      11, "calls.d/her-11.wav" },
  { "pcm:calls.d/her",       2, "pcm:calls.d/her-2" },
  { "pcm:her.s16",           2, "pcm:her-2.s16" },
  { "y4m:her.y4m,160x90",    3, "y4m:her-3.y4m,160x90" },
  { "y4m:her.y4m",           3, "y4m:her-3.y4m" },
  { "pcm:-",                 2, "pcm:-" },
  { "pcm:/dev/null",         2, "pcm:/dev/null" },
  { "none",                  2, "none" },
  { "default",               2, "default" },
  { "device:usb.analog",     2, "device:usb.analog" },
};

static void
test_number (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *numbered = yodel_cli_media_number_path (cases[i].spec, cases[i].number);

      g_assert_cmpstr (numbered, ==, cases[i].numbered);
    }
}

static void
test_for_one (void)
{
  YodelCliOptions options = { .sources = { (char *) "test", (char *) "test" }, .sinks = { (char *) "her.wav", (char *) "none" } };

  g_assert_false (yodel_cli_media_is_for_one (&options));
  g_assert_false (yodel_cli_media_uses_device (&options));
  options.sinks[YODEL_MEDIA_AUDIO] = (char *) "pcm:-";
  g_assert_true (yodel_cli_media_is_for_one (&options));
  options.sinks[YODEL_MEDIA_AUDIO] = NULL;
  g_assert_true (yodel_cli_media_uses_device (&options));
  options.without[YODEL_MEDIA_AUDIO] = TRUE;
  g_assert_false (yodel_cli_media_uses_device (&options));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/media-options/later-calls-write-files-of-their-own", test_number);
  g_test_add_func ("/cli/media-options/a-pipe-or-a-person-follows-one-call", test_for_one);
  return g_test_run ();
}
