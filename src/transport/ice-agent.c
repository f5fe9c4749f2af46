#define G_LOG_DOMAIN "yodel-transport"

#include "transport/ice-agent-private.h"

#include <string.h>

#include "base/units.h"
#include "transport/stun-check.h"

/* Half the default: with the checks of our own this is enough at 30 % loss, and hopeless pairs end sooner. */
#define STUN_RETRANSMISSIONS   5
#define STUN_INITIAL_TIMEOUT_MS 150      /* towards STUN servers */
#define STUN_PACING_MS         5         /* the least RFC 8445 section 14.2 allows */
#define STUN_PATIENT_MS        2000      /* for answers on a path that is full: set_pacing () */
#define STUN_IDLE_MS           5000      /* libnice's default */
#define STUN_LONGEST_IDLE_MS   60000     /* that it takes */

/* Of the time between rounds; beyond, it is the slowest anyway. */
#define MAX_DOUBLINGS          10

#define STUN_PORT              3478

/* Of a candidate that the peer learns from a check (RFC 8445 section 5.1.2): type preference 110. */
#define PEER_REFLEXIVE_PRIORITY (110u << 24 | 0xffffu << 8 | 255u)

/* Local candidates */

static void
finish_gathering (YodelIceAgent *self)
{
  if (self->told_all)
    return;
  self->told_all = TRUE;
  self->gathering_until_us = YODEL_NEVER_US;
  self->callbacks.gathering_done (self, self->user_data);
}

static void
on_local_candidate (NiceAgent     *nice,
                    NiceCandidate *candidate,
                    YodelIceAgent *self)
{
  g_autofree char *line = NULL;
  const char *text;

  if (candidate->type == NICE_CANDIDATE_TYPE_RELAYED || candidate->type == NICE_CANDIDATE_TYPE_PEER_REFLEXIVE ||
      candidate->transport != NICE_CANDIDATE_TRANSPORT_UDP)
    return;

  if (candidate->type == NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE)
    {
      char address[INET6_ADDRSTRLEN];

      nice_address_to_string (&candidate->addr, address);
      g_ptr_array_add (self->own_reflexive, g_inet_address_new_from_string (address));
    }
  self->n_local++;
  self->types_local |= 1u << (candidate->type == NICE_CANDIDATE_TYPE_HOST ? YODEL_CANDIDATE_HOST : YODEL_CANDIDATE_SERVER_REFLEXIVE);

  line = nice_agent_generate_local_candidate_sdp (nice, candidate);
  text = g_str_has_prefix (line, "a=") ? line + 2 : line;
  self->callbacks.candidate (self, text, self->user_data);
}

static void
on_gathering_done (NiceAgent     *nice,
                   guint          stream,
                   YodelIceAgent *self)
{
  finish_gathering (self);
}

gboolean
yodel_ice_agent_gather (YodelIceAgent   *self,
                        const GPtrArray *addresses,
                        gint64           now_us)
{
  if (addresses->len == 0)
    return FALSE;

  for (guint i = 0; i < addresses->len; i++)
    {
      const YodelLocalAddress *address = g_ptr_array_index (addresses, i);
      g_autofree char *text = g_inet_address_to_string (address->address);
      YodelLocalAddress *copy;
      NiceAddress nice;

      nice_address_init (&nice);
      if (!nice_address_set_from_string (&nice, text))
        continue;
      nice_agent_add_local_address (self->nice, &nice);      /* takes each once */

      copy = g_memdup2 (address, sizeof *address);
      g_object_ref (copy->address);
      g_ptr_array_add (self->local, copy);
    }

  self->gathering_until_us = now_us + YODEL_ICE_GATHERING_US;
  if (nice_agent_gather_candidates (self->nice, self->stream))
    return TRUE;
  self->gathering_until_us = YODEL_NEVER_US;
  return FALSE;
}

/* Pairs of sockets and targets */

typedef void (*PairFunc) (GSocket *socket, GSocketAddress *target, gpointer data);

static void
for_each_pair (YodelIceAgent *self,
               PairFunc       func,
               gpointer       data)
{
  g_autoptr (GPtrArray) sockets = nice_agent_get_sockets (self->nice, self->stream, YODEL_ICE_COMPONENT);
  guint n = 0;

  for (guint i = self->targets->len; i-- > 0;)      /* the newest is the likeliest */
    for (guint j = 0; sockets != NULL && j < sockets->len; j++)
      {
        GSocketAddress *target = g_ptr_array_index (self->targets, i);
        GSocket *socket = g_ptr_array_index (sockets, j);

        if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_DATAGRAM ||
            g_socket_get_family (socket) != g_socket_address_get_family (target))
          continue;
        func (socket, target, data);
        if (++n == YODEL_ICE_MAX_ROUND)
          return;
      }
}

static void
send_check (GSocket        *socket,
            GSocketAddress *target,
            gpointer        data)
{
  YodelIceAgent *self = data;
  g_autofree char *username = g_strconcat (self->remote_ufrag, ":", self->ufrag, NULL);
  guint8 bytes[YODEL_STUN_CHECK_MAX_BYTES];
  gboolean controlling;
  YodelStunCheck check;
  gsize size;

  g_object_get (self->nice, "controlling-mode", &controlling, NULL);
  check = (YodelStunCheck) {
    .username = username,
    .password = self->remote_pwd,
    .priority = PEER_REFLEXIVE_PRIORITY,
    .controlling = controlling,
    .tie_breaker = self->tie_breaker,
  };
  for (guint i = 0; i < sizeof check.transaction; i++)
    check.transaction[i] = (guint8) g_random_int_range (0, 256);

  size = yodel_stun_check_write (&check, bytes, sizeof bytes);
  if (size > 0)
    g_socket_send_to (socket, target, (const char *) bytes, size, NULL, NULL);
}

static void
send_round (YodelIceAgent *self)
{
  if (self->remote_ufrag != NULL)
    for_each_pair (self, send_check, self);
}

typedef struct
{
  const guint8 *data;
  gsize         size;
} Early;

static void
send_bytes (GSocket        *socket,
            GSocketAddress *target,
            gpointer        data)
{
  const Early *early = data;

  g_socket_send_to (socket, target, (const char *) early->data, early->size, NULL, NULL);
}

/* The check in front makes the peer's libnice take what follows: it drops datagrams from where no check has come. */
void
yodel_ice_agent_send_early (YodelIceAgent *self,
                            const guint8  *data,
                            gsize          size)
{
  Early early = { data, size };

  send_round (self);
  for_each_pair (self, send_bytes, &early);
}


/* What libnice reports */

static void
on_state (NiceAgent     *nice,
          guint          stream,
          guint          component,
          guint          state,
          YodelIceAgent *self)
{
  YodelIceState now;

  if (state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY)
    now = YODEL_ICE_CONNECTED;
  else if (state == NICE_COMPONENT_STATE_FAILED)
    now = YODEL_ICE_FAILED;
  else
    now = YODEL_ICE_CHECKING;

  if (now == self->state)
    return;
  g_debug ("ice %p: %s", self, nice_component_state_to_string (state));
  self->state = now;
  self->callbacks.state (self, now, self->user_data);
}

static void
on_remote_candidate (NiceAgent     *nice,
                     NiceCandidate *candidate,
                     YodelIceAgent *self)
{
  g_autoptr (GInetAddress) address = NULL;
  char text[INET6_ADDRSTRLEN];

  if (candidate->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE || candidate->transport != NICE_CANDIDATE_TRANSPORT_UDP)
    return;
  nice_address_to_string (&candidate->addr, text);
  address = g_inet_address_new_from_string (text);
  if (address != NULL)
    yodel_ice_agent_add_target (self, address, (guint16) nice_address_get_port (&candidate->addr));
}

/* libnice takes the pacing for two things: the beat of its timer, once it starts, and how long a request
 * waits for its answer (RFC 8445 section 14.3: the pacing times the pairs, at least half a second).  On a
 * path that is full an answer takes longer, and libnice has forgotten the request when it comes.  The beat
 * stays as it is; the time an idle agent waits before it fails is counted in beats of the pacing, and stays
 * as near to what it was as libnice lets it. */
static void
set_pacing (YodelIceAgent *self,
            guint          pacing_ms)
{
  g_object_set (self->nice,
                "stun-pacing-timer", pacing_ms,
                "idle-timeout", MIN (STUN_IDLE_MS / STUN_PACING_MS * pacing_ms, STUN_LONGEST_IDLE_MS), NULL);
}

static void
on_first_check (NiceAgent     *nice,
                guint          stream,
                YodelIceAgent *self)
{
  if (!self->heard && self->next_round_us != YODEL_NEVER_US)
    self->rounds = 0;      /* who waited long for an answer hurries now, but once: a thin path is soon full of checks */
  self->heard = TRUE;
  self->callbacks.heard (self, self->user_data);
}

static void
on_received (NiceAgent *nice,
             guint      stream,
             guint      component,
             guint      size,
             char      *data,
             gpointer   user_data)
{
  YodelIceAgent *self = user_data;

  self->callbacks.received (self, (guint8 *) data, size, self->user_data);
}

gboolean
yodel_ice_agent_send (YodelIceAgent *self,
                      const guint8  *data,
                      gsize          size)
{
  return nice_agent_send (self->nice, self->stream, YODEL_ICE_COMPONENT, (guint) size, (const char *) data) == (int) size;
}

/* Time */

void
yodel_ice_agent_settle (YodelIceAgent *self,
                        gint64         now_us)
{
  set_pacing (self, STUN_PACING_MS);
  self->rounds_until_us = now_us + YODEL_ICE_SETTLE_US;
  self->last_resort_us = YODEL_NEVER_US;
}

static gint64
get_round_gap_us (const YodelIceAgent *self)
{
  if (self->rounds < YODEL_ICE_FAST_CHECKS)
    return YODEL_ICE_CHECK_FAST_US;

  if (self->rounds < YODEL_ICE_MANY_CHECKS)
    return YODEL_ICE_CHECK_INTERVAL_US;
  return MIN (YODEL_ICE_CHECK_INTERVAL_US << MIN ((self->rounds - YODEL_ICE_MANY_CHECKS) / YODEL_ICE_EACH_GAP + 1, MAX_DOUBLINGS), YODEL_ICE_CHECK_SLOW_US);
}

void
yodel_ice_agent_advance (YodelIceAgent *self,
                         gint64         now_us)
{
  if (now_us >= self->lookups_until_us)
    {
      self->lookups_until_us = YODEL_NEVER_US;
      g_cancellable_cancel (self->lookups);
      g_object_unref (self->lookups);
      self->lookups = g_cancellable_new ();
    }
  if (now_us >= self->last_resort_us)
    {
      self->last_resort_us = YODEL_NEVER_US;
      yodel_ice_agent_use_all_waiting (self);
    }
  if (now_us >= self->rounds_until_us)
    self->next_round_us = self->rounds_until_us = YODEL_NEVER_US;
  if (now_us >= self->next_round_us)
    {
      self->rounds++;
      if (self->rounds == YODEL_ICE_MANY_CHECKS && self->heard && self->state == YODEL_ICE_CHECKING)
        set_pacing (self, STUN_PATIENT_MS);
      self->next_round_us = now_us + get_round_gap_us (self);
      send_round (self);
    }
  if (now_us >= self->gathering_until_us)
    finish_gathering (self);
}

gint64
yodel_ice_agent_next_deadline_us (const YodelIceAgent *self)
{
  gint64 due_us = MIN (self->gathering_until_us, self->lookups_until_us);

  return MIN (due_us, MIN (self->next_round_us, self->last_resort_us));
}

/* Questions */

const char *
yodel_ice_agent_get_ufrag (const YodelIceAgent *self)
{
  return self->ufrag;
}

const char *
yodel_ice_agent_get_pwd (const YodelIceAgent *self)
{
  return self->pwd;
}

gboolean
yodel_ice_agent_has_remote (const YodelIceAgent *self)
{
  return self->remote_ufrag != NULL;
}

gboolean
yodel_ice_agent_is_remote (const YodelIceAgent *self,
                           const char          *ufrag,
                           const char          *pwd)
{
  return g_strcmp0 (self->remote_ufrag, ufrag) == 0 && g_strcmp0 (self->remote_pwd, pwd) == 0;
}

YodelIceState
yodel_ice_agent_get_state (const YodelIceAgent *self)
{
  return self->state;
}

gboolean
yodel_ice_agent_was_heard (const YodelIceAgent *self)
{
  return self->heard;
}

gboolean
yodel_ice_agent_has_reflexive (const YodelIceAgent *self)
{
  return self->own_reflexive->len > 0;
}

gboolean
yodel_ice_agent_has_remote_candidates (const YodelIceAgent *self)
{
  return self->targets->len > 0 || self->waiting->len > 0;
}

static void
append_types (GString *text,
              guint    count,
              guint    types)
{
  const char *separator = " (";

  g_string_append_printf (text, "%u", count);
  for (guint type = YODEL_CANDIDATE_HOST; type < YODEL_CANDIDATE_RELAYED; type++)
    if (types & 1u << type)
      {
        g_string_append_printf (text, "%s%s", separator, yodel_candidate_type_name (type));
        separator = ", ";
      }
  if (types != 0)
    g_string_append_c (text, ')');
}

char *
yodel_ice_agent_describe (const YodelIceAgent *self)
{
  GString *text = g_string_new (NULL);

  append_types (text, self->n_local, self->types_local);
  g_string_append (text, self->n_local == 1 ? " address here against " : " addresses here against ");
  append_types (text, self->targets->len, self->types_remote);
  g_string_append (text, " there");
  return g_string_free (text, FALSE);
}

gboolean
yodel_ice_agent_get_remote (YodelIceAgent           *self,
                            struct sockaddr_storage *address)
{
  NiceCandidate *local = NULL;
  NiceCandidate *remote = NULL;

  memset (address, 0, sizeof *address);
  if (!nice_agent_get_selected_pair (self->nice, self->stream, YODEL_ICE_COMPONENT, &local, &remote) || remote == NULL)
    return FALSE;

  nice_address_copy_to_sockaddr (&remote->addr, (struct sockaddr *) address);
  return TRUE;
}

static void
describe_candidate (NiceCandidate  *candidate,
                    const char    **type,
                    char           *address,
                    guint16        *port)
{
  *type = yodel_candidate_type_name ((YodelCandidateType) candidate->type);
  nice_address_to_string (&candidate->addr, address);
  *port = (guint16) nice_address_get_port (&candidate->addr);
}

void
yodel_ice_agent_get_stats (YodelIceAgent       *self,
                           YodelTransportStats *stats)
{
  NiceCandidate *local = NULL;
  NiceCandidate *remote = NULL;

  stats->ignored_relay_candidates = self->ignored_relay;
  stats->ignored_candidates = self->ignored;
  if (!nice_agent_get_selected_pair (self->nice, self->stream, YODEL_ICE_COMPONENT, &local, &remote) || local == NULL || remote == NULL)
    return;

  describe_candidate (local, &stats->local_candidate_type, stats->local_address, &stats->local_port);
  describe_candidate (remote, &stats->remote_candidate_type, stats->remote_address, &stats->remote_port);
  stats->protocol = "udp";
}

/* Birth and death */

static void
set_stun_server (YodelIceAgent      *self,
                 const char * const *servers)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnectable) server = NULL;

  for (guint i = 0; servers != NULL && servers[i] != NULL; i++)
    {
      server = g_network_address_parse (servers[i], STUN_PORT, &error);
      if (server != NULL)
        break;
      g_debug ("“%s” is not a STUN server: %s", servers[i], error->message);
      g_clear_error (&error);
    }
  if (server == NULL)
    return;

  self->has_stun_server = TRUE;
  g_object_set (self->nice,
                "stun-server", g_network_address_get_hostname (G_NETWORK_ADDRESS (server)),
                "stun-server-port", (guint) g_network_address_get_port (G_NETWORK_ADDRESS (server)), NULL);
}

static NiceAgent *
create_nice (const YodelTransportConfig *config,
             GMainContext               *context)
{
  /* Consent (RFC 7675) is not libnice's: it gives up for good after ten seconds; see transport.c. */
  NiceAgent *nice = nice_agent_new_full (context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE);

  g_object_set (nice,
                "controlling-mode", config->controlling,
                "upnp", FALSE,
                "ice-tcp", FALSE,
                "stun-max-retransmissions", STUN_RETRANSMISSIONS,
                "stun-initial-timeout", STUN_INITIAL_TIMEOUT_MS,
                "stun-pacing-timer", STUN_PACING_MS, NULL);
  return nice;
}

YodelIceAgent *
yodel_ice_agent_new (const YodelTransportConfig *config,
                     GMainContext               *context,
                     const YodelIceCallbacks    *callbacks,
                     gpointer                    user_data)
{
  YodelIceAgent *self = g_new0 (YodelIceAgent, 1);

  self->nice = create_nice (config, context);
  self->context = g_main_context_ref (context);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->local = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_local_address_free);
  self->own_reflexive = g_ptr_array_new_with_free_func (g_object_unref);
  self->peer_reflexive = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (YodelCandidate));
  self->targets = g_ptr_array_new_with_free_func (g_object_unref);
  self->lookups = g_cancellable_new ();
  self->tie_breaker = (guint64) g_random_int () << 32 | g_random_int ();
  self->gathering_until_us = self->next_round_us = self->rounds_until_us = self->last_resort_us = self->lookups_until_us = YODEL_NEVER_US;

  set_stun_server (self, config->stun_servers);
  self->stream = nice_agent_add_stream (self->nice, 1);
  if (config->ufrag != NULL && config->pwd != NULL)
    nice_agent_set_local_credentials (self->nice, self->stream, config->ufrag, config->pwd);
  nice_agent_get_local_credentials (self->nice, self->stream, &self->ufrag, &self->pwd);
  nice_agent_attach_recv (self->nice, self->stream, YODEL_ICE_COMPONENT, context, on_received, self);

  g_signal_connect (self->nice, "new-candidate-full", G_CALLBACK (on_local_candidate), self);
  g_signal_connect (self->nice, "candidate-gathering-done", G_CALLBACK (on_gathering_done), self);
  g_signal_connect (self->nice, "new-remote-candidate-full", G_CALLBACK (on_remote_candidate), self);
  g_signal_connect (self->nice, "initial-binding-request-received", G_CALLBACK (on_first_check), self);
  g_signal_connect (self->nice, "component-state-changed", G_CALLBACK (on_state), self);
  return self;
}

void
yodel_ice_agent_free (YodelIceAgent *self)
{
  g_cancellable_cancel (self->lookups);
  g_clear_object (&self->lookups);
  g_signal_handlers_disconnect_by_data (self->nice, self);
  nice_agent_attach_recv (self->nice, self->stream, YODEL_ICE_COMPONENT, NULL, NULL, NULL);
  nice_agent_remove_stream (self->nice, self->stream);
  g_clear_object (&self->nice);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->local, g_ptr_array_unref);
  g_clear_pointer (&self->own_reflexive, g_ptr_array_unref);
  g_clear_pointer (&self->peer_reflexive, g_ptr_array_unref);
  g_clear_pointer (&self->waiting, g_array_unref);
  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_free (self->ufrag);
  g_free (self->pwd);
  g_free (self->remote_ufrag);
  g_free (self->remote_pwd);
  g_free (self);
}
