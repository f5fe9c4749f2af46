/* The event stream of a call: one JSON object a line, with "event" and "t". */
#pragma once

#include <glib.h>

#include "cli/json-line.h"
#include "cli/output.h"

/* yodel_events_begin() and _end() bracket the members of one event; without an output they cost nothing
 * worth mention. */
typedef struct
{
  YodelOutput *output;      /* (borrowed) (nullable) */
  guint        call;        /* which of several calls; 0: there is one alone */
} YodelEvents;

void yodel_events_begin (const YodelEvents *self,
                         YodelJsonLine     *line,
                         const char        *event,
                         gint64             time_us);
void yodel_events_end   (const YodelEvents *self,
                         YodelJsonLine     *line);
void yodel_events_emit  (const YodelEvents *self,
                         const char        *event,
                         gint64             time_us);
