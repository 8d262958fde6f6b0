/* Moving in: what another on-call system exports becomes a configuration of ours, and what could not be
 * carried is said line by line. An importer is an entry of import_importers[] and a file: it reads pages of
 * the other's API (cmd/import_pages.h) and fills a draft; the draft prints itself (import_draft.c). Pure. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/list.h"

struct import_pages;

struct import_contact {
    const char *channel, *address;
    const char *lacks; /* what the configuration needs for it beside the address: it is printed as a comment;
                          NULL: nothing */
};

struct import_person {
    const char *their_id; /* as the other system names it */
    const char *also;     /* another name of theirs: a mail address; or NULL */
    const char *id, *name;
    LIST(struct import_contact) contacts;
};

/* Hours of a layer: bit 0 Monday; until may be 1440. */
struct import_hours {
    unsigned days; /* 0: every day */
    int from_minute, until_minute;
};

struct import_layer {
    const char *rotation, *start, *until; /* as the configuration writes them; until NULL: never */
    struct strings people;                /* our ids */
    struct import_hours hours;
    bool always; /* hours say nothing */
    const char *comment;
};

struct import_override {
    const char *person, *from, *until;
};

struct import_schedule {
    const char *their_id, *id, *name, *timezone;
    LIST(struct import_layer) layers;
    LIST(struct import_override) overrides;
};

struct import_step {
    struct strings notify; /* "person:ana" */
    int64_t after_s;
};

typedef LIST(struct import_step) import_steps;

struct import_service {
    const char *id, *name;
    import_steps steps; /* empty: everyone is paged */
};

struct import_heartbeat {
    const char *id;
    int64_t every_s;
};

struct import_draft {
    struct arena *arena;
    int64_t now_us;
    LIST(struct import_person) people;
    LIST(struct import_schedule) schedules;
    LIST(struct import_service) services;
    LIST(struct import_heartbeat) heartbeats;
    struct strings lost;    /* "schedule \"Ops\": ..." what could not be carried */
    struct strings missing; /* what the configuration still needs from you */
};

/* One list of the other's API, as a URL is asked for it. */
struct import_endpoint {
    const char *name; /* also in a file: {"users": [...]} */
    const char *path; /* below the URL; "*" stands for the id of a thing of `each` */
    const char *each; /* the name of a list before this one: it is asked for each of its things; NULL */
    bool optional;    /* that it is not there is no mistake */
};

struct importer {
    const char *name;  /* "opsgenie" */
    const char *title; /* "Opsgenie" */
    const char *token; /* in front of a token in the header Authorization, "GenieKey "; "" */
    const struct import_endpoint *endpoints; /* ended by one without a name */
    void (*read)(struct import_draft *draft, const struct import_pages *pages);
};

extern const struct importer import_grafana_oncall, import_opsgenie;
extern const struct importer *const import_importers[]; /* ended by NULL */

/* ---- for importers: the draft (import_draft.c) ---- */

void import_lost(struct import_draft *draft, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An id that nobody has yet, made of the name: "Payment Team" -> "payment-team", then "payment-team-2". */
const char *import_new_id(struct import_draft *draft, const char *name);
/* The last person is complete: who cannot be reached by anything that is carried is left out, and lost. */
void import_person_done(struct import_draft *draft);
const struct import_person *import_person(const struct import_draft *draft, const char *their_id);
const struct import_schedule *import_schedule(const struct import_draft *draft, const char *their_id);

/* Adds layers to the schedule that are on call in a stretch of days: from a weekday and minute (0 Monday) for
 * lasts_minutes, at most a week. What is longer than a day is cut at midnights, with one layer for the days
 * in between. The same hours on several days are one layer. pattern has the rest. */
void import_add_window(struct import_draft *draft, struct import_schedule *schedule,
                       const struct import_layer *pattern, int weekday, int from_minute, int lasts_minutes);
/* 1 for Tuesday out of "tuesday", "TU", "Tue"; -1. */
int import_weekday(const char *word);
/* Takes the local time of a moment in that zone: "2026-03-02T09:00". */
const char *import_local(struct import_draft *draft, const char *timezone, int64_t at_us);
/* The zone when it is known; else UTC, and that is lost. */
const char *import_zone(struct import_draft *draft, const char *whose, const char *zone);

/* The configuration, with what was lost as comments on top. Closes the draft: adds what it needs from you. */
void import_print(struct import_draft *draft, const struct importer *importer, struct buf *out);
