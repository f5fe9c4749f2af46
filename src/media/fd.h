/* Closing file descriptors. */
#pragma once

#include <unistd.h>

/* Closes *@fd unless it is -1, and makes it so. */
static inline void
yodel_clear_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}
