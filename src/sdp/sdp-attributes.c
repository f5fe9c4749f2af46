#define G_LOG_DOMAIN "yodel-sdp"

#include "sdp/sdp-attributes.h"

#include <string.h>

/* Digits alone, no sign, no space, not more than @max. */
gboolean
yodel_sdp_parse_uint (const char *text,
                      guint64     max,
                      guint64    *number)
{
  return g_ascii_isdigit (*text) && g_ascii_string_to_unsigned (text, 10, 0, max, number, NULL);
}

/* Takes the next run of what is not a space into @word.  Returns: FALSE if there is none or it does not fit */
static gboolean
take_word (const char **text,
           char        *word,
           gsize        word_size)
{
  const char *start = *text + strspn (*text, " ");
  gsize n = strcspn (start, " ");

  if (n == 0 || n >= word_size)
    return FALSE;
  memcpy (word, start, n);
  word[n] = '\0';
  *text = start + n;
  return TRUE;
}

static const char *
skip_spaces (const char *text)
{
  return text + strspn (text, " ");
}

/* "111 opus/48000/2" */
gboolean
yodel_sdp_parse_rtpmap (const char     *value,
                        YodelSdpRtpmap *rtpmap)
{
  YodelSdpRtpmap result = { .channels = 1 };
  char payload_type[8];
  char encoding[64];
  g_auto (GStrv) parts = NULL;
  guint64 number;

  if (!take_word (&value, payload_type, sizeof payload_type) || !yodel_sdp_parse_uint (payload_type, 127, &number) ||
      !take_word (&value, encoding, sizeof encoding))
    return FALSE;
  result.payload_type = (guint8) number;

  parts = g_strsplit (encoding, "/", 3);
  if (g_strv_length (parts) < 2 || *parts[0] == '\0' ||
      g_strlcpy (result.encoding, parts[0], sizeof result.encoding) >= sizeof result.encoding ||
      !yodel_sdp_parse_uint (parts[1], G_MAXUINT, &number))
    return FALSE;
  result.clock_rate_hz = (guint) number;

  if (parts[2] != NULL)
    {
      if (!yodel_sdp_parse_uint (parts[2], 255, &number))
        return FALSE;
      result.channels = (guint) number;
    }
  *rtpmap = result;
  return TRUE;
}

static const char *directions[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

static gboolean
parse_direction (const char     *text,
                 YodelDirection *direction)
{
  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    if (g_str_equal (text, directions[i]))
      {
        *direction = i;
        return TRUE;
      }
  return FALSE;
}

const char *
yodel_sdp_direction_to_string (YodelDirection direction)
{
  return directions[direction & YODEL_DIRECTION_SENDRECV];
}

/* Returns: TRUE if the section names a direction */
gboolean
yodel_sdp_get_direction (GPtrArray      *attributes,
                         YodelDirection *direction)
{
  for (guint i = 0; i < attributes->len; i++)
    {
      const YodelSdpAttribute *attribute = g_ptr_array_index (attributes, i);

      if (attribute->value == NULL && parse_direction (attribute->name, direction))
        return TRUE;
    }
  return FALSE;
}

/* "3/recvonly urn:ietf:params:rtp-hdrext:sdes:mid"; ids above 14 need two-byte headers, RFC 8285 section 5 */
gboolean
yodel_sdp_parse_extmap (const char     *value,
                        YodelSdpExtmap *extmap)
{
  YodelSdpExtmap result = { .direction = YODEL_DIRECTION_SENDRECV };
  char id[24];
  char *slash;
  guint64 number;

  if (!take_word (&value, id, sizeof id) || !take_word (&value, result.uri, sizeof result.uri))
    return FALSE;
  slash = strchr (id, '/');
  if (slash != NULL)
    {
      *slash = '\0';
      if (!parse_direction (slash + 1, &result.direction))
        return FALSE;
    }
  if (!yodel_sdp_parse_uint (id, 255, &number) || number == 0)
    return FALSE;

  result.id = (guint) number;
  *extmap = result;
  return TRUE;
}

static const struct
{
  const char *algorithm;
  gsize       size_bytes;
} hashes[] = {
  { "sha-1", 20 }, { "sha-224", 28 }, { "sha-256", 32 }, { "sha-384", 48 }, { "sha-512", 64 },
};

static gboolean
fits_algorithm (const YodelSdpFingerprint *fingerprint)
{
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    if (g_str_equal (fingerprint->algorithm, hashes[i].algorithm))
      return fingerprint->size_bytes == hashes[i].size_bytes;
  return TRUE;            /* one that we do not know: the caller refuses it by name */
}

/* "sha-256 4A:AD:B9:..." */
gboolean
yodel_sdp_parse_fingerprint (const char          *value,
                             YodelSdpFingerprint *fingerprint)
{
  YodelSdpFingerprint result = { .size_bytes = 0 };
  char hex[YODEL_SDP_MAX_FINGERPRINT_BYTES * 3 + 1];

  if (!take_word (&value, result.algorithm, sizeof result.algorithm) || !take_word (&value, hex, sizeof hex))
    return FALSE;
  for (char *p = result.algorithm; *p != '\0'; p++)
    *p = g_ascii_tolower (*p);

  for (const char *p = hex;; p += 3)
    {
      if (!g_ascii_isxdigit (p[0]) || !g_ascii_isxdigit (p[1]) || result.size_bytes == sizeof result.bytes)
        return FALSE;
      result.bytes[result.size_bytes++] = (guint8) (g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]));
      if (p[2] == '\0')
        break;
      if (p[2] != ':')
        return FALSE;
    }
  if (!fits_algorithm (&result))
    return FALSE;
  *fingerprint = result;
  return TRUE;
}

char *
yodel_sdp_write_fingerprint (const YodelSdpFingerprint *fingerprint)
{
  GString *text = g_string_new (fingerprint->algorithm);

  for (gsize i = 0; i < fingerprint->size_bytes; i++)
    g_string_append_printf (text, "%c%02X", i == 0 ? ' ' : ':', fingerprint->bytes[i]);
  return g_string_free (text, FALSE);
}

static const char *setups[] = { "", "active", "passive", "actpass", "holdconn" };

YodelSdpSetup
yodel_sdp_parse_setup (const char *value)
{
  for (guint i = 1; i < G_N_ELEMENTS (setups); i++)
    if (g_str_equal (value, setups[i]))
      return i;
  return YODEL_SDP_SETUP_NONE;
}

const char *
yodel_sdp_setup_to_string (YodelSdpSetup setup)
{
  return setups[setup];
}

/* "3965674649 cname:8jNhldkM09d+HGl7" */
gboolean
yodel_sdp_parse_ssrc (const char   *value,
                      YodelSdpSsrc *ssrc)
{
  YodelSdpSsrc result = { .value = "" };
  char number_text[16];
  guint64 number;
  gsize name_bytes;

  if (!take_word (&value, number_text, sizeof number_text) || !yodel_sdp_parse_uint (number_text, G_MAXUINT32, &number))
    return FALSE;
  value = skip_spaces (value);
  name_bytes = strcspn (value, ":");
  if (name_bytes == 0 || name_bytes >= sizeof result.name)
    return FALSE;

  result.ssrc = (guint32) number;
  memcpy (result.name, value, name_bytes);
  if (value[name_bytes] == ':')
    result.value = value + name_bytes + 1;
  *ssrc = result;
  return TRUE;
}

/* "FID 4263020435 3082962011" */
gboolean
yodel_sdp_parse_ssrc_group (const char        *value,
                            YodelSdpSsrcGroup *group)
{
  YodelSdpSsrcGroup result = { .n_ssrcs = 0 };
  char word[16];
  guint64 number;

  if (!take_word (&value, result.semantics, sizeof result.semantics))
    return FALSE;
  while (*skip_spaces (value) != '\0')
    {
      if (result.n_ssrcs == YODEL_SDP_MAX_GROUP_SSRCS || !take_word (&value, word, sizeof word) ||
          !yodel_sdp_parse_uint (word, G_MAXUINT32, &number))
        return FALSE;
      result.ssrcs[result.n_ssrcs++] = (guint32) number;
    }
  *group = result;
  return TRUE;
}

gboolean
yodel_sdp_media_get_rtpmap (const YodelSdpMedia *media,
                            guint                payload_type,
                            YodelSdpRtpmap      *rtpmap)
{
  YodelSdpRtpmap candidate;
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "rtpmap", &position)) != NULL)
    if (yodel_sdp_parse_rtpmap (value, &candidate) && candidate.payload_type == payload_type)
      {
        *rtpmap = candidate;
        return TRUE;
      }
  return FALSE;
}

/* Returns: (nullable): the parameters of @payload_type, as "minptime=10;useinbandfec=1" */
const char *
yodel_sdp_media_get_fmtp (const YodelSdpMedia *media,
                          guint                payload_type)
{
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "fmtp", &position)) != NULL)
    {
      char word[8];
      guint64 number;

      if (take_word (&value, word, sizeof word) && yodel_sdp_parse_uint (word, 127, &number) && number == payload_type)
        return skip_spaces (value);
    }
  return NULL;
}

/* Returns: (transfer full) (nullable): what stands after @key=, without spaces around it */
char *
yodel_sdp_fmtp_dup (const char *fmtp,
                    const char *key)
{
  gsize key_bytes = strlen (key);

  while (fmtp != NULL && *fmtp != '\0')
    {
      gsize n;

      fmtp += strspn (fmtp, " ;");
      n = strcspn (fmtp, ";");
      if (n > key_bytes && fmtp[key_bytes] == '=' && g_ascii_strncasecmp (fmtp, key, key_bytes) == 0)
        return g_strchomp (g_strndup (fmtp + key_bytes + 1, n - key_bytes - 1));
      fmtp += n;
    }
  return NULL;
}

guint
yodel_sdp_fmtp_get_uint (const char *fmtp,
                         const char *key,
                         guint       otherwise)
{
  g_autofree char *text = yodel_sdp_fmtp_dup (fmtp, key);
  guint64 number;

  return text != NULL && yodel_sdp_parse_uint (text, G_MAXUINT, &number) ? (guint) number : otherwise;
}

/* Is @feedback ("nack", "nack pli", "transport-cc" ...) there for @payload_type, by itself or by "*"?
 * Lines of formats that are not in the m= line are nobody's. */
gboolean
yodel_sdp_media_has_feedback (const YodelSdpMedia *media,
                              guint                payload_type,
                              const char          *feedback)
{
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "rtcp-fb", &position)) != NULL)
    {
      char word[8];
      guint64 number;
      g_autofree char *rest = NULL;

      if (!take_word (&value, word, sizeof word))
        continue;
      if (!g_str_equal (word, "*") && !(yodel_sdp_parse_uint (word, 127, &number) && number == payload_type))
        continue;
      rest = g_strchomp (g_strdup (skip_spaces (value)));
      if (g_ascii_strcasecmp (rest, feedback) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Returns: the id of @uri in this section; 0 if it is not there */
guint
yodel_sdp_media_get_extmap_id (const YodelSdpMedia *media,
                               const char          *uri)
{
  YodelSdpExtmap extmap;
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (media->attributes, "extmap", &position)) != NULL)
    if (yodel_sdp_parse_extmap (value, &extmap) && g_str_equal (extmap.uri, uri))
      return extmap.id;
  return 0;
}

/* Returns: what b=TIAS (RFC 3890), else b=AS (kbit/s, RFC 8866 section 5.8) allows; 0 if neither is there */
guint64
yodel_sdp_get_bandwidth_bps (GPtrArray *bandwidths)
{
  guint64 as_bps = 0;

  for (guint i = 0; i < bandwidths->len; i++)
    {
      const YodelSdpBandwidth *bandwidth = g_ptr_array_index (bandwidths, i);

      if (g_str_equal (bandwidth->type, "TIAS"))
        return bandwidth->value;
      if (g_str_equal (bandwidth->type, "AS"))
        as_bps = bandwidth->value <= G_MAXUINT64 / 1000 ? bandwidth->value * 1000 : G_MAXUINT64;
    }
  return as_bps;
}

/* Returns: (transfer full) (nullable): the mids of the first a=group with @semantics, RFC 5888 */
char **
yodel_sdp_get_group (const YodelSdp *sdp,
                     const char     *semantics)
{
  const char *value;
  guint position = 0;

  while ((value = yodel_sdp_next (sdp->attributes, "group", &position)) != NULL)
    {
      char word[16];

      if (take_word (&value, word, sizeof word) && g_str_equal (word, semantics))
        {
          g_autofree char *mids = g_strchomp (g_strdup (skip_spaces (value)));

          return g_strsplit (mids, " ", YODEL_SDP_MAX_MEDIA + 1);
        }
    }
  return NULL;
}
