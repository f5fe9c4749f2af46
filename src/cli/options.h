/* The options that all commands which place or take calls share. */
#pragma once

#include <glib.h>
#include <yodel/yodel-enums.h>

/* Keys that may be pressed at once. */
#define YODEL_CLI_MAX_KEYS 128u

typedef enum
{
  YODEL_CLI_ECHO_CANCELLATION,     /* "on", "off", "low", "moderate" or "high"; the others "on" or "off" */
  YODEL_CLI_NOISE_SUPPRESSION,
  YODEL_CLI_GAIN_CONTROL,
  YODEL_CLI_HIGH_PASS,
} YodelCliProcessing;

typedef struct
{
  char     *address;             /* (owned) (nullable) the first of: */
  char    **addresses;           /* (owned) (nullable) */
  char     *profile;             /* (owned) (nullable) which of several identities */
  char     *name;                /* (owned) (nullable) what strangers are told */
  char    **via;                 /* (owned) (nullable) URIs of signallers */
  gboolean  auto_accept;
  gboolean  once;
  gboolean  redial;
  gboolean  no_knocks;
  gboolean  do_not_disturb;
  gboolean  json;                /* events on standard output */
  char     *sources[2];          /* (owned) (nullable) by kind */
  char     *sinks[2];            /* (owned) (nullable) by kind */
  gboolean  without[2];          /* by kind */
  char     *video_content;       /* (owned) (nullable) as it was said */
  YodelVideoContent content;     /* what that means */
  char     *audio_content;       /* (owned) (nullable) as it was said: speech or music */
  char     *audio_channels;      /* (owned) (nullable) as it was said: mono or stereo */
  int       audio_bitrate_kbps;  /* of the codec; 0: what suits */
  gboolean  dtx;
  char     *video_codec;         /* (owned) (nullable) as it was said */
  YodelVideoCodec codec;         /* what that means */
  double    duration_s;          /* from connected; 0: until somebody ends it */
  int       max_bitrate_kbps;    /* 0: no limit */
  char    **stun;                /* (owned) (nullable) */
  char    **bind;                /* (owned) (nullable) */
  char     *events;              /* (owned) (nullable) */
  char     *stats;               /* (owned) (nullable) */
  char     *snapshot;            /* (owned) (nullable) */
  char     *dtmf;                /* (owned) (nullable) keys to press once connected */
  char     *control;             /* (owned) (nullable) */
  char     *processing[4];       /* (owned) (nullable) by YodelCliProcessing */
  gboolean  progress;
} YodelCliOptions;

gboolean yodel_cli_options_parse (YodelCliOptions   *self,
                                  const char        *command,
                                  const char        *summary,
                                  int                argc,
                                  char             **argv,
                                  GError           **error);
void     yodel_cli_options_clear (YodelCliOptions   *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (YodelCliOptions, yodel_cli_options_clear)
