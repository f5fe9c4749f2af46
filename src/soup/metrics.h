/* The figures of a rendezvous, as Prometheus reads them (text format 0.0.4). */
#pragma once

#include "rendezvous/post-office.h"

char *yodel_metrics_write (const YodelPostOffice *office);
