/* A frame buffer under any packets in any order.  The input is a list of records: what happens,
 * a step of the sequence number, a step of the RTP time, the size of a payload, the payload. */
#include "base/byte-reader.h"
#include "video/frame-buffer.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

typedef struct
{
  YodelFrameBuffer *buffer;
  gint64            now_us;
  gint64            last_shown;
  gboolean          key_only;
} State;

static void
drain (State *state)
{
  for (;;)
    {
      g_autoptr (YodelAssembledFrame) frame = yodel_frame_buffer_pop_frame (state->buffer, state->now_us);

      if (frame == NULL)
        break;

      g_assert (frame->first_sequence > state->last_shown);
      g_assert (frame->last_sequence - frame->first_sequence + 1 >= frame->n_packets);
      g_assert (frame->last_sequence <= yodel_frame_buffer_get_done_sequence (state->buffer));
      g_assert (g_bytes_get_size (frame->data) > 0);
      g_assert (frame->key_frame || !state->key_only);
      state->last_shown = frame->last_sequence;
      state->key_only = FALSE;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  State state = { yodel_frame_buffer_new (), 0, G_MININT64, TRUE };
  gint64 sequence = 0;
  guint32 rtp_time = 0;

  while (reader.left > 0 && !reader.failed)
    {
      guint8 what = yodel_byte_reader_u8 (&reader);
      gint8 step = yodel_byte_reader_u8 (&reader);
      gint8 time_step = yodel_byte_reader_u8 (&reader);
      guint8 n = yodel_byte_reader_u8 (&reader);
      const guint8 *payload = yodel_byte_reader_take (&reader, n);

      sequence += what & 0x40 ? step * 100 : step;
      rtp_time += time_step;
      state.now_us += (what >> 3 & 7) * 20000;

      if (payload == NULL)
        break;
      if ((what & 7) == 1)
        yodel_frame_buffer_push_padding (state.buffer, sequence, state.now_us);
      else if ((what & 7) == 2)
        yodel_frame_buffer_give_up (state.buffer, sequence, state.now_us);
      else if ((what & 7) == 3)
        {
          yodel_frame_buffer_require_key_frame (state.buffer, state.now_us);
          state.key_only = TRUE;
        }
      else
        yodel_frame_buffer_push (state.buffer, sequence, rtp_time, what >> 7, payload, n, what & 0x40, state.now_us);

      drain (&state);
      if (yodel_frame_buffer_wants_key_frame (state.buffer, state.now_us))
        g_assert (!yodel_frame_buffer_wants_key_frame (state.buffer, state.now_us));
      (void) yodel_frame_buffer_next_deadline_us (state.buffer);
    }

  yodel_frame_buffer_free (state.buffer);
  return 0;
}
