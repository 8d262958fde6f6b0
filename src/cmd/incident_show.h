/* Incidents as a person reads them in a terminal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

struct show_options {
    bool colours;
    bool full; /* outputs whole, not their first lines */
    int64_t now_us;
};

/* The answers of /incidents, and of /incidents/N, /steps, /timeline, /next-page. */
void incidents_print(struct buf *out, struct json incidents, const struct show_options *options);
/* The member "clocks" of /clocks or of /incidents/N. */
void clocks_print(struct buf *out, struct json clocks, const struct show_options *options);
/* The member "procedures" of /incidents/N/procedures. */
void procedures_print(struct buf *out, struct json procedures, const struct show_options *options);
void incident_print(struct buf *out, struct json incident, struct json run, struct json events,
                    struct json next_page, const struct show_options *options);
