/* Leads the dialogue of a call: what it wants to be sent, what it tells, when it wants to be woken. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/call-private.h"

#include <pthread.h>
#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "signalling/knock.h"

/* After its end the peer may repeat itself so long, and wants to be acknowledged. */
#define LINGER_US         (64 * G_USEC_PER_SEC)
/* An accepted call has so long to connect before it is given up, descriptions included. */
#define CONNECT_US        (40 * G_USEC_PER_SEC)
#define KNOCK_MAX_TRIES   (1u << 24)   /* a million million times as unlikely to fail as to be struck by lightning */

static gint64
get_wake_us (YodelCall *self)
{
  gint64 wake_us = self->dialogue != NULL ? yodel_call_dialogue_next_deadline_us (self->dialogue) : G_MAXINT64;

  if (self->state == YODEL_CALL_ENDED)
    wake_us = MIN (wake_us, self->ended_us + LINGER_US);
  else if (self->state == YODEL_CALL_CONNECTING)
    wake_us = MIN (wake_us, self->accepted_us + CONNECT_US);
  return wake_us;
}

static gboolean
on_timer (gpointer data)
{
  g_autoptr (YodelCall) self = g_object_ref (data);
  const gint64 now_us = g_get_monotonic_time ();

  if (self->dialogue != NULL)
    yodel_call_dialogue_advance (self->dialogue, now_us);
  if (self->state == YODEL_CALL_CONNECTING && now_us >= self->accepted_us + CONNECT_US)
    {
      g_autofree char *text = g_strdup_printf ("%s %s, but said no more", yodel_call_call_name (self), self->is_outgoing ? "accepted" : "called");

      yodel_call_fail (self, YODEL_END_FAILED, text);
    }
  if (self->state == YODEL_CALL_ENDED && now_us >= self->ended_us + LINGER_US && self->endpoint != NULL)
    yodel_endpoint_forget_call (self->endpoint, self);
  else
    yodel_call_talk_pump (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static void
set_timer (YodelCall *self)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_timer };
  gint64 wake_us = get_wake_us (self);

  if (self->endpoint == NULL)
    return;
  if (self->timer == NULL)
    {
      self->timer = g_source_new (&funcs, sizeof (GSource));
      g_source_set_callback (self->timer, on_timer, self, NULL);
      g_source_attach (self->timer, self->endpoint->context);
    }
  g_source_set_ready_time (self->timer, wake_us == G_MAXINT64 ? -1 : wake_us);
}

/* The peer, or both of us, are in the call. */
static void
on_up (YodelCall *self)
{
  if (self->accepted_us == 0)
    self->accepted_us = g_get_monotonic_time ();
  if (self->state < YODEL_CALL_CONNECTING)
    yodel_call_set_state (self, YODEL_CALL_CONNECTING);
  yodel_call_offers_settle (self);
  yodel_call_media_wake (self);
}

static void
on_state (YodelCall *self)
{
  switch (yodel_call_dialogue_get_state (self->dialogue))
    {
    case YODEL_DIALOGUE_CALLING:
    case YODEL_DIALOGUE_INCOMING:
    case YODEL_DIALOGUE_ACCEPTED:
      break;
    case YODEL_DIALOGUE_RINGBACK:
      if (self->state == YODEL_CALL_CALLING)
        yodel_call_set_state (self, YODEL_CALL_RINGING);
      break;
    case YODEL_DIALOGUE_UP:
      on_up (self);
      break;
    case YODEL_DIALOGUE_OVER:
      yodel_call_end_of_dialogue (self, yodel_call_dialogue_get_end (self->dialogue));
      break;
    }
}

/* Our call is dropped for theirs, which is taken without asking, for we wanted to talk. */
static void
turn_around (YodelCall              *self,
             const YodelCallMessage *opening)
{
  yodel_call_media_drop (self);
  self->is_outgoing = FALSE;
  self->is_knock = opening->type == YODEL_CALL_MESSAGE_KNOCK;
  self->accepted_us = g_get_monotonic_time ();
  yodel_call_notify_is_outgoing (self);
  yodel_call_set_state (self, YODEL_CALL_CONNECTING);
}

/* Both called at once, and theirs stands. */
static void
on_glare (YodelCall        *self,
          YodelCallMessage *opening)
{
  turn_around (self, opening);
  if (opening->type == YODEL_CALL_MESSAGE_OFFER)
    yodel_call_offers_take (self, opening);
  else
    yodel_call_message_free (opening);
}

static void
on_event (YodelCall          *self,
          YodelDialogueEvent *event)
{
  switch (event->type)
    {
    case YODEL_DIALOGUE_EVENT_STATE:
      on_state (self);
      break;
    case YODEL_DIALOGUE_EVENT_MESSAGE:
      yodel_call_offers_take (self, g_steal_pointer (&event->message));
      break;
    case YODEL_DIALOGUE_EVENT_GLARE:
      on_glare (self, g_steal_pointer (&event->message));
      break;
    }
}

/* Sends what is to be sent and does what is to be done. */
void
yodel_call_talk_pump (YodelCall *self)
{
  g_autoptr (YodelCall) kept = g_object_ref (self);
  gboolean is_moving = TRUE;

  if (self->dialogue == NULL || self->is_pumping)
    return;

  self->is_pumping = TRUE;
  while (is_moving && self->endpoint != NULL)
    {
      YodelDialogueEvent event = { 0 };
      YodelCallMessage *message = NULL;

      is_moving = FALSE;
      if (yodel_call_dialogue_poll_message (self->dialogue, &message))
        {
          is_moving = TRUE;
          yodel_endpoint_send (self->endpoint, self, message);
          yodel_call_message_free (message);
        }
      else if (yodel_call_dialogue_poll_event (self->dialogue, &event))
        {
          is_moving = TRUE;
          on_event (self, &event);
        }
    }
  self->is_pumping = FALSE;
  set_timer (self);
}

static void
make_config (YodelCall           *self,
             YodelDialogueConfig *config)
{
  YodelEndpoint *endpoint = self->endpoint;

  memcpy (config->own_key, yodel_identity_get_public_key (endpoint->identity), sizeof config->own_key);
  memcpy (config->peer_key, self->peer_key, sizeof config->peer_key);
  memcpy (config->own_device, endpoint->device, sizeof config->own_device);
  config->unix_offset_us = endpoint->unix_offset_us;
  config->is_discreet = !self->is_outgoing && !self->is_contact && !self->has_invite;
}

/* Begins the dialogue: with @opening of ours (transfer full), or of the peer's (transfer none). */
void
yodel_call_talk_open (YodelCall        *self,
                      YodelCallMessage *opening)
{
  YodelDialogueConfig config = { 0 };
  const gint64 now_us = g_get_monotonic_time ();

  make_config (self, &config);
  if (self->is_outgoing)
    self->dialogue = yodel_call_dialogue_new_outgoing (&config, opening->call_id, opening, now_us);
  else
    self->dialogue = yodel_call_dialogue_new_incoming (&config, opening, now_us);
  yodel_call_talk_pump (self);
}

static void
follow_route (YodelCall      *self,
              YodelSignaller *signaller,
              const char     *way)
{
  if (self->route.signaller == NULL || self->route.n_unheard >= 3 || self->route.signaller == signaller)
    {
      g_set_object (&self->route.signaller, signaller);
      g_free (self->route.way);
      self->route.way = g_strdup (way);
      if (self->signaller_uri == NULL)
        self->signaller_uri = yodel_signaller_dup_uri (signaller);
    }
  self->route.n_unheard = 0;
}

/* The peer calls while ours is still being made ready. */
void
yodel_call_talk_meet (YodelCall              *self,
                      const YodelCallMessage *opening,
                      YodelSignaller         *signaller,
                      const char             *way)
{
  follow_route (self, signaller, way);
  turn_around (self, opening);
  yodel_call_talk_open (self, (YodelCallMessage *) opening);
  yodel_call_dialogue_accept (self->dialogue, self->accepted_us);
  yodel_call_talk_pump (self);
  if (opening->type == YODEL_CALL_MESSAGE_OFFER)
    yodel_call_offers_take (self, yodel_call_message_copy (opening));
}

/* The work of a knock is done on another thread. */
typedef struct
{
  YodelCallMessage *knock;   /* (owned) */
  guint8            own_key[32];
  guint8            peer_key[32];
} KnockWork;

/* What one thread has done before is seen by the next behind it.  GTask sees to that too, by means that ThreadSanitizer
 * does not know. */
static void
pass_on (void)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

  pthread_mutex_lock (&lock);
  pthread_mutex_unlock (&lock);
}

static void
knock_work_free (gpointer data)
{
  KnockWork *work = data;

  pass_on ();
  yodel_call_message_free (work->knock);
  g_free (work);
}

static void
do_knock_work (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  KnockWork *work = data;
  gboolean is_done;

  pass_on ();
  is_done = yodel_knock_do_work (work->knock, work->own_key, work->peer_key, YODEL_KNOCK_WORK_BITS, KNOCK_MAX_TRIES);
  pass_on ();
  g_task_return_boolean (task, is_done);
}

static void
on_knock_worked (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (YodelCall) self = user_data;
  KnockWork *work = g_task_get_task_data (G_TASK (result));

  pass_on ();
  if (self->endpoint != NULL && !self->is_ending && self->dialogue == NULL && g_task_propagate_boolean (G_TASK (result), NULL))
    yodel_call_talk_open (self, g_steal_pointer (&work->knock));
  pass_on ();
}

/* Opens an outgoing call by asking first, without telling an address. */
static void
knock (YodelCall *self)
{
  /* The other thread may be the last to let go of the task, and must not be of the call: that goes with the answer. */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_knock_worked, g_object_ref (self));
  KnockWork *work = g_new0 (KnockWork, 1);
  YodelCallMessage *message = yodel_call_message_new (YODEL_CALL_MESSAGE_KNOCK);

  randombytes_buf (message->call_id, sizeof message->call_id);
  message->name = g_strdup (self->endpoint->settings.name);
  message->has_invite = self->has_invite;
  memcpy (message->invite, self->invite, sizeof message->invite);
  /* The dialogue leaves a time of sending alone that is there already. */
  message->sent_ms = (g_get_monotonic_time () + self->endpoint->unix_offset_us) / 1000;

  work->knock = message;
  memcpy (work->own_key, yodel_identity_get_public_key (self->endpoint->identity), sizeof work->own_key);
  memcpy (work->peer_key, self->peer_key, sizeof work->peer_key);
  pass_on ();
  g_task_set_task_data (task, work, knock_work_free);
  g_task_run_in_thread (task, do_knock_work);
}

/* A message of the peer's for this call. */
void
yodel_call_talk_receive (YodelCall              *self,
                         const YodelCallMessage *message,
                         YodelSignaller         *signaller,
                         const char             *way)
{
  follow_route (self, signaller, way);
  if (self->dialogue == NULL)
    return;
  yodel_call_dialogue_receive (self->dialogue, message, g_get_monotonic_time ());
  yodel_call_talk_pump (self);
}

static gboolean
on_start (gpointer data)
{
  YodelCall *self = data;

  if (self->endpoint == NULL || self->is_ending || self->dialogue != NULL)
    return G_SOURCE_REMOVE;
  if (self->is_knock)
    knock (self);
  else
    yodel_call_offers_begin (self);
  return G_SOURCE_REMOVE;
}

/* Begins an outgoing call, when the program has had the time to say what it sends. */
void
yodel_call_talk_start (YodelCall *self,
                       gboolean   is_knock)
{
  GSource *source = g_idle_source_new ();

  self->is_knock = is_knock;
  g_source_set_callback (source, on_start, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->endpoint->context);
  g_source_unref (source);
}

void
yodel_call_talk_clear (YodelCall *self)
{
  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_clear_pointer (&self->timer, g_source_unref);
    }
  g_clear_object (&self->only);
  g_clear_object (&self->route.signaller);
  g_clear_pointer (&self->route.way, g_free);
  g_clear_pointer (&self->dialogue, yodel_call_dialogue_free);
}
