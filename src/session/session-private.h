/* The face of a session inside: the object, the requests it posts to its driver, and the news
 * that comes back. */
#pragma once

#include <yodel/yodel-session.h>

#include "session/engine.h"
#include "session/session-driver.h"
#include "session/track-private.h"

/* How the driver reaches the face: its mailbox, and the face itself, which is %NULL once it is
 * gone.  @session is read and written on the face's thread only. */
typedef struct
{
  int           refs;
  YodelMailbox *mailbox;   /* (owned) */
  YodelSession *session;   /* (borrowed) (nullable) */
} YodelSessionLink;

typedef struct
{
  YodelTrack     *track;      /* (owned) */
  YodelTrackPort *port;       /* (owned) */
  gboolean        finished;   /* its sink has been told that it is over */
} YodelSessionEntry;

/* Thread: the one whose main context was the default in yodel_session_new(). */
struct _YodelSession
{
  GObject               parent_instance;

  YodelEngine          *engine;      /* (owned) */
  YodelMailbox         *mailbox;     /* (owned) the engine's: requests go there */
  YodelSessionDriver   *driver;      /* the engine thread's; here only to be named in requests */
  YodelSessionLink     *link;        /* (owned) */
  GPtrArray            *entries;     /* (owned) of YodelSessionEntry */
  YodelSessionSettings  settings;
  gboolean              settled;     /* the settings have gone to the driver */

  YodelSessionState     state;
  YodelSignalingState   signaling_state;
  YodelEndReason        end_reason;
  char                 *end_text;    /* (owned) (nullable) */
  gboolean              has_remote_description;
  gboolean              restart_ice; /* with the next offer */
  gboolean              open;        /* packets can go out */
  gboolean              video_paused;
  gboolean              survival;
};

/* session-messages.c */

YodelSessionLink  *yodel_session_link_new      (YodelSession        *session);
YodelSessionLink  *yodel_session_link_ref      (YodelSessionLink    *link);
void               yodel_session_link_unref    (YodelSessionLink    *link);

/* Requests: from the face to the driver. */

typedef struct
{
  YodelSessionDriver   *driver;      /* (borrowed) */
  YodelSessionLink     *link;        /* (owned) */
  YodelTrackPort       *port;        /* (owned) (nullable) */
  GTask                *task;        /* (owned) (nullable) */
  YodelSink            *sink;        /* (owned) (nullable) */
  char                 *text;        /* (owned) (nullable) */
  char                 *mid;         /* (owned) (nullable) */
  YodelSessionSettings  settings;
  YodelDirection        direction;
  YodelVideoContent     content;
  YodelAudioSettings    sound;
  YodelSdpType          type;
  guint                 duration_ms;
  gboolean              flag;
} YodelSessionRequest;

YodelSessionRequest *yodel_session_request_new  (YodelSession         *session);

/* One that carries a GTask to be answered by yodel_session_return(). */
YodelSessionRequest *yodel_session_task_request_new (YodelSession         *session,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data,
                                                     gpointer              tag);
void                 yodel_session_request_free (YodelSessionRequest  *request);

/* @request: (transfer full) */
void                 yodel_session_post         (YodelSession         *session,
                                                 void                (*run) (gpointer data),
                                                 YodelSessionRequest  *request);

/* Engine thread: what became of the task of a request; one of the three, (transfer full), or none
 * of them for a plain yes. */
void                 yodel_session_return       (YodelSessionRequest  *request,
                                                 char                 *sdp,
                                                 YodelStats           *stats,
                                                 GError               *error);

/* News: from the driver to the face. */

typedef struct _YodelSessionNews YodelSessionNews;

typedef void (*YodelSessionTell) (YodelSession     *self,
                                  YodelSessionNews *news);

struct _YodelSessionNews
{
  YodelSessionLink *link;       /* (owned) */
  YodelSessionTell  tell;
  YodelTrackPort   *port;       /* (owned) (nullable) */
  YodelSink        *sink;       /* (owned) (nullable) */
  char             *text;       /* (owned) (nullable) */
  char             *mid;        /* (owned) (nullable) */
  int               value;
  gboolean          flag;
  YodelEndReason    reason;
  gint64            time_us;
  YodelSessionLevels levels;
};

/* Engine thread. */
YodelSessionNews  *yodel_session_news_new      (YodelSessionLink     *link,
                                                YodelSessionTell      tell);

/* @news: (transfer full) */
void               yodel_session_news_post     (YodelSessionNews     *news);

/* session-news.c: what the driver tells */
extern const YodelSessionDriverOps yodel_session_driver_ops;

/* session-tracks.c */
YodelSessionEntry *yodel_session_add_entry     (YodelSession         *self,
                                                YodelTrackPort       *port);
YodelSessionEntry *yodel_session_find_entry    (YodelSession         *self,
                                                YodelTrackPort       *port);
void               yodel_session_entry_free    (gpointer              entry);

/* Starts and stops sources as directions and the path allow. */
void               yodel_session_start_sources (YodelSession         *self);

/* Stops the sources, and finishes the sinks, to which nothing is written any more. */
void               yodel_session_stop_media    (YodelSession         *self);

/* yodel-session.c: changes that are seen as properties and signals */
void               yodel_session_set_state           (YodelSession        *self,
                                                      YodelSessionState    state,
                                                      YodelEndReason       reason,
                                                      const char          *text);
void               yodel_session_set_signaling_state (YodelSession        *self,
                                                      YodelSignalingState  state);
void               yodel_session_set_notice          (YodelSession        *self,
                                                      YodelSessionNotice   notice);
void               yodel_session_emit_candidate      (YodelSession        *self,
                                                      const char          *candidate,
                                                      const char          *mid);
void               yodel_session_emit_track_added    (YodelSession        *self,
                                                      YodelTrack          *track);
void               yodel_session_emit_restart_wanted (YodelSession        *self);
