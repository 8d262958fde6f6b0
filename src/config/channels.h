/* What a channel needs beside the address of a person. Secrets are named by their place, and read by the
 * process that needs them. Included by config.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"

struct config;
struct key;
struct section;

/* Each channel has those of the keys that it needs (config/channels.c); the others are NULL. */
struct config_channel {
    const char *server;          /* "https://api.twilio.com", no slash at its end */
    const char *user;            /* whose account it is */
    const char *from;            /* who sends */
    const char *secret;          /* shows who we are, or signs; read by the courier only */
    const char *previous_secret; /* signs too, while receivers change over */
    const char *signing_secret;  /* shows who calls us; read by core only */
};

/* A program of the team's own that takes pages on its standard input. */
struct config_program {
    const char *id;
    const char *run; /* for the shell */
    int64_t timeout_s;
    bool confine; /* as steps that only look */
    int line;
};

struct config_channels {
    struct config_channel webhook, ntfy, slack, twilio, pagerduty, opsgenie, alertmanager, push, statuspage;
    LIST(struct config_program) programs;
    struct strings private_hosts; /* names that may lead to an address of a private network */
    const char *proof;            /* "weekly" or "off": ways of reaching people are tested */
    const char *proxy;            /* that requests by HTTP go through; NULL: none */
};

extern const struct section channels_section;
const struct config_program *config_program(const struct config *config, const char *id); /* or NULL */

/* How addresses look; -1 with what is wrong. */
int secret_place_check(const char *place, struct err *err); /* env:NAME, file:PATH, credential:NAME */
int telephone_check(const char *number, struct err *err);   /* +4930123456 (E.164) */
int slack_id_check(const char *id, struct err *err);        /* of a person or a channel: U024BE7LH */
int ntfy_url_check(const char *url, struct err *err);       /* https://HOST/TOPIC */
int program_name_check(const char *name, struct err *err);  /* of channels.programs: pager */
int statuspage_id_check(const char *id, struct err *err);   /* of a page: kctbh9vrtdwd */
int push_name_check(const char *name, struct err *err);     /* of a browser: phone */
