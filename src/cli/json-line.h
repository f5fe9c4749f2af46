/* Writes one JSON object (RFC 8259) on one line. */
#pragma once

#include <glib.h>

typedef struct
{
  GString *text;       /* (owned) */
} YodelJsonLine;

void   yodel_json_line_begin      (YodelJsonLine *self);
void   yodel_json_line_add_string (YodelJsonLine *self,
                                   const char    *name,
                                   const char    *value);
void   yodel_json_line_add_number (YodelJsonLine *self,
                                   const char    *name,
                                   double         value);
void   yodel_json_line_add_time   (YodelJsonLine *self,
                                   const char    *name,
                                   gint64         time_us);
void   yodel_json_line_add_bool   (YodelJsonLine *self,
                                   const char    *name,
                                   gboolean       value);
void   yodel_json_line_add_raw    (YodelJsonLine *self,
                                   const char    *name,
                                   const char    *json);
char  *yodel_json_line_end        (YodelJsonLine *self);
