/* One call with the description of either side handed over by hand. */
#pragma once

#include <yodel/yodel.h>

#include "cli/call-figures.h"
#include "cli/echo-peer.h"
#include "cli/command-input.h"
#include "cli/events.h"
#include "cli/key-input.h"
#include "cli/line-input.h"
#include "cli/media-options.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/status-line.h"

typedef struct _YodelCliCall YodelCliCall;

/* Thread: the program's one. */
struct _YodelCliCall
{
  const YodelCliOptions *options;         /* (borrowed) */
  gboolean               is_caller;
  gboolean               is_echo;         /* the other side is in this process */

  GMainLoop             *loop;            /* (owned) */
  YodelSession          *session;         /* (owned) */
  YodelTrack            *tracks[2];       /* (owned) (nullable) by kind */
  YodelCliMedia          media;
  YodelLineInput        *input;           /* (owned) (nullable) */
  YodelKeyInput         *keys;            /* (owned) (nullable) */
  YodelCommandInput     *commands;        /* (owned) (nullable) */
  YodelEchoPeer         *echo;            /* (owned) (nullable) */

  YodelOutput           *events_output;   /* (owned) (nullable) */
  YodelEvents            events;
  YodelOutput           *stats_output;    /* (owned) (nullable) */
  YodelStatus            status;
  gboolean               shows_status;

  GCancellable          *cancellable;     /* (owned) (nullable) what is asked for while the call lasts */
  YodelStats            *stats;           /* (owned) (nullable) the newest */
  gint64                 stats_us;
  gint64                 connected_us;    /* 0: never */
  gint64                 ended_us;        /* 0: not yet */
  gboolean               was_reconnecting;
  gboolean               media_failed;
  gboolean               is_closing;
  int                    signal;          /* 0: none */
  int                    exit_status;
  char                  *failure;         /* (owned) (nullable) what a person is told */
  guint                  stats_timer;
  guint                  draw_timer;
  guint                  duration_timer;
  guint                  guard_timer;
  guint                  signal_sources[2];

  /* A call between people, where a session is not all there is and the terminal belongs to all calls.  (nullable) */
  void                 (*hang_up)  (YodelCliCall *self);
  void                 (*give_up)  (YodelCliCall *self);                       /* it does not end by itself */
  void                 (*exchange) (YodelCliCall *self, YodelMediaKind kind);  /* its source or sink is another one */
  gboolean               is_aside;        /* another call has the terminal's line */
};

void yodel_cli_call_say            (YodelCliCall  *self,
                                    const char    *format,
                                    ...) G_GNUC_PRINTF (2, 3);
void yodel_cli_call_fail           (YodelCliCall  *self,
                                    int            exit_status,
                                    const char    *message);
void yodel_cli_call_close          (YodelCliCall  *self);

void yodel_cli_call_watch_medium   (YodelCliCall  *self,
                                    GObject       *medium);

/* call-control.c */
gboolean
     yodel_cli_call_start_control  (YodelCliCall  *self,
                                    GError       **error);
void yodel_cli_call_start_keys     (YodelCliCall  *self);
void yodel_cli_call_press_keys     (YodelCliCall  *self,
                                    const char    *keys);
gboolean
     yodel_cli_call_take_key       (YodelCliCall  *self,
                                    char           key);
gboolean
     yodel_cli_call_take_command   (YodelCliCall  *self,
                                    const char    *name,
                                    const char    *value);
void yodel_cli_call_stop_control   (YodelCliCall  *self);

gboolean yodel_cli_call_open_outputs     (YodelCliCall   *self,
                                          GError        **error);
void     yodel_cli_call_catch_signals    (YodelCliCall   *self);
void     yodel_cli_call_watch_media      (YodelCliCall   *self);
void     yodel_cli_call_watch_track      (YodelCliCall   *self,
                                          YodelTrack     *track);
void     yodel_cli_call_watch_session    (YodelCliCall   *self);
void     yodel_cli_call_tell_connected   (YodelCliCall   *self);
void     yodel_cli_call_tell_lost        (YodelCliCall   *self);
void     yodel_cli_call_tell_end         (YodelCliCall   *self,
                                          YodelEndReason  reason,
                                          const char     *text);
void     yodel_cli_call_clear            (YodelCliCall   *self);
void     yodel_cli_call_clean_up         (YodelCliCall   *self);

/* call-report.c */
void yodel_cli_call_start_reports  (YodelCliCall  *self);
void yodel_cli_call_stop_reports   (YodelCliCall  *self);
void yodel_cli_call_take_stats     (YodelCliCall  *self,
                                    YodelStats    *stats);
void yodel_cli_call_report_result  (YodelCliCall  *self);

/* call-signalling.c */
void yodel_cli_call_start_exchange (YodelCliCall  *self);
const char * const *
     yodel_cli_call_get_bind       (YodelCliCall  *self);
