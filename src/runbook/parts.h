/* The lists of a runbook beside severities and procedures. Fields as in `crashcart read --json`; included by
 * runbook.h only. */
#pragma once

struct template_field {
    const char *text; /* with its brackets */
    const char *name;
    const char *kind; /* free choice timestamp date duration people contact url */
    struct strings options;
    int line;
};

struct template
{
    const char *id, *name, *audience, *medium, *lang;
    int body_start, body_end; /* lines of the message itself */
    const char *body;         /* those lines */
    const char *subject;
    int subject_line;
    const char *caption, *condition;
    LIST(struct template_field) placeholders;
    int line, line_end;
};

struct cadence {
    const char *what;
    int64_t every_s;
    struct strings applies_to; /* severity ids; empty: all */
    const char *scope, *audience, *channel, *until, *source;
    int line;
};

struct deadline {
    const char *what;
    int64_t due_s, due_min_s;
    const char *op, *after, *kind;
    int line;
};

struct threshold {
    struct condition condition; /* op class: metric is "5xx"; op matches: words are the text looked for */
    const char *meaning;
    int line;
};

struct checklist {
    const char *name, *stage;
    LIST(struct stated) items;
    int line, line_end;
};

#include "runbook/parts_people.h"

struct endpoint {
    const char *url, *method, *scheme, *host, *path, *body;
    int port; /* 0: none */
    LIST(int) lines;
};

struct recovery_service {
    const char *name, *kind;
    int replicas; /* -1: none stated */
    int order;
    int line;
};

struct recovery_stage {
    const char *id, *name;
    int order, line;
    LIST(struct recovery_service) services;
};

struct maintenance {
    const char *task, *recurrence, *rrule, *event;
    int line;
};

struct drill_date {
    const char *name, *date, *last, *recurrence;
    const char *rrule; /* of the recurrence */
    int line;
};

struct metadata {
    const char *key, *raw_key, *value, *type, *source;
    int line;
};

struct report_section {
    const char *name, *template_name, *prompt;
    int order, line;
};

struct agenda_item {
    const char *name;
    int order, line;
    int64_t duration_s;
};

struct action_row {
    const char *action, *owner, *due, *priority, *status;
    int64_t due_s;
    int line;
};

struct defect {
    const char *code, *group, *level; /* level: error warning info */
    const char *message;              /* one sentence that says what to do */
    int line, column;
};

struct runbook_parts {
    LIST(struct metadata) metadata;
    LIST(struct template) templates;
    LIST(struct cadence) cadences;
    LIST(struct deadline) deadlines;
    LIST(struct threshold) thresholds;
    LIST(struct checklist) checklists;
    LIST(struct role) roles;
    LIST(struct contact) contacts;
    LIST(struct oncall_layer) oncall;
    LIST(struct escalation) escalations;
    LIST(struct channel_mention) channels;
    LIST(struct endpoint) endpoints;
    LIST(struct recovery_stage) recovery_order;
    LIST(struct maintenance) maintenance;
    LIST(struct drill_date) drills;
    LIST(struct report_section) report_sections;
    LIST(struct stated) timeline_events;
    LIST(struct agenda_item) agenda;
    LIST(struct stated) questions;
    LIST(struct stated) participants; /* of the review */
    int64_t review_due_s, review_due_min_s;
    LIST(struct stated) action_columns;
    LIST(struct action_row) action_rows;
    LIST(struct stated) metrics;
};
