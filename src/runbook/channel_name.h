/* The name of an incident's chat channel, from the pattern that a runbook gives for it
 * ("incident-YYYY-MM-DD-brief-description", "inc-<number>-<service>").
 *
 * What the pattern asks for is filled in: dates and times of day (UTC), the number, the service, the level
 * and a short description; what it asks for in brackets and is none of these is the description. The result
 * is what chat services take as the name of a channel: lower-case letters of ASCII, digits, "-" and "_", at
 * most 80 bytes. The number of the incident is always in it, at the end when the pattern does not ask for it:
 * two incidents of a day have two channels. Pure; any thread. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

enum { CHANNEL_NAME_BYTES = 80 };

struct channel_name_facts {
    int64_t number, opened_us;
    const char *service, *severity, *description;
};

/* pattern NULL: "incident-YYYY-MM-DD-description". */
void channel_name_write(struct buf *out, const char *pattern, const struct channel_name_facts *facts);
