/* RTCP as it arrives: a compound datagram taken apart into packets (RFC 3550 section 6, reduced
 * size RFC 5506), and each kind we understand into its fields.
 *
 * Parsers write their result only on success.  Where a list is filled, what is beyond the capacity
 * given is left out: the count that is returned never passes it. */
#pragma once

#include <glib.h>

enum
{
  YODEL_RTCP_SENDER_REPORT      = 200,
  YODEL_RTCP_RECEIVER_REPORT    = 201,
  YODEL_RTCP_SOURCE_DESCRIPTION = 202,
  YODEL_RTCP_BYE                = 203,
  YODEL_RTCP_TRANSPORT_FEEDBACK = 205,  /* RFC 4585; the count field is the feedback type */
  YODEL_RTCP_PAYLOAD_FEEDBACK   = 206,
  YODEL_RTCP_EXTENDED_REPORT    = 207,  /* RFC 3611 */
};

/* Feedback message types: RFC 4585 section 6, RFC 5104 section 4.3. */
enum
{
  YODEL_RTCP_FMT_NACK           = 1,    /* transport feedback */
  YODEL_RTCP_FMT_TRANSPORT_WIDE = 15,
  YODEL_RTCP_FMT_PLI            = 1,    /* payload feedback */
  YODEL_RTCP_FMT_FIR            = 4,
  YODEL_RTCP_FMT_APPLICATION    = 15,   /* REMB lives here */
};

/* The count field has five bits. */
#define YODEL_RTCP_MAX_BLOCKS 31

typedef struct
{
  const guint8 *at;                     /* (borrowed) */
  gsize         left;
  gboolean      failed;                 /* what was left is not RTCP */
} YodelRtcpReader;

typedef struct
{
  guint8        type;
  guint8        count;                  /* of blocks, or the feedback message type */
  const guint8 *body;                   /* after the first four bytes, without padding */
  gsize         body_bytes;
} YodelRtcpPacket;

typedef struct
{
  guint32 ssrc;
  guint64 ntp_time;                     /* 32.32 seconds since 1900 */
  guint32 rtp_time;
  guint32 packet_count;
  guint32 octet_count;
} YodelRtcpSenderReport;

typedef struct
{
  guint32 ssrc;                         /* the stream that is reported on */
  guint8  fraction_lost;                /* of 256 */
  gint32  cumulative_lost;              /* 24 bits on the wire */
  guint32 extended_highest_sequence;
  guint32 jitter;                       /* ticks of the clock rate */
  guint32 last_sr;                      /* middle 32 bits of ntp_time, 0 if none came */
  guint32 delay_since_last_sr;          /* 1/65536 s */
} YodelRtcpReportBlock;

typedef struct
{
  guint32       ssrc;
  const guint8 *text;                   /* UTF-8 by RFC, unchecked; not NUL-terminated */
  gsize         text_bytes;
} YodelRtcpCname;

typedef struct
{
  guint32       sender_ssrc;
  guint32       media_ssrc;
  const guint8 *fci;                    /* feedback control information */
  gsize         fci_bytes;
} YodelRtcpFeedback;

typedef struct
{
  guint32 ssrc;                         /* whose key frame is asked for */
  guint8  sequence_number;              /* of the request: repeated, it asks for nothing new */
} YodelRtcpFir;

typedef struct
{
  guint32 ssrc;                         /* the receiver that is answered */
  guint32 last_rr;                      /* middle 32 bits of its reference time */
  guint32 delay_since_last_rr;          /* 1/65536 s */
} YodelRtcpDlrr;

gboolean yodel_rtcp_reader_init          (YodelRtcpReader        *reader,
                                          const guint8           *data,
                                          gsize                   size);
gboolean yodel_rtcp_reader_next          (YodelRtcpReader        *reader,
                                          YodelRtcpPacket        *packet);

gboolean yodel_rtcp_parse_sender_report  (const YodelRtcpPacket  *packet,
                                          YodelRtcpSenderReport  *report);
guint    yodel_rtcp_parse_report_blocks  (const YodelRtcpPacket  *packet,
                                          guint32                *sender_ssrc,
                                          YodelRtcpReportBlock   *blocks,
                                          guint                   capacity);
guint    yodel_rtcp_parse_cnames         (const YodelRtcpPacket  *packet,
                                          YodelRtcpCname         *cnames,
                                          guint                   capacity);
guint    yodel_rtcp_parse_bye            (const YodelRtcpPacket  *packet,
                                          guint32                *ssrcs,
                                          guint                   capacity);
gboolean yodel_rtcp_parse_feedback       (const YodelRtcpPacket  *packet,
                                          YodelRtcpFeedback      *feedback);
guint    yodel_rtcp_parse_nack           (const YodelRtcpPacket  *packet,
                                          guint32                *media_ssrc,
                                          guint16                *sequence_numbers,
                                          guint                   capacity);
gboolean yodel_rtcp_parse_pli            (const YodelRtcpPacket  *packet,
                                          guint32                *media_ssrc);
guint    yodel_rtcp_parse_fir            (const YodelRtcpPacket  *packet,
                                          YodelRtcpFir           *requests,
                                          guint                   capacity);
gboolean yodel_rtcp_parse_remb           (const YodelRtcpPacket  *packet,
                                          guint64                *bitrate_bps,
                                          guint32                *ssrcs,
                                          guint                   capacity,
                                          guint                  *n_ssrcs);
gboolean yodel_rtcp_parse_reference_time (const YodelRtcpPacket  *packet,
                                          guint32                *sender_ssrc,
                                          guint64                *ntp_time);
guint    yodel_rtcp_parse_dlrr           (const YodelRtcpPacket  *packet,
                                          YodelRtcpDlrr          *items,
                                          guint                   capacity);
