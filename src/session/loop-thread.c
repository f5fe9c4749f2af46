#define _GNU_SOURCE   /* gettid() */
#define G_LOG_DOMAIN "yodel-session"

#include "session/loop-thread.h"

#include <sys/resource.h>
#include <unistd.h>

/* As sound servers ask for: before all ordinary work, behind nothing but real time. */
#define URGENT_NICE (-11)

/* Thread: made and freed by one, run by another; @stopping is the latter's own. */
struct _YodelLoopThread
{
  GMainContext *context;   /* (owned) */
  YodelMailbox *mailbox;   /* (owned) */
  GThread      *thread;    /* (owned) */
  gboolean      urgent;
  gboolean      stopping;
};

static gpointer
run (gpointer data)
{
  YodelLoopThread *self = data;

  if (self->urgent && setpriority (PRIO_PROCESS, gettid (), URGENT_NICE) != 0)
    g_debug ("no priority for the engine thread: it needs RLIMIT_NICE");

  g_main_context_push_thread_default (self->context);
  while (!self->stopping)
    g_main_context_iteration (self->context, TRUE);
  yodel_mailbox_close (self->mailbox);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
stop (gpointer data)
{
  YodelLoopThread *self = data;

  self->stopping = TRUE;
}

YodelLoopThread *
yodel_loop_thread_new (const char *name,
                       gboolean    urgent)
{
  YodelLoopThread *self = g_new0 (YodelLoopThread, 1);

  self->urgent = urgent;
  self->context = g_main_context_new ();
  self->mailbox = yodel_mailbox_new (self->context);
  self->thread = g_thread_new (name, run, self);
  return self;
}

void
yodel_loop_thread_free (YodelLoopThread *self)
{
  yodel_mailbox_post (self->mailbox, stop, self, NULL);
  g_thread_join (self->thread);
  yodel_mailbox_unref (self->mailbox);
  g_main_context_unref (self->context);
  g_free (self);
}

GMainContext *
yodel_loop_thread_get_context (YodelLoopThread *self)
{
  return self->context;
}

YodelMailbox *
yodel_loop_thread_get_mailbox (YodelLoopThread *self)
{
  return self->mailbox;
}
