/* The test picture: slow light, a ball that bounces on the beat of the test sound, a clock, and the number of the
 * frame, for people and for machines. */
#pragma once

#include <yodel/yodel-video-frame.h>

#define YODEL_TEST_PICTURE_WIDTH   640u
#define YODEL_TEST_PICTURE_HEIGHT  360u
#define YODEL_TEST_PICTURE_RATE_HZ 30u

YodelVideoFrame *yodel_test_picture_new (guint64 index);
