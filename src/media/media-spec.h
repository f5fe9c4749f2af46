/* Takes the specification strings of the command line apart. */
#pragma once

#include <glib.h>

#include <yodel/yodel-enums.h>

#include "media/tone/call-tone.h"

typedef enum
{
  YODEL_SPEC_NONE,
  YODEL_SPEC_TEST,
  YODEL_SPEC_TONE,
  YODEL_SPEC_DEFAULT,
  YODEL_SPEC_DEVICE,
  YODEL_SPEC_FILE,
  YODEL_SPEC_PCM,
  YODEL_SPEC_Y4M,
} YodelSpecType;

typedef struct
{
  YodelSpecType  type;
  char          *path;      /* (owned) (nullable) of the file or pipe, or the device's name */
  guint          channels;  /* of pcm:PATH, 2 where ",stereo" stands behind it */
  guint          width;     /* of y4m:PATH,WxH; else 0 */
  guint          height;
  YodelToneKind  tone;
} YodelMediaSpec;

gboolean yodel_media_spec_parse (YodelMediaSpec  *spec,
                                 YodelMediaKind   kind,
                                 const char      *text,
                                 GError         **error);
void     yodel_media_spec_clear (YodelMediaSpec  *spec);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (YodelMediaSpec, yodel_media_spec_clear)
