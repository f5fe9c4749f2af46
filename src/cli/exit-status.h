/* What the exit status says. */
#pragma once

typedef enum
{
  YODEL_EXIT_OK          = 0,
  YODEL_EXIT_USAGE       = 1,
  YODEL_EXIT_NO_PATH     = 2,
  YODEL_EXIT_NO_ANSWER   = 3,
  YODEL_EXIT_KEY         = 4,
  YODEL_EXIT_MEDIA       = 5,
  YODEL_EXIT_SIGNAL      = 128,      /* plus the number of the signal */
} YodelExitStatus;
