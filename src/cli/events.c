#define G_LOG_DOMAIN "yodel-cli"

#include "cli/events.h"

/* @time_us: of the monotonic clock, so that the events of two processes can be compared */
void
yodel_events_begin (const YodelEvents *self,
                    YodelJsonLine     *line,
                    const char        *event,
                    gint64             time_us)
{
  yodel_json_line_begin (line);
  yodel_json_line_add_string (line, "event", event);
  yodel_json_line_add_time (line, "t", time_us);
  if (self->call > 0)
    yodel_json_line_add_number (line, "call", self->call);
}

void
yodel_events_end (const YodelEvents *self,
                  YodelJsonLine     *line)
{
  g_autofree char *text = yodel_json_line_end (line);

  if (self->output != NULL)
    yodel_output_write (self->output, text);
}

/* An event that says no more than its name. */
void
yodel_events_emit (const YodelEvents *self,
                   const char        *event,
                   gint64             time_us)
{
  YodelJsonLine line;

  yodel_events_begin (self, &line, event, time_us);
  yodel_events_end (self, &line);
}
