/* Lip sync: how much later than now to play the sound or the picture of one peer, so that what
 * happened together is heard and seen together.  Plain data; belongs to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a stream's RTP clock stood at a time of the peer's wall clock: of its last sender report
 * (RFC 3550 section 6.4.1), and how a packet of it went through here. */
typedef struct
{
  guint64 ntp_time;         /* 32.32, as in the sender report; 0: none yet */
  guint32 ntp_rtp_time;     /* RTP time of that moment */
  guint   clock_rate_hz;

  guint32 rtp_time;         /* of something received of late */
  gint64  due_us;           /* when that is heard or seen, without what is added here */
} YodelSyncStream;

typedef struct
{
  gint64 audio_delay_us;    /* to add, 0 or more; at most one of the two is not 0 */
  gint64 video_delay_us;
  gboolean begun;           /* once both were known */
} YodelAvSync;

/* Brings the delays up to date; call several times a second.  Where a report is missing nothing is changed. */
void yodel_av_sync_update (YodelAvSync           *self,
                           const YodelSyncStream *audio,
                           const YodelSyncStream *video);

G_END_DECLS
