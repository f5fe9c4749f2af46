/* The sources and sinks of a call, as the options ask for them. */
#pragma once

#include <yodel/yodel.h>

#include "cli/options.h"
#include "cli/snapshot-sink.h"

typedef struct
{
  YodelSource       *sources[2];     /* (owned) (nullable) by kind */
  YodelSink         *sinks[2];       /* (owned) (nullable) by kind: what writes */
  YodelSnapshotSink *snapshot;       /* (owned) (nullable) in front of the picture's */
  guint              number;         /* of the call: what a later one writes does not replace what the first wrote */
} YodelCliMedia;

gboolean   yodel_cli_media_uses_stdin (const YodelCliOptions  *options);
gboolean   yodel_cli_media_is_for_one (const YodelCliOptions  *options);
gboolean   yodel_cli_media_uses_device (const YodelCliOptions *options);
char      *yodel_cli_media_number_path (const char             *spec,
                                       guint                   number);
gboolean   yodel_cli_media_open_kind  (YodelCliMedia          *self,
                                       const YodelCliOptions  *options,
                                       YodelMediaKind          kind,
                                       gboolean                stdin_is_free,
                                       GError                **error);
gboolean   yodel_cli_media_open       (YodelCliMedia          *self,
                                       const YodelCliOptions  *options,
                                       gboolean                stdin_is_free,
                                       GError                **error);
YodelSource *
           yodel_cli_media_open_source (const YodelCliOptions *options,
                                       YodelMediaKind          kind,
                                       const char             *spec,
                                       GError                **error);
gboolean   yodel_cli_media_sends      (const YodelCliOptions  *options,
                                       YodelMediaKind          kind);
YodelSink *yodel_cli_media_get_sink   (YodelCliMedia          *self,
                                       YodelMediaKind          kind);
void       yodel_cli_media_clear      (YodelCliMedia          *self);
