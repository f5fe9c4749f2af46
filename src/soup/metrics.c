#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/metrics.h"

typedef struct
{
  const char *name;
  const char *help;
  gboolean    is_counter;
  guint64     value;
} Figure;

static void
write_figure (GString      *text,
              const Figure *figure)
{
  g_string_append_printf (text, "# HELP yodel_rendezvous_%s %s\n# TYPE yodel_rendezvous_%s %s\nyodel_rendezvous_%s %" G_GUINT64_FORMAT "\n",
                          figure->name, figure->help, figure->name, figure->is_counter ? "counter" : "gauge",
                          figure->name, figure->value);
}

/* Returns: (transfer full): the text */
char *
yodel_metrics_write (const YodelPostOffice *office)
{
  YodelPostOfficeCounters c;
  YodelPostOfficeGauges g;
  GString *text = g_string_new (NULL);

  yodel_post_office_get_figures (office, &c, &g);
  const Figure figures[] = {
    { "clients", "Clients that are connected.", FALSE, g.n_clients },
    { "mailboxes", "Mailboxes with an owner attached or a message waiting.", FALSE, g.n_mailboxes },
    { "waiting_messages", "Messages kept for who comes within minutes.", FALSE, g.n_waiting },
    { "waiting_bytes", "What they take.", FALSE, g.waiting_bytes },
    { "unconfirmed_bytes", "Sent to clients and not confirmed yet.", FALSE, g.unheard_bytes },
    { "connections_total", "Clients that came.", TRUE, c.n_connected },
    { "connections_refused_total", "Clients for whom there was no room, or who came too fast.", TRUE, c.n_refused },
    { "attached_total", "Mailboxes that were opened by their owners.", TRUE, c.n_attached },
    { "bad_proofs_total", "Attempts to open a mailbox without being its owner.", TRUE, c.n_bad_proofs },
    { "messages_taken_total", "Messages that came.", TRUE, c.n_taken },
    { "messages_delivered_total", "Messages that went out; twice for two devices.", TRUE, c.n_delivered },
    { "too_fast_total", "Requests refused for their rate.", TRUE, c.n_too_fast },
    { "held_back_total", "Frames not sent to clients that do not read.", TRUE, c.n_held_back },
    { "malformed_total", "Frames that ended their client.", TRUE, c.n_malformed },
    { "silent_total", "Clients that did not answer any more.", TRUE, c.n_silent },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
    write_figure (text, &figures[i]);
  return g_string_free (text, FALSE);
}
