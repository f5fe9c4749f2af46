#include "audio/loss-controller.h"

#define SECOND G_USEC_PER_SEC

typedef struct
{
  const char     *name;
  YodelLossInput  input;
  gboolean        fec;               /* in-band copies are asked of the encoder */
  guint8          distances[4];
  guint           n_distances;
  guint           frame_ms;
  guint           bitrate_bps;
  gboolean        nack;
  gboolean        survival;
} Case;

#define RED  .can_red = TRUE, .rtt_us = 50000
#define NEAR .can_red = TRUE, .can_nack = TRUE, .rtt_us = 10000

static const Case cases[] = {
  { "no-loss",              { RED, .loss = 0 },                       FALSE, { 0 }, 0, 20, 32000, FALSE, FALSE },
  { "one-percent",          { RED, .loss = 0.01 },                    FALSE, { 0 }, 0, 20, 32000, FALSE, FALSE },
  { "two-percent",          { RED, .loss = 0.02 },                    FALSE, { 1 }, 1, 20, 32000, FALSE, FALSE },
  { "two-without-red",      { .rtt_us = 200000, .loss = 0.02 },       FALSE, { 0 }, 0, 20, 32000, FALSE, FALSE },
  { "five-percent",         { RED, .loss = 0.05 },                    FALSE, { 1, 2 }, 2, 10, 28000, FALSE, FALSE },
  { "five-in-20-ms",        { RED, .loss = 0.05, .frame_ms = 20 },    FALSE, { 1 }, 1, 20, 32000, FALSE, FALSE },
  { "five-in-20-ms-at-least", { RED, .loss = 0.05, .min_frame_ms = 20 }, FALSE, { 1 }, 1, 20, 32000, FALSE, FALSE },
  { "five-in-10-ms-at-least", { RED, .loss = 0.05, .min_frame_ms = 10 }, FALSE, { 1, 2 }, 2, 10, 28000, FALSE, FALSE },
  { "five-on-130-kbit",     { RED, .loss = 0.05, .available_bps = 130000 }, FALSE, { 1 }, 1, 20, 32000, FALSE, FALSE },
  { "five-of-thin-speech",  { RED, .loss = 0.05, .max_bitrate_bps = 20000 }, FALSE, { 1 }, 1, 20, 20000, FALSE, FALSE },
  { "five-of-music",        { RED, .loss = 0.05, .max_bitrate_bps = 64000 }, FALSE, { 1 }, 1, 20, 64000, FALSE, FALSE },
  { "five-without-red",     { .rtt_us = 200000, .loss = 0.05 },       TRUE,  { 0 }, 0, 20, 40000, FALSE, FALSE },
  { "five-nack-near",       { .rtt_us = 30000, .loss = 0.05, .can_nack = TRUE }, TRUE, { 0 }, 0, 20, 40000, TRUE, FALSE },
  { "five-nack-far",        { .rtt_us = 200000, .loss = 0.05, .can_nack = TRUE }, TRUE, { 0 }, 0, 20, 40000, FALSE, FALSE },
  { "five-nack-unknown",    { .rtt_us = -1, .loss = 0.05, .can_nack = TRUE }, TRUE, { 0 }, 0, 20, 40000, FALSE, FALSE },
  { "one-nack-near",        { NEAR, .loss = 0.01 },                   FALSE, { 0 }, 0, 20, 32000, FALSE, FALSE },
  { "two-nack-near",        { NEAR, .loss = 0.02 },                   FALSE, { 0 }, 0, 20, 32000, TRUE,  FALSE },
  { "four-in-bursts-nack-near", { NEAR, .loss = 0.04, .mean_burst = 3 }, FALSE, { 0 }, 0, 20, 32000, TRUE, FALSE },
  { "ten-nack-near",        { NEAR, .loss = 0.1 },                    FALSE, { 1 }, 1, 20, 32000, TRUE,  FALSE },
  { "five-nack-and-copies", { RED, .loss = 0.05, .can_nack = TRUE },  FALSE, { 1, 2 }, 2, 10, 28000, TRUE,  FALSE },
  { "two-nack-near-on-24-kbit", { NEAR, .loss = 0.02, .available_bps = 24000 }, FALSE, { 0 }, 0, 40, 12000, TRUE, TRUE },
  { "two-nack-on-24-kbit",  { RED, .loss = 0.02, .available_bps = 24000, .can_nack = TRUE }, FALSE, { 0 }, 0, 40, 12000, FALSE, TRUE },
  { "twenty-percent",       { RED, .loss = 0.2 },                     FALSE, { 1, 2, 3 }, 3, 20, 32000, FALSE, FALSE },
  { "thirty-percent",       { RED, .loss = 0.3 },                     FALSE, { 1, 2, 3 }, 3, 20, 32000, FALSE, FALSE },
  { "three-in-bursts",      { RED, .loss = 0.03, .mean_burst = 3 },   FALSE, { 1, 3 }, 2, 20, 32000, FALSE, FALSE },
  { "ten-in-bursts",        { RED, .loss = 0.1, .mean_burst = 3 },    FALSE, { 1, 3, 5 }, 3, 20, 32000, FALSE, FALSE },
  { "ten-in-bursts-nack",   { RED, .loss = 0.1, .mean_burst = 3, .can_nack = TRUE }, FALSE, { 1, 3, 5 }, 3, 20, 32000, TRUE, FALSE },
  { "ten-in-bursts-nack-near", { NEAR, .loss = 0.1, .mean_burst = 3 }, FALSE, { 1 }, 1, 20, 32000, TRUE, FALSE },
  { "ten-by-chance",        { RED, .loss = 0.1, .mean_burst = 1.1 },  FALSE, { 1, 2 }, 2, 10, 28000, FALSE, FALSE },
  { "thirty-by-chance",     { RED, .loss = 0.3, .mean_burst = 1.43 }, FALSE, { 1, 2, 3 }, 3, 20, 32000, FALSE, FALSE },
  { "twenty-in-bursts",     { RED, .loss = 0.2, .mean_burst = 3 },    FALSE, { 1, 3, 5 }, 3, 20, 32000, FALSE, FALSE },
  { "thirty-on-100-kbit",   { RED, .loss = 0.3, .available_bps = 100000 }, FALSE, { 1, 2, 3 }, 3, 20, 16000, FALSE, FALSE },
  { "thirty-on-70-kbit",    { RED, .loss = 0.3, .available_bps = 70000 },  FALSE, { 1 }, 1, 20, 20000, FALSE, FALSE },
  { "thirty-on-45-kbit",    { RED, .loss = 0.3, .available_bps = 45000 },  TRUE,  { 0 }, 0, 20, 20000, FALSE, FALSE },
  { "clean-on-24-kbit",     { RED, .loss = 0, .available_bps = 24000 },    FALSE, { 0 }, 0, 40, 12000, FALSE, TRUE },
  { "two-on-16-kbit",       { RED, .loss = 0.02, .available_bps = 16000 }, FALSE, { 0 }, 0, 60, 8000, FALSE, TRUE },
  { "less-than-anything",   { RED, .loss = 0.5, .available_bps = 1 },      TRUE,  { 0 }, 0, 60, 6000, FALSE, TRUE },
  { "thin-and-20-ms-at-most",  { RED, .loss = 0, .available_bps = 34000, .max_frame_ms = 20 }, FALSE, { 0 }, 0, 20, 10000, FALSE, TRUE },
  { "usually-more-than-at-most", { RED, .loss = 0, .frame_ms = 60, .max_frame_ms = 40 }, FALSE, { 0 }, 0, 40, 32000, FALSE, FALSE },
  { "music-in-short-frames", { RED, .loss = 0, .max_bitrate_bps = 128000, .frame_ms = 10 }, FALSE, { 0 }, 0, 10, 128000, FALSE, FALSE },
  { "music",                { RED, .loss = 0, .max_bitrate_bps = 128000 }, FALSE, { 0 }, 0, 20, 128000, FALSE, FALSE },
  { "loss-beyond-all",      { RED, .loss = 7 },                       FALSE, { 1, 2, 3 }, 3, 20, 32000, FALSE, FALSE },
};

static void
test_choice (gconstpointer data)
{
  const Case *c = data;
  YodelLossController controller;
  const YodelLossProtection *choice = &controller.choice;

  yodel_loss_controller_init (&controller);
  yodel_loss_controller_update (&controller, &c->input, SECOND);
  g_assert_cmpint (choice->packet_loss_percent > 0, ==, c->fec);
  g_assert_cmpmem (choice->distances, choice->n_distances, c->distances, c->n_distances);
  g_assert_cmpuint (choice->frame_ms, ==, c->frame_ms);
  g_assert_cmpuint (choice->bitrate_bps, ==, c->bitrate_bps);
  g_assert_cmpint (choice->nack, ==, c->nack);
  g_assert_cmpint (choice->survival, ==, c->survival);
  g_assert_false (yodel_loss_controller_update (&controller, &c->input, SECOND + 1));
}

/* All that is sent stays within the rate there is, whatever the loss. */
static void
test_rate_is_kept (void)
{
  for (gint64 available_bps = 16000; available_bps < 200000; available_bps += 1000)
    for (guint loss = 0; loss <= 50; loss += 5)
      {
        YodelLossInput input = { RED, .loss = loss / 100.0, .available_bps = available_bps };
        YodelLossController controller;
        gint64 sent_bps;

        yodel_loss_controller_init (&controller);
        yodel_loss_controller_update (&controller, &input, SECOND);
        sent_bps = controller.choice.bitrate_bps * (1 + controller.choice.n_distances) +
                   (58 + (controller.choice.n_distances > 0 ? 1 + 4 * controller.choice.n_distances : 0)) * 8000 /
                     controller.choice.frame_ms;
        g_assert_cmpint (sent_bps, <=, MIN (available_bps, 160000));
      }
}

static void
test_loss_is_believed_at_once_and_forgotten_slowly (void)
{
  YodelLossInput bad = { RED, .loss = 0.2 }, good = { RED, .loss = 0 };
  YodelLossController controller;
  guint changes = 0;

  yodel_loss_controller_init (&controller);
  yodel_loss_controller_update (&controller, &good, 0);
  g_assert_true (yodel_loss_controller_update (&controller, &bad, SECOND));
  g_assert_cmpuint (controller.choice.n_distances, ==, 3);

  for (guint i = 2; i < 7; i++)
    g_assert_false (yodel_loss_controller_update (&controller, &good, i * SECOND));
  for (guint i = 7; i < 90; i++)
    changes += yodel_loss_controller_update (&controller, &good, i * SECOND);
  g_assert_cmpuint (controller.choice.n_distances, ==, 0);
  g_assert_cmpuint (controller.choice.packet_loss_percent, ==, 0);
  g_assert_cmpuint (changes, <, 8);
}

static void
test_loss_on_the_edge_does_not_flap (void)
{
  YodelLossController controller;
  guint changes = 0;

  yodel_loss_controller_init (&controller);
  for (guint i = 0; i < 120; i++)
    {
      YodelLossInput input = { RED, .loss = i % 2 == 0 ? 0.03 : 0.04 };

      changes += yodel_loss_controller_update (&controller, &input, i * SECOND);
    }
  g_assert_cmpuint (changes, <=, 2);
}

/* As is measured of a few dozen losses, most of them alone or most of them not. */
static void
test_bursts_on_the_edge_do_not_flap (void)
{
  YodelLossController controller;
  guint changes = 0;

  yodel_loss_controller_init (&controller);
  for (guint i = 0; i < 120; i++)
    {
      YodelLossInput input = { RED, .loss = 0.1, .mean_burst = i % 2 == 0 ? 1.6 : 2.0 };

      changes += yodel_loss_controller_update (&controller, &input, i * SECOND);
    }
  g_assert_cmpuint (changes, <=, 2);
  g_assert_cmpuint (controller.choice.n_distances, ==, 3);

  /* Now they are alone, and less will do. */
  for (guint i = 120; i < 125; i++)
    yodel_loss_controller_update (&controller, &(YodelLossInput) { RED, .loss = 0.1, .mean_burst = 1.1 }, i * SECOND);
  g_assert_cmpuint (controller.choice.n_distances, ==, 2);
  g_assert_cmpuint (controller.choice.frame_ms, ==, 10);
}

static void
test_rate_is_lost_at_once_and_regained_slowly (void)
{
  YodelLossController controller;
  YodelLossInput input = { RED, .available_bps = 100000 };

  yodel_loss_controller_init (&controller);
  yodel_loss_controller_update (&controller, &input, 0);
  input.available_bps = 20000;
  g_assert_true (yodel_loss_controller_update (&controller, &input, SECOND));
  g_assert_true (controller.choice.survival);

  input.available_bps = 60000;
  g_assert_false (yodel_loss_controller_update (&controller, &input, 2 * SECOND));
  g_assert_false (yodel_loss_controller_update (&controller, &input, 4 * SECOND));
  g_assert_true (yodel_loss_controller_update (&controller, &input, 5 * SECOND));
  g_assert_true (controller.choice.survival);      /* a little more, and see whether it fits */
  for (guint i = 6; i < 18; i++)
    yodel_loss_controller_update (&controller, &input, i * SECOND);
  g_assert_false (controller.choice.survival);
}

/* Of a path whose round trip is now a little shorter, now a little longer than what is in reach. */
static void
test_round_trip_on_the_edge_does_not_flap (void)
{
  static const gint64 edges_us[] = { 70000, 15000 };

  for (guint k = 0; k < G_N_ELEMENTS (edges_us); k++)
    {
      YodelLossController controller;
      guint changes = 0;

      yodel_loss_controller_init (&controller);
      for (guint i = 0; i < 120; i++)
        {
          YodelLossInput input = { NEAR, .loss = 0.03 };

          input.rtt_us = edges_us[k] + (i % 2 == 0 ? -2000 : 2000);
          changes += yodel_loss_controller_update (&controller, &input, i * SECOND);
        }
      g_assert_cmpuint (changes, <=, 1);
      g_assert_true (controller.choice.nack);
    }
}

/* A peer that asks for nothing, or too late: what it reports stays missing, so copies are sent. */
static void
test_retransmission_that_does_not_help_is_not_counted_on (void)
{
  YodelLossInput input = { NEAR, .loss = 0.04, .unrepaired = 0.04 };
  YodelLossController controller;

  yodel_loss_controller_init (&controller);
  yodel_loss_controller_update (&controller, &input, SECOND);
  g_assert_cmpuint (controller.choice.n_distances, ==, 0);
  for (guint i = 2; i < 6; i++)
    yodel_loss_controller_update (&controller, &input, i * SECOND);
  g_assert_cmpuint (controller.choice.n_distances, ==, 1);

  /* Half a minute after all is well it is tried again. */
  input.unrepaired = 0;
  for (guint i = 6; i < 33; i++)
    yodel_loss_controller_update (&controller, &input, i * SECOND);
  g_assert_cmpuint (controller.choice.n_distances, ==, 1);
  for (guint i = 33; i < 40; i++)
    yodel_loss_controller_update (&controller, &input, i * SECOND);
  g_assert_cmpuint (controller.choice.n_distances, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/loss-controller/choice/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_choice);
    }
  g_test_add_func ("/audio/loss-controller/rate-is-kept", test_rate_is_kept);
  g_test_add_func ("/audio/loss-controller/loss-is-forgotten-slowly", test_loss_is_believed_at_once_and_forgotten_slowly);
  g_test_add_func ("/audio/loss-controller/loss-on-the-edge-does-not-flap", test_loss_on_the_edge_does_not_flap);
  g_test_add_func ("/audio/loss-controller/bursts-on-the-edge-do-not-flap", test_bursts_on_the_edge_do_not_flap);
  g_test_add_func ("/audio/loss-controller/rate-is-regained-slowly", test_rate_is_lost_at_once_and_regained_slowly);
  g_test_add_func ("/audio/loss-controller/round-trip-on-the-edge-does-not-flap", test_round_trip_on_the_edge_does_not_flap);
  g_test_add_func ("/audio/loss-controller/retransmission-is-counted-on-where-it-helps",
                   test_retransmission_that_does_not_help_is_not_counted_on);
  return g_test_run ();
}
