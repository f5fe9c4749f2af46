#define _GNU_SOURCE      /* setns */

#include "net/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

gboolean
tun_end_parse (TunEnd     *self,
               const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 3);

  if (g_strv_length (parts) < 2 || parts[1][0] == '\0')
    return FALSE;
  self->name_space = g_strdup (parts[0]);
  self->device = g_strdup (parts[1]);
  self->addresses = g_strdup (parts[2] != NULL ? parts[2] : "");
  return TRUE;
}

void
tun_end_clear (TunEnd *self)
{
  g_clear_pointer (&self->name_space, g_free);
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->addresses, g_free);
}

static gboolean
enter_namespace (const char *name)
{
  g_autofree char *path = g_strconcat ("/run/netns/", name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean entered = fd >= 0 && setns (fd, CLONE_NEWNET) == 0;

  if (fd >= 0)
    close (fd);
  return entered;
}

static int
open_device (const char *device)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
  int fd = open ("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

  g_strlcpy (request.ifr_name, device, sizeof request.ifr_name);
  if (fd >= 0 && ioctl (fd, TUNSETIFF, &request) != 0)
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

/* Runs ip(8) in the end's namespace. */
static gboolean
run_ip (TunEnd     *self,
        const char *arguments)
{
  g_autofree char *line = strcmp (self->name_space, "-") == 0
                            ? g_strdup_printf ("ip %s", arguments)
                            : g_strdup_printf ("ip -n %s %s", self->name_space, arguments);
  int status = 0;

  return g_spawn_command_line_sync (line, NULL, NULL, &status, NULL) && g_spawn_check_wait_status (status, NULL);
}

static gboolean
configure (TunEnd *self,
           int     mtu)
{
  g_autofree char *up = g_strdup_printf ("link set dev %s mtu %d txqueuelen 2000 up", self->device, mtu);
  g_auto (GStrv) addresses = g_strsplit (self->addresses, ",", -1);

  if (!run_ip (self, up))
    return FALSE;
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      g_autofree char *add = g_strdup_printf ("addr add %s dev %s %s", addresses[i], self->device,
                                              strchr (addresses[i], ':') != NULL ? "nodad" : "");

      if (addresses[i][0] != '\0' && !run_ip (self, add))
        return FALSE;
    }
  return TRUE;
}

int
tun_end_open (TunEnd *self,
              int     mtu)
{
  int home = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int fd = -1;

  if (strcmp (self->name_space, "-") == 0 || enter_namespace (self->name_space))
    fd = open_device (self->device);
  if (fd < 0)
    g_printerr ("%s in namespace %s: %s\n", self->device, self->name_space, g_strerror (errno));
  if (home < 0 || setns (home, CLONE_NEWNET) != 0)
    g_error ("the way back to the own namespace is gone");
  close (home);

  if (fd >= 0 && !configure (self, mtu))
    {
      g_printerr ("%s in namespace %s cannot be configured\n", self->device, self->name_space);
      close (fd);
      fd = -1;
    }
  return fd;
}

int
tun_open_fifo (const char *path)
{
  unlink (path);
  if (mkfifo (path, 0600) != 0)
    return -1;
  return open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

gint64
tun_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

guint64
tun_random (TunRandom *self)
{
  guint64 z = (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* In [0, 1). */
double
tun_random_unit (TunRandom *self)
{
  return (double) (tun_random (self) >> 11) / 9007199254740992.0;
}
