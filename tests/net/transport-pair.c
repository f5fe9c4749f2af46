#include "net/transport-pair.h"

#include <string.h>

static void
on_candidate (const char *candidate,
              gpointer    data)
{
  End *end = data;

  g_ptr_array_add (end->candidates, g_strdup (candidate));
}

static void
on_gathering_done (gpointer data)
{
  ((End *) data)->gathered = TRUE;
}

static void
on_state (YodelTransportState   state,
          YodelTransportReason  reason,
          const char           *text,
          gpointer              data)
{
  End *end = data;

  end->state = state;
  end->reason = reason;
  g_free (end->text);
  end->text = g_strdup (text);
  end->connected += state == YODEL_TRANSPORT_CONNECTED;
  end->reconnecting += state == YODEL_TRANSPORT_RECONNECTING;
}

static void
on_packet (guint8   *data,
           gsize     size,
           gboolean  is_rtcp,
           gint64    arrival_us,
           gpointer  user_data)
{
  End *end = user_data;

  if (is_rtcp)
    end->rtcp++;
  else
    end->rtp++;
  g_clear_pointer (&end->last, g_bytes_unref);
  end->last = g_bytes_new (data, size);
}

static void
on_restart_wanted (gpointer data)
{
  ((End *) data)->restarts_wanted++;
}

Pair *
pair_new (const PairConfig *config)
{
  static const YodelTransportCallbacks callbacks = {
    .candidate = on_candidate,
    .gathering_done = on_gathering_done,
    .state = on_state,
    .packet = on_packet,
    .restart_wanted = on_restart_wanted,
  };
  Pair *self = g_new0 (Pair, 1);

  self->context = g_main_context_new ();
  for (guint i = 0; i < 2; i++)
    {
      End *end = &self->ends[i];
      YodelTransportConfig how = {
        .stun_servers = config->stun_servers[i],
        .bind = config->bind[i],
        .controlling = i == 0,
        .certificate = end->certificate = yodel_certificate_new (NULL),
        .loopback = !config->no_loopback,
      };

      end->pair = self;
      end->index = i;
      end->candidates = g_ptr_array_new_with_free_func (g_free);
      end->transport = yodel_transport_new (&how, self->context, &callbacks, end, NULL);
      g_assert_nonnull (end->transport);
    }
  return self;
}

void
pair_free (Pair *self)
{
  for (guint i = 0; i < 2; i++)
    {
      End *end = &self->ends[i];

      g_clear_pointer (&end->transport, yodel_transport_free);
      yodel_certificate_unref (end->certificate);
      g_ptr_array_unref (end->candidates);
      g_clear_pointer (&end->last, g_bytes_unref);
      g_free (end->text);
    }
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
on_limit (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static GSource *
start_limit (Pair     *self,
             guint     ms,
             gboolean *over)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, on_limit, over, NULL);
  g_source_attach (source, self->context);
  return source;
}

gboolean
pair_run_until_state (Pair                *self,
                      YodelTransportState  state,
                      guint                limit_ms)
{
  gboolean over = FALSE;
  GSource *limit = start_limit (self, limit_ms, &over);

  while (!over && (self->ends[0].state != state || self->ends[1].state != state))
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (limit);
  g_source_unref (limit);
  return self->ends[0].state == state && self->ends[1].state == state;
}

void
pair_run (Pair  *self,
          guint  ms)
{
  gboolean over = FALSE;
  GSource *limit = start_limit (self, ms, &over);

  while (!over)
    g_main_context_iteration (self->context, TRUE);
  g_source_unref (limit);
}

void
pair_gather (Pair *self)
{
  gboolean over = FALSE;
  GSource *limit = start_limit (self, 5000, &over);

  for (guint i = 0; i < 2; i++)
    yodel_transport_gather (self->ends[i].transport);
  while (!over && !(self->ends[0].gathered && self->ends[1].gathered))
    g_main_context_iteration (self->context, TRUE);
  g_assert_false (over);
  g_source_destroy (limit);
  g_source_unref (limit);
}

void
pair_tell (Pair  *self,
           guint  to)
{
  End *end = &self->ends[to];
  End *other = &self->ends[1 - to];
  const char *ufrag, *pwd;
  const guint8 *fingerprint;
  g_autoptr (GError) error = NULL;
  gsize size;

  yodel_transport_get_local_credentials (other->transport, &ufrag, &pwd);
  fingerprint = yodel_certificate_get_fingerprint (other->certificate, &size);
  g_assert_true (yodel_transport_set_remote (end->transport, ufrag, pwd, "sha-256", fingerprint, size, to == 1, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < other->candidates->len; i++)
    g_assert_true (yodel_transport_add_candidate (end->transport, g_ptr_array_index (other->candidates, i), &error));
  yodel_transport_end_of_candidates (end->transport);
}

gboolean
pair_send (Pair     *self,
           guint     from,
           guint16   sequence,
           gboolean  rtcp)
{
  guint8 packet[40] = { 0x80, 111, (guint8) (sequence >> 8), (guint8) sequence, 0, 0, 0, 0, 0, 0, 0, (guint8) from };
  guint8 report[8] = { 0x80, 201, 0, 1, 0, 0, 0, (guint8) from };

  memset (packet + 12, (int) sequence & 0xff, sizeof packet - 12);
  return rtcp ? yodel_transport_send_rtcp (self->ends[from].transport, report, sizeof report)
              : yodel_transport_send_rtp (self->ends[from].transport, packet, sizeof packet);
}

void
pair_connect (Pair *self)
{
  pair_gather (self);
  pair_tell (self, 1);
  pair_tell (self, 0);
  if (!pair_run_until_state (self, YODEL_TRANSPORT_CONNECTED, 5000))
    g_error ("not connected: %s / %s", self->ends[0].text, self->ends[1].text);
}
