/* The test sound and picture, as a clip without an end. */
#pragma once

#include "media/file/reader.h"

YodelReader *yodel_test_reader_new (void);
