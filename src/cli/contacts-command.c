/* yodel contacts: the people one knows. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"
#include "cli/profile.h"

typedef struct
{
  YodelProfile profile;
  gboolean     json;
  gboolean     replace;      /* a person has confirmed the new key */
  gboolean     is_mistyped;  /* no address at all */
} Contacts;

static const char * const trust_names[] = {
  [YODEL_TRUST_NEW] = N_("new"), [YODEL_TRUST_TRUSTED] = N_("trusted"), [YODEL_TRUST_VERIFIED] = N_("verified"),
  [YODEL_TRUST_BLOCKED] = N_("blocked"),
};

static const char * const introduction_names[] = {
  [YODEL_INTRODUCED_BY_HAND] = "hand", [YODEL_INTRODUCED_BY_INVITE] = "invite", [YODEL_INTRODUCED_BY_KNOCK] = "knock",
  [YODEL_INTRODUCED_ON_LAN] = "lan",
};

static void
print_contact (Contacts           *self,
               const YodelContact *contact)
{
  g_autofree char *text = NULL;
  YodelJsonLine line;

  if (!self->json)
    {
      g_print ("%-20s %-9s %s\n", contact->name, _(trust_names[contact->trust]), contact->address);
      return;
    }
  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "name", contact->name);
  yodel_json_line_add_string (&line, "address", contact->address);
  yodel_json_line_add_string (&line, "trust", trust_names[contact->trust]);
  yodel_json_line_add_bool (&line, "mayRing", (contact->policy & YODEL_CONTACT_MAY_RING) != 0);
  yodel_json_line_add_bool (&line, "mayKnock", (contact->policy & YODEL_CONTACT_MAY_KNOCK) != 0);
  yodel_json_line_add_bool (&line, "maySeeAddress", (contact->policy & YODEL_CONTACT_MAY_SEE_ADDRESS) != 0);
  yodel_json_line_add_number (&line, "introducedAt", (double) contact->introduced_at);
  yodel_json_line_add_string (&line, "introducedBy", introduction_names[contact->introduction]);
  text = yodel_json_line_end (&line);
  g_print ("%s\n", text);
}

static gboolean
list (Contacts    *self,
      char       **words,
      GError     **error)
{
  g_autoptr (GPtrArray) contacts = yodel_contact_book_list (self->profile.book, error);

  for (guint i = 0; contacts != NULL && i < contacts->len; i++)
    print_contact (self, contacts->pdata[i]);
  return contacts != NULL;
}

/* @words: NAME ADDRESS-OR-INVITE; an invite is kept, for the first call needs it */
static gboolean
add (Contacts    *self,
     char       **words,
     GError     **error)
{
  g_autoptr (YodelInvite) invite = yodel_invite_parse (words[1], error);
  g_autoptr (GPtrArray) hints = g_ptr_array_new ();
  g_autoptr (YodelContact) contact = NULL;

  self->is_mistyped = invite == NULL;
  if (self->is_mistyped)
    return FALSE;
  if (self->replace ? !yodel_contact_book_replace_key (self->profile.book, words[0], invite->address, error)
                    : !yodel_contact_book_add (self->profile.book, words[0], invite->address,
                                               invite->token != NULL ? YODEL_INTRODUCED_BY_INVITE : YODEL_INTRODUCED_BY_HAND, error))
    return FALSE;
  for (guint i = 0; invite->hints[i] != NULL; i++)
    g_ptr_array_add (hints, invite->hints[i]);
  if (invite->token != NULL)
    g_ptr_array_add (hints, words[1]);
  g_ptr_array_add (hints, NULL);
  if (hints->len > 1 && !yodel_contact_book_set_hints (self->profile.book, invite->address, (const char * const *) hints->pdata, error))
    return FALSE;
  contact = yodel_contact_book_find (self->profile.book, invite->address);
  if (contact != NULL)
    print_contact (self, contact);
  return contact != NULL;
}

/* Returns: (transfer full) (nullable): the contact of that name or address, or an error */
static YodelContact *
find (Contacts    *self,
      const char  *word,
      GError     **error)
{
  YodelContact *contact = yodel_contact_book_find (self->profile.book, word);

  if (contact == NULL)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, _("\"%s\" is no contact"), word);
  return contact;
}

static gboolean
set_trust (Contacts    *self,
           const char  *word,
           YodelTrust   trust,
           GError     **error)
{
  g_autoptr (YodelContact) contact = find (self, word, error);

  if (contact == NULL || !yodel_contact_book_set_trust (self->profile.book, contact->address, trust, error))
    return FALSE;
  contact->trust = trust;
  print_contact (self, contact);
  return TRUE;
}

static gboolean
verify (Contacts    *self,
        char       **words,
        GError     **error)
{
  return set_trust (self, words[0], YODEL_TRUST_VERIFIED, error);
}

static gboolean
block (Contacts    *self,
       char       **words,
       GError     **error)
{
  return set_trust (self, words[0], YODEL_TRUST_BLOCKED, error);
}

static gboolean
unblock (Contacts    *self,
         char       **words,
         GError     **error)
{
  return set_trust (self, words[0], YODEL_TRUST_NEW, error);
}

static gboolean
allow (Contacts    *self,
       char       **words,
       GError     **error)
{
  g_autoptr (YodelContact) contact = find (self, words[0], error);
  YodelContactPolicy policy = 0;

  if (contact == NULL)
    return FALSE;
  if (strstr (words[1], "ring") != NULL)
    policy |= YODEL_CONTACT_MAY_RING;
  if (strstr (words[1], "knock") != NULL)
    policy |= YODEL_CONTACT_MAY_KNOCK;
  if (strstr (words[1], "see") != NULL)
    policy |= YODEL_CONTACT_MAY_SEE_ADDRESS;
  if (!yodel_contact_book_set_policy (self->profile.book, contact->address, policy, error))
    return FALSE;
  contact->policy = policy;
  print_contact (self, contact);
  return TRUE;
}

static gboolean
rename_contact (Contacts    *self,
                char       **words,
                GError     **error)
{
  g_autoptr (YodelContact) contact = find (self, words[0], error);
  g_autoptr (YodelContact) renamed = NULL;

  if (contact == NULL || !yodel_contact_book_rename (self->profile.book, contact->address, words[1], error))
    return FALSE;
  renamed = find (self, contact->address, error);
  if (renamed != NULL)
    print_contact (self, renamed);
  return renamed != NULL;
}

static gboolean
remove_contact (Contacts    *self,
                char       **words,
                GError     **error)
{
  g_autoptr (YodelContact) contact = find (self, words[0], error);

  return contact != NULL && yodel_contact_book_remove (self->profile.book, contact->address, error);
}

static const struct
{
  const char *name;
  guint       n_words;
  gboolean  (*run) (Contacts *self, char **words, GError **error);
} actions[] = {
  { "list", 0, list },       { "add", 2, add },       { "verify", 1, verify },         { "block", 1, block },
  { "unblock", 1, unblock }, { "allow", 2, allow },   { "rename", 2, rename_contact }, { "remove", 1, remove_contact },
};

static int
run (Contacts    *self,
     const char  *profile,
     char       **words)
{
  g_autoptr (GError) error = NULL;
  const char *action = words != NULL && words[0] != NULL ? words[0] : "list";
  guint n_words = words != NULL && words[0] != NULL ? g_strv_length (words) - 1 : 0;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      if (strcmp (actions[i].name, action) != 0 || actions[i].n_words != n_words)
        continue;
      if (yodel_profile_open (&self->profile, profile, &error) && actions[i].run (self, words != NULL ? words + 1 : NULL, &error))
        return YODEL_EXIT_OK;
      g_printerr ("yodel: %s\n", error->message);
      return g_error_matches (error, YODEL_ERROR, YODEL_ERROR_KEY) && !self->is_mistyped ? YODEL_EXIT_KEY : YODEL_EXIT_USAGE;
    }
  g_printerr (_("yodel: \"contacts\" takes: list, add NAME ADDRESS, verify NAME, block NAME, unblock NAME, "
                "allow NAME ring,knock,see, rename NAME NAME, remove NAME\n"));
  return YODEL_EXIT_USAGE;
}

int
yodel_contacts_command (int    argc,
                        char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("contacts [ACTION] - the people I know"));
  g_autoptr (GError) error = NULL;
  g_autofree char *profile = NULL;
  g_auto (GStrv) words = NULL;
  Contacts contacts = { 0 };
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_STRING, &profile, N_("Be this one of several identities"), N_("NAME") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &contacts.json, N_("Write lines of JSON"), NULL },
    { "replace-key", 0, 0, G_OPTION_ARG_NONE, &contacts.replace, N_("The contact has confirmed a new address in person"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL }
  };
  int status;

  g_option_context_set_summary (context, _("Actions: list, add NAME ADDRESS|INVITE, verify NAME (you compared the safety code, or were given the\n"
                                           "address in person), block NAME, unblock NAME, allow NAME ring,knock,see, rename NAME NEW, remove NAME."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      return YODEL_EXIT_USAGE;
    }
  status = run (&contacts, profile, words);
  yodel_profile_clear (&contacts.profile);
  return status;
}
