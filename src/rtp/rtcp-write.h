/* RTCP as it leaves: each function appends one packet to a compound datagram.  A packet that does
 * not fit is not begun, and the writer has failed. */
#pragma once

#include "base/byte-writer.h"
#include "rtp/rtcp.h"

/* RFC 3550 section 6.5: one byte counts the text. */
#define YODEL_RTCP_MAX_TEXT_BYTES 255

void  yodel_rtcp_write_sender_report   (YodelByteWriter             *writer,
                                        const YodelRtcpSenderReport *report,
                                        const YodelRtcpReportBlock  *blocks,
                                        guint                        n_blocks);
void  yodel_rtcp_write_receiver_report (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        const YodelRtcpReportBlock  *blocks,
                                        guint                        n_blocks);
void  yodel_rtcp_write_cname           (YodelByteWriter             *writer,
                                        guint32                      ssrc,
                                        const char                  *cname);
void  yodel_rtcp_write_bye             (YodelByteWriter             *writer,
                                        const guint32               *ssrcs,
                                        guint                        n_ssrcs);
guint yodel_rtcp_write_nack            (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        guint32                      media_ssrc,
                                        const guint16               *sequence_numbers,
                                        guint                        n_sequence_numbers);
void  yodel_rtcp_write_pli             (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        guint32                      media_ssrc);
void  yodel_rtcp_write_fir             (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        const YodelRtcpFir          *requests,
                                        guint                        n_requests);
void  yodel_rtcp_write_remb            (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        guint64                      bitrate_bps,
                                        const guint32               *ssrcs,
                                        guint                        n_ssrcs);
void  yodel_rtcp_write_reference_time  (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        guint64                      ntp_time);
void  yodel_rtcp_write_dlrr            (YodelByteWriter             *writer,
                                        guint32                      sender_ssrc,
                                        const YodelRtcpDlrr         *items,
                                        guint                        n_items);
