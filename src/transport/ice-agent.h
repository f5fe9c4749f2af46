/* One ICE agent (RFC 8445) over libnice: one stream, one component, UDP, no relays.  A restart of the transport makes
 * a second one beside it.
 *
 * What libnice does not do by itself: more frequent checks while the path is being found (stun-check.h), datagrams over
 * a path that was heard but is not selected yet, candidates judged (candidate-filter.h), and names ending in .local. */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

#include "transport/transport.h"

G_BEGIN_DECLS

/* libnice lists late answers of STUN servers for longer; a complete description does not wait. */
#define YODEL_ICE_GATHERING_US      (2 * G_TIME_SPAN_SECOND)

/* A held candidate gets its chance when nothing else has worked by then. */
#define YODEL_ICE_LAST_RESORT_US    (1500 * G_TIME_SPAN_MILLISECOND)

/* RFC 8445 section 14.2: never more often than each 5 ms; a round goes to all pairs. */
#define YODEL_ICE_CHECK_FAST_US     (25 * G_TIME_SPAN_MILLISECOND)
#define YODEL_ICE_FAST_CHECKS       8
#define YODEL_ICE_CHECK_INTERVAL_US (50 * G_TIME_SPAN_MILLISECOND)
#define YODEL_ICE_CHECK_SLOW_US     (400 * G_TIME_SPAN_MILLISECOND)
#define YODEL_ICE_MANY_CHECKS       16
#define YODEL_ICE_EACH_GAP          4
#define YODEL_ICE_SETTLE_US         (1 * G_TIME_SPAN_SECOND)

/* Pairs that get a check or an early datagram in one round. */
#define YODEL_ICE_MAX_ROUND         12

typedef enum
{
  YODEL_ICE_CHECKING,
  YODEL_ICE_CONNECTED,
  YODEL_ICE_FAILED,
} YodelIceState;

typedef struct _YodelIceAgent YodelIceAgent;

typedef struct
{
  void (*candidate)      (YodelIceAgent *agent, const char *candidate, gpointer user_data);
  void (*gathering_done) (YodelIceAgent *agent, gpointer user_data);
  void (*state)          (YodelIceAgent *agent, YodelIceState state, gpointer user_data);

  /* The first authenticated check of the peer arrived: it has this side's description, and is where it says. */
  void (*heard)          (YodelIceAgent *agent, gpointer user_data);

  /* From an address that has answered or sent an authenticated check; STUN excluded. */
  void (*received)       (YodelIceAgent *agent, guint8 *data, gsize size, gpointer user_data);
} YodelIceCallbacks;

YodelIceAgent *yodel_ice_agent_new               (const YodelTransportConfig *config,
                                                  GMainContext               *context,
                                                  const YodelIceCallbacks    *callbacks,
                                                  gpointer                    user_data);
void           yodel_ice_agent_free              (YodelIceAgent              *self);

const char    *yodel_ice_agent_get_ufrag         (const YodelIceAgent        *self);
const char    *yodel_ice_agent_get_pwd           (const YodelIceAgent        *self);

/* @addresses: of YodelLocalAddress (transfer none).  FALSE: none of them can be used; may be tried again. */
gboolean       yodel_ice_agent_gather            (YodelIceAgent              *self,
                                                  const GPtrArray            *addresses,
                                                  gint64                      now_us);

gboolean       yodel_ice_agent_has_remote        (const YodelIceAgent        *self);
gboolean       yodel_ice_agent_is_remote         (const YodelIceAgent        *self,
                                                  const char                 *ufrag,
                                                  const char                 *pwd);
gboolean       yodel_ice_agent_set_remote        (YodelIceAgent              *self,
                                                  const char                 *ufrag,
                                                  const char                 *pwd,
                                                  gint64                      now_us);
gboolean       yodel_ice_agent_add_candidate     (YodelIceAgent              *self,
                                                  const char                 *candidate);
void           yodel_ice_agent_end_of_candidates (YodelIceAgent              *self);

YodelIceState  yodel_ice_agent_get_state         (const YodelIceAgent        *self);
gboolean       yodel_ice_agent_was_heard         (const YodelIceAgent        *self);

gboolean       yodel_ice_agent_send              (YodelIceAgent              *self,
                                                  const guint8               *data,
                                                  gsize                       size);

/* To every pair, each behind a check: before one is selected. */
void           yodel_ice_agent_send_early        (YodelIceAgent              *self,
                                                  const guint8               *data,
                                                  gsize                       size);

/* The path works for this side.  The checks of our own go on for a moment, for the peer's sake, and end. */
void           yodel_ice_agent_settle            (YodelIceAgent              *self,
                                                  gint64                      now_us);

void           yodel_ice_agent_advance           (YodelIceAgent              *self,
                                                  gint64                      now_us);
gint64         yodel_ice_agent_next_deadline_us  (const YodelIceAgent        *self);

/* Where datagrams go to; two that are equal are so byte for byte.  Returns: FALSE before a pair is selected */
gboolean       yodel_ice_agent_get_remote        (YodelIceAgent              *self,
                                                  struct sockaddr_storage    *address);

/* The fields about candidates and the selected pair. */
void           yodel_ice_agent_get_stats         (YodelIceAgent              *self,
                                                  YodelTransportStats        *stats);

/* What was tried, as a clause: "2 addresses here (host, srflx) against 1 there (host)".  (transfer full) */
char          *yodel_ice_agent_describe          (const YodelIceAgent        *self);
gboolean       yodel_ice_agent_has_reflexive     (const YodelIceAgent        *self);
gboolean       yodel_ice_agent_has_remote_candidates
                                                 (const YodelIceAgent        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelIceAgent, yodel_ice_agent_free)

G_END_DECLS
