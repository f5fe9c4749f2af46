/* A thread that turns a main context of its own and does what is posted to its mailbox. */
#pragma once

#include "session/mailbox.h"

typedef struct _YodelLoopThread YodelLoopThread;

YodelLoopThread *yodel_loop_thread_new         (const char      *name);

/* Waits for what it is doing; what still waits in the mailbox is destroyed. */
void             yodel_loop_thread_free        (YodelLoopThread *self);

GMainContext    *yodel_loop_thread_get_context (YodelLoopThread *self);
YodelMailbox    *yodel_loop_thread_get_mailbox (YodelLoopThread *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelLoopThread, yodel_loop_thread_free)
