/* The keypad of an audio section: keys that are pressed here leave as telephone events in the stream of the voice, and
 * the peer's come out.  Plain data to the section, which is its only user. */
#pragma once

#include "audio/telephone-receiver.h"
#include "audio/telephone-sender.h"
#include "rtp/rtp-packet.h"
#include "session/audio-sender.h"
#include "session/negotiation.h"

/* Thread: the engine thread of its session. */
typedef struct
{
  YodelTelephoneSender   sender;
  YodelTelephoneReceiver receiver;
  guint                  keys;               /* that the peer takes, one bit an event */
  guint8                 payload_type;       /* 0: the peer takes none */
  guint                  clock_rate_hz;
  guint8                 receive_types[2];   /* at 48000 and 8000 Hz, 0 without */
  guint32                event_time;         /* RTP time of the key that is down */
  guint32                remote_ssrc;
  guint64                n_sent;             /* keys */
  guint64                n_refused;
} YodelKeypad;

void     yodel_keypad_init             (YodelKeypad                *self);
void     yodel_keypad_set_parameters   (YodelKeypad                *self,
                                        const YodelMediaParameters *parameters);
gboolean yodel_keypad_press            (YodelKeypad                *self,
                                        guint8                      event,
                                        guint                       duration_ms,
                                        gint64                      now_us);
void     yodel_keypad_send             (YodelKeypad                *self,
                                        YodelAudioSender           *audio,
                                        YodelFlow                  *flow,
                                        gint64                      now_us);

/* Returns: ticks from the RTP time of @packet to the moment it speaks of; 0 if it is not about a key */
guint32  yodel_keypad_receive          (YodelKeypad                *self,
                                        const YodelRtpPacket       *packet,
                                        gint64                      arrival_us);
gboolean yodel_keypad_poll             (YodelKeypad                *self,
                                        YodelTelephoneOver         *over,
                                        gint64                      now_us);
gint64   yodel_keypad_next_deadline_us (const YodelKeypad          *self);
