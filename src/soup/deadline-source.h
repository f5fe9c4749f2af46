/* A source that fires at its ready time and not again until it is given another. */
#pragma once

#include <glib.h>

/* Returns: (transfer full): attached to the thread-default context, with no ready time */
GSource *yodel_deadline_source_new (GSourceFunc callback,
                                    gpointer    user_data);
