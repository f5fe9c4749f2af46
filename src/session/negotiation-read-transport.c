/* What a description says of transports: ICE credentials and candidates, fingerprint, DTLS role, and
 * which m= lines share one. */
#define G_LOG_DOMAIN "yodel-session"

#include <string.h>

#include "sdp/ice-candidate.h"
#include "session/negotiation-reader.h"

/* RFC 8839 section 5.4 */
#define MIN_UFRAG_CHARS 4
#define MIN_PWD_CHARS   22
#define MAX_ICE_CHARS   256

static gboolean
is_ice_string (const char *text,
               gsize       min_chars)
{
  gsize n = text != NULL ? strlen (text) : 0;

  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return n >= min_chars && n <= MAX_ICE_CHARS;
}

static gboolean
read_credentials (const YodelReader        *reader,
                  guint                     index,
                  YodelTransportParameters *transport,
                  GError                  **error)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  const char *ufrag = yodel_reader_find_either (reader->sdp, media, "ice-ufrag");
  const char *pwd = yodel_reader_find_either (reader->sdp, media, "ice-pwd");

  if (ufrag == NULL || pwd == NULL)
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "it has no ICE credentials (a=ice-ufrag, a=ice-pwd)");
  if (!is_ice_string (ufrag, MIN_UFRAG_CHARS) || !is_ice_string (pwd, MIN_PWD_CHARS))
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "its ICE credentials are malformed");
  g_strlcpy (transport->ufrag, ufrag, sizeof transport->ufrag);
  g_strlcpy (transport->pwd, pwd, sizeof transport->pwd);
  return TRUE;
}

static gboolean
is_strong (const YodelSdpFingerprint *fingerprint)
{
  return g_str_equal (fingerprint->algorithm, "sha-256") || g_str_equal (fingerprint->algorithm, "sha-384") ||
         g_str_equal (fingerprint->algorithm, "sha-512");
}

/* The first by a hash that still holds; SHA-1 and weaker ones are not proof of anything. */
static gboolean
read_fingerprint (const YodelReader        *reader,
                  guint                     index,
                  YodelTransportParameters *transport,
                  GError                  **error)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  GPtrArray *attributes = yodel_sdp_has (media->attributes, "fingerprint") ? media->attributes : reader->sdp->attributes;
  gboolean malformed = FALSE;
  const char *value;
  guint position = 0;

  if (!yodel_sdp_has (attributes, "fingerprint"))
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "it has no fingerprint");
  while ((value = yodel_sdp_next (attributes, "fingerprint", &position)) != NULL)
    if (!yodel_sdp_parse_fingerprint (value, &transport->fingerprint))
      malformed = TRUE;
    else if (is_strong (&transport->fingerprint))
      return TRUE;

  if (malformed)
    return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "its fingerprint is malformed");
  return yodel_reader_fail (error, YODEL_ERROR_UNSUPPORTED, reader, index, "its fingerprint is by a hash that is too weak or unknown");
}

/* RFC 5763 section 5, RFC 8842 section 5: who opens the handshake. */
static gboolean
read_role (const YodelReader        *reader,
           guint                     index,
           YodelTransportParameters *transport,
           GError                  **error)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  const char *value = yodel_reader_find_either (reader->sdp, media, "setup");

  switch (value != NULL ? yodel_sdp_parse_setup (value) : YODEL_SDP_SETUP_NONE)
    {
    case YODEL_SDP_SETUP_ACTIVE:
      transport->dtls_client = FALSE;
      return TRUE;
    case YODEL_SDP_SETUP_PASSIVE:
      transport->dtls_client = TRUE;
      return TRUE;
    case YODEL_SDP_SETUP_ACTPASS:
      if (!reader->is_offer)
        return yodel_reader_fail (error, YODEL_ERROR_DESCRIPTION, reader, index, "a=setup:actpass does not decide anything in an answer");
      transport->dtls_client = TRUE;
      return TRUE;
    case YODEL_SDP_SETUP_HOLDCONN:
      return yodel_reader_fail (error, YODEL_ERROR_UNSUPPORTED, reader, index, "a=setup:holdconn is not spoken here");
    case YODEL_SDP_SETUP_NONE:
      transport->dtls_client = reader->is_offer;    /* as if it had said what offers and answers mostly say */
      return TRUE;
    }
  g_assert_not_reached ();
}

static gboolean
has_ice_option (const YodelReader   *reader,
                const YodelSdpMedia *media,
                const char          *option)
{
  GPtrArray *places[] = { media->attributes, reader->sdp->attributes };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *value = yodel_sdp_find (places[i], "ice-options");
      g_auto (GStrv) words = g_strsplit_set (value != NULL ? value : "", " ,", -1);    /* a comma is wrong, but written */

      if (g_strv_contains ((const char * const *) words, option))
        return TRUE;
    }
  return FALSE;
}

static void
read_candidates (const YodelSdpMedia      *media,
                 YodelTransportParameters *transport)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "candidate", &position)) != NULL)
    {
      YodelIceCandidate candidate;

      if (!yodel_ice_candidate_parse (&candidate, value) || candidate.component != 1)
        continue;
      if (yodel_ice_candidate_is_relay (&candidate))
        transport->n_relay_candidates++;
      else
        g_ptr_array_add (candidates, g_strconcat ("candidate:", value, NULL));
    }
  g_ptr_array_add (candidates, NULL);
  transport->candidates = (char **) g_ptr_array_free (g_steal_pointer (&candidates), FALSE);
}

/* The DTLS association outlives every later offer, and with it role and fingerprint (RFC 8842 section 5.1). */
static gboolean
keep_association (const YodelReader              *reader,
                  guint                           index,
                  YodelTransportParameters       *transport,
                  const YodelTransportParameters *before,
                  GError                        **error)
{
  if (before == NULL)
    return TRUE;
  if (!g_str_equal (before->fingerprint.algorithm, transport->fingerprint.algorithm) ||
      memcmp (before->fingerprint.bytes, transport->fingerprint.bytes, sizeof before->fingerprint.bytes) != 0)
    return yodel_reader_fail (error, YODEL_ERROR_UNSUPPORTED, reader, index, "the peer's fingerprint changed within the call");

  transport->dtls_client = before->dtls_client;
  transport->restarted = !g_str_equal (before->ufrag, transport->ufrag) || !g_str_equal (before->pwd, transport->pwd);
  return TRUE;
}

static YodelTransportParameters *
read_transport (const YodelReader *reader,
                guint              index,
                guint              number,
                GError           **error)
{
  const YodelSdpMedia *media = yodel_sdp_get_media (reader->sdp, index);
  YodelTransportParameters *transport = g_rc_box_new0 (YodelTransportParameters);

  read_candidates (media, transport);
  transport->end_of_candidates = yodel_reader_find_either (reader->sdp, media, "end-of-candidates") != NULL;
  transport->ice_lite = yodel_sdp_has (reader->sdp->attributes, "ice-lite");
  transport->ice2 = has_ice_option (reader, media, "ice2");
  transport->trickle = has_ice_option (reader, media, "trickle");

  if (read_credentials (reader, index, transport, error) &&
      read_fingerprint (reader, index, transport, error) &&
      read_role (reader, index, transport, error) &&
      keep_association (reader, index, transport, yodel_agreement_get_transport (reader->self->current, number), error))
    return transport;

  yodel_transport_parameters_unref (transport);
  return NULL;
}

/* Is transport @number that of a section read so far, or of one that lives on from before? */
static gboolean
is_taken (const YodelReader *reader,
          guint              number,
          gboolean           from_before)
{
  const YodelAgreement *agreement = from_before ? reader->self->current : reader->agreement;

  for (guint i = 0; i < agreement->sections->len; i++)
    {
      const YodelAgreedSection *now = yodel_agreement_get_section (reader->agreement, i);
      const YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

      if (yodel_agreed_section_is_alive (now) && section->transport == number && (!from_before || section->agreed))
        return TRUE;
    }
  return FALSE;
}

/* The transport a section has from before, or from our offer; NO_TRANSPORT if it has none. */
static guint
get_known_number (const YodelReader *reader,
                  guint              index)
{
  const YodelAgreement *known = reader->is_offer ? reader->self->current : reader->self->pending;
  const YodelAgreedSection *section;

  if (index >= known->sections->len)
    return YODEL_NEGOTIATION_NO_TRANSPORT;
  section = yodel_agreement_get_section (known, index);
  if (section->refused || (reader->is_offer && !section->agreed))
    return YODEL_NEGOTIATION_NO_TRANSPORT;
  return section->transport;
}

/* Returns: the transport for the section; NO_TRANSPORT if there are not that many */
static guint
choose_number (const YodelReader *reader,
               guint              index)
{
  guint number = get_known_number (reader, index);

  if (reader->is_offer && reader->agreement->sections->len > 0)
    for (guint i = 0; i < reader->sdp->media->len && number == YODEL_NEGOTIATION_NO_TRANSPORT; i++)
      if (yodel_reader_is_in_bundle (reader, index) && yodel_reader_is_in_bundle (reader, i))
        number = get_known_number (reader, i);

  if (number != YODEL_NEGOTIATION_NO_TRANSPORT)
    return is_taken (reader, number, FALSE) ? YODEL_NEGOTIATION_NO_TRANSPORT : number;
  for (number = 0; reader->is_offer && number < reader->self->config.max_transports; number++)
    if (!is_taken (reader, number, FALSE) && !is_taken (reader, number, TRUE))
      return number;
  return YODEL_NEGOTIATION_NO_TRANSPORT;
}

void
yodel_reader_refuse (const YodelReader  *reader,
                     YodelAgreedSection *section,
                     const char         *because)
{
  if (reader->is_offer)
    yodel_agreed_section_refuse (section, because);
  else
    {
      section->refused_in_answer = TRUE;
      section->refused_because = because;
      section->agreed = FALSE;
      section->transport = YODEL_NEGOTIATION_NO_TRANSPORT;
    }
}

static gboolean
read_transport_of (const YodelReader *reader,
                   guint              index,
                   GError           **error)
{
  YodelAgreedSection *section = yodel_agreement_get_section (reader->agreement, index);
  guint number = choose_number (reader, index);
  YodelTransportParameters *transport;

  if (number == YODEL_NEGOTIATION_NO_TRANSPORT)
    {
      yodel_reader_refuse (reader, section, "it is not in the bundle and would need a transport of its own");
      return TRUE;
    }
  transport = read_transport (reader, index, number, error);
  if (transport == NULL)
    return FALSE;
  yodel_agreement_take_transport (reader->agreement, number, transport);
  section->transport = number;
  return TRUE;
}

/* All that are bundled share the transport of the tagged one, whatever they say of their own. */
static gboolean
read_bundle (const YodelReader *reader,
             GError           **error)
{
  gint tag = yodel_reader_find_tag (reader);
  guint number;

  if (tag >= 0 && !read_transport_of (reader, (guint) tag, error))
    return FALSE;
  number = tag >= 0 ? yodel_agreement_get_section (reader->agreement, (guint) tag)->transport : YODEL_NEGOTIATION_NO_TRANSPORT;

  for (guint i = 0; i < reader->agreement->sections->len; i++)
    {
      YodelAgreedSection *section = yodel_agreement_get_section (reader->agreement, i);

      if (!section->bundled || !yodel_agreed_section_is_alive (section))
        continue;
      if (number == YODEL_NEGOTIATION_NO_TRANSPORT)
        yodel_reader_refuse (reader, section, "no line of its bundle says how to reach the peer (a=ice-ufrag, a=ice-pwd)");
      else
        section->transport = number;
    }
  return TRUE;
}

gboolean
yodel_reader_read_transports (const YodelReader *reader,
                              GError           **error)
{
  gboolean has_read_bundle = FALSE;

  for (guint i = 0; i < reader->agreement->sections->len; i++)
    yodel_agreement_get_section (reader->agreement, i)->transport = YODEL_NEGOTIATION_NO_TRANSPORT;
  g_ptr_array_set_size (reader->agreement->transports, 0);

  for (guint i = 0; i < reader->agreement->sections->len; i++)
    {
      const YodelAgreedSection *section = yodel_agreement_get_section (reader->agreement, i);

      if (!yodel_agreed_section_is_alive (section) || (section->bundled && has_read_bundle))
        continue;
      if (!(section->bundled ? read_bundle (reader, error) : read_transport_of (reader, i, error)))
        return FALSE;
      has_read_bundle |= section->bundled;
    }
  return TRUE;
}

/* Again after some lines of an offer were refused, for the tagged one may be among them. */
gboolean
yodel_negotiation_read_transports (YodelNegotiation *self,
                                   const YodelSdp   *sdp,
                                   gboolean          is_offer,
                                   YodelAgreement   *agreement,
                                   GError          **error)
{
  g_auto (GStrv) bundle = yodel_sdp_get_group (sdp, "BUNDLE");
  YodelReader reader = { .self = self, .sdp = sdp, .is_offer = is_offer, .bundle = bundle, .agreement = agreement };

  return yodel_reader_read_transports (&reader, error);
}
