/* The formats, feedback messages and header extensions of one m= line that Yodel understands: what
 * we offer, what a peer's section says, what an answer agrees to. */
#pragma once

#include "session/negotiation.h"

G_BEGIN_DECLS

typedef struct
{
  YodelPayloadTypes payload_types;
  YodelExtensionIds extensions;
  YodelVideoCodec   video_codec;      /* the one that stands first */
  gboolean          nack;
  gboolean          pli;
  gboolean          fir;
  gboolean          transport_cc;     /* the feedback message; its extension is in extensions */
  gboolean          remb;
  gboolean          reduced_size_rtcp;
  gboolean          stereo;           /* of sound, as we say it; what the peer says is in the outcome */
} YodelMediaProfile;

void      yodel_media_profile_offer   (YodelMediaProfile            *self,
                                       YodelMediaKind                kind,
                                       const YodelNegotiationConfig *config,
                                       const YodelMediaProfile      *others,
                                       guint                         n_others);
void      yodel_media_profile_read    (YodelMediaProfile            *self,
                                       YodelMediaKind                kind,
                                       const YodelSdpMedia          *media);
void      yodel_media_profile_answer  (YodelMediaProfile            *self,
                                       const YodelMediaProfile      *offered,
                                       const YodelNegotiationConfig *config);
void      yodel_media_profile_write   (const YodelMediaProfile      *self,
                                       YodelSdpMedia                *media);
gboolean  yodel_media_profile_is_usable (const YodelMediaProfile    *self,
                                       YodelMediaKind                kind);
void      yodel_media_profile_agree   (const YodelMediaProfile      *local,
                                       const YodelMediaProfile      *remote,
                                       YodelMediaParameters         *media);

G_END_DECLS
