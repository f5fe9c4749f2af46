#define G_LOG_DOMAIN "yodel-session"

#include "session/media-profile.h"

#define FIRST_DYNAMIC_TYPE 96     /* RFC 3551 section 6; below them, 64 to 95 look like RTCP (RFC 5761 section 4) */
#define LAST_DYNAMIC_TYPE  127
#define LAST_ONE_BYTE_ID   14     /* RFC 8285 section 4.2 */

/* The numbers are those browsers use, so that captures read easily; any other would do. */
static const struct
{
  gsize           offset;         /* in YodelPayloadTypes */
  YodelMediaKind  kind;
  const char     *encoding;
  guint           clock_rate_hz;
  gboolean        is_stereo;      /* always so in the rtpmap of Opus, RFC 7587 section 7 */
  gint            preferred;
} formats[] = {
  { G_STRUCT_OFFSET (YodelPayloadTypes, opus),            YODEL_MEDIA_AUDIO, "opus",            48000, TRUE,  111 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, red),             YODEL_MEDIA_AUDIO, "red",             48000, TRUE,  63 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, telephone_event), YODEL_MEDIA_AUDIO, "telephone-event", 48000, FALSE, 110 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, telephone_event_8000), YODEL_MEDIA_AUDIO, "telephone-event", 8000, FALSE, 126 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, vp8),             YODEL_MEDIA_VIDEO, "VP8",             90000, FALSE, 96 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, rtx),             YODEL_MEDIA_VIDEO, "rtx",             90000, FALSE, 97 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, vp9),             YODEL_MEDIA_VIDEO, "VP9",             90000, FALSE, 98 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, vp9_rtx),         YODEL_MEDIA_VIDEO, "rtx",             90000, FALSE, 99 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, video_red),       YODEL_MEDIA_VIDEO, "red",             90000, FALSE, 100 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, video_red_rtx),   YODEL_MEDIA_VIDEO, "rtx",             90000, FALSE, 101 },
  { G_STRUCT_OFFSET (YodelPayloadTypes, ulpfec),          YODEL_MEDIA_VIDEO, "ulpfec",          90000, FALSE, 102 },
};

static const struct
{
  gsize       offset;             /* in YodelExtensionIds */
  const char *uri;
  guint       preferred;
} header_extensions[] = {
  { G_STRUCT_OFFSET (YodelExtensionIds, audio_level),   "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 1 },
  { G_STRUCT_OFFSET (YodelExtensionIds, abs_send_time), "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 2 },
  { G_STRUCT_OFFSET (YodelExtensionIds, transport_cc),
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", 3 },
  { G_STRUCT_OFFSET (YodelExtensionIds, mid),           "urn:ietf:params:rtp-hdrext:sdes:mid", 4 },
  { G_STRUCT_OFFSET (YodelExtensionIds, orientation),   "urn:3gpp:video-orientation", 13 },
};

static gint *
payload_type (const YodelMediaProfile *self,
              guint                    format)
{
  return G_STRUCT_MEMBER_P (&self->payload_types, formats[format].offset);
}

static guint *
extension_id (const YodelMediaProfile *self,
              guint                    extension)
{
  return G_STRUCT_MEMBER_P (&self->extensions, header_extensions[extension].offset);
}

static void
clear (YodelMediaProfile *self)
{
  *self = (YodelMediaProfile) { .nack = FALSE };
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    *payload_type (self, i) = -1;
}

/* Is @number free to mean format @format?  In a bundle one number means one format. */
static gboolean
is_free_type (const YodelMediaProfile *profiles,
              guint                    n_profiles,
              guint                    format,
              gint                     number)
{
  for (guint i = 0; i < n_profiles; i++)
    for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
      if (f != format && *payload_type (&profiles[i], f) == number)
        return FALSE;
  return TRUE;
}

/* The number that the others use for @format, or the preferred one, or any that is free. */
static gint
choose_type (const YodelMediaProfile *self,
             const YodelMediaProfile *others,
             guint                    n_others,
             guint                    format)
{
  for (guint i = 0; i < n_others; i++)
    if (*payload_type (&others[i], format) >= 0)
      return *payload_type (&others[i], format);

  if (is_free_type (others, n_others, format, formats[format].preferred) &&
      is_free_type (self, 1, format, formats[format].preferred))
    return formats[format].preferred;
  for (gint number = LAST_DYNAMIC_TYPE; number >= FIRST_DYNAMIC_TYPE; number--)
    if (is_free_type (others, n_others, format, number) && is_free_type (self, 1, format, number))
      return number;
  return -1;
}

static gboolean
is_free_id (const YodelMediaProfile *profiles,
            guint                    n_profiles,
            guint                    extension,
            guint                    id)
{
  for (guint i = 0; i < n_profiles; i++)
    for (guint e = 0; e < G_N_ELEMENTS (header_extensions); e++)
      if (e != extension && *extension_id (&profiles[i], e) == id)
        return FALSE;
  return TRUE;
}

static guint
choose_id (const YodelMediaProfile *self,
           const YodelMediaProfile *others,
           guint                    n_others,
           guint                    extension)
{
  for (guint i = 0; i < n_others; i++)
    if (*extension_id (&others[i], extension) != 0 &&
        is_free_id (self, 1, extension, *extension_id (&others[i], extension)))
      return *extension_id (&others[i], extension);

  for (guint n = 0; n <= LAST_ONE_BYTE_ID; n++)
    {
      guint id = n == 0 ? header_extensions[extension].preferred : n;

      if (is_free_id (others, n_others, extension, id) && is_free_id (self, 1, extension, id))
        return id;
    }
  return 0;
}

static gboolean
is_offered_format (guint                         format,
                   YodelMediaKind                kind,
                   const YodelNegotiationConfig *config)
{
  if (formats[format].kind != kind)
    return FALSE;
  switch (formats[format].offset)
    {
    case G_STRUCT_OFFSET (YodelPayloadTypes, red):                  return config->red;
    case G_STRUCT_OFFSET (YodelPayloadTypes, telephone_event):
    case G_STRUCT_OFFSET (YodelPayloadTypes, telephone_event_8000): return config->telephone_event;
    default:                                                        return TRUE;
    }
}

static gboolean
is_offered_extension (guint                         extension,
                      YodelMediaKind                kind,
                      const YodelNegotiationConfig *config)
{
  switch (header_extensions[extension].offset)
    {
    case G_STRUCT_OFFSET (YodelExtensionIds, audio_level):   return kind == YODEL_MEDIA_AUDIO;
    case G_STRUCT_OFFSET (YodelExtensionIds, abs_send_time): return kind == YODEL_MEDIA_VIDEO && config->remb;
    case G_STRUCT_OFFSET (YodelExtensionIds, orientation):   return kind == YODEL_MEDIA_VIDEO && config->orientation;
    default:                                                 return TRUE;
    }
}

/* What a new m= line of ours offers, beside the @others that share its transport. */
void
yodel_media_profile_offer (YodelMediaProfile            *self,
                           YodelMediaKind                kind,
                           const YodelNegotiationConfig *config,
                           const YodelMediaProfile      *others,
                           guint                         n_others)
{
  clear (self);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (is_offered_format (i, kind, config))
      *payload_type (self, i) = choose_type (self, others, n_others, i);
  for (guint i = 0; i < G_N_ELEMENTS (header_extensions); i++)
    if (is_offered_extension (i, kind, config))
      *extension_id (self, i) = choose_id (self, others, n_others, i);

  self->transport_cc = TRUE;
  self->reduced_size_rtcp = TRUE;
  self->nack = kind == YODEL_MEDIA_VIDEO || config->audio_nack;
  self->pli = self->fir = kind == YODEL_MEDIA_VIDEO;
  self->remb = kind == YODEL_MEDIA_VIDEO && config->remb;
  self->video_codec = config->video_codec;
}

/* "111/111": redundancy of what we speak, RFC 2198 section 5 */
static gboolean
is_red_of (const YodelSdpMedia *media,
           gint                 red,
           gint                 opus)
{
  const char *fmtp = yodel_sdp_media_get_fmtp (media, red);
  g_autofree char *prefix = g_strdup_printf ("%d/%d", opus, opus);

  return fmtp == NULL || g_str_has_prefix (fmtp, prefix);
}

static gboolean
is_rtx_of (const YodelSdpMedia *media,
           gint                 rtx,
           gint                 original)
{
  return original >= 0
         && yodel_sdp_fmtp_get_uint (yodel_sdp_media_get_fmtp (media, rtx), "apt", G_MAXUINT) == (guint) original;
}

/* RFC 9628 section 7.1: a profile that is not named is 0, the only one we know. */
static gboolean
is_vp9_profile_0 (const YodelSdpMedia *media,
                  gint                 type)
{
  const char *fmtp = yodel_sdp_media_get_fmtp (media, type);

  return fmtp == NULL || yodel_sdp_fmtp_get_uint (fmtp, "profile-id", 0) == 0;
}

static gboolean
fits (const YodelMediaProfile *self,
      const YodelSdpMedia     *media,
      guint                    format,
      const YodelSdpRtpmap    *rtpmap)
{
  if (g_ascii_strcasecmp (rtpmap->encoding, formats[format].encoding) != 0 ||
      rtpmap->clock_rate_hz != formats[format].clock_rate_hz)
    return FALSE;
  switch (formats[format].offset)
    {
    case G_STRUCT_OFFSET (YodelPayloadTypes, red): return is_red_of (media, rtpmap->payload_type, self->payload_types.opus);
    case G_STRUCT_OFFSET (YodelPayloadTypes, rtx): return is_rtx_of (media, rtpmap->payload_type, self->payload_types.vp8);
    case G_STRUCT_OFFSET (YodelPayloadTypes, vp9): return is_vp9_profile_0 (media, rtpmap->payload_type);
    case G_STRUCT_OFFSET (YodelPayloadTypes, video_red_rtx): return is_rtx_of (media, rtpmap->payload_type, self->payload_types.video_red);
    case G_STRUCT_OFFSET (YodelPayloadTypes, vp9_rtx): return is_rtx_of (media, rtpmap->payload_type, self->payload_types.vp9);
    default:                                       return TRUE;
    }
}

/* The first number in the m= line that stands for @format; rtpmaps of numbers that are not there count for nothing. */
static gint
find_format (const YodelMediaProfile *self,
             const YodelSdpMedia     *media,
             guint                    format)
{
  for (guint i = 0; i < media->formats->len; i++)
    {
      YodelSdpRtpmap rtpmap;
      guint64 number;

      if (yodel_sdp_parse_uint (g_ptr_array_index (media->formats, i), 127, &number) &&
          yodel_sdp_media_get_rtpmap (media, (guint) number, &rtpmap) &&
          fits (self, media, format, &rtpmap))
        return (gint) number;
    }
  return -1;
}

static void
read_extensions (YodelMediaProfile   *self,
                 const YodelSdpMedia *media)
{
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "extmap", &position)) != NULL)
    {
      YodelSdpExtmap extmap;

      if (!yodel_sdp_parse_extmap (value, &extmap) || extmap.id > LAST_ONE_BYTE_ID ||
          extmap.direction != YODEL_DIRECTION_SENDRECV)
        continue;
      for (guint i = 0; i < G_N_ELEMENTS (header_extensions); i++)
        if (g_str_equal (extmap.uri, header_extensions[i].uri) && *extension_id (self, i) == 0)
          *extension_id (self, i) = extmap.id;
    }
}

static guint
main_payload_type (const YodelMediaProfile *self,
                   YodelMediaKind           kind)
{
  if (kind == YODEL_MEDIA_AUDIO)
    return self->payload_types.opus;

  return self->payload_types.vp8 >= 0 ? self->payload_types.vp8 : self->payload_types.vp9;
}

/* Which of the two stands first in the m= line. */
static YodelVideoCodec
first_codec (const YodelMediaProfile *self,
             const YodelSdpMedia     *media)
{
  for (guint i = 0; i < media->formats->len; i++)
    {
      guint64 number;

      if (!yodel_sdp_parse_uint (g_ptr_array_index (media->formats, i), 127, &number))
        continue;
      if ((gint) number == self->payload_types.vp8)
        return YODEL_VIDEO_VP8;
      if ((gint) number == self->payload_types.vp9)
        return YODEL_VIDEO_VP9;
    }
  return YODEL_VIDEO_VP8;
}

void
yodel_media_profile_read (YodelMediaProfile   *self,
                          YodelMediaKind       kind,
                          const YodelSdpMedia *media)
{
  guint main_type;

  clear (self);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)      /* what red and rtx refer to comes before them */
    if (formats[i].kind == kind)
      *payload_type (self, i) = find_format (self, media, i);
  if (!yodel_media_profile_is_usable (self, kind))
    return;

  read_extensions (self, media);
  self->reduced_size_rtcp = yodel_sdp_has (media->attributes, "rtcp-rsize");
  if (kind == YODEL_MEDIA_VIDEO)
    self->video_codec = first_codec (self, media);
  main_type = main_payload_type (self, kind);
  self->transport_cc = yodel_sdp_media_has_feedback (media, main_type, "transport-cc");
  self->nack = yodel_sdp_media_has_feedback (media, main_type, "nack");
  if (kind == YODEL_MEDIA_AUDIO)
    return;
  self->pli = yodel_sdp_media_has_feedback (media, main_type, "nack pli");
  self->fir = yodel_sdp_media_has_feedback (media, main_type, "ccm fir");
  self->remb = yodel_sdp_media_has_feedback (media, main_type, "goog-remb");
}

gboolean
yodel_media_profile_is_usable (const YodelMediaProfile *self,
                               YodelMediaKind           kind)
{
  switch (kind)
    {
    case YODEL_MEDIA_AUDIO: return self->payload_types.opus >= 0;
    case YODEL_MEDIA_VIDEO: return self->payload_types.vp8 >= 0 || self->payload_types.vp9 >= 0;
    }
  g_assert_not_reached ();
}

/* What we agree to of an offer: its numbers, as far as we understand them. */
void
yodel_media_profile_answer (YodelMediaProfile            *self,
                            const YodelMediaProfile      *offered,
                            const YodelNegotiationConfig *config)
{
  *self = *offered;
  if (!config->red)
    self->payload_types.red = -1;
  if (!config->telephone_event)
    self->payload_types.telephone_event = self->payload_types.telephone_event_8000 = -1;
  if (!config->orientation)
    self->extensions.orientation = 0;
  if (self->payload_types.opus >= 0 && !config->audio_nack)
    self->nack = FALSE;
  if (!self->nack)
    self->payload_types.rtx = self->payload_types.vp9_rtx = self->payload_types.video_red_rtx = -1;   /* nothing would ask for it */
  if (!config->ulpfec || self->payload_types.video_red < 0 || self->payload_types.ulpfec < 0)
    self->payload_types.video_red = self->payload_types.video_red_rtx = self->payload_types.ulpfec = -1;
  if (config->video_codec == YODEL_VIDEO_VP9 && self->payload_types.vp9 >= 0)
    self->video_codec = YODEL_VIDEO_VP9;

  if (self->extensions.transport_cc == 0)
    self->transport_cc = FALSE;
  if (!self->transport_cc)
    self->extensions.transport_cc = 0;
  else
    self->remb = FALSE;
  if (!self->remb)
    self->extensions.abs_send_time = 0;
}

static void
write_feedback (const YodelMediaProfile *self,
                GPtrArray               *attributes,
                gint                     type)
{
  if (self->remb)
    yodel_sdp_add_printf (attributes, "rtcp-fb", "%d goog-remb", type);
  if (self->transport_cc)
    yodel_sdp_add_printf (attributes, "rtcp-fb", "%d transport-cc", type);
  if (self->fir)
    yodel_sdp_add_printf (attributes, "rtcp-fb", "%d ccm fir", type);
  if (self->nack)
    yodel_sdp_add_printf (attributes, "rtcp-fb", "%d nack", type);
  if (self->pli)
    yodel_sdp_add_printf (attributes, "rtcp-fb", "%d nack pli", type);
}

static void
write_parameters (const YodelMediaProfile *self,
                  GPtrArray               *attributes,
                  guint                    format)
{
  gint type = *payload_type (self, format);

  switch (formats[format].offset)
    {
    case G_STRUCT_OFFSET (YodelPayloadTypes, opus):
      write_feedback (self, attributes, type);
      yodel_sdp_add_printf (attributes, "fmtp", "%d minptime=10;useinbandfec=1%s", type,
                            self->stereo ? ";stereo=1;sprop-stereo=1" : "");
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, red):
      yodel_sdp_add_printf (attributes, "fmtp", "%d %d/%d", type, self->payload_types.opus, self->payload_types.opus);
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, telephone_event):
    case G_STRUCT_OFFSET (YodelPayloadTypes, telephone_event_8000):
      yodel_sdp_add_printf (attributes, "fmtp", "%d 0-15", type);
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, vp8):
      write_feedback (self, attributes, type);
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, vp9):
      write_feedback (self, attributes, type);
      yodel_sdp_add_printf (attributes, "fmtp", "%d profile-id=0", type);
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, video_red):
    case G_STRUCT_OFFSET (YodelPayloadTypes, ulpfec):
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, video_red_rtx):
      yodel_sdp_add_printf (attributes, "fmtp", "%d apt=%d", type, self->payload_types.video_red);
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, vp9_rtx):
      yodel_sdp_add_printf (attributes, "fmtp", "%d apt=%d", type, self->payload_types.vp9);
      break;
    case G_STRUCT_OFFSET (YodelPayloadTypes, rtx):
      yodel_sdp_add_printf (attributes, "fmtp", "%d apt=%d", type, self->payload_types.vp8);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
write_format (const YodelMediaProfile *self,
              YodelSdpMedia           *media,
              guint                    format)
{
  gint type = *payload_type (self, format);

  if (type < 0)
    return;

  g_ptr_array_add (media->formats, g_strdup_printf ("%d", type));
  yodel_sdp_add_printf (media->attributes, "rtpmap", "%d %s/%u%s", type, formats[format].encoding,
                        formats[format].clock_rate_hz, formats[format].is_stereo ? "/2" : "");
  write_parameters (self, media->attributes, format);
}

/* Does @format stand before the others?  All but VP9 do, or it and what repeats it. */
static gboolean
is_preferred (const YodelMediaProfile *self,
              guint                    format)
{
  gboolean is_vp9 = formats[format].offset == G_STRUCT_OFFSET (YodelPayloadTypes, vp9)
                    || formats[format].offset == G_STRUCT_OFFSET (YodelPayloadTypes, vp9_rtx);

  return is_vp9 == (self->video_codec == YODEL_VIDEO_VP9);
}

/* Adds the formats to the m= line, and the lines that explain them. */
void
yodel_media_profile_write (const YodelMediaProfile *self,
                           YodelSdpMedia           *media)
{
  if (self->reduced_size_rtcp)
    yodel_sdp_add (media->attributes, "rtcp-rsize", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (header_extensions); i++)
    if (*extension_id (self, i) != 0)
      yodel_sdp_add_printf (media->attributes, "extmap", "%u %s", *extension_id (self, i), header_extensions[i].uri);

  for (guint turn = 0; turn < 2; turn++)
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      if (is_preferred (self, i) == (turn == 0))
        write_format (self, media, i);
}

/* What both sides say. */
void
yodel_media_profile_agree (const YodelMediaProfile *local,
                           const YodelMediaProfile *remote,
                           YodelMediaParameters    *media)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      gboolean both = *payload_type (local, i) >= 0 && *payload_type (remote, i) >= 0;

      G_STRUCT_MEMBER (gint, &media->receive, formats[i].offset) = both ? *payload_type (local, i) : -1;
      G_STRUCT_MEMBER (gint, &media->send, formats[i].offset) = both ? *payload_type (remote, i) : -1;
    }
  for (guint i = 0; i < G_N_ELEMENTS (header_extensions); i++)
    {
      guint id = *extension_id (local, i);

      G_STRUCT_MEMBER (guint, &media->extensions, header_extensions[i].offset) = id == *extension_id (remote, i) ? id : 0;
    }

  /* Who prefers VP9 has said so first; who does not say it prefers VP8. */
  media->video_codec = media->send.vp9 >= 0
                       && (media->send.vp8 < 0 || local->video_codec == YODEL_VIDEO_VP9
                           || remote->video_codec == YODEL_VIDEO_VP9) ? YODEL_VIDEO_VP9 : YODEL_VIDEO_VP8;

  media->reduced_size_rtcp = local->reduced_size_rtcp && remote->reduced_size_rtcp;
  media->nack = local->nack && remote->nack;
  media->pli = local->pli && remote->pli;
  media->fir = local->fir && remote->fir;
  media->transport_cc = local->transport_cc && remote->transport_cc && media->extensions.transport_cc != 0;
  media->remb = local->remb && remote->remb && !media->transport_cc;
}
