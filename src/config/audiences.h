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
 *
 * Included by config.h. */
#pragma once

#include <stdbool.h>

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
    int line;
};

struct config_status_page {
    const char *title; /* NULL: there is no status page */
    const char *url;   /* of the page as the public sees it; public_url/status when not given */
    int line;
};

/* "stakeholders" is "stakeholder", "Status Page" is "status-page". */
bool audience_same(const char *one, const char *other);
/* One of several, as a runbook's line names them: "internal, stakeholder". */
bool audience_among(const char *several, const char *one);

extern const struct section audience_section, status_page_section;
