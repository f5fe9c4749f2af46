/* The inside of a transport, for the files that make it: transport.c is its face. */
#pragma once

#include "base/units.h"
#include "transport/alarm.h"
#include "transport/dtls.h"
#include "transport/ice-agent.h"
#include "transport/interfaces.h"
#include "transport/srtp.h"
#include "transport/transport.h"

G_BEGIN_DECLS

/* From the peer's description to a pair that works.  libnice revives failed pairs whenever the peer's checks come
 * through, so this and not its "failed" is the end. */
#define YODEL_TRANSPORT_GIVE_UP_US           (15 * G_TIME_SPAN_SECOND)

/* Silence that makes a call "reconnecting": at least this; more where the peer is known to speak seldom. */
#define YODEL_TRANSPORT_QUIET_US             (1800 * G_TIME_SPAN_MILLISECOND)
#define YODEL_TRANSPORT_MAX_QUIET_US         (8 * G_TIME_SPAN_SECOND)

/* Silence that ends it.  It also bounds how long anything is sent without a sign of the peer's consent: what
 * RFC 7675 does in 30 s with STUN is done here with authenticated SRTP and SRTCP, which flow both ways at least each second. */
#define YODEL_TRANSPORT_LOST_US              (14 * G_TIME_SPAN_SECOND)

/* Repetitions of the ClientHello to addresses that only the peer's description vouches for. */
#define YODEL_TRANSPORT_MAX_UNHEARD          8

typedef struct
{
  GBytes *bytes;          /* (owned) */
  gint64  arrival_us;
} YodelEarlyPacket;

/* Thread: that of the main context. */
struct _YodelTransport
{
  YodelTransportConfig     config;              /* (owned) a copy */
  GMainContext            *context;             /* (owned) */
  YodelTransportCallbacks  callbacks;
  gpointer                 user_data;
  YodelTransportState      state;

  YodelIceAgent           *ice;                 /* (owned) (nullable) carries the media */
  YodelIceAgent           *next_ice;            /* (owned) (nullable) a restart; takes over when it connects */
  GPtrArray               *retired;             /* (owned) of YodelIceAgent: freed outside their callbacks */
  GPtrArray               *addresses;           /* (owned) of YodelLocalAddress: as last looked at */
  gboolean                 wants_gathering;     /* the newest agent has not found an address yet */

  YodelDtls               *dtls;                /* (owned) (nullable) */
  YodelSrtp               *srtp;                /* (owned) (nullable) */
  char                    *algorithm;           /* (owned) (nullable) NULL: no description of the peer yet */
  guint8                   fingerprint[YODEL_FINGERPRINT_MAX_BYTES];
  gsize                    fingerprint_bytes;
  gboolean                 dtls_client;
  GQueue                   early_dtls;          /* of GBytes */
  GQueue                   early_media;         /* of YodelEarlyPacket */
  GPtrArray               *farewell;            /* (owned) of GBytes: the last datagrams */
  guint                    farewell_left;

  GSource                 *timer;               /* (owned) an alarm */
  GSource                 *watch;               /* (owned) (nullable) */
  gint64                   gather_us;           /* when to look for addresses again */
  gint64                   no_candidates_us;
  gint64                   give_up_us;          /* on the newest agent */
  gint64                   network_us;          /* when to look at a change of the network */
  gint64                   restart_us;          /* when to ask for a restart again */
  gint64                   farewell_us;
  gint64                   asked_us;            /* the first flight left to which the peer has an answer; YODEL_NEVER_US before */
  gint64                   heard_us;            /* the peer, authenticated */
  gint64                   usual_gap_us;        /* between two signs of it, lately at most */
  gint64                   dtls_started_us;
  guint                    unheard;             /* datagrams sent before a check of the peer was heard */

  YodelTransportStats      stats;
};

static inline gboolean
yodel_transport_is_over (const YodelTransport *self)
{
  return self->state >= YODEL_TRANSPORT_CLOSED;
}

static inline gboolean
yodel_transport_is_up (const YodelTransport *self)
{
  return self->ice != NULL && yodel_ice_agent_get_state (self->ice) == YODEL_ICE_CONNECTED;
}

static inline YodelIceAgent *
yodel_transport_get_newest (const YodelTransport *self)
{
  return self->next_ice != NULL ? self->next_ice : self->ice;
}

/* transport-state.c: the states, and the end */

/* FALSE: the handshake waits for a sign that the peer is there. */
gboolean yodel_transport_may_shake_hands (const YodelTransport *self);
void     yodel_transport_set_state (YodelTransport       *self,
                                    YodelTransportState   state,
                                    YodelTransportReason  reason,
                                    const char           *text);
/* Says farewell, then moves to CLOSED or FAILED. */
void     yodel_transport_end (YodelTransport       *self,
                              YodelTransportState   state,
                              YodelTransportReason  reason,
                              const char           *text,
                              gint64                now_us);
void     yodel_transport_end_without_path (YodelTransport *self,
                                           gint64          now_us);
void     yodel_transport_repeat_farewell (YodelTransport *self,
                                          gint64          now_us);
/* To CONNECTED, if all that it takes is there. */
void     yodel_transport_check_connected (YodelTransport *self,
                                          gint64          now_us);
void     yodel_transport_ask_for_restart (YodelTransport *self,
                                          gint64          now_us);
/* Frees an agent later, as this may be one of its callbacks. */
void     yodel_transport_retire (YodelTransport  *self,
                                 YodelIceAgent  **agent);
/* Sets the timer to the next deadline; last thing in every call from outside. */
void     yodel_transport_reschedule (YodelTransport *self);

/* transport-flow.c: the handshake and media */

gboolean yodel_transport_create_dtls (YodelTransport  *self,
                                      gint64           now_us,
                                      GError         **error);
void     yodel_transport_on_dtls (YodelTransport *self,
                                  const guint8   *data,
                                  gsize           size,
                                  gint64          now_us);
void     yodel_transport_take_early_dtls (YodelTransport *self,
                                          gint64          now_us);
void     yodel_transport_hurry_dtls (YodelTransport *self,
                                     gint64          now_us);
/* Sends what the handshake wants sent, and follows its state. */
void     yodel_transport_pump (YodelTransport *self,
                               gint64          now_us);
void     yodel_transport_on_media (YodelTransport *self,
                                   guint8         *data,
                                   gsize           size,
                                   gint64          now_us);
void     yodel_early_packet_free (YodelEarlyPacket *packet);

/* transport-watch.c: news of ICE, of the network, of the clock */

YodelIceAgent *yodel_transport_create_ice (YodelTransport *self);
GSource       *yodel_transport_create_timer (YodelTransport *self);
void           yodel_transport_try_gather (YodelTransport *self,
                                           gint64          now_us);
gboolean       yodel_transport_on_network_event (gpointer data);

G_END_DECLS
