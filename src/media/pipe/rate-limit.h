/* How much of a pipe may be read now, so that a writer that is faster than real time waits. */
#pragma once

#include <glib.h>

typedef struct
{
  gint64 credit_us;      /* media that may be read at once */
  gint64 updated_us;
} YodelRateLimit;

void   yodel_rate_limit_init     (YodelRateLimit *self,
                                  gint64          credit_us,
                                  gint64          now_us);
void   yodel_rate_limit_advance  (YodelRateLimit *self,
                                  gint64          max_credit_us,
                                  gint64          now_us);
void   yodel_rate_limit_spend    (YodelRateLimit *self,
                                  gint64          media_us);
gint64 yodel_rate_limit_delay_us (const YodelRateLimit *self);
