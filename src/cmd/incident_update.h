/* `crashcart incident update` and `finding`. Each gives an exit code; what failed is in err. */
#pragma once

#include <stdbool.h>

#include "cmd/client.h"

struct update_words {
    const char *audience, *text; /* or NULL: all, and the drafts as they are */
    const char *behind;          /* claims, with commas between */
    const char *set;             /* "emergency contact=+1 555 0100", or NULL */
};

/* Prints the drafts, of one audience or of all. */
int updates_show(struct client *client, const char *path, const char *audience, long long number,
                 struct err *err);
/* Sends, and prints what was sent. */
int update_send(struct client *client, const char *path, const struct update_words *words, bool json,
                struct err *err);
int finding_record(struct client *client, const char *path, const char *topic, const char *text, bool holds,
                   long long number, bool json, struct err *err);
