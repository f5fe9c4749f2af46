/* Reads the peer's offer or answer into an agreement.  An m= line that we cannot take is refused
 * with a reason; a description that contradicts itself or the exchange is an error. */
#define G_LOG_DOMAIN "yodel-session"

#include <string.h>

#include "session/negotiation-reader.h"

/* RFC 9429 section 5.1.2: all are taken to mean the last where a fingerprint is there. */
static const char *protos[] = {
  "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF",
  "TCP/DTLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF",
};

gboolean
yodel_reader_fail (GError           **error,
                   gint               code,
                   const YodelReader *reader,
                   guint              index,
                   const char        *what)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);

  g_set_error (error, YODEL_ERROR, code, "m= line %u (%.32s, line %u): %s", index + 1, media->kind, media->line, what);
  return FALSE;
}

YodelDirection
yodel_direction_reverse (YodelDirection direction)
{
  return (direction & YODEL_DIRECTION_SENDONLY ? YODEL_DIRECTION_RECVONLY : 0) |
         (direction & YODEL_DIRECTION_RECVONLY ? YODEL_DIRECTION_SENDONLY : 0);
}

/* Of the section, or of the whole description. */
const char *
yodel_reader_find_either (const YodelSdp      *sdp,
                          const YodelSdpMedia *media,
                          const char          *name)
{
  const char *value = yodel_sdp_find (media->attributes, name);

  return value != NULL ? value : yodel_sdp_find (sdp->attributes, name);
}

const char *
yodel_reader_get_mid (const YodelSdpMedia *media)
{
  const char *mid = yodel_sdp_find (media->attributes, "mid");

  return mid != NULL ? mid : "";
}

gboolean
yodel_reader_is_in_bundle (const YodelReader *reader,
                           guint              index)
{
  const char *mid = yodel_reader_get_mid (yodel_sdp_get_media (reader->sdp, index));

  return reader->bundle != NULL && *mid != '\0' &&
         g_strv_contains ((const char * const *) reader->bundle, mid);
}

/* Port 0 is a refusal, but for a line that lives in a bundle alone (RFC 9143 section 6). */
static gboolean
has_port (const YodelReader *reader,
          guint              index)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);

  return media->port != 0 || (yodel_sdp_has (media->attributes, "bundle-only") && yodel_reader_is_in_bundle (reader, index));
}

/* The first member of the bundle that names a transport; -1 if none does.  Before the agreement has
 * sections, any that has a port will do. */
gint
yodel_reader_find_tag (const YodelReader *reader)
{
  const YodelSdp *sdp = reader->sdp;

  for (char **mid = reader->bundle; mid != NULL && *mid != NULL; mid++)
    for (guint i = 0; i < sdp->media->len; i++)
      {
        const YodelSdpMedia *media = yodel_sdp_get_media (sdp, i);

        if (g_str_equal (yodel_reader_get_mid (media), *mid) && **mid != '\0' && media->port != 0 &&
            yodel_reader_find_either (sdp, media, "ice-ufrag") != NULL &&
            (i >= reader->agreement->sections->len ||
             yodel_agreed_section_is_alive (yodel_agreement_get_section (reader->agreement, i))))
          return (gint) i;
      }
  return -1;
}

static gboolean
check_names (const YodelReader *reader,
             guint              index,
             GError           **error)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  const char *mid = yodel_reader_get_mid (media);

  if (strlen (media->kind) >= sizeof ((YodelAgreedSection *) NULL)->kind_name ||
      strlen (media->proto) >= sizeof ((YodelAgreedSection *) NULL)->proto)
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "its names are too long");
  if (strlen (mid) > YODEL_NEGOTIATION_MAX_MID_BYTES || strchr (mid, ' ') != NULL)
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "its mid is too long or has a space");
  for (guint i = 0; *mid != '\0' && i < index; i++)
    if (g_str_equal (mid, yodel_reader_get_mid (yodel_sdp_get_media (reader->sdp, i))))
      return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "its mid is that of another m= line");
  return TRUE;
}

/* A line that lives keeps its place, its kind and its mid. */
static gboolean
check_same_line (const YodelReader        *reader,
                 guint                     index,
                 const YodelAgreedSection *before,
                 GError                  **error)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  const char *mid = yodel_reader_get_mid (media);

  if (!g_str_equal (media->kind, before->kind_name))
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "it was of another kind before");
  if (*mid != '\0' && before->mid[0] != '\0' && !g_str_equal (mid, before->mid))
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "it had another mid before");
  return TRUE;
}

static gboolean
check_count (const YodelReader *reader,
             guint              n_before,
             GError           **error)
{
  guint n = reader->sdp->media->len;

  if (n == 0)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "the description has no m= line");
      return FALSE;
    }
  if (reader->is_offer ? n < n_before : n != n_before)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "the %s has %u m= lines where the %s has %u",
                   reader->is_offer ? "offer" : "answer", n, reader->is_offer ? "call" : "offer", n_before);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_shape (const YodelReader    *reader,
             const YodelAgreement *before,
             GError              **error)
{
  if (!check_count (reader, before->sections->len, error))
    return FALSE;
  for (guint i = 0; i < reader->sdp->media->len; i++)
    {
      const YodelAgreedSection *section = i < before->sections->len ? yodel_agreement_get_section (before, i) : NULL;

      if (!check_names (reader, i, error))
        return FALSE;
      if (section != NULL && (!section->refused || !reader->is_offer) && !check_same_line (reader, i, section, error))
        return FALSE;
    }
  return TRUE;
}

/* Encrypted by the one way we speak: some say RTP/SAVPF and mean it, others mean a=crypto. */
static gboolean
has_dtls (const YodelReader   *reader,
          const YodelSdpMedia *media,
          const YodelSdpMedia *tag)
{
  return strstr (media->proto, "TLS") != NULL ||
         yodel_reader_find_either (reader->sdp, media, "fingerprint") != NULL ||
         (tag != NULL && yodel_sdp_has (tag->attributes, "fingerprint"));
}

/* Returns: (nullable): why the section cannot be taken; a static text */
static const char *
judge (const YodelReader        *reader,
       guint                     index,
       const YodelAgreedSection *section)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  gint tag_index = yodel_reader_is_in_bundle (reader, index) ? yodel_reader_find_tag (reader) : -1;
  const YodelSdpMedia *tag = tag_index >= 0 ? yodel_sdp_get_media (reader->sdp, (guint) tag_index) : NULL;
  gboolean known_proto = FALSE;

  if (!section->is_known_kind)
    return "this kind of media is not spoken here";
  for (guint i = 0; i < G_N_ELEMENTS (protos); i++)
    known_proto |= g_str_equal (media->proto, protos[i]);
  if (!known_proto)
    return "this transport protocol is not spoken here";
  if (!has_dtls (reader, media, tag))
    return "it is not encrypted with DTLS-SRTP";
  if (!yodel_media_profile_is_usable (&section->remote, section->kind))
    return "no format in common";
  if (!yodel_sdp_has (media->attributes, "rtcp-mux") && (tag == NULL || !yodel_sdp_has (tag->attributes, "rtcp-mux")))
    return "RTCP on a port of its own (no a=rtcp-mux) is not spoken here";
  return NULL;
}

static void
read_section (const YodelReader  *reader,
              guint               index,
              YodelAgreedSection *section)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  YodelDirection direction = YODEL_DIRECTION_SENDRECV;

  g_strlcpy (section->kind_name, media->kind, sizeof section->kind_name);
  g_strlcpy (section->proto, media->proto, sizeof section->proto);
  g_strlcpy (section->format, media->formats->len > 0 ? g_ptr_array_index (media->formats, 0) : "0", sizeof section->format);
  if (*yodel_reader_get_mid (media) != '\0')
    g_strlcpy (section->mid, yodel_reader_get_mid (media), sizeof section->mid);

  section->is_known_kind = g_str_equal (media->kind, "audio") || g_str_equal (media->kind, "video");
  section->kind = g_str_equal (media->kind, "video") ? YODEL_MEDIA_VIDEO : YODEL_MEDIA_AUDIO;
  if (!yodel_sdp_get_direction (media->attributes, &direction))
    yodel_sdp_get_direction (reader->sdp->attributes, &direction);
  section->remote_direction = direction;
  section->bundled = yodel_reader_is_in_bundle (reader, index);
  if (section->is_known_kind)
    yodel_media_profile_read (&section->remote, section->kind, media);
}

/* A description with lines that could have lived, all of which we refuse, is refused as a whole. */
static gboolean
check_any_alive (const YodelReader *reader,
                 GError           **error)
{
  gint first_refused = -1;

  for (guint i = 0; i < reader->agreement->sections->len; i++)
    {
      const YodelAgreedSection *section = yodel_agreement_get_section (reader->agreement, i);

      if (yodel_agreed_section_is_alive (section))
        return TRUE;
      if (first_refused < 0 && has_port (reader, i) && section->refused_because != NULL)
        first_refused = (gint) i;
    }
  if (first_refused < 0)
    return TRUE;
  return yodel_reader_fail (error, YODEL_ERROR_UNSUPPORTED, reader, (guint) first_refused,
               yodel_agreement_get_section (reader->agreement, (guint) first_refused)->refused_because);
}

static void
read_offered_section (const YodelReader *reader,
                      guint              index)
{
  const YodelAgreement *current = reader->self->current;
  YodelAgreedSection section = { .transport = YODEL_NEGOTIATION_NO_TRANSPORT };
  const char *because;

  if (index < current->sections->len)
    section = *yodel_agreement_get_section (current, index);
  if (section.refused && has_port (reader, index))      /* a new line in an old place */
    section = (YodelAgreedSection) { .transport = YODEL_NEGOTIATION_NO_TRANSPORT };

  read_section (reader, index, &section);
  section.agreed = FALSE;
  section.refused_in_answer = FALSE;
  section.possible = yodel_direction_reverse (section.remote_direction);
  because = has_port (reader, index) ? judge (reader, index, &section) : "the peer does not offer it";
  if (because == NULL)
    yodel_media_profile_answer (&section.local, &section.remote, &reader->self->config);
  else if (!section.refused)
    yodel_agreed_section_refuse (&section, because);
  g_array_append_val (reader->agreement->sections, section);
}

YodelAgreement *
yodel_negotiation_read_offer (YodelNegotiation *self,
                              const YodelSdp   *sdp,
                              GError          **error)
{
  g_auto (GStrv) bundle = yodel_sdp_get_group (sdp, "BUNDLE");
  YodelAgreement *agreement = yodel_agreement_copy (NULL);
  YodelReader reader = { .self = self, .sdp = sdp, .is_offer = TRUE, .bundle = bundle, .agreement = agreement };

  if (check_shape (&reader, self->current, error))
    {
      for (guint i = 0; i < sdp->media->len; i++)
        read_offered_section (&reader, i);
      if (yodel_reader_read_transports (&reader, error) && check_any_alive (&reader, error))
        return agreement;
    }
  yodel_agreement_free (agreement);
  return NULL;
}

static void
read_answered_section (const YodelReader *reader,
                       guint              index)
{
  YodelAgreedSection *section = yodel_agreement_get_section (reader->agreement, index);
  YodelAgreedSection answered = *section;
  const char *because;

  if (section->refused)
    return;
  if (!has_port (reader, index))
    {
      yodel_agreed_section_refuse (section, "the peer refused it");
      return;
    }
  read_section (reader, index, &answered);
  answered.bundled &= section->bundled;
  answered.possible = YODEL_DIRECTION_SENDRECV;
  *section = answered;
  because = judge (reader, index, section);
  if (because != NULL)
    yodel_reader_refuse (reader, section, because);
}

YodelAgreement *
yodel_negotiation_read_answer (YodelNegotiation *self,
                               const YodelSdp   *sdp,
                               GError          **error)
{
  g_auto (GStrv) bundle = yodel_sdp_get_group (sdp, "BUNDLE");
  YodelAgreement *agreement = yodel_agreement_copy (self->pending);
  YodelReader reader = { .self = self, .sdp = sdp, .is_offer = FALSE, .bundle = bundle, .agreement = agreement };

  if (check_shape (&reader, self->pending, error))
    {
      for (guint i = 0; i < sdp->media->len; i++)
        read_answered_section (&reader, i);
      if (yodel_reader_read_transports (&reader, error) && check_any_alive (&reader, error))
        {
          for (guint i = 0; i < sdp->media->len; i++)
            {
              YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

              if (yodel_agreed_section_is_alive (section))
                yodel_agreed_section_agree (section, sdp, yodel_sdp_get_media (sdp, i),
                                     section->described & yodel_direction_reverse (section->remote_direction));
            }
          return agreement;
        }
    }
  yodel_agreement_free (agreement);
  return NULL;
}
