/* What carries sealed messages to an address.  It need not be trusted: it sees neither what they
 * say nor who says it, and may lose, repeat, delay and reorder them. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-identity.h>
#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

/**
 * YODEL_SIGNALLER_MAX_MESSAGE_BYTES:
 *
 * The size of the largest sealed message; a carrier drops what is larger.
 */
#define YODEL_SIGNALLER_MAX_MESSAGE_BYTES 32768

/**
 * YODEL_SIGNALLER_MAX_WAY_BYTES:
 *
 * The length of the longest way that #YodelSignaller::received tells.
 */
#define YODEL_SIGNALLER_MAX_WAY_BYTES 255

#define YODEL_TYPE_SIGNALLER (yodel_signaller_get_type ())

YODEL_API
G_DECLARE_INTERFACE (YodelSignaller, yodel_signaller, YODEL, SIGNALLER, GObject)

/**
 * YodelSignallerInterface:
 * @g_iface: the parent interface
 * @start_async: become reachable for @identity: from then on, what others send to its address comes
 *   as #YodelSignaller::received. Finishes when that is so, or when it has become certain that it
 *   never will; a way that is gone for a while is looked for again, without an end, by
 *   the signaller itself. The identity is there to prove to a carrier whose messages one asks for
 * @start_finish: the end of @start_async
 * @stop: be unreachable again, at once; sends under way are cancelled. Nothing if not started
 * @set_contacts: (nullable): the addresses that may see that we are reachable, and that are looked for.
 *   May be called before the start and again
 * @resolve_async: (nullable): find the address behind a @uri of this scheme, such as `lan:NAME`
 * @resolve_finish: (nullable): the end of @resolve_async
 * @send_async: carry @message to @address, a `yodel:` address. With a @way, go that one first.
 *   The @hints are URIs of this signaller's scheme that the receiver named as its own.
 *   Finishes when somebody has the message who carries it on, not when it is read.
 *   It queues a bounded number and refuses more
 * @send_finish: the end of @send_async
 *
 * An implementation belongs to the thread-default main context it was made in; all its functions are
 * called there, and there it emits. It has three properties to override: #YodelSignaller:uri,
 * which it is constructed with, #YodelSignaller:state and #YodelSignaller:reason. Where it implements
 * #GInitable too, it can refuse a URI. Of what a message says it knows nothing.
 */
struct _YodelSignallerInterface
{
  GTypeInterface g_iface;

  void     (*start_async)    (YodelSignaller       *self,
                              YodelIdentity        *identity,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
  gboolean (*start_finish)   (YodelSignaller       *self,
                              GAsyncResult         *result,
                              GError              **error);
  void     (*stop)           (YodelSignaller       *self);
  void     (*set_contacts)   (YodelSignaller       *self,
                              const char * const   *addresses);
  void     (*resolve_async)  (YodelSignaller       *self,
                              const char           *uri,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
  char    *(*resolve_finish) (YodelSignaller       *self,
                              GAsyncResult         *result,
                              GError              **error);
  void     (*send_async)     (YodelSignaller       *self,
                              const char           *address,
                              const char           *way,
                              const char * const   *hints,
                              GBytes               *message,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
  gboolean (*send_finish)    (YodelSignaller       *self,
                              GAsyncResult         *result,
                              GError              **error);
};

YODEL_API
void                 yodel_signaller_register       (const char           *scheme,
                                                     GType                 type);

YODEL_API
YodelSignaller      *yodel_signaller_new            (const char           *uri,
                                                     GError              **error);

YODEL_API
char                *yodel_signaller_dup_uri        (YodelSignaller       *self);

YODEL_API
YodelSignallerState  yodel_signaller_get_state      (YodelSignaller       *self);

YODEL_API
char                *yodel_signaller_dup_reason     (YodelSignaller       *self);

YODEL_API
void                 yodel_signaller_start_async    (YodelSignaller       *self,
                                                     YodelIdentity        *identity,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);

YODEL_API
gboolean             yodel_signaller_start_finish   (YodelSignaller       *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

YODEL_API
void                 yodel_signaller_stop           (YodelSignaller       *self);

YODEL_API
void                 yodel_signaller_set_contacts   (YodelSignaller       *self,
                                                     const char * const   *addresses);

YODEL_API
void                 yodel_signaller_resolve_async  (YodelSignaller       *self,
                                                     const char           *uri,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);

YODEL_API
char                *yodel_signaller_resolve_finish (YodelSignaller       *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

YODEL_API
void                 yodel_signaller_send_async     (YodelSignaller       *self,
                                                     const char           *address,
                                                     const char           *way,
                                                     const char * const   *hints,
                                                     GBytes               *message,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);

YODEL_API
gboolean             yodel_signaller_send_finish    (YodelSignaller       *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

YODEL_API
void                 yodel_signaller_emit_received  (YodelSignaller       *self,
                                                     GBytes               *message,
                                                     const char           *way);

YODEL_API
void                 yodel_signaller_emit_presence  (YodelSignaller       *self,
                                                     const char           *address,
                                                     gboolean              is_there);

YODEL_API
void                 yodel_signaller_emit_news      (YodelSignaller       *self,
                                                     const char           *text);

G_END_DECLS
