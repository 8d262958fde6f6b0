/* What the ledger and the runbook tell under each heading, and what is left to people. Facts only: causes and
 * harm are for people to establish. */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "review/report_priv.h"
#include "runbook/parts_words.h"

static void put_fact(const struct report *report, const char *before, const char *name, const char *after)
{
    scoped_buf struct buf fact = {0};
    fact_write(report, name, &fact);
    if (fact.n_bytes)
        buf_printf(report->out, "%s%s%s", before, buf_text(&fact), after);
}

static void put_item(struct report *report, const char *label, const char *name)
{
    scoped_buf struct buf fact = {0};
    fact_write(report, name, &fact);
    if (!fact.n_bytes)
        return;
    item_begin(report);
    buf_printf(report->out, "- %s: %s\n", label, buf_text(&fact));
}

/* The last thing that somebody said with an event of that kind; "" when nobody did. */
static const char *last_text(const struct report *report, const char *kind)
{
    for (size_t i = report->input->n_timeline; i-- > 0;)
        if (strcmp(report->input->timeline[i].kind, kind) == 0)
            return event_text(report, &report->input->timeline[i]);
    return "";
}

/* "Cause: a deadlock in the worker pool" */
static void put_finding(struct report *report, const char *label, const char *topic)
{
    const char *text = finding_text(report, topic);
    if (!*text)
        return;
    item_begin(report);
    buf_printf(report->out, "- %s: ", label);
    markdown_text(report->out, text);
    buf_putc(report->out, '\n');
}

void impact_tell_found(struct report *report, const char *own)
{
    scoped_buf struct buf found = {0};
    markdown_text(&found, finding_text(report, "impact"));
    if (!strstr(own, buf_text(&found)))
        put_finding(report, "Impact", "impact");
}

static void tell_summary(struct report *report)
{
    const struct incident *incident = report->input->incident;
    block_begin(report);
    put_fact(report, "**", "title", "**");
    put_fact(report, " (", "severity", "");
    put_fact(report, ", ", "service", "");
    buf_putc(report->out, ')');
    if (incident->started_us) {
        put_fact(report, " began at ", "started", "");
        put_fact(report, " and was detected ", "time_to_detect", " later.");
    } else {
        put_fact(report, " was detected at ", "detected", ".");
    }
    put_fact(report, " The response followed ", "procedure", ".");
    if (incident->acknowledged_us) {
        put_fact(report, " ", "acknowledged_by", " acknowledged it");
        put_fact(report, " after ", "time_to_acknowledge", ".");
    } else {
        buf_puts(report->out, " Nobody acknowledged it.");
    }
    if (incident->resolved_us)
        put_fact(report, " It was resolved ", "time_to_resolve", " after it was detected.\n");
    else
        put_fact(report, " It is not resolved: ", "duration", ".\n");
    static const char *const findings[][2] = {{"What happened", "description"},
                                              {"Impact", "impact"},
                                              {"Cause", "cause"},
                                              {"What was done", "actions"}};
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        put_finding(report, findings[i][0], findings[i][1]);
}

static void tell_impact(struct report *report)
{
    put_finding(report, "Impact", "impact");
    put_item(report, "Service", "service");
    put_item(report, "Duration", "duration");
    put_item(report, "Alerts", "alerts");
}

static void tell_severity(struct report *report)
{
    const struct incident *incident = report->input->incident;
    block_begin(report);
    put_fact(report, "", "severity", "");
    if (has_text(incident->severity_why)) {
        buf_puts(report->out, ", because ");
        markdown_text(report->out, incident->severity_why);
    }
    if (incident->severity_line > 0) {
        buf_puts(report->out, " (");
        markdown_text(report->out, place_in(report->arena, incident->runbook_file, incident->severity_line));
        buf_puts(report->out, ")");
    }
    buf_puts(report->out, ".\n");
}

static void tell_detection(struct report *report)
{
    put_item(report, "Started", "started");
    put_item(report, "Detected", "detected");
    put_item(report, "Time to detect", "time_to_detect");
    put_item(report, "Alerts", "alerts");
}

static void tell_root_cause(struct report *report)
{
    if (*finding_text(report, "cause")) {
        put_finding(report, "Established", "cause");
        return;
    }
    if (!report->procedure || !report->procedure->likely_causes.n)
        return;
    block_begin(report);
    buf_puts(report->out, "Causes that the runbook names as likely; none of them is established here:\n");
    list_each (cause, &report->procedure->likely_causes) {
        item_begin(report);
        buf_puts(report->out, "- ");
        markdown_text(report->out, cause->text);
        buf_printf(report->out, " (line %d)\n", cause->line);
    }
}

static void tell_changes(struct report *report)
{
    const struct report_input *input = report->input;
    for (size_t i = 0; i < input->n_steps; i++) {
        const struct run_step *step = &input->steps[i];
        if (!step->started_us || step->risk == RISK_READ)
            continue;
        item_begin(report);
        buf_printf(report->out, "- %s UTC: ", moment_text(report->arena, step->started_us));
        markdown_text(report->out, step->text);
        buf_puts(report->out, ", approved by ");
        markdown_text(report->out,
                      has_text(step->approved_by) ? who_text(report->arena, step->approved_by) : "nobody");
        buf_puts(report->out, ", ");
        step_result_write(step, report->out);
        buf_puts(report->out, "\n");
    }
}

static bool ends_sentence(const char *text)
{
    return *text && strchr(".!?", text[strlen(text) - 1]);
}

static void tell_resolution(struct report *report)
{
    const struct incident *incident = report->input->incident;
    block_begin(report);
    if (!incident->resolved_us) {
        put_fact(report, "It is not resolved; its state is ", "state", ".\n");
    } else {
        put_fact(report, "Resolved at ", "resolved", "");
        put_fact(report, " by ", "resolved_by", "");
        put_fact(report, ", ", "time_to_resolve", " after it was detected");
        const char *text = last_text(report, "incident.resolved");
        buf_puts(report->out, *text ? ": " : "");
        markdown_text(report->out, text);
        buf_puts(report->out, ends_sentence(text) ? "\n" : ".\n");
    }
    put_finding(report, "Done, as told to audiences", "actions");
    tell_changes(report);
}

static void tell_communication(struct report *report)
{
    size_t n_sent = 0;
    for (size_t i = 0; i < report->input->n_deliveries; i++)
        n_sent += report->input->deliveries[i].state == DELIVERY_SENT;
    block_begin(report);
    buf_printf(report->out, "%zu %s sent (see Pages).\n", n_sent, n_sent == 1 ? "page was" : "pages were");
}

static void tell_metrics(struct report *report)
{
    put_item(report, "Time to detect", "time_to_detect");
    put_item(report, "Time to acknowledge", "time_to_acknowledge");
    put_item(report, "Time to resolve", "time_to_resolve");
    put_item(report, "Duration", "duration");
}

static void tell_responders(struct report *report)
{
    put_item(report, "On the timeline", "responders");
    put_item(report, "Acknowledged by", "acknowledged_by");
    put_item(report, "Resolved by", "resolved_by");
}

static void tell_lessons(struct report *report)
{
    if (!report->runbook)
        return;
    list_each (question, &report->runbook->parts.questions)
        blank_write(report, "- ", question->text, strlen(question->text));
}

enum { COLUMNS_AT_MOST = 12 };

/* What a column is headed by, and what it holds then. */
static const char *action_cell(const struct report *report, const struct action_item *item,
                               const char *column)
{
    static const struct {
        const char *word;
        size_t offset;
    } texts[] = {
        {"action", offsetof(struct action_item, what)},      {"item", offsetof(struct action_item, what)},
        {"task", offsetof(struct action_item, what)},        {"what", offsetof(struct action_item, what)},
        {"owner", offsetof(struct action_item, owner)},      {"assign", offsetof(struct action_item, owner)},
        {"responsible", offsetof(struct action_item, owner)}};
    if (strcasestr(column, "due") || strcasestr(column, "deadline") || strcasestr(column, "date"))
        return arena_strndup(report->arena, moment_text(report->arena, item->due_us),
                             sizeof "2026-03-01" - 1);
    if (strcmp(column, "\\#") == 0 || strcmp(column, "#") == 0 || strcasecmp(column, "no.") == 0 ||
        strcasecmp(column, "no") == 0 || strcasecmp(column, "id") == 0)
        return arena_printf(report->arena, "%d", item->item);
    if (strcasestr(column, "priority"))
        return action_priority_name(item->priority);
    if (strcasestr(column, "status") || strcasestr(column, "state"))
        return action_state_name(item->state);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcasestr(column, texts[i].word))
            return *(const char *const *)(const void *)((const char *)item + texts[i].offset);
    return "";
}

static void add_action(const struct report *report, const struct action_item *item,
                       const char *const *columns, size_t n, struct markdown_table *table)
{
    scoped_buf struct buf cell = {0};
    for (size_t i = 0; i < n; i++) {
        markdown_text(&cell, action_cell(report, item, columns[i]));
        markdown_table_add(table, &cell);
    }
}

bool actions_known(const struct report *report)
{
    for (size_t i = 0; i < report->input->n_actions; i++)
        if (report->input->actions[i].kind != ACTION_REVIEW)
            return true;
    return false;
}

static const char *column_text(const struct report *report, const char *text, size_t n)
{
    scoped_buf struct buf cell = {0};
    while (n && isspace((unsigned char)*text)) {
        text++;
        n--;
    }
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    markdown_text(&cell, arena_strndup(report->arena, text, n));
    return arena_strdup(report->arena, buf_text(&cell));
}

/* Those of the template's own table, else of a table that the runbook shows, else what an item has. */
static size_t action_columns(const struct report *report, const char *columns[COLUMNS_AT_MOST])
{
    static const char *const usual[] = {"Action", "Owner", "Due", "Priority", "Status"};
    size_t n = 0;
    for (const char *at = report->action_head; at && (at = strchr(at, '|')) && n < COLUMNS_AT_MOST;) {
        size_t n_cell = strcspn(++at, "|");
        if (at[n_cell])
            columns[n++] = column_text(report, at, n_cell);
    }
    if (!n && report->runbook)
        list_each (column, &report->runbook->parts.action_columns)
            if (n < COLUMNS_AT_MOST)
                columns[n++] = column_text(report, column->text, strlen(column->text));
    if (n)
        return n;
    memcpy(columns, usual, sizeof usual);
    return sizeof usual / sizeof *usual;
}

static void tell_action_items(struct report *report)
{
    const char *columns[COLUMNS_AT_MOST];
    size_t n = action_columns(report, columns);
    scoped_buf struct buf cell = {0};
    struct markdown_table table = markdown_table(report->arena, n, columns);
    bool any = false;
    for (size_t i = 0; i < report->input->n_actions; i++) {
        if (report->input->actions[i].kind == ACTION_REVIEW)
            continue;
        add_action(report, &report->input->actions[i], columns, n, &table);
        any = true;
    }
    for (size_t i = 0; !any && i < n; i++) /* a row to fill in */
        markdown_table_add(&table, &cell);
    table_write(report, &table);
}

static void tell_follow_up(struct report *report)
{
    const struct incident *incident = report->input->incident;
    const struct runbook *runbook = report->runbook;
    if (!runbook || !incident->resolved_us || runbook->parts.review_due_s == UNSTATED ||
        runbook->parts.review_due_s <= 0 || runbook->parts.review_due_s > INT64_C(1000) * 366 * 86400)
        return;
    int64_t due_us = runbook->parts.review_due_s * US_PER_S;
    block_begin(report);
    buf_printf(report->out, "The runbook asks for a review within %s: by %s UTC.\n",
               span_text(report->arena, 0, due_us),
               moment_text(report->arena, incident->resolved_us + due_us));
    for (size_t i = 0; i < report->input->n_actions; i++) {
        const struct action_item *item = &report->input->actions[i];
        if (item->kind != ACTION_REVIEW)
            continue;
        buf_printf(report->out, "It is set for %s UTC, and %s.\n", moment_text(report->arena, item->due_us),
                   item->state == ACTION_OPEN   ? "not held yet"
                   : item->state == ACTION_DONE ? "was held"
                                                : "is not wanted any more");
    }
}

static const struct topic_words topics[N_TOPICS] = {
    [TOPIC_SUMMARY] = {"Summary", "what happened, in two or three sentences", .tell = tell_summary},
    [TOPIC_IMPACT] = {"Impact", "who was affected, how many, and how", .tell = tell_impact,
                      .unless_fields = true},
    [TOPIC_SEVERITY] = {"Severity", NULL, .tell = tell_severity, .unless_fields = true},
    [TOPIC_DETECTION] = {"Detection", "how it could have been noticed earlier", .tell = tell_detection,
                         .unless_fields = true},
    [TOPIC_TIMELINE] = {"Timeline", NULL, .tell = timeline_tell, .always = "timeline", .whole = true},
    [TOPIC_ROOT_CAUSE] = {"Root cause", "what broke, why, and why nothing caught it before",
                          .tell = tell_root_cause},
    [TOPIC_RESOLUTION] = {"Resolution", "what ended it, and whether that lasts", .tell = tell_resolution},
    [TOPIC_COMMUNICATION] = {"Communication", "who was told what, and when", .tell = tell_communication},
    [TOPIC_METRICS] = {"Metrics", NULL, .tell = tell_metrics, .unless_fields = true},
    [TOPIC_RESPONDERS] = {"Responders", "their roles", .tell = tell_responders, .unless_fields = true},
    [TOPIC_LESSONS] = {"Lessons learned", "what went well, what did not, and where luck helped",
                       .tell = tell_lessons, .below = true},
    [TOPIC_ACTION_ITEMS] = {"Action items", NULL, .tell = tell_action_items},
    [TOPIC_FOLLOW_UP] = {"Follow-up", "what is still to be done, and who looks after it",
                         .tell = tell_follow_up},
    [TOPIC_COMMANDS] = {"Commands and results", NULL, .tell = commands_tell, .always = "command"},
    [TOPIC_PAGES] = {"Pages", NULL, .tell = pages_tell, .always = "page"},
    [TOPIC_DELAYS] = {"Costs of delay", "what each of them has cost, and what would have saved it",
                      .tell = delays_tell, .always = "delay"},
};

/* As they stand in policy/parts.words. */
static const char *const names[N_TOPICS] = {
    [TOPIC_SUMMARY] = "summary",       [TOPIC_IMPACT] = "impact",
    [TOPIC_SEVERITY] = "severity",     [TOPIC_DETECTION] = "detection",
    [TOPIC_TIMELINE] = "timeline",     [TOPIC_ROOT_CAUSE] = "root_cause",
    [TOPIC_RESOLUTION] = "resolution", [TOPIC_COMMUNICATION] = "communication",
    [TOPIC_METRICS] = "metrics",       [TOPIC_RESPONDERS] = "responders",
    [TOPIC_LESSONS] = "lessons",       [TOPIC_ACTION_ITEMS] = "action_items",
    [TOPIC_FOLLOW_UP] = "follow_up",   [TOPIC_COMMANDS] = "commands",
    [TOPIC_PAGES] = "pages",           [TOPIC_DELAYS] = "delays",
};

enum topic topic_of_heading(const char *heading)
{
    const char *name = part_words_value(PART_REPORT_TOPIC, heading);
    for (int topic = 1; topic < N_TOPICS && name; topic++)
        if (strcmp(names[topic], name) == 0)
            return (enum topic)topic;
    return TOPIC_NONE;
}

const struct topic_words *topic_words(enum topic topic)
{
    return &topics[topic];
}

void topic_tell(struct report *report, enum topic topic)
{
    if (report->told[topic] || !topics[topic].tell)
        return;
    report->told[topic] = true;
    topics[topic].tell(report);
}
