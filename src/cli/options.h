/* The options that all commands which place or take calls share. */
#pragma once

#include <glib.h>
#include <yodel/yodel-enums.h>

typedef struct
{
  char     *address;             /* (owned) (nullable) */
  char     *sources[2];          /* (owned) (nullable) by kind */
  char     *sinks[2];            /* (owned) (nullable) by kind */
  gboolean  without[2];          /* by kind */
  char     *video_content;       /* (owned) (nullable) as it was said */
  YodelVideoContent content;     /* what that means */
  double    duration_s;          /* from connected; 0: until somebody ends it */
  int       max_bitrate_kbps;    /* 0: no limit */
  char    **stun;                /* (owned) (nullable) */
  char    **bind;                /* (owned) (nullable) */
  char     *events;              /* (owned) (nullable) */
  char     *stats;               /* (owned) (nullable) */
  char     *snapshot;            /* (owned) (nullable) */
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
