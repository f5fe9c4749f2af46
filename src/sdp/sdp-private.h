/* Between sdp.c and sdp-parse.c. */
#pragma once

#include "sdp/sdp.h"

YodelSdp *yodel_sdp_new_empty (void);
