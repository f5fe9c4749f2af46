/* A link that somebody sends: what is understood can be written, and is understood again. */
#include <string.h>

#include <yodel/yodel-invite.h>

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autofree char *link = g_strndup ((const char *) data, size);
  g_autoptr (YodelInvite) invite = yodel_invite_parse (link, NULL);
  g_autoptr (YodelInvite) again = NULL;
  g_autofree char *written = NULL;

  if (invite == NULL)
    return 0;
  g_assert (g_strv_length (invite->hints) <= YODEL_INVITE_MAX_HINTS);
  g_assert (invite->expires_at >= 0);
  written = yodel_invite_to_link (invite, NULL);
  if (written == NULL)
    return 0;   /* escapes can make it longer */
  again = yodel_invite_parse (written, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->address, ==, invite->address);
  g_assert_cmpstr (again->token, ==, invite->token);
  g_assert_cmpstr (again->name, ==, invite->name);
  g_assert_cmpint (again->expires_at, ==, invite->expires_at);
  g_assert_true (g_strv_equal ((const char * const *) again->hints, (const char * const *) invite->hints));
  return 0;
}
