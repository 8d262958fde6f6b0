/* Contradictions: one level with two response times, two cadences for the same readers, two times before the
 * same people are called. The reader of severities takes the first definition; here every statement counts.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "runbook/lint_priv.h"
#include "runbook/severity.h"
#include "runbook/text.h"

enum topic { TOPIC_RESPONSE, TOPIC_UPDATE, TOPIC_ESCALATION, N_TOPICS };
static const char *const topic_names[N_TOPICS] = {"a response time", "updates every", "an escalation after"};

enum { STATEMENT_BYTES = 300 }; /* longer ones are stories */

struct said {
    int line;
    int64_t value_s;
};

struct conflicts {
    struct lint *lint;
    struct map *said;              /* "level\ntopic\nabout" -> struct said */
    const struct severity **level; /* by block: what its heading is about, or NULL */
};

/* The only level that the text names, or NULL. Where the document defines none its names are enough. */
static const struct severity *level_in(const struct lint *lint, const char *text)
{
    const struct severity *found = NULL;
    if (lint->runbook->severities.n == 0) {
        size_t at, n;
        const char *id = severity_find(lint->arena, text, NULL, &at, &n);
        if (!id || severity_find(lint->arena, text + at + n, NULL, NULL, NULL))
            return NULL;
        struct severity *named = arena_alloc(lint->arena, sizeof *named);
        named->id = id;
        return named;
    }
    list_each (severity, &lint->runbook->severities) {
        if (!severity->id || !text_find_word(text, severity->id))
            continue;
        if (found && strcasecmp(found->id, severity->id) != 0)
            return NULL;
        found = severity;
    }
    return found;
}

static bool has_any(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (text_find_word(text, *words))
            return true;
    return false;
}

/* "Response time: 15 minutes" and "respond within 15 minutes", not "API response time > 2 s". */
static bool is_topic(enum topic topic, const char *label, const char *text)
{
    static const char *const response_labels[] = {
        "response", "response time", "initial response",    "respond", "acknowledge", "time to respond",
        "ack",      "ack time",      "time to acknowledge", NULL};
    static const char *const response_words[] = {
        "respond within",         "respond in", "acknowledge within", "respond to within", "response within",
        "be acknowledged within", NULL};
    static const char *const update_words[] = {"update", "updates", "communicate", "status", "cadence", NULL};
    if (strpbrk(text, "<>") && topic != TOPIC_RESPONSE)
        return false;
    if (topic == TOPIC_RESPONSE)
        for (size_t i = 0; label && response_labels[i]; i++)
            if (text_same(label, response_labels[i]))
                return true;
    if (topic == TOPIC_RESPONSE)
        return has_any(text, response_words);
    if (topic == TOPIC_UPDATE)
        return text_find_word(text, "every") &&
               (has_any(text, update_words) || (label && has_any(label, update_words)));
    if (strstr(text, "->") || strstr(text, "\xe2\x86\x92") || !strcasestr(text, " to "))
        return false; /* a chain, or nobody named: the times may be of different people */
    return strcasestr(text, "escalate") || (label && text_starts_with(label, "escalat"));
}

/* What tells two statements of a topic apart that do not contradict: who is told, who is called, when. */
static const char *about(struct arena *arena, enum topic topic, const char *text)
{
    static const char *const sides[] = {
        "business hours", "office hours", "after hours", "weekend",     "night",    "customer", "client",
        "executive",      "leadership",   "management",  "stakeholder", "internal", "external", "public",
        "status page",    "user",         "team",        "slack",       "email",    "mitigat",  "resolve",
        "monitor",        "phone",        "initial",     "first",       NULL};
    scoped_buf struct buf out = {0};
    for (size_t i = 0; sides[i]; i++)
        if (strcasestr(text, sides[i]))
            buf_printf(&out, "%s ", sides[i]);
    const char *to = topic == TOPIC_ESCALATION ? strcasestr(text, " to ") : NULL;
    if (to)
        buf_add(&out, to + 4, strcspn(to + 4, ",.;(0123456789"));
    return arena_strdup(arena, buf_text(&out));
}

static const char *seconds_text(struct arena *arena, int64_t s)
{
    if (s == 0)
        return "at once";
    if (s % 3600 == 0)
        return arena_printf(arena, "%lld h", (long long)(s / 3600));
    return s % 60 == 0 ? arena_printf(arena, "%lld min", (long long)(s / 60))
                       : arena_printf(arena, "%lld s", (long long)s);
}

static void say(struct conflicts *c, const char *key, int line, int64_t value_s)
{
    struct said *said = arena_alloc(c->lint->arena, sizeof *said);
    *said = (struct said){line, value_s};
    map_put(c->said, key, strlen(key), said);
}

static const char *key_of(struct arena *arena, const struct severity *level, enum topic topic,
                          const char *text)
{
    return arena_printf(arena, "%s\n%d\n%s", level->id, (int)topic, about(arena, topic, text));
}

static void note(struct conflicts *c, const struct severity *level, enum topic topic, const char *label,
                 const char *text, int line)
{
    struct arena *arena = c->lint->arena;
    struct duration_words length;
    if (!is_topic(topic, label, text) || !text_duration(text, &length))
        return;
    const char *key = key_of(arena, level, topic, text);
    const struct said *before = map_get(c->said, key, strlen(key));
    if (before && before->value_s != length.value_s && before->line != line)
        lint_add(c->lint, "conflicting-number", line, 1,
                 arena_printf(arena, "%s has %s %s here and %s on line %d", level->id, topic_names[topic],
                              seconds_text(arena, length.value_s), seconds_text(arena, before->value_s),
                              before->line));
    if (!before)
        say(c, key, line, length.value_s);
}

/* What the definitions say, wherever their words stand. */
static void definitions_say(struct conflicts *c)
{
    list_each (severity, &c->lint->runbook->severities) {
        const char *key = severity->id ? key_of(c->lint->arena, severity, TOPIC_RESPONSE, "") : "";
        if (*key && severity->response_time_s != UNSTATED && !map_get(c->said, key, strlen(key)))
            say(c, key, severity->line, severity->response_time_s);
    }
}

/* The level whose definition the line belongs to, or NULL. */
static const struct severity *level_at(const struct lint *lint, int line)
{
    list_each (severity, &lint->runbook->severities)
        if (severity->id && severity->line <= line && line <= severity->line_end)
            return severity;
    return NULL;
}

/* The level that the procedure around the line states for itself, or NULL. */
static const struct severity *level_of_procedure(const struct lint *lint, int line)
{
    const struct severity *level = NULL;
    list_each (procedure, &lint->runbook->procedures)
        if (procedure->line <= line && line <= procedure->line_end && procedure->severity_basis &&
            strcmp(procedure->severity_basis, "stated") == 0)
            level = runbook_severity(lint->runbook, procedure->severity);
    return level;
}

/* label may be NULL; other is the level of the section. */
static void statement(struct conflicts *c, const struct severity *other, const char *label, const char *text,
                      int line)
{
    if (!text || strnlen(text, STATEMENT_BYTES) == STATEMENT_BYTES)
        return;
    bool labelled = label && strlen(label) < STATEMENT_BYTES;
    const struct severity *level = level_in(c->lint, text);
    if (!level && labelled)
        level = level_in(c->lint, label);
    if (!level)
        level = level_at(c->lint, line);
    if (!level)
        level = other ? other : level_of_procedure(c->lint, line);
    for (enum topic topic = 0; level && topic < N_TOPICS; topic++)
        note(c, level, topic, labelled ? label : NULL, text, line);
}

static void row_check(struct conflicts *c, const struct block *table, const struct table_row *row)
{
    const struct severity *level = row->n_cells > 1 ? level_in(c->lint, row->cells[0].text) : NULL;
    for (size_t i = 1; level && i < row->n_cells && i < table->n_columns; i++)
        statement(c, level, table->columns[i].text, row->cells[i].text, row->line);
}

/* "Response times": below it stands "SEV-1: 10 minutes". */
static bool lists_responses(const char *heading)
{
    static const char *const names[] = {"response time", "response target", "acknowledgement time",
                                        "acknowledgment time", NULL};
    return strnlen(heading, STATEMENT_BYTES) < STATEMENT_BYTES && has_any(heading, names);
}

static void block_check(struct conflicts *c, const struct block *block)
{
    const struct severity *level = block->heading == NO_BLOCK ? NULL : c->level[block->heading];
    const char *heading =
        block->heading == NO_BLOCK ? "" : c->lint->document->blocks.at[block->heading].prose.text;
    list_each (passage, &block->prose.passages) {
        const char *label = passage->lead, *rest = passage->rest;
        if (!label && !text_label(c->lint->arena, passage->rest, &label, &rest))
            label = NULL;
        const struct severity *of_label = label ? level_in(c->lint, label) : NULL;
        if (of_label && lists_responses(heading))
            note(c, of_label, TOPIC_RESPONSE, "response time", rest, passage->line);
        statement(c, level, label, rest, passage->line);
    }
    list_each (row, &block->rows)
        row_check(c, block, row);
}

void lint_conflict(struct lint *lint)
{
    const struct document *document = lint->document;
    size_t n_defined = 0;
    list_each (severity, &lint->runbook->severities)
        n_defined += severity->id != NULL;
    if (n_defined > 16) /* more are no levels */
        return;
    struct conflicts c = {.lint = lint,
                          .said = map_new(),
                          .level = arena_alloc(lint->arena, document->blocks.n * sizeof *c.level)};
    definitions_say(&c);
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_HEADING && strnlen(block->prose.text, STATEMENT_BYTES) < STATEMENT_BYTES) {
            const struct severity *own = level_in(lint, block->prose.text);
            c.level[i] = own || block->heading == NO_BLOCK ? own : c.level[block->heading];
        } else if (block->kind != BLOCK_FENCE) {
            block_check(&c, block);
        }
    }
    map_free(c.said);
}
