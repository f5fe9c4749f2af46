#define G_LOG_DOMAIN "yodel-rendezvous"

#include <yodel/yodel-rendezvous.h>

#include <string.h>

#include "module/load-module.h"
#include "soup/rendezvous-api.h"

#define MANY 1000000

/**
 * YodelRendezvous:
 *
 * A server where people who know each other's address find each other: a WebSocket that takes sealed messages for mailboxes
 * and hands them to their owners, as `docs/wire-rendezvous.md` has it, and a page from which a guest without Yodel
 * can call by an invite. It reads nothing, knows no addresses and keeps nothing but messages that wait, for minutes.
 *
 * It runs in the thread-default main context it was started in.
 */
struct _YodelRendezvous
{
  GObject                   parent_instance;

  char                     *listen;        /* (owned) */
  GTlsCertificate          *certificate;   /* (owned) (nullable) */
  char                     *metrics;       /* (owned) (nullable) */
  char                     *page;          /* (owned) (nullable) */
  char                    **stun;          /* (owned) (nullable) */
  gboolean                  has_page;
  gboolean                  is_behind_proxy;
  YodelPostOfficeLimits     limits;
  guint                     max_waiting_mib;

  const YodelRendezvousApi *api;           /* (nullable): of the module, once it was needed */
  YodelRendezvousServer    *server;        /* (owned) (nullable): while it runs */
};

G_DEFINE_FINAL_TYPE (YodelRendezvous, yodel_rendezvous, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LISTEN,
  PROP_CERTIFICATE,
  PROP_METRICS,
  PROP_PAGE,
  PROP_STUN,
  PROP_HAS_PAGE,
  PROP_BEHIND_PROXY,
  PROP_MAX_CLIENTS,
  PROP_MAX_CLIENTS_PER_ADDRESS,
  PROP_RATE_PER_ADDRESS,
  PROP_RATE,
  PROP_MAX_WAITING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Returns: (nullable): where a number lies */
static guint *
find_number (YodelRendezvous *self,
             guint            id)
{
  switch (id)
    {
    case PROP_MAX_CLIENTS:             return &self->limits.max_clients;
    case PROP_MAX_CLIENTS_PER_ADDRESS: return &self->limits.max_clients_of_source;
    case PROP_RATE_PER_ADDRESS:        return &self->limits.source_rate;
    case PROP_RATE:                    return &self->limits.total_rate;
    case PROP_MAX_WAITING:             return &self->max_waiting_mib;
    default:                           return NULL;
    }
}

/* Returns: (nullable): where a text lies */
static char **
find_text (YodelRendezvous *self,
           guint            id)
{
  switch (id)
    {
    case PROP_LISTEN:  return &self->listen;
    case PROP_METRICS: return &self->metrics;
    case PROP_PAGE:    return &self->page;
    default:           return NULL;
    }
}

static void
yodel_rendezvous_set_property (GObject      *object,
                               guint         id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  YodelRendezvous *self = YODEL_RENDEZVOUS (object);
  guint *number = find_number (self, id);
  char **text = find_text (self, id);

  if (number != NULL)
    *number = g_value_get_uint (value);
  else if (text != NULL)
    {
      g_free (*text);
      *text = g_value_dup_string (value);
    }
  else if (id == PROP_CERTIFICATE)
    g_set_object (&self->certificate, g_value_get_object (value));
  else if (id == PROP_STUN)
    {
      g_strfreev (self->stun);
      self->stun = g_value_dup_boxed (value);
    }
  else if (id == PROP_HAS_PAGE)
    self->has_page = g_value_get_boolean (value);
  else if (id == PROP_BEHIND_PROXY)
    self->is_behind_proxy = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yodel_rendezvous_get_property (GObject    *object,
                               guint       id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  YodelRendezvous *self = YODEL_RENDEZVOUS (object);
  guint *number = find_number (self, id);
  char **text = find_text (self, id);

  if (number != NULL)
    g_value_set_uint (value, *number);
  else if (text != NULL)
    g_value_set_string (value, *text);
  else if (id == PROP_CERTIFICATE)
    g_value_set_object (value, self->certificate);
  else if (id == PROP_STUN)
    g_value_set_boxed (value, self->stun);
  else if (id == PROP_HAS_PAGE)
    g_value_set_boolean (value, self->has_page);
  else if (id == PROP_BEHIND_PROXY)
    g_value_set_boolean (value, self->is_behind_proxy);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yodel_rendezvous_dispose (GObject *object)
{
  yodel_rendezvous_stop (YODEL_RENDEZVOUS (object));
  G_OBJECT_CLASS (yodel_rendezvous_parent_class)->dispose (object);
}

static void
yodel_rendezvous_finalize (GObject *object)
{
  YodelRendezvous *self = YODEL_RENDEZVOUS (object);

  g_free (self->listen);
  g_free (self->metrics);
  g_free (self->page);
  g_strfreev (self->stun);
  g_clear_object (&self->certificate);
  G_OBJECT_CLASS (yodel_rendezvous_parent_class)->finalize (object);
}

static GParamSpec *
text_spec (const char *name,
           const char *value)
{
  return g_param_spec_string (name, NULL, NULL, value, G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
number_spec (const char *name,
             guint       value)
{
  return g_param_spec_uint (name, NULL, NULL, 1, MANY, value, G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
switch_spec (const char *name,
             gboolean    value)
{
  return g_param_spec_boolean (name, NULL, NULL, value, G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static void
install_limits (GObjectClass *class)
{
  /**
   * YodelRendezvous:max-clients:
   *
   * How many may be connected.
   */
  properties[PROP_MAX_CLIENTS] = number_spec ("max-clients", 10000);

  /**
   * YodelRendezvous:max-clients-per-address:
   *
   * How many of them from one IPv4 address or one IPv6 /64.
   */
  properties[PROP_MAX_CLIENTS_PER_ADDRESS] = number_spec ("max-clients-per-address", 64);

  /**
   * YodelRendezvous:rate-per-address:
   *
   * Messages a second that one address may send for long; for a moment four times as many.
   */
  properties[PROP_RATE_PER_ADDRESS] = number_spec ("rate-per-address", 50);

  /**
   * YodelRendezvous:rate:
   *
   * Messages a second that all together may send.
   */
  properties[PROP_RATE] = number_spec ("rate", 5000);

  /**
   * YodelRendezvous:max-waiting:
   *
   * MiB of messages that wait for their receivers.
   */
  properties[PROP_MAX_WAITING] = number_spec ("max-waiting", 32);
}

static void
yodel_rendezvous_class_init (YodelRendezvousClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = yodel_rendezvous_set_property;
  object_class->get_property = yodel_rendezvous_get_property;
  object_class->dispose = yodel_rendezvous_dispose;
  object_class->finalize = yodel_rendezvous_finalize;

  /**
   * YodelRendezvous:listen:
   *
   * Where it can be reached: an IP address and a port, such as `[::]:8443`. Port 0 is any that is free.
   */
  properties[PROP_LISTEN] = text_spec ("listen", "[::]:8443");

  /**
   * YodelRendezvous:certificate:
   *
   * For TLS; without, it speaks in the clear, as is good for tests and behind a proxy.
   */
  properties[PROP_CERTIFICATE] =
    g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);

  /**
   * YodelRendezvous:metrics:
   *
   * Where its figures can be fetched under `/metrics`, an IP address and a port; %NULL for nowhere.
   */
  properties[PROP_METRICS] = text_spec ("metrics", NULL);

  /**
   * YodelRendezvous:page:
   *
   * A folder with another page for guests; %NULL for the one that comes along.
   */
  properties[PROP_PAGE] = text_spec ("page", NULL);

  /**
   * YodelRendezvous:stun:
   *
   * STUN servers, HOST:PORT, where guests learn their network address.
   */
  properties[PROP_STUN] =
    g_param_spec_boxed ("stun", NULL, NULL, G_TYPE_STRV, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * YodelRendezvous:has-page:
   *
   * Whether guests get a page.
   */
  properties[PROP_HAS_PAGE] = switch_spec ("has-page", TRUE);

  /**
   * YodelRendezvous:behind-proxy:
   *
   * Whether the last address of `X-Forwarded-For` tells where a client is.
   */
  properties[PROP_BEHIND_PROXY] = switch_spec ("behind-proxy", FALSE);

  install_limits (object_class);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
yodel_rendezvous_init (YodelRendezvous *self)
{
}

/**
 * yodel_rendezvous_new:
 *
 * Returns: (transfer full): a rendezvous that does not run yet; its properties say how it will
 */
YodelRendezvous *
yodel_rendezvous_new (void)
{
  return g_object_new (YODEL_TYPE_RENDEZVOUS, NULL);
}

static gboolean
load_module (YodelRendezvous  *self,
             GError          **error)
{
  gpointer entry;

  if (self->api != NULL)
    return TRUE;
  entry = yodel_module_load (YODEL_RENDEZVOUS_MODULE, YODEL_RENDEZVOUS_ENTRY, YODEL_ERROR_UNSUPPORTED,
                             "a rendezvous", error);
  if (entry != NULL)
    self->api = ((YodelRendezvousEntry) (gsize) entry) ();
  return self->api != NULL;
}

/**
 * yodel_rendezvous_start:
 * @self: a rendezvous that does not run
 * @error: return location for a #GError
 *
 * Takes clients from now on.
 *
 * Returns: %FALSE on %YODEL_ERROR_STATE where it runs already, on %YODEL_ERROR_UNSUPPORTED where libsoup's module is missing, and
 *   on a #GIOErrorEnum where it cannot listen
 */
gboolean
yodel_rendezvous_start (YodelRendezvous  *self,
                        GError          **error)
{
  YodelRendezvousConfig config;

  g_return_val_if_fail (YODEL_IS_RENDEZVOUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->server != NULL)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_STATE, "the rendezvous runs already");
      return FALSE;
    }
  if (!load_module (self, error))
    return FALSE;

  config = (YodelRendezvousConfig) {
    .listen = self->listen != NULL ? self->listen : "[::]:8443",
    .certificate = self->certificate,
    .metrics = self->metrics,
    .page = self->page,
    .stun = (const char * const *) self->stun,
    .has_page = self->has_page,
    .is_behind_proxy = self->is_behind_proxy,
    .limits = self->limits,
  };
  config.limits.max_waiting_bytes = (gsize) self->max_waiting_mib * 1024 * 1024;
  self->server = self->api->start (&config, error);
  return self->server != NULL;
}

/**
 * yodel_rendezvous_stop:
 * @self: a rendezvous
 *
 * Ends all connections and forgets everything. Nothing if it does not run.
 */
void
yodel_rendezvous_stop (YodelRendezvous *self)
{
  g_return_if_fail (YODEL_IS_RENDEZVOUS (self));

  if (self->server != NULL)
    self->api->stop (g_steal_pointer (&self->server));
}

/**
 * yodel_rendezvous_dup_uri:
 * @self: a rendezvous
 *
 * Returns: (transfer full) (nullable): the URI for clients on this host, with the port it got; %NULL if it does not run
 */
char *
yodel_rendezvous_dup_uri (YodelRendezvous *self)
{
  const char *colon;
  const char *host;
  int length;

  g_return_val_if_fail (YODEL_IS_RENDEZVOUS (self), NULL);

  if (self->server == NULL)
    return NULL;
  colon = strrchr (self->listen, ':');
  length = (int) (colon - self->listen);
  host = self->listen;
  if (g_str_has_prefix (host, "[::]") || g_str_has_prefix (host, "0.0.0.0"))
    {
      host = "localhost";
      length = (int) strlen (host);
    }
  return g_strdup_printf ("%s://%.*s:%u", self->certificate != NULL ? "wss" : "ws", length, host,
                          self->api->get_port (self->server));
}

/**
 * yodel_rendezvous_dup_metrics:
 * @self: a rendezvous
 *
 * Returns: (transfer full) (nullable): its figures as Prometheus reads them; %NULL if it does not run
 */
char *
yodel_rendezvous_dup_metrics (YodelRendezvous *self)
{
  g_return_val_if_fail (YODEL_IS_RENDEZVOUS (self), NULL);

  return self->server != NULL ? self->api->dup_metrics (self->server) : NULL;
}
