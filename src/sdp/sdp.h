/* A session description (RFC 8866) as a structure: parsed from text that a stranger wrote, or
 * built here and written out.  What Yodel has no use for (i= u= e= p= r= z= k=) is checked for
 * its place in the grammar and dropped; attributes are kept in order, known or not. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a description may make grow.  Chromium's longest offers are near 10 KiB a section. */
#define YODEL_SDP_MAX_BYTES      (64 * 1024)
#define YODEL_SDP_MAX_MEDIA      32
#define YODEL_SDP_MAX_ATTRIBUTES 512     /* in one section */
#define YODEL_SDP_MAX_FORMATS    128     /* in one m= line */
#define YODEL_SDP_MAX_BANDWIDTHS 8       /* in one section */

typedef struct
{
  char *name;
  char *value;           /* (nullable) NULL in an attribute that is a flag */
} YodelSdpAttribute;

typedef struct
{
  char    *type;         /* "AS", "TIAS" ... */
  guint64  value;
} YodelSdpBandwidth;

typedef struct
{
  char      *kind;         /* "audio", "video", "application" ... */
  guint16    port;         /* 0: rejected, or bundle-only */
  guint      n_ports;
  char      *proto;
  GPtrArray *formats;      /* of char * */
  char      *connection;   /* (nullable) what stands after the first c= */
  GPtrArray *bandwidths;   /* of YodelSdpBandwidth */
  GPtrArray *attributes;   /* of YodelSdpAttribute */
  guint      line;         /* where its m= line stood in the text, from 1; 0 if built here */
} YodelSdpMedia;

typedef struct
{
  char      *username;     /* the six fields of o= */
  char      *id;           /* decimal digits, any number of them */
  guint64    version;
  char      *address;      /* "IN IP4 127.0.0.1" */
  char      *name;         /* s= */
  char      *connection;   /* (nullable) */
  GPtrArray *bandwidths;   /* of YodelSdpBandwidth */
  GPtrArray *attributes;   /* of YodelSdpAttribute; the session's own */
  GPtrArray *media;        /* of YodelSdpMedia */
} YodelSdp;

YodelSdp      *yodel_sdp_new             (const char     *id,
                                          guint64         version);
YodelSdp      *yodel_sdp_parse           (const char     *text,
                                          gssize          size_bytes,
                                          GError        **error);
char          *yodel_sdp_write           (const YodelSdp *self);
gboolean       yodel_sdp_equal           (const YodelSdp *a,
                                          const YodelSdp *b);
void           yodel_sdp_free            (YodelSdp       *self);

YodelSdpMedia *yodel_sdp_add_media       (YodelSdp       *self,
                                          const char     *kind,
                                          guint16         port,
                                          const char     *proto);
YodelSdpMedia *yodel_sdp_get_media       (const YodelSdp *self,
                                          guint           index);
void           yodel_sdp_media_add_format (YodelSdpMedia *media,
                                          const char     *format);

/* An attribute list is the `attributes` of a session or of a media section. */
void           yodel_sdp_add             (GPtrArray      *attributes,
                                          const char     *name,
                                          const char     *value);
void           yodel_sdp_add_printf      (GPtrArray      *attributes,
                                          const char     *name,
                                          const char     *format,
                                          ...) G_GNUC_PRINTF (3, 4);
gboolean       yodel_sdp_has             (GPtrArray      *attributes,
                                          const char     *name);
const char    *yodel_sdp_find            (GPtrArray      *attributes,
                                          const char     *name);
const char    *yodel_sdp_next            (GPtrArray      *attributes,
                                          const char     *name,
                                          guint          *position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelSdp, yodel_sdp_free)

G_END_DECLS
