#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <yodel/yodel.h>

/* RFC 8032 section 7.1, test 1.  The address is from an independent program. */
#define SEED    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define ADDRESS "yodel:25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenm5e36feaq"
#define TITLE   "yodel identity 1: who has this file can pose as you\n"
#define FILE_1  TITLE "secret " SEED "\naddress " ADDRESS "\n"

typedef struct
{
  const char *name;
  const char *address;
  const char *complaint;   /* (nullable) a part of the message; NULL if valid */
} AddressCase;

static const AddressCase address_cases[] = {
  { "known-key",        ADDRESS,                                                              NULL },
  { "empty",            "",                                                                   "begins with yodel:" },
  { "only-the-scheme",  "yodel:",                                                             "this one has 0" },
  { "other-scheme",     "sip:alice@example.org",                                              "not with \"sip:alice@exampl\"" },
  { "control-bytes",    "\x1b[2J",                                                            "not with \"\\033[2J\"" },
  { "one-too-few",      "yodel:25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenm5e36fea",   "this one has 59" },
  { "one-too-many",     ADDRESS "a",                                                          "this one has 61" },
  { "space-at-the-end", ADDRESS " ",                                                          "something else at place 61" },
  { "capitals",         "yodel:25NJQAMCWEFLPVKL73J4SZAHHIHOC4XT3KTCGJNPAINGR5YHKENM5E36FEAQ", "small letters" },
  { "zero-for-o",       "yodel:25njqamcweflpvkl73j4szahhih0c4xt3ktcgjnpaingr5yhkenm5e36feaq", "is it the letter \"o\"" },
  { "one-for-l",        "yodel:25njqamcweflpvk173j4szahhihoc4xt3ktcgjnpaingr5yhkenm5e36feaq", "is it the letter \"l\" or \"i\"" },
  { "one-letter-wrong", "yodel:25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenm5e36feaa", "typing error" },
  { "two-swapped",      "yodel:52njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenm5e36feaq", "typing error" },
  { "spare-bits-set",   "yodel:25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenm5e36fear", "typing error at its end" },
  { "other-version",    "yodel:25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenhswxl2aba", "of version 2" },
  { "not-on-the-curve", "yodel:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad5v7jd4aq", "no usable key" },
  { "neutral-element",  "yodel:aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaal5dqq7iaq", "no usable key" },
};

typedef struct
{
  const char *name;
  const char *content;
  guint       mode;
  const char *complaint;
} FileCase;

static const FileCase file_cases[] = {
  { "known-secret",       FILE_1,                                             0600, NULL },
  { "read-only",          FILE_1,                                             0400, NULL },
  { "readable-by-group",  FILE_1,                                             0640, "open to others (mode 0640)" },
  { "readable-by-all",    FILE_1,                                             0604, "chmod 600" },
  { "empty",              "",                                                 0600, "is not an identity file" },
  { "other-title",        "yodel identity 2\n",                               0600, "is not an identity file" },
  { "title-alone",        TITLE,                                              0600, "is not an identity file" },
  { "secret-too-short",   TITLE "secret 9d61\naddress " ADDRESS "\n",         0600, "is not an identity file" },
  { "secret-not-hex",     TITLE "secret zz61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\naddress " ADDRESS "\n",
                                                                              0600, "is not an identity file" },
  { "secret-damaged",     TITLE "secret 9e61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\naddress " ADDRESS "\n",
                                                                              0600, "is not an identity file" },
  { "address-missing",    TITLE "secret " SEED "\n",                          0600, "is not an identity file" },
};

/* A folder of its own for each test. */
typedef struct
{
  char *folder;
  char *path;
} Scratch;

static void
set_up (Scratch       *scratch,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  scratch->folder = g_dir_make_tmp ("yodel-identity-XXXXXX", &error);
  g_assert_no_error (error);
  scratch->path = g_build_filename (scratch->folder, "me.key", NULL);
}

static void
tear_down (Scratch       *scratch,
           gconstpointer  data)
{
  g_unlink (scratch->path);
  g_assert_cmpint (g_rmdir (scratch->folder), ==, 0);   /* nothing was left lying about */
  g_free (scratch->path);
  g_free (scratch->folder);
}

static void
assert_complaint (GError     *error,
                  const char *complaint)
{
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_KEY);
  if (strstr (error->message, complaint) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, complaint);
}

static void
test_address (gconstpointer data)
{
  const AddressCase *c = data;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (yodel_address_is_valid (c->address, &error), ==, c->complaint == NULL);
  if (c->complaint == NULL)
    g_assert_no_error (error);
  else
    assert_complaint (error, c->complaint);
}

static void
test_load (Scratch       *scratch,
           gconstpointer  data)
{
  const FileCase *c = data;
  g_autoptr (YodelIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (scratch->path, c->content, -1, NULL));
  g_assert_cmpint (g_chmod (scratch->path, c->mode), ==, 0);

  identity = yodel_identity_load (scratch->path, &error);
  if (c->complaint != NULL)
    {
      g_assert_null (identity);
      assert_complaint (error, c->complaint);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (yodel_identity_get_address (identity), ==, ADDRESS);
}

static void
test_load_nothing (Scratch       *scratch,
                   gconstpointer  data)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) folder = NULL;

  g_assert_null (yodel_identity_load (scratch->path, &missing));
  assert_complaint (missing, scratch->path);
  g_assert_null (yodel_identity_load (scratch->folder, &folder));
  assert_complaint (folder, "is not a file");
}

static void
test_load_too_large (Scratch       *scratch,
                     gconstpointer  data)
{
  g_autofree char *content = g_strnfill (1025, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents_full (scratch->path, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_null (yodel_identity_load (scratch->path, &error));
  assert_complaint (error, "is not an identity file");
}

static void
test_save (Scratch       *scratch,
           gconstpointer  data)
{
  g_autoptr (YodelIdentity) first = yodel_identity_new ();
  g_autoptr (YodelIdentity) second = yodel_identity_new ();
  g_autoptr (YodelIdentity) loaded = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *property = NULL;
  GStatBuf info;

  g_assert_cmpstr (yodel_identity_get_address (first), !=, yodel_identity_get_address (second));
  g_assert_true (yodel_address_is_valid (yodel_identity_get_address (first), NULL));

  /* What stood there, open to all, is replaced, permissions and all. */
  g_assert_true (g_file_set_contents (scratch->path, "old", -1, NULL));
  g_assert_cmpint (g_chmod (scratch->path, 0666), ==, 0);
  g_assert_true (yodel_identity_save (first, scratch->path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (scratch->path, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 07777, ==, 0600);

  loaded = yodel_identity_load (scratch->path, &error);
  g_assert_no_error (error);
  g_object_get (loaded, "address", &property, NULL);
  g_assert_cmpstr (property, ==, yodel_identity_get_address (first));
}

static void
test_save_nowhere (void)
{
  g_autoptr (YodelIdentity) identity = yodel_identity_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (yodel_identity_save (identity, "/nowhere/at/all/me.key", &error));
  assert_complaint (error, "/nowhere/at/all/me.key");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (address_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/identity/address/", address_cases[i].name, NULL);

      g_test_add_data_func (path, &address_cases[i], test_address);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (file_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/identity/load/", file_cases[i].name, NULL);

      g_test_add (path, Scratch, &file_cases[i], set_up, test_load, tear_down);
    }
  g_test_add ("/identity/load/no-file-there", Scratch, NULL, set_up, test_load_nothing, tear_down);
  g_test_add ("/identity/load/file-too-large", Scratch, NULL, set_up, test_load_too_large, tear_down);
  g_test_add ("/identity/save/for-its-owner-alone", Scratch, NULL, set_up, test_save, tear_down);
  g_test_add_func ("/identity/save/folder-is-missing", test_save_nowhere);
  return g_test_run ();
}
