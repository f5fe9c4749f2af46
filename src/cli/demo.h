/* The demonstration call: two processes of this program, joined by the network alone. */
#pragma once

#include <gio/gio.h>

/* What the two send. */
typedef struct
{
  char *sound;          /* (owned): as an --audio-source */
  char *picture;        /* (owned): as a --video-source */
  char *description;    /* (owned): for people */
} YodelDemoMedia;

gboolean yodel_demo_media_find  (YodelDemoMedia  *self,
                                 const char      *path,
                                 const char      *folder,
                                 GError         **error);
void     yodel_demo_media_clear (YodelDemoMedia  *self);

/* What happened to one of the two; times are of the monotonic clock in seconds, 0: never. */
typedef struct
{
  double    offered_s;
  double    answered_s;         /* caller: the answer came */
  double    connected_s;
  double    first_sound_s;
  double    first_picture_s;
  double    ended_s;
  char     *end_text;           /* (owned) (nullable) */
  double    rtt_ms;             /* smallest seen; negative: none */
  double    sent_bps;           /* at the moment; negative: not known */
  double    received_bps;
  double    loss;
  double    frames_shown;
  double    levels[2];          /* dBov: sent, received */
  char     *sdp;                /* (owned) (nullable) its own description */

  gboolean  has_result;
  double    duration_s;
  double    totals[2][8];       /* by kind, then YodelDemoTotal; negative: not known */
} YodelDemoStory;

typedef enum
{
  YODEL_DEMO_BYTES_SENT,
  YODEL_DEMO_PACKETS_RECEIVED,
  YODEL_DEMO_PACKETS_LOST,
  YODEL_DEMO_SAMPLES,
  YODEL_DEMO_CONCEALED,
  YODEL_DEMO_FRAMES,
  YODEL_DEMO_FREEZES,
  YODEL_DEMO_FROZEN_S,
} YodelDemoTotal;

void     yodel_demo_story_init     (YodelDemoStory       *self);
void     yodel_demo_story_clear    (YodelDemoStory       *self);
gboolean yodel_demo_story_read     (YodelDemoStory       *self,
                                    const char           *line);

void     yodel_demo_report_print   (const YodelDemoStory *caller,
                                    const YodelDemoStory *answerer);
void     yodel_demo_progress_print (const YodelDemoStory *caller,
                                    const YodelDemoStory *answerer,
                                    gboolean              redraw);
