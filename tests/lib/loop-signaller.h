/* A carrier between endpoints of one process that does to messages what it is told: loses, repeats,
 * delays them, or whatever a test makes of them. */
#pragma once

#include <yodel/yodel-signaller.h>

typedef struct _LoopNet LoopNet;

/* Decides what becomes of a message; it may deliver what it likes.  Without one the net is honest. */
typedef void (*LoopTamper) (LoopNet    *net,
                            const char *from,
                            const char *to,
                            GBytes     *message,
                            gpointer    user_data);

struct _LoopNet
{
  GPtrArray  *members;       /* (borrowed) LoopSignaller */
  GRand      *dice;          /* (owned) */
  double      loss;          /* 0 to 1 */
  double      duplicates;    /* 0 to 1 */
  guint       delay_ms;      /* at least */
  guint       jitter_ms;     /* and so much more at most: messages overtake each other */
  LoopTamper  tamper;
  gpointer    user_data;
  guint       n_under_way;
  guint64     n_sent;
  guint64     n_delivered;
};

#define LOOP_TYPE_SIGNALLER (loop_signaller_get_type ())
G_DECLARE_FINAL_TYPE (LoopSignaller, loop_signaller, LOOP, SIGNALLER, GObject)

void            loop_net_init      (LoopNet    *self,
                                    guint32     seed);

void            loop_net_clear     (LoopNet    *self);

/* Hands @message to all who are @to, after @delay_ms, whoever it is from. */
void            loop_net_deliver   (LoopNet    *self,
                                    const char *to,
                                    GBytes     *message,
                                    guint       delay_ms);

YodelSignaller *loop_signaller_new (LoopNet    *net,
                                    const char *uri);
