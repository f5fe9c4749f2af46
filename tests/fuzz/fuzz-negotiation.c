/* Any text as the peer's offer or answer: it is taken or refused, and what is then written can be
 * read.  The first byte tells: 'a' an answer, 'A' a provisional one, anything else an offer. */
#include <string.h>

#include "lib/negotiation-peer.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
check_readable (const char *text)
{
  g_autoptr (YodelSdp) sdp = yodel_sdp_parse (text, -1, NULL);

  /* What an offer makes us write may be longer than a description may be, but not malformed. */
  g_assert_true (sdp != NULL || strlen (text) > YODEL_SDP_MAX_BYTES);
}

static void
look_around (YodelNegotiation *self)
{
  g_assert_cmpuint (yodel_negotiation_get_n_transports (self), <=, 2);
  for (guint i = 0; i < yodel_negotiation_get_n_transceivers (self); i++)
    {
      const YodelTransceiver *transceiver = yodel_negotiation_get_transceiver (self, i);
      const YodelMediaParameters *media = yodel_negotiation_get_media (self, transceiver->id);

      if (media == NULL)
        continue;
      g_assert_cmpuint (media->transport_index, <, 2);
      g_assert_nonnull (yodel_negotiation_get_transport (self, media->transport_index));
      g_assert_true (media->send.opus >= 0 || media->send.vp8 >= 0 || media->send.vp9 >= 0);
      g_assert_true (g_utf8_validate (media->remote_cname, -1, NULL));
    }
}

static void
go_on (YodelNegotiation *self,
       const char       *text)
{
  g_autofree char *offer = NULL;

  look_around (self);
  offer = yodel_negotiation_create_offer (self, NULL);
  if (offer != NULL)
    {
      check_readable (offer);
      yodel_negotiation_set_remote (self, YODEL_SDP_ANSWER, text, NULL);
      look_around (self);
    }
  yodel_negotiation_rollback (self, NULL);
  look_around (self);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 2);
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;
  g_autofree char *ours = NULL;

  if (text == NULL)
    return 0;
  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);

  if (data[0] == 'a' || data[0] == 'A')
    {
      ours = yodel_negotiation_create_offer (self, NULL);
      yodel_negotiation_set_remote (self, data[0] == 'a' ? YODEL_SDP_ANSWER : YODEL_SDP_PRANSWER, text, NULL);
      look_around (self);
      yodel_negotiation_set_remote (self, YODEL_SDP_ANSWER, text, NULL);
    }
  else if (yodel_negotiation_set_remote (self, YODEL_SDP_OFFER, text, NULL))
    {
      look_around (self);
      ours = yodel_negotiation_create_answer (self, NULL);
      g_assert_nonnull (ours);
      check_readable (ours);
    }
  go_on (self, text);
  return 0;
}
