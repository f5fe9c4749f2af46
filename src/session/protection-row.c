#define G_LOG_DOMAIN "yodel-session"

#include "session/protection-row.h"

#include <string.h>

static guint
choose_covered (const YodelProtectionRow *self,
                guint16                  *numbers,
                gsize                    *longest_bytes)
{
  const YodelProtectedGroup *fresh = &self->groups[0];
  guint n = 0;

  *longest_bytes = 0;
  for (guint age = G_N_ELEMENTS (self->groups); age-- > 0;)
    {
      const YodelProtectedGroup *group = &self->groups[age];

      *longest_bytes = MAX (*longest_bytes, group->longest_bytes);
      for (guint i = 0; i < group->n; i++)
        if ((age == 0 || (group->n - i) % 2 == age % 2)
            && (guint16) (fresh->numbers[fresh->n - 1] - group->numbers[i]) < YODEL_ULPFEC_MAX_SPAN)
          numbers[n++] = group->numbers[i];
    }
  return n;
}

guint
yodel_protection_row_push (YodelProtectionRow *self,
                           guint16             sequence,
                           gsize               bytes,
                           double              share,
                           guint16             numbers[YODEL_ULPFEC_MAX_SPAN],
                           gsize              *longest_bytes)
{
  YodelProtectedGroup *fresh = &self->groups[0];
  guint n;

  fresh->numbers[fresh->n++] = sequence;
  fresh->longest_bytes = MAX (fresh->longest_bytes, bytes);
  self->due += share;
  if (self->due < 1 && fresh->n < YODEL_PROTECTION_ROW_GROUP)
    return 0;

  n = choose_covered (self, numbers, longest_bytes);
  self->due = MAX (self->due - 1, 0);
  memmove (fresh + 1, fresh, (G_N_ELEMENTS (self->groups) - 1) * sizeof *fresh);
  *fresh = (YodelProtectedGroup) { 0 };
  return n;
}
