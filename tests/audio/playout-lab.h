/* A speaker, a network and a listener in virtual time: what comes out of the playout buffer, and
 * when, for any pattern of delay and loss.  Every run is the same. */
#pragma once

#include "audio/playout-buffer.h"

#define LAB_LOST  (-1)

typedef struct _Lab Lab;

/* Transit time of a packet, or LAB_LOST. */
typedef gint64 (*LabTransit) (Lab    *lab,
                              guint   packet,
                              gint64  sent_us);
typedef void   (*LabTick)    (Lab              *lab,
                              YodelPlayoutKind  kind,
                              gint64            now_us);

struct _Lab
{
  /* The speaker. */
  const gint16       *speech;            /* 48 kHz mono, again and again; NULL: one made of tones */
  gsize               speech_samples;
  guint               frame_ms;          /* 0: 20 */
  guint               bitrate_bps;       /* 0: 32000 */
  guint               fec_percent;       /* 0: no in-band FEC */
  gboolean            dtx;
  guint               complexity;        /* of the encoder; tests of timing need none */
  guint8              distances[4];
  guint               n_distances;
  double              skew_ppm;          /* of the speaker's clock: positive is fast */
  guint32             first_rtp_time;

  /* The network. */
  LabTransit          transit;           /* NULL: 20 ms */
  gint64              rtt_us;            /* 0: nothing is sent again */
  guint32             seed;

  /* The listener. */
  gint64              phase_us;          /* of the device */
  gint64              asleep_us[2];      /* from, to: it takes no sound, as a machine that sleeps; to 0: never */
  guint               n_seconds;
  LabTick             tick;              /* (nullable) */
  gpointer            user_data;
  gint16             *out;               /* (nullable) n_seconds of sound */

  /* The outcome. */
  YodelPlayoutBuffer *buffer;
  YodelPlayoutStatistics statistics;
  GArray             *delays_ms;         /* of double: mouth to ear, for each tick that played speech */
  GArray             *transits_us;       /* of gint64: of the packets that came */
  guint64             bytes_sent;        /* payload and 12 + 10 + 28 of headers */
  guint               kinds[8];          /* ticks of each kind */
};

void          lab_run       (Lab    *lab);
void          lab_clear     (Lab    *lab);
double        lab_random    (Lab    *lab);
double        lab_gauss     (Lab    *lab);
double        lab_delay_ms  (Lab    *lab,
                             double  quantile,
                             double  from_s,
                             double  to_s);
double        lab_mean_buffer_ms (Lab *lab);
double        lab_concealed (Lab    *lab);
const gint16 *lab_speech    (gsize  *n_samples);
