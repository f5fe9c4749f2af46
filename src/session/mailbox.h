/* How threads talk: functions to be run on the thread that turns a GMainContext, in the order
 * they were posted.  A mailbox is the only thing shared by the two sides of a session. */
#pragma once

#include <glib.h>

typedef struct _YodelMailbox YodelMailbox;

/* The thread that turns @context makes it. */
YodelMailbox *yodel_mailbox_new   (GMainContext   *context);

/* One that lives on the thread of @parent, and is closed by itself. */
YodelMailbox *yodel_mailbox_new_child (YodelMailbox *parent);
YodelMailbox *yodel_mailbox_ref   (YodelMailbox   *self);
void          yodel_mailbox_unref (YodelMailbox   *self);

/* Any thread.  @destroy, where given, is called after @func, or instead of it once the mailbox
 * is closed, then perhaps on the posting thread. */
void          yodel_mailbox_post  (YodelMailbox   *self,
                                   void          (*func) (gpointer data),
                                   gpointer        data,
                                   GDestroyNotify  destroy);

/* The same, for what may wait until something else wakes the context's thread. */
void          yodel_mailbox_post_quietly (YodelMailbox   *self,
                                          void          (*func) (gpointer data),
                                          gpointer        data,
                                          GDestroyNotify  destroy);

/* The context's own thread.  What still waits is destroyed and nothing runs any more. */
void          yodel_mailbox_close (YodelMailbox   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelMailbox, yodel_mailbox_unref)
