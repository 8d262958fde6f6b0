/* The status page: what the public may see, which is what was sent to an audience of the status page and
 * nothing else; components are the services that the configuration gives a public name.
 *
 * As a page that needs no script, as RSS 2.0, and as the JSON that Statuspage's public API answers. Every
 * text is encoded for where it stands. Pure; any thread. */
#pragma once

#include "base/buf.h"
#include "config/config.h"
#include "engine/incident.h"
#include "engine/update.h"

struct status_input {
    const struct config *config;  /* its status_page has a title */
    const struct update *updates; /* those of the page, the newest first */
    size_t n_updates;
    const struct incident *incidents; /* theirs, in any order */
    size_t n_incidents;
    const char *url;      /* of the page, without a slash at its end */
    const char *instance; /* of the ledger, which the public does not know: ids are made with it */
    int64_t now_us;
};

struct status_format {
    const char *path; /* "/status", "/api/v2/summary.json" */
    const char *type; /* of its content */
    const char *file; /* in an export */
    void (*write)(struct buf *out, const struct status_input *input);
    bool is_for_programs; /* pages of other sites may read it: it is public, and knows no one who asks */
};
extern const struct status_format status_formats[]; /* ended by one without a path */
const struct status_format *status_format_of(const char *path);
