/* The endpoint as the rest of the room sees it.  yodel-endpoint.c is the face, endpoint-routes.c knows
 * the signallers, endpoint-inbox.c what comes in. */
#pragma once

#include <yodel/yodel-endpoint.h>

#include "call/inbox.h"
#include "call/knock-guard.h"
#include "identity/contacts.h"
#include "signalling/call-message.h"

G_BEGIN_DECLS

#define YODEL_ENDPOINT_MAX_CALLS      64
#define YODEL_ENDPOINT_MAX_STRANGERS  8    /* of these, calls of strangers that nobody has taken */
#define YODEL_ENDPOINT_MAX_SIGNALLERS 16

typedef struct
{
  char  *name;              /* (owned) (nullable) */
  char **stun_servers;      /* (owned) (nullable) */
  char **bind;              /* (owned) (nullable) */
  guint  max_bitrate_bps;
  YodelVideoCodec video_codec;
} YodelEndpointSettings;

/* What came in and was not taken. */
typedef struct
{
  guint64 n_unreadable;
  guint64 n_blocked;
  guint64 n_stale;
  guint64 n_unwanted;    /* knocks without work, too often, or of strangers where none are taken */
  guint64 n_lost;        /* of a call that is not known */
} YodelEndpointCounters;

/* Thread: the one whose main context was the default in yodel_endpoint_new(). */
struct _YodelEndpoint
{
  GObject                parent_instance;

  YodelIdentity         *identity;      /* (owned) */
  YodelContactBook      *book;          /* (owned) (nullable) */
  YodelHistory          *history;       /* (owned) (nullable) */
  YodelEndpointSettings  settings;
  gboolean               do_not_disturb;
  gboolean               call_waiting;
  gboolean               take_knocks;

  GMainContext          *context;       /* (owned) */
  guint8                 device[YODEL_DEVICE_ID_BYTES];
  gint64                 unix_offset_us;
  GPtrArray             *signallers;    /* (owned) */
  gboolean               is_started;
  GListStore            *calls;         /* (owned) those that are not over */
  GPtrArray             *dialogues;     /* (owned) YodelCall: these, and those whose last words may be asked for */
  YodelInbox             inbox;
  YodelKnockGuard        guard;
  YodelEndpointCounters  counters;
};

/* yodel-endpoint.c */
void     yodel_endpoint_add_call      (YodelEndpoint           *self,
                                       YodelCall               *call);

void     yodel_endpoint_call_ended    (YodelEndpoint           *self,
                                       YodelCall               *call);

void     yodel_endpoint_forget_call   (YodelEndpoint           *self,
                                       YodelCall               *call);

void     yodel_endpoint_emit_incoming (YodelEndpoint           *self,
                                       YodelCall               *call);

void     yodel_endpoint_emit_news     (YodelEndpoint           *self,
                                       const char              *text);

void     yodel_endpoint_emit_presence (YodelEndpoint           *self,
                                       const char              *address,
                                       gboolean                 is_there);

gboolean yodel_endpoint_find_contact  (YodelEndpoint           *self,
                                       const guint8             key[32],
                                       YodelContactRow         *contact);

/* endpoint-routes.c */
void     yodel_endpoint_send          (YodelEndpoint           *self,
                                       YodelCall               *call,
                                       const YodelCallMessage  *message);

void     yodel_endpoint_use_hints     (YodelEndpoint           *self,
                                       const char * const      *hints);

YodelSignaller *yodel_endpoint_get_signaller (YodelEndpoint    *self,
                                              const char       *uri,
                                              GError          **error);

void     yodel_endpoint_watch         (YodelEndpoint           *self,
                                       YodelSignaller          *signaller);

void     yodel_endpoint_tell_contacts (YodelEndpoint           *self);

char    *yodel_endpoint_dup_obstacle  (YodelEndpoint           *self,
                                       YodelSignaller          *only);

/* endpoint-inbox.c */
void     yodel_endpoint_receive       (YodelEndpoint           *self,
                                       YodelSignaller          *signaller,
                                       GBytes                  *message,
                                       const char              *way);

G_END_DECLS
