#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "cli/demo.h"

void
yodel_demo_story_init (YodelDemoStory *self)
{
  *self = (YodelDemoStory) { .rtt_ms = -1, .sent_bps = -1, .received_bps = -1, .loss = -1, .frames_shown = -1,
                             .levels = { -127, -127 } };
  for (guint kind = 0; kind < 2; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (self->totals[kind]); i++)
      self->totals[kind][i] = -1;
}

void
yodel_demo_story_clear (YodelDemoStory *self)
{
  g_clear_pointer (&self->end_text, g_free);
  g_clear_pointer (&self->sdp, g_free);
}

/* Returns: the number of that name, or @otherwise */
static double
get (JsonObject *object,
     const char *name,
     double      otherwise)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : otherwise;
}

static void
read_progress (YodelDemoStory *self,
               JsonObject     *object)
{
  double rtt_ms = get (object, "rttMs", -1);

  if (rtt_ms >= 0 && (self->rtt_ms < 0 || rtt_ms < self->rtt_ms))
    self->rtt_ms = rtt_ms;
  self->sent_bps = get (object, "sentBps", -1);
  self->received_bps = get (object, "receivedBps", -1);
  self->loss = get (object, "loss", -1);
  self->frames_shown = get (object, "framesShown", -1);
  self->levels[0] = get (object, "levelSent", -127);
  self->levels[1] = get (object, "levelReceived", -127);
}

static void
read_result (YodelDemoStory *self,
             JsonObject     *object)
{
  static const char * const kinds[] = { "audio", "video" };
  static const char * const names[] = {
    [YODEL_DEMO_BYTES_SENT] = "bytesSent",
    [YODEL_DEMO_PACKETS_RECEIVED] = "packetsReceived",
    [YODEL_DEMO_PACKETS_LOST] = "packetsLost",
    [YODEL_DEMO_SAMPLES] = "totalSamplesReceived",
    [YODEL_DEMO_CONCEALED] = "concealedSamples",
    [YODEL_DEMO_FRAMES] = "framesRendered",
    [YODEL_DEMO_FREEZES] = "freezeCount",
    [YODEL_DEMO_FROZEN_S] = "totalFreezesDuration",
  };

  self->has_result = TRUE;
  self->duration_s = get (object, "duration", 0);
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      JsonNode *node = json_object_get_member (object, kinds[kind]);

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        continue;
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        self->totals[kind][i] = get (json_node_get_object (node), names[i], -1);
    }
}

static void
read_event (YodelDemoStory *self,
            const char     *event,
            JsonObject     *object)
{
  const struct
  {
    const char *event;
    double     *time_s;
  } times[] = {
    { "local-description", &self->offered_s },
    { "remote-description", &self->answered_s },
    { "connected", &self->connected_s },
    { "first-audio", &self->first_sound_s },
    { "first-video-frame", &self->first_picture_s },
    { "ended", &self->ended_s },
  };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (strcmp (times[i].event, event) == 0 && *times[i].time_s == 0)
      *times[i].time_s = get (object, "t", 0);

  if (strcmp (event, "progress") == 0)
    read_progress (self, object);
  else if (strcmp (event, "result") == 0)
    read_result (self, object);
  else if (strcmp (event, "local-description") == 0)
    {
      g_free (self->sdp);
      self->sdp = g_strdup (json_object_get_string_member_with_default (object, "sdp", NULL));
    }
  else if (strcmp (event, "ended") == 0)
    {
      g_free (self->end_text);
      self->end_text = g_strdup (json_object_get_string_member_with_default (object, "text", NULL));
    }
}

/* Takes an event of the process.  Returns: FALSE if the line is something else: its description */
gboolean
yodel_demo_story_read (YodelDemoStory *self,
                       const char     *line)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;
  const char *event;

  if (!json_parser_load_from_data (parser, line, -1, NULL))
    return TRUE;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return TRUE;

  event = json_object_get_string_member_with_default (json_node_get_object (root), "event", NULL);
  if (event == NULL)
    return FALSE;
  read_event (self, event, json_node_get_object (root));
  return TRUE;
}
