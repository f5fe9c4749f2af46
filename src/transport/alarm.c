#include "transport/alarm.h"

#include "base/units.h"

typedef struct
{
  GSource source;
  gint64  due_us;
} Alarm;

static gboolean
alarm_prepare (GSource *source,
               int     *timeout_ms)
{
  gint64 due_us = ((Alarm *) source)->due_us;
  gint64 left_us;

  *timeout_ms = -1;
  if (due_us == YODEL_NEVER_US)
    return FALSE;

  left_us = due_us - g_source_get_time (source);
  *timeout_ms = (int) CLAMP ((left_us + 999) / 1000, 0, G_MAXINT);
  return left_us <= 0;
}

static gboolean
alarm_check (GSource *source)
{
  gint64 due_us = ((Alarm *) source)->due_us;

  return due_us != YODEL_NEVER_US && due_us <= g_source_get_time (source);
}

static gboolean
alarm_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  ((Alarm *) source)->due_us = YODEL_NEVER_US;
  return callback (user_data);
}

static GSourceFuncs alarm_funcs = { .prepare = alarm_prepare, .check = alarm_check, .dispatch = alarm_dispatch };

GSource *
yodel_alarm_new (GMainContext *context,
                 const char   *name,
                 GSourceFunc   callback,
                 gpointer      user_data)
{
  GSource *self = g_source_new (&alarm_funcs, sizeof (Alarm));

  ((Alarm *) self)->due_us = YODEL_NEVER_US;
  g_source_set_static_name (self, name);
  g_source_set_callback (self, callback, user_data, NULL);
  g_source_attach (self, context);
  return self;
}

void
yodel_alarm_set (GSource *alarm,
                 gint64   due_us)
{
  ((Alarm *) alarm)->due_us = due_us;
}
