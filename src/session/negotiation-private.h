/* What negotiation.c, its reader and its writer share. */
#pragma once

#include "session/media-profile.h"
#include "session/negotiation.h"

G_BEGIN_DECLS

#define YODEL_NEGOTIATION_NO_TRANSPORT G_MAXUINT

/* One m= line, as far as it is agreed or proposed.  A plain value. */
typedef struct
{
  char                 kind_name[32];     /* "audio", "video", "application" ... */
  char                 proto[64];
  char                 format[32];        /* one to stand in the m= line when it is refused */
  gboolean             is_known_kind;
  YodelMediaKind       kind;
  char                 mid[YODEL_NEGOTIATION_MAX_MID_BYTES + 1];   /* "" where the peer gave none */
  guint                transceiver;       /* id; 0: none */

  gboolean             refused;           /* port 0, by either side */
  gboolean             refused_in_answer; /* the peer agreed to what we then could not take: our next offer stops it */
  const char          *refused_because;   /* static text */

  gboolean             bundled;
  guint                transport;         /* index; YODEL_NEGOTIATION_NO_TRANSPORT where refused */

  YodelMediaProfile    local;             /* what we said, or will say */
  YodelMediaProfile    remote;            /* what the peer said last */
  YodelDirection       remote_direction;  /* as seen from the peer */
  YodelDirection       described;         /* what we said last, as seen from here */
  YodelDirection       possible;          /* what the peer's offer left open; sendrecv after an offer of ours */
  gboolean             agreed;            /* an answer was given for it */
  YodelMediaParameters media;             /* valid if agreed */
} YodelAgreedSection;

typedef struct
{
  GArray    *sections;     /* of YodelAgreedSection */
  GPtrArray *transports;   /* of YodelTransportParameters, counted references, (nullable) elements */
} YodelAgreement;

typedef struct
{
  YodelTransceiver face;
  guint32          ssrc;
  guint32          rtx_ssrc;
  char            *stream_id;
  char            *track_id;
  gboolean         stereo;
  char             assigned_mid[YODEL_NEGOTIATION_MAX_MID_BYTES + 1];   /* kept, so that an offer made again names it the same */
} YodelTransceiverEntry;

typedef struct
{
  char                *ufrag;
  char                *pwd;
  YodelSdpFingerprint  fingerprint;
  GPtrArray           *candidates;         /* of char *, without "candidate:"; no relayed ones */
  gboolean             gathering_complete;
  char                *connection;         /* the default address for c=, as "IN IP4 192.0.2.1" */
  guint16              port;               /* the default port for m= */
} YodelLocalTransportEntry;

struct _YodelNegotiation
{
  YodelNegotiationConfig    config;
  char                     *cname;
  char                     *session_id;

  YodelSignalingState       state;
  YodelAgreement           *current;       /* never NULL */
  YodelAgreement           *pending;       /* (nullable) the offer under way, whose ever it is */
  YodelAgreement           *provisional;   /* (nullable) what a provisional answer made of it */
  YodelSdp                 *remote_offer;  /* (nullable) that waits for our answer */

  GPtrArray                *transceivers;  /* of YodelTransceiverEntry */
  YodelLocalTransportEntry *local_transports[YODEL_NEGOTIATION_MAX_SECTIONS];   /* (nullable) elements */

  guint                     next_id;
  guint                     next_mid;
  char                     *last_text;     /* (nullable) our last description, with... */
  guint64                   version;       /* ...this version in its o= line */
};

/* negotiation-agreement.c */
YodelAgreement           *yodel_agreement_copy              (const YodelAgreement     *from);
void                      yodel_agreement_free              (YodelAgreement           *self);
YodelAgreedSection       *yodel_agreement_get_section       (const YodelAgreement     *self,
                                                             guint                     index);
YodelTransportParameters *yodel_agreement_get_transport     (const YodelAgreement     *self,
                                                             guint                     index);
void                      yodel_agreement_take_transport    (YodelAgreement           *self,
                                                             guint                     index,
                                                             YodelTransportParameters *transport);
guint                     yodel_agreement_count_transports  (const YodelAgreement     *self);
void                      yodel_transport_parameters_unref  (gpointer                  data);
YodelAgreedSection       *yodel_agreement_find_section      (const YodelAgreement     *self,
                                                             guint                     transceiver);
YodelAgreedSection       *yodel_agreement_find_mid          (const YodelAgreement     *self,
                                                             const char               *mid);
void                      yodel_agreed_section_refuse       (YodelAgreedSection       *self,
                                                             const char               *because);
gboolean                  yodel_agreed_section_is_alive     (const YodelAgreedSection *self);

/* negotiation.c */
YodelTransceiverEntry    *yodel_negotiation_find_entry      (const YodelNegotiation   *self,
                                                             guint                     id);

/* negotiation-offer.c */
YodelAgreement           *yodel_negotiation_build_offer     (YodelNegotiation         *self);

/* negotiation-read.c, negotiation-read-transport.c: what the peer's text does to an agreement */
YodelDirection            yodel_direction_reverse           (YodelDirection            direction);
YodelAgreement           *yodel_negotiation_read_offer      (YodelNegotiation         *self,
                                                             const YodelSdp           *sdp,
                                                             GError                  **error);
YodelAgreement           *yodel_negotiation_read_answer     (YodelNegotiation         *self,
                                                             const YodelSdp           *sdp,
                                                             GError                  **error);
gboolean                  yodel_negotiation_read_transports (YodelNegotiation         *self,
                                                             const YodelSdp           *sdp,
                                                             gboolean                  is_offer,
                                                             YodelAgreement           *agreement,
                                                             GError                  **error);

/* negotiation-outcome.c */
void                      yodel_agreed_section_agree        (YodelAgreedSection       *self,
                                                             const YodelSdp           *sdp,
                                                             const YodelSdpMedia      *media,
                                                             YodelDirection            direction);

/* negotiation-write.c */
YodelSdp                 *yodel_negotiation_write           (YodelNegotiation         *self,
                                                             const YodelAgreement     *agreement,
                                                             const YodelSdp           *offer,
                                                             GError                  **error);

G_END_DECLS
