/* A silence: alerts that fit its matchers are recorded and page nobody while it is active. It is made by a
 * named person for a time, warns before it lapses while alerts still fire under it, and is remembered for a
 * while after it has ended (SILENCE_KEPT_S, as Alertmanager does). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/matcher.h"

enum silence_state { SILENCE_PENDING, SILENCE_ACTIVE, SILENCE_EXPIRED };

/* "pending", "active", "expired" and back; -1 for another word. */
const char *silence_state_name(enum silence_state state);
int silence_state_of(const char *name);

enum {
    SILENCE_ID_BYTES = 37, /* a UUID as text */
    SILENCE_AUTHOR_BYTES = 200,
    SILENCE_COMMENT_BYTES = 4096,
    SILENCES_LIMIT = 200000, /* that are kept at once, ended ones too */
    SILENCE_KEPT_S = 5 * 86400,
};

struct silence {
    const char *id;
    const char *matchers; /* {service="api",pod=~"a-.*"}: read by matchers_parse() */
    const char *created_by, *comment;
    int64_t starts_us, ends_us, updated_us;
    enum silence_state state; /* as it was last told */
    bool maintenance;         /* a window: incidents open under it, and page when it ends */
    bool wide;                /* as the engine found it, by silence_is_wide() */
};

/* It would hide a whole severity, or nearly everything: no matcher says what is hidden (severity="critical",
 * alertname=~"[A-Z].*"). Such a one does not hide what is of the worst level, or harms patients: what nobody
 * thought of when it was made pages all the same. Windows of the configuration are thought of. */
bool silence_is_wide(const struct matchers *matchers);
