/* One call's conversation about itself, over a carrier that loses, doubles, delays and reorders.
 * After each function that takes now_us, poll messages and events until FALSE; then sleep until the
 * deadline and advance.  Messages are in the clear here: who owns the dialogue seals what is
 * polled, opens what comes in and has it checked by a replay cache; a repeated message is handed in
 * too, for its acknowledgement may have been lost.
 *
 * docs/wire-signalling.md, "The dialogue" */
#pragma once

#include "signalling/call-message.h"

G_BEGIN_DECLS

#define YODEL_DIALOGUE_RING_US    (60 * G_USEC_PER_SEC)
#define YODEL_DIALOGUE_MAX_EVENTS 64

typedef enum
{
  YODEL_DIALOGUE_CALLING,    /* ours: not a word yet, or only that it arrived */
  YODEL_DIALOGUE_RINGBACK,   /* ours: it rings there */
  YODEL_DIALOGUE_INCOMING,   /* theirs: to be accepted, declined or let be */
  YODEL_DIALOGUE_ACCEPTED,   /* theirs: accepted, the caller may not know yet */
  YODEL_DIALOGUE_UP,
  YODEL_DIALOGUE_OVER,
} YodelDialogueState;

typedef enum
{
  YODEL_DIALOGUE_END_NONE,
  YODEL_DIALOGUE_END_HUNG_UP,           /* by us */
  YODEL_DIALOGUE_END_PEER_HUNG_UP,
  YODEL_DIALOGUE_END_REFUSED,           /* declined or busy, by us */
  YODEL_DIALOGUE_END_DECLINED,          /* by the peer */
  YODEL_DIALOGUE_END_BUSY,              /* the peer is */
  YODEL_DIALOGUE_END_NO_ANSWER,         /* the time is up; also a stranger's refusal */
  YODEL_DIALOGUE_END_CANCELLED,         /* the caller gave up: a missed call */
  YODEL_DIALOGUE_END_TAKEN_ELSEWHERE,
  YODEL_DIALOGUE_END_ENDED_ELSEWHERE,
  YODEL_DIALOGUE_END_UNREACHABLE,       /* our accept was never heard */
  YODEL_DIALOGUE_END_FAILED,            /* the peer says so */
} YodelDialogueEnd;

typedef enum
{
  YODEL_DIALOGUE_EVENT_STATE,     /* without a message; ask get_state() */
  YODEL_DIALOGUE_EVENT_MESSAGE,   /* an offer, an answer or candidates of message->device */
  YODEL_DIALOGUE_EVENT_GLARE,     /* our call gave way to theirs, which is accepted: drop our offer;
                                   * the message is theirs: an offer to be answered, or a knock */
} YodelDialogueEventType;

typedef struct
{
  YodelDialogueEventType  type;
  YodelCallMessage       *message;   /* (owned) (nullable) */
} YodelDialogueEvent;

typedef struct
{
  guint8   own_key[32];
  guint8   peer_key[32];
  guint8   own_device[YODEL_DEVICE_ID_BYTES];
  gint64   unix_offset_us;   /* Unix time less monotonic time */
  gboolean is_discreet;      /* an incoming call of one who may not learn that we are here */
} YodelDialogueConfig;

typedef struct _YodelCallDialogue YodelCallDialogue;

/* @opening: (transfer full): an offer or a knock; @call_id: random */
YodelCallDialogue  *yodel_call_dialogue_new_outgoing     (const YodelDialogueConfig *config,
                                                          const guint8               call_id[YODEL_CALL_ID_BYTES],
                                                          YodelCallMessage          *opening,
                                                          gint64                     now_us);

/* @opening: an offer or a knock of the peer's; the owner has it, no event tells of it */
YodelCallDialogue  *yodel_call_dialogue_new_incoming     (const YodelDialogueConfig *config,
                                                          const YodelCallMessage    *opening,
                                                          gint64                     now_us);

void                yodel_call_dialogue_free             (YodelCallDialogue         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelCallDialogue, yodel_call_dialogue_free)

gboolean            yodel_call_dialogue_concerns         (const YodelCallDialogue   *self,
                                                          const YodelCallMessage    *message);

void                yodel_call_dialogue_receive          (YodelCallDialogue         *self,
                                                          const YodelCallMessage    *message,
                                                          gint64                     now_us);

void                yodel_call_dialogue_ring             (YodelCallDialogue         *self,
                                                          gint64                     now_us);

void                yodel_call_dialogue_accept           (YodelCallDialogue         *self,
                                                          gint64                     now_us);

void                yodel_call_dialogue_decline          (YodelCallDialogue         *self,
                                                          gboolean                   is_busy,
                                                          gint64                     now_us);

void                yodel_call_dialogue_hang_up          (YodelCallDialogue         *self,
                                                          YodelHangUpReason          reason,
                                                          gint64                     now_us);

/* An offer, an answer or candidates; (transfer full).  Returns: FALSE if the call is over or too
 * much waits to be heard */
gboolean            yodel_call_dialogue_send             (YodelCallDialogue         *self,
                                                          YodelCallMessage          *message,
                                                          gint64                     now_us);

/* The same to one device of those that ring. */
gboolean            yodel_call_dialogue_send_to          (YodelCallDialogue         *self,
                                                          YodelCallMessage          *message,
                                                          const guint8               device[YODEL_DEVICE_ID_BYTES],
                                                          gint64                     now_us);

void                yodel_call_dialogue_advance          (YodelCallDialogue         *self,
                                                          gint64                     now_us);

gboolean            yodel_call_dialogue_poll_message     (YodelCallDialogue         *self,
                                                          YodelCallMessage         **message);

gboolean            yodel_call_dialogue_poll_event       (YodelCallDialogue         *self,
                                                          YodelDialogueEvent        *event);

gint64              yodel_call_dialogue_next_deadline_us (const YodelCallDialogue   *self);

YodelDialogueState  yodel_call_dialogue_get_state        (const YodelCallDialogue   *self);

YodelDialogueEnd    yodel_call_dialogue_get_end          (const YodelCallDialogue   *self);

const guint8       *yodel_call_dialogue_get_call_id      (const YodelCallDialogue   *self);

/* Returns: (nullable): the device the call is with, once it is up */
const guint8       *yodel_call_dialogue_get_peer_device  (const YodelCallDialogue   *self);

/* Over, and everything said: it can be freed. */
gboolean            yodel_call_dialogue_is_finished      (const YodelCallDialogue   *self);

G_END_DECLS
