/* The machine of a session: negotiation, streams, RTCP and congestion control of one peer
 * connection.  It is handed packets, media and the time; packets, media and jobs for the video
 * codecs come back through the functions it is given.  No clock, socket or thread of its own:
 * two of them call each other in a test that turns the clock.
 *
 * After each call ask for the next deadline; the functions given may be called from within any
 * call, and must not call back into the core. */
#pragma once

#include "congestion/controller.h"
#include "session/audio-sender.h"
#include "session/codec-job.h"
#include "session/negotiation.h"

#include <yodel/yodel-enums.h>

/* Transports of one session: one for a bundle, one a section without. */
#define YODEL_SESSION_MAX_TRANSPORTS 8

/* SSRCs of the peer that are remembered for each transport. */
#define YODEL_SESSION_MAX_SSRCS      64

typedef enum
{
  YODEL_NOTICE_VIDEO_PAUSED,     /* the network has no room for the picture */
  YODEL_NOTICE_VIDEO_RESUMED,
  YODEL_NOTICE_SURVIVAL,         /* speech only just fits */
  YODEL_NOTICE_SURVIVAL_OVER,
} YodelSessionNotice;

/* How loud an audio section is, in dBov; -127 is silence. */
typedef struct
{
  double   sent;
  double   received;
  gboolean speaking_while_muted;
} YodelSessionLevels;

typedef struct
{
  void (*send)        (guint                transport,
                       guint8              *data,
                       gsize                size,
                       gboolean             is_rtcp,
                       gpointer             user_data);

  /* 10 ms of 48 kHz, 480 samples of each of @channels, interleaved, to be heard at @time_us. */
  void (*play)        (guint                section,
                       const gint16        *samples,
                       gsize                n_samples,
                       guint                channels,
                       gint64               time_us,
                       gpointer             user_data);
  void (*show)        (guint                section,
                       YodelVideoFrame     *picture,
                       gpointer             user_data);

  /* Both: (transfer full), answered by yodel_session_core_encoded() and _decoded(), in order. */
  void (*encode)      (guint                section,
                       YodelEncodeJob      *job,
                       gpointer             user_data);
  void (*decode)      (guint                section,
                       YodelAssembledFrame *frame,
                       gpointer             user_data);
  void (*notice)      (YodelSessionNotice   notice,
                       gpointer             user_data);

  /* The peer pressed a key; its duration is known, for it is up. */
  void (*key)         (guint                section,
                       guint8               event,
                       guint                duration_ms,
                       gpointer             user_data);
} YodelSessionCoreOps;

typedef struct
{
  guint32     seed[4];            /* of the generator behind SSRCs and first numbers */
  const char *cname;              /* (borrowed) */
  gint64      unix_offset_us;     /* wall clock minus monotonic clock, for sender reports */
  guint       max_bitrate_bps;    /* of all that is sent, 0 for no limit */
} YodelSessionCoreConfig;

typedef struct _YodelSessionCore YodelSessionCore;

YodelSessionCore *yodel_session_core_new                (const YodelSessionCoreConfig *config,
                                                         const YodelSessionCoreOps    *ops,
                                                         gpointer                      user_data,
                                                         gint64                        now_us);
void              yodel_session_core_free               (YodelSessionCore             *self);

/* The offers and answers.  After an offer of the peer call yodel_session_core_adopt_sections(), after
 * an answer of either yodel_session_core_apply(). */
YodelNegotiation *yodel_session_core_get_negotiation    (YodelSessionCore             *self);

/* Returns: the id of the new transceiver, which is that of its section; 0 if there are too many */
guint             yodel_session_core_add_section        (YodelSessionCore             *self,
                                                         YodelMediaKind                kind,
                                                         YodelDirection                direction,
                                                         gint64                        now_us);

/* Makes sections for the transceivers that an offer of the peer brought. */
void              yodel_session_core_adopt_sections     (YodelSessionCore             *self,
                                                         gint64                        now_us);

/* Puts to work what was agreed. */
void              yodel_session_core_apply              (YodelSessionCore             *self,
                                                         gint64                        now_us);
void              yodel_session_core_set_max_bitrate    (YodelSessionCore             *self,
                                                         guint                         max_bitrate_bps,
                                                         gint64                        now_us);

/* @open: packets may be sent. */
void              yodel_session_core_set_open           (YodelSessionCore             *self,
                                                         guint                         transport,
                                                         gboolean                      open,
                                                         gint64                        now_us);
/* Before it is open: @rtt_us is that of the handshake.  A path that is slow to answer is taken for a thin one. */
void              yodel_session_core_on_handshake       (YodelSessionCore             *self,
                                                         guint                         transport,
                                                         gint64                        rtt_us,
                                                         gint64                        now_us);
void              yodel_session_core_on_route_change    (YodelSessionCore             *self,
                                                         guint                         transport,
                                                         gint64                        now_us);

void              yodel_session_core_receive            (YodelSessionCore             *self,
                                                         guint                         transport,
                                                         const guint8                 *data,
                                                         gsize                         size,
                                                         gboolean                      is_rtcp,
                                                         gint64                        arrival_us,
                                                         gint64                        now_us);
void              yodel_session_core_set_enabled        (YodelSessionCore             *self,
                                                         guint                         section,
                                                         gboolean                      enabled);
void              yodel_session_core_set_sound          (YodelSessionCore             *self,
                                                         guint                         id,
                                                         const YodelAudioSettings     *settings);
void              yodel_session_core_set_content        (YodelSessionCore             *self,
                                                         guint                         section,
                                                         YodelVideoContent             content);
/* Returns: how many samples are missing to the next packet; 0 where none is made */
gsize             yodel_session_core_push_audio         (YodelSessionCore             *self,
                                                         guint                         section,
                                                         const gint16                 *samples,
                                                         gsize                         n_samples,
                                                         guint                         channels,
                                                         gint64                        captured_us,
                                                         gint64                        now_us);

/* @event: a key, or YODEL_TELEPHONE_PAUSE.  Returns: FALSE if the peer does not take it, or too many wait */
gboolean          yodel_session_core_press_key          (YodelSessionCore             *self,
                                                         guint                         section,
                                                         guint8                        event,
                                                         guint                         duration_ms,
                                                         gint64                        now_us);
void              yodel_session_core_push_video         (YodelSessionCore             *self,
                                                         guint                         section,
                                                         YodelVideoFrame              *picture,
                                                         gint64                        now_us);
void              yodel_session_core_encoded            (YodelSessionCore             *self,
                                                         guint                         section,
                                                         const YodelEncodedFrame      *frame,
                                                         gint64                        encode_us,
                                                         gint64                        now_us);
void              yodel_session_core_decoded            (YodelSessionCore             *self,
                                                         guint                         section,
                                                         const YodelAssembledFrame    *frame,
                                                         YodelVideoFrame              *picture,
                                                         gboolean                      failed,
                                                         gint64                        decode_us,
                                                         gint64                        now_us);
void              yodel_session_core_advance            (YodelSessionCore             *self,
                                                         gint64                        now_us);
gint64            yodel_session_core_next_deadline_us   (const YodelSessionCore       *self);

void              yodel_session_core_get_levels         (const YodelSessionCore       *self,
                                                         guint                         section,
                                                         YodelSessionLevels           *levels);

/* Adds the objects of W3C webrtc-stats that the core knows, to an `aa{sv}`. */
void              yodel_session_core_add_stats          (YodelSessionCore             *self,
                                                         GVariantBuilder              *objects,
                                                         gint64                        now_us);

/* Of the flow on @transport, for the object of the candidate pair. */
gboolean          yodel_session_core_get_flow_state     (const YodelSessionCore       *self,
                                                         guint                         transport,
                                                         YodelControllerState         *state);

/* How long what waits to be sent will take to leave. */
gint64            yodel_session_core_get_backlog_us     (const YodelSessionCore       *self,
                                                         guint                         transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelSessionCore, yodel_session_core_free)
