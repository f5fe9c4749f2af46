/* Between the two files that read the peer's description. */
#pragma once

#include "session/negotiation-private.h"

G_BEGIN_DECLS

/* What is looked up again and again while one description is read. */
typedef struct
{
  YodelNegotiation *self;
  const YodelSdp   *sdp;
  gboolean          is_offer;
  char            **bundle;        /* (borrowed) (nullable) mids */
  YodelAgreement   *agreement;     /* (borrowed) what is being made of it */
} YodelReader;

gboolean    yodel_reader_fail            (GError             **error,
                                          gint                 code,
                                          const YodelReader   *reader,
                                          guint                index,
                                          const char          *what);
const char *yodel_reader_get_mid         (const YodelSdpMedia *media);
const char *yodel_reader_find_either     (const YodelSdp      *sdp,
                                          const YodelSdpMedia *media,
                                          const char          *name);
gboolean    yodel_reader_is_in_bundle    (const YodelReader   *reader,
                                          guint                index);
gint        yodel_reader_find_tag        (const YodelReader   *reader);
void        yodel_reader_refuse          (const YodelReader   *reader,
                                          YodelAgreedSection  *section,
                                          const char          *because);
gboolean    yodel_reader_read_transports (const YodelReader   *reader,
                                          GError             **error);

G_END_DECLS
