/* The peer's candidates: judged, held, looked up, and handed to libnice. */
#define G_LOG_DOMAIN "yodel-transport"

#include "transport/ice-agent-private.h"

#include "base/units.h"

#define MDNS_LIMIT_US    (2 * G_TIME_SPAN_SECOND)
#define MAX_MDNS_LOOKUPS 8

void
yodel_ice_agent_add_target (YodelIceAgent *self,
                            GInetAddress  *address,
                            guint16        port)
{
  g_autoptr (GSocketAddress) target = g_inet_socket_address_new (address, port);

  for (guint i = 0; i < self->targets->len; i++)
    {
      GInetSocketAddress *other = g_ptr_array_index (self->targets, i);

      if (g_inet_socket_address_get_port (other) == port &&
          g_inet_address_equal (g_inet_socket_address_get_address (other), address))
        return;
    }
  if (self->targets->len < YODEL_TRANSPORT_MAX_REMOTE_CANDIDATES)
    g_ptr_array_add (self->targets, g_steal_pointer (&target));
}

static void
use_candidate (YodelIceAgent        *self,
               const YodelCandidate *candidate)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (candidate->address);
  NiceCandidate *nice;
  GSList *list;

  if (address == NULL)
    return;

  nice = nice_candidate_new (candidate->type == YODEL_CANDIDATE_HOST ? NICE_CANDIDATE_TYPE_HOST
                                                                     : NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE);
  nice->component_id = YODEL_ICE_COMPONENT;
  nice->stream_id = self->stream;
  nice->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  nice->priority = candidate->priority;
  g_strlcpy (nice->foundation, candidate->foundation, sizeof nice->foundation);
  nice_address_set_from_string (&nice->addr, candidate->address);
  nice_address_set_port (&nice->addr, candidate->port);

  yodel_ice_agent_add_target (self, address, candidate->port);
  self->types_remote |= 1u << candidate->type;
  list = g_slist_append (NULL, nice);
  nice_agent_set_remote_candidates (self->nice, self->stream, YODEL_ICE_COMPONENT, list);
  g_slist_free_full (list, (GDestroyNotify) nice_candidate_free);
}

static YodelVerdict
judge (YodelIceAgent        *self,
       const YodelCandidate *candidate)
{
  YodelCandidateView view = {
    .local = self->local,
    .own_reflexive = self->own_reflexive,
    .peer_reflexive = self->peer_reflexive,
    .peer_told_all = self->peer_told_all,
  };

  return yodel_candidate_judge (candidate, &view);
}

static void
review_waiting (YodelIceAgent *self)
{
  if (self->remote_ufrag == NULL)
    return;

  for (guint i = 0; i < self->waiting->len;)
    {
      YodelCandidate candidate = g_array_index (self->waiting, YodelCandidate, i);
      YodelVerdict verdict = judge (self, &candidate);

      if (verdict == YODEL_VERDICT_HOLD)
        {
          i++;
          continue;
        }
      g_array_remove_index (self->waiting, i);
      if (verdict == YODEL_VERDICT_USE)
        use_candidate (self, &candidate);
      else
        self->ignored++;
    }
}

void
yodel_ice_agent_use_all_waiting (YodelIceAgent *self)
{
  for (guint i = 0; i < self->waiting->len; i++)
    use_candidate (self, &g_array_index (self->waiting, YodelCandidate, i));
  g_array_set_size (self->waiting, 0);
}

static void
take_candidate (YodelIceAgent        *self,
                const YodelCandidate *candidate)
{
  if (candidate->type == YODEL_CANDIDATE_SERVER_REFLEXIVE)
    {
      GInetAddress *address = g_inet_address_new_from_string (candidate->address);

      if (address != NULL)
        g_ptr_array_add (self->peer_reflexive, address);
    }
  g_array_append_val (self->waiting, *candidate);
  review_waiting (self);
}

typedef struct
{
  YodelIceAgent  *self;            /* (borrowed) gone when @cancellable is cancelled */
  GCancellable   *cancellable;     /* (owned) */
  YodelCandidate  candidate;
} Lookup;

static void
on_resolved (GObject      *resolver,
             GAsyncResult *result,
             gpointer      data)
{
  Lookup *lookup = data;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, NULL);

  if (!g_cancellable_is_cancelled (lookup->cancellable))
    {
      if (addresses != NULL)
        {
          g_autofree char *text = g_inet_address_to_string (addresses->data);

          g_strlcpy (lookup->candidate.address, text, sizeof lookup->candidate.address);
          take_candidate (lookup->self, &lookup->candidate);
        }
      else
        lookup->self->ignored++;
    }
  g_resolver_free_addresses (addresses);
  g_object_unref (lookup->cancellable);
  g_free (lookup);
}

/* RFC 8828's mDNS names of browsers: found on the same network only, so they get little time. */
static void
look_up (YodelIceAgent        *self,
         const YodelCandidate *candidate)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Lookup *lookup;

  if (self->n_lookups++ >= MAX_MDNS_LOOKUPS)
    {
      self->ignored++;
      return;
    }
  lookup = g_new0 (Lookup, 1);
  lookup->self = self;
  lookup->cancellable = g_object_ref (self->lookups);
  lookup->candidate = *candidate;
  if (self->lookups_until_us == YODEL_NEVER_US)
    self->lookups_until_us = g_get_monotonic_time () + MDNS_LIMIT_US;

  g_main_context_push_thread_default (self->context);
  g_resolver_lookup_by_name_async (resolver, candidate->address, self->lookups, on_resolved, lookup);
  g_main_context_pop_thread_default (self->context);
}

gboolean
yodel_ice_agent_add_candidate (YodelIceAgent *self,
                               const char    *text)
{
  YodelCandidate candidate;

  if (!yodel_candidate_parse (&candidate, text))
    return FALSE;

  if (candidate.type == YODEL_CANDIDATE_RELAYED)
    self->ignored_relay++;
  else if (!candidate.is_udp || candidate.component != YODEL_ICE_COMPONENT || self->n_taken == YODEL_TRANSPORT_MAX_REMOTE_CANDIDATES)
    self->ignored++;
  else
    {
      self->n_taken++;
      if (yodel_candidate_is_mdns (&candidate))
        look_up (self, &candidate);
      else
        take_candidate (self, &candidate);
    }
  return TRUE;
}

gboolean
yodel_ice_agent_set_remote (YodelIceAgent *self,
                            const char    *ufrag,
                            const char    *pwd,
                            gint64         now_us)
{
  if (!nice_agent_set_remote_credentials (self->nice, self->stream, ufrag, pwd))
    return FALSE;

  self->remote_ufrag = g_strdup (ufrag);
  self->remote_pwd = g_strdup (pwd);
  self->next_round_us = now_us;
  self->last_resort_us = now_us + YODEL_ICE_LAST_RESORT_US;
  review_waiting (self);
  if (self->peer_told_all)
    nice_agent_peer_candidate_gathering_done (self->nice, self->stream);
  return TRUE;
}

void
yodel_ice_agent_end_of_candidates (YodelIceAgent *self)
{
  self->peer_told_all = TRUE;
  review_waiting (self);
  if (self->remote_ufrag != NULL)
    nice_agent_peer_candidate_gathering_done (self->nice, self->stream);
}
