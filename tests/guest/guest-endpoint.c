/* A Yodel for tests of the guest's page: an endpoint at a rendezvous, led by lines on standard input, that
 * tells what happens in lines of JSON.
 *
 *   guest-endpoint FOLDER URI      FOLDER is for its files and recordings
 *
 * Lines: invite NAME; accept; sound (accept without picture); decline; hang-up; call LINK; quit */
#include <stdio.h>
#include <string.h>

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <yodel/yodel-media.h>
#include <yodel/yodel.h>

typedef struct
{
  GMainLoop        *loop;
  YodelEndpoint    *endpoint;
  YodelContactBook *book;
  YodelIdentity    *identity;
  YodelCall        *call;       /* (owned) (nullable) */
  const char       *folder;
  const char       *uri;
  guint             n_calls;
} Program;

static void
tell (const char *event,
      const char *name,
      const char *value)
{
  g_autofree char *escaped = NULL;
  char letters[129] = { 0 };   /* of UTF-8: these stay */

  for (guint i = 0; i < 128; i++)
    letters[i] = (char) (128 + i);
  escaped = g_strescape (value != NULL ? value : "", letters);
  printf ("{\"event\":\"%s\",\"%s\":\"%s\"}\n", event, name, escaped);
  fflush (stdout);
}

static const char *
name_of_state (YodelCallState state)
{
  switch (state)
    {
    case YODEL_CALL_CALLING:      return "calling";
    case YODEL_CALL_RINGING:      return "ringing";
    case YODEL_CALL_CONNECTING:   return "connecting";
    case YODEL_CALL_CONNECTED:    return "connected";
    case YODEL_CALL_RECONNECTING: return "reconnecting";
    case YODEL_CALL_ENDED:        return "ended";
    }
  return "?";
}

static void
on_state (YodelCall  *call,
          GParamSpec *pspec,
          gpointer    user_data)
{
  tell ("state", "state", name_of_state (yodel_call_get_state (call)));
  if (yodel_call_get_state (call) == YODEL_CALL_ENDED)
    tell ("ended", "text", yodel_call_get_end_text (call));
}

static void
on_code (YodelCall  *call,
         GParamSpec *pspec,
         gpointer    user_data)
{
  tell ("safety-code", "words", yodel_call_get_safety_code (call));
}

static void
set_media (Program        *self,
           YodelMediaKind  kind)
{
  const char *ending = kind == YODEL_MEDIA_AUDIO ? "wav" : "y4m";
  g_autofree char *file = g_strdup_printf ("%s/call-%u.%s", self->folder, self->n_calls, ending);
  g_autoptr (YodelSource) source = yodel_media_source_new (kind, "test", NULL);
  g_autoptr (YodelSink) sink = yodel_media_sink_new (kind, file, NULL);

  yodel_call_set_source (self->call, kind, source);
  yodel_call_set_sink (self->call, kind, sink);
}

static void
take_call (Program   *self,
           YodelCall *call)
{
  g_set_object (&self->call, call);
  self->n_calls++;
  set_media (self, YODEL_MEDIA_AUDIO);
  set_media (self, YODEL_MEDIA_VIDEO);
  g_signal_connect (call, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (call, "notify::safety-code", G_CALLBACK (on_code), self);
}

static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             Program       *self)
{
  take_call (self, call);
  tell ("incoming", "name", yodel_call_get_remote_name (call));
}

static void
on_called (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YodelCall) call = yodel_endpoint_call_finish (YODEL_ENDPOINT (object), result, &error);
  Program *self = user_data;

  if (call == NULL)
    {
      tell ("error", "text", error->message);
      return;
    }
  take_call (self, call);
  on_state (call, NULL, self);
}

static void
invite (Program    *self,
        const char *name)
{
  const char *hints[] = { self->uri, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (YodelInvite) made = yodel_contact_book_invite (self->book, yodel_identity_get_address (self->identity), name,
                                                            hints, 0, TRUE, &error);
  g_autofree char *link = made != NULL ? yodel_invite_to_link (made, &error) : NULL;

  tell (link != NULL ? "invite" : "error", "link", link != NULL ? link : error->message);
}

static void
obey (Program    *self,
      const char *line)
{
  if (g_str_has_prefix (line, "invite "))
    invite (self, line + strlen ("invite "));
  else if (g_str_has_prefix (line, "call "))
    yodel_endpoint_call_async (self->endpoint, line + strlen ("call "), YODEL_CALL_AUDIO | YODEL_CALL_VIDEO, NULL, on_called, self);
  else if (strcmp (line, "quit") == 0)
    g_main_loop_quit (self->loop);
  else if (self->call == NULL)
    tell ("error", "text", "there is no call");
  else if (strcmp (line, "accept") == 0)
    yodel_call_accept (self->call, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  else if (strcmp (line, "sound") == 0)
    yodel_call_accept (self->call, YODEL_CALL_AUDIO);
  else if (strcmp (line, "decline") == 0)
    yodel_call_decline (self->call, FALSE);
  else if (strcmp (line, "hang-up") == 0)
    yodel_call_hang_up (self->call);
}

static void
on_line (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Program *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  obey (self, line);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (object), G_PRIORITY_DEFAULT, NULL, on_line, self);
}

static void
on_news (YodelEndpoint *endpoint,
         const char    *text,
         Program       *self)
{
  tell ("news", "text", text);
}

int
main (int    argc,
      char **argv)
{
  Program self = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autofree char *contacts = NULL, *history = NULL;
  g_autoptr (YodelSignaller) signaller = NULL;
  g_autoptr (YodelHistory) calls = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    {
      g_printerr ("usage: guest-endpoint FOLDER URI\n");
      return 1;
    }
  self.folder = argv[1];
  self.uri = argv[2];
  contacts = g_build_filename (self.folder, "contacts.db", NULL);
  history = g_build_filename (self.folder, "history.db", NULL);
  self.identity = yodel_identity_new ();
  self.book = yodel_contact_book_open (contacts, &error);
  calls = self.book != NULL ? yodel_history_open (history, &error) : NULL;
  signaller = calls != NULL ? yodel_signaller_new (self.uri, &error) : NULL;
  if (signaller == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  self.endpoint = yodel_endpoint_new (self.identity, self.book, calls);
  yodel_endpoint_set_name (self.endpoint, "Yodel");
  yodel_endpoint_add_signaller (self.endpoint, signaller);
  g_signal_connect (self.endpoint, "incoming-call", G_CALLBACK (on_incoming), &self);
  g_signal_connect (self.endpoint, "news", G_CALLBACK (on_news), &self);
  yodel_endpoint_start_async (self.endpoint, NULL, NULL, NULL);
  tell ("ready", "address", yodel_identity_get_address (self.identity));
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, on_line, &self);
  g_main_loop_run (self.loop);

  g_clear_object (&self.call);
  g_object_unref (self.endpoint);
  g_object_unref (self.book);
  g_object_unref (self.identity);
  g_main_loop_unref (self.loop);
  return 0;
}
