/* Opus packets that wait to be played, in the order of their time, one for each moment; the
 * packet itself beats a copy of it. */
#pragma once

#include <glib.h>

#include "audio/opus-payload.h"

#define YODEL_PACKET_QUEUE_MAX 200
#define YODEL_QUEUED_COPY      G_MININT64

typedef struct
{
  gint64            rtp_time;      /* unwrapped */
  gint64            sequence;      /* unwrapped; YODEL_QUEUED_COPY for a redundant copy */
  gint64            arrival_us;
  YodelOpusPayload  info;
  guint8           *data;          /* (owned) */
  gsize             size;
} YodelQueuedPacket;

typedef enum
{
  YODEL_QUEUE_ADDED,
  YODEL_QUEUE_REPLACED,            /* it took the place of a redundant copy */
  YODEL_QUEUE_DUPLICATE,
  YODEL_QUEUE_OVERFLOW,            /* no room: the oldest one was given up */
} YodelQueueResult;

typedef struct
{
  YodelQueuedPacket packets[YODEL_PACKET_QUEUE_MAX];    /* by rtp_time */
  guint             n_packets;
} YodelPacketQueue;

void                     yodel_packet_queue_clear (YodelPacketQueue        *self);
YodelQueueResult         yodel_packet_queue_push  (YodelPacketQueue        *self,
                                                   const YodelQueuedPacket *packet);
const YodelQueuedPacket *yodel_packet_queue_first (const YodelPacketQueue  *self);
const YodelQueuedPacket *yodel_packet_queue_find  (const YodelPacketQueue  *self,
                                                   gint64                   rtp_time);
void                     yodel_packet_queue_drop  (YodelPacketQueue        *self);
