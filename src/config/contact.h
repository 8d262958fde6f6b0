/* Ways to reach a person, and what an address looks like. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct config;
struct person;

/* The channels by which a person can be reached, ended by name NULL, and how an address of each looks. The
 * courier has a carrier for each (courier/channels.c; a test compares them). */
enum contact_kind {
    CONTACT_PLAIN,
    CONTACT_SECRET /* who has the address can write there: the configuration says where it lies */
};

struct contact_channel {
    const char *name;
    const char *example;
    int (*check)(const char *address, struct err *err); /* -1: no such address can exist */
    /* What the configuration lacks for it to work: "there is no mail server; add ..."; NULL: nothing. The
     * member may be NULL, too. */
    const char *(*missing)(const struct config *config);
    enum contact_kind kind;
    bool follows; /* its receiver keeps the incident, and is told when it is acknowledged and resolved */
    bool is_page; /* everybody reads it: it takes updates for the public, and no pages */
};
extern const struct contact_channel contact_channels[];
const struct contact_channel *contact_channel_find(const char *name);

/* Why no page can leave for the person, whatever their ways: "ana has no contacts", "email needs a mail
 * server; ..."; NULL: at least one way works. */
const char *person_unreachable(const struct config *config, const struct person *person);
/* The person's own id in Slack, by a way of theirs; NULL: they have none. */
const char *person_slack_id(const struct person *person);
const char *contact_missing(const struct config *config, const char *channel);

/* Checks that more than one room needs; -1 with what is wrong. No text that passes holds a control character.
 */
int mail_address_check(const char *address, struct err *err);
int web_url_check(const char *url, struct err *err); /* http or https, a host, no password in it */
