/* What is agreed or proposed: the m= lines and the transports below them. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/negotiation-private.h"

static void
clear_transport_parameters (gpointer data)
{
  YodelTransportParameters *transport = data;

  g_strfreev (transport->candidates);
}

void
yodel_transport_parameters_unref (gpointer data)
{
  if (data != NULL)
    g_rc_box_release_full (data, clear_transport_parameters);
}

/* @from: (nullable): NULL makes an empty one */
YodelAgreement *
yodel_agreement_copy (const YodelAgreement *from)
{
  YodelAgreement *self = g_new0 (YodelAgreement, 1);

  self->sections = g_array_new (FALSE, TRUE, sizeof (YodelAgreedSection));
  self->transports = g_ptr_array_new_with_free_func (yodel_transport_parameters_unref);
  if (from == NULL)
    return self;

  if (from->sections->len > 0)
    g_array_append_vals (self->sections, from->sections->data, from->sections->len);
  for (guint i = 0; i < from->transports->len; i++)
    {
      YodelTransportParameters *transport = yodel_agreement_get_transport (from, i);

      g_ptr_array_add (self->transports, transport != NULL ? g_rc_box_acquire (transport) : NULL);
    }
  return self;
}

void
yodel_agreement_free (YodelAgreement *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->sections);
  g_ptr_array_unref (self->transports);
  g_free (self);
}

YodelAgreedSection *
yodel_agreement_get_section (const YodelAgreement *self,
                             guint                 index)
{
  return &g_array_index (self->sections, YodelAgreedSection, index);
}

YodelTransportParameters *
yodel_agreement_get_transport (const YodelAgreement *self,
                               guint                 index)
{
  return index < self->transports->len ? g_ptr_array_index (self->transports, index) : NULL;
}

void
yodel_agreement_take_transport (YodelAgreement           *self,
                                guint                     index,
                                YodelTransportParameters *transport)
{
  if (self->transports->len <= index)
    g_ptr_array_set_size (self->transports, (int) index + 1);
  yodel_transport_parameters_unref (g_ptr_array_index (self->transports, index));
  g_ptr_array_index (self->transports, index) = transport;
}

guint
yodel_agreement_count_transports (const YodelAgreement *self)
{
  guint n = 0;

  for (guint i = 0; i < self->sections->len; i++)
    {
      const YodelAgreedSection *section = yodel_agreement_get_section (self, i);

      if (yodel_agreed_section_is_alive (section) && section->transport != YODEL_NEGOTIATION_NO_TRANSPORT)
        n = MAX (n, section->transport + 1);
    }
  return n;
}

void
yodel_agreed_section_refuse (YodelAgreedSection *self,
                             const char         *because)
{
  self->refused = TRUE;
  self->refused_because = because;
  self->agreed = FALSE;
  self->transport = YODEL_NEGOTIATION_NO_TRANSPORT;
}

gboolean
yodel_agreed_section_is_alive (const YodelAgreedSection *self)
{
  return !self->refused && !self->refused_in_answer;
}

YodelAgreedSection *
yodel_agreement_find_section (const YodelAgreement *agreement,
                              guint                 transceiver)
{
  for (guint i = 0; transceiver != 0 && i < agreement->sections->len; i++)
    if (yodel_agreement_get_section (agreement, i)->transceiver == transceiver)
      return yodel_agreement_get_section (agreement, i);
  return NULL;
}

YodelAgreedSection *
yodel_agreement_find_mid (const YodelAgreement *agreement,
                          const char           *mid)
{
  for (guint i = 0; i < agreement->sections->len; i++)
    if (g_str_equal (yodel_agreement_get_section (agreement, i)->mid, mid))
      return yodel_agreement_get_section (agreement, i);
  return NULL;
}
