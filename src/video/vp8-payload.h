/* The RTP payload format of VP8, RFC 7741: the descriptor before each piece of a frame, and the
 * cutting of a frame into pieces. */
#pragma once

#include "video/vp8-encoder.h"

G_BEGIN_DECLS

#define YODEL_VP8_CLOCK_RATE_HZ        90000u

/* The descriptor that the packetiser writes: X, I with 15 bits, and with layers L, T. */
#define YODEL_VP8_DESCRIPTOR_MAX_BYTES 6u

/* Section 4.2.  @data is a view into the payload. */
typedef struct
{
  gboolean      non_reference;      /* N */
  gboolean      start;              /* S and PID 0: the frame begins here */
  gint          picture_id;         /* -1: absent */
  gint          picture_id_bits;    /* 7 or 15, 0: absent */
  gint          tl0_index;          /* -1: absent */
  gint          temporal_layer;     /* -1: absent */
  gboolean      layer_sync;         /* Y */
  const guint8 *data;               /* (borrowed) what belongs to the frame */
  gsize         size;
} YodelVp8Descriptor;

gboolean yodel_vp8_descriptor_parse      (YodelVp8Descriptor       *self,
                                          const guint8             *payload,
                                          gsize                     size);

/* The first octet of the payload header (section 4.3): is P zero? */
gboolean yodel_vp8_is_key_frame          (const guint8             *data,
                                          gsize                     size);
/* Returns: %FALSE unless @data begins a key frame and holds its size */
gboolean yodel_vp8_key_frame_get_size    (const guint8             *data,
                                          gsize                     size,
                                          guint                    *width,
                                          guint                    *height);

/* Cuts one frame into payloads of nearly equal size; the last one's packet carries the marker.
 *
 *   yodel_vp8_packetiser_init (&packetiser, frame, max_payload_bytes);
 *   while ((size = yodel_vp8_packetiser_next (&packetiser, payload)) > 0)
 *     marker = packetiser.n_left == 0;
 */
typedef struct
{
  const YodelEncodedFrame *frame;   /* (borrowed) */
  guint8  descriptor[YODEL_VP8_DESCRIPTOR_MAX_BYTES];
  gsize   descriptor_bytes;
  gsize   offset;                   /* into the frame's data */
  guint   n_packets;
  guint   n_left;
} YodelVp8Packetiser;

void     yodel_vp8_packetiser_init       (YodelVp8Packetiser       *self,
                                          const YodelEncodedFrame  *frame,
                                          gsize                     max_payload_bytes);
/* @payload: (out): has room for the max_payload_bytes of init.
 * Returns: bytes written, 0 at the end */
gsize    yodel_vp8_packetiser_next       (YodelVp8Packetiser       *self,
                                          guint8                   *payload);

G_END_DECLS
