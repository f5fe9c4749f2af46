/* Two sides that exchange descriptions, and those that real peers sent. */
#pragma once

#include "lib/negotiation-peer.h"

/* Two that have agreed on audio and video. */
typedef struct
{
  YodelNegotiation *a;     /* offered first */
  YodelNegotiation *b;
} Pair;

char                       *read_sample (const char *name);
char                       *replace (const char *text, const char *from, const char *to);
/* @text: audio and video; returns the audio alone */
char                       *without_video (const char *text);
char                       *offer (YodelNegotiation *self);
char                       *answer (YodelNegotiation *self);
void                        take (YodelNegotiation *self, YodelSdpType type, const char *text);
/* One exchange; returns the answer. */
char                       *exchange (YodelNegotiation *offerer, YodelNegotiation *answerer);
guint                       nth_id (YodelNegotiation *self, guint position);
const YodelMediaParameters *nth_media (YodelNegotiation *self, guint position);
Pair                        pair_up (void);
void                        part (Pair *pair);
