/* The sounds around a call, made and not recorded: what rings here, what the caller hears while it rings there, and that the
 * other one is busy.  Frequencies and cadences are those of ITU-T E.180, the level is one to live with. */
#pragma once

#include <glib.h>

typedef enum
{
  YODEL_TONE_RING,          /* a call comes */
  YODEL_TONE_RINGBACK,      /* it rings at the other end */
  YODEL_TONE_BUSY,          /* it was declined, or could not be placed */
} YodelToneKind;

typedef struct
{
  YodelToneKind kind;
  guint64       at;         /* samples so far */
} YodelCallTone;

gboolean yodel_call_tone_find (const char    *name,
                               YodelToneKind *kind);
void     yodel_call_tone_init (YodelCallTone *self,
                               YodelToneKind  kind);
void     yodel_call_tone_fill (YodelCallTone *self,
                               gint16        *samples,
                               gsize          n_samples);
