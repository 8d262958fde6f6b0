/* Alerting rules held against a library: which alerts nobody would know an answer to.
 *
 * The caller reads the rules (config/alert_rules.h) and says which document its configuration names for each;
 * the matching is that of the server (match.h). Pure; any thread. */
#pragma once

#include "base/json.h"
#include "runbook/due_date.h"
#include "runbook/library.h"

struct alert_rule {
    const char *alertname, *file;
    const char *runbook_url; /* annotation, or NULL */
    int line;
    LIST(struct label) labels; /* those with a fixed value */
    const char *document;      /* the runbook that the configuration names for it, or NULL */
};
struct alert_rules {
    struct alert_rule *at;
    size_t n;
    size_t capacity;
};

enum coverage_state { COVERAGE_SURE, COVERAGE_WEAK, COVERAGE_NONE };
const char *coverage_state_name(enum coverage_state state); /* "sure" "weak" "none" */

struct covered_rule {
    const struct alert_rule *rule;
    enum coverage_state state;
    struct match best;    /* COVERAGE_NONE: without a runbook */
    struct match nearest; /* the runner-up, without a runbook when there is none */
    bool has_severity;    /* a label says how bad it is */
};

struct unreached {
    const struct runbook *runbook;
    const struct procedure *procedure;
};

struct overdue {
    const struct runbook *runbook;
    struct due_date date;
};

struct coverage {
    LIST(struct covered_rule) rules;  /* all of them, in the order given */
    LIST(struct unreached) unreached; /* for an alert or a symptom, and no rule leads there */
    LIST(struct overdue) overdue;
    size_t n_none, n_weak, n_without_severity;
};

/* rules and library must stay as long as the arena. today_us 0: dates are not looked at. */
void coverage_read(struct arena *arena, const struct library *library, const struct alert_rules *rules,
                   int64_t today_us, struct coverage *ret_coverage);
/* The whole of it, as one JSON object; unreadable: what was said of files that cannot be read. */
void coverage_print_json(const struct coverage *coverage, const struct strings *unreadable,
                         struct json_writer *w);
