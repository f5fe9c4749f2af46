/* What two endpoints say to each other about a call, in the clear: offer, answer, candidates, ring,
 * accept, decline, busy, hang-up, ack, knock.  sealed-message.h puts it into an envelope;
 * docs/wire-signalling.md says what the bytes mean. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_CALL_ID_BYTES     16
#define YODEL_DEVICE_ID_BYTES   8
#define YODEL_FINGERPRINT_BYTES 32      /* SHA-256 of the DTLS certificate */
#define YODEL_CALL_INVITE_BYTES 10      /* the token of an invite */

/* What a message may hold at most. */
#define YODEL_CALL_MESSAGE_MAX_BYTES       32000
#define YODEL_CALL_MESSAGE_MAX_DESCRIPTION 31000
#define YODEL_CALL_MESSAGE_MAX_CANDIDATES  16
#define YODEL_CALL_MESSAGE_MAX_CANDIDATE   256
#define YODEL_CALL_MESSAGE_MAX_ACKS        16
#define YODEL_CALL_MESSAGE_MAX_NAME        64
#define YODEL_CALL_MESSAGE_MAX_GREETING    200

typedef enum
{
  YODEL_CALL_MESSAGE_OFFER = 1,
  YODEL_CALL_MESSAGE_ANSWER,
  YODEL_CALL_MESSAGE_CANDIDATES,
  YODEL_CALL_MESSAGE_RING,        /* a device of the callee rings */
  YODEL_CALL_MESSAGE_ACCEPT,
  YODEL_CALL_MESSAGE_DECLINE,
  YODEL_CALL_MESSAGE_BUSY,
  YODEL_CALL_MESSAGE_HANG_UP,
  YODEL_CALL_MESSAGE_ACK,
  YODEL_CALL_MESSAGE_KNOCK,       /* may I call? without any network address */
} YodelCallMessageType;

/* Why a hang-up. */
typedef enum
{
  YODEL_HANG_UP_NORMAL,
  YODEL_HANG_UP_CANCELLED,         /* the caller gave up before anybody accepted */
  YODEL_HANG_UP_TAKEN_ELSEWHERE,   /* another device of the callee accepted */
  YODEL_HANG_UP_ENDED_ELSEWHERE,   /* another device of the callee declined */
  YODEL_HANG_UP_NO_ANSWER,         /* rang out */
  YODEL_HANG_UP_FAILED,            /* no direct path, or no media */
} YodelHangUpReason;

typedef struct
{
  guint8  device[YODEL_DEVICE_ID_BYTES];
  guint32 number;
} YodelCallMessageAck;

typedef struct
{
  YodelCallMessageType type;
  guint8               call_id[YODEL_CALL_ID_BYTES];
  guint8               device[YODEL_DEVICE_ID_BYTES];      /* which of the sender's speaks */
  guint8               to_device[YODEL_DEVICE_ID_BYTES];   /* zeros: all of the receiver's */
  guint32              number;      /* counts what the device says in this call, from 1 */
  gint64               sent_ms;     /* Unix time */

  char                *description; /* (owned) (nullable) SDP, of an offer or answer */
  guint8               fingerprint[YODEL_FINGERPRINT_BYTES];   /* of an offer or answer */
  char                *candidates[YODEL_CALL_MESSAGE_MAX_CANDIDATES];   /* (owned) RFC 8839 */
  guint                n_candidates;
  gboolean             is_end_of_candidates;
  YodelHangUpReason    reason;      /* of a hang-up */
  YodelCallMessageAck  acks[YODEL_CALL_MESSAGE_MAX_ACKS];
  guint                n_acks;
  char                *name;        /* (owned) (nullable) of a knock: who says to knock */
  char                *greeting;    /* (owned) (nullable) of a knock */
  guint64              proof;       /* of a knock, see knock.h */
  gboolean             has_invite;
  guint8               invite[YODEL_CALL_INVITE_BYTES];   /* of a knock: what the receiver gave out */
} YodelCallMessage;

YodelCallMessage *yodel_call_message_new   (YodelCallMessageType    type);

YodelCallMessage *yodel_call_message_copy  (const YodelCallMessage *self);

void              yodel_call_message_free  (YodelCallMessage       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelCallMessage, yodel_call_message_free)

/* Returns: how many bytes, 0 if @self does not fit @capacity or its own limits */
gsize             yodel_call_message_write (const YodelCallMessage *self,
                                            guint8                 *data,
                                            gsize                   capacity);

YodelCallMessage *yodel_call_message_parse (const guint8           *data,
                                            gsize                   size);

G_END_DECLS
