/* Two transports in one process, joined by real sockets; what a signalling would carry is carried by hand. */
#pragma once

#include "transport/transport.h"

typedef struct _Pair Pair;

typedef struct
{
  Pair                 *pair;             /* (borrowed) */
  guint                 index;
  YodelTransport       *transport;        /* (owned) (nullable) */
  YodelCertificate     *certificate;      /* (owned) */
  GPtrArray            *candidates;       /* (owned) of char * */
  gboolean              gathered;
  YodelTransportState   state;
  YodelTransportReason  reason;
  char                 *text;             /* (owned) (nullable) */
  guint                 connected;        /* times */
  guint                 reconnecting;
  guint                 restarts_wanted;
  guint                 rtp;              /* packets received */
  guint                 rtcp;
  GBytes               *last;             /* (owned) (nullable) newest packet received */
  int                   namespace_fd;     /* -1: that of the process */
  gint64                first_rtp_us;     /* when the first packet was delivered; 0: none */
  gint64                can_send_us;      /* when this end could first send, seen from the loop; 0: not yet */
  gint64                connected_us;
} End;

struct _Pair
{
  GMainContext *context;                  /* (owned) */
  int           home_fd;                  /* the process's own network namespace */
  End           ends[2];                  /* 0 has offered: controlling, DTLS server */
};

typedef struct
{
  const char * const *stun_servers[2];
  const char * const *bind[2];
  const char         *namespaces[2];      /* of `ip netns`; NULL: the one of the process */
  gboolean            no_loopback;
} PairConfig;

Pair     *pair_new            (const PairConfig *config);
void      pair_free           (Pair             *self);

/* Sockets made in between belong to the namespace of @end. */
void      pair_enter          (Pair             *self,
                               guint             end);
void      pair_leave          (Pair             *self);

/* Gathers on both sides and exchanges the descriptions: first to the answerer, then to the offerer. */
void      pair_gather         (Pair             *self);
void      pair_tell           (Pair             *self,
                               guint             to);

/* Runs the loop until it holds or the time is over; returns whether it holds. */
gboolean  pair_run_until_state (Pair               *self,
                                YodelTransportState state,
                                guint               limit_ms);
void      pair_run             (Pair               *self,
                                guint               ms);
gboolean  pair_send            (Pair               *self,
                                guint               from,
                                guint16             sequence,
                                gboolean            rtcp);
void      pair_connect         (Pair               *self);
