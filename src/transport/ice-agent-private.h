/* The inside of an ICE agent, for the two files that make it. */
#pragma once

#include <nice/agent.h>

#include "transport/candidate-filter.h"
#include "transport/ice-agent.h"

G_BEGIN_DECLS

/* RTP and RTCP share the one (RFC 5761). */
#define YODEL_ICE_COMPONENT 1

/* Thread: that of the main context. */
struct _YodelIceAgent
{
  NiceAgent           *nice;               /* (owned) */
  guint                stream;
  GMainContext        *context;            /* (owned) */
  YodelIceCallbacks    callbacks;
  gpointer             user_data;
  char                *ufrag;              /* (owned) */
  char                *pwd;                /* (owned) */
  char                *remote_ufrag;       /* (owned) (nullable) */
  char                *remote_pwd;         /* (owned) (nullable) */

  GPtrArray           *local;              /* (owned) of YodelLocalAddress */
  GPtrArray           *own_reflexive;      /* (owned) of GInetAddress */
  GPtrArray           *peer_reflexive;     /* (owned) of GInetAddress */
  GArray              *waiting;            /* (owned) of YodelCandidate: held, or before set_remote() */
  GPtrArray           *targets;            /* (owned) of GSocketAddress: what checks go to */
  GCancellable        *lookups;            /* (owned) */
  guint                n_lookups;
  guint                n_taken;            /* candidates of the peer */
  guint                ignored;
  guint                ignored_relay;
  guint                types_local;        /* bits of YodelCandidateType */
  guint                types_remote;
  guint                n_local;

  YodelIceState        state;
  gboolean             has_stun_server;
  gboolean             told_all;
  gboolean             peer_told_all;
  gboolean             heard;
  guint64              tie_breaker;
  guint                rounds;
  gint64               gathering_until_us; /* YODEL_NEVER_US: not gathering */
  gint64               next_round_us;
  gint64               rounds_until_us;    /* YODEL_NEVER_US: the path is not known to work yet */
  gint64               last_resort_us;
  gint64               lookups_until_us;
};

/* One more address that checks go to; the newest is tried first. */
void yodel_ice_agent_add_target (YodelIceAgent *self,
                                 GInetAddress  *address,
                                 guint16        port);

/* Gives the held candidates their chance. */
void yodel_ice_agent_use_all_waiting (YodelIceAgent *self);

G_END_DECLS
