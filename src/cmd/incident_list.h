/* Lists of incidents and of what is due, a page at a time, with how the rest is come by. */
#pragma once

#include "cmd/client.h"
#include "cmd/incident_show.h"

/* As a person asks for it; texts may be NULL. */
struct incident_page {
    bool open, worst;
    const char *limit, *before, *after;
};

/* In the arena. NULL: err says which words do not go together. */
const char *incident_list_path(struct arena *arena, const struct incident_page *page, struct err *err);
const char *incident_clocks_path(struct arena *arena, const char *after);

typedef void incident_list_write(struct buf *out, struct json values, const struct show_options *options);
/* Prints what stands under that name in the answer. EXIT_DONE, or what client_get() gives. */
int incident_list_print(const struct client *client, const char *path, const char *name,
                        incident_list_write *write, const struct show_options *options, struct err *err);
