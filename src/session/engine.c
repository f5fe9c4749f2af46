#define G_LOG_DOMAIN "yodel-session"

#include "session/engine.h"

#include <pthread.h>

#include "session/loop-thread.h"

/* Thread: any; the pool's lock guards @users. */
struct _YodelEngine
{
  YodelLoopThread *thread;   /* (owned) */
  guint            users;
};

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static YodelEngine    *pool[YODEL_ENGINE_MAX_THREADS];

/* An idle place in the pool counts as a thread without users: spread before sharing. */
static guint
find_place (void)
{
  guint n_places = CLAMP (g_get_num_processors (), 1, YODEL_ENGINE_MAX_THREADS);
  guint best = 0;

  for (guint i = 0; i < n_places; i++)
    {
      if (pool[i] == NULL)
        return i;
      if (pool[i]->users < pool[best]->users)
        best = i;
    }

  return best;
}

YodelEngine *
yodel_engine_acquire (void)
{
  YodelEngine *engine;
  guint place;

  pthread_mutex_lock (&pool_lock);
  place = find_place ();
  if (pool[place] == NULL)
    {
      pool[place] = g_new0 (YodelEngine, 1);
      pool[place]->thread = yodel_loop_thread_new ("yodel-engine", TRUE);
    }
  engine = pool[place];
  engine->users++;
  pthread_mutex_unlock (&pool_lock);

  return engine;
}

void
yodel_engine_release (YodelEngine *self)
{
  gboolean last;

  pthread_mutex_lock (&pool_lock);
  last = --self->users == 0;
  for (guint i = 0; last && i < YODEL_ENGINE_MAX_THREADS; i++)
    if (pool[i] == self)
      pool[i] = NULL;
  pthread_mutex_unlock (&pool_lock);

  if (last)
    {
      yodel_loop_thread_free (self->thread);
      g_free (self);
    }
}

GMainContext *
yodel_engine_get_context (YodelEngine *self)
{
  return yodel_loop_thread_get_context (self->thread);
}

YodelMailbox *
yodel_engine_get_mailbox (YodelEngine *self)
{
  return yodel_loop_thread_get_mailbox (self->thread);
}
