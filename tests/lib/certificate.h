/* A certificate for tests. */
#pragma once

/* For localhost and 127.0.0.1; it signed itself. */
static const char certificate_pem[] =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBmzCCAUGgAwIBAgIUJmW2O2eDUV8pX5cjX6oxLXyoUBkwCgYIKoZIzj0EAwIw\n"
  "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzA5MjIxOFoYDzIxMjYxMTAz\n"
  "MDkyMjE4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
  "PQMBBwNCAAT1pSoo+um+l8u8Oi+BTfMfB+lypvhKB7xSRcBlJuVA6sYklxGL8bec\n"
  "896/MMAKrLbfxo9lwt1i6YQa99y2BY5ko28wbTAdBgNVHQ4EFgQUKqcz8L9BsWbB\n"
  "aid+XZNGnsbIc4UwHwYDVR0jBBgwFoAUKqcz8L9BsWbBaid+XZNGnsbIc4UwGgYD\n"
  "VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI\n"
  "zj0EAwIDSAAwRQIhAI0vdKM4u5q+gnvj2IaZHy6f/KNZDHLldcVbTwCljkWrAiAO\n"
  "5RHfzQtbfT9ocZRf2C6+S0fkKISnXJhqhXJYjRwevA==\n"
  "-----END CERTIFICATE-----\n";

static const char key_pem[] =
  "-----BEGIN PRIVATE KEY-----\n"
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUINZG0e2dq15YJpQ\n"
  "oha78IVqvncB74K4tVG+6hIy9EGhRANCAAT1pSoo+um+l8u8Oi+BTfMfB+lypvhK\n"
  "B7xSRcBlJuVA6sYklxGL8bec896/MMAKrLbfxo9lwt1i6YQa99y2BY5k\n"
  "-----END PRIVATE KEY-----\n";
