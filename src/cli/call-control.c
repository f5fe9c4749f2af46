/* What may be done to a call while it runs: keys of the terminal, commands of a script, and the keypad. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <yodel/yodel-media.h>

#include "cli/call.h"

/* What telephones take for a key that was meant. */
#define KEY_MS 100

#define KEYPAD "0123456789*#ABCD"

/* Presses keys of a telephone at the other end. */
void
yodel_cli_call_press_keys (YodelCliCall *self,
                           const char   *keys)
{
  YodelTrack *track = self->tracks[YODEL_MEDIA_AUDIO];
  g_autoptr (GError) error = NULL;
  YodelJsonLine line;

  if (track == NULL)
    return;
  if (!yodel_track_send_telephone_events (track, keys, KEY_MS, &error))
    {
      yodel_cli_call_say (self, "yodel: %s", error->message);
      return;
    }
  yodel_events_begin (&self->events, &line, "telephone-event-sent", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "keys", keys);
  yodel_events_end (&self->events, &line);
}

static void
set_muted (YodelCliCall *self,
           gboolean      muted)
{
  YodelTrack *track = self->tracks[YODEL_MEDIA_AUDIO];

  if (track == NULL || self->status.muted == muted)
    return;
  self->status.muted = muted;
  yodel_track_set_enabled (track, !muted);
  yodel_events_emit (&self->events, muted ? "muted" : "unmuted", g_get_monotonic_time ());
  if (!self->shows_status)
    yodel_cli_call_say (self, "%s", muted ? _("muted") : _("not muted any more"));
}

static void
tell_medium (YodelCliCall *self,
             const char   *name,
             const char   *spec)
{
  YodelJsonLine line;

  yodel_events_begin (&self->events, &line, "medium", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "name", name);
  yodel_json_line_add_string (&line, "spec", spec);
  yodel_events_end (&self->events, &line);
}

static void
use_source (YodelCliCall   *self,
            YodelMediaKind  kind,
            YodelSource    *source)
{
  yodel_cli_call_watch_medium (self, G_OBJECT (source));
  g_set_object (&self->media.sources[kind], source);
  if (self->exchange != NULL)
    self->exchange (self, kind);
  else
    yodel_track_set_source (self->tracks[kind], source);
}

static void
use_audio_sink (YodelCliCall *self,
                YodelSink    *sink)
{
  yodel_cli_call_watch_medium (self, G_OBJECT (sink));
  g_set_object (&self->media.sinks[YODEL_MEDIA_AUDIO], sink);
  if (self->exchange != NULL)
    self->exchange (self, YODEL_MEDIA_AUDIO);
  else
    yodel_track_set_sink (self->tracks[YODEL_MEDIA_AUDIO], sink);
}

/* A device that is exchanged for another one keeps what was set, and the gap is short.
 * Returns: FALSE if @object is none, or @spec names none */
static gboolean
exchange_device (gpointer    object,
                 const char *spec)
{
  const char *name = g_str_has_prefix (spec, "device:") ? spec + strlen ("device:") : NULL;

  if (object == NULL || g_object_class_find_property (G_OBJECT_GET_CLASS (object), "device") == NULL ||
      (name == NULL && strcmp (spec, "default") != 0))
    return FALSE;
  g_object_set (object, "device", name, NULL);
  return TRUE;
}

static gboolean
set_source (YodelCliCall    *self,
            YodelMediaKind   kind,
            const char      *spec,
            GError         **error)
{
  g_autoptr (YodelSource) source = NULL;

  if (exchange_device (self->media.sources[kind], spec))
    return TRUE;
  source = yodel_cli_media_open_source (self->options, kind, spec, error);
  if (source == NULL)
    return FALSE;
  use_source (self, kind, source);
  return TRUE;
}

static gboolean
set_audio_sink (YodelCliCall  *self,
                const char    *spec,
                GError       **error)
{
  g_autoptr (YodelSink) sink = NULL;

  if (exchange_device (self->media.sinks[YODEL_MEDIA_AUDIO], spec))
    return TRUE;
  sink = yodel_media_sink_new (YODEL_MEDIA_AUDIO, spec, error);
  if (sink == NULL)
    return FALSE;
  use_audio_sink (self, sink);
  return TRUE;
}

/* audio-source S, audio-sink S, video-source S: what the options of these names take. */
static void
set_medium (YodelCliCall *self,
            const char   *name,
            const char   *spec)
{
  const YodelMediaKind kind = g_str_has_prefix (name, "video") ? YODEL_MEDIA_VIDEO : YODEL_MEDIA_AUDIO;
  g_autoptr (GError) error = NULL;

  if (self->tracks[kind] == NULL)
    return;
  if (g_str_has_suffix (name, "sink") ? set_audio_sink (self, spec, &error) : set_source (self, kind, spec, &error))
    tell_medium (self, name, spec);
  else
    yodel_cli_call_say (self, "yodel: %s", error->message);
}

/* The device of @kind behind the one in use; the default one behind the last.
 * Returns: (transfer full) (nullable): its name, for people in @description */
static char *
next_device (const char  *kind,
             const char  *current,
             char       **description)
{
  g_autoptr (GVariant) devices = yodel_media_list_devices (NULL);
  gboolean is_next = current == NULL;

  for (gsize i = 0; devices != NULL && i < g_variant_n_children (devices); i++)
    {
      g_autoptr (GVariant) device = g_variant_get_child_value (devices, i);
      const char *found = "", *name = "", *text = "";

      g_variant_lookup (device, "kind", "&s", &found);
      g_variant_lookup (device, "name", "&s", &name);
      g_variant_lookup (device, "description", "&s", &text);
      if (strcmp (found, kind) != 0)
        continue;
      if (is_next)
        {
          *description = g_strdup (text);
          return g_strdup (name);
        }
      is_next = g_strcmp0 (name, current) == 0;
    }
  *description = g_strdup (_("the default device"));
  return NULL;
}

static void
take_next_device (YodelCliCall *self,
                  gboolean      is_microphone)
{
  gpointer object = is_microphone ? (gpointer) self->media.sources[YODEL_MEDIA_AUDIO] : self->media.sinks[YODEL_MEDIA_AUDIO];
  g_autofree char *current = NULL, *name = NULL, *description = NULL, *spec = NULL;

  if (object == NULL || g_object_class_find_property (G_OBJECT_GET_CLASS (object), "device") == NULL)
    {
      yodel_cli_call_say (self, "%s", is_microphone ? _("The sound does not come from a device.")
                                                    : _("The sound does not go to a device."));
      return;
    }
  g_object_get (object, "device", &current, NULL);
  name = next_device (is_microphone ? "microphone" : "loudspeaker", current, &description);
  spec = name != NULL ? g_strconcat ("device:", name, NULL) : g_strdup ("default");
  yodel_cli_call_say (self, is_microphone ? _("microphone: %s") : _("loudspeaker: %s"), description);
  set_medium (self, is_microphone ? "audio-source" : "audio-sink", spec);
}

/* Returns: FALSE where the key means nothing */
gboolean
yodel_cli_call_take_key (YodelCliCall *self,
                         char          key)
{
  const char text[] = { key, '\0' };

  if (key != '\0' && strchr (KEYPAD, key) != NULL)
    yodel_cli_call_press_keys (self, text);
  else if (key == 'm')
    set_muted (self, !self->status.muted);
  else if (key == 'i' || key == 'o')
    take_next_device (self, key == 'i');
  else if (key == 'q')
    yodel_cli_call_close (self);
  else
    return FALSE;
  return TRUE;
}

static void
on_key (char     key,
        gpointer user_data)
{
  yodel_cli_call_take_key (user_data, key);
}

/* Returns: FALSE where there is no such command */
gboolean
yodel_cli_call_take_command (YodelCliCall *self,
                             const char   *name,
                             const char   *value)
{
  if (strcmp (name, "keys") == 0 && strlen (value) <= YODEL_CLI_MAX_KEYS)
    yodel_cli_call_press_keys (self, value);
  else if (strcmp (name, "mute") == 0 || strcmp (name, "unmute") == 0)
    set_muted (self, *name == 'm');
  else if (strcmp (name, "audio-source") == 0 || strcmp (name, "audio-sink") == 0 || strcmp (name, "video-source") == 0)
    set_medium (self, name, value);
  else if (strcmp (name, "hang-up") == 0)
    yodel_cli_call_close (self);
  else
    return FALSE;
  return TRUE;
}

static void
on_command (const char *command,
            gpointer    user_data)
{
  YodelCliCall *self = user_data;
  g_auto (GStrv) words = g_strsplit (command, " ", 2);
  const char *name = words[0] != NULL ? words[0] : "";
  const char *value = words[0] != NULL && words[1] != NULL ? words[1] : "";

  if (self->is_closing || *name == '\0')
    return;
  if (!yodel_cli_call_take_command (self, name, value))
    yodel_cli_call_say (self, _("yodel: there is no command \"%s\""), command);
}

static void
on_telephone_event (YodelTrack   *track,
                    const char   *key,
                    guint         duration_ms,
                    YodelCliCall *self)
{
  YodelJsonLine line;

  yodel_events_begin (&self->events, &line, "telephone-event", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "key", key);
  yodel_json_line_add_number (&line, "duration", duration_ms / 1000.0);
  yodel_events_end (&self->events, &line);
  yodel_cli_call_say (self, _("the other side pressed %s"), key);
}

static void
on_speaking_while_muted (YodelTrack   *track,
                         GParamSpec   *pspec,
                         YodelCliCall *self)
{
  YodelJsonLine line;

  g_object_get (track, "speaking-while-muted", &self->status.speaks_muted, NULL);
  yodel_events_begin (&self->events, &line, "speaking-while-muted", g_get_monotonic_time ());
  yodel_json_line_add_bool (&line, "speaking", self->status.speaks_muted);
  yodel_events_end (&self->events, &line);
  if (self->status.speaks_muted && !self->shows_status)
    yodel_cli_call_say (self, "%s", _("You are speaking, but muted."));
}

/* From the beginning of the call. */
gboolean
yodel_cli_call_start_control (YodelCliCall  *self,
                              GError       **error)
{
  YodelTrack *track = self->tracks[YODEL_MEDIA_AUDIO];

  if (track != NULL)
    {
      g_signal_connect (track, "telephone-event", G_CALLBACK (on_telephone_event), self);
      g_signal_connect (track, "notify::speaking-while-muted", G_CALLBACK (on_speaking_while_muted), self);
    }
  if (self->options->control == NULL || self->give_up != NULL)
    return TRUE;
  self->commands = yodel_command_input_new (self->options->control, on_command, self, error);
  return self->commands != NULL;
}

/* The call is connected. */
void
yodel_cli_call_start_keys (YodelCliCall *self)
{
  if (!yodel_cli_media_uses_stdin (self->options))
    self->keys = yodel_key_input_new (on_key, self);
}

void
yodel_cli_call_stop_control (YodelCliCall *self)
{
  g_clear_pointer (&self->keys, yodel_key_input_free);
  g_clear_pointer (&self->commands, yodel_command_input_free);
}
