/* What the files of the session driver share. */
#pragma once

#include <sys/socket.h>

#include "session/session-driver.h"
#include "transport/transport.h"

/* A transport and what the offer or answer says about it. */
typedef struct
{
  YodelSessionDriver *driver;         /* (borrowed) */
  guint               index;
  YodelTransport     *transport;      /* (owned) (nullable) until it is needed */
  GPtrArray          *candidates;     /* (owned) of char *, of the present credentials */
  gboolean            gathered;
  gboolean            told_remote;    /* it knows the peer's description */
  guint               n_told;         /* of the peer's candidates */
  gboolean            open;
  struct sockaddr_storage remote;     /* where datagrams went to at the last look */
} YodelDriverPath;

/* A description that waits for candidates. */
typedef struct
{
  YodelSdpType      type;
  YodelSessionDone  done;
  gpointer          user_data;
} YodelPendingDescription;

struct _YodelSessionDriver
{
  GMainContext            *context;       /* (owned) */
  YodelMailbox            *mailbox;       /* (owned) */
  YodelSessionDriverOps    ops;
  gpointer                 user_data;
  YodelSessionSettings     settings;
  YodelSessionCore        *core;          /* (owned) */
  YodelCertificate        *certificate;   /* (owned) (nullable) until a transport needs it */
  GSource                 *timer;         /* (owned) */
  YodelDriverPath          paths[YODEL_SESSION_MAX_TRANSPORTS];
  gboolean                 offerer;       /* we made the first offer: ICE role */
  gboolean                 has_role;
  GQueue                   pending;       /* (owned) of YodelPendingDescription */
  GPtrArray               *ports;         /* (owned) of YodelTrackPort */
  GHashTable              *workers;       /* (owned) section id to YodelVideoWorker */
  YodelSessionState        state;
  YodelSignalingState      signaling;
  gint64                   levels_us;     /* when the meters are next told */
};

/* driver-paths.c: the transports */
gboolean yodel_driver_ensure_paths    (YodelSessionDriver  *self,
                                       guint                n,
                                       GError             **error);
gboolean yodel_driver_is_gathered     (YodelSessionDriver  *self);
void     yodel_driver_describe_paths  (YodelSessionDriver  *self);
gboolean yodel_driver_connect_paths   (YodelSessionDriver  *self,
                                       GError             **error);
void     yodel_driver_restart_paths   (YodelSessionDriver  *self);
void     yodel_driver_close_paths     (YodelSessionDriver  *self);
void     yodel_driver_watch_paths     (YodelSessionDriver  *self);

/* session-driver.c */
void     yodel_driver_turn            (YodelSessionDriver  *self);
void     yodel_driver_flush_pending   (YodelSessionDriver  *self);
void     yodel_driver_set_state       (YodelSessionDriver  *self,
                                       YodelSessionState    state,
                                       YodelEndReason       reason,
                                       const char          *text);

/* driver-stats.c */
void     yodel_driver_add_path_stats  (YodelSessionDriver  *self,
                                       GVariantBuilder     *objects,
                                       gint64               now_us);
