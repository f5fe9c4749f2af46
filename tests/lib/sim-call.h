/* Two whole session machines and the network between them, in virtual time: what is judged here
 * is the code that ships, with real codecs, and the test turns the clock. */
#pragma once

#include "lib/sim-network.h"
#include "session/session-core.h"
#include "video/video-decoder.h"
#include "video/video-encoder.h"

#include <yodel/yodel-stats.h>

#define SIM_LEFT_HZ  450.0
#define SIM_RIGHT_HZ 1150.0
#define SIM_TONE     8000.0     /* each is so loud */

/* Thirty pictures. */
#define SIM_CLAP_US ((gint64) 30 * (G_USEC_PER_SEC / 30))

typedef struct _SimCall SimCall;

/* One side.  Section ids are those of its core, 0 where there is none. */
typedef struct
{
  SimCall          *call;          /* (borrowed) */
  SimDirection      way;           /* its packets go this way */
  YodelSessionCore *core;          /* (owned) */
  YodelVideoEncoder *encoder;       /* (owned) */
  YodelVideoDecoder  *decoder;       /* (owned) */
  guint             audio;
  guint             video;
  GQueue            jobs;          /* of what the codecs are to do, once the core has returned */
  GQueue            decoding;      /* of those, what takes its time */
  gint64            decode_us;     /* so long for each frame; 0: none at all */

  const char       *sound_lines;   /* (borrowed) (nullable) what its descriptions say of sound besides: whole lines ... */
  const char       *sound_format;  /* (borrowed) (nullable) ... and parameters of Opus, behind a semicolon */

  const gint16     *speech;        /* (borrowed) (nullable) what its source says, again and again ... */
  gsize             speech_samples;   /* ... and how long that is */
  GArray           *said;          /* (owned) of gint16: what its source gave, but for tones */
  guint             n_packets;     /* of RTP, that it sent ... */
  gsize             least_bytes;   /* ... and how long they were */
  gsize             most_bytes;
  GArray           *heard;         /* (owned) of gint16: what was played; of two channels, the left one */
  GArray           *heard_right;   /* (owned) of gint16: and the right one; as many samples where the track is stereo */
  gint64            first_heard_us;
  gint64            first_shown_us;
  gint64            last_shown_us;
  gint64            longest_gap_us;    /* between two pictures */
  gint64            lag_us;            /* the longest from the arrival of a frame's first packet to its picture */
  guint             shown_rotation;    /* of the last */
  guint             n_shown;
  GArray           *shown_us;          /* (owned) of gint64: when each was shown */
  guint             n_paused;          /* notices that the picture is paused */
  guint             n_resumed;
  guint             n_survivals;       /* notices that speech only just fits */
  guint             n_survived;
  GString          *keys;              /* (owned) that the other side pressed */
  gint64            samples_sent;
  guint             pictures_sent;
  gint64            debt_bytes;        /* what frames without a codec took beyond their share */
  guint             coded_width;       /* of the last of them */
  guint16           picture_id;
  guint8            tl0_index;
  gboolean          says_layer;        /* there were two layers once */
  gboolean          upper;             /* its last frame was of the upper layer */
  guint             rotation;          /* of its camera */
  gint64            camera_late_us;    /* from the taking of a picture to its being handed over */
  gint64            microphone_late_us;   /* the same of sound */
  gint              microphone_ppm;    /* by so much its samples come too seldom */
  gboolean          claps;             /* once in SIM_CLAP_US it is loud and bright, both at the same moment */
  GArray           *claps_heard_us;    /* (owned) of gint64: when those of the other side were to be heard ... */
  GArray           *claps_seen_us;     /* (owned) of gint64: ... and seen */
  gboolean          stereo;            /* its source gives two tones, of SIM_LEFT_HZ and SIM_RIGHT_HZ */
  gboolean          silent;            /* its source gives nothing */
  gboolean          no_sound;          /* nor does it send any silence */
  gboolean          no_pictures;       /* its camera neither */
  gboolean          no_nack;           /* what it asks for again is never heard of */
} SimPeer;

/* What else is on the bottleneck, as flow 1. */
typedef struct
{
  void   (*advance)          (gpointer rival, SimNetwork *network, gint64 now_us);
  void   (*take)             (gpointer rival, SimNetwork *network, const SimDelivery *delivery);
  gint64 (*next_deadline_us) (gpointer rival);
} SimRivalOps;

struct _SimCall
{
  SimNetwork *network;             /* (owned) */
  SimPeer     caller;
  SimPeer     callee;
  guint       width;               /* of the pictures, if not the small ones */
  guint       height;
  GRand      *sizes;               /* (owned) (nullable) frames are bytes without a codec behind them */
  const SimRivalOps *rival_ops;    /* (nullable) */
  gpointer    rival;               /* (borrowed) */
  const char *left_out[2];         /* (borrowed) (nullable) lines of the offer that the answerer does not see */
  gint64      now_us;
  gint64      began_us;
};

SimCall    *sim_call_new        (guint32              seed,
                                 gboolean             with_video);
void        sim_call_free       (SimCall             *self);
void        sim_call_set_link   (SimCall             *self,
                                 const SimLinkConfig *config);

/* From here on pictures are of this size, and neither coded nor decoded: their frames are as long as
 * the rate control of a codec would make them.  For sweeps over many calls. */
void        sim_call_skip_codec (SimCall             *self,
                                 guint                width,
                                 guint                height);

/* One exchange of offer and answer, @from the side that offers; media flows from here on. */
void        sim_call_negotiate  (SimCall             *self,
                                 SimPeer             *from);
void        sim_call_run        (SimCall             *self,
                                 gint64               duration_us);

/* Of the side's own snapshot. */
double      sim_peer_get_number (SimPeer             *peer,
                                 const char          *type,
                                 const char          *kind,
                                 const char          *name);

/* Share of the last @duration_us of what was heard that is not silent. */
double      sim_peer_get_loudness (SimPeer           *peer,
                                   gint64             duration_us);

/* The amplitude of a tone in the last @duration_us of what was heard. */
double      sim_get_tone          (const GArray      *heard,
                                   double             frequency_hz,
                                   gint64             duration_us);

/* How far apart sound and picture were at the claps from @from_us on: no more than this at so many @percent
 * of them.  @n_claps: how many were both heard and seen */
gint64      sim_peer_get_lip_skew (SimPeer           *peer,
                                   gint64             from_us,
                                   guint              percent,
                                   guint             *n_claps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCall, sim_call_free)
