/* The part of the configuration that keeps people from being paged for nothing. */
#pragma once

#include <stdint.h>

#include "config/matcher.h"
#include "roster/roster.h"

enum { FLAPPING_MOST = 50 }; /* changes that a configuration may ask for */

struct config_flapping {
    int64_t after; /* changes between burning and quiet that make an incident flap; 0: none does */
    int64_t within_s, calm_s;
};

struct config_storm {
    int64_t incidents; /* new ones that make a storm; 0: none does */
    int64_t within_s;
    struct strings by; /* labels whose like values are one cause; the service always is */
};

struct config_budget {
    int64_t pages; /* that a person gets singly, but for the worst level; 0: any number */
    int64_t within_s;
};

/* A time in which a service, or alerts that fit, page nobody. */
struct maintenance_window {
    const char *id, *comment, *timezone;
    const char *service;       /* "": by the matchers */
    struct matchers matchers;  /* on the heap */
    struct roster_layer times; /* start, until, and the rotation when it comes again */
    int64_t lasts_s;           /* each time it comes again; 0: not said */
    int line;
};
