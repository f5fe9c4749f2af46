/* The RTP payload format of VP9, RFC 9628: the descriptor before each piece of a frame, the cutting of
 * a frame into pieces, and as much of a frame's own header as a receiver has to know. */
#pragma once

#include "video/vp8-encoder.h"

G_BEGIN_DECLS

/* The descriptor that the packetiser writes: I with 15 bits, and one reference. */
#define YODEL_VP9_DESCRIPTOR_MAX_BYTES 4u

/* Section 4.2.  @data is a view into the payload. */
typedef struct
{
  gboolean      inter_predicted;    /* P: needs other pictures */
  gboolean      start;              /* B, of the lowest spatial layer: the picture begins here */
  gint          picture_id;         /* -1: absent */
  gint          picture_id_bits;    /* 7 or 15, 0: absent */
  gint          tl0_index;          /* -1: absent, as in flexible mode */
  gint          temporal_layer;     /* -1: absent */
  gint          spatial_layer;      /* 0 where absent */
  gboolean      switching_up;       /* U: refers to nothing above layer 0 */
  const guint8 *data;               /* (borrowed) what belongs to the frame */
  gsize         size;
} YodelVp9Descriptor;

gboolean yodel_vp9_descriptor_parse (YodelVp9Descriptor      *self,
                                     const guint8            *payload,
                                     gsize                    size);

/* The uncompressed header of a frame (VP9 bitstream specification, section 6.2), up to its size. */
typedef struct
{
  gboolean key_frame;
  gboolean has_size;                /* else that of a reference, or none is coded */
  guint    width;
  guint    height;
} YodelVp9Header;

/* Returns: %FALSE where it is cut off, of another profile than 0, or several frames in one */
gboolean yodel_vp9_header_parse     (YodelVp9Header          *self,
                                     const guint8            *data,
                                     gsize                    size);

/* Cuts one frame into payloads of nearly equal size, in flexible mode: each frame names the one
 * before it as its reference.  Use it as YodelVp8Packetiser. */
typedef struct
{
  const YodelEncodedFrame *frame;   /* (borrowed) */
  guint8  descriptor[YODEL_VP9_DESCRIPTOR_MAX_BYTES];
  gsize   descriptor_bytes;
  gsize   offset;
  guint   n_left;
} YodelVp9Packetiser;

void     yodel_vp9_packetiser_init  (YodelVp9Packetiser      *self,
                                     const YodelEncodedFrame *frame,
                                     gsize                    max_payload_bytes);
gsize    yodel_vp9_packetiser_next  (YodelVp9Packetiser      *self,
                                     guint8                  *payload);

G_END_DECLS
