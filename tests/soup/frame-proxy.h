/* A rendezvous in the hands of somebody who means ill: a proxy in front of an honest one that sees each WebSocket frame
 * (RFC 6455 section 5.2), both ways, and does with it what it is told. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  FRAME_DROP      = 1 << 0,
  FRAME_DELAY     = 1 << 1,
  FRAME_DUPLICATE = 1 << 2,
  FRAME_REORDER   = 1 << 3,
  FRAME_REPLAY    = 1 << 4,   /* what was seen earlier, on this connection */
  FRAME_SWAP      = 1 << 5,   /* to another client */
  FRAME_CUT       = 1 << 6,   /* its end is missing */
  FRAME_FORGE     = 1 << 7,   /* its bytes, or its head, are others */
} FrameDeeds;

typedef struct _FrameProxy FrameProxy;

FrameProxy *frame_proxy_new     (guint16     server_port,
                                 FrameDeeds  deeds,
                                 double      share,
                                 guint32     seed);

void        frame_proxy_free    (FrameProxy *self);

guint16     frame_proxy_get_port (FrameProxy *self);

/* How often it did something. */
guint       frame_proxy_get_n_deeds (FrameProxy *self);

/* @share: of the frames that something is done to */
void        frame_proxy_set_share (FrameProxy *self,
                                   double      share);
