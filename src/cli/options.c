#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/options.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* A day: longer, and a slip of the finger is more likely than a wish. */
#define MAX_DURATION_S 86400.0

static gboolean
refuse (GError     **error,
        const char  *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

static gboolean
are_servers (char   **names,
             GError **error)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autoptr (GSocketConnectable) server = g_network_address_parse (names[i], 1, NULL);

      if (server == NULL)
        return refuse (error, _("--stun takes the name or address of a server, with or without :PORT"));
    }
  return TRUE;
}

static gboolean
are_keys (const char  *keys,
          GError     **error)
{
  if (keys == NULL || (strlen (keys) <= YODEL_CLI_MAX_KEYS && strspn (keys, "0123456789*#ABCDabcd,") == strlen (keys)))
    return TRUE;
  return refuse (error, _("--dtmf takes at most 128 keys of a telephone: 0 to 9, *, #, A to D, and a comma for a pause"));
}

static gboolean
are_switches (char * const  *processing,
              GError       **error)
{
  static const char * const levels[] = { "on", "off", "low", "moderate", "high", NULL };
  static const char * const plain[] = { "on", "off", NULL };

  for (guint i = 0; i <= YODEL_CLI_HIGH_PASS; i++)
    if (processing[i] != NULL && !g_strv_contains (i == YODEL_CLI_ECHO_CANCELLATION ? levels : plain, processing[i]))
      return refuse (error, i == YODEL_CLI_ECHO_CANCELLATION ? _("--echo-cancellation takes on, off, low, moderate or high")
                                                             : _("a switch of the microphone is on or off"));
  return TRUE;
}

static gboolean
take_content (YodelCliOptions  *self,
              GError          **error)
{
  if (self->video_content == NULL || g_str_equal (self->video_content, "motion"))
    self->content = YODEL_VIDEO_CONTENT_MOTION;
  else if (g_str_equal (self->video_content, "detail"))
    self->content = YODEL_VIDEO_CONTENT_DETAIL;
  else
    return refuse (error, _("--video-content takes motion or detail"));
  return TRUE;
}

static gboolean
take_sound (YodelCliOptions  *self,
            GError          **error)
{
  if (self->audio_content != NULL && !g_str_equal (self->audio_content, "speech") && !g_str_equal (self->audio_content, "music"))
    return refuse (error, _("--audio-content takes speech or music"));
  if (self->audio_channels != NULL && !g_str_equal (self->audio_channels, "mono") && !g_str_equal (self->audio_channels, "stereo"))
    return refuse (error, _("--audio-channels takes mono or stereo"));
  if (self->audio_bitrate_kbps != 0 && (self->audio_bitrate_kbps < 6 || self->audio_bitrate_kbps > 128))
    return refuse (error, _("--audio-bitrate takes 6 to 128"));
  return TRUE;
}

static gboolean
take_codec (YodelCliOptions  *self,
            GError          **error)
{
  if (self->video_codec == NULL || g_ascii_strcasecmp (self->video_codec, "vp8") == 0)
    self->codec = YODEL_VIDEO_VP8;
  else if (g_ascii_strcasecmp (self->video_codec, "vp9") == 0)
    self->codec = YODEL_VIDEO_VP9;
  else
    return refuse (error, _("--video-codec takes vp8 or vp9"));
  return TRUE;
}

static gboolean
is_sane (const YodelCliOptions  *self,
         GError                **error)
{
  /* written so that it refuses what is not a number too */
  if (!(self->duration_s >= 0 && self->duration_s <= MAX_DURATION_S))
    return refuse (error, _("--duration takes seconds, from 0 to 86400"));
  if (self->max_bitrate_kbps < 0 || self->max_bitrate_kbps > 1000000)
    return refuse (error, _("--max-bitrate takes kilobits a second, from 1 to 1000000"));
  if (self->without[YODEL_MEDIA_AUDIO] && self->without[YODEL_MEDIA_VIDEO])
    return refuse (error, _("--no-audio and --no-video together leave nothing to call for"));
  return are_servers (self->stun, error) && are_keys (self->dtmf, error) && are_switches (self->processing, error);
}

static gboolean
take_addresses (YodelCliOptions  *self,
                const char       *command,
                char            **rest,
                GError          **error)
{
  const gboolean is_answer = strcmp (command, "answer") == 0;

  if (!is_answer && !self->redial && (rest == NULL || rest[0] == NULL))
    return refuse (error, _("an address is missing, such as a contact's name"));
  if (!is_answer && rest != NULL && rest[0] != NULL && rest[self->redial ? 0 : 1] != NULL)
    return refuse (error, _("there is more than one address"));

  self->address = rest != NULL ? g_strdup (rest[0]) : NULL;
  self->addresses = g_strdupv (rest);
  if (self->json && self->events == NULL)
    self->events = g_strdup ("-");
  return TRUE;
}

static gboolean
parse (YodelCliOptions     *self,
       const GOptionEntry  *entries,
       const char          *command,
       const char          *summary,
       char               **argv,
       GError             **error)
{
  g_autoptr (GOptionContext) context = NULL;
  g_auto (GStrv) copy = g_strdupv (argv);
  g_autofree char *parameters = g_strdup_printf ("%s %s", command, _("ADDRESS"));

  context = g_option_context_new (parameters);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context,
    _("A source S is: none, test, default, device:NAME, pcm:PATH (16-bit samples, 48 kHz mono), y4m:PATH, or\n"
      "any media file, which is played over and over. A sink S is: none, default, device:NAME, pcm:PATH,\n"
      "y4m:PATH[,WIDTHxHEIGHT], or a file that ends in .wav, .ogg, .webm, .mkv or .y4m. The PATH of pcm: and y4m:\n"
      "may be a pipe, or - for standard input and output.\n"
      "\n"
      "Exit status: 0 the call ended as asked; 1 usage; 2 no direct path; 3 declined or not answered;\n"
      "4 the peer's key is not the expected one; 5 the media failed; 130 and 143 on signals."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  return g_option_context_parse_strv (context, &copy, error);
}

/* @argv: with the program's name first, but without the command.  --help prints and exits. */
gboolean
yodel_cli_options_parse (YodelCliOptions   *self,
                         const char        *command,
                         const char        *summary,
                         int                argc,
                         char             **argv,
                         GError           **error)
{
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[] = {
    { "audio-source", 0, 0, G_OPTION_ARG_STRING, &self->sources[YODEL_MEDIA_AUDIO], N_("Where the sound to be sent comes from"), "S" },
    { "audio-sink", 0, 0, G_OPTION_ARG_STRING, &self->sinks[YODEL_MEDIA_AUDIO], N_("Where the received sound goes"), "S" },
    { "video-source", 0, 0, G_OPTION_ARG_STRING, &self->sources[YODEL_MEDIA_VIDEO], N_("Where the picture to be sent comes from"), "S" },
    { "video-sink", 0, 0, G_OPTION_ARG_STRING, &self->sinks[YODEL_MEDIA_VIDEO], N_("Where the received picture goes"), "S" },
    { "audio-content", 0, 0, G_OPTION_ARG_STRING, &self->audio_content, N_("What the sound is: speech, or music, which is sent as it is"), "speech|music" },
    { "audio-channels", 0, 0, G_OPTION_ARG_STRING, &self->audio_channels, N_("One channel or two, both ways; music has two unless this says mono"), "mono|stereo" },
    { "audio-bitrate", 0, 0, G_OPTION_ARG_INT, &self->audio_bitrate_kbps, N_("Code the sound in at most so much, 6 to 128"), "KBIT" },
    { "dtx", 0, 0, G_OPTION_ARG_NONE, &self->dtx, N_("Send nothing while there is silence"), NULL },
    { "video-content", 0, 0, G_OPTION_ARG_STRING, &self->video_content, N_("What to keep of the picture where bits are scarce: motion (cameras) or detail (screens)"), "motion|detail" },
    { "video-codec", 0, 0, G_OPTION_ARG_STRING, &self->video_codec, N_("How to code the picture where the peer takes either"), "vp8|vp9" },
    { "no-audio", 0, 0, G_OPTION_ARG_NONE, &self->without[YODEL_MEDIA_AUDIO], N_("No sound in this call"), NULL },
    { "no-video", 0, 0, G_OPTION_ARG_NONE, &self->without[YODEL_MEDIA_VIDEO], N_("No picture in this call"), NULL },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &self->duration_s, N_("End the call so long after it was connected"), N_("SECONDS") },
    { "max-bitrate", 0, 0, G_OPTION_ARG_INT, &self->max_bitrate_kbps, N_("Send at most so much"), "KBIT" },
    { "stun", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->stun, N_("Ask this STUN server for the public address (repeatable)"), N_("HOST[:PORT]") },
    { "bind", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->bind, N_("Use this local address only (repeatable)"), N_("ADDRESS|INTERFACE") },
    { "via", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->via, N_("Meet this way, such as lan: or wss://HOST (repeatable)"), "URI" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &self->profile, N_("Be this one of several identities"), N_("NAME") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &self->name, N_("What strangers are told when I knock"), N_("NAME") },
    { "auto-accept", 0, 0, G_OPTION_ARG_NONE, &self->auto_accept, N_("Take calls without asking"), NULL },
    { "redial", 0, 0, G_OPTION_ARG_NONE, &self->redial, N_("Call whom I called last"), NULL },
    { "once", 0, 0, G_OPTION_ARG_NONE, &self->once, N_("End after the first call that was taken"), NULL },
    { "no-knocks", 0, 0, G_OPTION_ARG_NONE, &self->no_knocks, N_("Do not hear strangers"), NULL },
    { "do-not-disturb", 0, 0, G_OPTION_ARG_NONE, &self->do_not_disturb, N_("Let nothing ring; the history tells who called"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, N_("Write what happens as JSON lines on standard output"), NULL },
    { "events", 0, 0, G_OPTION_ARG_FILENAME, &self->events, N_("Write what happens as JSON lines"), N_("FILE|-") },
    { "stats", 0, 0, G_OPTION_ARG_FILENAME, &self->stats, N_("Write statistics every second as JSON lines"), N_("FILE") },
    { "dtmf", 0, 0, G_OPTION_ARG_STRING, &self->dtmf, N_("Press these keys of a telephone once connected"), N_("KEYS") },
    { "control", 0, 0, G_OPTION_ARG_FILENAME, &self->control, N_("Read commands for the running call from this pipe"), N_("PIPE") },
    { "echo-cancellation", 0, 0, G_OPTION_ARG_STRING, &self->processing[YODEL_CLI_ECHO_CANCELLATION], N_("Take the echo out of the microphone's sound"), "on|off|low|moderate|high" },
    { "noise-suppression", 0, 0, G_OPTION_ARG_STRING, &self->processing[YODEL_CLI_NOISE_SUPPRESSION], N_("Take noise out of it"), "on|off" },
    { "gain-control", 0, 0, G_OPTION_ARG_STRING, &self->processing[YODEL_CLI_GAIN_CONTROL], N_("Even out how loud it is"), "on|off" },
    { "high-pass", 0, 0, G_OPTION_ARG_STRING, &self->processing[YODEL_CLI_HIGH_PASS], N_("Take rumble out of it"), "on|off" },
    { "snapshot", 0, 0, G_OPTION_ARG_FILENAME, &self->snapshot, N_("Save the last received picture as a PNG"), N_("FILE") },
    { "progress", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &self->progress, "Add \"progress\" to the events five times a second", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, NULL },
    { NULL }
  };

  *self = (YodelCliOptions) { 0 };
  return parse (self, entries, command, summary, argv, error) && take_addresses (self, command, rest, error) &&
         take_content (self, error) && take_sound (self, error) && take_codec (self, error) && is_sane (self, error);
}

void
yodel_cli_options_clear (YodelCliOptions *self)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (self->sources); kind++)
    {
      g_clear_pointer (&self->sources[kind], g_free);
      g_clear_pointer (&self->sinks[kind], g_free);
    }
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->profile, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->via, g_strfreev);
  g_clear_pointer (&self->video_content, g_free);
  g_clear_pointer (&self->audio_content, g_free);
  g_clear_pointer (&self->audio_channels, g_free);
  g_clear_pointer (&self->video_codec, g_free);
  g_clear_pointer (&self->stun, g_strfreev);
  g_clear_pointer (&self->bind, g_strfreev);
  g_clear_pointer (&self->events, g_free);
  g_clear_pointer (&self->stats, g_free);
  g_clear_pointer (&self->snapshot, g_free);
  g_clear_pointer (&self->dtmf, g_free);
  g_clear_pointer (&self->control, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->processing); i++)
    g_clear_pointer (&self->processing[i], g_free);
}
