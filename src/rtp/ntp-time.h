/* NTP timestamps as RTCP carries them, RFC 3550 section 4: 32.32 seconds since 1900, and the middle
 * 32 bits of those (16.16 seconds), in which report delays are counted. */
#pragma once

#include <glib.h>

/* From 1900 to 1970. */
#define YODEL_NTP_UNIX_EPOCH_S G_GUINT64_CONSTANT (2208988800)

static inline guint64
yodel_ntp_from_unix_us (gint64 unix_us)
{
  guint64 us = (guint64) unix_us + YODEL_NTP_UNIX_EPOCH_S * G_USEC_PER_SEC;

  return (us / G_USEC_PER_SEC) << 32 | ((us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC;
}

static inline gint64
yodel_ntp_to_unix_us (guint64 ntp_time)
{
  guint64 us = (ntp_time >> 32) * G_USEC_PER_SEC
               + (((ntp_time & G_MAXUINT32) * G_USEC_PER_SEC + (1u << 31)) >> 32);

  return (gint64) (us - YODEL_NTP_UNIX_EPOCH_S * G_USEC_PER_SEC);
}

static inline guint32
yodel_ntp_middle (guint64 ntp_time)
{
  return (guint32) (ntp_time >> 16);
}

/* A delay in units of 1/65536 s; what lies outside of the 18 hours they reach is clamped. */
static inline guint32
yodel_ntp_delay_from_us (gint64 delay_us)
{
  if (delay_us <= 0)
    return 0;
  if (delay_us >= (gint64) 65535 * G_USEC_PER_SEC)
    return G_MAXUINT32;
  return (guint32) ((delay_us << 16) / G_USEC_PER_SEC);
}

static inline gint64
yodel_ntp_delay_to_us (guint32 delay)
{
  return ((gint64) delay * G_USEC_PER_SEC) >> 16;
}
