#include "rtp/arrival-recorder.h"
#include "rtp/transport-feedback.h"

#include "base/units.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *hex;        /* of a whole RTCP packet */
  gboolean    valid;
  guint       n_packets;
  guint       n_arrived;
  gint64      last_us;    /* arrival of the last that came */
} ParseCase;

/* common header, SSRCs 1 and 2, then base, count, reference, fb count, chunks, deltas */
static const ParseCase parse_cases[] = {
  { "run-of-small-deltas", "8fcd0006 00000001 00000002 fffe 0003 000001 07 2003 040404 000000 00", TRUE, 3, 3, 64000 + 3 * 1000 },
  { "one-bit-vector", "8fcd0005 00000001 00000002 0000 0003 000000 00 b400 0408", TRUE, 3, 2, 3000 },
  { "two-bit-vector-with-a-large-delta", "8fcd0006 00000001 00000002 0000 0002 000001 00 d800 04 fffc 00 0000", TRUE, 2, 2, 64000 },
  { "run-of-missing-ends-at-the-count", "8fcd0005 00000001 00000002 0000 0010 000000 00 1fff 0000", TRUE, 16, 0, -1 },
  { "deltas-in-the-padding", "afcd0005 00000001 00000002 0000 0002 000000 00 2002 0401", FALSE, 0, 0, 0 },
  { "padding-is-taken-off", "afcd0006 00000001 00000002 0000 0001 000000 00 2001 04 00 00000004", TRUE, 1, 1, 1000 },
  { "padding-longer-than-the-body", "afcd0005 00000001 00000002 0000 0001 000000 00 2001 04 ff", FALSE, 0, 0, 0 },
  { "no-packets", "8fcd0005 00000001 00000002 0000 0000 000000 00 2001 0400", FALSE, 0, 0, 0 },
  { "reserved-symbol", "8fcd0005 00000001 00000002 0000 0001 000000 00 6001 0400", FALSE, 0, 0, 0 },
  { "run-of-none", "8fcd0005 00000001 00000002 0000 0001 000000 00 2000 0400", FALSE, 0, 0, 0 },
  { "deltas-past-the-end", "8fcd0005 00000001 00000002 0000 0003 000000 00 2003 0404", FALSE, 0, 0, 0 },
  { "chunks-past-the-end", "8fcd0004 00000001 00000002 0000 0003 000000 00", FALSE, 0, 0, 0 },
  { "length-past-the-end", "8fcd0007 00000001 00000002 0000 0001 000000 00 2001 0400", FALSE, 0, 0, 0 },
  { "more-than-the-bound", "8fcd0005 00000001 00000002 0000 2001 000000 00 1fff 1fff", FALSE, 0, 0, 0 },
  { "another-format", "81cd0005 00000001 00000002 0000 0001 000000 00 2001 0400", FALSE, 0, 0, 0 },
  { "another-packet-type", "8fce0005 00000001 00000002 0000 0001 000000 00 2001 0400", FALSE, 0, 0, 0 },
  { "empty", "", FALSE, 0, 0, 0 },
};

static gsize
from_hex (const char *hex,
          guint8     *bytes)
{
  gsize n = 0;

  for (; *hex != '\0'; hex++)
    {
      if (*hex == ' ')
        continue;
      bytes[n++] = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
      hex++;
    }
  return n;
}

static void
test_parse (gconstpointer data)
{
  const ParseCase *c = data;
  guint8 bytes[256];
  gsize size = from_hex (c->hex, bytes);
  g_autofree YodelTransportFeedback *feedback = g_new0 (YodelTransportFeedback, 1);
  gint64 last_us = -1;
  guint n_arrived = 0;

  feedback->sender_ssrc = 77;
  g_assert_cmpint (yodel_transport_feedback_parse (feedback, bytes, size), ==, c->valid);
  g_assert_cmpuint (feedback->sender_ssrc, ==, c->valid ? 1 : 77);      /* untouched on failure */
  if (!c->valid)
    return;

  g_assert_cmpuint (feedback->n_packets, ==, c->n_packets);
  for (guint i = 0; i < feedback->n_packets; i++)
    if (feedback->arrived_us[i] >= 0)
      {
        n_arrived++;
        last_us = feedback->arrived_us[i];
      }
  g_assert_cmpuint (n_arrived, ==, c->n_arrived);
  g_assert_cmpint (last_us, ==, c->last_us);
}

/* Random losses, gaps, reordering and a clock that wraps: what is written is read. */
static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autofree YodelTransportFeedback *out = g_new0 (YodelTransportFeedback, 1);
  g_autofree YodelTransportFeedback *in = g_new0 (YodelTransportFeedback, 1);

  for (guint round = 0; round < 2000; round++)
    {
      gint64 at_us = YODEL_TRANSPORT_FEEDBACK_PERIOD_US - 100 * YODEL_US_PER_MS;
      double loss = g_rand_int_range (random, 0, 4) * 0.3;
      guint8 bytes[1200];
      guint capacity = g_rand_int_range (random, 60, sizeof bytes);
      YodelByteWriter writer = yodel_byte_writer_init (bytes, capacity);
      guint written;

      out->base_sequence = (guint16) g_rand_int (random);
      out->count = (guint8) round;
      out->n_packets = g_rand_int_range (random, 1, 400);
      for (guint i = 0; i < out->n_packets; i++)
        {
          at_us += g_rand_int_range (random, round % 3 == 0 ? -40000 : 0, round % 5 == 0 ? 200000 : 9000);
          out->arrived_us[i] = g_rand_double (random) < loss ? -1 : at_us % YODEL_TRANSPORT_FEEDBACK_PERIOD_US;
        }

      written = yodel_transport_feedback_write (out, &writer);
      g_assert_cmpuint (written, >, 0);
      g_assert_cmpuint (writer.size, <=, capacity);
      g_assert_false (writer.failed);
      g_assert_true (yodel_transport_feedback_parse (in, bytes, writer.size));
      g_assert_cmpuint (in->n_packets, ==, written);
      g_assert_cmpuint (in->base_sequence, ==, out->base_sequence);
      g_assert_cmpuint (in->count, ==, out->count);
      for (guint i = 0; i < written; i++)
        g_assert_cmpint (in->arrived_us[i], ==, out->arrived_us[i] < 0 ? -1 : out->arrived_us[i] / 250 * 250);
    }
}

static void
test_write_stays_in_its_room (void)
{
  g_autofree YodelTransportFeedback *feedback = g_new0 (YodelTransportFeedback, 1);

  feedback->n_packets = YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS;
  for (guint i = 0; i < feedback->n_packets; i++)
    feedback->arrived_us[i] = (i % 7) * 90 * YODEL_US_PER_MS;

  for (gsize capacity = 0; capacity < 200; capacity++)
    {
      guint8 bytes[201];
      YodelByteWriter writer = yodel_byte_writer_init (bytes, capacity);
      guint n;

      memset (bytes, 0x5a, sizeof bytes);
      n = yodel_transport_feedback_write (feedback, &writer);
      g_assert_cmpuint (writer.size, <=, capacity);
      g_assert_true (n > 0 || writer.size == 0);
      for (gsize i = capacity; i < sizeof bytes; i++)
        g_assert_cmpuint (bytes[i], ==, 0x5a);
    }
}

/* Collects the recorder's reports into one table by number. */
typedef struct
{
  YodelArrivalRecorder   *recorder;
  YodelTransportFeedback *feedback;
  gint64                  arrived_us[70000];
  guint                   n_reports;
  guint16                 last_base;
} Listener;

static void
listener_listen (Listener *self,
                 gint64    now_us)
{
  for (;;)
    {
      guint8 bytes[1000];
      YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);

      if (!yodel_arrival_recorder_poll (self->recorder, 1, 2, &writer, now_us))
        return;
      g_assert_true (yodel_transport_feedback_parse (self->feedback, bytes, writer.size));
      for (guint i = 0; i < self->feedback->n_packets; i++)
        self->arrived_us[(guint16) (self->feedback->base_sequence + i)] = self->feedback->arrived_us[i];
      self->last_base = self->feedback->base_sequence;
      self->n_reports++;
    }
}

static Listener *
listener_new (void)
{
  Listener *self = g_new0 (Listener, 1);

  self->recorder = yodel_arrival_recorder_new ();
  self->feedback = g_new0 (YodelTransportFeedback, 1);
  for (guint i = 0; i < G_N_ELEMENTS (self->arrived_us); i++)
    self->arrived_us[i] = -2;
  return self;
}

static void
listener_free (Listener *self)
{
  yodel_arrival_recorder_free (self->recorder);
  g_free (self->feedback);
  g_free (self);
}

static void
test_recorder_reports_every_50_ms (void)
{
  Listener *listener = listener_new ();

  g_assert_cmpint (yodel_arrival_recorder_next_deadline_us (listener->recorder), ==, YODEL_NEVER_US);
  for (gint64 now_us = 0; now_us < G_USEC_PER_SEC; now_us += YODEL_US_PER_MS)
    {
      if (now_us % 10000 == 0)
        yodel_arrival_recorder_record (listener->recorder, now_us / 10000 + 65500, now_us);
      listener_listen (listener, now_us);
    }

  g_assert_cmpuint (listener->n_reports, ==, 19);
  for (guint i = 0; i < 90; i++)
    g_assert_cmpint (listener->arrived_us[(guint16) (65500 + i)], ==, i * 10000);
  listener_free (listener);
}

static void
test_recorder_takes_a_late_packet_up_again (void)
{
  Listener *listener = listener_new ();

  yodel_arrival_recorder_record (listener->recorder, 10, 0);
  yodel_arrival_recorder_record (listener->recorder, 12, 2000);
  listener_listen (listener, 50000);
  g_assert_cmpint (listener->arrived_us[11], ==, -1);
  g_assert_cmpint (yodel_arrival_recorder_next_deadline_us (listener->recorder), ==, YODEL_NEVER_US);

  yodel_arrival_recorder_record (listener->recorder, 11, 60000);
  yodel_arrival_recorder_record (listener->recorder, 12, 61000);       /* a duplicate is no news */
  yodel_arrival_recorder_record (listener->recorder, 13, 62000);
  listener_listen (listener, 100000);
  g_assert_cmpuint (listener->last_base, ==, 11);
  g_assert_cmpint (listener->arrived_us[11], ==, 60000);
  g_assert_cmpint (listener->arrived_us[12], ==, 2000);
  g_assert_cmpint (listener->arrived_us[13], ==, 62000);
  listener_free (listener);
}

static void
test_recorder_splits_what_is_too_large (void)
{
  Listener *listener = listener_new ();

  for (guint i = 0; i < 5000; i++)
    yodel_arrival_recorder_record (listener->recorder, i, i * 10);
  listener_listen (listener, 100000);
  g_assert_cmpuint (listener->n_reports, >, 4);
  for (guint i = 0; i < 5000; i++)
    g_assert_cmpint (listener->arrived_us[i], ==, i * 10 / 250 * 250);
  listener_free (listener);
}

/* A peer that jumps about cannot make it grow or hang. */
static void
test_recorder_survives_wild_numbers (void)
{
  Listener *listener = listener_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (guint i = 0; i < 3000; i++)
    {
      yodel_arrival_recorder_record (listener->recorder, g_rand_int (random), i * 1000);
      listener_listen (listener, i * 1000);
    }
  g_assert_cmpuint (listener->n_reports, >, 50);
  listener_free (listener);
}

static void
test_recorder_spares_a_thin_path (void)
{
  g_autoptr (YodelArrivalRecorder) recorder = yodel_arrival_recorder_new ();
  static const struct { guint rate_bps; gint64 interval_us; } rates[] = {
    { 1000000, 50000 }, { 108800, 100000 }, { 20000, 250000 }, { 0, 250000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autoptr (YodelArrivalRecorder) fresh = yodel_arrival_recorder_new ();

      yodel_arrival_recorder_set_rate (fresh, rates[i].rate_bps);
      yodel_arrival_recorder_record (fresh, 1, 1000);
      g_assert_cmpint (yodel_arrival_recorder_next_deadline_us (fresh), ==, 1000 + rates[i].interval_us);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (parse_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/rtp/transport-feedback/parse/", parse_cases[i].name, NULL);

      g_test_add_data_func (path, &parse_cases[i], test_parse);
    }
  g_test_add_func ("/rtp/transport-feedback/what-is-written-is-read", test_round_trip);
  g_test_add_func ("/rtp/transport-feedback/writing-stays-in-its-room", test_write_stays_in_its_room);
  g_test_add_func ("/rtp/arrival-recorder/reports-every-50-ms", test_recorder_reports_every_50_ms);
  g_test_add_func ("/rtp/arrival-recorder/takes-a-late-packet-up-again", test_recorder_takes_a_late_packet_up_again);
  g_test_add_func ("/rtp/arrival-recorder/splits-what-is-too-large", test_recorder_splits_what_is_too_large);
  g_test_add_func ("/rtp/arrival-recorder/survives-wild-numbers", test_recorder_survives_wild_numbers);
  g_test_add_func ("/rtp/arrival-recorder/spares-a-thin-path", test_recorder_spares_a_thin_path);
  return g_test_run ();
}
