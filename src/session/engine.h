/* The engine threads: a small pool, each turning a main context of its own, on which sessions
 * live.  A thread runs from the first session that needs it until the last has left. */
#pragma once

#include "session/mailbox.h"

/* Threads at most: a call is light, so a process with hundreds of them needs few. */
#define YODEL_ENGINE_MAX_THREADS 4

typedef struct _YodelEngine YodelEngine;

/* Any thread.  The one with the fewest users. */
YodelEngine  *yodel_engine_acquire     (void);

/* Any thread but the engine's own: the last user waits for the thread to end. */
void          yodel_engine_release     (YodelEngine *self);

GMainContext *yodel_engine_get_context (YodelEngine *self);
YodelMailbox *yodel_engine_get_mailbox (YodelEngine *self);
