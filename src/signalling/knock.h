/* The little work that a knock costs the one who knocks, so that ten thousand cost him much. */
#pragma once

#include "signalling/call-message.h"

G_BEGIN_DECLS

/* About a quarter of a million hashes: a tenth of a second on a desktop computer. */
#define YODEL_KNOCK_WORK_BITS 18

guint    yodel_knock_get_work (const YodelCallMessage *knock,
                               const guint8            sender[32],
                               const guint8            receiver[32]);

gboolean yodel_knock_do_work  (YodelCallMessage       *knock,
                               const guint8            sender[32],
                               const guint8            receiver[32],
                               guint                   bits,
                               guint                   max_tries);

G_END_DECLS
