/* The first error of an object whose work is done on another thread, told in the main context it was
 * made in. */
#pragma once

#include <glib-object.h>
#include <pthread.h>

typedef struct
{
  pthread_mutex_t  lock;
  GError          *error;      /* (owned) (nullable) */
  GSource         *source;     /* (owned) dispatched once there is an error */
} YodelErrorReport;

void    yodel_error_report_init  (YodelErrorReport *self,
                                  GObject          *object,
                                  GParamSpec       *pspec);
void    yodel_error_report_clear (YodelErrorReport *self);
void    yodel_error_report_take  (YodelErrorReport *self,
                                  GError           *error);
GError *yodel_error_report_copy  (YodelErrorReport *self);
