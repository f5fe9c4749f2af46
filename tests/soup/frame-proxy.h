/* A rendezvous in the hands of somebody who means ill: a proxy in front of an honest one that sees each WebSocket frame
 * (RFC 6455 section 5.2), both ways, and does with it what it is told. */
#pragma once

#include "lib/hostile.h"

typedef struct _FrameProxy FrameProxy;

/* @share: of the frames that something is done to */
FrameProxy *frame_proxy_new         (guint16     server_port,
                                     Deeds       deeds,
                                     double      share,
                                     guint32     seed);

void        frame_proxy_free        (FrameProxy *self);

guint16     frame_proxy_get_port    (FrameProxy *self);

/* How often it did something. */
guint       frame_proxy_get_n_deeds (FrameProxy *self);
