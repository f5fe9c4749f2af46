/* What one side of a dialogue has to say and has to repeat until it is acknowledged, and what it
 * has to acknowledge. */
#pragma once

#include "signalling/call-message.h"

G_BEGIN_DECLS

#define YODEL_DIALOGUE_MAX_DEVICES 8    /* of the peer, in one call */
#define YODEL_DIALOGUE_MAX_PENDING 32
#define YODEL_DIALOGUE_MAX_DUE     64   /* what waits for poll() */
#define YODEL_DIALOGUE_MAX_ACKS    16

typedef struct
{
  guint8  call_id[YODEL_CALL_ID_BYTES];
  guint8  device[YODEL_DEVICE_ID_BYTES];
  guint32 number;
} YodelDialogueAck;

typedef struct
{
  guint8            device[YODEL_DEVICE_ID_BYTES];   /* our own */
  gint64            unix_offset_us;                  /* Unix time less monotonic time */
  guint32           last_number;
  GPtrArray        *pending;                         /* (owned) */
  GQueue            due;                             /* (owned) YodelCallMessage */
  YodelDialogueAck  acks[YODEL_DIALOGUE_MAX_ACKS];
  guint             n_acks;
} YodelDialogueOutbox;

void     yodel_dialogue_outbox_init             (YodelDialogueOutbox    *self,
                                                 const guint8            device[YODEL_DEVICE_ID_BYTES],
                                                 gint64                  unix_offset_us);

void     yodel_dialogue_outbox_clear            (YodelDialogueOutbox    *self);

gboolean yodel_dialogue_outbox_push             (YodelDialogueOutbox    *self,
                                                 YodelCallMessage       *message,
                                                 gint64                  now_us);

void     yodel_dialogue_outbox_drop_news         (YodelDialogueOutbox    *self);

void     yodel_dialogue_outbox_settle_on        (YodelDialogueOutbox    *self,
                                                 const guint8            device[YODEL_DEVICE_ID_BYTES],
                                                 guint                   index,
                                                 gint64                  now_us);

void     yodel_dialogue_outbox_add_ack          (YodelDialogueOutbox    *self,
                                                 const YodelCallMessage *message);

gboolean yodel_dialogue_outbox_take_ack         (YodelDialogueOutbox    *self,
                                                 guint32                 number,
                                                 guint                   index,
                                                 gint64                  now_us,
                                                 YodelCallMessageType   *type);

gboolean yodel_dialogue_outbox_advance          (YodelDialogueOutbox    *self,
                                                 gint64                  now_us);

gboolean yodel_dialogue_outbox_poll             (YodelDialogueOutbox    *self,
                                                 YodelCallMessage      **message);

gboolean yodel_dialogue_outbox_is_idle          (const YodelDialogueOutbox *self);

gint64   yodel_dialogue_outbox_next_deadline_us (const YodelDialogueOutbox *self);

G_END_DECLS
