/* The outer safety: when to stop sending video altogether, RFC 8083.  Opens when the peer falls
 * silent or when loss says that we take ten times what TCP would; closes when reports are good. */
#pragma once

#include <glib.h>

typedef struct
{
  gint64   heard_us;               /* last report of any kind; -1: none */
  gint64   sending_since_us;       /* -1: not sending */
  gint64   sent_us;
  gint64   reported_us;
  guint64  bytes_since_report;
  guint    packets_since_report;
  guint    n_bad;                  /* reports in a row */
  gint64   bad_since_us;           /* valid while there are */
  gboolean is_congested;           /* for as long as section 4.3 asks */
  double   loss;                   /* of the reports, smoothed */
  double   ceiling_bps;
  gint64   ceiling_until_us;       /* it holds */
  gboolean is_open;
} YodelCircuitBreaker;

void     yodel_circuit_breaker_init        (YodelCircuitBreaker *self);
void     yodel_circuit_breaker_on_sent     (YodelCircuitBreaker *self,
                                            guint                size_bytes,
                                            gint64               now_us);

/* Any sign that the peer receives, such as transport-wide feedback. */
void     yodel_circuit_breaker_on_heard    (YodelCircuitBreaker *self,
                                            gint64               now_us);
void     yodel_circuit_breaker_on_report   (YodelCircuitBreaker *self,
                                            double               fraction_lost,
                                            gint64               rtt_us,
                                            gint64               now_us);
/* A rate at which it does not open, where it was about to; else G_MAXDOUBLE.  A path that loses by
 * chance is then used with less, and the picture does not stand still from time to time. */
double   yodel_circuit_breaker_get_ceiling_bps (const YodelCircuitBreaker *self);
void     yodel_circuit_breaker_advance     (YodelCircuitBreaker *self,
                                            gint64               now_us);
