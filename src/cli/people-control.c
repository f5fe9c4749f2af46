/* What a person, or a script, says while calls come in and run: keys of the terminal, words, commands. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/people.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORD 64

static void
accept_sound_only (YodelTalk *talk)
{
  yodel_talk_accept (talk, yodel_people_get_media (talk->people) & YODEL_CALL_AUDIO);
}

static void
accept_all (YodelTalk *talk)
{
  yodel_talk_accept (talk, yodel_people_get_media (talk->people));
}

static void
decline (YodelTalk *talk)
{
  yodel_talk_play (talk, NULL);
  yodel_call_decline (talk->call, FALSE);
}

static void
hold (YodelTalk *talk)
{
  yodel_talk_set_held (talk, TRUE);
}

static void
resume (YodelTalk *talk)
{
  yodel_talk_set_held (talk, FALSE);
}

static void
toggle_hold (YodelTalk *talk)
{
  yodel_talk_set_held (talk, !yodel_call_get_held (talk->call));
}

static void
show (YodelTalk *talk)
{
  yodel_talk_set_video (talk, TRUE, NULL);
}

static void
hide (YodelTalk *talk)
{
  yodel_talk_set_video (talk, FALSE, NULL);
}

static void
toggle_video (YodelTalk *talk)
{
  yodel_talk_set_video (talk, (yodel_call_get_media (talk->call) & YODEL_CALL_VIDEO) == 0, NULL);
}

/* To this call; from the one that has the word, to the one that had it before. */
static void
switch_to (YodelTalk *talk)
{
  YodelPeople *people = talk->people;

  for (guint i = people->talks->len; talk == people->current && i > 0; i--)
    if (people->talks->pdata[i - 1] != talk && yodel_talk_is_up (people->talks->pdata[i - 1]))
      talk = people->talks->pdata[i - 1];
  if (talk == people->current || !yodel_talk_is_up (talk))
    return;
  yodel_people_set_current (people, talk);
  yodel_talk_set_held (talk, FALSE);
}

/* What can be done to a call beyond what every call knows. */
static const struct
{
  char         key;              /* '\0': none */
  const char  *command;          /* (nullable) */
  gboolean     is_for_ringing;   /* without a number: for the call that rings, else for the one that has the word */
  void       (*act) (YodelTalk *talk);
} actions[] = {
  { 'y',  "accept",       TRUE,  accept_all },
  { 's',  "accept-sound", TRUE,  accept_sound_only },
  { 'n',  "decline",      TRUE,  decline },
  { 'h',  NULL,           FALSE, toggle_hold },
  { '\0', "hold",         FALSE, hold },
  { '\0', "resume",       FALSE, resume },
  { 'v',  NULL,           FALSE, toggle_video },
  { '\0', "video-on",     FALSE, show },
  { '\0', "video-off",    FALSE, hide },
  { 'w',  "switch",       FALSE, switch_to },
};

/* Nothing rings, or calls ring again. */
static void
set_undisturbed (YodelPeople *self,
                 gboolean     is_undisturbed)
{
  if (self->is_undisturbed == is_undisturbed)
    return;
  self->is_undisturbed = is_undisturbed;
  yodel_endpoint_set_do_not_disturb (self->endpoint, is_undisturbed);
  yodel_events_emit (&self->base.events, is_undisturbed ? "undisturbed" : "disturbed-again", g_get_monotonic_time ());
  yodel_cli_call_say (&self->base, "%s", is_undisturbed ? _("Nothing rings from now on.") : _("Calls ring again."));
}

static void
on_key (char     key,
        gpointer user_data)
{
  YodelPeople *self = user_data;

  for (guint i = 0; key != '\0' && i < G_N_ELEMENTS (actions); i++)
    if (key == actions[i].key)
      {
        YodelTalk *talk = actions[i].is_for_ringing ? yodel_people_find_ringing (self) : self->current;

        if (talk != NULL)
          actions[i].act (talk);
        return;
      }
  if (key == 'd')
    set_undisturbed (self, !self->is_undisturbed);
  else if (self->current != NULL)
    yodel_cli_call_take_key (&self->current->base, key);
}

static YodelTalk *
find_number (YodelPeople *self,
             guint64      number)
{
  for (guint i = 0; i < self->talks->len; i++)
    {
      YodelTalk *talk = self->talks->pdata[i];

      if (talk->base.events.call == number)
        return talk;
    }
  return NULL;
}

/* A picture that is not sent yet begins with its source. */
static gboolean
is_new_picture (YodelTalk  *talk,
                const char *name)
{
  return strcmp (name, "video-source") == 0 && (yodel_call_get_media (talk->call) & YODEL_CALL_VIDEO) == 0;
}

/* Returns: FALSE where there is no such command */
static gboolean
take_command (YodelPeople *self,
              YodelTalk   *talk,
              const char  *name,
              const char  *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (name, actions[i].command) == 0)
      {
        if (talk == NULL)
          talk = actions[i].is_for_ringing ? yodel_people_find_ringing (self) : self->current;
        if (talk != NULL)
          actions[i].act (talk);
        return TRUE;
      }
  if (strcmp (name, "do-not-disturb") == 0 && (strcmp (value, "on") == 0 || strcmp (value, "off") == 0))
    {
      set_undisturbed (self, strcmp (value, "on") == 0);
      return TRUE;
    }
  if (talk == NULL)
    talk = self->current;
  if (talk == NULL || talk->base.is_closing)
    return TRUE;
  if (!is_new_picture (talk, name))
    return yodel_cli_call_take_command (&talk->base, name, value);
  yodel_talk_set_video (talk, TRUE, value);
  return TRUE;
}

/* COMMAND, or NUMBER COMMAND for one of several calls. */
static void
on_command (const char *command,
            gpointer    user_data)
{
  YodelPeople *self = user_data;
  char *rest = NULL;
  guint64 number = g_ascii_isdigit (*command) ? g_ascii_strtoull (command, &rest, 10) : 0;
  g_auto (GStrv) words = g_strsplit (number > 0 ? g_strchug (rest) : command, " ", 2);
  YodelTalk *talk = number > 0 ? find_number (self, number) : NULL;

  if (words[0] == NULL || (number > 0 && talk == NULL))
    return;
  if (!take_command (self, talk, words[0], words[1] != NULL ? words[1] : ""))
    yodel_cli_call_say (&self->base, _("yodel: there is no command \"%s\""), command);
}

static void
take_word (YodelPeople *self,
           YodelTalk   *talk,
           const char  *word)
{
  if (strcmp (word, "y") == 0 || strcmp (word, "yes") == 0 || strcmp (word, "accept") == 0)
    accept_all (talk);
  else if (strcmp (word, "s") == 0 || strcmp (word, "sound") == 0)
    accept_sound_only (talk);
  else if (strcmp (word, "n") == 0 || strcmp (word, "no") == 0 || strcmp (word, "decline") == 0)
    decline (talk);
}

static void
on_word (const char *line,
         gsize       length,
         gpointer    user_data)
{
  YodelPeople *self = user_data;
  YodelTalk *talk = yodel_people_find_ringing (self);
  g_autofree char *word = line != NULL ? g_ascii_strdown (line, (gssize) MIN (length, MAX_WORD)) : NULL;

  /* freed once the loop has come back from it */
  g_idle_add_once ((GSourceOnceFunc) yodel_line_input_free, g_steal_pointer (&self->base.input));
  if (word == NULL)
    return;
  if (talk != NULL)
    take_word (self, talk, g_strstrip (word));
  yodel_people_ask (self);
}

/* What becomes of the call that has rung longest: by a key, or a word on standard input where that is no terminal. */
void
yodel_people_ask (YodelPeople *self)
{
  YodelTalk *talk = yodel_people_find_ringing (self);

  if (talk == NULL)
    return;
  if (self->base.keys != NULL)
    yodel_cli_call_say (&self->base, _("Take the call of %s? [y]es, with [s]ound only, [n]o"), yodel_people_get_name (talk->call));
  else if (self->is_answering && self->base.input == NULL && !yodel_cli_media_uses_stdin (self->base.options))
    self->base.input = yodel_line_input_new (MAX_WORD, TRUE, on_word, self);
}

gboolean
yodel_people_start_control (YodelPeople  *self,
                            GError      **error)
{
  YodelCliCall *base = &self->base;

  if (!yodel_cli_media_uses_stdin (base->options))
    base->keys = yodel_key_input_new (on_key, self);
  if (base->options->control == NULL)
    return TRUE;
  base->commands = yodel_command_input_new (base->options->control, on_command, self, error);
  return base->commands != NULL;
}
