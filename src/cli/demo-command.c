#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib.h>
#include <glib/gi18n.h>

#include "cli/commands.h"
#include "cli/exit-status.h"

int
yodel_demo_command (int    argc,
                    char **argv)
{
  g_printerr ("yodel: not yet\n");
  return YODEL_EXIT_USAGE;
}
