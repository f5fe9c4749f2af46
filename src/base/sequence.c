#define G_LOG_DOMAIN "yodel-base"

#include "base/sequence.h"

/* The endless number nearest to the last one seen; it may lie before it, and below zero. */
gint64
yodel_unwrapper_peek16 (const YodelUnwrapper *self,
                        guint16               number)
{
  if (!self->started)
    return number;

  return self->last + yodel_sequence_diff16 (number, (guint16) self->last);
}

gint64
yodel_unwrapper_peek32 (const YodelUnwrapper *self,
                        guint32               number)
{
  if (!self->started)
    return number;

  return self->last + yodel_sequence_diff32 (number, (guint32) self->last);
}

gint64
yodel_unwrapper_next16 (YodelUnwrapper *self,
                        guint16         number)
{
  self->last = yodel_unwrapper_peek16 (self, number);
  self->started = TRUE;
  return self->last;
}

gint64
yodel_unwrapper_next32 (YodelUnwrapper *self,
                        guint32         number)
{
  self->last = yodel_unwrapper_peek32 (self, number);
  self->started = TRUE;
  return self->last;
}
