/* The direct, encrypted path to one peer: ICE finds it, DTLS proves who is at
 * the other end, SRTP guards what flows.  It carries RTP and RTCP packets and
 * does not know what they mean.
 *
 * Thread: a transport belongs to the thread that runs the GMainContext given to
 * yodel_transport_new(); every function is called and every callback is made
 * there.  A callback may call any function but yodel_transport_free().
 *
 * The order of calls, for both sides:
 *
 *   new, get_local_credentials, gather        at any time, best early
 *   set_remote, add_candidate..., end_of_candidates   when the peer's description is here
 *
 * Candidates may be added before set_remote(); they are kept until then. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

#include "transport/certificate.h"

G_BEGIN_DECLS

/* Streams (SSRCs) received at a time; packets of further ones are dropped. */
#define YODEL_TRANSPORT_MAX_STREAMS 64

/* Candidates of the peer taken for one set of credentials; more are ignored. */
#define YODEL_TRANSPORT_MAX_REMOTE_CANDIDATES 64

/* The largest packet send_rtp() and send_rtcp() take, before encryption. */
#define YODEL_TRANSPORT_MAX_PACKET_BYTES 1400

typedef enum
{
  YODEL_TRANSPORT_NEW,
  YODEL_TRANSPORT_CHECKING,       /* has the peer's description; looks for a path, shakes hands */
  YODEL_TRANSPORT_CONNECTED,      /* ICE and DTLS done, the fingerprint is the announced one */
  YODEL_TRANSPORT_RECONNECTING,   /* was connected; the peer is silent or the path is gone */
  YODEL_TRANSPORT_CLOSED,         /* by either side */
  YODEL_TRANSPORT_FAILED,
} YodelTransportState;

typedef enum
{
  YODEL_TRANSPORT_OK,
  YODEL_TRANSPORT_CLOSED_BY_PEER,      /* close_notify arrived */
  YODEL_TRANSPORT_NO_CANDIDATES,       /* no usable network interface on this side */
  YODEL_TRANSPORT_NO_PATH,             /* no check got through in time */
  YODEL_TRANSPORT_LOST,                /* was connected; the peer fell silent for good */
  YODEL_TRANSPORT_WRONG_FINGERPRINT,   /* whoever answers is not the one announced */
  YODEL_TRANSPORT_DTLS_FAILED,         /* the handshake did not succeed */
} YodelTransportReason;

typedef struct
{
  const char * const *stun_servers;   /* HOST or HOST:PORT, numeric or name; NULL or empty = host candidates only */
  const char * const *bind;           /* addresses or interface names; NULL or empty = all interfaces */
  gboolean            controlling;    /* the ICE role: TRUE for whoever sent the first offer */
  YodelCertificate   *certificate;    /* the transport takes a reference of its own */
  gint64              answer_wait_us; /* how long the answerer waits for a first sign of the offerer; 0 = 30 s (more
                                         where a person carries the answer over) */
  gboolean            loopback;       /* use 127.0.0.1 when no interface has another address */
  const char         *ufrag;          /* (nullable) with pwd: the first local credentials; random ones if NULL */
  const char         *pwd;
} YodelTransportConfig;

typedef struct
{
  /* One way to reach this side: "candidate:...", as in RFC 8839 section 5.1, never a relayed one. */
  void (*candidate)      (const char           *candidate,
                          gpointer              user_data);

  /* All candidates for the current local credentials have been told; a very late answer of a STUN server may add one.
   * Bounded: comes within 2 s with STUN servers that do not answer, at once without any. */
  void (*gathering_done) (gpointer              user_data);

  /* @text is a plain sentence for a person where the state needs one, else NULL. */
  void (*state)          (YodelTransportState   state,
                          YodelTransportReason  reason,
                          const char           *text,
                          gpointer              user_data);

  /* A decrypted packet.  @data is the callee's to change until it returns. */
  void (*packet)         (guint8               *data,
                          gsize                 size,
                          gboolean              is_rtcp,
                          gint64                arrival_us,
                          gpointer              user_data);

  /* An ICE restart would help (the path is silent, or the local network changed).  Whoever can reach
   * the peer by signalling calls yodel_transport_restart() and sends an offer; others ignore it. May come
   * again every few seconds while RECONNECTING.  May be NULL. */
  void (*restart_wanted) (gpointer              user_data);
} YodelTransportCallbacks;

typedef struct
{
  guint64     packets_sent;                /* media only: RTP and RTCP, as SRTP on the wire */
  guint64     bytes_sent;
  guint64     packets_received;
  guint64     bytes_received;

  guint64     dropped_auth_failed;         /* SRTP authentication tag is wrong */
  guint64     dropped_replayed;            /* SRTP index seen before, or older than the window */
  guint64     dropped_unknown;             /* first byte belongs to no protocol of RFC 7983 that we speak */
  guint64     dropped_unverified;          /* media before the end of the handshake, more than is kept */
  guint64     dropped_streams;             /* of an SSRC beyond YODEL_TRANSPORT_MAX_STREAMS */
  guint       ignored_relay_candidates;    /* of the peer */
  guint       ignored_candidates;          /* of the peer: TCP, unresolved, unreachable private, too many */

  gint64      rtt_us;                 /* of the handshake, with what had to be repeated; -1 before */
  const char *local_candidate_type;        /* "host", "srflx" or "prflx"; NULL before a pair is selected */
  const char *remote_candidate_type;
  char        local_address[64];           /* numeric, without the port */
  char        remote_address[64];
  guint16     local_port;
  guint16     remote_port;
  const char *protocol;                    /* "udp" */

  const char *dtls_cipher;                 /* as IANA names it, as in W3C webrtc-stats; NULL before the handshake */
  const char *dtls_version;                /* "FEFD" is DTLS 1.2, as in W3C webrtc-stats */
  const char *srtp_cipher;                 /* profile name of RFC 5764 section 4.1.2 or RFC 7714 section 14.2 */
  gint64      dtls_handshake_us;           /* from the first flight to verified; -1 before */
} YodelTransportStats;

typedef struct _YodelTransport YodelTransport;

YodelTransport *yodel_transport_new                   (const YodelTransportConfig     *config,
                                                       GMainContext                   *context,
                                                       const YodelTransportCallbacks  *callbacks,
                                                       gpointer                        user_data,
                                                       GError                        **error);
void            yodel_transport_free                  (YodelTransport                 *self);

/* Those of the newest restart; the strings live until the next restart. */
void            yodel_transport_get_local_credentials (YodelTransport                 *self,
                                                       const char                    **ufrag,
                                                       const char                    **pwd);

/* Starts to gather; the candidates come by callback. */
void            yodel_transport_gather                (YodelTransport                 *self);

/* The peer's description.  @algorithm is "sha-256", "sha-384" or "sha-512"; @dtls_client is TRUE when this side
 * opens the handshake (a=setup:active here).  Once called, the peer and the role are fixed: a later call changes only
 * the credentials, after a restart by either side.  FALSE: malformed, or another fingerprint than before. */
gboolean        yodel_transport_set_remote            (YodelTransport                 *self,
                                                       const char                     *ufrag,
                                                       const char                     *pwd,
                                                       const char                     *algorithm,
                                                       const guint8                   *fingerprint,
                                                       gsize                           fingerprint_bytes,
                                                       gboolean                        dtls_client,
                                                       GError                        **error);

/* One of the peer's candidates, with or without "a=" and "candidate:" before it.  What is well-formed but of no use
 * (relayed, TCP, one too many) is taken and left unused.  FALSE only where it is malformed. */
gboolean        yodel_transport_add_candidate         (YodelTransport                 *self,
                                                       const char                     *candidate,
                                                       GError                        **error);
void            yodel_transport_end_of_candidates     (YodelTransport                 *self);

/* New local credentials and candidates, gathered afresh beside the path in use; media moves over when a new pair
 * works.  Keys and streams stay.  The caller signals the new credentials; set_remote() then takes the peer's. The side that receives
 * such an offer (its ufrag or pwd changed) calls this too before it answers. */
void            yodel_transport_restart               (YodelTransport                 *self);

/* TRUE from the moment sending keys and a path exist: for the DTLS client that is one round trip before CONNECTED. */
gboolean        yodel_transport_can_send              (YodelTransport                 *self);

/* FALSE: not now, or the packet is too large; it is dropped.  @data stays as it is. */
gboolean        yodel_transport_send_rtp              (YodelTransport                 *self,
                                                       const guint8                   *data,
                                                       gsize                           size);
gboolean        yodel_transport_send_rtcp             (YodelTransport                 *self,
                                                       const guint8                   *data,
                                                       gsize                           size);

/* Tells the peer (close_notify) and stops; state CLOSED with YODEL_TRANSPORT_OK is told before it returns. */
void            yodel_transport_close                 (YodelTransport                 *self);

YodelTransportState
                yodel_transport_get_state             (const YodelTransport           *self);
/* Where datagrams go to, as yodel_ice_agent_get_remote() says it. */
gboolean        yodel_transport_get_remote            (YodelTransport                 *self,
                                                       struct sockaddr_storage        *address);
void            yodel_transport_get_stats             (YodelTransport                 *self,
                                                       YodelTransportStats            *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelTransport, yodel_transport_free)

G_END_DECLS
