/* Ready-made sources and sinks, by the specification strings of the command line. */
#pragma once

#include <yodel/yodel.h>

G_BEGIN_DECLS

YODEL_API
YodelSource *yodel_media_source_new (YodelMediaKind   kind,
                                     const char      *spec,
                                     GError         **error);

YODEL_API
YodelSink   *yodel_media_sink_new   (YodelMediaKind   kind,
                                     const char      *spec,
                                     GError         **error);

#define YODEL_MEDIA_TYPE_TONE_PLAYER (yodel_media_tone_player_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelMediaTonePlayer, yodel_media_tone_player, YODEL_MEDIA, TONE_PLAYER, GObject)

YODEL_API
YodelMediaTonePlayer *yodel_media_tone_player_new (const char  *tone,
                                                   YodelSink   *sink,
                                                   GError     **error);

YODEL_API
GVariant    *yodel_media_list_devices (GError       **error);

G_END_DECLS
