#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/deadline-source.h"

static gboolean
dispatch (GSource     *source,
          GSourceFunc  callback,
          gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

GSource *
yodel_deadline_source_new (GSourceFunc callback,
                           gpointer    user_data)
{
  static GSourceFuncs functions = { .dispatch = dispatch };
  GSource *source = g_source_new (&functions, sizeof (GSource));

  g_source_set_callback (source, callback, user_data, NULL);
  g_source_set_ready_time (source, -1);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}
