#define G_LOG_DOMAIN "yodel-identity"

#include <yodel/yodel-invite.h>

#include <string.h>

#include <glib.h>

#include "identity/address.h"
#include "identity/base32.h"
#include "identity/contacts.h"

/* yodel:ADDRESS?t=TOKEN&e=SECONDS&n=NAME&h=URI&h=URI (RFC 3986); what is not known is skipped. */
#define ADDRESS_CHARS 66
#define TOKEN_CHARS   16

G_DEFINE_BOXED_TYPE (YodelInvite, yodel_invite, yodel_invite_copy, yodel_invite_free)

/**
 * yodel_invite_copy:
 * @self: an invite
 *
 * Returns: (transfer full): another like it
 */
YodelInvite *
yodel_invite_copy (const YodelInvite *self)
{
  YodelInvite *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (YodelInvite, 1);
  *copy = *self;
  copy->address = g_strdup (self->address);
  copy->name = g_strdup (self->name);
  copy->token = g_strdup (self->token);
  copy->hints = g_strdupv (self->hints);
  return copy;
}

/**
 * yodel_invite_free:
 * @self: (nullable): an invite
 */
void
yodel_invite_free (YodelInvite *self)
{
  if (self == NULL)
    return;
  g_free (self->address);
  g_free (self->name);
  g_free (self->token);
  g_strfreev (self->hints);
  g_free (self);
}

static gboolean
refuse (GError     **error,
        const char  *message)
{
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "the invite %s", message);
  return FALSE;
}

/* One line of text for people. */
static gboolean
is_line (const char *text,
         gsize       max_bytes)
{
  if (*text == '\0' || strlen (text) > max_bytes || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

static gboolean
is_uri (const char *text)
{
  g_autofree char *scheme = g_uri_parse_scheme (text);

  return scheme != NULL && is_line (text, YODEL_INVITE_MAX_BYTES);
}

static gboolean
is_token (const char *text)
{
  guint8 token[YODEL_INVITE_TOKEN_BYTES];

  return strlen (text) == TOKEN_CHARS && yodel_base32_parse (text, TOKEN_CHARS, token);
}

static gboolean
take_field (YodelInvite  *self,
            GPtrArray    *hints,
            char          field,
            const char   *escaped,
            GError      **error)
{
  g_autofree char *value = g_uri_unescape_string (escaped, NULL);

  if (value == NULL)
    return refuse (error, "has a damaged field");
  switch (field)
    {
    case 't':
      if (self->token != NULL || !is_token (value))
        return refuse (error, "has a damaged token");
      self->token = g_steal_pointer (&value);
      return TRUE;
    case 'e':
      if (!g_ascii_string_to_signed (value, 10, 1, G_MAXINT64 / G_USEC_PER_SEC, &self->expires_at, NULL))
        return refuse (error, "has a damaged date");
      return TRUE;
    case 'n':
      if (self->name != NULL || !is_line (value, YODEL_CONTACT_MAX_NAME))
        return refuse (error, "has a damaged name");
      self->name = g_steal_pointer (&value);
      return TRUE;
    case 'h':
      if (hints->len > YODEL_INVITE_MAX_HINTS || !is_uri (value))
        return refuse (error, "has a damaged hint");
      g_ptr_array_insert (hints, (int) hints->len - 1, g_steal_pointer (&value));
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
parse_fields (YodelInvite  *self,
              const char   *query,
              GError      **error)
{
  g_auto (GStrv) fields = g_strsplit (query, "&", -1);
  GPtrArray *hints = g_ptr_array_new_with_free_func (g_free);
  gboolean is_good = TRUE;

  g_ptr_array_add (hints, NULL);
  for (guint i = 0; fields[i] != NULL && is_good; i++)
    if (fields[i][0] != '\0' && fields[i][1] == '=')
      is_good = take_field (self, hints, fields[i][0], fields[i] + 2, error);
  g_ptr_array_set_free_func (hints, NULL);
  g_strfreev (self->hints);
  self->hints = (char **) g_ptr_array_free (hints, FALSE);
  return is_good;
}

/**
 * yodel_invite_parse:
 * @link: what yodel_invite_to_link() wrote, or a bare address
 * @error: return location for a #GError
 *
 * Reads a link. Whether its token still opens the door is known to its giver alone; that it has expired can
 * be seen in @expires_at.
 *
 * May be called on any thread.
 *
 * Returns: (transfer full): the invite; %NULL on %YODEL_ERROR_KEY with a message that says what is wrong
 */
YodelInvite *
yodel_invite_parse (const char  *link,
                    GError     **error)
{
  g_autoptr (YodelInvite) self = NULL;
  const char *query;
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  g_return_val_if_fail (link != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (strnlen (link, YODEL_INVITE_MAX_BYTES + 1) > YODEL_INVITE_MAX_BYTES)
    {
      refuse (error, "is longer than any");
      return NULL;
    }
  self = g_new0 (YodelInvite, 1);
  query = strchr (link, '?');
  self->address = query != NULL ? g_strndup (link, (gsize) (query - link)) : g_strdup (link);
  self->hints = g_new0 (char *, 1);
  if (!yodel_address_parse (self->address, key, error) ||
      (query != NULL && !parse_fields (self, query + 1, error)))
    return NULL;
  return g_steal_pointer (&self);
}

static void
append_field (GString    *link,
              const char *name,
              const char *value)
{
  g_string_append (link, strchr (link->str, '?') != NULL ? "&" : "?");
  g_string_append (link, name);
  g_string_append_c (link, '=');
  g_string_append_uri_escaped (link, value, ":/", FALSE);
}

/**
 * yodel_invite_to_link:
 * @self: an invite
 * @error: return location for a #GError
 *
 * Writes the invite as one link of at most %YODEL_INVITE_MAX_BYTES bytes.
 *
 * May be called on any thread.
 *
 * Returns: (transfer full): the link; %NULL on %YODEL_ERROR_KEY where it would be too long or say what it may not
 */
char *
yodel_invite_to_link (const YodelInvite  *self,
                      GError            **error)
{
  g_autoptr (GString) link = NULL;
  g_autoptr (YodelInvite) again = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  link = g_string_new (self->address);
  if (self->token != NULL)
    append_field (link, "t", self->token);
  if (self->expires_at > 0)
    {
      g_autofree char *date = g_strdup_printf ("%" G_GINT64_FORMAT, self->expires_at);

      append_field (link, "e", date);
    }
  if (self->name != NULL)
    append_field (link, "n", self->name);
  for (guint i = 0; self->hints != NULL && self->hints[i] != NULL; i++)
    append_field (link, "h", self->hints[i]);

  if (link->len > YODEL_INVITE_MAX_BYTES)
    {
      refuse (error, "would be longer than 300 characters: leave out a hint, or take a shorter name");
      return NULL;
    }
  again = yodel_invite_parse (link->str, error);
  return again != NULL ? g_strdup (link->str) : NULL;
}
