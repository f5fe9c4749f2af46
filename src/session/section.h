/* One media section of a session at work: what it sends, what it receives, and the RTCP about
 * both.  Plain data to the files of the session core, which is its only user. */
#pragma once

#include "base/byte-writer.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp-schedule.h"
#include "session/audio-receiver.h"
#include "session/audio-sender.h"
#include "session/keypad.h"
#include "session/negotiation.h"
#include "session/video-receiver.h"
#include "session/video-sender.h"

#include <yodel/yodel-enums.h>

/* Drawn by the session core; a section draws nothing itself. */
typedef struct
{
  guint32 ssrc;
  guint32 rtx_ssrc;
  guint16 first_sequence;
  guint16 first_rtx_sequence;
  guint32 first_rtp_time;
} YodelSectionSeed;

/* What the peer's sender reports say about its clocks. */
typedef struct
{
  guint64 ntp_time;          /* 0: none came */
  guint32 rtp_time;
} YodelSenderClock;

typedef struct
{
  YodelMediaKind        kind;
  guint                 id;               /* index of the transceiver */
  guint                 transport;        /* index of the flow it is on */
  char                 *mid;              /* (owned) (nullable) */
  YodelDirection        direction;        /* negotiated */
  gboolean              reduced_size;     /* RTCP may come without a report (RFC 5506) */
  guint8                mid_id;           /* header extension ids, 0 without */
  guint8                transport_cc_id;
  guint8                abs_send_time_id;
  guint8                payload_types[8]; /* that we receive, 0 where there are fewer */

  YodelAudioSender     *audio_sender;     /* (owned) one of each pair, by kind */
  YodelAudioReceiver   *audio_receiver;   /* (owned) */
  YodelKeypad           keypad;           /* of sound */
  guint8                audio_level_id;
  guint                 said_level;       /* -dBov, that the peer's last packet wore; 127 before */
  gboolean              said_voice;
  YodelVideoSender     *video_sender;     /* (owned) */
  YodelVideoReceiver   *video_receiver;   /* (owned) */

  YodelRtcpSchedule     schedule;
  YodelRttMeter         rtt;              /* by XR, while we send nothing */
  YodelRttEcho          reference_time;   /* the peer's, likewise */
  guint32               reference_ssrc;
  YodelSenderClock      clock;
  gint64                rtt_us;           /* smoothed, -1 if not known */
  gint64                told_us;          /* when reports were last weighed for loss */
} YodelSection;

YodelSection           *yodel_section_new                 (YodelMediaKind               kind,
                                                           guint                        id,
                                                           const YodelSectionSeed      *seed,
                                                           gint64                       now_us);
void                    yodel_section_free                (YodelSection                *self);

void                    yodel_section_set_direction       (YodelSection                *self,
                                                           YodelDirection               direction);

/* Takes over what was negotiated. */
void                    yodel_section_apply               (YodelSection                *self,
                                                           const YodelMediaParameters  *parameters);

gboolean                yodel_section_is_sending          (const YodelSection          *self);
gboolean                yodel_section_is_receiving        (const YodelSection          *self);
gboolean                yodel_section_takes_payload_type  (const YodelSection          *self,
                                                           guint8                       payload_type);
guint32                 yodel_section_get_ssrc            (const YodelSection          *self);
guint32                 yodel_section_get_remote_ssrc     (const YodelSection          *self);
YodelSenderStatistics  *yodel_section_get_sent            (const YodelSection          *self);
YodelReceiveStatistics *yodel_section_get_received        (const YodelSection          *self);
YodelRtpStream         *yodel_section_get_stream          (const YodelSection          *self);

void                    yodel_section_receive             (YodelSection                *self,
                                                           const YodelRtpPacket        *packet,
                                                           gint64                       arrival_us);
/* While the peer is not listened to, what still comes counts, so that it is not taken for lost. */
void                    yodel_section_overhear            (YodelSection                *self,
                                                           const YodelRtpPacket        *packet,
                                                           gint64                       arrival_us);
void                    yodel_section_on_sender_report    (YodelSection                *self,
                                                           const YodelRtcpSenderReport *report,
                                                           gint64                       now_us);

/* Returns: TRUE if it measured a round trip */
gboolean                yodel_section_on_report_block     (YodelSection                *self,
                                                           const YodelRtcpReportBlock  *block,
                                                           gint64                       now_us);
gboolean                yodel_section_on_dlrr             (YodelSection                *self,
                                                           const YodelRtcpDlrr         *item,
                                                           gint64                       now_us);
void                    yodel_section_set_rtt             (YodelSection                *self,
                                                           gint64                       rtt_us);

/* Appends a compound packet: a report, the name, and what measures the round trip. */
void                    yodel_section_write_report        (YodelSection                *self,
                                                           YodelByteWriter             *writer,
                                                           const char                  *cname,
                                                           gint64                       unix_offset_us,
                                                           gint64                       now_us);
gint64                  yodel_section_next_deadline_us    (const YodelSection          *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelSection, yodel_section_free)
