#include "session/negotiation-pair.h"

#include <string.h>

char *
read_sample (const char *name)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *path = g_build_filename (srcdir != NULL ? srcdir : ".", "tests/sdp/data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

char *
replace (const char *text,
         const char *from,
         const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  if (parts[1] == NULL)
    g_error ("“%s” is not in the description", from);
  return g_strjoinv (to, parts);
}

char *
without_video (const char *text)
{
  return g_strndup (text, strstr (text, "m=video") - text);
}

char *
offer (YodelNegotiation *self)
{
  g_autoptr (GError) error = NULL;
  char *text = yodel_negotiation_create_offer (self, &error);

  g_assert_no_error (error);
  return text;
}

char *
answer (YodelNegotiation *self)
{
  g_autoptr (GError) error = NULL;
  char *text = yodel_negotiation_create_answer (self, &error);

  g_assert_no_error (error);
  return text;
}

void
take (YodelNegotiation *self,
      YodelSdpType      type,
      const char       *text)
{
  g_autoptr (GError) error = NULL;

  yodel_negotiation_set_remote (self, type, text, &error);
  g_assert_no_error (error);
}

char *
exchange (YodelNegotiation *offerer,
          YodelNegotiation *answerer)
{
  g_autofree char *offered = offer (offerer);
  char *answered;

  take (answerer, YODEL_SDP_OFFER, offered);
  answered = answer (answerer);
  take (offerer, YODEL_SDP_ANSWER, answered);
  g_assert_cmpint (yodel_negotiation_get_state (offerer), ==, YODEL_SIGNALING_STABLE);
  g_assert_cmpint (yodel_negotiation_get_state (answerer), ==, YODEL_SIGNALING_STABLE);
  return answered;
}

guint
nth_id (YodelNegotiation *self,
        guint             position)
{
  return yodel_negotiation_get_transceiver (self, position)->id;
}

const YodelMediaParameters *
nth_media (YodelNegotiation *self,
           guint             position)
{
  return yodel_negotiation_get_media (self, nth_id (self, position));
}

Pair
pair_up (void)
{
  Pair pair = { negotiation_peer_new ("aaaa", 1), negotiation_peer_new ("bbbb", 1) };
  g_autofree char *answered = NULL;

  negotiation_peer_add (pair.a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (pair.a, YODEL_MEDIA_VIDEO);
  negotiation_peer_add (pair.b, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (pair.b, YODEL_MEDIA_VIDEO);
  answered = exchange (pair.a, pair.b);
  return pair;
}

void
part (Pair *pair)
{
  yodel_negotiation_free (pair->a);
  yodel_negotiation_free (pair->b);
}
