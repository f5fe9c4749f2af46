/* The first error of an object whose work is done on another thread, told in the main context it was
 * made in. */
#pragma once

#include <glib-object.h>

typedef struct
{
  GMutex        lock;
  GError       *error;      /* (owned) (nullable) */
  GMainContext *context;    /* (owned) */
} YodelErrorReport;

void    yodel_error_report_init  (YodelErrorReport *self);
void    yodel_error_report_clear (YodelErrorReport *self);
void    yodel_error_report_take  (YodelErrorReport *self,
                                  GObject          *object,
                                  GParamSpec       *pspec,
                                  GError           *error);
GError *yodel_error_report_copy  (YodelErrorReport *self);
