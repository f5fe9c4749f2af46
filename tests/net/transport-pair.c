#define _GNU_SOURCE      /* setns */

#include "net/transport-pair.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

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
  if (state == YODEL_TRANSPORT_CONNECTED && end->connected_us == 0)
    end->connected_us = g_get_monotonic_time ();
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

  if (!is_rtcp && end->first_rtp_us == 0)
    end->first_rtp_us = arrival_us;
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

void
pair_enter (Pair  *self,
            guint  end)
{
  if (self->ends[end].namespace_fd >= 0)
    g_assert_cmpint (setns (self->ends[end].namespace_fd, CLONE_NEWNET), ==, 0);
}

void
pair_leave (Pair *self)
{
  if (self->home_fd >= 0)
    g_assert_cmpint (setns (self->home_fd, CLONE_NEWNET), ==, 0);
}

static void
open_namespaces (Pair             *self,
                 const PairConfig *config)
{
  self->home_fd = -1;
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strconcat ("/run/netns/", config->namespaces[i], NULL);

      self->ends[i].namespace_fd = -1;
      if (config->namespaces[i] == NULL)
        continue;
      self->ends[i].namespace_fd = open (path, O_RDONLY | O_CLOEXEC);
      g_assert_cmpint (self->ends[i].namespace_fd, >=, 0);
      if (self->home_fd < 0)
        self->home_fd = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    }
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
  open_namespaces (self, config);
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
      pair_enter (self, i);
      end->transport = yodel_transport_new (&how, self->context, &callbacks, end, NULL);
      pair_leave (self);
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
      if (end->namespace_fd >= 0)
        close (end->namespace_fd);
    }
  if (self->home_fd >= 0)
    close (self->home_fd);
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
    {
      pair_enter (self, i);
      yodel_transport_gather (self->ends[i].transport);
      pair_leave (self);
    }
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
