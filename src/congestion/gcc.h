/* Google congestion control: a delay trend, a loss estimate and probes, joined in one rate.
 * After draft-ietf-rmcat-gcc-02 and the parameters deployed since, with probing while the network
 * is the limit, draining after a drop and a mode against greedy cross traffic added. */
#pragma once

#include "congestion/controller.h"

YodelController *yodel_gcc_new (gint64 now_us);
