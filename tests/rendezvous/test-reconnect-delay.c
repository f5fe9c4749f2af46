/* When clients come back. */
#include "rendezvous/reconnect-delay.h"

/* However the dice fall, the one who lost the server is back within five seconds of its return. */
static void
test_soon_during_the_first_minute (void)
{
  const guint32 dice[] = { 0, G_MAXUINT32 / 2, G_MAXUINT32 };

  for (gsize i = 0; i < G_N_ELEMENTS (dice); i++)
    {
      YodelReconnectDelay delay = { 0 };
      gint64 now_us = 1000;
      gint64 wait_us = yodel_reconnect_delay_next (&delay, dice[i], now_us);

      g_assert_cmpint (wait_us, >=, G_USEC_PER_SEC / 2);
      g_assert_cmpint (wait_us, <=, G_USEC_PER_SEC);
      for (; now_us < 60 * G_USEC_PER_SEC; now_us += wait_us)
        {
          wait_us = yodel_reconnect_delay_next (&delay, dice[i], now_us);
          g_assert_cmpint (wait_us, <=, 4 * G_USEC_PER_SEC);
        }
    }
}

static void
test_seldom_later (void)
{
  YodelReconnectDelay delay = { 0 };
  gint64 now_us = 1000, wait_us = 0;
  guint n = 0;

  for (; now_us < G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC; now_us += wait_us, n++)
    {
      wait_us = yodel_reconnect_delay_next (&delay, G_MAXUINT32 / 2, now_us);
      g_assert_cmpint (wait_us, <=, 60 * G_USEC_PER_SEC);
    }
  g_assert_cmpuint (n, <, 120);
  yodel_reconnect_delay_reset (&delay);
  g_assert_cmpint (yodel_reconnect_delay_next (&delay, 0, now_us), ==, G_USEC_PER_SEC / 2);
}

/* Two thousand who lost it together do not come together. */
static void
test_not_all_at_once (void)
{
  guint n_in_tenth[10] = { 0 };

  for (guint i = 0; i < 2000; i++)
    {
      YodelReconnectDelay delay = { 0 };
      gint64 wait_us = yodel_reconnect_delay_next (&delay, i * (G_MAXUINT32 / 2000), 1);

      n_in_tenth[(wait_us - G_USEC_PER_SEC / 2) * 20 / G_USEC_PER_SEC]++;
    }
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (n_in_tenth[i], <=, 202);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rendezvous/reconnect-delay/soon-during-the-first-minute", test_soon_during_the_first_minute);
  g_test_add_func ("/rendezvous/reconnect-delay/seldom-later", test_seldom_later);
  g_test_add_func ("/rendezvous/reconnect-delay/not-all-at-once", test_not_all_at_once);
  return g_test_run ();
}
