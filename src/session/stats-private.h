/* How a session makes the snapshots it hands out. */
#pragma once

#include <yodel/yodel-stats.h>

YodelStats *yodel_stats_new (GVariant *objects);
