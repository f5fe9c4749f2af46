/* What the files of the session core share. */
#pragma once

#include "congestion/rate-allocator.h"
#include "rtp/arrival-recorder.h"
#include "session/flow.h"
#include "session/section.h"
#include "session/session-core.h"
#include "video/av-sync.h"

/* A packet of RTCP that we write, compound or not. */
#define YODEL_SESSION_MAX_RTCP_BYTES 1200

/* What belongs to one transport. */
typedef struct
{
  YodelSessionCore     *core;          /* (borrowed) */
  guint                 index;
  YodelFlow            *flow;          /* (owned) (nullable) until a section is on it */
  YodelArrivalRecorder *recorder;      /* (owned) (nullable) as long as the flow is */
  YodelRateAllocator    allocator;
  GHashTable           *sections;      /* (owned) SSRC of the peer to YodelSection (borrowed) */
  guint32               feedback_ssrc; /* whose packet last wore a transport-wide number */
  gboolean              open;
  gboolean              paused;        /* its video, for want of rate */
  gboolean              survival;
} YodelPath;

struct _YodelSessionCore
{
  YodelSessionCoreOps  ops;
  gpointer             user_data;
  YodelNegotiation    *negotiation;    /* (owned) */
  GRand               *random;         /* (owned) */
  char                *cname;          /* (owned) */
  gint64               unix_offset_us;
  guint                max_bitrate_bps;
  GPtrArray           *sections;       /* (owned) of YodelSection */
  YodelPath            paths[YODEL_SESSION_MAX_TRANSPORTS];
  YodelAvSync          sync;
  gint64               sync_us;        /* when lip sync is next looked at */
  gint64               rates_us;       /* when the rates are next divided */
  gboolean             settled;        /* an answer has been applied */
  guint64              packets_unrouted;
};

YodelSection *yodel_session_core_find_section  (const YodelSessionCore *self,
                                                guint                   id);

/* core-rtcp.c */
void          yodel_session_core_receive_rtcp  (YodelSessionCore       *self,
                                                YodelPath              *path,
                                                const guint8           *data,
                                                gsize                   size,
                                                gint64                  now_us);
void          yodel_session_core_send_reports  (YodelSessionCore       *self,
                                                YodelSection           *section,
                                                gint64                  now_us);
void          yodel_session_core_send_feedback (YodelSessionCore       *self,
                                                YodelPath              *path,
                                                gint64                  now_us);
gint64        yodel_session_core_next_feedback_us (const YodelSessionCore *self,
                                                   const YodelPath        *path);

/* core-rates.c */
void          yodel_session_core_divide_rates  (YodelSessionCore       *self,
                                                YodelPath              *path,
                                                gint64                  now_us);
void          yodel_session_core_sync_lips     (YodelSessionCore       *self,
                                                gint64                  now_us);
