/* The call messages as bytes; the good ones are the vectors of docs/wire-signalling.md, made by
 * another program. */
#include <string.h>

#include "lib/cases.h"
#include "lib/hex.h"
#include "signalling/call-message.h"

#define CALL    "00112233445566778899aabbccddeeff "
#define A       "6465766963654131 "
#define B       "6465766963654231 "
#define ALL     "0000000000000000 "
#define SENT    "0000018bcfe56800 "
#define SDP     "81 0029 763d300d0a 6f3d2d2031203220494e2049503420302e302e302e300d0a 733d2d0d0a 743d3020300d0a "
#define PRINT   "82 0020 03d66dd08835c1ca3f128cceacd1f31ac94163096b20f445ae84285bc0832d72 "
#define HEAD(type, number) type " " number " " SENT CALL A ALL

typedef struct
{
  const char *name;
  const char *hex;
} Case;

static const Case good_cases[] = {
  { "offer",      HEAD ("01", "00000001") SDP PRINT },
  { "answer",     "02 00000002 0000018bcfe56ddc " CALL B A SDP PRINT },
  { "candidates", "03 00000002 0000018bcfe56814 " CALL A ALL
                  "83 0034 63616e6469646174653a31203120554450203231333037303634333120"
                  "3139322e302e322e3120353030302074797020686f7374 84 0000" },
  { "only-the-end-of-candidates", HEAD ("03", "00000002") "84 0000" },
  { "ring",       "04 00000001 0000018bcfe56864 " CALL B A },
  { "accept",     "05 00000003 0000018bcfe56fd0 " CALL B A },
  { "decline",    "06 00000003 0000018bcfe56fd0 " CALL B A },
  { "busy",       "07 00000001 0000018bcfe56864 " CALL B A },
  { "hang-up",    "08 00000003 0000018bcfe58b28 " CALL A B "85 0001 00" },
  { "ack",        "09 00000002 0000018bcfe56832 " CALL B A "86 000c " A "00000001 86 000c " A "00000002" },
  { "knock",      HEAD ("0a", "00000001") "07 0004 5a6fc3ab 08 0013 5765206d657420617420746865206c616b652e "
                  "09 0008 00000000000002c4" },
};

static const Case bad_cases[] = {
  { "nothing",                          "" },
  { "head-is-cut",                      "04 00000001 " SENT CALL A "00" },
  { "no-such-type",                     HEAD ("00", "00000001") },
  { "type-of-another-age",              HEAD ("0b", "00000001") },
  { "number-zero",                      HEAD ("04", "00000000") },
  { "sent-before-time",                 "04 00000001 8000000000000000 " CALL A ALL },
  { "offer-without-description",        HEAD ("01", "00000001") PRINT },
  { "offer-without-fingerprint",        HEAD ("01", "00000001") SDP },
  { "answer-without-anything",          HEAD ("02", "00000001") },
  { "two-descriptions",                 HEAD ("01", "00000001") SDP SDP PRINT },
  { "two-fingerprints",                 HEAD ("01", "00000001") SDP PRINT PRINT },
  { "short-fingerprint",                HEAD ("01", "00000001") SDP "82 0002 0102" },
  { "description-with-nul",             HEAD ("01", "00000001") "81 0003 760030" PRINT },
  { "description-not-utf8",             HEAD ("01", "00000001") "81 0002 c328" PRINT },
  { "candidates-without-any",           HEAD ("03", "00000001") },
  { "candidate-with-line-end",          HEAD ("03", "00000001") "83 0003 610a62" },
  { "empty-candidate",                  HEAD ("03", "00000001") "83 0000" },
  { "end-with-content",                 HEAD ("03", "00000001") "84 0001 00" },
  { "hang-up-without-reason",           HEAD ("08", "00000001") },
  { "ack-of-nothing",                   HEAD ("09", "00000001") },
  { "ack-is-short",                     HEAD ("09", "00000001") "86 000b " A "000000" },
  { "knock-with-a-network-address",     HEAD ("0a", "00000001") "83 0001 61" },
  { "knock-with-a-bell",                HEAD ("0a", "00000001") "07 0002 6107" },
  { "ring-with-a-description",          HEAD ("04", "00000001") SDP },
  { "field-past-the-end",               HEAD ("04", "00000001") "01 0002 00" },
  { "field-head-is-cut",                HEAD ("04", "00000001") "01 00" },
  { "unknown-field-that-must-be-known", HEAD ("04", "00000001") "ff 0000" },
};

static void
test_good (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  g_autoptr (YodelCallMessage) message = yodel_call_message_parse (bytes->data, bytes->len);
  g_autoptr (YodelCallMessage) copy = NULL;
  guint8 written[1024];
  gsize size;

  g_assert_nonnull (message);
  copy = yodel_call_message_copy (message);
  size = yodel_call_message_write (copy, written, sizeof written);
  g_assert_cmpmem (written, size, bytes->data, bytes->len);
  g_assert_cmpuint (yodel_call_message_write (copy, written, size - 1), ==, 0);
}

static void
test_bad (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);

  g_assert_null (yodel_call_message_parse (bytes->data, bytes->len));
}

static void
test_unknown_field_is_skipped (void)
{
  g_autoptr (GByteArray) bytes = from_hex (HEAD ("04", "00000001") "7f 0003 010203");
  g_autoptr (YodelCallMessage) message = yodel_call_message_parse (bytes->data, bytes->len);

  g_assert_nonnull (message);
  g_assert_cmpint (message->type, ==, YODEL_CALL_MESSAGE_RING);
}

static void
test_unknown_reason_is_a_failure (void)
{
  g_autoptr (GByteArray) bytes = from_hex (HEAD ("08", "00000001") "85 0001 c8");
  g_autoptr (YodelCallMessage) message = yodel_call_message_parse (bytes->data, bytes->len);

  g_assert_nonnull (message);
  g_assert_cmpint (message->reason, ==, YODEL_HANG_UP_FAILED);
}

static void
test_full (void)
{
  g_autoptr (YodelCallMessage) message = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  g_autoptr (YodelCallMessage) parsed = NULL;
  guint8 bytes[YODEL_CALL_MESSAGE_MAX_BYTES];
  gsize size;

  message->number = 1;
  for (guint i = 0; i < YODEL_CALL_MESSAGE_MAX_CANDIDATES; i++)
    message->candidates[message->n_candidates++] = g_strnfill (YODEL_CALL_MESSAGE_MAX_CANDIDATE, 'c');
  size = yodel_call_message_write (message, bytes, sizeof bytes - 4);
  g_assert_cmpuint (size, >, 0);
  parsed = yodel_call_message_parse (bytes, size);
  g_assert_nonnull (parsed);
  g_assert_cmpuint (parsed->n_candidates, ==, YODEL_CALL_MESSAGE_MAX_CANDIDATES);

  memcpy (bytes + size, "\x83\x00\x01\x61", 4);   /* one more */
  g_assert_null (yodel_call_message_parse (bytes, size + 4));
}

static void
test_description_too_long (void)
{
  g_autoptr (YodelCallMessage) message = yodel_call_message_new (YODEL_CALL_MESSAGE_OFFER);
  guint8 bytes[YODEL_CALL_MESSAGE_MAX_BYTES];

  message->number = 1;
  message->description = g_strnfill (YODEL_CALL_MESSAGE_MAX_DESCRIPTION, 'v');
  g_assert_cmpuint (yodel_call_message_write (message, bytes, sizeof bytes), >, 0);
  g_free (message->description);
  message->description = g_strnfill (YODEL_CALL_MESSAGE_MAX_DESCRIPTION + 1, 'v');
  g_assert_cmpuint (yodel_call_message_write (message, bytes, sizeof bytes), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_CASES ("/signalling/call-message/good/", good_cases, test_good);
  ADD_CASES ("/signalling/call-message/bad/", bad_cases, test_bad);
  g_test_add_func ("/signalling/call-message/unknown-field-is-skipped", test_unknown_field_is_skipped);
  g_test_add_func ("/signalling/call-message/unknown-reason-is-a-failure", test_unknown_reason_is_a_failure);
  g_test_add_func ("/signalling/call-message/one-candidate-too-many", test_full);
  g_test_add_func ("/signalling/call-message/description-too-long", test_description_too_long);
  return g_test_run ();
}
