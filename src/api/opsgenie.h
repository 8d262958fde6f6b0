/* What the files that speak Opsgenie's API share (drop_in.c, opsgenie_list.c). */
#pragma once

#include "api/handlers.h"
#include "engine/alert.h"

struct incident;
struct json_writer;

/* What an identifier names. */
struct named_alert {
    struct request *request;
    char hash[GROUP_HASH_BYTES];
    const char *alias; /* NULL: it is the number of an incident, or nothing */
    int64_t incident;  /* -1: nothing has this name; 0: heard, and of no incident */
};

/* An identifier from the hash of a group's key (alert_group_hash). */
const char *opsgenie_alert_id(struct arena *arena, const char *hash);

/* Fills hash, alias and incident of an alert that goes by that alias. False: the request is answered. */
bool opsgenie_find_alias(struct request *request, const char *alias, struct named_alert *ret_named);

/* The members of an alert, into an object that has begun. */
void opsgenie_write_alert(struct json_writer *writer, const struct request *request, const char *id,
                          const char *alias, const struct incident *incident);
