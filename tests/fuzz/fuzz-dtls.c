/* Any datagrams at all, to a client and to a server: never keys, never a datagram that is too large. */
#include "transport/dtls.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
check (YodelDtls *dtls)
{
  YodelSrtpKeys keys;
  GBytes *bytes;

  while ((bytes = yodel_dtls_pop (dtls)) != NULL)
    {
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, YODEL_DTLS_MAX_DATAGRAM_BYTES);
      g_bytes_unref (bytes);
    }
  g_assert_cmpint (yodel_dtls_get_state (dtls), !=, YODEL_DTLS_CONNECTED);
  g_assert_cmpint (yodel_dtls_get_state (dtls), !=, YODEL_DTLS_EARLY);
  g_assert_false (yodel_dtls_get_keys (dtls, &keys));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static YodelCertificate *certificate;
  static const guint8 nobody[32];

  if (certificate == NULL)
    certificate = yodel_certificate_new (NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (YodelDtls) dtls = yodel_dtls_new (i == 0, certificate, "sha-256", nobody, sizeof nobody, 0, NULL);

      yodel_dtls_receive (dtls, data, size, 1);
      yodel_dtls_advance (dtls, YODEL_DTLS_REPEAT_US);
      check (dtls);
      yodel_dtls_receive (dtls, data, size, YODEL_DTLS_REPEAT_US);
      check (dtls);
    }
  return 0;
}
