#include "sdp/sdp.h"

#include <string.h>

#include <yodel/yodel-error.h>

#define HEAD "v=0\no=- 1 2 IN IP4 0.0.0.0\ns=-\nt=0 0\n"

typedef struct
{
  const char *name;
  const char *text;
  const char *error;      /* how the message starts; NULL: it is accepted */
} Case;

static const Case cases[] = {
  { "least",                     HEAD,                                               NULL },
  { "cr-lf",                     "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\n",          NULL },
  { "no-newline-at-the-end",     HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111",             NULL },
  { "empty-lines",               HEAD "\n\na=x\n\r\n\r\n",                           NULL },
  { "all-letters",               "v=0\no=- 1 2 IN IP4 0.0.0.0\ns= \ni=a\nu=b\ne=c\np=d\nc=IN IP4 0.0.0.0\nb=AS:1\n"
                                 "t=0 0\nr=7d 1h 0 25h\nz=0 0\nk=clear:x\na=y\n",     NULL },
  { "without-name-and-time",     "v=0\no=- 1 2 IN IP4 0.0.0.0\n",                    NULL },
  { "id-past-64-bits",           "v=0\no=- 99999999999999999999999 2 IN IP4 h\n",    NULL },
  { "ports-in-a-row",            HEAD "m=audio 9/2 RTP/AVP 0\n",                     NULL },
  { "unknown-attribute",         HEAD "a=x-unheard-of:\xc3\xa9 =:\n",                NULL },
  { "empty",                     "",                                                 "line 0: the description ends before it began" },
  { "version-alone",             "v=0\n",                                            "line 1: the description ends before o=" },
  { "version-1",                 "v=1\n",                                            "line 1: not version 0" },
  { "version-twice",             "v=0\nv=0\n",                                       "line 2: a second v=" },
  { "json",                      "{\"type\":\"offer\"}",                             "line 1: not of the form" },
  { "starts-elsewhere",          "s=-\nv=0\n",                                       "line 1: a session description starts with v=0" },
  { "origin-late",               "v=0\ns=-\no=- 1 2 IN IP4 h\n",                     "line 2: o= has to follow" },
  { "origin-short",              "v=0\no=- 1 2 IN IP4\n",                            "line 2: not an origin" },
  { "origin-id-not-a-number",    "v=0\no=- x 2 IN IP4 h\n",                          "line 2: not an origin" },
  { "origin-version-overflows",  "v=0\no=- 1 18446744073709551616 IN IP4 h\n",       "line 2: not an origin" },
  { "origin-twice",              HEAD "o=- 1 2 IN IP4 h\n",                          "line 5: a second o=" },
  { "unknown-letter",            HEAD "q=1\n",                                       "line 5: unknown letter" },
  { "letter-alone",              HEAD "a\n",                                         "line 5: not of the form" },
  { "space-before-equals",       HEAD "a =x\n",                                      "line 5: not of the form" },
  { "attribute-without-name",    HEAD "a=:x\n",                                      "line 5: not an attribute" },
  { "port-too-high",             HEAD "a=x\nm=audio 65536 RTP/AVP 0\n",              "line 6: not a media description" },
  { "port-signed",               HEAD "m=audio +9 RTP/AVP 0\n",                      "line 5: not a media description" },
  { "media-without-proto",       HEAD "m=audio 9\n",                                 "line 5: not a media description" },
  { "proto-with-hole",           HEAD "m=audio 9 RTP//AVP 0\n",                      "line 5: not a media description" },
  { "double-space",              HEAD "m=audio 9  RTP/AVP 0\n",                      "line 5: not a media description" },
  { "session-line-in-media",     HEAD "m=audio 9 RTP/AVP 0\ns=-\n",                  "line 6: belongs above" },
  { "connection-short",          HEAD "c=IN IP4\n",                                  "line 5: not a connection" },
  { "bandwidth-not-a-number",    HEAD "b=AS:x\n",                                    "line 5: not a bandwidth" },
  { "not-utf-8",                 HEAD "a=\xff\n",                                    "line 5: a byte that cannot" },
  { "cr-in-a-line",              HEAD "a=x\ry\n",                                    "line 5: a byte that cannot" },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (YodelSdp) sdp = yodel_sdp_parse (c->text, -1, &error);

  if (c->error == NULL)
    {
      g_assert_no_error (error);
      g_assert_nonnull (sdp);
      return;
    }
  g_assert_null (sdp);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION);
  if (!g_str_has_prefix (error->message, c->error))
    g_test_fail_printf ("“%s” does not start with “%s”", error->message, c->error);
}

static void
test_zero_byte_is_refused (void)
{
  static const char text[] = HEAD "a=x\0y\n";
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_sdp_parse (text, sizeof text - 1, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION);
}

static void
test_message_stays_short_and_printable (void)
{
  g_autofree char *filler = g_strnfill (9000, '\x01');
  g_autofree char *text = g_strconcat (HEAD, "q=", filler, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_sdp_parse (text, -1, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
  for (const char *p = error->message; *p != '\0'; p++)
    g_assert_false (g_ascii_iscntrl (*p));
}

/* @head, then @line @n times: accepted up to @max, refused one beyond. */
typedef struct
{
  const char *name;
  const char *head;
  const char *line;
  guint       max;
  const char *what;
} Limit;

static const Limit limits[] = {
  { "media",            HEAD, "m=audio 9 RTP/AVP 0\n",             YODEL_SDP_MAX_MEDIA,      "more than 32 m= lines" },
  { "attributes",       HEAD "m=audio 9 RTP/AVP 0\n", "a=x:y\n",   YODEL_SDP_MAX_ATTRIBUTES, "more than 512 attributes" },
  { "own-attributes",   HEAD, "a=x:y\n",                           YODEL_SDP_MAX_ATTRIBUTES, "more than 512 attributes" },
  { "bandwidths",       HEAD, "b=AS:1\n",                          YODEL_SDP_MAX_BANDWIDTHS, "more than 8 b= lines" },
  { "formats",          HEAD "m=audio 9 RTP/AVP", " 0",            YODEL_SDP_MAX_FORMATS,    "more than 128 formats" },
  { "bytes",            HEAD "a=", "0123456789abcdef",             (YODEL_SDP_MAX_BYTES - sizeof HEAD - 2) / 16, "is longer than 65536" },
};

static char *
repeat (const Limit *limit,
        guint        n)
{
  GString *text = g_string_new (limit->head);

  while (n-- > 0)
    g_string_append (text, limit->line);
  return g_string_free (text, FALSE);
}

static void
test_limit (gconstpointer data)
{
  const Limit *limit = data;
  g_autofree char *most = repeat (limit, limit->max);
  g_autofree char *too_much = repeat (limit, limit->max + 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (YodelSdp) sdp = yodel_sdp_parse (most, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (sdp);
  g_assert_null (yodel_sdp_parse (too_much, -1, &error));
  g_assert_nonnull (strstr (error->message, limit->what));
}

static void
test_fields (void)
{
  g_autoptr (YodelSdp) sdp = yodel_sdp_parse ("v=0\no=me 12 34 IN IP6 ::1\ns=hello there\nb=AS:9\na=own\n"
                                              "m=audio 40000/2 UDP/TLS/RTP/SAVPF 111 63\nc=IN IP4 192.0.2.1\nb=TIAS:5\na=mid:0\n"
                                              "m=video 0 RTP/AVP 96\na=inactive\n", -1, NULL);
  const YodelSdpMedia *audio = yodel_sdp_get_media (sdp, 0);
  const YodelSdpMedia *video = yodel_sdp_get_media (sdp, 1);
  const YodelSdpBandwidth *bandwidth = g_ptr_array_index (audio->bandwidths, 0);

  g_assert_cmpstr (sdp->username, ==, "me");
  g_assert_cmpstr (sdp->id, ==, "12");
  g_assert_cmpuint (sdp->version, ==, 34);
  g_assert_cmpstr (sdp->address, ==, "IN IP6 ::1");
  g_assert_cmpstr (sdp->name, ==, "hello there");
  g_assert_true (yodel_sdp_has (sdp->attributes, "own"));
  g_assert_cmpuint (sdp->media->len, ==, 2);
  g_assert_cmpstr (audio->kind, ==, "audio");
  g_assert_cmpuint (audio->port, ==, 40000);
  g_assert_cmpuint (audio->n_ports, ==, 2);
  g_assert_cmpstr (audio->proto, ==, "UDP/TLS/RTP/SAVPF");
  g_assert_cmpuint (audio->formats->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (audio->formats, 1), ==, "63");
  g_assert_cmpstr (audio->connection, ==, "IN IP4 192.0.2.1");
  g_assert_cmpstr (bandwidth->type, ==, "TIAS");
  g_assert_cmpuint (bandwidth->value, ==, 5);
  g_assert_cmpstr (yodel_sdp_find (audio->attributes, "mid"), ==, "0");
  g_assert_cmpuint (audio->line, ==, 6);
  g_assert_cmpuint (video->port, ==, 0);
  g_assert_cmpstr (yodel_sdp_find (video->attributes, "inactive"), ==, "");
  g_assert_null (yodel_sdp_find (video->attributes, "mid"));
}

static void
test_writer (void)
{
  g_autoptr (YodelSdp) sdp = yodel_sdp_new ("77", 3);
  YodelSdpMedia *media;
  g_autofree char *text = NULL;

  yodel_sdp_add (sdp->attributes, "group", "BUNDLE 0");
  media = yodel_sdp_add_media (sdp, "audio", 9, "UDP/TLS/RTP/SAVPF");
  yodel_sdp_media_add_format (media, "111");
  media->connection = g_strdup ("IN IP4 0.0.0.0");
  yodel_sdp_add (media->attributes, "rtcp-mux", NULL);
  yodel_sdp_add_printf (media->attributes, "rtpmap", "%d opus/48000/2", 111);

  text = yodel_sdp_write (sdp);
  g_assert_cmpstr (text, ==,
                   "v=0\r\no=- 77 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
                   "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n");
}

/* What real peers wrote: it reads, and what is written reads back the same. */
static void
test_sample (gconstpointer data)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *path = g_build_filename (srcdir != NULL ? srcdir : ".", "tests/sdp/data", data, NULL);
  g_autofree char *text = NULL;
  g_autofree char *written = NULL;
  g_autoptr (YodelSdp) sdp = NULL;
  g_autoptr (YodelSdp) again = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  sdp = yodel_sdp_parse (text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sdp->media->len, >=, 1);

  written = yodel_sdp_write (sdp);
  again = yodel_sdp_parse (written, -1, &error);
  g_assert_no_error (error);
  g_assert_true (yodel_sdp_equal (sdp, again));
}

static const char *samples[] = {
  "aiortc-answer.sdp", "aiortc-offer.sdp", "chromium-all-codecs-offer.sdp", "chromium-answer.sdp", "chromium-offer.sdp",
  "firefox-style-offer.sdp", "libdatachannel-answer.sdp", "libdatachannel-offer.sdp", "libwebrtc-m106-answer.sdp",
  "libwebrtc-m106-offer.sdp", "sip-no-bundle-offer.sdp", "webrtcbin-answer.sdp", "webrtcbin-offer.sdp",
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sdp/sdp/parse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_parse);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *path = g_strconcat ("/sdp/sdp/has-a-most-of/", limits[i].name, NULL);

      g_test_add_data_func (path, &limits[i], test_limit);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *path = g_strconcat ("/sdp/sdp/reads-and-writes/", samples[i], NULL);

      g_test_add_data_func (path, samples[i], test_sample);
    }
  g_test_add_func ("/sdp/sdp/zero-byte-is-refused", test_zero_byte_is_refused);
  g_test_add_func ("/sdp/sdp/message-stays-short-and-printable", test_message_stays_short_and_printable);
  g_test_add_func ("/sdp/sdp/fields-land-where-they-belong", test_fields);
  g_test_add_func ("/sdp/sdp/writer-keeps-the-order", test_writer);
  return g_test_run ();
}
