#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/description-line.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "cli/json-line.h"

/* A description needs a depth of one; the parser goes as deep as the text does, and the stack ends
 * before a hostile line. */
#define MAX_DEPTH 8

G_DEFINE_QUARK (yodel-description-line-error-quark, yodel_description_line_error)

static const char * const type_names[] = {
  [YODEL_SDP_OFFER] = "offer",
  [YODEL_SDP_PRANSWER] = "pranswer",
  [YODEL_SDP_ANSWER] = "answer",
  [YODEL_SDP_ROLLBACK] = "rollback",
};

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError     **error,
        const char  *format,
        ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (YODEL_DESCRIPTION_LINE_ERROR, YODEL_DESCRIPTION_LINE_ERROR_INVALID, format, arguments);
  va_end (arguments);
  return FALSE;
}

typedef enum
{
  ONE_SHALLOW_VALUE,
  TOO_DEEP,
  MORE_THAN_ONE,       /* which the parser would leave unread */
} Shape;

static Shape
find_shape (const char *line,
            gsize       length)
{
  gboolean in_string = FALSE;
  gboolean is_over = FALSE;
  int depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (is_over && !g_ascii_isspace (line[i]))
        return MORE_THAN_ONE;
      if (in_string && line[i] == '\\')
        i++;
      else if (line[i] == '"')
        in_string = !in_string;
      else if (!in_string && (line[i] == '{' || line[i] == '['))
        depth++;
      else if (!in_string && (line[i] == '}' || line[i] == ']'))
        is_over = --depth <= 0;
      if (depth > MAX_DEPTH)
        return TOO_DEEP;
    }
  return ONE_SHALLOW_VALUE;
}

static gboolean
is_text (const char *line,
         gsize       length)
{
  return memchr (line, '\0', length) == NULL && g_utf8_validate (line, (gssize) length, NULL);
}

/* Returns: (nullable): the member of that name if it is a string */
static const char *
get_string (JsonObject *object,
            const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         ? json_node_get_string (node) : NULL;
}

static gboolean
find_type (const char    *name,
           YodelSdpType  *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (type_names[i], name) == 0)
      {
        *type = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_object (JsonObject     *object,
             YodelSdpType   *type,
             char          **sdp,
             GError        **error)
{
  const char *type_name;
  const char *text;

  if (!json_object_has_member (object, "type"))
    return refuse (error, _("the description has no \"type\""));
  if (!json_object_has_member (object, "sdp"))
    return refuse (error, _("the description has no \"sdp\""));

  type_name = get_string (object, "type");
  text = get_string (object, "sdp");
  if (type_name == NULL)
    return refuse (error, _("the \"type\" of the description is not a string"));
  if (text == NULL)
    return refuse (error, _("the \"sdp\" of the description is not a string"));
  if (!find_type (type_name, type))
    return refuse (error, _("the \"type\" of the description is neither \"offer\" nor \"answer\""));
  if (text[0] == '\0')
    return refuse (error, _("the \"sdp\" of the description is empty"));

  *sdp = g_strdup (text);
  return TRUE;
}

/* @type and @sdp are untouched on failure.  Its message names what is wrong, on one line. */
gboolean
yodel_description_line_parse (const char     *line,
                              gsize           length,
                              YodelSdpType   *type,
                              char          **sdp,
                              GError        **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local = NULL;
  YodelSdpType result = YODEL_SDP_OFFER;

  if (length > YODEL_DESCRIPTION_LINE_MAX_BYTES)
    return refuse (error, _("the description is longer than %u KiB"), YODEL_DESCRIPTION_LINE_MAX_BYTES / 1024);
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length == 0)
    return refuse (error, _("the description is an empty line"));
  if (!is_text (line, length))
    return refuse (error, _("the description is not text in UTF-8"));
  switch (find_shape (line, length))
    {
    case ONE_SHALLOW_VALUE: break;
    case TOO_DEEP:          return refuse (error, _("the description is nested too deeply"));
    case MORE_THAN_ONE:     return refuse (error, _("something follows the description on its line"));
    }

  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, line, (gssize) length, &local))
    return refuse (error, _("the description is not JSON, or is cut off"));
  if (json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return refuse (error, _("the description is not a JSON object"));
  if (!read_object (json_node_get_object (json_parser_get_root (parser)), &result, sdp, error))
    return FALSE;

  *type = result;
  return TRUE;
}

/* Returns: (transfer full): the line, without a newline */
char *
yodel_description_line_write (YodelSdpType  type,
                              const char   *sdp)
{
  YodelJsonLine line;

  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "type", type_names[type]);
  yodel_json_line_add_string (&line, "sdp", sdp);
  return yodel_json_line_end (&line);
}
