/* A thread that turns a main context of its own and does what is posted to its mailbox. */
#pragma once

#include "session/mailbox.h"

typedef struct _YodelLoopThread YodelLoopThread;

/* @urgent: it carries sound, and is to go before what only uses the processor; where the system
 * lets us. */
YodelLoopThread *yodel_loop_thread_new         (const char      *name,
                                                gboolean         urgent);

/* Waits for what it is doing; what still waits in the mailbox is destroyed. */
void             yodel_loop_thread_free        (YodelLoopThread *self);

GMainContext    *yodel_loop_thread_get_context (YodelLoopThread *self);
YodelMailbox    *yodel_loop_thread_get_mailbox (YodelLoopThread *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelLoopThread, yodel_loop_thread_free)
