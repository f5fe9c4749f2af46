/* What happens to a transport: news of ICE, of the local network, and of the clock. */
#define G_LOG_DOMAIN "yodel-transport"

#include "transport/transport-private.h"

/* How often a machine without a network address looks for one. */
#define GATHER_AGAIN_US      (250 * G_TIME_SPAN_MILLISECOND)

/* Links and addresses change in bursts. */
#define NETWORK_SETTLES_US   (250 * G_TIME_SPAN_MILLISECOND)

/* ICE */

static void
on_ice_candidate (YodelIceAgent *agent,
                  const char    *candidate,
                  gpointer       data)
{
  YodelTransport *self = data;

  if (agent == yodel_transport_get_newest (self) && !yodel_transport_is_over (self) && self->callbacks.candidate != NULL)
    self->callbacks.candidate (candidate, self->user_data);
}

static void
on_ice_gathering_done (YodelIceAgent *agent,
                       gpointer       data)
{
  YodelTransport *self = data;

  if (agent == yodel_transport_get_newest (self) && !yodel_transport_is_over (self) && self->callbacks.gathering_done != NULL)
    self->callbacks.gathering_done (self->user_data);
}

/* The restart works: media moves over, the keys stay. */
static void
take_over (YodelTransport *self,
           gint64          now_us)
{
  yodel_transport_retire (self, &self->ice);
  self->ice = g_steal_pointer (&self->next_ice);
  if (self->state != YODEL_TRANSPORT_CHECKING)
    {
      self->give_up_us = YODEL_NEVER_US;
      yodel_ice_agent_settle (self->ice, now_us);
    }
  g_debug ("transport %p: moved to the restarted path", self);
}

static void
on_ice_state (YodelIceAgent *agent,
              YodelIceState  state,
              gpointer       data)
{
  YodelTransport *self = data;
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_transport_is_over (self))
    return;
  if (state == YODEL_ICE_CONNECTED && agent == self->next_ice)
    take_over (self, now_us);
  if (agent == self->ice && state == YODEL_ICE_CONNECTED)
    {
      yodel_transport_hurry_dtls (self, now_us);
      yodel_transport_check_connected (self, now_us);
    }
  else if (agent == self->ice && self->state == YODEL_TRANSPORT_CONNECTED)
    {
      yodel_transport_set_state (self, YODEL_TRANSPORT_RECONNECTING, YODEL_TRANSPORT_OK, NULL);
      yodel_transport_ask_for_restart (self, now_us);
    }
  yodel_transport_reschedule (self);
}

static void
on_ice_heard (YodelIceAgent *agent,
              gpointer       data)
{
  YodelTransport *self = data;
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_transport_is_over (self))
    return;
  if (yodel_ice_agent_has_remote (agent))      /* it has this side's description, so the clock runs for both */
    self->give_up_us = MIN (self->give_up_us, now_us + YODEL_TRANSPORT_GIVE_UP_US);
  if (agent == self->ice)
    yodel_transport_hurry_dtls (self, now_us);
  yodel_transport_reschedule (self);
}

/* RFC 7983 section 7 */
static void
on_ice_received (YodelIceAgent *agent,
                 guint8        *data,
                 gsize          size,
                 gpointer       user_data)
{
  YodelTransport *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_transport_is_over (self))
    return;
  if (size >= 2 && data[0] >= 128 && data[0] <= 191)
    yodel_transport_on_media (self, data, size, now_us);
  else if (size >= 2 && data[0] >= 20 && data[0] <= 63)
    {
      yodel_transport_on_dtls (self, data, size, now_us);
      yodel_transport_reschedule (self);
    }
  else
    self->stats.dropped_unknown++;
}

YodelIceAgent *
yodel_transport_create_ice (YodelTransport *self)
{
  static const YodelIceCallbacks callbacks = {
    .candidate = on_ice_candidate,
    .gathering_done = on_ice_gathering_done,
    .state = on_ice_state,
    .heard = on_ice_heard,
    .received = on_ice_received,
  };

  return yodel_ice_agent_new (&self->config, self->context, &callbacks, self);
}

/* The local network */

void
yodel_transport_try_gather (YodelTransport *self,
                            gint64          now_us)
{
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  self->addresses = yodel_interfaces_list (self->config.bind, self->config.loopback);
  self->wants_gathering = !yodel_ice_agent_gather (yodel_transport_get_newest (self), self->addresses, now_us);
  self->gather_us = self->wants_gathering ? now_us + GATHER_AGAIN_US : YODEL_NEVER_US;
  if (!self->wants_gathering)
    self->no_candidates_us = YODEL_NEVER_US;
}

gboolean
yodel_transport_on_network_event (gpointer data)
{
  YodelTransport *self = data;

  if (!yodel_transport_is_over (self))
    self->network_us = g_get_monotonic_time () + NETWORK_SETTLES_US;
  yodel_transport_reschedule (self);
  return G_SOURCE_CONTINUE;
}

static void
on_network_settled (YodelTransport *self,
                    gint64          now_us)
{
  g_autoptr (GPtrArray) addresses = NULL;

  self->network_us = YODEL_NEVER_US;
  if (self->wants_gathering)
    {
      yodel_transport_try_gather (self, now_us);
      return;
    }

  addresses = yodel_interfaces_list (self->config.bind, self->config.loopback);
  if (self->addresses == NULL || yodel_interfaces_equal (addresses, self->addresses))
    return;
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  self->addresses = g_steal_pointer (&addresses);
  if (self->addresses->len > 0 && self->state >= YODEL_TRANSPORT_CHECKING)
    yodel_transport_ask_for_restart (self, now_us);
}

/* Time */

static void
watch_peer (YodelTransport *self,
            gint64          now_us)
{
  gint64 quiet_us = now_us - self->heard_us;

  if (self->state == YODEL_TRANSPORT_CONNECTED &&
      quiet_us >= CLAMP (self->usual_gap_us * 5 / 2, YODEL_TRANSPORT_QUIET_US, YODEL_TRANSPORT_MAX_QUIET_US))
    {
      yodel_transport_set_state (self, YODEL_TRANSPORT_RECONNECTING, YODEL_TRANSPORT_OK, NULL);
      yodel_transport_ask_for_restart (self, now_us);
    }
  if (self->state == YODEL_TRANSPORT_RECONNECTING && quiet_us >= YODEL_TRANSPORT_LOST_US)
    yodel_transport_end (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_LOST,
                         "Nothing was heard from the other side for 14 seconds: it is gone, or its network is.", now_us);
}

static void
watch_agents (YodelTransport *self,
              gint64          now_us)
{
  if (now_us >= self->gather_us)
    yodel_transport_try_gather (self, now_us);
  if (now_us >= self->network_us)
    on_network_settled (self, now_us);
  if (now_us >= self->restart_us)
    yodel_transport_ask_for_restart (self, now_us);

  if (now_us >= self->no_candidates_us && !yodel_transport_is_over (self))
    yodel_transport_end (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_NO_CANDIDATES,
                         self->config.bind != NULL && self->config.bind[0] != NULL
                           ? "None of the addresses and interfaces this call is bound to is up on this machine."
                           : "This machine has no network address the other side could reach: no network interface is up.",
                         now_us);
  else if (now_us >= self->give_up_us && !yodel_transport_is_over (self))
    {
      self->give_up_us = YODEL_NEVER_US;
      if (self->state == YODEL_TRANSPORT_CHECKING && !yodel_transport_is_up (self))
        yodel_transport_end_without_path (self, now_us);
      else
        yodel_transport_retire (self, &self->next_ice);
    }
}

static gboolean
on_timer (gpointer data)
{
  YodelTransport *self = data;
  gint64 now_us = g_get_monotonic_time ();

  g_ptr_array_set_size (self->retired, 0);
  if (self->ice != NULL)
    yodel_ice_agent_advance (self->ice, now_us);
  if (self->next_ice != NULL)
    yodel_ice_agent_advance (self->next_ice, now_us);
  if (now_us >= self->farewell_us)
    yodel_transport_repeat_farewell (self, now_us);

  if (!yodel_transport_is_over (self))
    watch_agents (self, now_us);
  if (self->dtls != NULL && !yodel_transport_is_over (self) && yodel_transport_may_shake_hands (self))
    {
      yodel_dtls_advance (self->dtls, now_us);
      yodel_transport_pump (self, now_us);
    }
  if (!yodel_transport_is_over (self))
    watch_peer (self, now_us);
  yodel_transport_reschedule (self);
  return G_SOURCE_CONTINUE;
}

GSource *
yodel_transport_create_timer (YodelTransport *self)
{
  return yodel_alarm_new (self->context, "yodel transport", on_timer, self);
}
