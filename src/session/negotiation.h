/* Offer and answer after JSEP (RFC 9429): which media flow which way, in which formats, over which
 * transport.  A state machine without I/O: text comes in and goes out, and what was agreed is read
 * from it.  It belongs to the thread of its session core.
 *
 * As offerer:   add_transceiver... set_local_transport... create_offer, set_remote (answer), read the outcome.
 * As answerer:  set_remote (offer), look at the transceivers (some may be new) and set what to send,
 *               set_local_transport for each of get_n_transports(), create_answer, read the outcome.
 *
 * A description that is refused changes nothing. */
#pragma once

#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>

#include "sdp/sdp-attributes.h"

G_BEGIN_DECLS

#define YODEL_NEGOTIATION_MAX_SECTIONS   YODEL_SDP_MAX_MEDIA   /* m= lines, and transceivers alive */
#define YODEL_NEGOTIATION_MAX_MID_BYTES  64
#define YODEL_NEGOTIATION_MAX_NAME_BYTES 255                   /* cname, stream and track identifiers; longer ones are cut */

typedef struct _YodelNegotiation YodelNegotiation;

typedef struct
{
  guint64     session_id;          /* random, below 2^63 (RFC 9429 section 5.2.1) */
  const char *cname;               /* (borrowed) random, the same for all our streams (RFC 7022) */
  guint       max_transports;      /* for an offer of the peer without BUNDLE, that needs one for each m= line */
  gboolean    balanced;            /* our offers too have one for each, for those who do not bundle; webrtcbin refuses them */
  gboolean    red;                 /* offer and accept red/48000/2 (RFC 2198) */
  gboolean    audio_nack;          /* offer and accept generic NACK of sound, answered in its own stream (RFC 4585) */
  gboolean    telephone_event;     /* offer and accept telephone-event/48000 and /8000 (RFC 4733) */
  gboolean    ulpfec;              /* offer and accept red/90000 and ulpfec (RFC 5109) */
  gboolean    remb;                /* offer goog-remb and abs-send-time; accepted in any case where transport-cc is missing */
  gboolean    orientation;         /* offer and accept urn:3gpp:video-orientation */
  YodelVideoCodec video_codec;     /* that we prefer; the others are offered and accepted too */
} YodelNegotiationConfig;

/* What this side sends in a transceiver.  Strings are copied. */
typedef struct
{
  guint32     ssrc;                /* 0: not announced */
  guint32     rtx_ssrc;            /* 0: not announced; video only */
  const char *stream_id;           /* (nullable) a=msid; tracks with one stream_id are played in step */
  const char *track_id;            /* (nullable) */
} YodelLocalStream;

typedef struct
{
  guint           id;              /* from 1, never used again */
  YodelMediaKind  kind;
  YodelDirection  direction;           /* wanted by this side */
  YodelDirection  current_direction;   /* agreed; inactive before */
  gboolean        from_peer;       /* made by an offer of the peer */
  gboolean        stopping;        /* stop() was called; the peer does not know yet */
  gboolean        stopped;         /* refused or stopped; its m= line has port 0 */
  char            mid[YODEL_NEGOTIATION_MAX_MID_BYTES + 1];   /* "" before it has an m= line */
  gint            section;         /* which m= line, from 0; -1: none */
  const char     *refused_because; /* (nullable) a plain sentence where this side or the peer refused the m= line */
} YodelTransceiver;

/* What this side shows of one transport.  Everything is copied. */
typedef struct
{
  const char                *ufrag;
  const char                *pwd;
  const YodelSdpFingerprint *fingerprint;
  const char * const        *candidates;      /* (nullable) "candidate:..."; relayed ones are left out */
  gboolean                   gathering_complete;
} YodelLocalTransport;

/* Payload types; -1 where the format was not agreed. */
typedef struct
{
  gint opus;
  gint red;
  gint telephone_event;
  gint telephone_event_8000;     /* for those whose keypad knows no other clock */
  gint vp8;
  gint rtx;                      /* of VP8 */
  gint vp9;                      /* profile 0 */
  gint vp9_rtx;
  gint video_red;                /* RFC 2198, round what ulpfec protects */
  gint video_red_rtx;
  gint ulpfec;                   /* RFC 5109 */
} YodelPayloadTypes;

/* Ids of one-byte header extensions (RFC 8285); 0 where not agreed.  They may differ between the m= lines of one transport. */
typedef struct
{
  guint audio_level;       /* RFC 6464 */
  guint abs_send_time;
  guint transport_cc;
  guint mid;               /* RFC 9143 section 15 */
  guint orientation;
} YodelExtensionIds;

/* The outcome for one transceiver. */
typedef struct
{
  guint             transceiver;            /* its id */
  char              mid[YODEL_NEGOTIATION_MAX_MID_BYTES + 1];
  YodelMediaKind    kind;
  YodelDirection    direction;              /* what flows now, as seen from here */
  guint             transport_index;

  YodelPayloadTypes send;                   /* numbers the peer expects */
  YodelPayloadTypes receive;                /* numbers the peer uses */
  YodelExtensionIds extensions;
  YodelVideoCodec   video_codec;            /* that is sent: the first that both take, by the one who prefers */

  gboolean          nack;
  gboolean          pli;
  gboolean          fir;
  gboolean          transport_cc;           /* feedback and header extension both agreed */
  gboolean          remb;                   /* only where transport_cc is not */
  gboolean          reduced_size_rtcp;      /* RFC 5506 */

  guint32           remote_ssrc;            /* 0: the peer announced none; mid or payload type must tell */
  guint32           remote_rtx_ssrc;
  char              remote_cname[YODEL_NEGOTIATION_MAX_NAME_BYTES + 1];
  char              remote_stream_id[YODEL_NEGOTIATION_MAX_NAME_BYTES + 1];
  char              remote_track_id[YODEL_NEGOTIATION_MAX_NAME_BYTES + 1];

  /* What the peer wishes to receive (RFC 7587 section 6.1). */
  guint             max_average_bitrate_bps;   /* 0: not said */
  guint             max_playback_rate_hz;      /* 0: not said */
  gboolean          stereo;                    /* else it is to be sent mono */
  gboolean          inband_fec;
  gboolean          dtx;
  gboolean          cbr;
  guint             telephone_keys;            /* that it takes, one bit an event (RFC 4733 section 2.4.1) */
  guint             ptime_ms;                  /* 0: not said */
  guint             max_ptime_ms;              /* 0: not said */
  guint             min_ptime_ms;              /* of Opus, RFC 7587 section 7.1 */
  guint64           max_bandwidth_bps;         /* b=TIAS or b=AS; 0: not said */
} YodelMediaParameters;

/* What the peer said of one transport. */
typedef struct
{
  char                ufrag[257];
  char                pwd[257];
  YodelSdpFingerprint fingerprint;
  gboolean            dtls_client;         /* this side opens the handshake */
  char              **candidates;          /* "candidate:..." as the peer wrote them, UDP, TCP and .local alike; no relayed ones */
  guint               n_relay_candidates;  /* that were dropped */
  gboolean            end_of_candidates;
  gboolean            ice_lite;
  gboolean            ice2;                /* RFC 8445 section 10 */
  gboolean            trickle;
  gboolean            restarted;           /* its ufrag or pwd differ from those of the last exchange */
} YodelTransportParameters;

YodelNegotiation *yodel_negotiation_new                 (const YodelNegotiationConfig *config);
void              yodel_negotiation_free                (YodelNegotiation             *self);

/* Counts from the next offer or answer on, for m= lines that are new in it. */
void              yodel_negotiation_set_video_codec     (YodelNegotiation             *self,
                                                         YodelVideoCodec               codec);

YodelSignalingState
                  yodel_negotiation_get_state           (const YodelNegotiation       *self);

/* Returns: its id; 0 if there are YODEL_NEGOTIATION_MAX_SECTIONS already.  @stream may be NULL. */
guint             yodel_negotiation_add_transceiver     (YodelNegotiation             *self,
                                                         YodelMediaKind                kind,
                                                         YodelDirection                direction,
                                                         const YodelLocalStream       *stream);
/* FALSE where there is no such transceiver, or it is stopped.  They count from the next offer or answer on. */
gboolean          yodel_negotiation_set_stream          (YodelNegotiation             *self,
                                                         guint                         id,
                                                         const YodelLocalStream       *stream);
gboolean          yodel_negotiation_set_direction       (YodelNegotiation             *self,
                                                         guint                         id,
                                                         YodelDirection                direction);
/* Sound in stereo, both ways: stereo and sprop-stereo of RFC 7587 section 7.1. */
gboolean          yodel_negotiation_set_stereo          (YodelNegotiation             *self,
                                                         guint                         id,
                                                         gboolean                      stereo);
gboolean          yodel_negotiation_stop_transceiver    (YodelNegotiation             *self,
                                                         guint                         id);

/* The pointers live until the next call that changes something. */
guint             yodel_negotiation_get_n_transceivers  (const YodelNegotiation       *self);
const YodelTransceiver *
                  yodel_negotiation_get_transceiver     (const YodelNegotiation       *self,
                                                         guint                         position);
const YodelTransceiver *
                  yodel_negotiation_find_transceiver    (const YodelNegotiation       *self,
                                                         guint                         id);

/* How many transports the exchange under way, or else the next offer, stands on. */
guint             yodel_negotiation_get_n_transports    (const YodelNegotiation       *self);
/* New credentials make the next offer an ICE restart.  New candidates alone do not. */
void              yodel_negotiation_set_local_transport (YodelNegotiation             *self,
                                                         guint                         index,
                                                         const YodelLocalTransport    *transport);

/* W3C webrtc-pc section 4.7.3: would an offer tell the peer anything new about the media? */
gboolean          yodel_negotiation_is_needed           (const YodelNegotiation       *self);

/* What they return becomes the local description.  An offer may be made again while one is pending: it replaces it. */
char             *yodel_negotiation_create_offer        (YodelNegotiation             *self,
                                                         GError                      **error);
char             *yodel_negotiation_create_answer       (YodelNegotiation             *self,
                                                         GError                      **error);
/* An offer while ours is pending is %YODEL_ERROR_STATE: the polite side rolls back first. */
gboolean          yodel_negotiation_set_remote          (YodelNegotiation             *self,
                                                         YodelSdpType                  type,
                                                         const char                   *text,
                                                         GError                      **error);
/* Takes the pending offer back, whoever made it. */
gboolean          yodel_negotiation_rollback            (YodelNegotiation             *self,
                                                         GError                      **error);

/* The outcome.  NULL before the answer, and for what was refused or stopped; during a later exchange still the last one.
 * A provisional answer has an outcome too. */
const YodelMediaParameters *
                  yodel_negotiation_get_media           (const YodelNegotiation       *self,
                                                         guint                         id);
/* As soon as the peer's description is set, so that checks can begin before the answer is made.  NULL: nothing known. */
const YodelTransportParameters *
                  yodel_negotiation_get_transport       (const YodelNegotiation       *self,
                                                         guint                         index);
/* Which transport a trickled candidate of the m= line @mid is for; -1 if there is no such line. */
gint              yodel_negotiation_find_transport      (const YodelNegotiation       *self,
                                                         const char                   *mid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelNegotiation, yodel_negotiation_free)

G_END_DECLS
