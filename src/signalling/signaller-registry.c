#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/signaller-registry.h"

#include <pthread.h>
#include <string.h>

#include <yodel/yodel-error.h>

#include "module/load-module.h"

typedef struct
{
  char  scheme[YODEL_SIGNALLER_MAX_SCHEME + 1];
  GType type;
} Entry;

/* Any thread; under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Entry           entries[YODEL_SIGNALLER_MAX_SCHEMES];
static guint           n_entries;

/* Schemes that one module serves together. */
static const struct { const char *scheme, *module; } modules[] = {
  { "wss", "ws" },
};

/* RFC 3986 section 3.1, and so short and plain that it may be part of a file's name.  Stores it in
 * lower case.  Returns: FALSE if @uri has none */
static gboolean
parse_scheme (const char *uri,
              char        scheme[YODEL_SIGNALLER_MAX_SCHEME + 1])
{
  gsize length = strcspn (uri, ":");

  if (uri[length] != ':' || length == 0 || length > YODEL_SIGNALLER_MAX_SCHEME || !g_ascii_isalpha (uri[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (uri[i]))
        return FALSE;
      scheme[i] = g_ascii_tolower (uri[i]);
    }
  scheme[length] = '\0';
  return TRUE;
}

static Entry *
find_entry (const char *scheme)
{
  for (guint i = 0; i < n_entries; i++)
    if (strcmp (entries[i].scheme, scheme) == 0)
      return &entries[i];
  return NULL;
}

static GType
look_up (const char *scheme)
{
  GType type;
  Entry *entry;

  pthread_mutex_lock (&lock);
  entry = find_entry (scheme);
  type = entry != NULL ? entry->type : G_TYPE_INVALID;
  pthread_mutex_unlock (&lock);
  return type;
}

/* A later registration of the same scheme replaces the earlier one.  Returns: FALSE if there are
 * too many */
gboolean
yodel_signaller_registry_add (const char *scheme,
                              GType       type)
{
  gboolean added = TRUE;
  Entry *entry;

  pthread_mutex_lock (&lock);
  entry = find_entry (scheme);
  if (entry == NULL && n_entries < G_N_ELEMENTS (entries))
    entry = &entries[n_entries++];
  if (entry == NULL)
    added = FALSE;
  else
    {
      g_strlcpy (entry->scheme, scheme, sizeof entry->scheme);
      entry->type = type;
    }
  pthread_mutex_unlock (&lock);
  return added;
}

static gboolean
load (const char  *scheme,
      GError     **error)
{
  g_autofree char *what = g_strconcat ("addresses that begin with ", scheme, ":", NULL);
  g_autofree char *file = NULL;
  const char *module = scheme;
  gpointer entry;

  for (guint i = 0; i < G_N_ELEMENTS (modules); i++)
    if (strcmp (modules[i].scheme, scheme) == 0)
      module = modules[i].module;
  file = g_strconcat ("libyodel-signaller-", module, ".so", NULL);

  entry = yodel_module_load (file, YODEL_SIGNALLER_ENTRY, YODEL_ERROR_UNSUPPORTED, what, error);
  if (entry == NULL)
    return FALSE;
  ((YodelSignallerEntry) (gsize) entry) ();
  return TRUE;
}

/* Loads a module where that is needed.  Returns: G_TYPE_INVALID with an error if there is none */
GType
yodel_signaller_registry_find (const char  *uri,
                               GError     **error)
{
  char scheme[YODEL_SIGNALLER_MAX_SCHEME + 1];
  GType type;

  if (!parse_scheme (uri, scheme))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "\"%.64s\" does not begin with a scheme, such as lan:", uri);
      return G_TYPE_INVALID;
    }

  type = look_up (scheme);
  if (type != G_TYPE_INVALID || !load (scheme, error))
    return type;

  type = look_up (scheme);
  if (type == G_TYPE_INVALID)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "the module for %s: does not serve it", scheme);
  return type;
}
