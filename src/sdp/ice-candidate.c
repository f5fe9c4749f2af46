#define G_LOG_DOMAIN "yodel-sdp"

#include "sdp/ice-candidate.h"

#include <string.h>

#include "sdp/sdp-attributes.h"

#define MAX_CANDIDATE_BYTES 1024
#define FIXED_FIELDS        8       /* foundation component transport priority address port "typ" type */

static gboolean
copy_field (char       *to,
            gsize       size,
            const char *from)
{
  return *from != '\0' && g_strlcpy (to, from, size) < size;
}

/* A candidate is one line of visible ASCII; with that its foundation and extensions are safe to quote. */
static gboolean
is_one_line (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isprint (*text))
      return FALSE;
  return TRUE;
}

/* An address, or the name of a host: nothing that could be taken for anything else. */
static gboolean
is_address (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (".:-_%", *text) == NULL)
      return FALSE;
  return TRUE;
}

/* The pairs that may follow; unknown ones are skipped. */
static gboolean
parse_extension (YodelIceCandidate *self,
                 const char        *name,
                 const char        *value)
{
  guint64 port;

  if (g_str_equal (name, "raddr"))
    return copy_field (self->raddr, sizeof self->raddr, value) && is_address (value);
  if (g_str_equal (name, "rport"))
    {
      if (!yodel_sdp_parse_uint (value, G_MAXUINT16, &port))
        return FALSE;
      self->rport = (guint16) port;
      return TRUE;
    }
  if (g_str_equal (name, "tcptype"))
    return copy_field (self->tcptype, sizeof self->tcptype, value);
  if (g_str_equal (name, "ufrag"))
    return copy_field (self->ufrag, sizeof self->ufrag, value);
  return TRUE;
}

static gboolean
parse_fixed (YodelIceCandidate  *self,
             char              **fields)
{
  g_autofree char *transport = g_ascii_strdown (fields[2], -1);
  guint64 component;
  guint64 priority;
  guint64 port;

  if (!copy_field (self->foundation, sizeof self->foundation, fields[0]) ||
      !yodel_sdp_parse_uint (fields[1], 256, &component) || component == 0 ||
      !copy_field (self->transport, sizeof self->transport, transport) ||
      !yodel_sdp_parse_uint (fields[3], G_MAXUINT32, &priority) ||
      !copy_field (self->address, sizeof self->address, fields[4]) || !is_address (fields[4]) ||
      !yodel_sdp_parse_uint (fields[5], G_MAXUINT16, &port) ||
      !g_str_equal (fields[6], "typ") ||
      !copy_field (self->type, sizeof self->type, fields[7]))
    return FALSE;

  self->component = (guint) component;
  self->priority = (guint32) priority;
  self->port = (guint16) port;
  return TRUE;
}

/**
 * yodel_ice_candidate_parse:
 * @self: (out): written only on success
 * @text: a candidate-attribute, with or without "a=" and "candidate:" before it
 */
gboolean
yodel_ice_candidate_parse (YodelIceCandidate *self,
                           const char        *text)
{
  YodelIceCandidate result = { .component = 0 };
  g_autofree char *copy = NULL;
  g_auto (GStrv) fields = NULL;
  guint n;

  if (strlen (text) > MAX_CANDIDATE_BYTES)
    return FALSE;
  if (g_str_has_prefix (text, "a="))
    text += strlen ("a=");
  if (g_str_has_prefix (text, "candidate:"))
    text += strlen ("candidate:");

  copy = g_strstrip (g_strdup (text));
  if (!is_one_line (copy))
    return FALSE;
  fields = g_strsplit (copy, " ", -1);
  n = g_strv_length (fields);
  if (n < FIXED_FIELDS || !parse_fixed (&result, fields))
    return FALSE;
  for (guint i = FIXED_FIELDS; i + 1 < n; i += 2)
    if (!parse_extension (&result, fields[i], fields[i + 1]))
      return FALSE;

  *self = result;
  return TRUE;
}

/* Returns: (transfer full): "candidate:..." */
char *
yodel_ice_candidate_write (const YodelIceCandidate *self)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "candidate:%s %u %s %u %s %u typ %s", self->foundation, self->component,
                          self->transport, self->priority, self->address, self->port, self->type);
  if (self->raddr[0] != '\0')
    g_string_append_printf (text, " raddr %s rport %u", self->raddr, self->rport);
  if (self->tcptype[0] != '\0')
    g_string_append_printf (text, " tcptype %s", self->tcptype);
  if (self->ufrag[0] != '\0')
    g_string_append_printf (text, " ufrag %s", self->ufrag);
  return g_string_free (text, FALSE);
}

/* A candidate that Yodel neither sends nor uses: it speaks directly or not at all. */
gboolean
yodel_ice_candidate_is_relay (const YodelIceCandidate *self)
{
  return g_ascii_strcasecmp (self->type, "relay") == 0 || g_ascii_strcasecmp (self->type, "relayed") == 0;
}
