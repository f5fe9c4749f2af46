#define G_LOG_DOMAIN "yodel-transport"

#include "transport/transport.h"

#include <string.h>

#include <yodel/yodel-error.h>

#include "base/units.h"
#include "transport/dtls.h"
#include "transport/ice-agent.h"
#include "transport/interfaces.h"
#include "transport/srtp.h"

/* A machine without a network address gets this long to find one. */
#define NO_CANDIDATES_US     (4 * G_TIME_SPAN_SECOND)
#define GATHER_AGAIN_US      (250 * G_TIME_SPAN_MILLISECOND)

/* From the peer's description to a pair that works.  libnice revives failed pairs whenever the peer's checks come
 * through, so this and not its "failed" is the end. */
#define GIVE_UP_US           (15 * G_TIME_SPAN_SECOND)

/* An answerer that hears nothing at all cannot know whether its answer is still on the way. */
#define ANSWER_WAIT_US       (30 * G_TIME_SPAN_SECOND)

/* Silence that makes a call "reconnecting": at least this; more where the peer is known to speak seldom. */
#define QUIET_US             (1800 * G_TIME_SPAN_MILLISECOND)
#define MAX_QUIET_US         (8 * G_TIME_SPAN_SECOND)

/* Silence that ends it.  It also bounds how long anything is sent without a sign of the peer's consent: what
 * RFC 7675 does in 30 s with STUN is done here with authenticated SRTP and SRTCP, which flow both ways at least each second. */
#define LOST_US              (14 * G_TIME_SPAN_SECOND)

#define RESTART_AGAIN_US     (3 * G_TIME_SPAN_SECOND)

/* Links and addresses change in bursts. */
#define NETWORK_SETTLES_US   (250 * G_TIME_SPAN_MILLISECOND)

/* Kept until the fingerprint is known, or until the handshake is verified: a second of sound. */
#define MAX_EARLY_DTLS       4
#define MAX_EARLY_MEDIA      64

/* Repetitions of the ClientHello to addresses that only the peer's description vouches for. */
#define MAX_UNHEARD          8

/* Of a malformed line, in an error message. */
#define MAX_SHOWN_BYTES      80

/* The last words go out three times. */
#define FAREWELL_REPEATS     2
#define FAREWELL_US          (30 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GBytes *bytes;          /* (owned) */
  gint64  arrival_us;
} EarlyPacket;

/* Thread: that of the main context. */
struct _YodelTransport
{
  YodelTransportConfig     config;              /* (owned) a copy */
  GMainContext            *context;             /* (owned) */
  YodelTransportCallbacks  callbacks;
  gpointer                 user_data;
  YodelTransportState      state;

  YodelIceAgent           *ice;                 /* (owned) (nullable) carries the media */
  YodelIceAgent           *next_ice;            /* (owned) (nullable) a restart; takes over when it connects */
  GPtrArray               *retired;             /* (owned) of YodelIceAgent: freed outside their callbacks */
  GPtrArray               *addresses;           /* (owned) of YodelLocalAddress: as last looked at */
  gboolean                 wants_gathering;     /* the newest agent has not found an address yet */

  YodelDtls               *dtls;                /* (owned) (nullable) */
  YodelSrtp               *srtp;                /* (owned) (nullable) */
  char                    *algorithm;           /* (owned) (nullable) NULL: no description of the peer yet */
  guint8                   fingerprint[YODEL_FINGERPRINT_MAX_BYTES];
  gsize                    fingerprint_bytes;
  gboolean                 dtls_client;
  GQueue                   early_dtls;          /* of GBytes */
  GQueue                   early_media;         /* of EarlyPacket */
  GPtrArray               *farewell;            /* (owned) of GBytes: the last datagrams */
  guint                    farewell_left;

  GSource                 *timer;               /* (owned) */
  GSource                 *watch;               /* (owned) (nullable) */
  gint64                   gather_us;           /* when to look for addresses again */
  gint64                   no_candidates_us;
  gint64                   give_up_us;          /* on the newest agent */
  gint64                   network_us;          /* when to look at a change of the network */
  gint64                   restart_us;          /* when to ask for a restart again */
  gint64                   farewell_us;
  gint64                   heard_us;            /* the peer, authenticated */
  gint64                   usual_gap_us;        /* between two signs of it, lately at most */
  gint64                   dtls_started_us;
  guint                    unheard;             /* datagrams sent before a check of the peer was heard */

  YodelTransportStats      stats;
};

static void pump (YodelTransport *self, gint64 now_us);

/* State */

static gboolean
is_over (const YodelTransport *self)
{
  return self->state >= YODEL_TRANSPORT_CLOSED;
}

static gboolean
is_up (const YodelTransport *self)
{
  return self->ice != NULL && yodel_ice_agent_get_state (self->ice) == YODEL_ICE_CONNECTED;
}

static YodelIceAgent *
get_newest (const YodelTransport *self)
{
  return self->next_ice != NULL ? self->next_ice : self->ice;
}

/* FALSE: waits for a sign that the peer is there. */
static gboolean
may_shake_hands (const YodelTransport *self)
{
  return is_up (self) || (self->ice != NULL && yodel_ice_agent_was_heard (self->ice)) || self->unheard < MAX_UNHEARD;
}

/* The one place that moves the state. */
static void
set_state (YodelTransport       *self,
           YodelTransportState   state,
           YodelTransportReason  reason,
           const char           *text)
{
  if (self->state == state || is_over (self))
    return;

  g_debug ("transport %p: state %u -> %u%s%s", self, self->state, state, text != NULL ? ": " : "", text != NULL ? text : "");
  self->state = state;
  if (is_over (self))
    {
      g_clear_pointer (&self->srtp, yodel_srtp_free);
      self->give_up_us = self->restart_us = self->gather_us = self->no_candidates_us = YODEL_NEVER_US;
    }
  if (self->callbacks.state != NULL)
    self->callbacks.state (state, reason, text, self->user_data);
}

static void
retire (YodelTransport  *self,
        YodelIceAgent  **agent)
{
  if (*agent != NULL)
    g_ptr_array_add (self->retired, g_steal_pointer (agent));
}

static void
reschedule (YodelTransport *self)
{
  gint64 due_us = MIN (MIN (self->gather_us, self->no_candidates_us), MIN (self->give_up_us, self->network_us));

  due_us = MIN (due_us, MIN (self->restart_us, self->farewell_us));
  if (self->ice != NULL)
    due_us = MIN (due_us, yodel_ice_agent_next_deadline_us (self->ice));
  if (self->next_ice != NULL)
    due_us = MIN (due_us, yodel_ice_agent_next_deadline_us (self->next_ice));
  if (self->dtls != NULL && !is_over (self) && may_shake_hands (self))
    due_us = MIN (due_us, yodel_dtls_next_deadline_us (self->dtls));
  if (self->state == YODEL_TRANSPORT_CONNECTED)
    due_us = MIN (due_us, self->heard_us + CLAMP (self->usual_gap_us * 5 / 2, QUIET_US, MAX_QUIET_US));
  if (self->state == YODEL_TRANSPORT_RECONNECTING)
    due_us = MIN (due_us, self->heard_us + LOST_US);
  if (self->retired->len > 0)
    due_us = 0;

  g_source_set_ready_time (self->timer, due_us == YODEL_NEVER_US ? -1 : due_us);
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

static void
repeat_farewell (YodelTransport *self,
                 gint64          now_us)
{
  for (guint i = 0; i < self->farewell->len && self->ice != NULL; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (self->farewell, i), &size);

      if (is_up (self))
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
  retire (self, &self->ice);
  retire (self, &self->next_ice);
}

static void
fail (YodelTransport       *self,
      YodelTransportState   state,
      YodelTransportReason  reason,
      const char           *text,
      gint64                now_us)
{
  if (is_over (self))
    return;
  say_farewell (self, now_us);
  repeat_farewell (self, now_us);
  set_state (self, state, reason, text);
}

static void
fail_without_path (YodelTransport *self,
                   gint64          now_us)
{
  YodelIceAgent *agent = get_newest (self);
  g_autofree char *tried = yodel_ice_agent_describe (agent);
  g_autofree char *text = NULL;
  const char *remedy;

  if (!yodel_ice_agent_has_remote_candidates (agent))
    remedy = "the other side named no address that can be used from here";
  else if (!yodel_ice_agent_has_reflexive (agent))
    remedy = "unless both are on one network, a STUN server is needed to find this side's public address";
  else
    remedy = "IPv6, a port opened in one of the routers (UPnP) or another network would help";

  text = g_strdup_printf ("No direct path to the other side was found: tried %s; %s.", tried, remedy);
  fail (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_NO_PATH, text, now_us);
}

static void
ask_for_restart (YodelTransport *self,
                 gint64          now_us)
{
  self->restart_us = self->state == YODEL_TRANSPORT_RECONNECTING ? now_us + RESTART_AGAIN_US : YODEL_NEVER_US;
  if (self->callbacks.restart_wanted != NULL)
    self->callbacks.restart_wanted (self->user_data);
}

static void
check_connected (YodelTransport *self,
                 gint64          now_us)
{
  if (self->state != YODEL_TRANSPORT_CHECKING || !is_up (self) || self->srtp == NULL ||
      yodel_dtls_get_state (self->dtls) != YODEL_DTLS_CONNECTED)
    return;

  self->heard_us = now_us;
  self->give_up_us = YODEL_NEVER_US;
  yodel_ice_agent_settle (self->ice);
  set_state (self, YODEL_TRANSPORT_CONNECTED, YODEL_TRANSPORT_OK, NULL);
}

/* Media */

static void
note_heard (YodelTransport *self,
            gint64          now_us)
{
  gint64 gap_us = now_us - self->heard_us;

  self->usual_gap_us = MAX (gap_us, self->usual_gap_us - self->usual_gap_us / 128);
  self->heard_us = now_us;
  if (self->state == YODEL_TRANSPORT_RECONNECTING && is_up (self))
    {
      self->restart_us = YODEL_NEVER_US;
      set_state (self, YODEL_TRANSPORT_CONNECTED, YODEL_TRANSPORT_OK, NULL);
      reschedule (self);
    }
}

/* RFC 5761 section 4: packet types 192 to 223 */
static gboolean
is_rtcp (const guint8 *data)
{
  return data[1] >= 192 && data[1] <= 223;
}

static void
deliver (YodelTransport *self,
         guint8         *data,
         gsize           size,
         gint64          arrival_us)
{
  gboolean rtcp = is_rtcp (data);
  gsize wire_bytes = size;

  switch (yodel_srtp_unprotect (self->srtp, data, &size, rtcp))
    {
    case YODEL_SRTP_OK:
      self->stats.packets_received++;
      self->stats.bytes_received += wire_bytes;
      note_heard (self, arrival_us);
      if (self->callbacks.packet != NULL)
        self->callbacks.packet (data, size, rtcp, arrival_us, self->user_data);
      return;
    case YODEL_SRTP_REPLAYED:
      self->stats.dropped_replayed++;
      return;
    case YODEL_SRTP_TOO_MANY_STREAMS:
      self->stats.dropped_streams++;
      return;
    case YODEL_SRTP_AUTH_FAILED:
      self->stats.dropped_auth_failed++;
      return;
    case YODEL_SRTP_MALFORMED:
      self->stats.dropped_unknown++;
      return;
    }
}

static void
early_packet_free (EarlyPacket *packet)
{
  g_bytes_unref (packet->bytes);
  g_free (packet);
}

static void
on_media (YodelTransport *self,
          guint8         *data,
          gsize           size,
          gint64          now_us)
{
  EarlyPacket *packet;

  if (is_over (self))
    return;
  if (self->srtp != NULL && yodel_dtls_get_state (self->dtls) == YODEL_DTLS_CONNECTED)
    {
      deliver (self, data, size, now_us);
      return;
    }
  if (self->early_media.length == MAX_EARLY_MEDIA)
    {
      self->stats.dropped_unverified++;
      return;
    }
  packet = g_new0 (EarlyPacket, 1);
  packet->bytes = g_bytes_new (data, size);
  packet->arrival_us = now_us;
  g_queue_push_tail (&self->early_media, packet);
}

static void
deliver_early_media (YodelTransport *self)
{
  EarlyPacket *packet;

  while ((packet = g_queue_pop_head (&self->early_media)) != NULL)
    {
      gsize size;
      guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&packet->bytes), &size);

      if (self->srtp != NULL)
        deliver (self, data, size, packet->arrival_us);
      g_free (data);
      g_free (packet);
    }
}

/* DTLS */

static gboolean
create_dtls (YodelTransport  *self,
             gint64           now_us,
             GError         **error)
{
  self->dtls = yodel_dtls_new (self->dtls_client, self->config.certificate, self->algorithm,
                               self->fingerprint, self->fingerprint_bytes, now_us, error);
  self->dtls_started_us = now_us;
  return self->dtls != NULL;
}

/* The peer is known to be there, or the path to work: now is the time for the flight that waits. */
static void
hurry_dtls (YodelTransport *self,
            gint64          now_us)
{
  if (self->dtls == NULL || is_over (self))
    return;
  yodel_dtls_hurry (self->dtls, now_us);
  pump (self, now_us);
}

static void
take_keys (YodelTransport *self)
{
  YodelSrtpKeys keys;

  if (self->srtp != NULL || !yodel_dtls_get_keys (self->dtls, &keys))
    return;
  self->srtp = yodel_srtp_new (&keys);
  self->stats.srtp_cipher = yodel_srtp_profile_get_name (keys.profile);
  memset (&keys, 0, sizeof keys);
}

static void
on_dtls_connected (YodelTransport *self,
                   gint64          now_us)
{
  take_keys (self);
  if (self->srtp == NULL)
    {
      fail (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_DTLS_FAILED, "The keys for the media could not be made.", now_us);
      return;
    }
  if (self->stats.dtls_handshake_us < 0)
    {
      self->stats.dtls_handshake_us = now_us - self->dtls_started_us;
      self->stats.dtls_cipher = yodel_dtls_get_cipher (self->dtls);
      self->stats.dtls_version = "FEFD";
    }
  check_connected (self, now_us);
  deliver_early_media (self);
}

static void
on_dtls_failed (YodelTransport *self,
                gint64          now_us)
{
  g_autofree char *text = g_strdup_printf ("The encrypted handshake with the other side failed: %s.",
                                           yodel_dtls_get_failure (self->dtls));

  fail (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_DTLS_FAILED, text, now_us);
}

static void
send_dtls (YodelTransport *self,
           const guint8   *data,
           gsize           size)
{
  if (is_up (self))
    {
      yodel_ice_agent_send (self->ice, data, size);
      return;
    }
  if (!yodel_ice_agent_was_heard (self->ice) && self->unheard++ >= MAX_UNHEARD)
    return;
  yodel_ice_agent_send_early (self->ice, data, size);
}

/* Sends what the handshake wants sent, and follows its state. */
static void
pump (YodelTransport *self,
      gint64          now_us)
{
  YodelDtlsState state = yodel_dtls_get_state (self->dtls);
  GBytes *bytes;

  while (state <= YODEL_DTLS_CONNECTED && (bytes = yodel_dtls_pop (self->dtls)) != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      send_dtls (self, data, size);
      g_bytes_unref (bytes);
    }

  switch (state)
    {
    case YODEL_DTLS_HANDSHAKING:
      break;
    case YODEL_DTLS_EARLY:
      take_keys (self);
      break;
    case YODEL_DTLS_CONNECTED:
      on_dtls_connected (self, now_us);
      break;
    case YODEL_DTLS_CLOSED:
      fail (self, YODEL_TRANSPORT_CLOSED, YODEL_TRANSPORT_CLOSED_BY_PEER, "The other side ended the call.", now_us);
      break;
    case YODEL_DTLS_WRONG_FINGERPRINT:
      fail (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_WRONG_FINGERPRINT,
            "Whoever answered has another key than the one announced; nothing was sent to it or taken from it.", now_us);
      break;
    case YODEL_DTLS_FAILED:
      on_dtls_failed (self, now_us);
      break;
    }
}

static void
on_dtls (YodelTransport *self,
         const guint8   *data,
         gsize           size,
         gint64          now_us)
{
  if (self->dtls != NULL)
    {
      yodel_dtls_receive (self->dtls, data, size, now_us);
      pump (self, now_us);
    }
  else if (self->early_dtls.length < MAX_EARLY_DTLS && size <= YODEL_DTLS_MAX_RECEIVED_BYTES)
    g_queue_push_tail (&self->early_dtls, g_bytes_new (data, size));
}

static void
take_early_dtls (YodelTransport *self,
                 gint64          now_us)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (&self->early_dtls)) != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      if (self->dtls != NULL)
        on_dtls (self, data, size, now_us);
      g_bytes_unref (bytes);
    }
}

/* ICE */

static void
on_ice_candidate (YodelIceAgent *agent,
                  const char    *candidate,
                  gpointer       data)
{
  YodelTransport *self = data;

  if (agent == get_newest (self) && !is_over (self) && self->callbacks.candidate != NULL)
    self->callbacks.candidate (candidate, self->user_data);
}

static void
on_ice_gathering_done (YodelIceAgent *agent,
                       gpointer       data)
{
  YodelTransport *self = data;

  if (agent == get_newest (self) && !is_over (self) && self->callbacks.gathering_done != NULL)
    self->callbacks.gathering_done (self->user_data);
}

/* The restart works: media moves over, the keys stay. */
static void
take_over (YodelTransport *self,
           gint64          now_us)
{
  retire (self, &self->ice);
  self->ice = g_steal_pointer (&self->next_ice);
  if (self->state != YODEL_TRANSPORT_CHECKING)
    {
      self->give_up_us = YODEL_NEVER_US;
      yodel_ice_agent_settle (self->ice);
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

  if (is_over (self))
    return;
  if (state == YODEL_ICE_CONNECTED && agent == self->next_ice)
    take_over (self, now_us);
  if (agent == self->ice && state == YODEL_ICE_CONNECTED)
    {
      hurry_dtls (self, now_us);
      check_connected (self, now_us);
    }
  else if (agent == self->ice && self->state == YODEL_TRANSPORT_CONNECTED)
    {
      set_state (self, YODEL_TRANSPORT_RECONNECTING, YODEL_TRANSPORT_OK, NULL);
      ask_for_restart (self, now_us);
    }
  reschedule (self);
}

static void
on_ice_heard (YodelIceAgent *agent,
              gpointer       data)
{
  YodelTransport *self = data;
  gint64 now_us = g_get_monotonic_time ();

  if (is_over (self))
    return;
  if (yodel_ice_agent_has_remote (agent))      /* it has this side's description, so the clock runs for both */
    self->give_up_us = MIN (self->give_up_us, now_us + GIVE_UP_US);
  if (agent == self->ice)
    hurry_dtls (self, now_us);
  reschedule (self);
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

  if (is_over (self))
    return;
  if (size >= 2 && data[0] >= 128 && data[0] <= 191)
    on_media (self, data, size, now_us);
  else if (size >= 2 && data[0] >= 20 && data[0] <= 63)
    {
      on_dtls (self, data, size, now_us);
      reschedule (self);
    }
  else
    self->stats.dropped_unknown++;
}

static YodelIceAgent *
create_ice (YodelTransport *self)
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

static void
try_gather (YodelTransport *self,
            gint64          now_us)
{
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  self->addresses = yodel_interfaces_list (self->config.bind, self->config.loopback);
  self->wants_gathering = !yodel_ice_agent_gather (get_newest (self), self->addresses, now_us);
  self->gather_us = self->wants_gathering ? now_us + GATHER_AGAIN_US : YODEL_NEVER_US;
  if (!self->wants_gathering)
    self->no_candidates_us = YODEL_NEVER_US;
}

static gboolean
on_network_event (gpointer data)
{
  YodelTransport *self = data;

  if (!is_over (self))
    self->network_us = g_get_monotonic_time () + NETWORK_SETTLES_US;
  reschedule (self);
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
      try_gather (self, now_us);
      return;
    }

  addresses = yodel_interfaces_list (self->config.bind, self->config.loopback);
  if (self->addresses == NULL || yodel_interfaces_equal (addresses, self->addresses))
    return;
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  self->addresses = g_steal_pointer (&addresses);
  if (self->addresses->len > 0 && self->state >= YODEL_TRANSPORT_CHECKING)
    ask_for_restart (self, now_us);
}

/* Time */

static void
watch_peer (YodelTransport *self,
            gint64          now_us)
{
  gint64 quiet_us = now_us - self->heard_us;

  if (self->state == YODEL_TRANSPORT_CONNECTED &&
      quiet_us >= CLAMP (self->usual_gap_us * 5 / 2, QUIET_US, MAX_QUIET_US))
    {
      set_state (self, YODEL_TRANSPORT_RECONNECTING, YODEL_TRANSPORT_OK, NULL);
      ask_for_restart (self, now_us);
    }
  if (self->state == YODEL_TRANSPORT_RECONNECTING && quiet_us >= LOST_US)
    fail (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_LOST,
          "Nothing was heard from the other side for 14 seconds: it is gone, or its network is.", now_us);
}

static void
watch_agents (YodelTransport *self,
              gint64          now_us)
{
  if (now_us >= self->gather_us)
    try_gather (self, now_us);
  if (now_us >= self->network_us)
    on_network_settled (self, now_us);
  if (now_us >= self->restart_us)
    ask_for_restart (self, now_us);

  if (now_us >= self->no_candidates_us && !is_over (self))
    fail (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_NO_CANDIDATES,
          self->config.bind != NULL && self->config.bind[0] != NULL
            ? "None of the addresses and interfaces this call is bound to is up on this machine."
            : "This machine has no network address the other side could reach: no network interface is up.",
          now_us);
  else if (now_us >= self->give_up_us && !is_over (self))
    {
      self->give_up_us = YODEL_NEVER_US;
      if (self->state == YODEL_TRANSPORT_CHECKING && !is_up (self))
        fail_without_path (self, now_us);
      else
        retire (self, &self->next_ice);
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
    repeat_farewell (self, now_us);

  if (!is_over (self))
    watch_agents (self, now_us);
  if (self->dtls != NULL && !is_over (self) && may_shake_hands (self))
    {
      yodel_dtls_advance (self->dtls, now_us);
      pump (self, now_us);
    }
  if (!is_over (self))
    watch_peer (self, now_us);
  reschedule (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

/* The face */

YodelTransport *
yodel_transport_new (const YodelTransportConfig     *config,
                     GMainContext                   *context,
                     const YodelTransportCallbacks  *callbacks,
                     gpointer                        user_data,
                     GError                        **error)
{
  YodelTransport *self;

  g_return_val_if_fail (config != NULL && config->certificate != NULL, NULL);
  g_return_val_if_fail (context != NULL && callbacks != NULL, NULL);

  self = g_new0 (YodelTransport, 1);
  self->config = *config;
  self->config.stun_servers = (const char * const *) g_strdupv ((char **) config->stun_servers);
  self->config.bind = (const char * const *) g_strdupv ((char **) config->bind);
  yodel_certificate_ref (self->config.certificate);
  self->context = g_main_context_ref (context);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->retired = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_ice_agent_free);
  self->farewell = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_queue_init (&self->early_dtls);
  g_queue_init (&self->early_media);
  self->gather_us = self->no_candidates_us = self->give_up_us = self->network_us = YODEL_NEVER_US;
  self->restart_us = self->farewell_us = YODEL_NEVER_US;
  self->stats.dtls_handshake_us = self->stats.rtt_us = -1;

  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "yodel transport");
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, context);
  self->watch = yodel_interfaces_watch_new ();
  if (self->watch != NULL)
    {
      g_source_set_callback (self->watch, on_network_event, self, NULL);
      g_source_attach (self->watch, context);
    }
  self->ice = create_ice (self);
  self->config.ufrag = self->config.pwd = NULL;    /* borrowed; a restart has new ones */
  return self;
}

void
yodel_transport_free (YodelTransport *self)
{
  self->callbacks = (YodelTransportCallbacks) { 0 };
  yodel_transport_close (self);
  while (self->farewell_left > 0)
    repeat_farewell (self, 0);

  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  retire (self, &self->ice);
  retire (self, &self->next_ice);
  g_clear_pointer (&self->retired, g_ptr_array_unref);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->dtls, yodel_dtls_free);
  g_clear_pointer (&self->srtp, yodel_srtp_free);
  g_clear_pointer (&self->algorithm, g_free);
  g_queue_clear_full (&self->early_dtls, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&self->early_media, (GDestroyNotify) early_packet_free);
  g_clear_pointer (&self->farewell, g_ptr_array_unref);
  g_strfreev ((char **) self->config.stun_servers);
  g_strfreev ((char **) self->config.bind);
  yodel_certificate_unref (self->config.certificate);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

void
yodel_transport_get_local_credentials (YodelTransport  *self,
                                       const char     **ufrag,
                                       const char     **pwd)
{
  YodelIceAgent *agent = get_newest (self);

  *ufrag = agent != NULL ? yodel_ice_agent_get_ufrag (agent) : "";
  *pwd = agent != NULL ? yodel_ice_agent_get_pwd (agent) : "";
}

void
yodel_transport_gather (YodelTransport *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (is_over (self) || self->addresses != NULL)
    return;
  self->no_candidates_us = now_us + NO_CANDIDATES_US;
  try_gather (self, now_us);
  reschedule (self);
}

/* The peer's identity and the DTLS role are set once. */
static gboolean
set_peer (YodelTransport  *self,
          const char      *algorithm,
          const guint8    *fingerprint,
          gsize            fingerprint_bytes,
          gboolean         dtls_client,
          GError         **error)
{
  if (!yodel_dtls_check_algorithm (algorithm, fingerprint_bytes))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION,
                   "the fingerprint is not a sha-256, sha-384 or sha-512 one: “%s” with %" G_GSIZE_FORMAT " bytes",
                   algorithm, fingerprint_bytes);
      return FALSE;
    }
  if (self->algorithm == NULL)
    {
      self->algorithm = g_strdup (algorithm);
      memcpy (self->fingerprint, fingerprint, fingerprint_bytes);
      self->fingerprint_bytes = fingerprint_bytes;
      self->dtls_client = dtls_client;
      return TRUE;
    }
  if (g_ascii_strcasecmp (self->algorithm, algorithm) == 0 &&
      memcmp (self->fingerprint, fingerprint, fingerprint_bytes) == 0)
    return TRUE;

  g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "the peer's fingerprint changed in mid-call");
  return FALSE;
}

static gint64
get_answer_wait_us (const YodelTransport *self)
{
  return self->config.answer_wait_us > 0 ? self->config.answer_wait_us : ANSWER_WAIT_US;
}

gboolean
yodel_transport_set_remote (YodelTransport  *self,
                            const char      *ufrag,
                            const char      *pwd,
                            const char      *algorithm,
                            const guint8    *fingerprint,
                            gsize            fingerprint_bytes,
                            gboolean         dtls_client,
                            GError         **error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (is_over (self))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_CLOSED, "the transport is closed");
      return FALSE;
    }
  if (!set_peer (self, algorithm, fingerprint, fingerprint_bytes, dtls_client, error))
    return FALSE;
  if (yodel_ice_agent_is_remote (get_newest (self), ufrag, pwd))
    return TRUE;
  if (yodel_ice_agent_has_remote (get_newest (self)))
    yodel_transport_restart (self);
  if (!yodel_ice_agent_set_remote (get_newest (self), ufrag, pwd, now_us))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "the ICE credentials are malformed");
      return FALSE;
    }

  self->give_up_us = now_us + (self->config.controlling ? GIVE_UP_US : get_answer_wait_us (self));
  if (self->state == YODEL_TRANSPORT_NEW)
    set_state (self, YODEL_TRANSPORT_CHECKING, YODEL_TRANSPORT_OK, NULL);
  if (self->dtls == NULL && !create_dtls (self, now_us, error))
    return FALSE;
  take_early_dtls (self, now_us);
  g_source_set_ready_time (self->timer, 0);      /* when the candidates are here, too */
  return TRUE;
}

gboolean
yodel_transport_add_candidate (YodelTransport  *self,
                               const char      *candidate,
                               GError         **error)
{
  g_autofree char *shown = NULL;

  if (is_over (self) || yodel_ice_agent_add_candidate (get_newest (self), candidate))
    {
      reschedule (self);
      return TRUE;
    }
  shown = g_utf8_make_valid (candidate, (gssize) strnlen (candidate, MAX_SHOWN_BYTES));
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "the candidate is malformed: “%s”", shown);
  return FALSE;
}

void
yodel_transport_end_of_candidates (YodelTransport *self)
{
  if (!is_over (self))
    yodel_ice_agent_end_of_candidates (get_newest (self));
  reschedule (self);
}

void
yodel_transport_restart (YodelTransport *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (is_over (self))
    return;
  retire (self, &self->next_ice);
  self->next_ice = create_ice (self);
  try_gather (self, now_us);
  reschedule (self);
}

gboolean
yodel_transport_can_send (YodelTransport *self)
{
  return self->srtp != NULL && is_up (self);
}

static gboolean
send_media (YodelTransport *self,
            const guint8   *data,
            gsize           size,
            gboolean        rtcp)
{
  guint8 packet[YODEL_TRANSPORT_MAX_PACKET_BYTES + YODEL_SRTP_MAX_OVERHEAD_BYTES];

  if (size > YODEL_TRANSPORT_MAX_PACKET_BYTES || !yodel_transport_can_send (self))
    return FALSE;

  memcpy (packet, data, size);
  if (!yodel_srtp_protect (self->srtp, packet, &size, rtcp) || !yodel_ice_agent_send (self->ice, packet, size))
    return FALSE;
  self->stats.packets_sent++;
  self->stats.bytes_sent += size;
  return TRUE;
}

gboolean
yodel_transport_send_rtp (YodelTransport *self,
                          const guint8   *data,
                          gsize           size)
{
  return send_media (self, data, size, FALSE);
}

gboolean
yodel_transport_send_rtcp (YodelTransport *self,
                           const guint8   *data,
                           gsize           size)
{
  return send_media (self, data, size, TRUE);
}

void
yodel_transport_close (YodelTransport *self)
{
  if (is_over (self))
    return;
  if (self->dtls != NULL)
    yodel_dtls_close (self->dtls);
  fail (self, YODEL_TRANSPORT_CLOSED, YODEL_TRANSPORT_OK, NULL, g_get_monotonic_time ());
  reschedule (self);
}

YodelTransportState
yodel_transport_get_state (const YodelTransport *self)
{
  return self->state;
}

void
yodel_transport_get_stats (YodelTransport      *self,
                           YodelTransportStats *stats)
{
  if (self->ice != NULL)
    yodel_ice_agent_get_stats (self->ice, &self->stats);
  *stats = self->stats;
}
