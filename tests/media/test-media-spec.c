#define G_LOG_DOMAIN "yodel-test"

#include <yodel/yodel-error.h>

#include "media/media-spec.h"

#define BAD ((YodelSpecType) -1)

typedef struct
{
  const char     *name;
  YodelMediaKind  kind;
  const char     *text;
  YodelSpecType   type;
  const char     *path;
  guint           width;
  guint           height;
  guint           channels;
} Case;

static const Case cases[] = {
  { "none",                YODEL_MEDIA_AUDIO, "none",               YODEL_SPEC_NONE },
  { "test",                YODEL_MEDIA_VIDEO, "test",               YODEL_SPEC_TEST },
  { "tone",                YODEL_MEDIA_AUDIO, "ringback",           YODEL_SPEC_TONE },
  { "tone-is-no-picture",  YODEL_MEDIA_VIDEO, "ringback",           YODEL_SPEC_FILE, "ringback" },
  { "default",             YODEL_MEDIA_AUDIO, "default",            YODEL_SPEC_DEFAULT },
  { "device",              YODEL_MEDIA_VIDEO, "device:/dev/video0", YODEL_SPEC_DEVICE, "/dev/video0" },
  { "file",                YODEL_MEDIA_VIDEO, "clip.mp4",           YODEL_SPEC_FILE, "clip.mp4" },
  { "file-with-a-colon",   YODEL_MEDIA_AUDIO, "a:b.wav",            YODEL_SPEC_FILE, "a:b.wav" },
  { "pcm",                 YODEL_MEDIA_AUDIO, "pcm:-",              YODEL_SPEC_PCM, "-", 0, 0, 1 },
  { "pcm-in-stereo",       YODEL_MEDIA_AUDIO, "pcm:a,b,stereo",     YODEL_SPEC_PCM, "a,b", 0, 0, 2 },
  { "pcm-with-a-comma",    YODEL_MEDIA_AUDIO, "pcm:a,stereophony",  YODEL_SPEC_PCM, "a,stereophony", 0, 0, 1 },
  { "pcm-of-that-name",    YODEL_MEDIA_AUDIO, "pcm:,stereo",        YODEL_SPEC_PCM, ",stereo", 0, 0, 1 },
  { "y4m",                 YODEL_MEDIA_VIDEO, "y4m:/tmp/x",         YODEL_SPEC_Y4M, "/tmp/x" },
  { "y4m-with-size",       YODEL_MEDIA_VIDEO, "y4m:-,320x240",      YODEL_SPEC_Y4M, "-", 320, 240 },
  { "y4m-with-a-comma",    YODEL_MEDIA_VIDEO, "y4m:a,b",            YODEL_SPEC_Y4M, "a,b" },
  { "y4m-comma-and-size",  YODEL_MEDIA_VIDEO, "y4m:a,b,2x4",        YODEL_SPEC_Y4M, "a,b", 2, 4 },
  { "y4m-size-too-large",  YODEL_MEDIA_VIDEO, "y4m:a,99999x2",      BAD },
  { "y4m-size-of-zero",    YODEL_MEDIA_VIDEO, "y4m:a,0x2",          BAD },
  { "picture-as-sound",    YODEL_MEDIA_AUDIO, "y4m:a",              BAD },
  { "sound-as-picture",    YODEL_MEDIA_VIDEO, "pcm:a",              BAD },
  { "pcm-without-a-path",  YODEL_MEDIA_AUDIO, "pcm:",               BAD },
  { "nothing",             YODEL_MEDIA_AUDIO, "",                   BAD },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_auto (YodelMediaSpec) spec = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (yodel_media_spec_parse (&spec, c->kind, c->text, &error), ==, c->type != BAD);
  if (c->type == BAD)
    {
      g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
      return;
    }
  g_assert_cmpint (spec.type, ==, c->type);
  g_assert_cmpstr (spec.path, ==, c->path);
  g_assert_cmpuint (spec.width, ==, c->width);
  g_assert_cmpuint (spec.height, ==, c->height);
  g_assert_cmpuint (spec.channels, ==, c->channels);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/media/media-spec/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_parse);
    }

  return g_test_run ();
}
