/* Waiting on the monotonic clock.  Locks are those of POSIX, which ThreadSanitizer understands. */
#pragma once

#include <glib.h>
#include <pthread.h>
#include <time.h>

static inline void
yodel_cond_init (pthread_cond_t *cond)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
}

/* @deadline_us: as g_get_monotonic_time().  Returns: FALSE if it has passed */
static inline gboolean
yodel_cond_wait_until (pthread_cond_t  *cond,
                       pthread_mutex_t *lock,
                       gint64           deadline_us)
{
  const struct timespec deadline = {
    .tv_sec = (time_t) (MAX (deadline_us, 0) / G_USEC_PER_SEC),
    .tv_nsec = (long) (MAX (deadline_us, 0) % G_USEC_PER_SEC) * 1000,
  };

  return pthread_cond_timedwait (cond, lock, &deadline) == 0;
}
