#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/demo-net.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* The public side; the addresses are those that RFC 5737 keeps for examples. */
#define STUN_ADDRESS "198.51.100.1"
#define STUN_PORT    "3478"

/* Both homes have the same private network: nothing but the NATs can tell them apart. */
#define HOME_ROUTER  "10.10.1.1"
#define HOME_HOST    "10.10.1.2"

/* Hosts a and b, their routers ra and rb, and what is between. */
static const char * const names[] = { "a", "ra", "net", "rb", "b" };

struct _YodelDemoNet
{
  char        *prefix;      /* (owned) of the names of the namespaces */
  GSubprocess *stun;        /* (owned) (nullable) */
};

/* A command, in which @ stands for the prefix of a namespace's name. */
static gboolean
run (YodelDemoNet  *self,
     const char    *command,
     GError       **error)
{
  g_auto (GStrv) parts = g_strsplit (command, "@", -1);
  g_autofree char *line = g_strjoinv (self->prefix, parts);
  g_auto (GStrv) argv = NULL;
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  int status;

  if (!g_shell_parse_argv (line, NULL, &argv, error) ||
      !g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &complaint, &status, error))
    return FALSE;
  if (g_spawn_check_wait_status (status, NULL))
    return TRUE;

  g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: %s", line, g_strstrip (complaint));
  return FALSE;
}

static gboolean
add_namespaces (YodelDemoNet  *self,
                GError       **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *add = g_strconcat ("ip netns add @", names[i], NULL);
      g_autofree char *up = g_strconcat ("ip -n @", names[i], " link set lo up", NULL);

      if (!run (self, add, error) || !run (self, up, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
connect_hosts (YodelDemoNet  *self,
               GError       **error)
{
  static const char * const commands[] = {
    "ip link add home netns @a type veth peer name inside netns @ra",
    "ip link add home netns @b type veth peer name inside netns @rb",
    "ip link add outside netns @ra type veth peer name ra netns @net",
    "ip link add outside netns @rb type veth peer name rb netns @net",
    "ip -n @net link add street type bridge",
    "ip -n @net link set ra master street up",
    "ip -n @net link set rb master street up",
    "ip -n @net addr add " STUN_ADDRESS "/24 dev street",
    "ip -n @net link set street up",
    "ip -n @a addr add " HOME_HOST "/24 dev home",
    "ip -n @b addr add " HOME_HOST "/24 dev home",
    "ip -n @a link set home up",
    "ip -n @b link set home up",
    "ip -n @ra addr add " HOME_ROUTER "/24 dev inside",
    "ip -n @rb addr add " HOME_ROUTER "/24 dev inside",
    "ip -n @ra addr add 198.51.100.11/24 dev outside",
    "ip -n @rb addr add 198.51.100.12/24 dev outside",
    "ip -n @ra link set inside up",
    "ip -n @rb link set inside up",
    "ip -n @ra link set outside up",
    "ip -n @rb link set outside up",
    "ip -n @a route add default via " HOME_ROUTER,
    "ip -n @b route add default via " HOME_ROUTER,
  };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (!run (self, commands[i], error))
      return FALSE;
  return TRUE;
}

/* Routers that let nothing in which was not asked for. */
static gboolean
translate_addresses (YodelDemoNet  *self,
                     const char    *router,
                     GError       **error)
{
  static const char * const rules[] = {
    "sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'",
    "nft add table ip yodel",
    "nft 'add chain ip yodel out { type nat hook postrouting priority 100 ; }'",
    "nft add rule ip yodel out oifname outside masquerade",
    "nft 'add chain ip yodel through { type filter hook forward priority 0 ; policy drop ; }'",
    "nft add rule ip yodel through ct state established,related accept",
    "nft add rule ip yodel through iifname inside accept",
    "nft 'add chain ip yodel in { type filter hook input priority 0 ; policy drop ; }'",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *command = g_strconcat ("ip netns exec @", router, " ", rules[i], NULL);

      if (!run (self, command, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
start_stun (YodelDemoNet  *self,
            const char    *program,
            GError       **error)
{
  g_autofree char *name = g_strconcat (self->prefix, "net", NULL);
  g_autoptr (GInputStream) output = NULL;
  char ready;

  self->stun = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error, "ip", "netns", "exec", name, program,
                                 "demo-stun", STUN_ADDRESS, STUN_PORT, NULL);
  if (self->stun == NULL)
    return FALSE;

  /* it says when it listens */
  output = g_object_ref (g_subprocess_get_stdout_pipe (self->stun));
  return g_input_stream_read (output, &ready, 1, NULL, error) == 1;
}

/* @program: of this process, which has the STUN server in it */
YodelDemoNet *
yodel_demo_net_new (const char  *program,
                    GError     **error)
{
  YodelDemoNet *self;

  if (geteuid () != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM, "%s", _("--through-nat makes networks of its own, which only root may"));
      return NULL;
    }

  self = g_new0 (YodelDemoNet, 1);
  self->prefix = g_strdup_printf ("yodel-%d-", (int) getpid ());
  if (add_namespaces (self, error) && connect_hosts (self, error) && translate_addresses (self, "ra", error) &&
      translate_addresses (self, "rb", error) && start_stun (self, program, error))
    return self;

  if (error != NULL && *error == NULL)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s", _("the STUN server of the demo does not start"));
  yodel_demo_net_free (self);
  return NULL;
}

void
yodel_demo_net_free (YodelDemoNet *self)
{
  if (self->stun != NULL)
    {
      g_subprocess_force_exit (self->stun);
      g_subprocess_wait (self->stun, NULL, NULL);
    }
  g_clear_object (&self->stun);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *command = g_strconcat ("ip netns del @", names[i], NULL);

      run (self, command, NULL);
    }
  g_free (self->prefix);
  g_free (self);
}

const char *
yodel_demo_net_get_stun (YodelDemoNet *self)
{
  return STUN_ADDRESS ":" STUN_PORT;
}

/* Adds the words that start a program on one of the two hosts. */
void
yodel_demo_net_enter (YodelDemoNet *self,
                      gboolean      is_caller,
                      GPtrArray    *argv)
{
  g_ptr_array_add (argv, g_strdup ("ip"));
  g_ptr_array_add (argv, g_strdup ("netns"));
  g_ptr_array_add (argv, g_strdup ("exec"));
  g_ptr_array_add (argv, g_strconcat (self->prefix, is_caller ? "a" : "b", NULL));
}
