#include "lib/people.h"

#include <glib/gstdio.h>

static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             Person        *self)
{
  self->n_incoming++;
  g_set_object (&self->call, call);
  if (self->auto_accept)
    yodel_call_accept (call, YODEL_CALL_AUDIO);
}

/* @signaller: (nullable) (transfer full): by which it is there from now on
 * @identity: (nullable) (transfer none): who it is; a second person may be another device of the first */
void
person_init (Person         *self,
             YodelSignaller *signaller,
             YodelIdentity  *identity)
{
  g_autofree char *contacts = NULL, *history = NULL;
  GError *error = NULL;

  *self = (Person) { .folder = g_dir_make_tmp ("yodel-person-XXXXXX", NULL) };
  contacts = g_build_filename (self->folder, "contacts.db", NULL);
  history = g_build_filename (self->folder, "history.db", NULL);
  self->identity = identity != NULL ? g_object_ref (identity) : yodel_identity_new ();
  self->book = yodel_contact_book_open (contacts, &error);
  g_assert_no_error (error);
  self->history = yodel_history_open (history, &error);
  g_assert_no_error (error);
  if (signaller != NULL)
    person_join (self, signaller);
}

void
person_join (Person         *self,
             YodelSignaller *signaller)
{
  static const char * const loopback[] = { "127.0.0.1", NULL };

  self->signaller = signaller;
  self->endpoint = yodel_endpoint_new (self->identity, self->book, self->history);
  yodel_endpoint_set_bind (self->endpoint, loopback);
  yodel_endpoint_add_signaller (self->endpoint, signaller);
  g_signal_connect (self->endpoint, "incoming-call", G_CALLBACK (on_incoming), self);
  yodel_endpoint_start_async (self->endpoint, NULL, NULL, NULL);
}

/* What is under way may hold the endpoint for a while, and nothing for longer. */
void
person_leave (Person *self)
{
  gpointer left = self->endpoint;

  g_clear_object (&self->call);
  yodel_endpoint_stop (self->endpoint);
  g_object_add_weak_pointer (left, &left);
  g_clear_object (&self->endpoint);
  run_until (left == NULL);
  g_clear_object (&self->signaller);
}

void
person_clear (Person *self)
{
  const char *files[] = { "contacts.db", "history.db" };

  g_clear_error (&self->error);
  person_leave (self);
  g_clear_object (&self->identity);
  g_assert_finalize_object (self->book);
  g_assert_finalize_object (self->history);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, files[i], NULL);

      g_remove (path);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
}

const char *
person_address (Person *self)
{
  return yodel_identity_get_address (self->identity);
}

void
person_know (Person     *self,
             const char *name,
             Person     *other,
             YodelTrust  trust)
{
  GError *error = NULL;

  yodel_contact_book_add (self->book, name, person_address (other), YODEL_INTRODUCED_BY_HAND, &error);
  g_assert_no_error (error);
  yodel_contact_book_set_trust (self->book, person_address (other), trust, &error);
  g_assert_no_error (error);
}

void
person_befriend (Person     *alice,
                 Person     *bob,
                 YodelTrust  trust)
{
  person_know (alice, "bob", bob, trust);
  person_know (bob, "alice", alice, trust);
}

static void
on_called (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Person *self = user_data;
  YodelCall *call = yodel_endpoint_call_finish (YODEL_ENDPOINT (source), result, &self->error);

  if (call == NULL)
    return;
  g_set_object (&self->call, call);
  g_object_unref (call);
}

void
person_call (Person     *self,
             const char *address)
{
  g_clear_error (&self->error);
  g_clear_object (&self->call);
  yodel_endpoint_call_async (self->endpoint, address, YODEL_CALL_AUDIO, NULL, on_called, self);
  run_until (self->call != NULL || self->error != NULL);
}
