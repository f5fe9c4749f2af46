/* The parts of the sound module. */
#pragma once

#include "media/pulse/pulse-api.h"

GPtrArray *yodel_sound_list (char **problem);
