/* Invites: what a link says, and which tokens open the door. */
#include <yodel/yodel.h>

#include <glib/gstdio.h>
#include <string.h>

#include "identity/contact-book-private.h"

#define ADDRESS "yodel:psldiv2mlqig2sh3jek5r3oqccu27mlaeh5do2w7lmf53avmu63uylw2amaq"

typedef struct
{
  const char *name;
  const char *link;
  gboolean    valid;
} Case;

static const Case cases[] = {
  { "bare-address",        ADDRESS, TRUE },
  { "all-fields",          ADDRESS "?t=4dujl65ngvvz6q53&e=1796377264&n=Zo%C3%AB&h=wss://r.example/", TRUE },
  { "unknown-field",       ADDRESS "?z=1", TRUE },
  { "typing-error",        "yodel:psldiv2mlqig2sh3jek5r3oqccu27mlaeh5do2w7lmf53avmu63uylw2amar", FALSE },
  { "short-token",         ADDRESS "?t=abc", FALSE },
  { "two-tokens",          ADDRESS "?t=4dujl65ngvvz6q53&t=4dujl65ngvvz6q53", FALSE },
  { "token-of-capitals",   ADDRESS "?t=4DUJL65NGVVZ6Q53", FALSE },
  { "date-of-letters",     ADDRESS "?e=tomorrow", FALSE },
  { "negative-date",       ADDRESS "?e=-1", FALSE },
  { "name-of-controls",    ADDRESS "?n=a%1b[1m", FALSE },
  { "name-with-nul",       ADDRESS "?n=a%00b", FALSE },
  { "hint-without-scheme", ADDRESS "?h=example.org", FALSE },
  { "five-hints",          ADDRESS "?h=a:1&h=a:2&h=a:3&h=a:4&h=a:5", FALSE },
};

static void
test_link (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (YodelInvite) invite = yodel_invite_parse (c->link, &error);

  g_assert_cmpint (invite != NULL, ==, c->valid);
  if (!c->valid)
    g_assert_error (error, YODEL_ERROR, YODEL_ERROR_KEY);
}

static void
test_too_long (void)
{
  g_autofree char *hint = g_strdup_printf ("wss://%0230d", 0);
  char *hints[] = { hint, NULL };
  YodelInvite invite = { .address = (char *) ADDRESS, .hints = hints };
  g_autofree char *link = yodel_invite_to_link (&invite, NULL);

  g_assert_null (link);
}

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
test_tokens (void)
{
  static const char * const none[] = { NULL };
  g_autofree char *folder = g_dir_make_tmp ("yodel-invite-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "contacts.db", NULL);
  YodelContactBook *book = yodel_contact_book_open (path, NULL);
  YodelContacts *contacts = yodel_contact_book_get_contacts (book);
  g_autoptr (YodelInvite) once = yodel_contact_book_invite (book, ADDRESS, NULL, none, 0, FALSE, NULL);
  g_autoptr (YodelInvite) standing = yodel_contact_book_invite (book, ADDRESS, NULL, none, now () + 1000, TRUE, NULL);
  g_autoptr (GArray) rows = yodel_contacts_list_invites (contacts, NULL);
  guint8 unknown[YODEL_INVITE_TOKEN_BYTES] = { 0 };

  g_assert_cmpuint (rows->len, ==, 2);
  for (guint i = 0; i < rows->len; i++)
    {
      const YodelInviteRow *row = &g_array_index (rows, YodelInviteRow, i);

      g_assert_true (yodel_contacts_check_invite (contacts, row->token, now ()));
      g_assert_true (yodel_contacts_spend_invite (contacts, row->token, now ()));
      g_assert_cmpint (yodel_contacts_check_invite (contacts, row->token, now ()), ==, row->is_standing);
      g_assert_cmpint (yodel_contacts_check_invite (contacts, row->token, now () + 2000), ==, FALSE);
    }
  g_assert_false (yodel_contacts_check_invite (contacts, unknown, now ()));
  g_assert_true (yodel_contact_book_revoke_invite (book, standing->token, NULL));
  g_assert_false (yodel_contact_book_revoke_invite (book, standing->token, NULL));
  g_assert_false (yodel_contact_book_revoke_invite (book, "abc", NULL));

  g_assert_finalize_object (book);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_protected (void)
{
  g_autofree char *folder = g_dir_make_tmp ("yodel-invite-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "identity", NULL);
  g_autoptr (YodelIdentity) identity = yodel_identity_new ();
  g_autoptr (YodelIdentity) other = yodel_identity_new ();
  g_autoptr (YodelIdentity) loaded = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (yodel_identity_save_protected (identity, path, "correct horse", NULL));
  g_assert_true (yodel_identity_is_protected (path));
  g_assert_null (yodel_identity_load (path, NULL));
  g_assert_null (yodel_identity_load_protected (path, "battery staple", &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_KEY);
  loaded = yodel_identity_load_protected (path, "correct horse", NULL);
  g_assert_cmpstr (yodel_identity_get_address (loaded), ==, yodel_identity_get_address (identity));
  g_remove (path);
  g_rmdir (folder);

  {
    g_autoptr (GBytes) ours = yodel_identity_derive_shared (identity, yodel_identity_get_address (other), "test", NULL);
    g_autoptr (GBytes) theirs = yodel_identity_derive_shared (other, yodel_identity_get_address (identity), "test", NULL);
    g_autoptr (GBytes) elsewhere = yodel_identity_derive_shared (other, yodel_identity_get_address (identity), "else", NULL);

    g_assert_true (g_bytes_equal (ours, theirs));
    g_assert_false (g_bytes_equal (ours, elsewhere));
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/identity/invite/link/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_link);
    }
  g_test_add_func ("/identity/invite/too-long-a-link", test_too_long);
  g_test_add_func ("/identity/invite/tokens-open-and-close", test_tokens);
  g_test_add_func ("/identity/identity/protected-by-a-passphrase", test_protected);
  return g_test_run ();
}
