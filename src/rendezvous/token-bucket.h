/* So many events a second, and so many at once: a bucket that remembers one time. */
#pragma once

#include <glib.h>

typedef struct
{
  gint64 spent_until_us;   /* the rate has been used up to here */
} YodelTokenBucket;

/* Returns: TRUE and takes @cost_us, the time in which the rate allows what is asked for, unless
 * more than @burst_us would be borrowed */
static inline gboolean
yodel_token_bucket_take (YodelTokenBucket *self,
                         gint64            cost_us,
                         gint64            burst_us,
                         gint64            now_us)
{
  gint64 from_us = MAX (self->spent_until_us, now_us);

  if (from_us + cost_us > now_us + burst_us)
    return FALSE;
  self->spent_until_us = from_us + cost_us;
  return TRUE;
}

static inline gboolean
yodel_token_bucket_is_full (const YodelTokenBucket *self,
                            gint64                  now_us)
{
  return self->spent_until_us <= now_us;
}
