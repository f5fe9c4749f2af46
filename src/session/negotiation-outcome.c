/* Writes down what offer and answer came to for one m= line. */
#define G_LOG_DOMAIN "yodel-session"

#include <string.h>

#include "audio/telephone-event.h"
#include "session/negotiation-private.h"

#define MAX_MID_EXTENSION_BYTES 16     /* what a one-byte header extension carries, RFC 8285 section 4.2 */

/* Cuts what is too long, but not within a character. */
static void
copy_name (char       *to,
           const char *from)
{
  const char *end;

  g_strlcpy (to, from, YODEL_NEGOTIATION_MAX_NAME_BYTES + 1);
  if (!g_utf8_validate (to, -1, &end))
    to[end - to] = '\0';
}

/* Returns: (nullable): what an a=ssrc line says of @name, RFC 5576 */
static const char *
find_ssrc_line (const YodelSdpMedia *media,
                guint32              number,
                const char          *name)
{
  YodelSdpSsrc ssrc;
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "ssrc", &position)) != NULL)
    if (yodel_sdp_parse_ssrc (value, &ssrc) && ssrc.ssrc == number && g_str_equal (ssrc.name, name))
      return ssrc.value;
  return NULL;
}

/* The stream and the one that repeats it (FID, RFC 5576 section 4.2); else the first that is named. */
static void
read_stream (const YodelSdpMedia  *media,
             YodelMediaParameters *parameters)
{
  YodelSdpSsrcGroup group;
  YodelSdpSsrc ssrc;
  const char *value;
  guint position = 0;

  while (parameters->remote_ssrc == 0 && (value = yodel_sdp_next (media->attributes, "ssrc-group", &position)) != NULL)
    if (yodel_sdp_parse_ssrc_group (value, &group) && g_str_equal (group.semantics, "FID") && group.n_ssrcs == 2)
      {
        parameters->remote_ssrc = group.ssrcs[0];
        parameters->remote_rtx_ssrc = group.ssrcs[1];
      }

  position = 0;
  while (parameters->remote_ssrc == 0 && (value = yodel_sdp_next (media->attributes, "ssrc", &position)) != NULL)
    if (yodel_sdp_parse_ssrc (value, &ssrc))
      parameters->remote_ssrc = ssrc.ssrc;

  value = find_ssrc_line (media, parameters->remote_ssrc, "cname");
  if (value != NULL)
    copy_name (parameters->remote_cname, value);
}

/* a=msid, RFC 8830, or what it was before that: a line of the SSRC.  A "-" stands for no stream. */
static void
read_msid (const YodelSdpMedia  *media,
           YodelMediaParameters *parameters)
{
  const char *value = yodel_sdp_find (media->attributes, "msid");
  g_auto (GStrv) words = NULL;

  if (value == NULL)
    value = find_ssrc_line (media, parameters->remote_ssrc, "msid");
  words = g_strsplit (value != NULL ? value : "", " ", 3);
  if (words[0] == NULL)
    return;
  if (!g_str_equal (words[0], "-"))
    copy_name (parameters->remote_stream_id, words[0]);
  if (words[1] != NULL)
    copy_name (parameters->remote_track_id, words[1]);
}

static guint
find_uint (const YodelSdpMedia *media,
           const char          *name)
{
  const char *value = yodel_sdp_find (media->attributes, name);
  guint64 number;

  return value != NULL && yodel_sdp_parse_uint (value, G_MAXINT, &number) ? (guint) number : 0;
}

static void
read_wishes (const YodelSdp       *sdp,
             const YodelSdpMedia  *media,
             YodelMediaParameters *parameters)
{
  const char *fmtp = parameters->send.opus >= 0 ? yodel_sdp_media_get_fmtp (media, (guint) parameters->send.opus) : NULL;

  parameters->max_average_bitrate_bps = yodel_sdp_fmtp_get_uint (fmtp, "maxaveragebitrate", 0);
  parameters->max_playback_rate_hz = yodel_sdp_fmtp_get_uint (fmtp, "maxplaybackrate", 0);
  parameters->stereo = yodel_sdp_fmtp_get_uint (fmtp, "stereo", 0) == 1;
  parameters->inband_fec = yodel_sdp_fmtp_get_uint (fmtp, "useinbandfec", 0) == 1;
  parameters->dtx = yodel_sdp_fmtp_get_uint (fmtp, "usedtx", 0) == 1;
  parameters->cbr = yodel_sdp_fmtp_get_uint (fmtp, "cbr", 0) == 1;
  parameters->ptime_ms = find_uint (media, "ptime");
  parameters->max_ptime_ms = find_uint (media, "maxptime");
  parameters->min_ptime_ms = yodel_sdp_fmtp_get_uint (fmtp, "minptime", 0);
  parameters->max_bandwidth_bps = yodel_sdp_get_bandwidth_bps (media->bandwidths->len > 0 ? media->bandwidths : sdp->bandwidths);
}

/* What the peer's keypad takes; telephones themselves differ in what stands behind the digits. */
static void
read_keypad (const YodelSdpMedia  *media,
             YodelMediaParameters *parameters)
{
  const YodelPayloadTypes *types = &parameters->send;
  gint type = types->telephone_event >= 0 ? types->telephone_event : types->telephone_event_8000;

  if (type >= 0)
    parameters->telephone_keys = yodel_telephone_events_parse (yodel_sdp_media_get_fmtp (media, (guint) type));
}

/* Writes down what was agreed; @media is the peer's section. */
void
yodel_agreed_section_agree (YodelAgreedSection  *self,
                            const YodelSdp      *sdp,
                            const YodelSdpMedia *media,
                            YodelDirection       direction)
{
  YodelMediaParameters parameters = { .transceiver = self->transceiver };

  g_strlcpy (parameters.mid, self->mid, sizeof parameters.mid);
  parameters.kind = self->kind;
  parameters.direction = direction;
  parameters.transport_index = self->transport;
  yodel_media_profile_agree (&self->local, &self->remote, &parameters);
  if (strlen (self->mid) > MAX_MID_EXTENSION_BYTES || self->mid[0] == '\0')
    parameters.extensions.mid = 0;
  read_stream (media, &parameters);
  read_msid (media, &parameters);
  read_wishes (sdp, media, &parameters);
  read_keypad (media, &parameters);

  self->media = parameters;
  self->agreed = TRUE;
}
