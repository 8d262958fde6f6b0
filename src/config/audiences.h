/* Who is told of incidents beside those who are paged, and what the public sees.
 *
 *   audiences:
 *     - id: stakeholders               # as the runbooks call them; "Status Page" is status-page
 *       send:
 *         - {email: leads@example.org, cleared: true}
 *         - slack: C024BE7LX           # not cleared: number, severity, service, state and link only
 *     - id: status-page
 *       status_page: true
 *   status_page: {title: Example Health}
 *   incident_channel: {chat: slack, worst: 2}
 *
 * Included by config.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct key;
struct section;

struct config_contact {
    const char *channel; /* "webhook", "email" */
    const char *address;
    bool cleared; /* what may hold patient data, and free text, may be written there */
    int line;
};

struct config_audience {
    const char *id;
    LIST(struct config_contact) send; /* all of them get every update */
    bool status_page;                 /* its updates stand on the status page */
    bool is_public;                   /* internal names are not for it; so too when status_page */
    bool incident_channel;            /* its updates are written there, too */
    struct strings services;          /* it is told of their incidents only; empty: of all */
    int line;
};

struct config_status_page {
    const char *title;  /* NULL: there is no status page */
    const char *url;    /* of the page as the public sees it; public_url/status when not given */
    const char *listen; /* an address of its own; NULL: it has none */
    const char *folder; /* its files are written there at each change; NULL: nowhere */
    int line;
};

/* A chat channel for each incident. */
struct config_incident_channel {
    const char *chat; /* "slack"; NULL: none are made */
    const char *name; /* pattern, where the runbook gives none; NULL: a plain one */
    int64_t worst;    /* for so many of the worst levels of a runbook; 0: for all */
    bool is_private;
    bool cleared;          /* what may hold patient data, and free text, may be written there */
    struct strings invite; /* people who are invited whoever responds */
    int line;
};

/* "stakeholders" is "stakeholder", "Status Page" is "status-page". */
bool audience_same(const char *one, const char *other);
/* One of several, as a runbook's line names them: "internal, stakeholder". */
bool audience_among(const char *several, const char *one);
/* It is told of incidents of that service. */
bool audience_hears(const struct config_audience *audience, const char *service);

extern const struct section audience_section, status_page_section, incident_channel_section;
