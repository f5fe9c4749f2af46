/* Which packets a receiver asks for again, and when: RFC 4585 section 6.2.1 says how, this says
 * which.  After push, and at the deadline, poll; then sleep until the next.
 *
 * Sequence numbers are extended (YodelUnwrapper), so that they never wrap. */
#pragma once

#include <glib.h>

/* Beyond this many missing packets, repair takes longer than a key frame. */
#define YODEL_NACK_MAX_MISSING   1000
/* Six rounds: each fails with the probability that a packet or its repetition is lost, about a tenth
 * at the worst that a call survives. */
#define YODEL_NACK_MAX_REQUESTS  18
/* A frame this late has been skipped, or a key frame has been asked for. */
#define YODEL_NACK_GIVE_UP_US    (2 * G_USEC_PER_SEC)
#define YODEL_NACK_MIN_REPEAT_US (30 * (gint64) 1000)
/* However much the network reorders, we wait no longer before the first request. */
#define YODEL_NACK_MAX_WAIT_US   (80 * (gint64) 1000)

typedef struct _YodelNackGenerator YodelNackGenerator;

typedef struct
{
  guint64 n_missed;          /* gaps seen, reordering included */
  guint64 n_requested;       /* requests, repeats included */
  guint64 n_recovered;       /* by retransmission */
  guint64 n_reordered;       /* came by themselves after all */
  guint64 n_given_up;
} YodelNackCounters;

YodelNackGenerator *yodel_nack_generator_new              (void);
void                yodel_nack_generator_free             (YodelNackGenerator       *self);
void                yodel_nack_generator_set_rtt          (YodelNackGenerator       *self,
                                                           gint64                    rtt_us);
gboolean            yodel_nack_generator_push             (YodelNackGenerator       *self,
                                                           gint64                    sequence,
                                                           gboolean                  recovered,
                                                           gint64                    now_us);
void                yodel_nack_generator_clear_before     (YodelNackGenerator       *self,
                                                           gint64                    sequence);
void                yodel_nack_generator_forget           (YodelNackGenerator       *self,
                                                           gint64                    sequence);
gint64              yodel_nack_generator_get_missing      (const YodelNackGenerator *self,
                                                           guint                     index);
guint               yodel_nack_generator_poll             (YodelNackGenerator       *self,
                                                           guint16                  *sequence_numbers,
                                                           guint                     capacity,
                                                           gint64                    now_us);
gboolean            yodel_nack_generator_take_overflow    (YodelNackGenerator       *self);
gint64              yodel_nack_generator_next_deadline_us (const YodelNackGenerator *self);
guint               yodel_nack_generator_get_n_missing    (const YodelNackGenerator *self);
gint64              yodel_nack_generator_get_wait_us      (const YodelNackGenerator *self);
const YodelNackCounters *
                    yodel_nack_generator_get_counters     (const YodelNackGenerator *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelNackGenerator, yodel_nack_generator_free)
