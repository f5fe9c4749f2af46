#define G_LOG_DOMAIN "yodel-transport"

#include "transport/candidate-filter.h"

#include <string.h>

static const char * const type_names[] = { "host", "srflx", "prflx", "relay" };

const char *
yodel_candidate_type_name (YodelCandidateType type)
{
  return type_names[type];
}

static gboolean
parse_number (const char *text,
              guint64     max,
              guint64    *value)
{
  return g_ascii_string_to_unsigned (text, 10, 0, max, value, NULL);
}

static gboolean
parse_type (const char         *text,
            YodelCandidateType *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (g_ascii_strcasecmp (text, type_names[i]) == 0)
      {
        *type = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_address (YodelCandidate *candidate,
               const char     *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  if (address == NULL && !g_str_has_suffix (text, ".local"))
    return FALSE;
  return g_strlcpy (candidate->address, text, sizeof candidate->address) < sizeof candidate->address;
}

/* foundation component transport priority address port "typ" type, then what later standards added */
gboolean
yodel_candidate_parse (YodelCandidate *candidate,
                       const char     *text)
{
  YodelCandidate result = { 0 };
  g_auto (GStrv) words = NULL;
  guint64 component, priority, port;

  if (strnlen (text, YODEL_CANDIDATE_MAX_BYTES + 1) > YODEL_CANDIDATE_MAX_BYTES)
    return FALSE;
  if (g_str_has_prefix (text, "a="))
    text += 2;
  if (g_str_has_prefix (text, "candidate:"))
    text += strlen ("candidate:");

  words = g_strsplit_set (text, " \r\n", 9);
  if (g_strv_length (words) < 8 || strcmp (words[6], "typ") != 0)
    return FALSE;
  if (words[0][0] == '\0' ||
      g_strlcpy (result.foundation, words[0], sizeof result.foundation) >= sizeof result.foundation)
    return FALSE;
  if (!parse_number (words[1], 256, &component) || component == 0 ||
      !parse_number (words[3], G_MAXUINT32, &priority) ||
      !parse_number (words[5], G_MAXUINT16, &port) ||
      !parse_address (&result, words[4]) || !parse_type (words[7], &result.type))
    return FALSE;

  result.is_udp = g_ascii_strcasecmp (words[2], "udp") == 0;
  result.component = (guint) component;
  result.priority = (guint32) priority;
  result.port = (guint16) port;
  *candidate = result;
  return TRUE;
}

gboolean
yodel_candidate_is_mdns (const YodelCandidate *candidate)
{
  return g_str_has_suffix (candidate->address, ".local");
}

/* Addresses */

static gboolean
starts_with (const guint8 *bytes,
             const guint8 *prefix,
             guint         bits)
{
  guint whole = bits / 8;
  guint rest = bits % 8;

  if (memcmp (bytes, prefix, whole) != 0)
    return FALSE;
  return rest == 0 || (bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static gboolean
is_private (GInetAddress *address)
{
  static const struct { guint8 prefix[4]; guint bits; } v4[] = {
    { { 10 }, 8 }, { { 172, 16 }, 12 }, { { 192, 168 }, 16 }, { { 100, 64 }, 10 },
  };
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return (bytes[0] & 0xfe) == 0xfc || g_inet_address_get_is_site_local (address);

  for (guint i = 0; i < G_N_ELEMENTS (v4); i++)
    if (starts_with (bytes, v4[i].prefix, v4[i].bits))
      return TRUE;
  return FALSE;
}

YodelScope
yodel_address_get_scope (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  gboolean is_v4 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;

  if (g_inet_address_get_is_any (address) || g_inet_address_get_is_multicast (address) ||
      (is_v4 && (bytes[0] == 0 || bytes[0] >= 240)))
    return YODEL_SCOPE_NONE;
  if (g_inet_address_get_is_loopback (address))
    return YODEL_SCOPE_LOOPBACK;
  if (g_inet_address_get_is_link_local (address))
    return YODEL_SCOPE_LINK_LOCAL;
  return is_private (address) ? YODEL_SCOPE_PRIVATE : YODEL_SCOPE_PUBLIC;
}

gboolean
yodel_address_shares_subnet (GInetAddress            *address,
                             const YodelLocalAddress *local)
{
  if (g_inet_address_get_family (address) != g_inet_address_get_family (local->address))
    return FALSE;
  return starts_with (g_inet_address_to_bytes (address), g_inet_address_to_bytes (local->address), local->prefix_bits);
}

/* The verdict */

static gboolean
has_local (const YodelCandidateView *view,
           YodelScope                scope,
           GSocketFamily             family)
{
  for (guint i = 0; i < view->local->len; i++)
    {
      const YodelLocalAddress *local = g_ptr_array_index (view->local, i);

      if (yodel_address_get_scope (local->address) == scope && g_inet_address_get_family (local->address) == family)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_near (const YodelCandidateView *view,
         GInetAddress             *address)
{
  for (guint i = 0; i < view->local->len; i++)
    if (yodel_address_shares_subnet (address, g_ptr_array_index (view->local, i)))
      return TRUE;
  return FALSE;
}

static gboolean
behind_same_address (const YodelCandidateView *view)
{
  for (guint i = 0; i < view->own_reflexive->len; i++)
    for (guint j = 0; j < view->peer_reflexive->len; j++)
      if (g_inet_address_equal (g_ptr_array_index (view->own_reflexive, i), g_ptr_array_index (view->peer_reflexive, j)))
        return TRUE;
  return FALSE;
}

/* Private addresses of two people behind two routers mean nothing to each other: their checks die in silence and
 * keep ICE from finishing for two seconds.  Where nothing says that there are two routers, they are tried. */
static YodelVerdict
judge_private (const YodelCandidateView *view,
               GInetAddress             *address)
{
  if (view->own_reflexive->len == 0 || is_near (view, address) || behind_same_address (view))
    return YODEL_VERDICT_USE;
  if (view->peer_reflexive->len == 0)
    return view->peer_told_all ? YODEL_VERDICT_USE : YODEL_VERDICT_HOLD;
  return YODEL_VERDICT_HOLD;
}

YodelVerdict
yodel_candidate_judge (const YodelCandidate     *candidate,
                       const YodelCandidateView *view)
{
  g_autoptr (GInetAddress) address = NULL;
  GSocketFamily family;

  if (candidate->type == YODEL_CANDIDATE_RELAYED)
    return YODEL_VERDICT_IGNORE_RELAYED;
  if (!candidate->is_udp || candidate->component != 1 || candidate->port == 0)
    return YODEL_VERDICT_IGNORE;

  address = g_inet_address_new_from_string (candidate->address);
  if (address == NULL)
    return YODEL_VERDICT_IGNORE;
  family = g_inet_address_get_family (address);

  switch (yodel_address_get_scope (address))
    {
    case YODEL_SCOPE_NONE:
      return YODEL_VERDICT_IGNORE;
    case YODEL_SCOPE_LOOPBACK:
    case YODEL_SCOPE_LINK_LOCAL:
      return has_local (view, yodel_address_get_scope (address), family) ? YODEL_VERDICT_USE : YODEL_VERDICT_IGNORE;
    case YODEL_SCOPE_PRIVATE:
      return judge_private (view, address);
    case YODEL_SCOPE_PUBLIC:
      return YODEL_VERDICT_USE;
    }
  g_assert_not_reached ();
}

void
yodel_local_address_free (YodelLocalAddress *self)
{
  g_object_unref (self->address);
  g_free (self);
}
