/* How a transport gets from one state to the next, and what it says at its end. */
#define G_LOG_DOMAIN "yodel-transport"

#include "transport/transport-private.h"

#define RESTART_AGAIN_US     (3 * G_TIME_SPAN_SECOND)

/* The last words go out three times. */
#define FAREWELL_REPEATS     2
#define FAREWELL_US          (30 * G_TIME_SPAN_MILLISECOND)

/* FALSE: waits for a sign that the peer is there. */
gboolean
yodel_transport_may_shake_hands (const YodelTransport *self)
{
  return yodel_transport_is_up (self) || (self->ice != NULL && yodel_ice_agent_was_heard (self->ice)) || self->unheard < YODEL_TRANSPORT_MAX_UNHEARD;
}

/* The one place that moves the state. */
void
yodel_transport_set_state (YodelTransport       *self,
                           YodelTransportState   state,
                           YodelTransportReason  reason,
                           const char           *text)
{
  if (self->state == state || yodel_transport_is_over (self))
    return;

  g_debug ("transport %p: state %u -> %u%s%s", self, self->state, state, text != NULL ? ": " : "", text != NULL ? text : "");
  self->state = state;
  if (yodel_transport_is_over (self))
    {
      g_clear_pointer (&self->srtp, yodel_srtp_free);
      self->give_up_us = self->restart_us = self->gather_us = self->no_candidates_us = YODEL_NEVER_US;
    }
  if (self->callbacks.state != NULL)
    self->callbacks.state (state, reason, text, self->user_data);
}

void
yodel_transport_retire (YodelTransport  *self,
                        YodelIceAgent  **agent)
{
  if (*agent != NULL)
    g_ptr_array_add (self->retired, g_steal_pointer (agent));
}

void
yodel_transport_reschedule (YodelTransport *self)
{
  gint64 due_us = MIN (MIN (self->gather_us, self->no_candidates_us), MIN (self->give_up_us, self->network_us));

  due_us = MIN (due_us, MIN (self->restart_us, self->farewell_us));
  if (self->ice != NULL)
    due_us = MIN (due_us, yodel_ice_agent_next_deadline_us (self->ice));
  if (self->next_ice != NULL)
    due_us = MIN (due_us, yodel_ice_agent_next_deadline_us (self->next_ice));
  if (self->dtls != NULL && !yodel_transport_is_over (self) && yodel_transport_may_shake_hands (self))
    due_us = MIN (due_us, yodel_dtls_next_deadline_us (self->dtls));
  if (self->state == YODEL_TRANSPORT_CONNECTED)
    due_us = MIN (due_us, self->heard_us + CLAMP (self->usual_gap_us * 5 / 2, YODEL_TRANSPORT_QUIET_US, YODEL_TRANSPORT_MAX_QUIET_US));
  if (self->state == YODEL_TRANSPORT_RECONNECTING)
    due_us = MIN (due_us, self->heard_us + YODEL_TRANSPORT_LOST_US);
  if (self->retired->len > 0)
    due_us = 0;

  yodel_alarm_set (self->timer, due_us);
}

/* What is said when there is no going on.  The peer should hear it even if two of three datagrams are lost. */
static void
say_farewell (YodelTransport *self,
              gint64          now_us)
{
  GBytes *bytes;

  while (self->dtls != NULL && (bytes = yodel_dtls_pop (self->dtls)) != NULL)
    g_ptr_array_add (self->farewell, bytes);

  self->farewell_left = FAREWELL_REPEATS + 1;
  self->farewell_us = now_us;
}

void
yodel_transport_repeat_farewell (YodelTransport *self,
                                 gint64          now_us)
{
  for (guint i = 0; i < self->farewell->len && self->ice != NULL; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (self->farewell, i), &size);

      if (yodel_transport_is_up (self))
        yodel_ice_agent_send (self->ice, data, size);
      else
        yodel_ice_agent_send_early (self->ice, data, size);
    }

  if (--self->farewell_left > 0)
    {
      self->farewell_us = now_us + FAREWELL_US;
      return;
    }
  self->farewell_us = YODEL_NEVER_US;
  yodel_transport_retire (self, &self->ice);
  yodel_transport_retire (self, &self->next_ice);
}

void
yodel_transport_end (YodelTransport       *self,
                     YodelTransportState   state,
                     YodelTransportReason  reason,
                     const char           *text,
                     gint64                now_us)
{
  if (yodel_transport_is_over (self))
    return;
  say_farewell (self, now_us);
  yodel_transport_repeat_farewell (self, now_us);
  yodel_transport_set_state (self, state, reason, text);
}

void
yodel_transport_end_without_path (YodelTransport *self,
                                  gint64          now_us)
{
  YodelIceAgent *agent = yodel_transport_get_newest (self);
  g_autofree char *tried = yodel_ice_agent_describe (agent);
  g_autofree char *text = NULL;
  const char *remedy;

  if (!yodel_ice_agent_has_remote_candidates (agent))
    remedy = "the other side named no address that can be used from here";
  else if (!yodel_ice_agent_has_reflexive (agent) && self->config.stun_servers != NULL && self->config.stun_servers[0] != NULL)
    remedy = "the STUN server did not answer, so this side does not know its public address";
  else if (!yodel_ice_agent_has_reflexive (agent))
    remedy = "unless both are on one network, a STUN server is needed to find this side's public address";
  else
    remedy = "IPv6, a port opened in one of the routers (UPnP) or another network would help";

  text = g_strdup_printf ("No direct path to the other side was found: tried %s; %s.", tried, remedy);
  yodel_transport_end (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_NO_PATH, text, now_us);
}

void
yodel_transport_ask_for_restart (YodelTransport *self,
                                 gint64          now_us)
{
  self->restart_us = self->state == YODEL_TRANSPORT_RECONNECTING ? now_us + RESTART_AGAIN_US : YODEL_NEVER_US;
  if (self->callbacks.restart_wanted != NULL)
    self->callbacks.restart_wanted (self->user_data);
}

void
yodel_transport_check_connected (YodelTransport *self,
                                 gint64          now_us)
{
  if (self->state != YODEL_TRANSPORT_CHECKING || !yodel_transport_is_up (self) || self->srtp == NULL ||
      yodel_dtls_get_state (self->dtls) != YODEL_DTLS_CONNECTED)
    return;

  self->heard_us = now_us;
  self->give_up_us = YODEL_NEVER_US;
  yodel_ice_agent_settle (self->ice, now_us);
  yodel_transport_set_state (self, YODEL_TRANSPORT_CONNECTED, YODEL_TRANSPORT_OK, NULL);
}
