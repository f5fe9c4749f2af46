#include "playout-lab.h"

#include <math.h>
#include <string.h>

#include "audio/opus-encoder.h"
#include "rtp/nack-generator.h"

#define LOOP_S      10               /* what is encoded once and sent again and again */
#define HEADERS     (28 + 12 + 10)
#define TICK_US     10000

typedef struct
{
  guint8 bytes[YODEL_OPUS_MAX_BYTES];
  gsize  size;
} Packet;

typedef struct
{
  guint   packet;
  gint64  arrival_us;
} Flight;

typedef struct
{
  Lab    *lab;
  Packet *packets;
  guint   n_packets;                 /* in the loop */
  guint   frame_samples;
  GArray *flights;                   /* of Flight, by arrival */
  YodelNackGenerator *missing;
} Run;

double
lab_random (Lab *lab)
{
  lab->seed = lab->seed * 1664525u + 1013904223u;
  return (lab->seed >> 8) / 16777216.0;
}

double
lab_gauss (Lab *lab)
{
  double u = lab_random (lab) + 1e-9, v = lab_random (lab);

  return sqrt (-2 * log (u)) * cos (2 * G_PI * v);
}

/* Something like a voice: pulses of a gliding pitch through two formants, four syllables a
 * second, a breath now and then, and a quiet room. */
const gint16 *
lab_speech (gsize *n_samples)
{
  static gint16 speech[LOOP_S * 48000];
  Lab dice = { .seed = 5 };
  double phase = 0, f[2][2] = { { 0 } };

  *n_samples = G_N_ELEMENTS (speech);
  for (gsize i = 0; i < G_N_ELEMENTS (speech) && speech[G_N_ELEMENTS (speech) / 3] == 0; i++)
    {
      double t = i / 48000.0, syllable = fmod (t * 4, 1), x, y = 0;
      double pitch = 130 + 40 * sin (2 * G_PI * 0.7 * t) + 8 * sin (2 * G_PI * 5 * t);
      double loud = fmod (t, 2.5) > 2 ? 0 : pow (sin (G_PI * syllable), 2);
      gboolean voiced = fmod (t * 4, 5) < 4;
      double formants[2] = { 500 + 300 * sin (2 * G_PI * 1.3 * t), 1500 + 600 * sin (2 * G_PI * 0.9 * t) };

      phase += pitch / 48000;
      x = voiced ? (phase >= 1 ? 30 : 0) : lab_random (&dice) - 0.5;
      phase -= phase >= 1;
      for (guint k = 0; k < 2; k++)
        {
          double r = 0.985, next = x + 2 * r * cos (2 * G_PI * formants[k] / 48000) * f[k][0] - r * r * f[k][1];

          f[k][1] = f[k][0];
          f[k][0] = next;
          y += next * (k == 0 ? 1 : 0.6);
        }
      speech[i] = (gint16) CLAMP (y * loud * 60 + (lab_random (&dice) - 0.5) * 40, -30000, 30000);
    }

  return speech;
}

static void
encode_loop (Run *run)
{
  Lab *lab = run->lab;
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  gsize n;

  if (lab->speech == NULL)
    lab->speech = lab_speech (&lab->speech_samples);
  if (lab->frame_ms == 0)
    lab->frame_ms = 20;

  yodel_opus_encoder_set_frame_ms (encoder, lab->frame_ms);
  yodel_opus_encoder_set_bitrate_bps (encoder, lab->bitrate_bps > 0 ? lab->bitrate_bps : 32000);
  yodel_opus_encoder_set_fec (encoder, lab->fec_percent > 0);
  yodel_opus_encoder_set_packet_loss_percent (encoder, lab->fec_percent);
  yodel_opus_encoder_set_dtx (encoder, lab->dtx);
  yodel_opus_encoder_set_complexity (encoder, lab->complexity);
  run->frame_samples = yodel_opus_encoder_get_frame_samples (encoder);

  n = MIN (lab->speech_samples, (gsize) lab->n_seconds * 48000) / run->frame_samples;
  run->n_packets = (guint) n;
  run->packets = g_new0 (Packet, n);
  for (gsize i = 0; i < n; i++)
    {
      gssize size = yodel_opus_encoder_encode (encoder, lab->speech + i * run->frame_samples, run->frame_samples,
                                               run->packets[i].bytes, YODEL_OPUS_MAX_BYTES);

      g_assert_cmpint (size, >=, 0);
      run->packets[i].size = (gsize) size;
    }
}

static const Packet *
packet_at (const Run *run,
           guint      packet)
{
  return &run->packets[packet % run->n_packets];
}

static guint32
rtp_time_of (const Run *run,
             guint      packet)
{
  return run->lab->first_rtp_time + packet * run->frame_samples;
}

static void
take_off (Run    *run,
          guint   packet,
          gint64  arrival_us)
{
  Flight flight = { packet, arrival_us };
  guint i = run->flights->len;

  while (i > 0 && g_array_index (run->flights, Flight, i - 1).arrival_us > arrival_us)
    i--;
  g_array_insert_val (run->flights, i, flight);
}

static void
send_packet (Run    *run,
             guint   packet,
             gint64  sent_us)
{
  Lab *lab = run->lab;
  gint64 transit_us = lab->transit != NULL ? lab->transit (lab, packet, sent_us) : 20000;

  lab->bytes_sent += packet_at (run, packet)->size + HEADERS + (lab->n_distances > 0 ? 1 : 0);
  for (guint i = 0; i < lab->n_distances && lab->distances[i] <= packet; i++)
    lab->bytes_sent += packet_at (run, packet - lab->distances[i])->size + 4;

  if (transit_us == LAB_LOST)
    return;

  g_array_append_val (lab->transits_us, transit_us);
  take_off (run, packet, sent_us + transit_us);
}

/* Sequence numbers count what is sent: silence under DTX takes none. */
static gint64
sequence_of (const Run *run,
             guint      packet)
{
  guint whole = packet / run->n_packets, part = packet % run->n_packets;
  gint64 each = 0, before = 0;

  if (!run->lab->dtx)
    return packet;

  for (guint i = 0; i < run->n_packets; i++)
    {
      each += run->packets[i].size > 0;
      before += i < part && run->packets[i].size > 0;
    }
  return whole * each + before;
}

static void
ask_again (Run    *run,
           gint64  now_us)
{
  Lab *lab = run->lab;
  guint16 numbers[50];
  guint n;

  for (guint i = yodel_nack_generator_get_n_missing (run->missing); i-- > 0;)
    {
      gint64 sequence = yodel_nack_generator_get_missing (run->missing, i);

      if (!yodel_playout_buffer_wants (lab->buffer, sequence, now_us + lab->rtt_us))
        yodel_nack_generator_forget (run->missing, sequence);
    }

  n = yodel_nack_generator_poll (run->missing, numbers, G_N_ELEMENTS (numbers), now_us);
  for (guint i = 0; i < n; i++)
    {
      gint64 transit_us = lab->transit (lab, numbers[i], now_us + lab->rtt_us / 2);

      yodel_playout_buffer_on_asked (lab->buffer, numbers[i]);
      lab->bytes_sent += packet_at (run, numbers[i])->size + HEADERS + 2;
      if (transit_us != LAB_LOST && lab_random (lab) > 0.1)
        take_off (run, numbers[i], now_us + lab->rtt_us / 2 + transit_us);
    }
}

static void
land (Run          *run,
      const Flight *flight)
{
  Lab *lab = run->lab;
  guint packet = flight->packet;

  for (guint i = 0; i < lab->n_distances && lab->distances[i] <= packet; i++)
    yodel_playout_buffer_push_redundant (lab->buffer, rtp_time_of (run, packet - lab->distances[i]),
                                         packet_at (run, packet - lab->distances[i])->bytes,
                                         packet_at (run, packet - lab->distances[i])->size, flight->arrival_us);
  yodel_playout_buffer_push (lab->buffer, sequence_of (run, packet), rtp_time_of (run, packet),
                             packet_at (run, packet)->bytes, packet_at (run, packet)->size, flight->arrival_us);
  if (lab->rtt_us > 0)
    {
      yodel_nack_generator_push (run->missing, sequence_of (run, packet), FALSE, flight->arrival_us);
      ask_again (run, flight->arrival_us);
    }
}

static void
listen (Run    *run,
        guint   tick,
        gint64  now_us)
{
  Lab *lab = run->lab;
  gint16 sound[YODEL_PLAYOUT_SAMPLES];
  gint64 rtp_time;
  double delay_ms = NAN;
  YodelPlayoutKind kind;

  if (now_us >= lab->asleep_us[0] && now_us < lab->asleep_us[1])
    {
      g_array_append_val (lab->delays_ms, delay_ms);
      return;
    }

  kind = yodel_playout_buffer_pop (lab->buffer, sound, now_us);
  lab->kinds[kind]++;
  if (yodel_playout_buffer_get_playout_time (lab->buffer, &rtp_time))
    {
      double mouth_us = (double) (rtp_time - YODEL_PLAYOUT_SAMPLES - lab->first_rtp_time) / 0.048 / (1 + lab->skew_ppm * 1e-6);

      delay_ms = (now_us - mouth_us) / 1000;
    }
  g_array_append_val (lab->delays_ms, delay_ms);
  if (lab->out != NULL)
    memcpy (lab->out + tick * YODEL_PLAYOUT_SAMPLES, sound, sizeof sound);
  if (lab->tick != NULL)
    lab->tick (lab, kind, now_us);
}

/* A frame is sent the moment that its last sample has been captured. */
void
lab_run (Lab *lab)
{
  g_autofree Run *run = g_new0 (Run, 1);
  guint next = 0, n_ticks = lab->n_seconds * 100;

  run->lab = lab;
  run->flights = g_array_new (FALSE, FALSE, sizeof (Flight));
  lab->delays_ms = g_array_new (FALSE, FALSE, sizeof (double));
  lab->transits_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  lab->buffer = yodel_playout_buffer_new ();
  run->missing = yodel_nack_generator_new ();
  yodel_nack_generator_set_rtt (run->missing, lab->rtt_us);
  encode_loop (run);

  for (guint tick = 0; tick < n_ticks; tick++)
    {
      gint64 now_us = (gint64) tick * TICK_US + lab->phase_us;

      for (;; next++)
        {
          double captured_us = (next + 1.0) * lab->frame_ms * 1000 / (1 + lab->skew_ppm * 1e-6);

          if (captured_us > now_us)
            break;
          if (packet_at (run, next)->size > 0)
            send_packet (run, next, (gint64) captured_us);
        }

      while (run->flights->len > 0 && g_array_index (run->flights, Flight, 0).arrival_us <= now_us)
        {
          Flight flight = g_array_index (run->flights, Flight, 0);

          g_array_remove_index (run->flights, 0);
          land (run, &flight);
        }
      listen (run, tick, now_us);
    }

  yodel_playout_buffer_get_statistics (lab->buffer, &lab->statistics);
  g_array_unref (run->flights);
  yodel_nack_generator_free (run->missing);
  g_free (run->packets);
}

void
lab_clear (Lab *lab)
{
  g_clear_pointer (&lab->buffer, yodel_playout_buffer_free);
  g_clear_pointer (&lab->delays_ms, g_array_unref);
  g_clear_pointer (&lab->transits_us, g_array_unref);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Mouth to ear without the codec's look-ahead. */
double
lab_delay_ms (Lab    *lab,
              double  quantile,
              double  from_s,
              double  to_s)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = (guint) (from_s * 100); i < lab->delays_ms->len && i < to_s * 100; i++)
    {
      double delay_ms = g_array_index (lab->delays_ms, double, i);

      if (!isnan (delay_ms))
        g_array_append_val (sorted, delay_ms);
    }
  g_assert_cmpuint (sorted->len, >, 0);
  g_array_sort (sorted, compare);
  return g_array_index (sorted, double, (guint) (quantile * (sorted->len - 1)));
}

/* What the buffer adds to the wait of a packet, on average. */
double
lab_mean_buffer_ms (Lab *lab)
{
  return lab->statistics.jitter_buffer_delay_us / 1000.0 / MAX (lab->statistics.jitter_buffer_emitted_count, 1);
}

double
lab_concealed (Lab *lab)
{
  return (double) lab->statistics.concealed_samples / MAX (lab->statistics.total_samples_received, 1);
}
