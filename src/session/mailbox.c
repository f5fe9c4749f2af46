#define G_LOG_DOMAIN "yodel-session"

#include "session/mailbox.h"

#include <pthread.h>

/* The lock is a pthread one and the reference count a compiler atomic, so that a thread
 * sanitizer sees the order they make: it does not look into GLib. */

typedef struct
{
  YodelMailbox    *child;   /* (owned) (nullable) the one it was posted to, if not this */
  void           (*func) (gpointer data);
  gpointer         data;
  GDestroyNotify   destroy;
} Letter;

typedef struct
{
  GSource       source;
  YodelMailbox *mailbox;   /* (borrowed) outlives the source: closed before it is freed */
} MailSource;

/* Thread: any; @lock guards the queue, the source and @closed.  A child has no queue of its own:
 * its letters go through its parent's, so that a source is attached by no thread but its own. */
struct _YodelMailbox
{
  int              refs;
  YodelMailbox    *parent;   /* (owned) (nullable) */
  pthread_mutex_t  lock;
  GQueue           letters;
  gboolean         closed;
  GSource         *source;   /* (owned) (nullable) until closed */
};

static gboolean
has_mail (YodelMailbox *self)
{
  gboolean waiting;

  pthread_mutex_lock (&self->lock);
  waiting = !g_queue_is_empty (&self->letters);
  pthread_mutex_unlock (&self->lock);
  return waiting;
}

static Letter *
take_letter (YodelMailbox *self)
{
  Letter *letter;

  pthread_mutex_lock (&self->lock);
  letter = g_queue_pop_head (&self->letters);
  pthread_mutex_unlock (&self->lock);
  return letter;
}

static void
free_letter (Letter *letter)
{
  if (letter->destroy != NULL)
    letter->destroy (letter->data);
  g_clear_pointer (&letter->child, yodel_mailbox_unref);
  g_free (letter);
}

static gboolean
is_closed (YodelMailbox *self)
{
  gboolean closed;

  pthread_mutex_lock (&self->lock);
  closed = self->closed;
  pthread_mutex_unlock (&self->lock);
  return closed;
}

static gboolean
mail_source_prepare (GSource *source,
                     int     *timeout)
{
  *timeout = -1;
  return has_mail (((MailSource *) source)->mailbox);
}

static gboolean
mail_source_check (GSource *source)
{
  return has_mail (((MailSource *) source)->mailbox);
}

static gboolean
mail_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  g_autoptr (YodelMailbox) mailbox = yodel_mailbox_ref (((MailSource *) source)->mailbox);
  Letter *letter;
  guint batch = 0;

  /* A bounded batch, so that posting cannot starve the other sources. */
  while (batch++ < 64 && (letter = take_letter (mailbox)) != NULL)
    {
      if (letter->child == NULL || !is_closed (letter->child))
        letter->func (letter->data);
      free_letter (letter);
    }

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs mail_source_funcs = {
  .prepare = mail_source_prepare,
  .check = mail_source_check,
  .dispatch = mail_source_dispatch,
};

static YodelMailbox *
mailbox_new (void)
{
  YodelMailbox *self = g_new0 (YodelMailbox, 1);

  self->refs = 1;
  pthread_mutex_init (&self->lock, NULL);
  g_queue_init (&self->letters);
  return self;
}

YodelMailbox *
yodel_mailbox_new (GMainContext *context)
{
  YodelMailbox *self = mailbox_new ();

  self->source = g_source_new (&mail_source_funcs, sizeof (MailSource));
  ((MailSource *) self->source)->mailbox = self;
  g_source_set_static_name (self->source, "yodel mailbox");
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, context);
  return self;
}

YodelMailbox *
yodel_mailbox_new_child (YodelMailbox *parent)
{
  YodelMailbox *self = mailbox_new ();

  self->parent = yodel_mailbox_ref (parent);
  return self;
}

YodelMailbox *
yodel_mailbox_ref (YodelMailbox *self)
{
  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

void
yodel_mailbox_unref (YodelMailbox *self)
{
  if (__atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  g_assert (self->source == NULL);   /* closed by its owner, who held a reference */
  g_clear_pointer (&self->parent, yodel_mailbox_unref);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Returns: FALSE if the mailbox is closed */
static gboolean
push_letter (YodelMailbox *self,
             Letter       *letter,
             gboolean      wake)
{
  gboolean open;

  pthread_mutex_lock (&self->lock);
  open = !self->closed;
  if (open)
    {
      g_queue_push_tail (&self->letters, letter);
      if (wake)
        g_main_context_wakeup (g_source_get_context (self->source));
    }
  pthread_mutex_unlock (&self->lock);
  return open;
}

static void
post (YodelMailbox   *self,
      void          (*func) (gpointer data),
      gpointer        data,
      GDestroyNotify  destroy,
      gboolean        wake)
{
  YodelMailbox *through = self->parent != NULL ? self->parent : self;
  Letter *letter = g_new (Letter, 1);

  *letter = (Letter) {
    .child = self->parent != NULL ? yodel_mailbox_ref (self) : NULL,
    .func = func,
    .data = data,
    .destroy = destroy,
  };

  if (is_closed (self) || !push_letter (through, letter, wake))
    free_letter (letter);
}

void
yodel_mailbox_post (YodelMailbox   *self,
                    void          (*func) (gpointer data),
                    gpointer        data,
                    GDestroyNotify  destroy)
{
  post (self, func, data, destroy, TRUE);
}

void
yodel_mailbox_post_quietly (YodelMailbox   *self,
                            void          (*func) (gpointer data),
                            gpointer        data,
                            GDestroyNotify  destroy)
{
  post (self, func, data, destroy, FALSE);
}

void
yodel_mailbox_close (YodelMailbox *self)
{
  GSource *source;
  Letter *letter;

  pthread_mutex_lock (&self->lock);
  self->closed = TRUE;
  source = g_steal_pointer (&self->source);
  pthread_mutex_unlock (&self->lock);

  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);

  while ((letter = take_letter (self)) != NULL)
    free_letter (letter);
}
