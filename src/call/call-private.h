/* What the endpoint and the parts of a call share.  yodel-call.c is the face, call-talk.c leads the
 * dialogue, call-media.c has the session and its tracks, call-offers.c takes its descriptions one after the other,
 * call-candidates.c what lies between them, call-end.c knows how it ends. */
#pragma once

#include <yodel/yodel-call.h>

#include "call/endpoint-private.h"
#include "identity/contacts.h"
#include "signalling/call-dialogue.h"

G_BEGIN_DECLS

#define YODEL_CALL_MAX_CANDIDATES 64   /* of our own that wait to be sent */

/* The way to the peer: what answered first, until it falls silent. */
typedef struct
{
  YodelSignaller *signaller;   /* (owned) (nullable) */
  char           *way;         /* (owned) (nullable) */
  guint           n_unheard;   /* sent since something came back */
} YodelRoute;

/* What the session is doing for the negotiation. */
typedef enum
{
  YODEL_CALL_IDLE,
  YODEL_CALL_OFFERING,
  YODEL_CALL_APPLYING,
  YODEL_CALL_ANSWERING,
} YodelCallWork;

/* Thread: that of the endpoint. */
struct _YodelCall
{
  GObject            parent_instance;

  YodelEndpoint     *endpoint;       /* (borrowed) (nullable) NULL once it is gone */
  guint8             peer_key[32];
  char              *address;        /* (owned) */
  char              *name;           /* (owned) (nullable) */
  char              *greeting;       /* (owned) (nullable) */
  char              *warning;        /* (owned) (nullable) */
  char              *signaller_uri;  /* (owned) (nullable) */
  char              *safety_code;    /* (owned) (nullable) */
  gboolean           is_outgoing;
  gboolean           is_knock;
  gboolean           is_waiting;
  gboolean           is_silent;      /* shown to nobody */
  gboolean           is_contact;
  gboolean           has_invite;
  guint8             invite[YODEL_CALL_INVITE_BYTES];

  YodelCallState     state;
  YodelEndReason     end_reason;
  char              *end_text;       /* (owned) (nullable) */
  gboolean           is_ending;
  gint64             began_at;       /* Unix time in seconds */
  gint64             accepted_us;    /* 0: never */
  gint64             connected_us;   /* 0: never */
  gint64             ended_us;       /* 0: not yet */

  /* talk */
  YodelCallDialogue *dialogue;       /* (owned) (nullable) before the opening is ready */
  YodelRoute         route;
  YodelSignaller    *only;           /* (owned) (nullable) the one way that is asked for */
  GSource           *timer;          /* (owned) (nullable) */
  gboolean           is_pumping;

  /* media */
  YodelSession      *session;        /* (owned) (nullable) */
  YodelTrack        *tracks[2];      /* (borrowed) (nullable) by kind */
  YodelSource       *sources[2];     /* (owned) (nullable) by kind */
  YodelSink         *sinks[2];       /* (owned) (nullable) by kind */
  YodelCallMedia     media;
  YodelCallMedia     remote_media;
  gboolean           held;
  gboolean           held_by_peer;
  YodelCallWork      work;
  guint              epoch;          /* of the session: what an earlier one returns is dropped */
  gboolean           has_offer_out;
  gboolean           needs_offer;
  gboolean           is_described;   /* the peer has our description, so candidates mean something */
  gboolean           is_early;       /* the path is prepared while it rings: the callee lets the caller see its address */
  guint8             early_device[YODEL_DEVICE_ID_BYTES];   /* of the peer's: the one it leads to */
  gboolean           is_invited;     /* the callee's path: the caller prepares his to this device */
  char              *own_candidate;  /* (owned) (nullable) the first of this side's that was said */
  gboolean           is_early_lost;
  gboolean           is_anew;
  guint              anew_timer;     /* the callee's: for an offer in place of the one that failed */
  gboolean           awaits_old_answer;   /* to an offer that is void: a new one goes out behind it */
  GQueue             inbox;          /* (owned) YodelCallMessage: descriptions and candidates to be taken */
  GPtrArray         *candidates;     /* (owned) of ours, to be sent */
  guint              candidates_timer;
  guint8             own_fingerprint[YODEL_FINGERPRINT_BYTES];
  guint8             peer_fingerprint[YODEL_FINGERPRINT_BYTES];
  gboolean           has_fingerprint[2];   /* own, peer's */
};

/* yodel-call.c */
YodelCall *yodel_call_new_outgoing       (YodelEndpoint           *endpoint,
                                          const guint8             peer_key[32],
                                          const YodelContactRow   *contact,
                                          YodelCallMedia           media);

YodelCall *yodel_call_new_incoming       (YodelEndpoint           *endpoint,
                                          const guint8             peer_key[32],
                                          const YodelContactRow   *contact,
                                          const YodelCallMessage  *opening);

void       yodel_call_set_state          (YodelCall               *self,
                                          YodelCallState           state);

void       yodel_call_notify_is_outgoing (YodelCall               *self);

void       yodel_call_notify_media       (YodelCall               *self);

void       yodel_call_set_safety_code    (YodelCall               *self,
                                          char                    *code);

void       yodel_call_emit_ended         (YodelCall               *self);

void       yodel_call_emit_track_added   (YodelCall               *self,
                                          YodelTrack              *track);

void       yodel_call_detach             (YodelCall               *self);

/* call-talk.c */
void       yodel_call_talk_start         (YodelCall               *self,
                                          gboolean                 is_knock);

void       yodel_call_talk_open          (YodelCall               *self,
                                          YodelCallMessage        *opening);

void       yodel_call_talk_receive       (YodelCall               *self,
                                          const YodelCallMessage  *message,
                                          YodelSignaller          *signaller,
                                          const char              *way);

void       yodel_call_talk_meet          (YodelCall               *self,
                                          const YodelCallMessage  *opening,
                                          YodelSignaller          *signaller,
                                          const char              *way);

void       yodel_call_talk_pump          (YodelCall               *self);

void       yodel_call_talk_clear         (YodelCall               *self);

/* call-media.c */
void       yodel_call_media_make         (YodelCall               *self);

gboolean   yodel_call_media_follow       (YodelCall               *self);

void       yodel_call_media_apply        (YodelCall               *self);

void       yodel_call_media_agree        (YodelCall               *self);

void       yodel_call_media_wake         (YodelCall               *self);

void       yodel_call_media_drop_session (YodelCall               *self);

void       yodel_call_media_drop         (YodelCall               *self);

/* call-offers.c */
void       yodel_call_offers_begin       (YodelCall               *self);

void       yodel_call_offers_take        (YodelCall               *self,
                                          YodelCallMessage        *message);

void       yodel_call_offers_settle      (YodelCall               *self);

void       yodel_call_offers_process     (YodelCall               *self);

/* call-candidates.c */
void       yodel_call_candidates_add     (YodelCall               *self,
                                          const char              *candidate);

void       yodel_call_candidates_plan    (YodelCall               *self);

void       yodel_call_candidates_invite  (YodelCall               *self);

char      *yodel_call_candidates_put_off (YodelCall               *self,
                                          const YodelCallMessage  *message);

void       yodel_call_candidates_split   (YodelCall               *self,
                                          YodelCallMessage        *message);

void       yodel_call_candidates_apply   (YodelCall               *self,
                                          const YodelCallMessage  *message);

/* call-end.c */
void       yodel_call_end_of_dialogue    (YodelCall               *self,
                                          YodelDialogueEnd         end);

void       yodel_call_end_of_session     (YodelCall               *self);

void       yodel_call_end                (YodelCall               *self,
                                          YodelEndReason           reason,
                                          const char              *text);

void       yodel_call_fail               (YodelCall               *self,
                                          YodelEndReason           reason,
                                          const char              *text);

const char *yodel_call_call_name         (YodelCall               *self);

G_END_DECLS
