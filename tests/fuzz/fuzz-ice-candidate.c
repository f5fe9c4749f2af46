/* A candidate that is taken is bounded in every field, and a relayed one is never used. */
#include <string.h>

#include "transport/candidate-filter.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  YodelCandidateView view = { nothing, nothing, nothing, TRUE };
  YodelCandidate candidate;
  YodelVerdict verdict;

  if (!yodel_candidate_parse (&candidate, text))
    return 0;

  g_assert_cmpuint (strlen (text), <=, YODEL_CANDIDATE_MAX_BYTES);
  g_assert_cmpuint (strlen (candidate.foundation), <, sizeof candidate.foundation);
  g_assert_cmpuint (strlen (candidate.address), <, sizeof candidate.address);
  g_assert_cmpuint (candidate.component, >=, 1);
  g_assert_cmpuint (candidate.component, <=, 256);

  verdict = yodel_candidate_judge (&candidate, &view);
  if (candidate.type == YODEL_CANDIDATE_RELAYED)
    g_assert_cmpint (verdict, ==, YODEL_VERDICT_IGNORE_RELAYED);
  if (!candidate.is_udp)
    g_assert_cmpint (verdict, !=, YODEL_VERDICT_USE);
  return 0;
}
