/* knock-sender URI ADDRESS PER_SECOND: sends the messages that come from standard input, a line of base64 each, to ADDRESS by the
 * rendezvous at URI. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yodel/yodel.h>

#define PERIOD_MS 20

typedef struct
{
  GMainLoop      *loop;
  YodelSignaller *signaller;
  const char     *address;
  guint           n_each;
} Sender;

static gboolean
on_period (gpointer data)
{
  Sender *self = data;
  char line[65536];

  for (guint i = 0; i < self->n_each; i++)
    {
      g_autoptr (GBytes) message = NULL;
      guchar *bytes;
      gsize size;

      if (fgets (line, sizeof line, stdin) == NULL)
        {
          g_main_loop_quit (self->loop);
          return G_SOURCE_REMOVE;
        }
      bytes = g_base64_decode (g_strchomp (line), &size);
      message = g_bytes_new_take (bytes, size);
      yodel_signaller_send_async (self->signaller, self->address, NULL, NULL, message, NULL, NULL, NULL);
    }
  return G_SOURCE_CONTINUE;
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  if (yodel_signaller_start_finish (YODEL_SIGNALLER (source), result, NULL))
    g_timeout_add (PERIOD_MS, on_period, user_data);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (YodelIdentity) identity = yodel_identity_new ();
  g_autoptr (YodelSignaller) signaller = argc < 4 ? NULL : yodel_signaller_new (argv[1], NULL);
  Sender sender = { g_main_loop_new (NULL, FALSE), signaller, argc < 4 ? NULL : argv[2] };

  if (signaller == NULL)
    return 1;
  sender.n_each = MAX (1u, (guint) atoi (argv[3]) * PERIOD_MS / 1000);
  yodel_signaller_start_async (signaller, identity, NULL, on_started, &sender);
  g_main_loop_run (sender.loop);
  yodel_signaller_stop (signaller);
  g_main_loop_unref (sender.loop);
  return 0;
}
