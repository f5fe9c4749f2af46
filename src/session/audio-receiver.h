/* Sound on its way in: RTP packets go through the playout buffer and leave as 10 ms of PCM, one
 * block after the other from the first packet on. */
#pragma once

#include "audio/playout-buffer.h"
#include "rtp/receive-statistics.h"
#include "rtp/rtp-packet.h"

typedef struct _YodelAudioReceiver YodelAudioReceiver;

YodelAudioReceiver     *yodel_audio_receiver_new               (void);
void                    yodel_audio_receiver_free              (YodelAudioReceiver     *self);
void                    yodel_audio_receiver_set_payload_types (YodelAudioReceiver     *self,
                                                                guint8                  opus,
                                                                guint8                  red);

/* The peer is listened to no more, or again: nothing is due until its next packet, with which all begins anew. */
void                    yodel_audio_receiver_restart           (YodelAudioReceiver     *self);
void                    yodel_audio_receiver_push              (YodelAudioReceiver     *self,
                                                                const YodelRtpPacket   *packet,
                                                                gint64                  arrival_us);

/* What is popped is stereo, interleaved, whatever the peer sends; mono at first. */
void                    yodel_audio_receiver_set_stereo        (YodelAudioReceiver     *self,
                                                                gboolean                stereo);
guint                   yodel_audio_receiver_get_channels      (const YodelAudioReceiver *self);

/* Returns: FALSE if nothing is due; else 10 ms to be heard at @time_us are in @samples.  @heard:
 * something has been decoded by now. */
gboolean                yodel_audio_receiver_pop               (YodelAudioReceiver     *self,
                                                                gint16                  samples[YODEL_PLAYOUT_SAMPLES * YODEL_PLAYOUT_MAX_CHANNELS],
                                                                gint64                 *time_us,
                                                                gboolean               *heard,
                                                                gint64                  now_us);

/* Whether the peer repeats what it is asked for, and how long that takes; negative if not known. */
void                    yodel_audio_receiver_set_nack          (YodelAudioReceiver     *self,
                                                                gboolean                nack);
void                    yodel_audio_receiver_set_rtt           (YodelAudioReceiver     *self,
                                                                gint64                  rtt_us);

/* Lists the packets to ask for now.  Returns: how many there are */
guint                   yodel_audio_receiver_poll_nack         (YodelAudioReceiver     *self,
                                                                guint16                *sequence_numbers,
                                                                guint                   capacity,
                                                                gint64                  now_us);
guint                   yodel_audio_receiver_get_nack_count    (const YodelAudioReceiver *self);
gint64                  yodel_audio_receiver_next_deadline_us  (const YodelAudioReceiver *self);

/* Of the last packet that came, 0 before. */
guint                   yodel_audio_receiver_get_sent_channels (const YodelAudioReceiver *self);
guint8                  yodel_audio_receiver_get_level         (const YodelAudioReceiver *self);
YodelPlayoutBuffer     *yodel_audio_receiver_get_playout       (YodelAudioReceiver     *self);
YodelReceiveStatistics *yodel_audio_receiver_get_statistics    (YodelAudioReceiver     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelAudioReceiver, yodel_audio_receiver_free)
