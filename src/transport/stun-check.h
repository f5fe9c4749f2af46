/* An ICE connectivity check (RFC 8445 section 7.2.2) as bytes.  Sent beside those of libnice, which repeats a lost one only
 * after half a second: whoever receives it answers with a check of its own at once. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_STUN_CHECK_MAX_BYTES 640

typedef struct
{
  const char *username;          /* peer's ufrag, a colon, own ufrag */
  const char *password;          /* the peer's */
  guint32     priority;
  gboolean    controlling;       /* then it nominates, too */
  guint64     tie_breaker;
  guint8      transaction[12];
} YodelStunCheck;

/* Returns the bytes written; 0 if the username is too long. */
gsize yodel_stun_check_write (const YodelStunCheck *check,
                              guint8               *data,
                              gsize                 capacity);

G_END_DECLS
