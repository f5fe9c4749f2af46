#define G_LOG_DOMAIN "yodel-session"

#include "session/keypad.h"

/* Of the voice's stream, whatever the clock rate of an event's durations. */
#define RTP_RATE_HZ 48000u

static const guint rates_hz[] = { 48000, 8000 };

void
yodel_keypad_init (YodelKeypad *self)
{
  *self = (YodelKeypad) { .clock_rate_hz = RTP_RATE_HZ };
  yodel_telephone_sender_init (&self->sender);
  yodel_telephone_receiver_init (&self->receiver);
}

void
yodel_keypad_set_parameters (YodelKeypad                *self,
                             const YodelMediaParameters *parameters)
{
  const YodelPayloadTypes *send = &parameters->send;
  const YodelPayloadTypes *receive = &parameters->receive;
  gboolean is_fine = send->telephone_event >= 0;
  gint type = is_fine ? send->telephone_event : send->telephone_event_8000;

  self->payload_type = (guint8) MAX (0, type);
  self->clock_rate_hz = rates_hz[is_fine ? 0 : 1];
  self->keys = parameters->telephone_keys;
  self->receive_types[0] = (guint8) MAX (0, receive->telephone_event);
  self->receive_types[1] = (guint8) MAX (0, receive->telephone_event_8000);
  if (self->payload_type == 0)
    yodel_telephone_sender_clear (&self->sender);
}

gboolean
yodel_keypad_press (YodelKeypad *self,
                    guint8       event,
                    guint        duration_ms,
                    gint64       now_us)
{
  gboolean is_known = event == YODEL_TELEPHONE_PAUSE || (event < YODEL_TELEPHONE_N_KEYS && self->keys >> event & 1);

  if (self->payload_type != 0 && is_known && yodel_telephone_sender_push (&self->sender, event, duration_ms, now_us))
    return TRUE;
  self->n_refused++;
  return FALSE;
}

void
yodel_keypad_send (YodelKeypad      *self,
                   YodelAudioSender *audio,
                   YodelFlow        *flow,
                   gint64            now_us)
{
  YodelTelephonePacket next;

  while (yodel_telephone_sender_poll (&self->sender, &next, self->clock_rate_hz, now_us))
    {
      guint8 payload[YODEL_TELEPHONE_EVENT_BYTES];
      gint64 held_us = (gint64) next.report.duration * G_USEC_PER_SEC / self->clock_rate_hz;
      guint32 rtp_time;
      GBytes *packet;

      if (next.is_first)
        {
          self->event_time = yodel_audio_sender_get_rtp_time (audio, now_us - held_us);
          self->n_sent++;
        }
      rtp_time = self->event_time + next.offset * (RTP_RATE_HZ / self->clock_rate_hz);
      yodel_telephone_event_write (&next.report, payload);
      packet = yodel_rtp_stream_write (yodel_audio_sender_get_stream (audio), self->payload_type, next.is_first, rtp_time,
                                       &(YodelRtpExtension) { 0 }, payload, sizeof payload);
      if (packet == NULL)
        continue;
      yodel_sender_statistics_push (yodel_audio_sender_get_statistics (audio), rtp_time, now_us - held_us, sizeof payload);
      yodel_audio_sender_send (audio, flow, packet, now_us);
    }
}

guint32
yodel_keypad_receive (YodelKeypad          *self,
                      const YodelRtpPacket *packet,
                      gint64                arrival_us)
{
  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++)
    {
      YodelTelephoneEvent report;

      if (self->receive_types[i] == 0 || self->receive_types[i] != packet->payload_type)
        continue;

      if (self->remote_ssrc != packet->ssrc)
        yodel_telephone_receiver_init (&self->receiver);
      self->remote_ssrc = packet->ssrc;
      yodel_telephone_receiver_push (&self->receiver, packet->timestamp, packet->marker, rates_hz[i], packet->payload,
                                     packet->payload_bytes, arrival_us);
      if (yodel_telephone_event_parse (&report, packet->payload, packet->payload_bytes))
        return report.duration * (RTP_RATE_HZ / rates_hz[i]);
    }
  return 0;
}

gboolean
yodel_keypad_poll (YodelKeypad        *self,
                   YodelTelephoneOver *over,
                   gint64              now_us)
{
  yodel_telephone_receiver_advance (&self->receiver, now_us);
  return yodel_telephone_receiver_poll (&self->receiver, over);
}

gint64
yodel_keypad_next_deadline_us (const YodelKeypad *self)
{
  return MIN (yodel_telephone_sender_next_deadline_us (&self->sender),
              yodel_telephone_receiver_next_deadline_us (&self->receiver));
}
