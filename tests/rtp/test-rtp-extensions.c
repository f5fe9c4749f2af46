#include "rtp/rtp-extensions.h"

#include "lib/cases.h"
#include "lib/hex.h"

static void
test_audio_level (void)
{
  guint level;
  gboolean voice;
  guint8 value;

  for (guint i = 0; i <= YODEL_AUDIO_LEVEL_SILENCE; i++)
    {
      value = yodel_audio_level_write (i, i % 2);
      g_assert_true (yodel_audio_level_parse (&value, 1, &level, &voice));
      g_assert_cmpuint (level, ==, i);
      g_assert_cmpint (voice, ==, i % 2);
    }
  g_assert_cmphex (yodel_audio_level_write (5, TRUE), ==, 0x85);
  g_assert_cmphex (yodel_audio_level_write (1000, FALSE), ==, 0x7f);
  g_assert_false (yodel_audio_level_parse (&value, 0, &level, &voice));
}

typedef struct
{
  const char *name;
  gint64      now_us;
  const char *hex;
} TimeCase;

static const TimeCase time_cases[] = {
  { "zero",          0,                               "000000" },
  { "one-second",    1000000,                         "040000" },
  { "half-a-second", 500000,                          "020000" },
  { "wraps",         64000000,                        "000000" },
  { "last-tick",     63999999,                        "ffffff" },
  { "years-on",      G_GINT64_CONSTANT (64000000) * 10000000 + 1000000, "040000" },
};

static void
test_abs_send_time (gconstpointer data)
{
  const TimeCase *c = data;
  guint8 value[YODEL_ABS_SEND_TIME_BYTES];
  guint32 time;

  yodel_abs_send_time_write (value, c->now_us);
  assert_bytes_are_hex (value, sizeof value, c->hex);
  g_assert_true (yodel_abs_send_time_parse (value, sizeof value, &time));
  g_assert_false (yodel_abs_send_time_parse (value, 2, &time));
}

static void
test_abs_send_time_diff (void)
{
  g_assert_cmpint (yodel_abs_send_time_diff_us (0x040000, 0), ==, 1000000);
  g_assert_cmpint (yodel_abs_send_time_diff_us (0, 0x040000), ==, -1000000);
  g_assert_cmpint (yodel_abs_send_time_diff_us (0x020000, 0xfe0000), ==, 1000000);
  g_assert_cmpint (yodel_abs_send_time_diff_us (0xfe0000, 0x020000), ==, -1000000);
}

typedef struct
{
  const char *name;
  guint16     profile;
  const char *extension;
  const char *text;
} TextCase;

static const TextCase text_cases[] = {
  { "mid",        0xbede, "10300000",                       "0" },
  { "longer",     0xbede, "15 617564696f31 00",             "audio1" },
  { "longest",    0xbede, "1f 61616161616161616161616161616161 000000", "aaaaaaaaaaaaaaaa" },
  { "absent",     0xbede, "20300000",                       NULL },
  { "empty",      0x1000, "01000000",                       NULL },
  { "too-long",   0x1000, "0111 6161616161616161616161616161616161 00", NULL },
  { "nul-inside", 0xbede, "12610061",                       NULL },
  { "not-ascii",  0xbede, "11c3a900",                       NULL },
  { "line-end",   0xbede, "11300a00",                       NULL },
};

static void
test_text (gconstpointer data)
{
  const TextCase *c = data;
  g_autoptr (GByteArray) extension = from_hex (c->extension);
  YodelRtpPacket packet = {
    .extension_profile = c->profile,
    .extension = extension->data,
    .extension_bytes = extension->len,
  };
  char text[YODEL_EXTENSION_TEXT_MAX] = "untouched";

  g_assert_cmpint (yodel_rtp_packet_find_text (&packet, 1, text), ==, c->text != NULL);
  g_assert_cmpstr (text, ==, c->text != NULL ? c->text : "untouched");
}

static void
test_u16 (void)
{
  g_autoptr (GByteArray) extension = from_hex ("31abcd 10ff000000");
  YodelRtpPacket packet = {
    .extension_profile = YODEL_RTP_ONE_BYTE_PROFILE,
    .extension = extension->data,
    .extension_bytes = extension->len,
  };
  guint16 value = 0;

  g_assert_true (yodel_rtp_packet_find_u16 (&packet, 3, &value));
  g_assert_cmphex (value, ==, 0xabcd);
  g_assert_false (yodel_rtp_packet_find_u16 (&packet, 1, &value));
  g_assert_false (yodel_rtp_packet_find_u16 (&packet, 2, &value));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/rtp-extensions/abs-send-time/", time_cases, test_abs_send_time);
  ADD_CASES ("/rtp/rtp-extensions/text/", text_cases, test_text);
  g_test_add_func ("/rtp/rtp-extensions/audio-level", test_audio_level);
  g_test_add_func ("/rtp/rtp-extensions/abs-send-time/difference", test_abs_send_time_diff);
  g_test_add_func ("/rtp/rtp-extensions/sixteen-bits", test_u16);
  return g_test_run ();
}
