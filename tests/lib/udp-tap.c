/* RTLD_NEXT */
#define _GNU_SOURCE

#include "lib/udp-tap.h"

#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef ssize_t (*Sendto) (int, const void *, size_t, int, const struct sockaddr *, socklen_t);

static GMutex        lock;
static UdpTapFunc    tap;
static UdpTamperFunc tamper;

void
udp_tap_open (UdpTapFunc func)
{
  g_mutex_lock (&lock);
  tap = func;
  g_mutex_unlock (&lock);
}

void
udp_tap_tamper (UdpTamperFunc func)
{
  g_mutex_lock (&lock);
  tamper = func;
  g_mutex_unlock (&lock);
}

static guint16
get_port (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return g_ntohs (((const struct sockaddr_in *) address)->sin_port);
  if (address->sa_family == AF_INET6)
    return g_ntohs (((const struct sockaddr_in6 *) address)->sin6_port);
  return 0;
}

static void
show (int                    fd,
      const void            *data,
      size_t                 size,
      const struct sockaddr *to)
{
  struct sockaddr_storage own = { 0 };
  socklen_t own_size = sizeof own;

  if (getsockname (fd, (struct sockaddr *) &own, &own_size) < 0)
    return;
  g_mutex_lock (&lock);
  if (tap != NULL)
    tap (get_port ((struct sockaddr *) &own), get_port (to), data, size);
  g_mutex_unlock (&lock);
}

static gboolean
is_tampered_with (int                    fd,
                  const void            *data,
                  size_t                 size,
                  const struct sockaddr *to)
{
  gboolean is_dealt_with = FALSE;

  g_mutex_lock (&lock);
  if (tamper != NULL && to->sa_family == AF_INET)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (data, size);

      is_dealt_with = tamper (fd, get_port (to), bytes);
    }
  g_mutex_unlock (&lock);
  return is_dealt_with;
}

static Sendto
get_real (void)
{
  static gpointer real;
  gpointer found = g_atomic_pointer_get (&real);

  if (found == NULL)
    {
      found = dlsym (RTLD_NEXT, "sendto");
      g_atomic_pointer_set (&real, found);
    }
  return (Sendto) found;
}

void
udp_tap_send (int      fd,
              guint16  to,
              GBytes  *bytes)
{
  const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (to), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  get_real () (fd, data, size, 0, (const struct sockaddr *) &address, sizeof address);
}

__attribute__ ((visibility ("default"))) ssize_t
sendto (int                    fd,
        const void            *data,
        size_t                 size,
        int                    flags,
        const struct sockaddr *to,
        socklen_t              to_size)
{
  if (to != NULL)
    show (fd, data, size, to);
  if (to != NULL && is_tampered_with (fd, data, size, to))
    return (ssize_t) size;
  return get_real () (fd, data, size, flags, to, to_size);
}
