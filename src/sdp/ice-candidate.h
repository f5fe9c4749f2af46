/* One candidate-attribute (RFC 8839 section 5.1), read and written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_ICE_CANDIDATE_MAX_ADDRESS 255   /* bytes of a domain name, RFC 1035 section 2.3.4 */

typedef struct
{
  char    foundation[33];
  guint   component;         /* 1 RTP, 2 RTCP; up to 256 */
  char    transport[8];      /* lower case: "udp", "tcp" ... */
  guint32 priority;
  char    address[YODEL_ICE_CANDIDATE_MAX_ADDRESS + 1];   /* IPv4, IPv6 or a name */
  guint16 port;
  char    type[16];          /* "host", "srflx", "prflx", "relay" or one yet unknown */
  char    raddr[YODEL_ICE_CANDIDATE_MAX_ADDRESS + 1];     /* "" where there is none */
  guint16 rport;
  char    tcptype[16];       /* "" where there is none */
  char    ufrag[257];        /* "" where there is none; RFC 8838 section 11 */
} YodelIceCandidate;

gboolean  yodel_ice_candidate_parse     (YodelIceCandidate       *self,
                                         const char              *text);
char     *yodel_ice_candidate_write     (const YodelIceCandidate *self);
gboolean  yodel_ice_candidate_is_relay  (const YodelIceCandidate *self);

G_END_DECLS
