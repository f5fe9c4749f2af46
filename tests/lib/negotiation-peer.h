/* One side of an exchange of descriptions, with transports that exist on paper alone. */
#pragma once

#include "session/negotiation.h"

static inline void
negotiation_peer_set_transport (YodelNegotiation *self,
                                guint             index,
                                const char       *ufrag)
{
  static const char *candidates[] = {
    "candidate:1 1 udp 2130706431 192.0.2.9 50000 typ host",
    "candidate:2 1 udp 1694498815 203.0.113.9 50000 typ srflx raddr 192.0.2.9 rport 50000",
    "candidate:3 1 udp 16777215 198.51.100.9 60000 typ relay raddr 203.0.113.9 rport 50000",
    NULL
  };
  YodelSdpFingerprint fingerprint = { .algorithm = "sha-256", .size_bytes = 32 };
  YodelLocalTransport transport = { .ufrag = ufrag, .pwd = "pwdpwdpwdpwdpwdpwdpwdpw", .fingerprint = &fingerprint,
                                    .candidates = candidates, .gathering_complete = TRUE };

  fingerprint.bytes[0] = (guint8) ufrag[0];
  yodel_negotiation_set_local_transport (self, index, &transport);
}

/* @ufrag: at least four characters; the first one makes the fingerprint */
static inline YodelNegotiation *
negotiation_peer_new (const char *ufrag,
                      guint       max_transports)
{
  YodelNegotiationConfig config = { .session_id = 77, .cname = ufrag, .max_transports = max_transports };
  YodelNegotiation *self = yodel_negotiation_new (&config);

  for (guint i = 0; i < max_transports; i++)
    negotiation_peer_set_transport (self, i, ufrag);
  return self;
}

static inline guint
negotiation_peer_add (YodelNegotiation *self,
                      YodelMediaKind    kind)
{
  YodelLocalStream stream = { .ssrc = 1000, .rtx_ssrc = 1001, .stream_id = "stream", .track_id = "track" };

  return yodel_negotiation_add_transceiver (self, kind, YODEL_DIRECTION_SENDRECV, &stream);
}
