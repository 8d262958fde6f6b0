/* One incident, as it is and as it goes on. */
#pragma once

#include "cmd/client.h"
#include "cmd/incident_show.h"

/* Adds the incident as a person reads it. Exit codes as client_get(). */
int incident_look(const struct client *client, long long number, const struct show_options *options,
                  struct buf *out, struct err *err);
/* Until somebody leaves: on a terminal the whole incident, drawn anew with each event; elsewhere a line an
 * event. */
int incident_watch(const struct client *client, long long number, const struct show_options *options,
                   struct err *err);
