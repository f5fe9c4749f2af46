/* Congestion control feedback of RFC 8888 (RTCP PT 205 FMT 11): for each stream which packets came,
 * when, and with which ECN mark.  Nobody offers it by default; it is what brings the marks. */
#pragma once

#include "base/byte-writer.h"

#define YODEL_CONGESTION_FEEDBACK_FORMAT      11
#define YODEL_CONGESTION_FEEDBACK_MAX_STREAMS 32
#define YODEL_CONGESTION_FEEDBACK_MAX_REPORTS 16384     /* of one stream, section 3.1 */

#define YODEL_CONGESTION_OFFSET_LONG    0x1ffe          /* 8 s ago or more */
#define YODEL_CONGESTION_OFFSET_UNKNOWN 0x1fff          /* it came, but after the report's time */

/* What became of one packet. */
typedef struct
{
  gboolean received;
  guint8   ecn;               /* RFC 3168 codepoint; 0 where it was not received */
  guint16  offset;            /* how long before the report, in 1/1024 s, or one of the two above */
} YodelCongestionReport;

/* The packets of one stream from @begin_sequence on. */
typedef struct
{
  guint32       ssrc;
  guint16       begin_sequence;
  guint         n_reports;
  const guint8 *reports;      /* (borrowed) of the packet that was parsed */
} YodelCongestionStream;

typedef struct
{
  guint32               sender_ssrc;
  guint32               timestamp;     /* middle 32 bits of the NTP time, 1/65536 s */
  guint                 n_streams;
  YodelCongestionStream streams[YODEL_CONGESTION_FEEDBACK_MAX_STREAMS];
} YodelCongestionFeedback;

/* @packet: one whole RTCP packet, from its common header on, that outlives @self; which is untouched
 * on failure.  Streams beyond the maximum make it malformed to us. */
gboolean              yodel_congestion_feedback_parse      (YodelCongestionFeedback     *self,
                                                            const guint8                *packet,
                                                            gsize                        size);

/* @index: of the packet with number begin_sequence + @index */
YodelCongestionReport yodel_congestion_stream_get          (const YodelCongestionStream *self,
                                                            guint                        index);

/* Begin, one or more streams, end: writes one whole RTCP packet.  What does not fit sets the
 * writer's `failed`. */
void                  yodel_congestion_feedback_begin      (YodelByteWriter             *writer,
                                                            guint32                      sender_ssrc);
void                  yodel_congestion_feedback_add_stream (YodelByteWriter             *writer,
                                                            guint32                      ssrc,
                                                            guint16                      begin_sequence,
                                                            const YodelCongestionReport *reports,
                                                            guint                        n_reports);

/* @begin: where the packet begins in the writer */
void                  yodel_congestion_feedback_end        (YodelByteWriter             *writer,
                                                            gsize                        begin,
                                                            guint32                      timestamp);
