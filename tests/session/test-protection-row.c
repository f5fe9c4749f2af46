/* Which packets a row of protections covers. */
#include <string.h>

#include "session/protection-row.h"

#define N_PACKETS 300
#define FIRST     65400      /* the numbers run over */
#define SHARE     0.34
#define N_LAST    9          /* whose other protections are still to come */

/* A protection takes a number too. */
static void
test_covers (void)
{
  YodelProtectionRow row = { 0 };
  guint8 times[G_MAXUINT16 + 1] = { 0 };
  guint16 packets[N_PACKETS], numbers[YODEL_ULPFEC_MAX_SPAN], sequence = FIRST;
  guint n_protections = 0;
  gsize longest_bytes;

  for (guint i = 0; i < N_PACKETS; i++)
    {
      guint n = yodel_protection_row_push (&row, packets[i] = sequence++, 100, SHARE, numbers, &longest_bytes);

      if (n == 0)
        continue;
      g_assert_cmpuint (n, <=, YODEL_ULPFEC_MAX_SPAN);
      g_assert_cmpuint ((guint16) (numbers[n - 1] - numbers[0]), <, YODEL_ULPFEC_MAX_SPAN);
      g_assert_cmpuint (numbers[n - 1], ==, packets[i]);
      for (guint j = 0; j < n; j++)
        times[numbers[j]]++;
      for (guint j = 1; j < n; j++)
        g_assert_cmpint ((gint16) (numbers[j] - numbers[j - 1]), >, 0);
      n_protections++;
      sequence++;
    }
  g_assert_cmpuint (n_protections, ==, (guint) (N_PACKETS * SHARE));
  for (guint i = 0; i < N_PACKETS - N_LAST; i++)
    {
      g_assert_cmpuint (times[packets[i]], >=, 2);
      g_assert_cmpuint (times[packets[i]], <=, 3);
    }
}

/* However small the share: what is kept is bounded. */
static void
test_small_share (void)
{
  YodelProtectionRow row = { 0 };
  guint16 numbers[YODEL_ULPFEC_MAX_SPAN];
  gsize longest_bytes;

  for (guint i = 1; i < YODEL_PROTECTION_ROW_GROUP; i++)
    g_assert_cmpuint (yodel_protection_row_push (&row, i, 100, 0, numbers, &longest_bytes), ==, 0);
  g_assert_cmpuint (yodel_protection_row_push (&row, YODEL_PROTECTION_ROW_GROUP, 100, 0, numbers, &longest_bytes), ==, YODEL_PROTECTION_ROW_GROUP);
}

static void
test_longest (void)
{
  YodelProtectionRow row = { 0 };
  guint16 numbers[YODEL_ULPFEC_MAX_SPAN];
  gsize longest_bytes;

  g_assert_cmpuint (yodel_protection_row_push (&row, 1, 700, 1, numbers, &longest_bytes), ==, 1);
  g_assert_cmpuint (longest_bytes, ==, 700);
  yodel_protection_row_push (&row, 2, 300, 1, numbers, &longest_bytes);
  g_assert_cmpuint (longest_bytes, ==, 700);
  yodel_protection_row_push (&row, 3, 400, 1, numbers, &longest_bytes);
  yodel_protection_row_push (&row, 4, 200, 1, numbers, &longest_bytes);
  g_assert_cmpuint (longest_bytes, ==, 400);
}

/* What is too far away for the mask of RFC 5109 is left out. */
static void
test_far_away (void)
{
  YodelProtectionRow row = { 0 };
  guint16 numbers[YODEL_ULPFEC_MAX_SPAN];
  gsize longest_bytes;

  yodel_protection_row_push (&row, 1, 100, 1, numbers, &longest_bytes);
  g_assert_cmpuint (yodel_protection_row_push (&row, 1 + YODEL_ULPFEC_MAX_SPAN, 100, 1, numbers, &longest_bytes), ==, 1);
  g_assert_cmpuint (numbers[0], ==, 1 + YODEL_ULPFEC_MAX_SPAN);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/protection-row/covers", test_covers);
  g_test_add_func ("/session/protection-row/small-share", test_small_share);
  g_test_add_func ("/session/protection-row/longest", test_longest);
  g_test_add_func ("/session/protection-row/far-away", test_far_away);
  return g_test_run ();
}
