#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/guest-page.h"

#include <string.h>

#define RESOURCES "/org/yodel/guest/"

/* Everything there is; what is not here is not served. */
static const struct
{
  const char *name;
  const char *type;
} files[] = {
  { "address.js",     "text/javascript; charset=utf-8" },
  { "call.js",        "text/javascript; charset=utf-8" },
  { "guest.css",      "text/css; charset=utf-8" },
  { "guest.js",       "text/javascript; charset=utf-8" },
  { "icon.svg",       "image/svg+xml" },
  { "index.html",     "text/html; charset=utf-8" },
  { "keys.js",        "text/javascript; charset=utf-8" },
  { "messages.js",    "text/javascript; charset=utf-8" },
  { "server.js",      "text/javascript; charset=utf-8" },
  { "words.js",       "text/javascript; charset=utf-8" },
  { "work.js",        "text/javascript; charset=utf-8" },
};

struct _YodelGuestPage
{
  GBytes *contents[G_N_ELEMENTS (files)];   /* (owned) */
  char   *config;                           /* (owned) what the page asks for first */
};

static GBytes *
load (const char  *folder,
      const char  *name,
      GError     **error)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : g_strconcat (RESOURCES, name, NULL);
  char *data;
  gsize size;

  if (folder == NULL)
    return g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  return g_file_get_contents (path, &data, &size, error) ? g_bytes_new_take (data, size) : NULL;
}

/* Where the page learns its network address.  A server that would end the string of JSON is left out. */
static char *
write_config (const char * const *stun)
{
  GString *text = g_string_new ("{\"iceServers\":[");
  gboolean is_first = TRUE;

  for (guint i = 0; stun != NULL && stun[i] != NULL; i++)
    if (stun[i][strspn (stun[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")] == '\0')
      {
        g_string_append_printf (text, "%s{\"urls\":\"stun:%s\"}", is_first ? "" : ",", stun[i]);
        is_first = FALSE;
      }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

/* @folder: (nullable): another page than the one that comes along.  It is read once, now.
 * @stun: (nullable): HOST:PORT of STUN servers */
YodelGuestPage *
yodel_guest_page_new (const char          *folder,
                      const char * const  *stun,
                      GError             **error)
{
  YodelGuestPage *self = g_new0 (YodelGuestPage, 1);

  self->config = write_config (stun);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    if ((self->contents[i] = load (folder, files[i].name, error)) == NULL)
      {
        yodel_guest_page_free (self);
        return NULL;
      }
  return self;
}

void
yodel_guest_page_free (YodelGuestPage *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    g_clear_pointer (&self->contents[i], g_bytes_unref);
  g_free (self->config);
  g_free (self);
}

/* The Host field goes into a header of ours: only what a host and a port are made of may. */
static gboolean
is_authority (const char *text)
{
  return text != NULL && text[0] != '\0' && strlen (text) <= 255 &&
         text[strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")] == '\0';
}

/* Nothing but our own files runs, nothing is fetched from elsewhere, nobody frames the page, and
 * where it was called from is told to nobody. */
static void
add_fence (SoupServerMessage *message,
           gboolean           has_tls)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *host = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");
  g_autofree char *policy = NULL;

  /* 'self' does not cover WebSockets in every browser. */
  policy = g_strdup_printf ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; worker-src 'self'; "
                            "connect-src 'self'%s%s%s%s; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                            "require-trusted-types-for 'script'; trusted-types yodel",
                            is_authority (host) ? " wss://" : "", is_authority (host) ? host : "",
                            is_authority (host) && !has_tls ? " ws://" : "", is_authority (host) && !has_tls ? host : "");
  soup_message_headers_replace (headers, "Content-Security-Policy", policy);
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Cross-Origin-Opener-Policy", "same-origin");
  soup_message_headers_replace (headers, "Cross-Origin-Resource-Policy", "same-origin");
  soup_message_headers_replace (headers, "Permissions-Policy", "camera=(self), microphone=(self), geolocation=()");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  if (has_tls)
    soup_message_headers_replace (headers, "Strict-Transport-Security", "max-age=31536000");
}

void
yodel_guest_page_serve (YodelGuestPage    *self,
                        SoupServerMessage *message,
                        const char        *path,
                        gboolean           has_tls)
{
  const char *method = soup_server_message_get_method (message);
  const char *name = strcmp (path, "/") == 0 ? "index.html" : path + 1;

  if (strcmp (method, SOUP_METHOD_GET) != 0 && strcmp (method, SOUP_METHOD_HEAD) != 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    if (strcmp (name, files[i].name) == 0)
      {
        gsize size;
        const char *data = g_bytes_get_data (self->contents[i], &size);

        soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
        soup_server_message_set_response (message, files[i].type, SOUP_MEMORY_COPY, data, size);
        add_fence (message, has_tls);
        return;
      }
  if (strcmp (name, "config.json") == 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
      soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, self->config, strlen (self->config));
      add_fence (message, has_tls);
      return;
    }
  soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}
