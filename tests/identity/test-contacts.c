/* Contacts on disk: kept, private, bounded; a changed key is reported, a damaged file too. */
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <yodel/yodel-error.h>

#include "identity/contacts.h"

typedef struct
{
  char *folder;
  char *path;
} Scratch;

static void
set_up (Scratch       *scratch,
        gconstpointer  data)
{
  scratch->folder = g_dir_make_tmp ("yodel-test-XXXXXX", NULL);
  g_assert_nonnull (scratch->folder);
  scratch->path = g_build_filename (scratch->folder, "below", "contacts.db", NULL);
}

static void
tear_down (Scratch       *scratch,
           gconstpointer  data)
{
  g_autofree char *below = g_path_get_dirname (scratch->path);

  g_remove (scratch->path);
  g_assert_cmpint (g_rmdir (below), ==, 0);   /* nothing was left lying about */
  g_assert_cmpint (g_rmdir (scratch->folder), ==, 0);
  g_free (scratch->path);
  g_free (scratch->folder);
}

static YodelContactRow
make_contact (const char *name,
              guint8      key)
{
  YodelContactRow contact = { .trust = YODEL_TRUST_TRUSTED, .policy = YODEL_CONTACT_MAY_RING,
                           .introduction = YODEL_INTRODUCED_BY_INVITE, .introduced_at = 1700000000 };

  memset (contact.key, key, sizeof contact.key);
  g_strlcpy (contact.name, name, sizeof contact.name);
  return contact;
}

static YodelContacts *
open_contacts (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  YodelContacts *contacts = yodel_contacts_open (scratch->path, &error);

  g_assert_no_error (error);
  return contacts;
}

static YodelContactVerdict
add (YodelContacts *contacts,
     const char    *name,
     guint8         key)
{
  YodelContactRow contact = make_contact (name, key), known;

  return yodel_contacts_add (contacts, &contact, &known, NULL);
}

static void
test_kept (Scratch       *scratch,
           gconstpointer  data)
{
  YodelContactRow alice = make_contact ("Alice", 1), found, known;
  g_autoptr (GArray) list = NULL;
  struct stat info;

  {
    g_autoptr (YodelContacts) contacts = open_contacts (scratch);

    g_assert_cmpint (yodel_contacts_add (contacts, &alice, &known, NULL), ==, YODEL_CONTACT_ADDED);
    g_assert_cmpint (add (contacts, "Zoë", 2), ==, YODEL_CONTACT_ADDED);
    g_assert_cmpint (g_stat (scratch->path, &info), ==, 0);
    g_assert_cmphex (info.st_mode & 07777, ==, 0600);
  }
  {
    g_autoptr (YodelContacts) contacts = open_contacts (scratch);

    g_assert_true (yodel_contacts_find_name (contacts, "alice", &found));
    g_assert_cmpmem (&found, sizeof found, &alice, sizeof alice);
    g_assert_true (yodel_contacts_find_key (contacts, alice.key, &found));
    g_assert_false (yodel_contacts_find_name (contacts, "bob", &found));
    list = yodel_contacts_list (contacts, NULL);
    g_assert_cmpuint (list->len, ==, 2);
    g_assert_cmpstr (g_array_index (list, YodelContactRow, 1).name, ==, "Zoë");
  }
}

static void
test_changed_key (Scratch       *scratch,
                  gconstpointer  data)
{
  g_autoptr (YodelContacts) contacts = open_contacts (scratch);
  YodelContactRow alice = make_contact ("Alice", 1), other = make_contact ("ALICE", 9), known;
  g_autoptr (GError) error = NULL;

  alice.trust = YODEL_TRUST_VERIFIED;
  g_assert_cmpint (yodel_contacts_add (contacts, &alice, &known, NULL), ==, YODEL_CONTACT_ADDED);
  g_assert_cmpint (yodel_contacts_add (contacts, &alice, &known, NULL), ==, YODEL_CONTACT_KNOWN);
  g_assert_cmpint (add (contacts, "Bob", 1), ==, YODEL_CONTACT_OTHER_NAME);

  g_assert_cmpint (yodel_contacts_add (contacts, &other, &known, NULL), ==, YODEL_CONTACT_KEY_CHANGED);
  g_assert_cmpint (known.trust, ==, YODEL_TRUST_VERIFIED);
  g_assert_cmpuint (known.key[0], ==, 1);
  g_assert_true (yodel_contacts_find_name (contacts, "Alice", &known));
  g_assert_cmpuint (known.key[0], ==, 1);   /* nothing was changed */

  g_assert_true (yodel_contacts_replace_key (contacts, "Alice", other.key, &error));
  g_assert_no_error (error);
  g_assert_true (yodel_contacts_find_name (contacts, "Alice", &known));
  g_assert_cmpuint (known.key[0], ==, 9);
  g_assert_cmpint (known.trust, ==, YODEL_TRUST_NEW);   /* and trust begins anew */
}

static void
test_blocked_stays_blocked (Scratch       *scratch,
                            gconstpointer  data)
{
  g_autoptr (YodelContacts) contacts = open_contacts (scratch);
  YodelContactRow mallory = make_contact ("Mallory", 6), known;
  guint8 key[YODEL_CONTACT_KEY_BYTES] = { 7 };

  g_assert_cmpint (yodel_contacts_add (contacts, &mallory, &known, NULL), ==, YODEL_CONTACT_ADDED);
  mallory.trust = YODEL_TRUST_BLOCKED;
  g_assert_true (yodel_contacts_update (contacts, &mallory, NULL));
  g_assert_true (yodel_contacts_replace_key (contacts, "Mallory", key, NULL));
  g_assert_true (yodel_contacts_find_key (contacts, key, &known));
  g_assert_cmpint (known.trust, ==, YODEL_TRUST_BLOCKED);
}

static void
test_update_and_remove (Scratch       *scratch,
                        gconstpointer  data)
{
  g_autoptr (YodelContacts) contacts = open_contacts (scratch);
  YodelContactRow bob = make_contact ("Bob", 2), found;
  g_autoptr (GError) error = NULL, again = NULL;

  g_assert_cmpint (add (contacts, "Bob", 2), ==, YODEL_CONTACT_ADDED);
  g_assert_cmpint (add (contacts, "Carol", 3), ==, YODEL_CONTACT_ADDED);
  g_strlcpy (bob.name, "Robert", sizeof bob.name);
  bob.policy = YODEL_CONTACT_MAY_KNOCK | YODEL_CONTACT_MAY_SEE_ADDRESS;
  g_assert_true (yodel_contacts_update (contacts, &bob, NULL));
  g_assert_true (yodel_contacts_find_name (contacts, "Robert", &found));
  g_assert_cmpint (found.policy, ==, bob.policy);
  g_strlcpy (bob.name, "carol", sizeof bob.name);
  g_assert_false (yodel_contacts_update (contacts, &bob, &error));   /* the name is taken */
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_FAILED);

  g_assert_true (yodel_contacts_remove (contacts, bob.key, NULL));
  g_assert_false (yodel_contacts_remove (contacts, bob.key, &again));
  g_assert_error (again, YODEL_ERROR, YODEL_ERROR_FAILED);
}

static void
test_names (Scratch       *scratch,
            gconstpointer  data)
{
  static const char * const names[] = { "", " Al", "Al ", "A\nl", "yodel:abc", "\xc3\x28", "A\x1b[31m", "A\xe2\x80\xa8l" };
  g_autoptr (YodelContacts) contacts = open_contacts (scratch);
  YodelContactRow full = make_contact ("", 1), known;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (add (contacts, names[i], 1), ==, YODEL_CONTACT_REFUSED);
  memset (full.name, 'x', YODEL_CONTACT_MAX_NAME);
  g_assert_cmpint (yodel_contacts_add (contacts, &full, &known, NULL), ==, YODEL_CONTACT_ADDED);
}

/* Written by hand, in one stroke, to be quick. */
static void
execute (Scratch    *scratch,
         const char *sql)
{
  sqlite3 *database;

  g_assert_cmpint (sqlite3_open (scratch->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (database);
}

static void
test_full (Scratch       *scratch,
           gconstpointer  data)
{
  g_autoptr (YodelContacts) contacts = open_contacts (scratch);
  YodelContactRow contact = make_contact ("One more", 255), known;
  g_autoptr (GError) error = NULL;

  execute (scratch, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
           "INSERT INTO contact SELECT CAST (printf ('%032d', i) AS BLOB), printf ('n%d', i), 0, 0, 0, 0, '' FROM n");
  g_assert_cmpint (yodel_contacts_add (contacts, &contact, &known, &error), ==, YODEL_CONTACT_REFUSED);
  g_assert_nonnull (strstr (error->message, "10000"));
}

static void
test_strange_row (Scratch       *scratch,
                  gconstpointer  data)
{
  g_autoptr (YodelContacts) contacts = open_contacts (scratch);
  YodelContactRow found;

  execute (scratch, "INSERT INTO contact VALUES (zeroblob (32), 'Odd', 77, 255, -5, 'soon', '')");
  g_assert_true (yodel_contacts_find_name (contacts, "Odd", &found));
  g_assert_cmpint (found.trust, ==, YODEL_TRUST_BLOCKED);
  g_assert_cmpint (found.policy, ==, 7);
}

typedef struct
{
  const char *name;
  const char *sql;         /* run on a new database, or */
  const char *content;     /* the file itself; "!" damages a good one */
  const char *complaint;   /* NULL: it is opened */
} FileCase;

static const FileCase file_cases[] = {
  { "not-a-database",       NULL, "These are not the contacts that you are looking for, and there are many of them.", "not a database" },
  { "damaged",              NULL, "!", "contacts" },
  { "empty-file",           NULL, "", NULL },
  { "of-another-program",   "PRAGMA application_id = 7; CREATE TABLE photo (x)", NULL, "another program" },
  { "of-a-later-version",   "PRAGMA application_id = 2037343340; PRAGMA user_version = 99", NULL, "later version" },
  { "of-the-first-version", "PRAGMA application_id = 2037343340; PRAGMA user_version = 1; CREATE TABLE contact ("
    "key BLOB PRIMARY KEY NOT NULL CHECK (length (key) = 32), name TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    "trust INTEGER NOT NULL, policy INTEGER NOT NULL, introduction INTEGER NOT NULL,"
    "introduced_at INTEGER NOT NULL) WITHOUT ROWID; INSERT INTO contact VALUES (zeroblob (32), 'Old', 2, 1, 0, 5)", NULL, NULL },
};

/* Zeroes all pages but the first. */
static void
damage (Scratch *scratch)
{
  g_autofree char *content = NULL;
  gsize size;

  {
    g_autoptr (YodelContacts) contacts = open_contacts (scratch);

    for (guint8 i = 1; i < 200; i++)
      {
        g_autofree char *name = g_strdup_printf ("n%u", i);

        if (i % 50 == 1)
          add (contacts, name, i);
      }
  }
  g_assert_true (g_file_get_contents (scratch->path, &content, &size, NULL));
  memset (content + 4096, 0xff, size - 4096);
  g_assert_true (g_file_set_contents (scratch->path, content, size, NULL));
}

static void
test_file (Scratch       *scratch,
           gconstpointer  data)
{
  const FileCase *c = data;
  g_autofree char *below = g_path_get_dirname (scratch->path);
  g_autoptr (YodelContacts) contacts = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  gsize n_before, n_after;

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  if (c->sql != NULL)
    execute (scratch, c->sql);
  else if (strcmp (c->content, "!") == 0)
    damage (scratch);
  else
    g_assert_true (g_file_set_contents (scratch->path, c->content, -1, NULL));
  g_assert_true (g_file_get_contents (scratch->path, &before, &n_before, NULL));

  contacts = yodel_contacts_open (scratch->path, &error);
  if (c->complaint == NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpint (add (contacts, "New", 9), ==, YODEL_CONTACT_ADDED);
      return;
    }
  g_assert_null (contacts);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, scratch->path));
  if (strstr (error->message, c->complaint) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, c->complaint);
  g_assert_true (g_file_get_contents (scratch->path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);   /* left as it was */
}

static void
test_old_contact_lives (Scratch       *scratch,
                        gconstpointer  data)
{
  g_autofree char *below = g_path_get_dirname (scratch->path);
  g_autoptr (YodelContacts) contacts = NULL;
  YodelContactRow found;
  const guint8 key[YODEL_CONTACT_KEY_BYTES] = { 8 };

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  execute (scratch, file_cases[G_N_ELEMENTS (file_cases) - 1].sql);
  contacts = open_contacts (scratch);
  g_assert_true (yodel_contacts_find_name (contacts, "Old", &found));
  g_assert_cmpint (found.trust, ==, YODEL_TRUST_VERIFIED);
  g_assert_true (yodel_contacts_replace_key (contacts, "Old", key, NULL));   /* needs the second version */
}

#define ADD(path, test) g_test_add ("/identity/contacts/" path, Scratch, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("kept-for-their-owner-alone", test_kept);
  ADD ("changed-key-is-reported", test_changed_key);
  ADD ("blocked-stays-blocked", test_blocked_stays_blocked);
  ADD ("update-and-remove", test_update_and_remove);
  ADD ("names-that-are-refused", test_names);
  ADD ("full", test_full);
  ADD ("strange-row-is-trusted-with-nothing", test_strange_row);
  ADD ("old-contact-lives-on", test_old_contact_lives);
  for (gsize i = 0; i < G_N_ELEMENTS (file_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/identity/contacts/file/", file_cases[i].name, NULL);

      g_test_add (path, Scratch, &file_cases[i], set_up, test_file, tear_down);
    }
  return g_test_run ();
}
