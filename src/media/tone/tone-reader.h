/* A tone as a clip that never ends. */
#pragma once

#include "media/file/reader.h"
#include "media/tone/call-tone.h"

YodelReader *yodel_tone_reader_new (YodelToneKind kind);
