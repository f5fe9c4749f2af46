/* Time is gint64 microseconds of the monotonic clock, everywhere. */
#pragma once

#include <glib.h>

#define YODEL_US_PER_MS ((gint64) 1000)

/* "Never", as a deadline. */
#define YODEL_NEVER_US  G_MAXINT64
