/* Me, reachable: an identity, the people it knows, and the ways it can be reached. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-call.h>
#include <yodel/yodel-contact-book.h>
#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-history.h>
#include <yodel/yodel-identity.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-signaller.h>

G_BEGIN_DECLS

#define YODEL_TYPE_ENDPOINT (yodel_endpoint_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelEndpoint, yodel_endpoint, YODEL, ENDPOINT, GObject)

YODEL_API
YodelEndpoint *yodel_endpoint_new                (YodelIdentity        *identity,
                                                  YodelContactBook     *contacts,
                                                  YodelHistory         *history);

YODEL_API
YodelIdentity *yodel_endpoint_get_identity       (YodelEndpoint        *self);

YODEL_API
void           yodel_endpoint_set_name           (YodelEndpoint        *self,
                                                  const char           *name);

YODEL_API
void           yodel_endpoint_set_stun_servers   (YodelEndpoint        *self,
                                                  const char * const   *servers);

YODEL_API
void           yodel_endpoint_set_bind           (YodelEndpoint        *self,
                                                  const char * const   *addresses);

YODEL_API
void           yodel_endpoint_set_max_bitrate    (YodelEndpoint        *self,
                                                  guint                 bitrate_bps);

YODEL_API
void           yodel_endpoint_set_video_codec    (YodelEndpoint        *self,
                                                  YodelVideoCodec       codec);

YODEL_API
void           yodel_endpoint_set_do_not_disturb (YodelEndpoint        *self,
                                                  gboolean              do_not_disturb);

YODEL_API
void           yodel_endpoint_set_call_waiting   (YodelEndpoint        *self,
                                                  gboolean              call_waiting);

YODEL_API
void           yodel_endpoint_set_take_knocks    (YodelEndpoint        *self,
                                                  gboolean              take_knocks);

YODEL_API
void           yodel_endpoint_add_signaller      (YodelEndpoint        *self,
                                                  YodelSignaller       *signaller);

YODEL_API
GListModel    *yodel_endpoint_get_calls          (YodelEndpoint        *self);

YODEL_API
gboolean       yodel_endpoint_is_reachable       (YodelEndpoint        *self);

YODEL_API
gboolean       yodel_endpoint_is_quiet           (YodelEndpoint        *self);

YODEL_API
void           yodel_endpoint_start_async        (YodelEndpoint        *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);

YODEL_API
gboolean       yodel_endpoint_start_finish       (YodelEndpoint        *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

YODEL_API
void           yodel_endpoint_stop               (YodelEndpoint        *self);

YODEL_API
void           yodel_endpoint_call_async         (YodelEndpoint        *self,
                                                  const char           *address,
                                                  YodelCallMedia        media,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);

YODEL_API
YodelCall     *yodel_endpoint_call_finish        (YodelEndpoint        *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

G_END_DECLS
