#define G_LOG_DOMAIN "yodel-session"

#include "session/negotiation.h"

#include <string.h>

#include "sdp/ice-candidate.h"
#include "session/negotiation-private.h"

/* ---- birth and death ---- */

static void
entry_free (gpointer data)
{
  YodelTransceiverEntry *entry = data;

  g_free (entry->stream_id);
  g_free (entry->track_id);
  g_free (entry);
}

static void
local_transport_free (YodelLocalTransportEntry *local)
{
  if (local == NULL)
    return;
  g_free (local->ufrag);
  g_free (local->pwd);
  g_free (local->connection);
  g_ptr_array_unref (local->candidates);
  g_free (local);
}

YodelNegotiation *
yodel_negotiation_new (const YodelNegotiationConfig *config)
{
  YodelNegotiation *self = g_new0 (YodelNegotiation, 1);

  self->config = *config;
  self->config.max_transports = CLAMP (config->max_transports, 1, YODEL_NEGOTIATION_MAX_SECTIONS);
  self->config.cname = self->cname = g_strdup (config->cname);
  self->session_id = g_strdup_printf ("%" G_GUINT64_FORMAT, config->session_id & G_MAXINT64);
  self->current = yodel_agreement_copy (NULL);
  self->transceivers = g_ptr_array_new_with_free_func (entry_free);
  self->next_id = 1;
  self->version = 1;
  return self;
}

void
yodel_negotiation_free (YodelNegotiation *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->local_transports); i++)
    local_transport_free (self->local_transports[i]);
  yodel_agreement_free (self->current);
  yodel_agreement_free (self->pending);
  yodel_agreement_free (self->provisional);
  yodel_sdp_free (self->remote_offer);
  g_ptr_array_unref (self->transceivers);
  g_free (self->cname);
  g_free (self->session_id);
  g_free (self->last_text);
  g_free (self);
}

void
yodel_negotiation_set_video_codec (YodelNegotiation *self,
                                   YodelVideoCodec   codec)
{
  self->config.video_codec = codec;
}

YodelSignalingState
yodel_negotiation_get_state (const YodelNegotiation *self)
{
  return self->state;
}

/* ---- transceivers ---- */

static YodelTransceiverEntry *
get_entry (const YodelNegotiation *self,
           guint                   position)
{
  return g_ptr_array_index (self->transceivers, position);
}

YodelTransceiverEntry *
yodel_negotiation_find_entry (const YodelNegotiation *self,
                              guint                   id)
{
  for (guint i = 0; i < self->transceivers->len; i++)
    if (get_entry (self, i)->face.id == id)
      return get_entry (self, i);
  return NULL;
}

static YodelTransceiverEntry *
find_living (const YodelNegotiation *self,
             guint                   id)
{
  YodelTransceiverEntry *entry = yodel_negotiation_find_entry (self, id);

  return entry != NULL && !entry->face.stopped && !entry->face.stopping ? entry : NULL;
}

static void
set_stream (YodelTransceiverEntry  *entry,
            const YodelLocalStream *stream)
{
  g_free (entry->stream_id);
  g_free (entry->track_id);
  entry->ssrc = stream != NULL ? stream->ssrc : 0;
  entry->rtx_ssrc = stream != NULL && entry->face.kind == YODEL_MEDIA_VIDEO ? stream->rtx_ssrc : 0;
  entry->stream_id = stream != NULL ? g_strdup (stream->stream_id) : NULL;
  entry->track_id = stream != NULL ? g_strdup (stream->track_id) : NULL;
}

static YodelTransceiverEntry *
add_entry (YodelNegotiation *self,
           YodelMediaKind    kind,
           YodelDirection    direction)
{
  YodelTransceiverEntry *entry = g_new0 (YodelTransceiverEntry, 1);

  entry->face.id = self->next_id++;
  entry->face.kind = kind;
  entry->face.direction = direction;
  entry->face.section = -1;
  g_ptr_array_add (self->transceivers, entry);
  return entry;
}

guint
yodel_negotiation_add_transceiver (YodelNegotiation       *self,
                                   YodelMediaKind          kind,
                                   YodelDirection          direction,
                                   const YodelLocalStream *stream)
{
  YodelTransceiverEntry *entry;
  guint n_alive = 0;

  for (guint i = 0; i < self->transceivers->len; i++)
    n_alive += !get_entry (self, i)->face.stopped;
  if (n_alive >= YODEL_NEGOTIATION_MAX_SECTIONS)
    return 0;

  entry = add_entry (self, kind, direction);
  set_stream (entry, stream);
  return entry->face.id;
}

gboolean
yodel_negotiation_set_stream (YodelNegotiation       *self,
                              guint                   id,
                              const YodelLocalStream *stream)
{
  YodelTransceiverEntry *entry = find_living (self, id);

  if (entry == NULL)
    return FALSE;
  set_stream (entry, stream);
  return TRUE;
}

gboolean
yodel_negotiation_set_direction (YodelNegotiation *self,
                                 guint             id,
                                 YodelDirection    direction)
{
  YodelTransceiverEntry *entry = find_living (self, id);

  if (entry == NULL)
    return FALSE;
  entry->face.direction = direction;
  return TRUE;
}

gboolean
yodel_negotiation_set_stereo (YodelNegotiation *self,
                              guint             id,
                              gboolean          stereo)
{
  YodelTransceiverEntry *entry = find_living (self, id);

  if (entry == NULL)
    return FALSE;
  entry->stereo = stereo;
  return TRUE;
}

gboolean
yodel_negotiation_stop_transceiver (YodelNegotiation *self,
                                    guint             id)
{
  YodelTransceiverEntry *entry = find_living (self, id);

  if (entry == NULL)
    return FALSE;
  if (entry->face.section < 0)
    g_ptr_array_remove (self->transceivers, entry);
  else
    entry->face.stopping = TRUE;
  return TRUE;
}

guint
yodel_negotiation_get_n_transceivers (const YodelNegotiation *self)
{
  return self->transceivers->len;
}

const YodelTransceiver *
yodel_negotiation_get_transceiver (const YodelNegotiation *self,
                                   guint                   position)
{
  return position < self->transceivers->len ? &get_entry (self, position)->face : NULL;
}

const YodelTransceiver *
yodel_negotiation_find_transceiver (const YodelNegotiation *self,
                                    guint                   id)
{
  YodelTransceiverEntry *entry = yodel_negotiation_find_entry (self, id);

  return entry != NULL ? &entry->face : NULL;
}

/* Brings what the transceivers show up to the agreements; called after every change of those. */
static void
show_sections (YodelNegotiation *self)
{
  const YodelAgreement *agreement = self->pending != NULL ? self->pending : self->current;

  for (guint i = 0; i < self->transceivers->len; i++)
    {
      YodelTransceiver *face = &get_entry (self, i)->face;
      const YodelAgreedSection *section = yodel_agreement_find_section (agreement, face->id);
      const YodelAgreedSection *settled = yodel_agreement_find_section (self->current, face->id);

      face->section = section != NULL ? (gint) (section - yodel_agreement_get_section (agreement, 0)) : -1;
      g_strlcpy (face->mid, section != NULL ? section->mid : "", sizeof face->mid);
      face->refused_because = section != NULL ? section->refused_because : NULL;
      face->stopped |= settled != NULL && settled->refused;
      face->stopping |= settled != NULL && settled->refused_in_answer;
      face->stopping &= !face->stopped;
      face->current_direction = settled != NULL && settled->agreed ? settled->media.direction : YODEL_DIRECTION_INACTIVE;
    }
}

/* Those whose m= line is now another's are gone. */
static void
drop_stopped (YodelNegotiation *self)
{
  for (guint i = self->transceivers->len; i-- > 0;)
    if (get_entry (self, i)->face.stopped && yodel_agreement_find_section (self->current, get_entry (self, i)->face.id) == NULL)
      g_ptr_array_remove_index (self->transceivers, i);
}

/* ---- local transports ---- */

/* What stands in c= and m=: an address that reaches farthest, IPv4 first, for those who read nothing else. */
static void
choose_default (YodelLocalTransportEntry *local)
{
  guint best = 0;

  local->connection = g_strdup ("IN IP4 0.0.0.0");
  local->port = 9;
  for (guint i = 0; i < local->candidates->len; i++)
    {
      YodelIceCandidate candidate;
      gboolean is_ipv6;
      guint rank;

      if (!yodel_ice_candidate_parse (&candidate, g_ptr_array_index (local->candidates, i)) ||
          candidate.component != 1 || !g_str_equal (candidate.transport, "udp") || !g_hostname_is_ip_address (candidate.address))
        continue;
      is_ipv6 = strchr (candidate.address, ':') != NULL;
      rank = 1 + g_str_equal (candidate.type, "srflx") + 2 * !is_ipv6;
      if (rank <= best)
        continue;
      best = rank;
      g_free (local->connection);
      local->connection = g_strdup_printf ("IN %s %s", is_ipv6 ? "IP6" : "IP4", candidate.address);
      local->port = candidate.port;
    }
}

void
yodel_negotiation_set_local_transport (YodelNegotiation          *self,
                                       guint                      index,
                                       const YodelLocalTransport *transport)
{
  YodelLocalTransportEntry *local;

  g_assert (index < G_N_ELEMENTS (self->local_transports));

  local = g_new0 (YodelLocalTransportEntry, 1);
  local->ufrag = g_strdup (transport->ufrag);
  local->pwd = g_strdup (transport->pwd);
  local->fingerprint = *transport->fingerprint;
  local->gathering_complete = transport->gathering_complete;
  local->candidates = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; transport->candidates != NULL && transport->candidates[i] != NULL; i++)
    {
      const char *text = transport->candidates[i];
      YodelIceCandidate candidate;

      if (!yodel_ice_candidate_parse (&candidate, text) || yodel_ice_candidate_is_relay (&candidate))
        continue;
      if (g_str_has_prefix (text, "a="))
        text += strlen ("a=");
      if (g_str_has_prefix (text, "candidate:"))
        text += strlen ("candidate:");
      g_ptr_array_add (local->candidates, g_strdup (text));
    }
  choose_default (local);

  local_transport_free (self->local_transports[index]);
  self->local_transports[index] = local;
}

/* ---- descriptions of ours ---- */

/* Writes the version of o=, which rises when anything else does (RFC 9429 section 5.2.2). */
static char *
write_text (YodelNegotiation *self,
            YodelSdp         *sdp)
{
  g_autofree char *text = yodel_sdp_write (sdp);

  if (self->last_text != NULL && !g_str_equal (text, self->last_text))
    {
      sdp->version = ++self->version;
      g_free (text);
      text = yodel_sdp_write (sdp);
    }
  g_free (self->last_text);
  self->last_text = g_strdup (text);
  return g_steal_pointer (&text);
}

static char *
fail_state (GError    **error,
            const char *what)
{
  g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_STATE, what);
  return NULL;
}

char *
yodel_negotiation_create_offer (YodelNegotiation *self,
                                GError          **error)
{
  YodelAgreement *agreement;
  g_autoptr (YodelSdp) sdp = NULL;

  if (self->state == YODEL_SIGNALING_HAVE_REMOTE_OFFER)
    return fail_state (error, "the peer's offer has to be answered first");
  if (self->provisional != NULL)
    return fail_state (error, "the offer has a provisional answer and waits for the final one");

  agreement = yodel_negotiation_build_offer (self);
  if (agreement->sections->len == 0)
    {
      yodel_agreement_free (agreement);
      return fail_state (error, "there is nothing to offer: no audio, no video");
    }
  sdp = yodel_negotiation_write (self, agreement, NULL, error);
  if (sdp == NULL)
    {
      yodel_agreement_free (agreement);
      return NULL;
    }
  yodel_agreement_free (self->pending);
  self->pending = agreement;
  self->state = YODEL_SIGNALING_HAVE_LOCAL_OFFER;
  show_sections (self);
  return write_text (self, sdp);
}

/* The exchange is over: from here on @agreement counts. */
static void
settle (YodelNegotiation *self,
        YodelAgreement   *agreement)
{
  g_clear_pointer (&self->pending, yodel_agreement_free);
  g_clear_pointer (&self->provisional, yodel_agreement_free);
  g_clear_pointer (&self->remote_offer, yodel_sdp_free);
  yodel_agreement_free (self->current);
  self->current = agreement;
  self->state = YODEL_SIGNALING_STABLE;
  show_sections (self);
  drop_stopped (self);
}

static gboolean
refuse_stopping (YodelNegotiation *self,
                 YodelAgreement   *agreement)
{
  gboolean refused = FALSE;

  for (guint i = 0; i < agreement->sections->len; i++)
    {
      YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);
      const YodelTransceiverEntry *entry = yodel_negotiation_find_entry (self, section->transceiver);

      if (section->refused || (entry != NULL && !entry->face.stopping))
        continue;
      yodel_agreed_section_refuse (section, NULL);
      refused = TRUE;
    }
  return refused;
}

char *
yodel_negotiation_create_answer (YodelNegotiation *self,
                                 GError          **error)
{
  YodelAgreement *agreement;
  g_autoptr (YodelSdp) sdp = NULL;

  if (self->state != YODEL_SIGNALING_HAVE_REMOTE_OFFER)
    return fail_state (error, "there is no offer of the peer to answer");

  agreement = yodel_agreement_copy (self->pending);
  if (refuse_stopping (self, agreement) &&
      !yodel_negotiation_read_transports (self, self->remote_offer, TRUE, agreement, error))
    {
      yodel_agreement_free (agreement);
      return NULL;
    }
  for (guint i = 0; i < agreement->sections->len; i++)
    {
      YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

      if (section->refused)
        continue;
      section->described = yodel_negotiation_find_entry (self, section->transceiver)->face.direction & section->possible;
      section->local.stereo = yodel_negotiation_find_entry (self, section->transceiver)->stereo;
      yodel_agreed_section_agree (section, self->remote_offer, yodel_sdp_get_media (self->remote_offer, i), section->described);
    }
  sdp = yodel_negotiation_write (self, agreement, self->remote_offer, error);
  if (sdp == NULL)
    {
      yodel_agreement_free (agreement);
      return NULL;
    }
  settle (self, agreement);
  return write_text (self, sdp);
}

/* ---- the peer's descriptions ---- */

/* A transceiver for an m= line of the peer: one that waits for its first, or a new one that only receives until it is
 * told to send. */
static void
associate (YodelNegotiation   *self,
           YodelAgreedSection *section)
{
  YodelTransceiverEntry *entry = NULL;

  for (guint i = 0; i < self->transceivers->len && entry == NULL; i++)
    {
      YodelTransceiverEntry *free_entry = get_entry (self, i);

      if (free_entry->face.kind == section->kind && !free_entry->face.stopped && !free_entry->face.stopping &&
          yodel_agreement_find_section (self->current, free_entry->face.id) == NULL &&
          yodel_agreement_find_section (self->pending, free_entry->face.id) == NULL)
        entry = free_entry;
    }
  if (entry == NULL)
    {
      entry = add_entry (self, section->kind, YODEL_DIRECTION_RECVONLY);
      entry->face.from_peer = TRUE;
    }
  section->transceiver = entry->face.id;
}

static void
take_back (YodelNegotiation *self)
{
  g_clear_pointer (&self->pending, yodel_agreement_free);
  g_clear_pointer (&self->provisional, yodel_agreement_free);
  g_clear_pointer (&self->remote_offer, yodel_sdp_free);
  self->state = YODEL_SIGNALING_STABLE;

  /* What the peer's offer brought and nobody has made use of goes with it. */
  for (guint i = self->transceivers->len; i-- > 0;)
    {
      YodelTransceiverEntry *entry = get_entry (self, i);

      if (yodel_agreement_find_section (self->current, entry->face.id) != NULL)
        continue;
      if (entry->face.stopping || (entry->face.from_peer && !(entry->face.direction & YODEL_DIRECTION_SENDONLY)))
        g_ptr_array_remove_index (self->transceivers, i);
      else
        entry->face.from_peer = FALSE;
    }
  show_sections (self);
}

/* Takes @sdp over on success. */
static gboolean
set_remote_offer (YodelNegotiation *self,
                  YodelSdp         *sdp,
                  GError          **error)
{
  YodelAgreement *agreement;

  if (self->state == YODEL_SIGNALING_HAVE_LOCAL_OFFER)
    {
      fail_state (error, "both sides offer: our own offer has to be rolled back before the peer's is taken");
      return FALSE;
    }
  agreement = yodel_negotiation_read_offer (self, sdp, error);
  if (agreement == NULL)
    return FALSE;

  if (self->state == YODEL_SIGNALING_HAVE_REMOTE_OFFER)
    take_back (self);
  self->pending = agreement;
  for (guint i = 0; i < agreement->sections->len; i++)
    {
      YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

      if (!section->refused && section->transceiver == 0)
        associate (self, section);
    }
  self->remote_offer = sdp;
  self->state = YODEL_SIGNALING_HAVE_REMOTE_OFFER;
  show_sections (self);
  return TRUE;
}

static gboolean
set_remote_answer (YodelNegotiation *self,
                   const YodelSdp   *sdp,
                   gboolean          is_final,
                   GError          **error)
{
  YodelAgreement *agreement;

  if (self->state != YODEL_SIGNALING_HAVE_LOCAL_OFFER)
    {
      fail_state (error, "an answer came, but no offer of ours is waiting for one");
      return FALSE;
    }
  agreement = yodel_negotiation_read_answer (self, sdp, error);
  if (agreement == NULL)
    return FALSE;

  if (is_final)
    settle (self, agreement);
  else
    {
      yodel_agreement_free (self->provisional);
      self->provisional = agreement;
    }
  return TRUE;
}

gboolean
yodel_negotiation_set_remote (YodelNegotiation *self,
                              YodelSdpType      type,
                              const char       *text,
                              GError          **error)
{
  g_autoptr (YodelSdp) sdp = NULL;

  if (type == YODEL_SDP_ROLLBACK)
    return yodel_negotiation_rollback (self, error);

  sdp = yodel_sdp_parse (text, -1, error);
  if (sdp == NULL)
    return FALSE;
  if (type != YODEL_SDP_OFFER)
    return set_remote_answer (self, sdp, type == YODEL_SDP_ANSWER, error);
  if (!set_remote_offer (self, sdp, error))
    return FALSE;
  g_steal_pointer (&sdp);
  return TRUE;
}

gboolean
yodel_negotiation_rollback (YodelNegotiation *self,
                            GError          **error)
{
  if (self->state == YODEL_SIGNALING_STABLE)
    {
      fail_state (error, "there is no offer to take back");
      return FALSE;
    }
  take_back (self);
  return TRUE;
}

/* ---- the outcome ---- */

guint
yodel_negotiation_get_n_transports (const YodelNegotiation *self)
{
  YodelAgreement *offer;
  guint n;

  if (self->pending != NULL)
    return yodel_agreement_count_transports (self->pending);
  offer = yodel_negotiation_build_offer ((YodelNegotiation *) self);      /* mids that it assigns are kept for the real one */
  n = yodel_agreement_count_transports (offer);
  yodel_agreement_free (offer);
  return n;
}

gboolean
yodel_negotiation_is_needed (const YodelNegotiation *self)
{
  if (self->state != YODEL_SIGNALING_STABLE)
    return FALSE;
  for (guint i = 0; i < self->transceivers->len; i++)
    {
      const YodelTransceiver *face = &get_entry (self, i)->face;
      const YodelAgreedSection *section = yodel_agreement_find_section (self->current, face->id);

      if (face->stopped)
        continue;
      if (face->stopping || section == NULL || (face->direction & section->possible) != section->described
          || get_entry (self, i)->stereo != section->local.stereo)
        return TRUE;
    }
  return FALSE;
}

const YodelMediaParameters *
yodel_negotiation_get_media (const YodelNegotiation *self,
                             guint                   id)
{
  const YodelAgreedSection *section = yodel_agreement_find_section (self->provisional != NULL ? self->provisional : self->current, id);

  return section != NULL && section->agreed ? &section->media : NULL;
}

const YodelTransportParameters *
yodel_negotiation_get_transport (const YodelNegotiation *self,
                                 guint                   index)
{
  const YodelAgreement *newest = self->provisional != NULL ? self->provisional
                               : self->pending != NULL ? self->pending : self->current;

  return yodel_agreement_get_transport (newest, index);
}

gint
yodel_negotiation_find_transport (const YodelNegotiation *self,
                                  const char             *mid)
{
  const YodelAgreement *newest = self->provisional != NULL ? self->provisional
                               : self->pending != NULL ? self->pending : self->current;
  const YodelAgreedSection *section = yodel_agreement_find_mid (newest, mid);

  return section != NULL && section->transport != YODEL_NEGOTIATION_NO_TRANSPORT ? (gint) section->transport : -1;
}
