/* Encoder, packets, a bad network with resending, frame buffer, decoder: in virtual time. */
#include <string.h>

#include "video/frame-buffer.h"
#include "video/moving-picture.h"
#include "video/video-decoder.h"
#include "video/vp8-encoder.h"
#include "video/vp8-payload.h"

#define WIDTH              192
#define HEIGHT             108
#define BITRATE_BPS        300000
#define FRAME_MS           33
#define N_FRAMES           240
#define MAX_PAYLOAD        300          /* several packets a frame */
#define MAX_PACKETS        20000
#define KEY_INTERVAL_MS    300          /* the sender obeys no more often */

typedef struct
{
  const char *name;
  guint       loss_permille;
  guint       delay_ms;         /* one way */
  guint       jitter_ms;        /* packets overtake each other */
  guint       n_layers;
  guint       resends;          /* of each packet, then it is given up */
  guint       fail_decode_at;   /* the decoder loses its state at this frame; 0: never */

  guint       min_shown;        /* of N_FRAMES */
  guint       max_gap_ms;       /* between two that are shown */
  guint       min_requests;
  guint       max_requests;
} Case;

static const Case cases[] = {
  { "clean",                          0,   20,  0,  1, 10, 0,   240, 35,   0, 0 },
  { "clean-2-layers",                 0,   20,  0,  2, 10, 0,   240, 35,   0, 0 },
  { "jitter-alone",                   0,   20,  15, 1, 10, 0,   240, 70,   0, 0 },
  { "jitter-alone-2-layers",          0,   20,  15, 2, 10, 0,   220, 80,   0, 0 },
  { "loss-2-percent-rtt-50",          20,  25,  3,  1, 10, 0,   240, 180,  0, 1 },
  { "loss-5-percent-rtt-50",          50,  25,  3,  1, 10, 0,   236, 250,  0, 1 },
  { "loss-10-percent-rtt-150",        100, 75,  3,  1, 10, 0,   150, 700,  0, 3 },
  { "loss-5-percent-rtt-150-layers",  50,  75,  3,  2, 10, 0,   170, 450,  0, 2 },
  { "loss-5-percent-no-resending",    50,  25,  3,  1, 0,  0,   30,  3500, 5, 60 },
  { "2-layers-no-resending",          20,  25,  3,  2, 0,  0,   60,  2000, 2, 60 },
  { "decoder-fails",                  0,   25,  0,  1, 10, 100, 230, 200,  1, 1 },
};

typedef struct
{
  gint64  at_ms;                /* of arrival; 0: lost or received */
  gint64  sequence;
} Arrival;

typedef struct
{
  guint   tries;
  gint64  asked_ms;
} Nack;

typedef struct
{
  const Case       *c;
  guint64           random;
  gint64            now_ms;

  YodelVp8Encoder  *encoder;
  YodelVideoDecoder  *mirror;                 /* sees every frame: what the encoder has rebuilt */
  YodelVideoFrame  *rebuilt[N_FRAMES];
  GBytes           *packets[MAX_PACKETS];   /* sequence numbers are places in here */
  guint             packet_frame[MAX_PACKETS];
  gboolean          packet_marker[MAX_PACKETS];
  guint             n_packets;
  gint64            key_wanted_ms;
  gint64            last_key_ms;

  GArray           *flight;                 /* of Arrival */
  YodelFrameBuffer *buffer;
  YodelVideoDecoder  *decoder;
  Nack              nacks[MAX_PACKETS];
  gint64            newest;

  guint             n_shown;
  guint             n_requests;
  gint64            last_shown;
  gint64            last_shown_ms;
  gint64            longest_gap_ms;
} Call;

static guint
roll (Call  *call,
      guint  sides)
{
  call->random ^= call->random << 13;
  call->random ^= call->random >> 7;
  call->random ^= call->random << 17;
  return call->random % sides;
}

static void
send_packet (Call   *call,
             gint64  sequence)
{
  Arrival arrival = { .sequence = sequence };

  if (roll (call, 1000) < call->c->loss_permille)
    return;

  arrival.at_ms = call->now_ms + call->c->delay_ms + roll (call, call->c->jitter_ms + 1);
  g_array_append_val (call->flight, arrival);
}

static void
send_frame (Call                    *call,
            guint                    index,
            const YodelEncodedFrame *frame)
{
  YodelVp8Packetiser packetiser;
  guint8 payload[MAX_PAYLOAD];
  gsize size;

  yodel_vp8_packetiser_init (&packetiser, frame, sizeof payload);
  while ((size = yodel_vp8_packetiser_next (&packetiser, payload)) > 0)
    {
      g_assert_cmpuint (call->n_packets, <, MAX_PACKETS);
      call->packets[call->n_packets] = g_bytes_new (payload, size);
      call->packet_frame[call->n_packets] = index;
      call->packet_marker[call->n_packets] = packetiser.n_left == 0;
      send_packet (call, call->n_packets++);
    }
}

static void
capture (Call  *call,
         guint  index)
{
  g_autoptr (YodelVideoFrame) picture = moving_picture_new (WIDTH, HEIGHT, index);
  g_autoptr (YodelEncodedFrame) frame = NULL;
  gsize size;
  const guint8 *data;

  if (call->key_wanted_ms > 0 && call->now_ms >= call->key_wanted_ms
      && call->now_ms - call->last_key_ms >= KEY_INTERVAL_MS)
    {
      yodel_vp8_encoder_request_key_frame (call->encoder);
      call->key_wanted_ms = 0;
      call->last_key_ms = call->now_ms;
    }

  frame = yodel_vp8_encoder_encode (call->encoder, picture, call->now_ms * 1000);
  if (frame == NULL)
    return;

  data = g_bytes_get_data (frame->data, &size);
  g_assert_true (yodel_video_decoder_decode (call->mirror, data, size, 0, &call->rebuilt[index]));
  send_frame (call, index, frame);
}

static void
show (Call            *call,
      gint64           index,
      YodelVideoFrame *picture)
{
  g_assert_cmpint (index, >, call->last_shown);
  g_assert_true (moving_picture_equal (picture, call->rebuilt[index]));

  if (call->n_shown > 0)
    call->longest_gap_ms = MAX (call->longest_gap_ms, call->now_ms - call->last_shown_ms);
  call->n_shown++;
  call->last_shown = index;
  call->last_shown_ms = call->now_ms;
}

static void
play (Call *call)
{
  for (;;)
    {
      g_autoptr (YodelAssembledFrame) frame = yodel_frame_buffer_pop_frame (call->buffer, call->now_ms * 1000);
      g_autoptr (YodelVideoFrame) picture = NULL;
      gsize size;
      const guint8 *data;

      if (frame == NULL)
        return;

      data = g_bytes_get_data (frame->data, &size);
      if (call->c->fail_decode_at > 0 && frame->rtp_time == call->c->fail_decode_at)
        size = 0;
      if (yodel_video_decoder_decode (call->decoder, data, size, 0, &picture))
        show (call, frame->rtp_time, picture);
      else
        yodel_frame_buffer_require_key_frame (call->buffer, call->now_ms * 1000);
    }
}

/* As often as a round trip allows; @resends times, then no more. */
static void
ask_again (Call *call)
{
  gint64 done = yodel_frame_buffer_get_done_sequence (call->buffer);
  gint64 rtt_ms = 2 * call->c->delay_ms + 10;

  for (gint64 i = MAX (done + 1, 0); i < call->newest; i++)
    {
      Nack *nack = &call->nacks[i];

      if (nack->tries == G_MAXUINT || (nack->tries > 0 && call->now_ms < nack->asked_ms + rtt_ms))
        continue;

      if (nack->tries++ == call->c->resends)
        {
          nack->tries = G_MAXUINT;
          yodel_frame_buffer_give_up (call->buffer, i, call->now_ms * 1000);
          continue;
        }
      nack->asked_ms = call->now_ms;
      send_packet (call, i);    /* arrives one way later, so stands for a round trip less one way */
      if (call->flight->len > 0)
        {
          Arrival *last = &g_array_index (call->flight, Arrival, call->flight->len - 1);

          if (last->sequence == i)
            last->at_ms += call->c->delay_ms;
        }
    }
}

static void
receive (Call *call)
{
  for (guint i = 0; i < call->flight->len;)
    {
      Arrival arrival = g_array_index (call->flight, Arrival, i);
      const guint8 *payload;
      gsize size;

      if (arrival.at_ms > call->now_ms)
        {
          i++;
          continue;
        }

      g_array_remove_index_fast (call->flight, i);
      payload = g_bytes_get_data (call->packets[arrival.sequence], &size);
      yodel_frame_buffer_push (call->buffer, arrival.sequence, call->packet_frame[arrival.sequence],
                               call->packet_marker[arrival.sequence], payload, size,
                               call->nacks[arrival.sequence].tries > 0, call->now_ms * 1000);
      call->nacks[arrival.sequence].tries = G_MAXUINT;
      call->newest = MAX (call->newest, arrival.sequence);
    }

  play (call);
  ask_again (call);

  if (yodel_frame_buffer_wants_key_frame (call->buffer, call->now_ms * 1000))
    {
      call->n_requests++;
      call->key_wanted_ms = call->now_ms + call->c->delay_ms;
    }
}

static void
call_free (Call *call)
{
  for (guint i = 0; i < N_FRAMES; i++)
    g_clear_pointer (&call->rebuilt[i], yodel_video_frame_unref);
  for (guint i = 0; i < call->n_packets; i++)
    g_bytes_unref (call->packets[i]);
  yodel_vp8_encoder_free (call->encoder);
  yodel_video_decoder_free (call->mirror);
  yodel_video_decoder_free (call->decoder);
  yodel_frame_buffer_free (call->buffer);
  g_array_unref (call->flight);
  g_free (call);
}

static void
test_call (gconstpointer data)
{
  Call *call = g_new0 (Call, 1);

  call->c = data;
  call->random = 0x59a7e1;
  call->last_shown = -1;
  call->newest = -1;
  call->last_key_ms = -KEY_INTERVAL_MS;
  call->encoder = yodel_vp8_encoder_new ();
  call->mirror = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  call->decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  call->buffer = yodel_frame_buffer_new ();
  call->flight = g_array_new (FALSE, FALSE, sizeof (Arrival));
  yodel_vp8_encoder_set_rate (call->encoder, BITRATE_BPS, 30);
  yodel_vp8_encoder_set_layers (call->encoder, call->c->n_layers);
  yodel_frame_buffer_set_rtt_us (call->buffer, call->c->delay_ms * 2000);

  for (; call->now_ms < N_FRAMES * FRAME_MS + 1000; call->now_ms++)
    {
      if (call->now_ms % FRAME_MS == 0 && call->now_ms / FRAME_MS < N_FRAMES)
        capture (call, call->now_ms / FRAME_MS);
      receive (call);
    }

  g_test_message ("shown %u, longest gap %d ms, %u key frames asked for",
                  call->n_shown, (int) call->longest_gap_ms, call->n_requests);
  g_assert_cmpuint (call->n_shown, >=, call->c->min_shown);
  g_assert_cmpint (call->longest_gap_ms, <=, call->c->max_gap_ms);
  g_assert_cmpuint (call->n_requests, >=, call->c->min_requests);
  g_assert_cmpuint (call->n_requests, <=, call->c->max_requests);
  call_free (call);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/lossy/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_call);
    }
  return g_test_run ();
}
