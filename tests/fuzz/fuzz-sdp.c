/* What must hold for any text: what was read can be written, and reads back the same. */
#include <string.h>

#include "sdp/ice-candidate.h"
#include "sdp/sdp-attributes.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
read_attribute (const YodelSdpAttribute *attribute)
{
  const char *value = attribute->value != NULL ? attribute->value : "";
  YodelIceCandidate candidate;
  YodelSdpExtmap extmap;
  YodelSdpFingerprint fingerprint;
  YodelSdpRtpmap rtpmap;
  YodelSdpSsrc ssrc;
  YodelSdpSsrcGroup group;
  g_autofree char *fmtp = yodel_sdp_fmtp_dup (value, "apt");

  if (yodel_ice_candidate_parse (&candidate, value))
    {
      g_autofree char *text = yodel_ice_candidate_write (&candidate);

      g_assert_true (yodel_ice_candidate_parse (&candidate, text));
    }
  if (yodel_sdp_parse_fingerprint (value, &fingerprint))
    {
      g_autofree char *text = yodel_sdp_write_fingerprint (&fingerprint);

      g_assert_true (yodel_sdp_parse_fingerprint (text, &fingerprint));
    }
  yodel_sdp_parse_extmap (value, &extmap);
  yodel_sdp_parse_rtpmap (value, &rtpmap);
  yodel_sdp_parse_ssrc (value, &ssrc);
  yodel_sdp_parse_ssrc_group (value, &group);
}

static void
read_media (const YodelSdpMedia *media)
{
  YodelSdpRtpmap rtpmap;
  YodelDirection direction;

  g_assert_cmpuint (media->formats->len, <=, YODEL_SDP_MAX_FORMATS);
  g_assert_cmpuint (media->attributes->len, <=, YODEL_SDP_MAX_ATTRIBUTES);
  for (guint i = 0; i < media->attributes->len; i++)
    read_attribute (g_ptr_array_index (media->attributes, i));
  yodel_sdp_media_get_rtpmap (media, 96, &rtpmap);
  yodel_sdp_media_get_fmtp (media, 97);
  yodel_sdp_media_has_feedback (media, 96, "nack pli");
  yodel_sdp_get_direction (media->attributes, &direction);
  yodel_sdp_get_bandwidth_bps (media->bandwidths);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (YodelSdp) sdp = yodel_sdp_parse ((const char *) data, (gssize) size, NULL);
  g_autoptr (YodelSdp) again = NULL;
  g_autofree char *text = NULL;

  if (sdp == NULL)
    return 0;

  g_assert_cmpuint (sdp->media->len, <=, YODEL_SDP_MAX_MEDIA);
  for (guint i = 0; i < sdp->media->len; i++)
    read_media (yodel_sdp_get_media (sdp, i));

  text = yodel_sdp_write (sdp);
  if (strlen (text) > YODEL_SDP_MAX_BYTES)      /* "s=" and CR LF may add a little */
    return 0;
  again = yodel_sdp_parse (text, -1, NULL);
  g_assert_nonnull (again);
  g_assert_true (yodel_sdp_equal (sdp, again));
  return 0;
}
