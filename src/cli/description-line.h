/* A session description as one line of JSON: {"type":"offer","sdp":"..."}, what JSON.stringify() makes of an
 * RTCSessionDescription (W3C webrtc-pc section 4.8). */
#pragma once

#include <glib.h>
#include <yodel/yodel-enums.h>

/* A complete offer of ours has about 3 KiB, a browser's 8. */
#define YODEL_DESCRIPTION_LINE_MAX_BYTES (256u * 1024u)

typedef enum
{
  YODEL_DESCRIPTION_LINE_ERROR_INVALID,
} YodelDescriptionLineError;

#define YODEL_DESCRIPTION_LINE_ERROR (yodel_description_line_error_quark ())
GQuark   yodel_description_line_error_quark (void);

gboolean yodel_description_line_parse (const char     *line,
                                       gsize           length,
                                       YodelSdpType   *type,
                                       char          **sdp,
                                       GError        **error);
char    *yodel_description_line_write (YodelSdpType    type,
                                       const char     *sdp);
