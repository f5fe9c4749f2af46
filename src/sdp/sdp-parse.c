/* The grammar of RFC 8866 section 9, read leniently in what does no harm: lines may end in LF
 * alone, empty lines are skipped, and after v=, o= comes what comes as long as it stands in a
 * section where its letter is known. */
#define G_LOG_DOMAIN "yodel-sdp"

#include <string.h>

#include <yodel/yodel-error.h>

#include "sdp/sdp-attributes.h"
#include "sdp/sdp-private.h"

#define QUOTED_BYTES 40     /* of an offending line, in an error message */

typedef struct
{
  YodelSdp      *sdp;       /* (borrowed) */
  YodelSdpMedia *media;     /* (borrowed) (nullable) the section being read; NULL in the session's */
  guint          line;      /* from 1 */
  gboolean       has_version;
} Parser;

static gboolean
fail (const Parser *parser,
      const char   *text,
      const char   *what,
      GError      **error)
{
  g_autofree char *head = g_utf8_make_valid (text, MIN (strlen (text), QUOTED_BYTES));
  g_autofree char *quoted = NULL;

  for (char *p = head; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = '?';
  quoted = g_strdup_printf ("“%s%s”", head, strlen (text) > QUOTED_BYTES ? "…" : "");
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "line %u: %s: %s", parser->line, what, quoted);
  return FALSE;
}

/* RFC 8866 section 9: token-char */
static gboolean
is_token (const char *text)
{
  if (*text == '\0')
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isgraph (*text) || strchr ("\"(),/:;<=>?@[\\]", *text) != NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_digits (const char *text)
{
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

/* Splits at single spaces.  Returns: (transfer full) (nullable): NULL unless there are @min to @max fields, none of them empty */
static char **
split_fields (const char *value,
              guint       min,
              guint       max)
{
  g_auto (GStrv) fields = g_strsplit (value, " ", (int) max + 1);
  guint n = g_strv_length (fields);

  if (n < min || n > max)
    return NULL;
  for (guint i = 0; i < n; i++)
    if (*fields[i] == '\0')
      return NULL;
  return g_steal_pointer (&fields);
}

static gboolean
parse_version (Parser     *parser,
               const char *line,
               const char *value,
               GError    **error)
{
  if (parser->has_version)
    return fail (parser, line, "a second v= line", error);
  if (!g_str_equal (value, "0"))
    return fail (parser, line, "not version 0 of SDP", error);
  parser->has_version = TRUE;
  return TRUE;
}

static gboolean
parse_origin (Parser     *parser,
              const char *line,
              const char *value,
              GError    **error)
{
  g_auto (GStrv) fields = split_fields (value, 6, 6);
  YodelSdp *sdp = parser->sdp;

  if (sdp->id != NULL)
    return fail (parser, line, "a second o= line", error);
  if (fields == NULL || !is_digits (fields[1]) ||
      !yodel_sdp_parse_uint (fields[2], G_MAXUINT64, &sdp->version))
    return fail (parser, line, "not an origin", error);

  sdp->username = g_strdup (fields[0]);
  sdp->id = g_strdup (fields[1]);
  sdp->address = g_strjoin (" ", fields[3], fields[4], fields[5], NULL);
  return TRUE;
}

static gboolean
parse_name (Parser     *parser,
            const char *line,
            const char *value,
            GError    **error)
{
  if (parser->sdp->name != NULL)
    return fail (parser, line, "a second s= line", error);
  parser->sdp->name = g_strdup (value);
  return TRUE;
}

static gboolean
parse_connection (Parser     *parser,
                  const char *line,
                  const char *value,
                  GError    **error)
{
  g_auto (GStrv) fields = split_fields (value, 3, 3);
  char **connection = parser->media != NULL ? &parser->media->connection : &parser->sdp->connection;

  if (fields == NULL)
    return fail (parser, line, "not a connection address", error);
  if (*connection == NULL)        /* more than one: multicast layers, section 5.7 */
    *connection = g_strdup (value);
  return TRUE;
}

static gboolean
parse_bandwidth (Parser     *parser,
                 const char *line,
                 const char *value,
                 GError    **error)
{
  GPtrArray *bandwidths = parser->media != NULL ? parser->media->bandwidths : parser->sdp->bandwidths;
  g_auto (GStrv) fields = g_strsplit (value, ":", 2);
  YodelSdpBandwidth *bandwidth;
  guint64 number;

  if (g_strv_length (fields) != 2 || !is_token (fields[0]) || !yodel_sdp_parse_uint (fields[1], G_MAXUINT64, &number))
    return fail (parser, line, "not a bandwidth", error);
  if (bandwidths->len >= YODEL_SDP_MAX_BANDWIDTHS)
    return fail (parser, line, "more than " G_STRINGIFY (YODEL_SDP_MAX_BANDWIDTHS) " b= lines in a section", error);

  bandwidth = g_new0 (YodelSdpBandwidth, 1);
  bandwidth->type = g_strdup (fields[0]);
  bandwidth->value = number;
  g_ptr_array_add (bandwidths, bandwidth);
  return TRUE;
}

static gboolean
parse_attribute (Parser     *parser,
                 const char *line,
                 const char *value,
                 GError    **error)
{
  GPtrArray *attributes = parser->media != NULL ? parser->media->attributes : parser->sdp->attributes;
  const char *colon = strchr (value, ':');
  g_autofree char *name = colon != NULL ? g_strndup (value, colon - value) : g_strdup (value);

  if (!is_token (name))
    return fail (parser, line, "not an attribute", error);
  if (attributes->len >= YODEL_SDP_MAX_ATTRIBUTES)
    return fail (parser, line, "more than " G_STRINGIFY (YODEL_SDP_MAX_ATTRIBUTES) " attributes in a section", error);

  yodel_sdp_add (attributes, name, colon != NULL ? colon + 1 : NULL);
  return TRUE;
}

/* Of a proto, each part between slashes is a token: "UDP/TLS/RTP/SAVPF". */
static gboolean
is_proto (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (!is_token (parts[i]))
      return FALSE;
  return parts[0] != NULL;
}

static gboolean
parse_port (const char *text,
            guint64    *port,
            guint64    *n_ports)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);

  *n_ports = 1;
  return yodel_sdp_parse_uint (parts[0], G_MAXUINT16, port) &&
         (parts[1] == NULL || yodel_sdp_parse_uint (parts[1], G_MAXUINT16, n_ports));
}

static gboolean
parse_media (Parser     *parser,
             const char *line,
             const char *value,
             GError    **error)
{
  g_auto (GStrv) fields = NULL;
  guint64 port;
  guint64 n_ports;

  if (parser->sdp->media->len >= YODEL_SDP_MAX_MEDIA)
    return fail (parser, line, "more than " G_STRINGIFY (YODEL_SDP_MAX_MEDIA) " m= lines", error);

  fields = split_fields (value, 3, YODEL_SDP_MAX_BYTES);
  if (fields == NULL || !is_token (fields[0]) || !parse_port (fields[1], &port, &n_ports) || !is_proto (fields[2]))
    return fail (parser, line, "not a media description", error);
  if (g_strv_length (fields) > 3 + YODEL_SDP_MAX_FORMATS)
    return fail (parser, line, "more than " G_STRINGIFY (YODEL_SDP_MAX_FORMATS) " formats", error);

  parser->media = yodel_sdp_add_media (parser->sdp, fields[0], (guint16) port, fields[2]);
  parser->media->n_ports = (guint) n_ports;
  parser->media->line = parser->line;
  for (guint i = 3; fields[i] != NULL; i++)
    {
      if (!is_token (fields[i]))
        return fail (parser, line, "not a media description", error);
      yodel_sdp_media_add_format (parser->media, fields[i]);
    }
  return TRUE;
}

/* The order that matters: v= first, o= second; nothing of the session's after the first m=. */
static gboolean
check_place (const Parser *parser,
             const char   *line,
             GError      **error)
{
  if (!parser->has_version && line[0] != 'v')
    return fail (parser, line, "a session description starts with v=0, not", error);
  if (parser->has_version && parser->sdp->id == NULL && line[0] != 'o' && line[0] != 'v')
    return fail (parser, line, "o= has to follow v=, not", error);
  if (parser->media != NULL && strchr ("vostuepzr", line[0]) != NULL)
    return fail (parser, line, "belongs above the first m= line", error);
  return TRUE;
}

static gboolean
parse_line (Parser     *parser,
            const char *line,
            GError    **error)
{
  const char *value = line + 2;

  if (line[1] != '=' || line[0] == '\0')
    return fail (parser, line, "not of the form x=value", error);
  if (!check_place (parser, line, error))
    return FALSE;

  switch (line[0])
    {
    case 'v': return parse_version (parser, line, value, error);
    case 'o': return parse_origin (parser, line, value, error);
    case 's': return parse_name (parser, line, value, error);
    case 'c': return parse_connection (parser, line, value, error);
    case 'b': return parse_bandwidth (parser, line, value, error);
    case 'a': return parse_attribute (parser, line, value, error);
    case 'm': return parse_media (parser, line, value, error);
    case 'i': case 'u': case 'e': case 'p':
    case 't': case 'r': case 'z': case 'k':
      return TRUE;
    default:
      return fail (parser, line, "unknown letter", error);
    }
}

static gboolean
parse_lines (Parser     *parser,
             const char *text,
             gsize       size_bytes,
             GError    **error)
{
  const char *end = text + size_bytes;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', end - text);
      gsize line_bytes = (newline != NULL ? newline : end) - text;
      g_autofree char *line = NULL;

      parser->line++;
      if (line_bytes > 0 && text[line_bytes - 1] == '\r')
        line_bytes--;
      line = g_strndup (text, line_bytes);
      if (strlen (line) != line_bytes || strchr (line, '\r') != NULL || !g_utf8_validate (line, -1, NULL))
        return fail (parser, line, "a byte that cannot stand in text", error);
      if (*line != '\0' && !parse_line (parser, line, error))
        return FALSE;
      text = newline != NULL ? newline + 1 : end;
    }
  return TRUE;
}

/**
 * yodel_sdp_parse:
 * @text: a session description; lines end in CR LF or LF
 * @size_bytes: its length, or -1 if it ends in a zero byte
 *
 * Returns: (transfer full) (nullable): the description; NULL on %YODEL_ERROR_DESCRIPTION with a message that names the line
 */
YodelSdp *
yodel_sdp_parse (const char *text,
                 gssize      size_bytes,
                 GError    **error)
{
  g_autoptr (YodelSdp) sdp = yodel_sdp_new_empty ();
  Parser parser = { .sdp = sdp };
  gsize size = size_bytes < 0 ? strlen (text) : (gsize) size_bytes;

  if (size > YODEL_SDP_MAX_BYTES)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION,
                   "a session description of %" G_GSIZE_FORMAT " bytes is longer than %d", size, YODEL_SDP_MAX_BYTES);
      return NULL;
    }
  if (!parse_lines (&parser, text, size, error))
    return NULL;
  if (sdp->id == NULL)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION,
                   "line %u: the description ends before %s", parser.line, parser.has_version ? "o=" : "it began");
      return NULL;
    }
  if (sdp->name == NULL)
    sdp->name = g_strdup ("-");
  return g_steal_pointer (&sdp);
}
