#define G_LOG_DOMAIN "yodel-transport"

#include "transport/srtp.h"

#include <pthread.h>
#include <srtp2/srtp.h>

#define RTP_HEADER_BYTES  12
#define RTCP_HEADER_BYTES 8

struct _YodelSrtp
{
  srtp_t  send;                                       /* (owned) */
  srtp_t  receive;                                    /* (owned) */
  guint32 streams[YODEL_TRANSPORT_MAX_STREAMS];       /* SSRCs heard, authenticated */
  guint   n_streams;
};

/* Thread: any. */
static pthread_once_t initialized = PTHREAD_ONCE_INIT;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static gboolean       is_usable;      /* once it is initialized */

static void
init_library (void)
{
  is_usable = srtp_init () == srtp_err_status_ok;
}

static gpointer
thread_main (gpointer unused)
{
  pthread_once (&initialized, init_library);
  return NULL;
}

static void
launch (void)
{
  g_thread_unref (g_thread_new ("yodel-srtp", thread_main, NULL));
}

/* libsrtp2 begins by testing each of its ciphers, for which, where it is built on NSS, that is loaded and unloaded
 * fourteen times: 30 ms, for which no call should wait once its keys are there. */
void
yodel_srtp_prepare (void)
{
  pthread_once (&prepared, launch);
}

gboolean
yodel_srtp_await (void)
{
  pthread_once (&initialized, init_library);
  return is_usable;
}

static srtp_t
create_context (YodelSrtpProfile  profile,
                const guint8     *master,
                srtp_ssrc_type_t  direction)
{
  guint8 key[YODEL_SRTP_MASTER_BYTES];
  srtp_policy_t policy = { .ssrc = { .type = direction }, .key = key, .window_size = YODEL_SRTP_REPLAY_WINDOW };
  srtp_t context = NULL;

  memcpy (key, master, sizeof key);
  if (profile == YODEL_SRTP_AES128_CM_HMAC_SHA1_32)
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy.rtp);
  else
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtp);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtcp);     /* RTCP has 80 bits always, RFC 5764 section 4.1.2 */

  /* A retransmission without RTX (RFC 4585) sends the same packet again. */
  policy.allow_repeat_tx = direction == ssrc_any_outbound;

  if (srtp_create (&context, &policy) != srtp_err_status_ok)
    return NULL;
  return context;
}

YodelSrtp *
yodel_srtp_new (const YodelSrtpKeys *keys)
{
  g_autoptr (YodelSrtp) self = g_new0 (YodelSrtp, 1);

  if (!yodel_srtp_await ())
    return NULL;

  self->send = create_context (keys->profile, keys->send_master, ssrc_any_outbound);
  self->receive = create_context (keys->profile, keys->receive_master, ssrc_any_inbound);
  if (self->send == NULL || self->receive == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
yodel_srtp_free (YodelSrtp *self)
{
  g_clear_pointer (&self->send, srtp_dealloc);
  g_clear_pointer (&self->receive, srtp_dealloc);
  g_free (self);
}

const char *
yodel_srtp_profile_get_name (YodelSrtpProfile profile)
{
  switch (profile)
    {
    case YODEL_SRTP_AES128_CM_HMAC_SHA1_80: return "SRTP_AES128_CM_HMAC_SHA1_80";
    case YODEL_SRTP_AES128_CM_HMAC_SHA1_32: return "SRTP_AES128_CM_HMAC_SHA1_32";
    }
  return NULL;
}

gboolean
yodel_srtp_protect (YodelSrtp *self,
                    guint8    *data,
                    gsize     *size,
                    gboolean   is_rtcp)
{
  int length = (int) *size;
  srtp_err_status_t status;

  if (*size < (is_rtcp ? RTCP_HEADER_BYTES : RTP_HEADER_BYTES))
    return FALSE;

  status = is_rtcp ? srtp_protect_rtcp (self->send, data, &length)
                   : srtp_protect (self->send, data, &length);
  if (status != srtp_err_status_ok)
    return FALSE;

  *size = (gsize) length;
  return TRUE;
}

static gboolean
knows_stream (const YodelSrtp *self,
              guint32          ssrc)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i] == ssrc)
      return TRUE;
  return FALSE;
}

YodelSrtpResult
yodel_srtp_unprotect (YodelSrtp *self,
                      guint8    *data,
                      gsize     *size,
                      gboolean   is_rtcp)
{
  int length = (int) *size;
  srtp_err_status_t status;
  gboolean is_new;
  guint32 ssrc;

  if (*size < (is_rtcp ? RTCP_HEADER_BYTES : RTP_HEADER_BYTES) || *size > G_MAXUINT16)
    return YODEL_SRTP_MALFORMED;

  memcpy (&ssrc, data + (is_rtcp ? 4 : 8), sizeof ssrc);
  is_new = !knows_stream (self, ssrc);
  if (is_new && self->n_streams == YODEL_TRANSPORT_MAX_STREAMS)
    return YODEL_SRTP_TOO_MANY_STREAMS;

  status = is_rtcp ? srtp_unprotect_rtcp (self->receive, data, &length)
                   : srtp_unprotect (self->receive, data, &length);
  switch ((int) status)
    {
    case srtp_err_status_ok:
      break;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return YODEL_SRTP_REPLAYED;
    case srtp_err_status_auth_fail:
      return YODEL_SRTP_AUTH_FAILED;
    default:
      return YODEL_SRTP_MALFORMED;
    }

  if (is_new)      /* only who has the key gets this far, so strangers cannot fill the table */
    self->streams[self->n_streams++] = ssrc;
  *size = (gsize) length;
  return YODEL_SRTP_OK;
}
