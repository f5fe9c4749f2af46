/* Which packets each protection covers where protections come in a row, over the borders of frames (RFC 5109):
 * those since the last one, and every second of those before, so that each is in two or three, beside others.  Of two
 * lost from one group one is found by what comes next. */
#pragma once

#include <glib.h>

#include "rtp/ulpfec.h"

#define YODEL_PROTECTION_ROW_GROUP 4   /* more than one protection is the first to cover */

/* What one protection was the first to cover. */
typedef struct
{
  guint16 numbers[YODEL_PROTECTION_ROW_GROUP];
  guint   n;
  gsize   longest_bytes;
} YodelProtectedGroup;

/* All zero: a new one. */
typedef struct
{
  YodelProtectedGroup groups[3];   /* the packets since the last protection, and before */
  double              due;         /* protections that they are worth */
} YodelProtectionRow;

/* A packet of @bytes has left.  @share: of protections to packets.  @numbers: what a protection that is due now covers,
 * oldest first; @longest_bytes: the longest of them.
 *
 * Returns: how many it covers; 0 while none is due */
guint yodel_protection_row_push (YodelProtectionRow *self,
                                 guint16             sequence,
                                 gsize               bytes,
                                 double              share,
                                 guint16             numbers[YODEL_ULPFEC_MAX_SPAN],
                                 gsize              *longest_bytes);
