/* What a site has given us: its configuration and its runbooks, read from disk as one value. Replaced as a
 * whole on reload; a bad file leaves the old value in force. */
#pragma once

#include "base/err.h"
#include "config/config.h"
#include "runbook/library.h"

struct site {
    struct config *config;
    struct library *library;
    bool config_is_lent; /* by the site before, which is in force as long as it is */
};

enum { CONFIG_BYTES = 1024 * 1024 };

/* The configuration of that file (NULL: see config_load). Every problem is logged; NULL when there is one. */
struct config *site_read_config(const char *file);
/* The same of an open file, from its beginning, whose errors are told under that name. */
struct config *site_read_open_config(const char *name, int fd);
/* What a role begins with; closes first_config_fd. Calendars are core's: those that can be read. */
struct role_options;
struct config *site_read_first_config(const struct role_options *options);
void site_log_config_error(const char *line);

/* Makes the risk rules that the configuration names those of this process, for as long as it lives. Before
 * any runbook is read; a reload keeps them. */
int site_use_policy(const struct config *config, struct err *err);

/* Reads the runbooks beside a configuration, which it takes over unless it is lent. runbooks (NULL: the
 * configuration's) names the folder. NULL and err when something is wrong. Runbooks that cannot be used are
 * logged with what to do, the others serve. Any thread. */
struct site *site_load(struct config *config, bool lent, const char *runbooks, struct err *err);
void site_free(struct site *site);
