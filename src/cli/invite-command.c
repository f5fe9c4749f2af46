/* yodel invite: makes a link that lets its bearer call, as text and as a QR code. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"
#include "cli/profile.h"
#include "cli/qr-code.h"

typedef struct
{
  YodelProfile  profile;
  char         *profile_name;
  char         *name;
  char        **hints;
  char         *png;
  char         *revoke;
  double        days;
  gboolean      standing;
  gboolean      list;
  gboolean      json;
  gboolean      no_qr;
} Invites;

static void
clear (Invites *self)
{
  yodel_profile_clear (&self->profile);
  g_free (self->profile_name);
  g_free (self->name);
  g_strfreev (self->hints);
  g_free (self->png);
  g_free (self->revoke);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Invites, clear)

static gboolean
print_list (Invites  *self,
            GError  **error)
{
  g_autoptr (GVariant) list = yodel_contact_book_list_invites (self->profile.book, error);

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) invite = g_variant_get_child_value (list, i);
      g_autofree char *text = NULL;
      const char *token = "";
      gint64 expires = 0;
      gboolean standing = FALSE;
      guint used = 0;
      YodelJsonLine line;

      g_variant_lookup (invite, "token", "&s", &token);
      g_variant_lookup (invite, "expires", "x", &expires);
      g_variant_lookup (invite, "standing", "b", &standing);
      g_variant_lookup (invite, "used", "u", &used);
      if (!self->json)
        {
          g_autoptr (GDateTime) date = expires > 0 ? g_date_time_new_from_unix_local (expires) : NULL;
          g_autofree char *when = date != NULL ? g_date_time_format (date, "%F %R") : g_strdup (_("never"));

          g_print (_("%s  %s  ends %s, used %u times\n"), token, standing ? _("standing") : _("once    "), when, used);
          continue;
        }
      yodel_json_line_begin (&line);
      yodel_json_line_add_string (&line, "token", token);
      yodel_json_line_add_number (&line, "expiresAt", (double) expires);
      yodel_json_line_add_bool (&line, "standing", standing);
      yodel_json_line_add_number (&line, "used", used);
      text = yodel_json_line_end (&line);
      g_print ("%s\n", text);
    }
  return list != NULL;
}

static gboolean
show (Invites            *self,
      const YodelInvite  *invite,
      GError            **error)
{
  g_autofree char *link = yodel_invite_to_link (invite, error);
  g_autofree char *text = NULL;
  YodelJsonLine line;

  if (link == NULL || (self->png != NULL && !yodel_qr_code_save (link, self->png, error)))
    return FALSE;
  if (!self->json)
    {
      if (!self->no_qr && isatty (STDOUT_FILENO))
        text = yodel_qr_code_draw (link);
      g_print ("%s%s\n", text != NULL ? text : "", link);
      return TRUE;
    }
  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "link", link);
  yodel_json_line_add_string (&line, "token", invite->token);
  yodel_json_line_add_number (&line, "expiresAt", (double) invite->expires_at);
  yodel_json_line_add_bool (&line, "standing", self->standing);
  text = yodel_json_line_end (&line);
  g_print ("%s\n", text);
  return TRUE;
}

static gboolean
make (Invites  *self,
      GError  **error)
{
  static const char * const no_hints[] = { NULL };
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (YodelInvite) invite = NULL;

  invite = yodel_contact_book_invite (self->profile.book, yodel_identity_get_address (self->profile.identity), self->name,
                                      self->hints != NULL ? (const char * const *) self->hints : no_hints,
                                      self->days > 0 ? now + (gint64) (self->days * 86400) : 0, self->standing, error);
  return invite != NULL && show (self, invite, error);
}

static gboolean
run (Invites  *self,
     GError  **error)
{
  if (!yodel_profile_open (&self->profile, self->profile_name, error))
    return FALSE;
  if (self->revoke != NULL)
    return yodel_contact_book_revoke_invite (self->profile.book, self->revoke, error);
  return self->list ? print_list (self, error) : make (self, error);
}

int
yodel_invite_command (int    argc,
                      char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("invite - make a link that lets its bearer call me"));
  g_autoptr (GError) error = NULL;
  g_auto (Invites) self = { .days = 7 };
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &self.name, N_("What I call myself"), N_("NAME") },
    { "via", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self.hints, N_("Where I can be found, such as wss://HOST (repeatable)"), "URI" },
    { "days", 0, 0, G_OPTION_ARG_DOUBLE, &self.days, N_("How long it opens, 0 for ever; 7 if not said"), N_("DAYS") },
    { "standing", 0, 0, G_OPTION_ARG_NONE, &self.standing, N_("For many, and more than once"), NULL },
    { "png", 0, 0, G_OPTION_ARG_FILENAME, &self.png, N_("Save the QR code as a picture"), N_("FILE") },
    { "no-qr", 0, 0, G_OPTION_ARG_NONE, &self.no_qr, N_("Do not draw the QR code"), NULL },
    { "list", 0, 0, G_OPTION_ARG_NONE, &self.list, N_("List the invites I gave out"), NULL },
    { "revoke", 0, 0, G_OPTION_ARG_STRING, &self.revoke, N_("Take one back"), N_("TOKEN") },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &self.profile_name, N_("Be this one of several identities"), N_("NAME") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self.json, N_("Write lines of JSON"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc > 1)
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("\"%s\" is not an option of \"invite\""), argv[1]);
  if (error == NULL && !(self.days >= 0 && self.days <= 36500))
    g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--days takes days, from 0 to 36500"));
  if (error == NULL && run (&self, &error))
    return YODEL_EXIT_OK;
  g_printerr ("yodel: %s\n", error->message);
  return YODEL_EXIT_USAGE;
}
