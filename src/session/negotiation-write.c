/* Writes our offer or answer from an agreement. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/negotiation-private.h"

#define DISCARD_PORT    9                  /* until a candidate is known, RFC 9429 section 5.2.1 */
#define NO_ADDRESS      "IN IP4 0.0.0.0"

static gboolean
is_written (const YodelAgreedSection *section)
{
  return yodel_agreed_section_is_alive (section) && section->transport != YODEL_NEGOTIATION_NO_TRANSPORT;
}

/* The tagged line comes first in the group.  In an answer that is the first of the offer's group that lives; in an
 * offer a line that is agreed already, so that a new one in an old place does not carry the others' transport. */
static GPtrArray *
list_bundle (const YodelAgreement *agreement,
             const YodelSdp       *offer)
{
  g_auto (GStrv) offered = offer != NULL ? yodel_sdp_get_group (offer, "BUNDLE") : NULL;
  GPtrArray *mids = g_ptr_array_new ();
  guint n_passes = offered != NULL ? g_strv_length (offered) : 2;

  for (guint pass = 0; pass < n_passes; pass++)
    for (guint i = 0; i < agreement->sections->len; i++)
      {
        YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

        if (!is_written (section) || !section->bundled || section->mid[0] == '\0' ||
            g_ptr_array_find (mids, section->mid, NULL))
          continue;
        if (offered != NULL ? g_str_equal (section->mid, offered[pass]) : section->agreed == (pass == 0))
          g_ptr_array_add (mids, section->mid);
      }
  return mids;
}

static void
write_group (YodelSdp  *sdp,
             GPtrArray *mids)
{
  g_autoptr (GString) value = g_string_new ("BUNDLE");

  for (guint i = 0; i < mids->len; i++)
    g_string_append_printf (value, " %s", (const char *) g_ptr_array_index (mids, i));
  if (mids->len > 0)
    yodel_sdp_add (sdp->attributes, "group", value->str);
}

/* Once for a transport: in the tagged line, or in one that is not bundled. */
static void
write_candidates (YodelSdpMedia                  *media,
                  const YodelLocalTransportEntry *local)
{
  for (guint i = 0; i < local->candidates->len; i++)
    yodel_sdp_add (media->attributes, "candidate", g_ptr_array_index (local->candidates, i));
  if (local->gathering_complete)
    yodel_sdp_add (media->attributes, "end-of-candidates", NULL);
}

/* Credentials, fingerprint and role stand in every line, also in later offers: webrtcbin refuses a bundled line
 * without them, and nobody minds them. */
static void
write_transport (YodelSdpMedia                  *media,
                 const YodelLocalTransportEntry *local,
                 YodelSdpSetup                   setup)
{
  g_autofree char *fingerprint = yodel_sdp_write_fingerprint (&local->fingerprint);

  yodel_sdp_add (media->attributes, "ice-ufrag", local->ufrag);
  yodel_sdp_add (media->attributes, "ice-pwd", local->pwd);
  yodel_sdp_add (media->attributes, "fingerprint", fingerprint);
  yodel_sdp_add (media->attributes, "setup", yodel_sdp_setup_to_string (setup));
}

static void
write_stream (YodelSdpMedia               *media,
              const YodelTransceiverEntry *entry,
              const YodelAgreedSection    *section,
              const char                  *cname)
{
  gboolean with_rtx = entry->rtx_ssrc != 0 && (section->local.payload_types.rtx >= 0 || section->local.payload_types.vp9_rtx >= 0);
  guint32 ssrcs[] = { entry->ssrc, with_rtx ? entry->rtx_ssrc : 0 };

  if (entry->track_id != NULL)
    yodel_sdp_add_printf (media->attributes, "msid", "%s %s",
                          entry->stream_id != NULL ? entry->stream_id : "-", entry->track_id);
  if (entry->ssrc == 0)
    return;
  if (with_rtx)
    yodel_sdp_add_printf (media->attributes, "ssrc-group", "FID %u %u", entry->ssrc, entry->rtx_ssrc);
  for (guint i = 0; i < G_N_ELEMENTS (ssrcs); i++)
    if (ssrcs[i] != 0)
      yodel_sdp_add_printf (media->attributes, "ssrc", "%u cname:%s", ssrcs[i], cname);
}

/* A line with port 0: of what the other side said, nothing but what names it. */
static void
write_refused (YodelSdp                 *sdp,
               const YodelAgreedSection *section,
               const YodelSdpMedia      *offered)
{
  YodelSdpMedia *media = yodel_sdp_add_media (sdp, section->kind_name, 0, section->proto);

  media->connection = g_strdup (NO_ADDRESS);
  for (guint i = 0; offered != NULL && i < offered->formats->len; i++)
    yodel_sdp_media_add_format (media, g_ptr_array_index (offered->formats, i));
  if (media->formats->len == 0)
    yodel_sdp_media_add_format (media, section->format);
  if (section->mid[0] != '\0')
    yodel_sdp_add (media->attributes, "mid", section->mid);
  yodel_sdp_add (media->attributes, "inactive", NULL);
}

static void
write_section (YodelNegotiation         *self,
               YodelSdp                 *sdp,
               const YodelAgreedSection *section,
               YodelSdpSetup             setup,
               gboolean                  has_candidates)
{
  const YodelLocalTransportEntry *local = self->local_transports[section->transport];
  const YodelTransceiverEntry *entry = yodel_negotiation_find_entry (self, section->transceiver);
  YodelSdpMedia *media = yodel_sdp_add_media (sdp, section->kind_name, has_candidates ? local->port : DISCARD_PORT,
                                              section->proto);

  media->connection = g_strdup (has_candidates ? local->connection : NO_ADDRESS);
  if (has_candidates)
    write_candidates (media, local);
  write_transport (media, local, setup);
  if (section->mid[0] != '\0')
    yodel_sdp_add (media->attributes, "mid", section->mid);
  yodel_sdp_add (media->attributes, yodel_sdp_direction_to_string (section->described), NULL);
  yodel_sdp_add (media->attributes, "rtcp-mux", NULL);
  yodel_media_profile_write (&section->local, media);
  if (entry != NULL && section->described & YODEL_DIRECTION_SENDONLY)
    write_stream (media, entry, section, self->cname);
}

/* An answer has options only if the offer has them (RFC 9429 section 5.3.1). */
static void
write_ice_options (YodelSdp             *sdp,
                   const YodelAgreement *agreement,
                   gboolean              is_offer)
{
  gboolean trickle = is_offer;
  gboolean ice2 = is_offer;

  for (guint i = 0; !is_offer && i < agreement->transports->len; i++)
    {
      const YodelTransportParameters *transport = yodel_agreement_get_transport (agreement, i);

      trickle |= transport != NULL && transport->trickle;
      ice2 |= transport != NULL && transport->ice2;
    }
  if (trickle || ice2)
    yodel_sdp_add_printf (sdp->attributes, "ice-options", "%s%s%s",
                          trickle ? "trickle" : "", trickle && ice2 ? " " : "", ice2 ? "ice2" : "");
}

static gboolean
check_local_transports (YodelNegotiation     *self,
                        const YodelAgreement *agreement,
                        GError              **error)
{
  for (guint i = 0; i < agreement->sections->len; i++)
    {
      const YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

      if (is_written (section) && self->local_transports[section->transport] == NULL)
        {
          g_set_error (error, YODEL_ERROR, YODEL_ERROR_STATE, "transport %u has no local credentials yet", section->transport);
          return FALSE;
        }
    }
  return TRUE;
}

/* @offer: (nullable): the peer's offer, if this is the answer to it */
YodelSdp *
yodel_negotiation_write (YodelNegotiation     *self,
                         const YodelAgreement *agreement,
                         const YodelSdp       *offer,
                         GError              **error)
{
  g_autoptr (GPtrArray) mids = list_bundle (agreement, offer);
  const char *tag = mids->len > 0 ? g_ptr_array_index (mids, 0) : NULL;
  YodelSdp *sdp;

  if (!check_local_transports (self, agreement, error))
    return NULL;

  sdp = yodel_sdp_new (self->session_id, self->version);
  write_group (sdp, mids);
  write_ice_options (sdp, agreement, offer == NULL);
  for (guint i = 0; i < agreement->sections->len; i++)
    {
      const YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);
      const YodelTransportParameters *transport;
      YodelSdpSetup setup = YODEL_SDP_SETUP_ACTPASS;

      if (!is_written (section))
        {
          write_refused (sdp, section, offer != NULL ? yodel_sdp_get_media (offer, i) : NULL);
          continue;
        }
      transport = yodel_agreement_get_transport (agreement, section->transport);
      if (offer != NULL && transport != NULL)
        setup = transport->dtls_client ? YODEL_SDP_SETUP_ACTIVE : YODEL_SDP_SETUP_PASSIVE;
      write_section (self, sdp, section, setup, !section->bundled || tag == NULL || g_str_equal (section->mid, tag));
    }
  return sdp;
}
