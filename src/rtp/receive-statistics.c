#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/receive-statistics.h"

#include "base/sequence.h"

/* RFC 3550 appendix A.1: a jump further ahead, or further back, is a source that started anew, if
 * the number after it comes next. */
#define MAX_DROPOUT    3000
#define MAX_MISORDER   100

/* A step of the timestamp against arrival beyond this is no jitter of a network but a new
 * timeline. */
#define MAX_TRANSIT_STEP_S 5

void
yodel_receive_statistics_init (YodelReceiveStatistics *self,
                               guint32                 ssrc,
                               guint32                 clock_rate_hz)
{
  g_assert (clock_rate_hz > 0);

  *self = (YodelReceiveStatistics) {
    .ssrc = ssrc, .clock_rate_hz = clock_rate_hz, .candidate = -1,
  };
}

static gint64
get_expected (const YodelReceiveStatistics *self)
{
  return self->started ? self->highest_sequence - self->first_sequence + 1 : 0;
}

static gint64
get_lost_in_run (const YodelReceiveStatistics *self)
{
  return get_expected (self) - (gint64) self->received_in_run;
}

/* The numbers begin anew.  What was lost stays lost; the extended number goes on in the next cycle,
 * so that the peer never sees it fall. */
static void
start_run (YodelReceiveStatistics *self,
           guint16                 sequence_number)
{
  gint64 cycles = self->started ? (self->highest_sequence | 0xffff) + 1 : 0;

  self->lost_before += get_lost_in_run (self);
  self->first_sequence = cycles + sequence_number;
  self->highest_sequence = self->first_sequence;
  self->received_in_run = 0;
  self->reported_expected = 0;
  self->reported_received = 0;
  self->candidate = -1;
  self->seen = 1;
  self->started = TRUE;
}

/* Puts @sequence among the last 64 numbers.  Returns: whether it was there already */
static gboolean
mark_seen (YodelReceiveStatistics *self,
           gint64                  sequence)
{
  gint64 behind = self->highest_sequence - sequence;
  guint64 bit;

  if (behind < 0)
    {
      self->seen = -behind < 64 ? self->seen << -behind : 0;
      self->seen |= 1;
      self->highest_sequence = sequence;
      return FALSE;
    }

  if (behind >= 64)
    return FALSE;
  bit = G_GUINT64_CONSTANT (1) << behind;
  if (self->seen & bit)
    return TRUE;
  self->seen |= bit;
  return FALSE;
}

/* Appendix A.8, over packets in order that begin a new instant: those of one video frame share a
 * timestamp, and the pacer that spreads them is not the network. */
static void
update_jitter (YodelReceiveStatistics *self,
               guint32                 rtp_time,
               gint64                  arrival_us)
{
  gint64 elapsed, step;

  elapsed = (arrival_us - self->jitter_arrival_us) * self->clock_rate_hz / G_USEC_PER_SEC;
  step = ABS (elapsed - yodel_sequence_diff32 (rtp_time, self->jitter_rtp_time));
  if (step < (gint64) MAX_TRANSIT_STEP_S * self->clock_rate_hz)
    self->jitter_x16 += step - ((self->jitter_x16 + 8) >> 4);

  self->jitter_rtp_time = rtp_time;
  self->jitter_arrival_us = arrival_us;
}

/* Returns: %FALSE if the number is so far off that it waits for its successor */
static gboolean
accept_sequence (YodelReceiveStatistics *self,
                 guint16                 sequence_number,
                 gint64                 *sequence)
{
  gint16 ahead;

  if (!self->started)
    start_run (self, sequence_number);

  ahead = yodel_sequence_diff16 (sequence_number, (guint16) self->highest_sequence);
  if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER)
    {
      if (sequence_number != self->candidate)
        {
          self->candidate = (guint16) (sequence_number + 1);
          return FALSE;
        }
      start_run (self, sequence_number);
      ahead = 0;
    }

  /* What was overtaken by the very first packet was expected too. */
  *sequence = self->highest_sequence + ahead;
  self->first_sequence = MIN (self->first_sequence, *sequence);
  return TRUE;
}

void
yodel_receive_statistics_push (YodelReceiveStatistics *self,
                               guint16                 sequence_number,
                               guint32                 rtp_time,
                               gsize                   payload_bytes,
                               gint64                  arrival_us)
{
  gboolean first = !self->started;
  gint64 highest, sequence;

  self->packets_received++;
  self->bytes_received += payload_bytes;
  self->last_arrival_us = arrival_us;

  if (!accept_sequence (self, sequence_number, &sequence))
    return;

  /* A run that has just begun has already seen its first. */
  highest = self->received_in_run > 0 ? self->highest_sequence : sequence - 1;
  self->received_in_run++;
  if (mark_seen (self, sequence) && sequence <= highest)
    self->packets_duplicate++;

  if (first || self->received_in_run == 1)
    {
      self->jitter_rtp_time = rtp_time;
      self->jitter_arrival_us = arrival_us;
    }
  else if (sequence > highest && rtp_time != self->jitter_rtp_time)
    update_jitter (self, rtp_time, arrival_us);
}

void
yodel_receive_statistics_on_sender_report (YodelReceiveStatistics      *self,
                                           const YodelRtcpSenderReport *report,
                                           gint64                       now_us)
{
  yodel_rtt_echo_on_heard (&self->sender_report, report->ntp_time, now_us);
}

/* Appendix A.3: expected less received, below zero where duplicates came. */
gint64
yodel_receive_statistics_get_packets_lost (const YodelReceiveStatistics *self)
{
  return self->lost_before + get_lost_in_run (self);
}

gint64
yodel_receive_statistics_get_jitter_us (const YodelReceiveStatistics *self)
{
  return (gint64) (self->jitter_x16 >> 4) * G_USEC_PER_SEC / self->clock_rate_hz;
}

static guint8
take_fraction_lost (YodelReceiveStatistics *self)
{
  gint64 received_before = self->reported_received;
  gint64 expected = get_expected (self) - self->reported_expected;
  gint64 received = (gint64) self->received_in_run - received_before;

  self->reported_expected += expected;
  self->reported_received += received;
  if (expected <= 0 || received >= expected)
    return 0;
  return MIN (255, ((expected - received) << 8) / expected);
}

/* Fills the block that goes into the next report; the fraction lost begins anew. */
void
yodel_receive_statistics_take_report (YodelReceiveStatistics *self,
                                      YodelRtcpReportBlock   *block,
                                      gint64                  now_us)
{
  gint64 lost = yodel_receive_statistics_get_packets_lost (self);

  block->ssrc = self->ssrc;
  block->fraction_lost = take_fraction_lost (self);
  block->cumulative_lost = CLAMP (lost, -0x800000, 0x7fffff);
  block->extended_highest_sequence = (guint32) self->highest_sequence;
  block->jitter = self->jitter_x16 >> 4;
  yodel_rtt_echo_get (&self->sender_report, &block->last_sr, &block->delay_since_last_sr, now_us);
}
