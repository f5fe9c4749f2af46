/* TUN devices in named network namespaces, and what the two programs that sit between such devices share:
 * wire (a link) and unat (a NAT). */
#pragma once

#include <glib.h>

#define TUN_MAX_BYTES 9216

/* NAMESPACE:DEVICE[:ADDRESS/BITS,...]; "-" is the namespace of the process. */
typedef struct
{
  char *name_space;      /* (owned) */
  char *device;          /* (owned) */
  char *addresses;       /* (owned) may be empty */
} TunEnd;

gboolean tun_end_parse  (TunEnd      *self,
                         const char  *text);
void     tun_end_clear  (TunEnd      *self);

/* Makes the device, brings it up and gives it its addresses.  Returns a descriptor that does not block; -1 and a
 * line on stderr if it cannot. */
int      tun_end_open   (TunEnd      *self,
                         int          mtu);

/* A descriptor one can write commands to while the program runs; -1 on failure. */
int      tun_open_fifo  (const char  *path);

gint64   tun_now_ns     (void);

/* splitmix64: each kind of randomness has a stream of its own, so that packet n meets the same fate whatever else is set. */
typedef struct
{
  guint64 state;
} TunRandom;

guint64  tun_random     (TunRandom   *self);
double   tun_random_unit (TunRandom  *self);
