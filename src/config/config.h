/* The small YAML file that says what a runbook cannot: who people are, when on call, where secrets lie.
 *
 * config_parse() reads bytes against one schema (config/schema.c: a row a key, with its default, range, help
 * and the line it is checked on). Every error names file:line, the key, and the nearest key that exists; all
 * errors of a file are reported at once, up to twenty. A configuration is one immutable value in one arena;
 * SIGHUP replaces it as a whole, and a bad file leaves the old one in force. Example: docs/configuration.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"
#include "config/alive.h"
#include "config/audiences.h"
#include "config/channels.h"
#include "config/checks.h"
#include "config/contact.h"
#include "config/matcher.h"
#include "config/noise.h"
#include "config/runner.h"
#include "config/service.h"
#include "config/sign_in.h"
#include "config/tls.h"
#include "roster/roster.h"
#include "runbook/label.h"
#include "runbook/runbook.h" /* UNSTATED */

struct person {
    const char *id, *name;
    const char *sign_in;                  /* as whom the identity provider knows them, or NULL */
    LIST(struct config_contact) contacts; /* in the order to try; at least one */
    int line;
};

/* Who fills a role that runbooks name. */
struct config_role {
    const char *name;      /* "engineering-manager"; compared as role_same() does */
    struct strings notify; /* "person:ana", "schedule:primary" */
    int line;
};

/* A sender of alerts in a shape of its own, by POST to /intake/generic/ID. Texts that begin with '/' are JSON
 * pointers (RFC 6901) into the body, or into each item of `each`; other texts stand for themselves. */
struct config_source {
    const char *id;
    const char *each; /* where the array of alerts is; NULL: the body is one, or is the array */
    LIST(struct label) labels;
    LIST(struct label) annotations;
    LIST(struct label) resolved;    /* pointer -> text: any of them means that it is over */
    const char *key, *starts, *url; /* or NULL */
    int line;
};

/* A job or watchdog whose silence is the alarm. */
struct heartbeat {
    const char *id;
    int64_t every_s, grace_s;
    const char *service, *severity; /* labels of its alarm, or NULL */
    LIST(struct label) match;       /* an alert with these labels is a sign of life, too; empty: none */
    int line;
};

/* While an alert fires that fits source, alerts that fit target and agree with it in the labels of equal page
 * nobody. */
struct inhibit_rule {
    struct matchers source, target; /* on the heap */
    struct strings equal;
    int line;
};

struct config {
    struct arena *arena;
    const char *file;          /* NULL: no configuration at all, only defaults */
    const char *listen;        /* "127.0.0.1:8480" */
    const char *data;          /* folder of the ledger; "./crashcart-data" */
    const char *user;          /* of core and courier when root starts; "": root */
    const char *store;         /* "postgresql://user@host/db"; NULL: the file ledger.db in data */
    const char *store_secret;  /* its password, as a place like mail.secret; read by core only; may be NULL */
    const char *runbooks;      /* folder; "./runbooks" */
    const char *policy;        /* risk rules of the site, a file or a folder; NULL: none */
    const char *redaction;     /* detectors of the site, a file or a folder; NULL: none */
    bool drill;                /* what comes in is a rehearsal: every incident is marked */
    const char *public_url;    /* links in pages; NULL: http://LISTEN */
    int64_t resolve_timeout_s; /* an alert that is not sent again ends after this; 300 */
    int64_t hold_down_s;       /* monitoring -> resolved after this without a firing alert; 300 */
    int64_t reopen_window_s;   /* the same trouble opens a resolved incident again until then; 3600 */
    struct config_flapping flapping;
    struct config_storm storm;
    struct config_budget budget;
    struct {
        const char *server; /* "smtp://host:25", "smtps://host:465"; NULL: mail cannot be sent */
        const char *from;
        const char *user;
        const char *secret;   /* "env:NAME", "file:PATH", "credential:NAME"; read by the courier only */
        const char *starttls; /* "required" (default), "optional", "off" */
    } mail;
    struct config_channels channels;
    struct config_runner runner;
    struct config_tls tls;
    struct config_alive alive;
    struct config_sign_in sign_in;
    LIST(struct person) people;
    LIST(struct schedule) schedules;
    LIST(struct service) services;
    LIST(struct config_role) roles;
    LIST(struct config_source) sources;
    LIST(struct heartbeat) heartbeats;
    LIST(struct config_check) checks;
    LIST(struct inhibit_rule) inhibit_rules;
    LIST(struct maintenance_window) maintenance;
    LIST(struct config_audience) audiences;
    struct config_status_page status_page;
    struct config_incident_channel incident_channel;
};

struct config_errors {
    struct arena *arena;
    struct strings list; /* "crashcart.yaml:12: ..." each with what to do */
};

/* bytes NULL: the defaults alone. NULL on errors, which are then in errors. The result frees with
 * config_free. */
struct config *config_parse(const char *file, const char *bytes, size_t n_bytes,
                            struct config_errors *errors);
void config_free(struct config *config);

const struct person *config_person(const struct config *config, const char *id);
const struct schedule *config_schedule(const struct config *config, const char *id);
const struct service *config_service(const struct config *config, const char *id);
/* The first whose alerts have such labels, or NULL. */
const struct service *config_service_of(const struct config *config, const struct label *labels, size_t n);
const struct config_source *config_source(const struct config *config, const char *id);
const struct config_audience *config_audience(const struct config *config, const char *name);
const struct heartbeat *config_heartbeat(const struct config *config, const char *id);
/* Who would be paged first for it, as one name: "schedule:primary, person:ana"; "everyone" when nothing is
 * said, and for NULL. In the arena, or for ever. */
const char *service_receiver(struct arena *arena, const struct service *service);

/* Reads path; NULL: crashcart.yaml of the working directory when there is one, else the defaults alone. 0
 * done; 1: the file has errors; -1: it cannot be read. In both cases errors holds at least one line. */
int config_load(const char *path, struct config **ret_config, struct config_errors *errors);
