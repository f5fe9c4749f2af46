#pragma once

/* What wears this is exported from the library; nothing else is. */
#ifndef YODEL_API
#define YODEL_API __attribute__ ((visibility ("default"))) extern
#endif
