#define G_LOG_DOMAIN "yodel-sdp"

#include "sdp/sdp.h"

#include "sdp/sdp-private.h"

static void
attribute_free (gpointer data)
{
  YodelSdpAttribute *attribute = data;

  g_free (attribute->name);
  g_free (attribute->value);
  g_free (attribute);
}

static void
bandwidth_free (gpointer data)
{
  YodelSdpBandwidth *bandwidth = data;

  g_free (bandwidth->type);
  g_free (bandwidth);
}

static void
media_free (gpointer data)
{
  YodelSdpMedia *media = data;

  g_free (media->kind);
  g_free (media->proto);
  g_free (media->connection);
  g_ptr_array_unref (media->formats);
  g_ptr_array_unref (media->bandwidths);
  g_ptr_array_unref (media->attributes);
  g_free (media);
}

YodelSdp *
yodel_sdp_new_empty (void)
{
  YodelSdp *self = g_new0 (YodelSdp, 1);

  self->bandwidths = g_ptr_array_new_with_free_func (bandwidth_free);
  self->attributes = g_ptr_array_new_with_free_func (attribute_free);
  self->media = g_ptr_array_new_with_free_func (media_free);
  return self;
}

/* A description of ours: the address in o= tells nothing about this host (RFC 9429 section 5.2.1). */
YodelSdp *
yodel_sdp_new (const char *id,
               guint64     version)
{
  YodelSdp *self = yodel_sdp_new_empty ();

  self->username = g_strdup ("-");
  self->id = g_strdup (id);
  self->version = version;
  self->address = g_strdup ("IN IP4 127.0.0.1");
  self->name = g_strdup ("-");
  return self;
}

void
yodel_sdp_free (YodelSdp *self)
{
  if (self == NULL)
    return;

  g_free (self->username);
  g_free (self->id);
  g_free (self->address);
  g_free (self->name);
  g_free (self->connection);
  g_ptr_array_unref (self->bandwidths);
  g_ptr_array_unref (self->attributes);
  g_ptr_array_unref (self->media);
  g_free (self);
}

YodelSdpMedia *
yodel_sdp_add_media (YodelSdp   *self,
                     const char *kind,
                     guint16     port,
                     const char *proto)
{
  YodelSdpMedia *media = g_new0 (YodelSdpMedia, 1);

  media->kind = g_strdup (kind);
  media->port = port;
  media->n_ports = 1;
  media->proto = g_strdup (proto);
  media->formats = g_ptr_array_new_with_free_func (g_free);
  media->bandwidths = g_ptr_array_new_with_free_func (bandwidth_free);
  media->attributes = g_ptr_array_new_with_free_func (attribute_free);
  g_ptr_array_add (self->media, media);
  return media;
}

YodelSdpMedia *
yodel_sdp_get_media (const YodelSdp *self,
                     guint           index)
{
  return g_ptr_array_index (self->media, index);
}

void
yodel_sdp_media_add_format (YodelSdpMedia *media,
                            const char    *format)
{
  g_ptr_array_add (media->formats, g_strdup (format));
}

void
yodel_sdp_add (GPtrArray  *attributes,
               const char *name,
               const char *value)
{
  YodelSdpAttribute *attribute = g_new0 (YodelSdpAttribute, 1);

  attribute->name = g_strdup (name);
  attribute->value = g_strdup (value);
  g_ptr_array_add (attributes, attribute);
}

void
yodel_sdp_add_printf (GPtrArray  *attributes,
                      const char *name,
                      const char *format,
                      ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  yodel_sdp_add (attributes, name, value);
}

/* Walks the attributes called @name; start with *@position at 0.
 * Returns: (nullable): the next one's value, "" for a flag; NULL when there are no more */
const char *
yodel_sdp_next (GPtrArray  *attributes,
                const char *name,
                guint      *position)
{
  while (*position < attributes->len)
    {
      const YodelSdpAttribute *attribute = g_ptr_array_index (attributes, (*position)++);

      if (g_str_equal (attribute->name, name))
        return attribute->value != NULL ? attribute->value : "";
    }
  return NULL;
}

const char *
yodel_sdp_find (GPtrArray  *attributes,
                const char *name)
{
  guint position = 0;

  return yodel_sdp_next (attributes, name, &position);
}

gboolean
yodel_sdp_has (GPtrArray  *attributes,
               const char *name)
{
  return yodel_sdp_find (attributes, name) != NULL;
}

static void
write_bandwidths (GString   *text,
                  GPtrArray *bandwidths)
{
  for (guint i = 0; i < bandwidths->len; i++)
    {
      const YodelSdpBandwidth *bandwidth = g_ptr_array_index (bandwidths, i);

      g_string_append_printf (text, "b=%s:%" G_GUINT64_FORMAT "\r\n", bandwidth->type, bandwidth->value);
    }
}

static void
write_attributes (GString   *text,
                  GPtrArray *attributes)
{
  for (guint i = 0; i < attributes->len; i++)
    {
      const YodelSdpAttribute *attribute = g_ptr_array_index (attributes, i);

      g_string_append_printf (text, "a=%s", attribute->name);
      if (attribute->value != NULL)
        g_string_append_printf (text, ":%s", attribute->value);
      g_string_append (text, "\r\n");
    }
}

static void
write_media (GString             *text,
             const YodelSdpMedia *media)
{
  g_string_append_printf (text, "m=%s %u", media->kind, media->port);
  if (media->n_ports != 1)
    g_string_append_printf (text, "/%u", media->n_ports);
  g_string_append_printf (text, " %s", media->proto);
  for (guint i = 0; i < media->formats->len; i++)
    g_string_append_printf (text, " %s", (const char *) g_ptr_array_index (media->formats, i));
  g_string_append (text, "\r\n");

  if (media->connection != NULL)
    g_string_append_printf (text, "c=%s\r\n", media->connection);
  write_bandwidths (text, media->bandwidths);
  write_attributes (text, media->attributes);
}

/* Returns: (transfer full): the text, with lines ended by CR LF */
char *
yodel_sdp_write (const YodelSdp *self)
{
  GString *text = g_string_new ("v=0\r\n");

  g_string_append_printf (text, "o=%s %s %" G_GUINT64_FORMAT " %s\r\ns=%s\r\n",
                          self->username, self->id, self->version, self->address, self->name);
  if (self->connection != NULL)
    g_string_append_printf (text, "c=%s\r\n", self->connection);
  write_bandwidths (text, self->bandwidths);
  g_string_append (text, "t=0 0\r\n");
  write_attributes (text, self->attributes);
  for (guint i = 0; i < self->media->len; i++)
    write_media (text, yodel_sdp_get_media (self, i));

  return g_string_free (text, FALSE);
}

/* The writer says all that the structure holds, so two that write alike are alike. */
gboolean
yodel_sdp_equal (const YodelSdp *a,
                 const YodelSdp *b)
{
  g_autofree char *text_a = yodel_sdp_write (a);
  g_autofree char *text_b = yodel_sdp_write (b);

  return g_str_equal (text_a, text_b);
}
