/* What a carrier of ill will does to what it carries, and what two people make of it: never a call with another key, never a
 * crash, an end in words. */
#pragma once

#include "lib/people.h"

typedef enum
{
  DEED_DROP      = 1 << 0,
  DEED_DELAY     = 1 << 1,
  DEED_DUPLICATE = 1 << 2,
  DEED_REORDER   = 1 << 3,
  DEED_REPLAY    = 1 << 4,   /* what was seen earlier */
  DEED_SWAP      = 1 << 5,   /* to another */
  DEED_CUT       = 1 << 6,   /* its end is missing */
  DEED_FORGE     = 1 << 7,   /* its bytes are others */
} Deeds;

#define N_DEEDS  8
#define ALL_DEEDS ((Deeds) ((1u << N_DEEDS) - 1))

/* How late at most. */
#define DEED_DELAY_MS   700
#define DEED_REORDER_MS 60

typedef struct
{
  const char *name;
  Deeds       deeds;
  double      share;   /* of what is carried that something is done to */
} HostileCase;

/* As much as a call can bear and still come about; what is said is repeated sixteen times. */
#define N_HOSTILE_CASES 10
extern const HostileCase hostile_cases[N_HOSTILE_CASES];

/* Returns: what to do now: one of @deeds, or 0 */
Deeds   hostile_choose  (Deeds   deeds,
                         double  share,
                         GRand  *dice);

/* How late something is this time. */
guint   hostile_late_ms (Deeds   deed,
                         GRand  *dice);

/* Returns: (transfer full): less of it */
GBytes *hostile_cut     (GBytes *bytes,
                         GRand  *dice);

/* Returns: (transfer full): as long, and something else; @other is a source of what looks right */
GBytes *hostile_forge   (GBytes *bytes,
                         GBytes *other,
                         GRand  *dice);

/* Alice calls bob, who takes a call by himself; where the carrier had its way, again, until they talk to each other. */
void    hostile_talk    (Person *alice,
                         Person *bob);

/* She hangs up. */
void    hostile_part    (Person *alice,
                         Person *bob);
