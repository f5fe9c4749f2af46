/* An IPv4 network address translator with exact behaviours in the words of RFC 4787: UDP, TCP without its states, and ICMP
 * echo; no fragments and no ICMP errors.  Packets and the time (nanoseconds) are passed in. */
#pragma once

#include "net/tun.h"

/* Of mappings and of filters: RFC 4787 sections 4.1 and 5. */
typedef enum
{
  NAT_ENDPOINT_INDEPENDENT,
  NAT_ADDRESS_DEPENDENT,
  NAT_ADDRESS_AND_PORT_DEPENDENT,
} NatDependence;

typedef enum
{
  NAT_PORTS_PRESERVED,
  NAT_PORTS_IN_SEQUENCE,
  NAT_PORTS_RANDOM,
} NatPorts;

typedef struct
{
  guint32        public_address;      /* in network order */
  NatDependence  mapping;
  NatDependence  filtering;
  NatPorts       ports;
  int            step;                /* of the sequence */
  int            first_port;
  int            last_port;
  double         idle_s;              /* life of a UDP mapping without traffic */
  gboolean       refreshed_by_inbound;
  gboolean       hairpins;
  gboolean       blocks_udp;
  guint          max_mappings;        /* 0: no limit */
  double         others_per_s;        /* ports that other hosts take, in the sequence */
  double         new_per_s;           /* mappings made at most; 0: no limit */
  guint64        seed;
} NatConfig;

/* Where a packet of the inside or outside goes, if anywhere; it is changed in place. */
typedef enum
{
  NAT_DROP,
  NAT_TO_INSIDE,
  NAT_TO_OUTSIDE,
} NatVerdict;

typedef struct _Nat Nat;

Nat        *nat_new          (const NatConfig *config,
                              gint64           now_ns);
void        nat_free         (Nat             *self);
NatConfig  *nat_get_config   (Nat             *self);       /* may be changed at any time */

NatVerdict  nat_from_inside  (Nat             *self,
                              guint8          *packet,
                              gsize            size,
                              gint64           now_ns);
NatVerdict  nat_from_outside (Nat             *self,
                              guint8          *packet,
                              gsize            size,
                              gint64           now_ns);

/* Forgets all mappings, as a router that was restarted. */
void        nat_flush        (Nat             *self);

/* Frees what has expired; now and then. */
void        nat_sweep        (Nat             *self,
                              gint64           now_ns);
