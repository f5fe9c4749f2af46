#include <string.h>

#include "audio/opus-encoder.h"
#include "audio/packet-queue.h"
#include "audio/playout-buffer.h"
#include "playout-lab.h"

typedef struct
{
  YodelPlayoutBuffer *buffer;
  YodelOpusEncoder   *encoder;
  guint8              bytes[YODEL_OPUS_MAX_BYTES];
  gsize               size;
  gint64              now_us;
  guint32             rtp_time;
  gint64              sequence;
} Call;

static void
setup (Call          *call,
       gconstpointer  data)
{
  call->buffer = yodel_playout_buffer_new ();
  call->encoder = yodel_opus_encoder_new ();
  call->now_us = 77;
}

static void
teardown (Call          *call,
          gconstpointer  data)
{
  yodel_playout_buffer_free (call->buffer);
  yodel_opus_encoder_free (call->encoder);
}

static void
encode (Call *call)
{
  gsize n;
  const gint16 *speech = lab_speech (&n);
  guint samples = yodel_opus_encoder_get_frame_samples (call->encoder);
  gssize size = yodel_opus_encoder_encode (call->encoder, speech + call->rtp_time % 400000 / 960 * 960, samples,
                                           call->bytes, sizeof call->bytes);

  g_assert_cmpint (size, >, 0);
  call->size = (gsize) size;
}

/* The next frame arrives now. */
static void
push (Call *call)
{
  encode (call);
  yodel_playout_buffer_push (call->buffer, call->sequence, call->rtp_time, call->bytes, call->size, call->now_us);
  call->sequence++;
  call->rtp_time += yodel_opus_encoder_get_frame_samples (call->encoder);
}

static YodelPlayoutKind
pop (Call *call)
{
  gint16 out[YODEL_PLAYOUT_SAMPLES];
  YodelPlayoutKind kind = yodel_playout_buffer_pop (call->buffer, out, call->now_us);

  call->now_us += 10000;
  return kind;
}

static void
talk (Call  *call,
      guint  n_frames)
{
  for (guint i = 0; i < n_frames; i++)
    {
      push (call);
      pop (call);
      pop (call);
    }
}

static YodelPlayoutStatistics
statistics (Call *call)
{
  YodelPlayoutStatistics result;

  yodel_playout_buffer_get_statistics (call->buffer, &result);
  return result;
}

static void
test_silence_until_something_comes (Call          *call,
                                    gconstpointer  data)
{
  gint64 rtp_time;
  gint16 out[YODEL_PLAYOUT_SAMPLES] = { 1, 2, 3 };

  g_assert_cmpint (yodel_playout_buffer_pop (call->buffer, out, 0), ==, YODEL_PLAYOUT_SILENCE);
  g_assert_cmpint (out[0] | out[1] | out[2], ==, 0);
  g_assert_false (yodel_playout_buffer_is_started (call->buffer));
  g_assert_false (yodel_playout_buffer_get_playout_time (call->buffer, &rtp_time));
  g_assert_cmpuint (statistics (call).total_samples_received, ==, 0);
}

static void
test_first_sound_within_20_ms (Call          *call,
                               gconstpointer  data)
{
  guint waited = 0;

  push (call);
  while (pop (call) == YODEL_PLAYOUT_SILENCE)
    waited++;
  g_assert_cmpuint (waited, <=, 2);
  g_assert_true (yodel_playout_buffer_is_started (call->buffer));
}

static void
test_playout_time_follows (Call          *call,
                           gconstpointer  data)
{
  gint64 before, after;

  call->rtp_time = 960 * 7;
  talk (call, 20);
  g_assert_true (yodel_playout_buffer_get_playout_time (call->buffer, &before));
  talk (call, 5);
  g_assert_true (yodel_playout_buffer_get_playout_time (call->buffer, &after));
  g_assert_cmpint (after - before, ==, 5 * 960);
  g_assert_cmpint (before, <=, 27 * 960);
  g_assert_cmpint (before, >=, 25 * 960);
}

static void
test_duplicates_are_counted (Call          *call,
                             gconstpointer  data)
{
  talk (call, 10);
  encode (call);
  yodel_playout_buffer_push (call->buffer, 9, 9 * 960, call->bytes, call->size, call->now_us);
  yodel_playout_buffer_push (call->buffer, 2, 2 * 960, call->bytes, call->size, call->now_us);
  g_assert_cmpuint (statistics (call).packets_duplicated, ==, 2);
  g_assert_cmpuint (statistics (call).packets_discarded, ==, 0);
}

static void
test_late_packets_are_counted (Call          *call,
                               gconstpointer  data)
{
  talk (call, 5);
  call->sequence++;
  call->rtp_time += 960;
  talk (call, 20);
  encode (call);
  yodel_playout_buffer_push (call->buffer, 5, 5 * 960, call->bytes, call->size, call->now_us);
  g_assert_cmpuint (statistics (call).packets_discarded, ==, 1);
  g_assert_cmpuint (statistics (call).concealment_events, ==, 1);
  g_assert_cmpuint (statistics (call).concealed_samples, ==, 960);
}

static void
test_malformed_is_lost (Call          *call,
                        gconstpointer  data)
{
  static const guint8 junk[] = { 0x4b, 0x00 };

  talk (call, 10);
  for (guint i = 0; i < 3; i++)
    {
      yodel_playout_buffer_push (call->buffer, call->sequence, call->rtp_time, junk, i % 3, call->now_us);
      call->sequence++;
      call->rtp_time += 960;
      pop (call);
      pop (call);
    }
  talk (call, 10);
  g_assert_cmpuint (statistics (call).packets_malformed, ==, 3);
  g_assert_cmpuint (statistics (call).concealed_samples, >=, 960);
}

static void
test_room_for_200_packets (Call          *call,
                           gconstpointer  data)
{
  for (guint i = 0; i < 5 * YODEL_PLAYOUT_MAX_PACKETS; i++)
    push (call);
  g_assert_cmpuint (statistics (call).packets_discarded, ==, 4 * YODEL_PLAYOUT_MAX_PACKETS);
  for (guint i = 0; i < 1000; i++)
    pop (call);
  g_assert_cmpuint (statistics (call).jitter_buffer_emitted_count, <=, YODEL_PLAYOUT_MAX_PACKETS * 960);
}

static void
test_queue_keeps_the_newest (void)
{
  YodelPacketQueue queue = { .n_packets = 0 };
  guint8 byte = 9;
  YodelQueuedPacket packet = { .data = &byte, .size = 1, .info = { .packet_samples = 960 } };

  for (guint i = 0; i < 2 * YODEL_PACKET_QUEUE_MAX; i++)
    {
      packet.sequence = i;
      packet.rtp_time = (i ^ 1) * 960;
      g_assert_cmpint (yodel_packet_queue_push (&queue, &packet), ==,
                       i < YODEL_PACKET_QUEUE_MAX ? YODEL_QUEUE_ADDED : YODEL_QUEUE_OVERFLOW);
    }
  g_assert_cmpuint (queue.n_packets, ==, YODEL_PACKET_QUEUE_MAX);
  g_assert_cmpint (yodel_packet_queue_first (&queue)->rtp_time, ==, YODEL_PACKET_QUEUE_MAX * 960);
  packet.rtp_time = 0;
  g_assert_cmpint (yodel_packet_queue_push (&queue, &packet), ==, YODEL_QUEUE_OVERFLOW);
  g_assert_cmpint (yodel_packet_queue_first (&queue)->rtp_time, ==, YODEL_PACKET_QUEUE_MAX * 960);
  yodel_packet_queue_clear (&queue);
}

static void
test_original_beats_copy (void)
{
  YodelPacketQueue queue = { .n_packets = 0 };
  guint8 byte = 9;
  YodelQueuedPacket packet = { .data = &byte, .size = 1, .sequence = YODEL_QUEUED_COPY, .info = { .packet_samples = 960 } };

  g_assert_cmpint (yodel_packet_queue_push (&queue, &packet), ==, YODEL_QUEUE_ADDED);
  g_assert_cmpint (yodel_packet_queue_push (&queue, &packet), ==, YODEL_QUEUE_DUPLICATE);
  packet.sequence = -4;
  g_assert_cmpint (yodel_packet_queue_push (&queue, &packet), ==, YODEL_QUEUE_REPLACED);
  packet.sequence = YODEL_QUEUED_COPY;
  g_assert_cmpint (yodel_packet_queue_push (&queue, &packet), ==, YODEL_QUEUE_DUPLICATE);
  g_assert_cmpint (yodel_packet_queue_find (&queue, 959)->sequence, ==, -4);
  g_assert_null (yodel_packet_queue_find (&queue, 960));
  yodel_packet_queue_clear (&queue);
}

static void
test_jump_begins_anew (Call          *call,
                       gconstpointer  data)
{
  guint concealed = 0;

  talk (call, 50);
  call->rtp_time += 0x40000000;
  for (guint i = 0; i < 20; i++)
    {
      push (call);
      concealed += pop (call) != YODEL_PLAYOUT_NORMAL;
      concealed += pop (call) != YODEL_PLAYOUT_NORMAL;
    }
  g_assert_cmpuint (statistics (call).resets, ==, 1);
  g_assert_cmpuint (concealed, <, 10);

  call->rtp_time -= 0x7f000000;
  talk (call, 20);
  g_assert_cmpuint (statistics (call).resets, ==, 2);
  g_assert_cmpint (pop (call), !=, YODEL_PLAYOUT_CONCEALED);
}

static void
test_one_stray_packet_changes_nothing (Call          *call,
                                       gconstpointer  data)
{
  talk (call, 50);
  encode (call);
  yodel_playout_buffer_push (call->buffer, call->sequence + 9, call->rtp_time + 0x20000000, call->bytes, call->size, call->now_us);
  talk (call, 50);
  g_assert_cmpuint (statistics (call).resets, ==, 0);
  g_assert_cmpuint (statistics (call).concealed_samples, ==, 0);
  g_assert_cmpuint (statistics (call).packets_discarded, ==, 1);
}

static void
test_long_silence_fades_into_noise (Call          *call,
                                    gconstpointer  data)
{
  YodelPlayoutKind kind = YODEL_PLAYOUT_NORMAL;

  talk (call, 50);
  for (guint i = 0; i < 500; i++)
    kind = pop (call);
  g_assert_cmpint (kind, ==, YODEL_PLAYOUT_COMFORT_NOISE);
  g_assert_cmpuint (statistics (call).concealment_events, ==, 1);
  g_assert_cmpuint (statistics (call).silent_concealed_samples, >, 460 * YODEL_PLAYOUT_SAMPLES);

  call->rtp_time += 250 * 960;
  talk (call, 5);
  g_assert_cmpint (pop (call), ==, YODEL_PLAYOUT_NORMAL);
  g_assert_cmpint (yodel_playout_buffer_get_delay_ms (call->buffer), <, 40);
}

static void
test_lip_sync_waits (Call          *call,
                     gconstpointer  data)
{
  talk (call, 100);
  g_assert_cmpint (yodel_playout_buffer_get_delay_ms (call->buffer), <, 25);
  yodel_playout_buffer_set_extra_delay (call->buffer, 100);
  talk (call, 150);
  g_assert_cmpint (yodel_playout_buffer_get_delay_ms (call->buffer), >=, 100);
  g_assert_cmpint (yodel_playout_buffer_get_delay_ms (call->buffer), <, 125);
  yodel_playout_buffer_set_limits (call->buffer, 0, 50);
  talk (call, 150);
  g_assert_cmpint (yodel_playout_buffer_get_delay_ms (call->buffer), <, 65);
  g_assert_cmpuint (statistics (call).concealed_samples, ==, 0);
}

static void
test_frames_of_any_length (Call          *call,
                           gconstpointer  data)
{
  static const guint lengths_ms[] = { 10, 20, 40, 60, 20, 10 };

  for (guint i = 0; i < 60; i++)
    {
      guint length_ms = lengths_ms[i / 10];

      yodel_opus_encoder_set_frame_ms (call->encoder, length_ms);
      push (call);
      for (guint k = 0; k < length_ms / 10; k++)
        pop (call);
    }
  g_assert_cmpuint (statistics (call).packets_malformed, ==, 0);
  g_assert_cmpuint (statistics (call).packets_discarded, ==, 0);
  g_assert_cmpuint (statistics (call).concealed_samples, <, 48 * 60);      /* where frames grow longer */
}

static void
test_missing_are_wanted (Call          *call,
                         gconstpointer  data)
{
  const gint64 soon_us = 20000, never_us = 500000;

  g_assert_false (yodel_playout_buffer_wants (call->buffer, 0, soon_us));
  talk (call, 10);
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 9, call->now_us + soon_us));
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 10, call->now_us + soon_us));    /* nor is it missing */

  call->sequence += 2;
  call->rtp_time += 2 * 960;
  call->now_us += 40000;
  push (call);
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 9, call->now_us + soon_us));
  g_assert_true (yodel_playout_buffer_wants (call->buffer, 10, call->now_us + soon_us));
  g_assert_true (yodel_playout_buffer_wants (call->buffer, 11, call->now_us + soon_us));
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 11, call->now_us + never_us));
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 12, call->now_us + soon_us));

  /* A copy will do, also once it is played. */
  yodel_playout_buffer_push_redundant (call->buffer, 11 * 960, call->bytes, call->size, call->now_us);
  g_assert_true (yodel_playout_buffer_wants (call->buffer, 10, call->now_us + soon_us));
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 11, call->now_us + soon_us));
  for (guint i = 0; i < 6; i++)
    pop (call);
  g_assert_false (yodel_playout_buffer_wants (call->buffer, 11, call->now_us));
}

#define ADD(path, f) g_test_add (path, Call, NULL, setup, f, teardown)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/audio/playout-buffer/silence-until-something-comes", test_silence_until_something_comes);
  ADD ("/audio/playout-buffer/first-sound-within-20-ms", test_first_sound_within_20_ms);
  ADD ("/audio/playout-buffer/playout-time-follows", test_playout_time_follows);
  ADD ("/audio/playout-buffer/duplicates-are-counted", test_duplicates_are_counted);
  ADD ("/audio/playout-buffer/late-packets-are-counted", test_late_packets_are_counted);
  ADD ("/audio/playout-buffer/malformed-is-lost", test_malformed_is_lost);
  ADD ("/audio/playout-buffer/room-for-200-packets", test_room_for_200_packets);
  ADD ("/audio/playout-buffer/jump-begins-anew", test_jump_begins_anew);
  ADD ("/audio/playout-buffer/one-stray-packet-changes-nothing", test_one_stray_packet_changes_nothing);
  ADD ("/audio/playout-buffer/long-silence-fades-into-noise", test_long_silence_fades_into_noise);
  ADD ("/audio/playout-buffer/lip-sync-waits", test_lip_sync_waits);
  ADD ("/audio/playout-buffer/frames-of-any-length", test_frames_of_any_length);
  ADD ("/audio/playout-buffer/missing-are-wanted", test_missing_are_wanted);
  g_test_add_func ("/audio/packet-queue/keeps-the-newest", test_queue_keeps_the_newest);
  g_test_add_func ("/audio/packet-queue/original-beats-copy", test_original_beats_copy);
  return g_test_run ();
}
