/* An update: what an audience is told of an incident. Each is one text to one audience, kept as it left. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct incident;

enum update_state {
    UPDATE_WANTED, /* it is over, and somebody has to write the closing one from the record
                      (role/core_updates.c) */
    UPDATE_SENT,
    N_UPDATE_STATES
};

/* As Statuspage calls how bad it is: "critical", "major", "minor". */
const char *update_impact(const struct incident *incident);
const char *update_state_name(enum update_state state); /* "wanted", "sent" */
int update_state_of(const char *name);

/* Texts belong to whoever holds the value. */
struct update {
    int64_t incident;
    int64_t number;       /* grows within the incident */
    const char *audience; /* id in the configuration */
    enum update_state state;
    const char *status; /* investigating, identified, monitoring, resolved: when it was sent */
    const char *subject, *text;
    const char *sent_by;
    const char *behind;   /* who stands behind what nobody has established; "" nobody */
    const char *withheld; /* what was left out, and why; "" nothing */
    bool on_page;         /* it stands on the status page */
    int64_t at_us;
};

/* One of those that INPUT_UPDATE_SEND sends. */
struct update_message {
    const char *audience, *status, *subject, *text, *withheld;
    int64_t number; /* of the one that is wanted; 0: a new one */
};
