/* Reads pictures out of a regular Y4M file. */
#pragma once

#include "media/file/reader.h"

YodelReader *yodel_y4m_reader_new (int      fd,
                                   GError **error);
