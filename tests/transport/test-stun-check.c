/* Our checks, read by libnice's own STUN code. */
#include "transport/stun-check.h"

#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

static bool
find_password (StunAgent    *agent,
               StunMessage  *message,
               uint8_t      *username,
               uint16_t      username_bytes,
               uint8_t     **password,
               size_t       *password_bytes,
               void         *data)
{
  static uint8_t secret[] = "a-secret-of-the-peer-12";

  g_assert_cmpmem (username, username_bytes, "abcd:efghi", 10);
  *password = secret;
  *password_bytes = sizeof secret - 1;
  return TRUE;
}

static StunValidationStatus
validate (const guint8 *bytes,
          gsize         size,
          StunMessage  *message)
{
  static const uint16_t known[] = { STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, STUN_ATTRIBUTE_PRIORITY,
                                    STUN_ATTRIBUTE_USE_CANDIDATE, STUN_ATTRIBUTE_ICE_CONTROLLED, STUN_ATTRIBUTE_ICE_CONTROLLING,
                                    STUN_ATTRIBUTE_FINGERPRINT, 0 };
  static StunAgent agent;   /* the message keeps a pointer to it */

  stun_agent_init (&agent, known, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  return stun_agent_validate (&agent, message, bytes, size, find_password, NULL);
}

static void
test_check (gconstpointer data)
{
  gboolean controlling = GPOINTER_TO_INT (data);
  YodelStunCheck check = {
    .username = "abcd:efghi", .password = "a-secret-of-the-peer-12", .priority = 0x6effffff,
    .controlling = controlling, .tie_breaker = 42, .transaction = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 },
  };
  guint8 bytes[YODEL_STUN_CHECK_MAX_BYTES];
  gsize size = yodel_stun_check_write (&check, bytes, sizeof bytes);
  StunMessage message;

  g_assert_cmpuint (size, >, 20);
  g_assert_cmpint (validate (bytes, size, &message), ==, STUN_VALIDATION_SUCCESS);
  g_assert_cmpint (stun_message_get_class (&message), ==, STUN_REQUEST);
  g_assert_cmpuint (stun_usage_ice_conncheck_priority (&message), ==, 0x6effffff);
  g_assert_cmpint (stun_usage_ice_conncheck_use_candidate (&message), ==, controlling);

  bytes[30] ^= 1;
  g_assert_cmpint (validate (bytes, size, &message), !=, STUN_VALIDATION_SUCCESS);
}

static void
test_long_username (void)
{
  g_autofree char *username = g_strnfill (600, 'u');
  YodelStunCheck check = { .username = username, .password = "p" };
  guint8 bytes[YODEL_STUN_CHECK_MAX_BYTES];

  g_assert_cmpuint (yodel_stun_check_write (&check, bytes, sizeof bytes), ==, 0);
  username[YODEL_STUN_CHECK_MAX_BYTES - 128] = '\0';
  g_assert_cmpuint (yodel_stun_check_write (&check, bytes, sizeof bytes), >, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/transport/stun-check/controlling-nominates", GINT_TO_POINTER (TRUE), test_check);
  g_test_add_data_func ("/transport/stun-check/controlled-does-not", GINT_TO_POINTER (FALSE), test_check);
  g_test_add_func ("/transport/stun-check/longest-username", test_long_username);
  return g_test_run ();
}
