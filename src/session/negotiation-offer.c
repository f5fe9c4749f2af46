/* What our next offer says: the m= lines there are, and one more for each new transceiver. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/negotiation-private.h"

#define OUR_PROTO "UDP/TLS/RTP/SAVPF"     /* RFC 9429 section 5.1.2 */

static gboolean
is_mid_free (const YodelNegotiation *self,
             const YodelAgreement   *agreement,
             const char             *mid)
{
  return yodel_agreement_find_mid (self->current, mid) == NULL && yodel_agreement_find_mid (agreement, mid) == NULL;
}

/* A new mid, or the one it was given for an offer that came to nothing. */
static void
assign_mid (YodelNegotiation      *self,
            const YodelAgreement  *agreement,
            YodelTransceiverEntry *entry)
{
  while (entry->assigned_mid[0] == '\0' || !is_mid_free (self, agreement, entry->assigned_mid))
    g_snprintf (entry->assigned_mid, sizeof entry->assigned_mid, "%u", self->next_mid++);
}

/* Another m= line for @entry: in the place of one that is refused, else at the end. */
static void
add_section (YodelNegotiation      *self,
             YodelAgreement        *agreement,
             YodelTransceiverEntry *entry)
{
  YodelAgreedSection section = { .transport = YODEL_NEGOTIATION_NO_TRANSPORT };
  YodelMediaProfile others[YODEL_NEGOTIATION_MAX_SECTIONS];
  guint n_others = 0;
  guint index;

  for (guint i = 0; i < agreement->sections->len; i++)
    if (!yodel_agreement_get_section (agreement, i)->refused)
      others[n_others++] = yodel_agreement_get_section (agreement, i)->local;

  for (index = 0; index < agreement->sections->len; index++)
    if (index < self->current->sections->len && yodel_agreement_get_section (self->current, index)->refused &&
        yodel_agreement_get_section (agreement, index)->refused)
      break;
  if (index == YODEL_NEGOTIATION_MAX_SECTIONS)
    return;

  section.kind = entry->face.kind;
  section.is_known_kind = TRUE;
  g_strlcpy (section.kind_name, section.kind == YODEL_MEDIA_AUDIO ? "audio" : "video", sizeof section.kind_name);
  g_strlcpy (section.proto, OUR_PROTO, sizeof section.proto);
  section.transceiver = entry->face.id;
  section.bundled = TRUE;
  section.described = entry->face.direction;
  section.possible = YODEL_DIRECTION_SENDRECV;
  assign_mid (self, agreement, entry);
  g_strlcpy (section.mid, entry->assigned_mid, sizeof section.mid);
  yodel_media_profile_offer (&section.local, section.kind, &self->config, others, n_others);
  section.local.stereo = entry->stereo;
  g_snprintf (section.format, sizeof section.format, "%d",
              section.kind == YODEL_MEDIA_AUDIO ? section.local.payload_types.opus : section.local.payload_types.vp8);

  if (index == agreement->sections->len)
    g_array_append_val (agreement->sections, section);
  else
    *yodel_agreement_get_section (agreement, index) = section;
}

static gboolean
is_transport_taken (const YodelAgreement *agreement,
                    guint                 number)
{
  for (guint i = 0; i < agreement->sections->len; i++)
    if (yodel_agreement_get_section (agreement, i)->transport == number)
      return TRUE;
  return FALSE;
}

/* New lines join the bundle there is, or each other; a balanced offer has a transport of its own for each, for the case
 * that the peer does not bundle. */
static void
assign_transport (const YodelNegotiation *self,
                  YodelAgreement         *agreement,
                  YodelAgreedSection     *section)
{
  guint number = 0;

  for (guint i = 0; i < agreement->sections->len; i++)
    {
      const YodelAgreedSection *other = yodel_agreement_get_section (agreement, i);

      if (other->bundled && other->transport != YODEL_NEGOTIATION_NO_TRANSPORT &&
          (other->agreed || !self->config.balanced))
        {
          section->transport = other->transport;
          return;
        }
    }
  while (number + 1 < self->config.max_transports && is_transport_taken (agreement, number))
    number++;
  section->transport = number;
}

static void
refresh_section (YodelNegotiation   *self,
                 YodelAgreedSection *section)
{
  const YodelTransceiverEntry *entry = yodel_negotiation_find_entry (self, section->transceiver);

  if (!section->refused && (entry == NULL || entry->face.stopping))
    yodel_agreed_section_refuse (section, section->refused_because);
  if (section->refused)
    return;
  section->described = entry->face.direction;
  section->local.stereo = entry->stereo;
  section->possible = YODEL_DIRECTION_SENDRECV;
  if (self->config.max_transports == 1)
    section->bundled = section->mid[0] != '\0';
}

YodelAgreement *
yodel_negotiation_build_offer (YodelNegotiation *self)
{
  YodelAgreement *agreement = yodel_agreement_copy (self->current);

  for (guint i = 0; i < agreement->sections->len; i++)
    refresh_section (self, yodel_agreement_get_section (agreement, i));
  for (guint i = 0; i < self->transceivers->len; i++)
    {
      YodelTransceiverEntry *entry = g_ptr_array_index (self->transceivers, i);

      if (!entry->face.stopped && !entry->face.stopping && yodel_agreement_find_section (agreement, entry->face.id) == NULL)
        add_section (self, agreement, entry);
    }
  for (guint i = 0; i < agreement->sections->len; i++)
    {
      YodelAgreedSection *section = yodel_agreement_get_section (agreement, i);

      if (!section->refused && section->transport == YODEL_NEGOTIATION_NO_TRANSPORT)
        assign_transport (self, agreement, section);
    }
  return agreement;
}
