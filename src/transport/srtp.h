/* SRTP and SRTCP contexts (RFC 3711) for both directions of one DTLS association,
 * over libsrtp2. */
#pragma once

#include <glib.h>

#include "transport/transport.h"

G_BEGIN_DECLS

/* What the longest profile adds to a packet: tag and, for RTCP, the index word. */
#define YODEL_SRTP_MAX_OVERHEAD_BYTES 32

/* 128-bit key and 112-bit salt, as both profiles have them. */
#define YODEL_SRTP_MASTER_BYTES 30

/* Packets this far behind the newest of their stream are refused. */
#define YODEL_SRTP_REPLAY_WINDOW 1024

/* The numbers are those of the use_srtp extension, RFC 5764 section 4.1.2. */
typedef enum
{
  YODEL_SRTP_AES128_CM_HMAC_SHA1_80 = 1,
  YODEL_SRTP_AES128_CM_HMAC_SHA1_32 = 2,
} YodelSrtpProfile;

typedef struct
{
  YodelSrtpProfile profile;
  guint8           send_master[YODEL_SRTP_MASTER_BYTES];      /* key, then salt */
  guint8           receive_master[YODEL_SRTP_MASTER_BYTES];
} YodelSrtpKeys;

typedef enum
{
  YODEL_SRTP_OK,
  YODEL_SRTP_MALFORMED,
  YODEL_SRTP_AUTH_FAILED,
  YODEL_SRTP_REPLAYED,
  YODEL_SRTP_TOO_MANY_STREAMS,
} YodelSrtpResult;

typedef struct _YodelSrtp YodelSrtp;

/* Begins, in a thread of its own, what the first context of a process would wait for.  May be repeated. */
void             yodel_srtp_prepare          (void);

/* Does it, or waits until that thread has done it.  FALSE: there is no SRTP. */
gboolean         yodel_srtp_await            (void);

YodelSrtp       *yodel_srtp_new              (const YodelSrtpKeys *keys);
void             yodel_srtp_free             (YodelSrtp           *self);

const char      *yodel_srtp_profile_get_name (YodelSrtpProfile     profile);

/* In place; @data has room for YODEL_SRTP_MAX_OVERHEAD_BYTES more. */
gboolean         yodel_srtp_protect          (YodelSrtp           *self,
                                              guint8              *data,
                                              gsize               *size,
                                              gboolean             is_rtcp);

/* In place; @size is changed on success only. */
YodelSrtpResult  yodel_srtp_unprotect        (YodelSrtp           *self,
                                              guint8              *data,
                                              gsize               *size,
                                              gboolean             is_rtcp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelSrtp, yodel_srtp_free)

G_END_DECLS
