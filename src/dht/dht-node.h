/* A node of the distributed hash table, by OpenDHT.  The library has threads of its own: what it says
 * comes as the result of a GTask, or through an inbox.  To start and to end one takes time, and
 * happens on another thread. */
#pragma once

#include <gio/gio.h>

#include "dht/dht-inbox.h"
#include "dht/dht-mailbox.h"
#include "dht/dht-uri.h"

G_BEGIN_DECLS

#define YODEL_DHT_MAX_OPERATIONS 64   /* under way at a time */

typedef struct _YodelDhtNode     YodelDhtNode;
typedef struct _YodelDhtListener YodelDhtListener;

void              yodel_dht_node_start_async  (const YodelDhtUri     *settings,
                                               GCancellable          *cancellable,
                                               GAsyncReadyCallback    callback,
                                               gpointer               user_data);

YodelDhtNode     *yodel_dht_node_start_finish (GAsyncResult          *result,
                                               GError               **error);

/* Cancels what is under way and frees @self; its listeners are to be freed before. */
void              yodel_dht_node_close        (YodelDhtNode          *self);

/* Looks for the nodes that @settings name, once more. */
void              yodel_dht_node_join         (YodelDhtNode          *self,
                                               const YodelDhtUri     *settings);

/* Where traffic is dear: to be called more often than a NAT forgets.
 * Returns: whether this host has another address than at the last call, so that the nodes it listens at know one that is gone */
gboolean          yodel_dht_node_keep_open    (YodelDhtNode          *self);

/* Asks the table about @mailbox: succeeds if any node answers. */
void              yodel_dht_node_probe_async  (YodelDhtNode          *self,
                                               const YodelDhtMailbox *mailbox,
                                               GAsyncReadyCallback    callback,
                                               gpointer               user_data);

/* Succeeds when a node has the value and keeps it, for ten minutes. */
void              yodel_dht_node_put_async    (YodelDhtNode          *self,
                                               const YodelDhtMailbox *mailbox,
                                               GBytes                *value,
                                               GAsyncReadyCallback    callback,
                                               gpointer               user_data);

gboolean          yodel_dht_node_ask_finish   (GAsyncResult          *result,
                                               GError               **error);

YodelDhtListener *yodel_dht_listener_new      (YodelDhtNode          *node,
                                               const YodelDhtMailbox *mailbox,
                                               YodelDhtInbox         *inbox,
                                               gboolean               is_open);

void              yodel_dht_listener_free     (YodelDhtListener      *self);

G_END_DECLS
