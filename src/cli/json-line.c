#define G_LOG_DOMAIN "yodel-cli"

#include "cli/json-line.h"

#include <math.h>

void
yodel_json_line_begin (YodelJsonLine *self)
{
  self->text = g_string_new ("{");
}

static void
add_escaped (GString    *text,
             const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  g_string_append_c (text, '"');
  for (const char *at = valid; *at != '\0'; at++)
    switch (*at)
      {
      case '"':  g_string_append (text, "\\\""); break;
      case '\\': g_string_append (text, "\\\\"); break;
      case '\n': g_string_append (text, "\\n"); break;
      case '\r': g_string_append (text, "\\r"); break;
      case '\t': g_string_append (text, "\\t"); break;
      default:
        if ((guchar) *at < 0x20 || *at == 0x7f)
          g_string_append_printf (text, "\\u%04x", (guint) *at);
        else
          g_string_append_c (text, *at);
      }
  g_string_append_c (text, '"');
}

static void
add_name (YodelJsonLine *self,
          const char    *name)
{
  if (self->text->len > 1)
    g_string_append_c (self->text, ',');
  add_escaped (self->text, name);
  g_string_append_c (self->text, ':');
}

/* @value: (nullable) */
void
yodel_json_line_add_string (YodelJsonLine *self,
                            const char    *name,
                            const char    *value)
{
  add_name (self, name);
  if (value != NULL)
    add_escaped (self->text, value);
  else
    g_string_append (self->text, "null");
}

void
yodel_json_line_add_number (YodelJsonLine *self,
                            const char    *name,
                            double         value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  add_name (self, name);
  if (!isfinite (value))
    g_string_append (self->text, "null");
  else if (value == floor (value) && fabs (value) < 1e15)
    g_string_append_printf (self->text, "%" G_GINT64_FORMAT, (gint64) value);
  else
    g_string_append (self->text, g_ascii_formatd (text, sizeof text, "%.6f", value));
}

/* A time of the monotonic clock, in seconds. */
void
yodel_json_line_add_time (YodelJsonLine *self,
                          const char    *name,
                          gint64         time_us)
{
  add_name (self, name);
  g_string_append_printf (self->text, "%" G_GINT64_FORMAT ".%06u", time_us / G_USEC_PER_SEC,
                          (guint) (time_us % G_USEC_PER_SEC));
}

void
yodel_json_line_add_bool (YodelJsonLine *self,
                          const char    *name,
                          gboolean       value)
{
  add_name (self, name);
  g_string_append (self->text, value ? "true" : "false");
}

/* @json: a JSON value on one line, as it is */
void
yodel_json_line_add_raw (YodelJsonLine *self,
                         const char    *name,
                         const char    *json)
{
  add_name (self, name);
  g_string_append (self->text, json);
}

/* Returns: (transfer full): the object, without a newline */
char *
yodel_json_line_end (YodelJsonLine *self)
{
  g_string_append_c (self->text, '}');
  return g_string_free (g_steal_pointer (&self->text), FALSE);
}
