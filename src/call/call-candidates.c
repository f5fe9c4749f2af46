/* The candidates of a call's session: ours go out a few at a time, the peer's wait for their description. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/call-private.h"

#include <string.h>

/* Candidates that are found within so short a time go together. */
#define CANDIDATES_MS 20

/* Who else rings hears nothing of it, and keeps still: this side can answer the checks of one device alone. */
void
yodel_call_candidates_invite (YodelCall *self)
{
  YodelCallMessage *message;

  if (!self->is_outgoing || !self->is_early || self->is_invited || self->own_candidate == NULL || self->dialogue == NULL ||
      self->accepted_us > 0)
    return;
  self->is_invited = TRUE;
  message = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  message->candidates[message->n_candidates++] = g_strdup (self->own_candidate);
  yodel_call_dialogue_send_to (self->dialogue, message, self->early_device, g_get_monotonic_time ());
  yodel_call_talk_pump (self);
}

static gboolean
send_candidates (gpointer data)
{
  YodelCall *self = data;

  self->candidates_timer = 0;
  while (self->dialogue != NULL && self->is_described && self->candidates->len > 0)
    {
      YodelCallMessage *message = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
      guint n = MIN (self->candidates->len, YODEL_CALL_MESSAGE_MAX_CANDIDATES);

      for (guint i = 0; i < n; i++)
        {
          const char *candidate = self->candidates->pdata[i];

          if (*candidate == '\0')
            message->is_end_of_candidates = TRUE;
          else
            message->candidates[message->n_candidates++] = g_strdup (candidate);
          if (self->own_candidate == NULL && *candidate != '\0')
            self->own_candidate = g_strdup (candidate);
        }
      g_ptr_array_remove_range (self->candidates, 0, n);
      yodel_call_dialogue_send (self->dialogue, message, g_get_monotonic_time ());
    }
  yodel_call_talk_pump (self);
  yodel_call_candidates_invite (self);
  return G_SOURCE_REMOVE;
}

void
yodel_call_candidates_plan (YodelCall *self)
{
  GSource *source;

  if (self->candidates_timer != 0 || self->candidates->len == 0 || !self->is_described || self->endpoint == NULL)
    return;
  source = g_timeout_source_new (CANDIDATES_MS);
  g_source_set_callback (source, send_candidates, self, NULL);
  self->candidates_timer = g_source_attach (source, self->endpoint->context);
  g_source_unref (source);
}

/* One more of ours was found. */
void
yodel_call_candidates_add (YodelCall  *self,
                           const char *candidate)
{
  if (strlen (candidate) > YODEL_CALL_MESSAGE_MAX_CANDIDATE || self->candidates->len >= YODEL_CALL_MAX_CANDIDATES)
    return;
  g_ptr_array_add (self->candidates, g_strdup (candidate));
  yodel_call_candidates_plan (self);
}

/* A device that is not told yet that the path leads to it sends no checks: the candidates in the description wait.
 * Returns: (transfer full): the description without them */
char *
yodel_call_candidates_put_off (YodelCall              *self,
                               const YodelCallMessage *message)
{
  YodelCallMessage *later = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  g_auto (GStrv) lines = g_strsplit (message->description, "\r\n", -1);
  g_autoptr (GString) rest = g_string_new (NULL);

  memcpy (later->device, message->device, sizeof later->device);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strcmp (lines[i], "a=end-of-candidates") == 0)
      later->is_end_of_candidates = TRUE;
    else if (!g_str_has_prefix (lines[i], "a=candidate:"))
      g_string_append_printf (rest, "%s%s", i > 0 ? "\r\n" : "", lines[i]);
    else if (later->n_candidates < YODEL_CALL_MESSAGE_MAX_CANDIDATES)
      later->candidates[later->n_candidates++] = g_strdup (lines[i] + strlen ("a="));
  g_queue_push_head (&self->inbox, later);
  return g_string_free (g_steal_pointer (&rest), FALSE);
}

/* Candidates that came with a description are taken after it. */
void
yodel_call_candidates_split (YodelCall        *self,
                             YodelCallMessage *message)
{
  YodelCallMessage *rest;

  if (message->n_candidates == 0 && !message->is_end_of_candidates)
    return;
  rest = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  memcpy (rest->candidates, message->candidates, sizeof rest->candidates);
  memcpy (rest->device, message->device, sizeof rest->device);
  rest->n_candidates = message->n_candidates;
  rest->is_end_of_candidates = message->is_end_of_candidates;
  message->n_candidates = 0;
  g_queue_push_head (&self->inbox, rest);
}

/* Candidates come in their description, or after it. */
void
yodel_call_candidates_apply (YodelCall              *self,
                             const YodelCallMessage *message)
{
  if (self->session == NULL)
    return;
  for (guint i = 0; i < message->n_candidates; i++)
    yodel_session_add_candidate (self->session, message->candidates[i], NULL, NULL);
  if (message->is_end_of_candidates)
    yodel_session_add_candidate (self->session, "", NULL, NULL);
}
