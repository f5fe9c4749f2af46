/* The values of the attributes that Yodel understands.  Parsers here are tolerant: they take the
 * text after the colon, answer FALSE on what they cannot read, and write their result only on
 * success.  A caller skips what it cannot read; nothing here is worth ending a call for. */
#pragma once

#include <yodel/yodel-enums.h>

#include "sdp/sdp.h"

G_BEGIN_DECLS

#define YODEL_SDP_MAX_FINGERPRINT_BYTES 64   /* SHA-512 */
#define YODEL_SDP_MAX_GROUP_SSRCS       8

/* a=rtpmap, RFC 8866 section 6.6 */
typedef struct
{
  guint8 payload_type;
  char   encoding[32];       /* compare without regard to case */
  guint  clock_rate_hz;
  guint  channels;           /* 1 where none are named */
} YodelSdpRtpmap;

/* a=extmap, RFC 8285 section 5 */
typedef struct
{
  guint          id;
  YodelDirection direction;  /* sendrecv where none is named */
  char           uri[128];
} YodelSdpExtmap;

/* a=fingerprint, RFC 8122 section 5 */
typedef struct
{
  char   algorithm[16];      /* lower case */
  guint8 bytes[YODEL_SDP_MAX_FINGERPRINT_BYTES];
  gsize  size_bytes;
} YodelSdpFingerprint;

/* a=setup, RFC 4145 section 4 */
typedef enum
{
  YODEL_SDP_SETUP_NONE,
  YODEL_SDP_SETUP_ACTIVE,
  YODEL_SDP_SETUP_PASSIVE,
  YODEL_SDP_SETUP_ACTPASS,
  YODEL_SDP_SETUP_HOLDCONN,
} YodelSdpSetup;

/* a=ssrc, RFC 5576 section 4.1 */
typedef struct
{
  guint32     ssrc;
  char        name[32];      /* "cname", "msid" ... */
  const char *value;         /* (borrowed) from the text; "" in a flag */
} YodelSdpSsrc;

/* a=ssrc-group, RFC 5576 section 4.2 */
typedef struct
{
  char    semantics[16];     /* "FID", "FEC-FR", "SIM" ... */
  guint32 ssrcs[YODEL_SDP_MAX_GROUP_SSRCS];
  guint   n_ssrcs;
} YodelSdpSsrcGroup;

gboolean       yodel_sdp_parse_rtpmap       (const char          *value,
                                             YodelSdpRtpmap      *rtpmap);
gboolean       yodel_sdp_parse_extmap       (const char          *value,
                                             YodelSdpExtmap      *extmap);
gboolean       yodel_sdp_parse_fingerprint  (const char          *value,
                                             YodelSdpFingerprint *fingerprint);
char          *yodel_sdp_write_fingerprint  (const YodelSdpFingerprint *fingerprint);
YodelSdpSetup  yodel_sdp_parse_setup        (const char          *value);
const char    *yodel_sdp_setup_to_string    (YodelSdpSetup        setup);
gboolean       yodel_sdp_parse_ssrc         (const char          *value,
                                             YodelSdpSsrc        *ssrc);
gboolean       yodel_sdp_parse_ssrc_group   (const char          *value,
                                             YodelSdpSsrcGroup   *group);
gboolean       yodel_sdp_parse_uint         (const char          *text,
                                             guint64              max,
                                             guint64             *number);

/* What a media section says, looked up. */
gboolean       yodel_sdp_media_get_rtpmap   (const YodelSdpMedia *media,
                                             guint                payload_type,
                                             YodelSdpRtpmap      *rtpmap);
const char    *yodel_sdp_media_get_fmtp     (const YodelSdpMedia *media,
                                             guint                payload_type);
char          *yodel_sdp_fmtp_dup           (const char          *fmtp,
                                             const char          *key);
guint          yodel_sdp_fmtp_get_uint      (const char          *fmtp,
                                             const char          *key,
                                             guint                otherwise);
gboolean       yodel_sdp_media_has_feedback (const YodelSdpMedia *media,
                                             guint                payload_type,
                                             const char          *feedback);
guint          yodel_sdp_media_get_extmap_id (const YodelSdpMedia *media,
                                             const char          *uri);
guint64        yodel_sdp_get_bandwidth_bps  (GPtrArray           *bandwidths);
const char    *yodel_sdp_direction_to_string (YodelDirection      direction);
gboolean       yodel_sdp_get_direction      (GPtrArray           *attributes,
                                             YodelDirection      *direction);
char         **yodel_sdp_get_group          (const YodelSdp      *sdp,
                                             const char          *semantics);

G_END_DECLS
