#define G_LOG_DOMAIN "yodel-signalling"

#include <yodel/yodel-signaller.h>

#include <string.h>

#include "signalling/signaller-registry.h"

/**
 * YodelSignaller:
 *
 * Carries sealed messages between addresses: over the local network, through a rendezvous, through a
 * distributed hash table. It is chosen by the scheme of a URI; yodel_signaller_register() adds schemes, and
 * modules named `libyodel-signaller-SCHEME.so` are found in `YODEL_MODULE_PATH`, beside the library and
 * where it was installed. A module has one function, `void yodel_signaller_module_register (void)`,
 * which registers what it serves.
 */
G_DEFINE_INTERFACE (YodelSignaller, yodel_signaller, G_TYPE_OBJECT)

enum
{
  RECEIVED,
  PRESENCE,
  NEWS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
install_signals (void)
{
  /**
   * YodelSignaller::received:
   * @self: the signaller
   * @message: a sealed message, as it came
   * @way: (nullable): how it came, for yodel_signaller_send_async() to go back the same way
   *
   * Somebody sent this to the identity that was started.
   */
  signals[RECEIVED] =
    g_signal_new ("received", YODEL_TYPE_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_STRING);

  /**
   * YodelSignaller::presence:
   * @self: the signaller
   * @address: one of those that yodel_signaller_set_contacts() named
   * @is_there: whether it can be reached by this signaller now
   *
   * A contact came or went. It is a hint: one who says nothing may be there.
   */
  signals[PRESENCE] =
    g_signal_new ("presence", YODEL_TYPE_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);

  /**
   * YodelSignaller::news:
   * @self: the signaller
   * @text: a sentence
   *
   * What a person may want to know: a rendezvous is used, or does not answer any more.
   */
  signals[NEWS] =
    g_signal_new ("news", YODEL_TYPE_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
yodel_signaller_default_init (YodelSignallerInterface *iface)
{
  /**
   * YodelSignaller:uri:
   *
   * What it was made for.
   */
  g_object_interface_install_property (iface,
    g_param_spec_string ("uri", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * YodelSignaller:state:
   *
   * Whether messages can come, a #YodelSignallerState.
   */
  g_object_interface_install_property (iface,
    g_param_spec_int ("state", NULL, NULL, 0, YODEL_SIGNALLER_REACHABLE, YODEL_SIGNALLER_STOPPED,
                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * YodelSignaller:reason:
   *
   * Why it is not reachable, in a sentence; %NULL where there is nothing to say.
   */
  g_object_interface_install_property (iface,
    g_param_spec_string ("reason", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  install_signals ();
}

/**
 * yodel_signaller_register:
 * @scheme: the scheme of a URI, in lower case and without the colon: at most 16 letters and digits
 * @type: a type that implements #YodelSignaller
 *
 * Makes yodel_signaller_new() take @type for URIs of that scheme. May be called on any thread.
 */
void
yodel_signaller_register (const char *scheme,
                          GType       type)
{
  g_return_if_fail (scheme != NULL && strlen (scheme) <= YODEL_SIGNALLER_MAX_SCHEME);
  g_return_if_fail (g_type_is_a (type, YODEL_TYPE_SIGNALLER));

  if (!yodel_signaller_registry_add (scheme, type))
    g_warning ("there are too many schemes for %s: to be one of them", scheme);
}

/**
 * yodel_signaller_new:
 * @uri: such as `lan:` or `wss://rendezvous.example`
 * @error: return location for a #GError
 *
 * Makes the signaller that serves the scheme of @uri, and loads its module where that is needed.
 * It is not started. Its signals come on the thread-default main context of the caller.
 *
 * Returns: (transfer full): a signaller; %NULL on %YODEL_ERROR_UNSUPPORTED where nothing serves the
 *   scheme, and on what the signaller has to say against @uri
 */
YodelSignaller *
yodel_signaller_new (const char  *uri,
                     GError     **error)
{
  GType type;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  type = yodel_signaller_registry_find (uri, error);
  if (type == G_TYPE_INVALID)
    return NULL;
  if (g_type_is_a (type, G_TYPE_INITABLE))
    return g_initable_new (type, NULL, error, "uri", uri, NULL);
  return g_object_new (type, "uri", uri, NULL);
}

static char *
dup_string (YodelSignaller *self,
            const char     *property)
{
  char *value = NULL;

  g_object_get (self, property, &value, NULL);
  return value;
}

/**
 * yodel_signaller_dup_uri:
 * @self: a signaller
 *
 * Returns: (transfer full): what it was made for
 */
char *
yodel_signaller_dup_uri (YodelSignaller *self)
{
  g_return_val_if_fail (YODEL_IS_SIGNALLER (self), NULL);

  return dup_string (self, "uri");
}

/**
 * yodel_signaller_get_state:
 * @self: a signaller
 *
 * Returns: whether messages can come
 */
YodelSignallerState
yodel_signaller_get_state (YodelSignaller *self)
{
  int state = YODEL_SIGNALLER_STOPPED;

  g_return_val_if_fail (YODEL_IS_SIGNALLER (self), YODEL_SIGNALLER_STOPPED);

  g_object_get (self, "state", &state, NULL);
  return (YodelSignallerState) state;
}

/**
 * yodel_signaller_dup_reason:
 * @self: a signaller
 *
 * Returns: (transfer full) (nullable): why it is not reachable, in a sentence
 */
char *
yodel_signaller_dup_reason (YodelSignaller *self)
{
  g_return_val_if_fail (YODEL_IS_SIGNALLER (self), NULL);

  return dup_string (self, "reason");
}

/**
 * yodel_signaller_start_async:
 * @self: a signaller that is stopped
 * @identity: who wants to be reachable
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is reachable, or never will be
 * @user_data: for @callback
 *
 * Becomes reachable for @identity; what is sent to its address comes as #YodelSignaller::received.
 */
void
yodel_signaller_start_async (YodelSignaller      *self,
                             YodelIdentity       *identity,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (YODEL_IS_IDENTITY (identity));

  YODEL_SIGNALLER_GET_IFACE (self)->start_async (self, identity, cancellable, callback, user_data);
}

/**
 * yodel_signaller_start_finish:
 * @self: a signaller
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_UNREACHABLE where the carrier is not there and will not come, and on
 *   %G_IO_ERROR_CANCELLED
 */
gboolean
yodel_signaller_start_finish (YodelSignaller  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (YODEL_IS_SIGNALLER (self), FALSE);

  return YODEL_SIGNALLER_GET_IFACE (self)->start_finish (self, result, error);
}

/**
 * yodel_signaller_stop:
 * @self: a signaller
 *
 * Is unreachable again, at once. Nothing is received after it has returned.
 */
void
yodel_signaller_stop (YodelSignaller *self)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));

  YODEL_SIGNALLER_GET_IFACE (self)->stop (self);
}

/**
 * yodel_signaller_set_contacts:
 * @self: a signaller
 * @addresses: (array zero-terminated=1): addresses of contacts
 *
 * Names those who may see that this side is reachable, and whose presence
 * #YodelSignaller::presence tells. What was named before is forgotten.
 */
void
yodel_signaller_set_contacts (YodelSignaller     *self,
                              const char * const *addresses)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (addresses != NULL);

  if (YODEL_SIGNALLER_GET_IFACE (self)->set_contacts != NULL)
    YODEL_SIGNALLER_GET_IFACE (self)->set_contacts (self, addresses);
}

/**
 * yodel_signaller_resolve_async:
 * @self: a signaller
 * @uri: a URI of its scheme
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when that is known
 * @user_data: for @callback
 *
 * Finds out which address is meant by @uri. What it finds is a stranger's word: trust on first use.
 */
void
yodel_signaller_resolve_async (YodelSignaller      *self,
                               const char          *uri,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (uri != NULL);

  if (YODEL_SIGNALLER_GET_IFACE (self)->resolve_async != NULL)
    YODEL_SIGNALLER_GET_IFACE (self)->resolve_async (self, uri, cancellable, callback, user_data);
  else
    g_task_report_new_error (self, callback, user_data, yodel_signaller_resolve_async, YODEL_ERROR,
                             YODEL_ERROR_UNSUPPORTED, "\"%.64s\" does not tell whom to call", uri);
}

/**
 * yodel_signaller_resolve_finish:
 * @self: a signaller
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): a `yodel:` address; %NULL on %YODEL_ERROR_UNREACHABLE where there is nobody, and
 *   on %YODEL_ERROR_UNSUPPORTED
 */
char *
yodel_signaller_resolve_finish (YodelSignaller  *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (YODEL_IS_SIGNALLER (self), NULL);

  if (g_async_result_is_tagged (result, yodel_signaller_resolve_async))
    return g_task_propagate_pointer (G_TASK (result), error);
  return YODEL_SIGNALLER_GET_IFACE (self)->resolve_finish (self, result, error);
}

/**
 * yodel_signaller_send_async:
 * @self: a signaller
 * @address: a `yodel:` address
 * @way: (nullable): how a message of that address came, from #YodelSignaller::received
 * @hints: (nullable) (array zero-terminated=1): URIs of this scheme where the address may be found
 * @message: a sealed message
 * @cancellable: (nullable): to give up
 * @callback: (nullable) (scope async): called when somebody has it who carries it on
 * @user_data: for @callback
 *
 * Sends a message. That it was sent does not say that it arrives.
 */
void
yodel_signaller_send_async (YodelSignaller      *self,
                            const char          *address,
                            const char          *way,
                            const char * const  *hints,
                            GBytes              *message,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (address != NULL);
  g_return_if_fail (message != NULL && g_bytes_get_size (message) <= YODEL_SIGNALLER_MAX_MESSAGE_BYTES);

  YODEL_SIGNALLER_GET_IFACE (self)->send_async (self, address, way, hints, message, cancellable, callback, user_data);
}

/**
 * yodel_signaller_send_finish:
 * @self: a signaller
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_UNREACHABLE where no way leads to the address, on
 *   %YODEL_ERROR_STATE where too much waits to be sent, and on %G_IO_ERROR_CANCELLED
 */
gboolean
yodel_signaller_send_finish (YodelSignaller  *self,
                             GAsyncResult    *result,
                             GError         **error)
{
  g_return_val_if_fail (YODEL_IS_SIGNALLER (self), FALSE);

  return YODEL_SIGNALLER_GET_IFACE (self)->send_finish (self, result, error);
}

/**
 * yodel_signaller_emit_received:
 * @self: a signaller
 * @message: what came
 * @way: (nullable): how to go back, at most %YODEL_SIGNALLER_MAX_WAY_BYTES long
 *
 * For implementations: emits #YodelSignaller::received. A message that is too large is dropped.
 */
void
yodel_signaller_emit_received (YodelSignaller *self,
                               GBytes         *message,
                               const char     *way)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (message != NULL);
  g_return_if_fail (way == NULL || strlen (way) <= YODEL_SIGNALLER_MAX_WAY_BYTES);

  if (g_bytes_get_size (message) <= YODEL_SIGNALLER_MAX_MESSAGE_BYTES)
    g_signal_emit (self, signals[RECEIVED], 0, message, way);
}

/**
 * yodel_signaller_emit_presence:
 * @self: a signaller
 * @address: a contact's address
 * @is_there: whether it can be reached
 *
 * For implementations: emits #YodelSignaller::presence.
 */
void
yodel_signaller_emit_presence (YodelSignaller *self,
                               const char     *address,
                               gboolean        is_there)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (address != NULL);

  g_signal_emit (self, signals[PRESENCE], 0, address, is_there);
}

/**
 * yodel_signaller_emit_news:
 * @self: a signaller
 * @text: a sentence
 *
 * For implementations: emits #YodelSignaller::news.
 */
void
yodel_signaller_emit_news (YodelSignaller *self,
                           const char     *text)
{
  g_return_if_fail (YODEL_IS_SIGNALLER (self));
  g_return_if_fail (text != NULL);

  g_signal_emit (self, signals[NEWS], 0, text);
}
