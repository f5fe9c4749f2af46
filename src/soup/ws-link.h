/* One identity at one rendezvous: a connection that comes back by itself, with the identity's
 * mailboxes attached. */
#pragma once

#include <yodel/yodel-identity.h>

#include "rendezvous/rendezvous-message.h"
#include "tls/tls-credentials.h"

#define YODEL_WS_MAX_PENDING 64   /* messages that wait for the server's word */

typedef struct _YodelWsLink YodelWsLink;

typedef struct
{
  void (*received) (YodelWsLink *link,
                    GBytes      *envelope,
                    gpointer     user_data);
  void (*changed)  (YodelWsLink *link,       /* is_up or the reason */
                    gpointer     user_data);
} YodelWsLinkEvents;

/* @error: (nullable): why not */
typedef void (*YodelWsSent) (const GError *error,
                             gpointer      user_data);

YodelWsLink *yodel_ws_link_new        (YodelTlsCredentials      *credentials,
                                       const char               *uri,
                                       YodelIdentity            *identity,
                                       const YodelWsLinkEvents  *events,
                                       gpointer                  user_data);

void         yodel_ws_link_close      (YodelWsLink              *self);

const char  *yodel_ws_link_get_uri    (YodelWsLink              *self);

gboolean     yodel_ws_link_is_up      (YodelWsLink              *self);

const char  *yodel_ws_link_get_reason (YodelWsLink              *self);

gint64       yodel_ws_link_get_used_us (YodelWsLink             *self);

gboolean     yodel_ws_link_send       (YodelWsLink              *self,
                                       const guint8              key[32],
                                       GBytes                   *envelope,
                                       YodelWsSent               sent,
                                       gpointer                  user_data);
