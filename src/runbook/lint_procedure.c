/* Procedures that stop half-way. */
#include <string.h>

#include "runbook/heading_words.h"
#include "runbook/lint_priv.h"
#include "runbook/procedure_priv.h"
#include "runbook/text.h"

/* Actions that a machine carries out: whoever does them needs the command. */
static const char *const technical_verbs[] = {"restart",  "redeploy",   "rollback",  "roll back", "revert",
                                              "scale up", "scale down", "fail over", "failover",  "divert",
                                              "re-route", "reroute",    "restore",   "requeue",   "re-submit",
                                              "flush",    "drain",      NULL};
/* These may as well be done by looking or in a console. */
static const char *const loose_verbs[] = {"list",   "identify",          "rotate", "scale", "disable",
                                          "enable", "fix configuration", NULL};

static bool is_diagnosis(enum stage stage)
{
    return stage == STAGE_DIAGNOSIS || stage == STAGE_IMMEDIATE;
}

static bool is_change(enum stage stage)
{
    return stage == STAGE_RESOLUTION || stage == STAGE_MITIGATION;
}

static bool changes_something(const struct procedure *procedure)
{
    struct command_walk walk = {0};
    while (procedure_next_command(procedure, &walk))
        if (walk.command->risk.class != RISK_READ)
            return true;
    list_each (phase, &procedure->phases)
        list_each (step, &phase->steps)
            if (step->branches.n > 0)
                return true;
    return false;
}

static bool is_kind(const struct procedure *procedure, const char *kind)
{
    return procedure->kind && strcmp(procedure->kind, kind) == 0;
}

static void resolution_check(struct lint *lint, const struct procedure *procedure)
{
    bool diagnosis = false, change = false;
    list_each (phase, &procedure->phases) {
        diagnosis = diagnosis || is_diagnosis(phase->stage);
        change = change || is_change(phase->stage);
    }
    if (diagnosis && !change && (is_kind(procedure, "alert") || is_kind(procedure, "symptom")) &&
        !changes_something(procedure))
        lint_add(lint, "missing-resolution", procedure->line, 1, procedure->title);
}

static void trigger_check(struct lint *lint, const struct procedure *procedure)
{
    /* "Quarterly test": its title says when */
    bool planned = words_occur(WORDS_KIND_TESTING, procedure->title) ||
                   words_occur(WORDS_KIND_DRILL, procedure->title) ||
                   text_find_word(procedure->title, "schedule") ||
                   text_find_word(procedure->title, "strategy");
    if (is_kind(procedure, "emergency") && procedure->triggers.n == 0 && procedure->symptoms.n == 0 &&
        !planned)
        lint_add(lint, "trigger-missing", procedure->line, 1, procedure->title);
}

static bool begins_with(const char *text, const char *const *verbs)
{
    for (; *verbs; verbs++) {
        size_t n = strlen(*verbs);
        if (text_starts_with(text, *verbs) && (text[n] == ' ' || text[n] == '\0'))
            return true;
    }
    return false;
}

/* "Failover: by DNS", "Scale to zero — idle servers cost": what is said of a part. */
static bool describes(const struct step *step)
{
    size_t n_title = step->title ? strlen(step->title) : 0;
    const char *behind = step->text && n_title && strlen(step->text) > n_title ? step->text + n_title : "";
    const char *said = behind + strspn(behind, " ");
    if (text_starts_with(said, ": ") || text_starts_with(said, "- "))
        return !sentence_is_order(said + 2);
    return (text_starts_with(said, "\xE2\x80\x93 ") || text_starts_with(said, "\xE2\x80\x94 ")) &&
           !sentence_is_order(said + 4);
}

/* Index of the last block that begins at the line or above it; the document has one. */
static size_t block_at(const struct document *document, int line)
{
    size_t low = 0, high = document->blocks.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (document->blocks.at[middle].line <= line)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The commands stand in the fence that belongs to the step, or comes next. Of a comment in a fence: in what
 * comes next there. */
static bool command_follows(const struct document *document, const struct step *step)
{
    size_t at = block_at(document, step->line);
    const struct block *block = &document->blocks.at[at];
    if (block->kind == BLOCK_FENCE) {
        struct source_line below = document_line(document, step->line + 1);
        size_t n_blanks = strspn(below.at, " \t");
        return step->line < block->line_end - 1 && n_blanks < below.n_bytes && below.at[n_blanks] != '#';
    }
    const size_t explained = 8; /* blocks below a step that is like a heading */
    size_t end = block->end > at + 1 ? block->end : at + 1;
    if (step->title && end < at + explained)
        end = at + explained;
    for (size_t i = at + 1; i <= end && i < document->blocks.n; i++) {
        const struct block *below = &document->blocks.at[i];
        if (below->kind == BLOCK_FENCE)
            return true;
        if (below->kind != BLOCK_PARAGRAPH && !below->quoted)
            return false;
    }
    return false;
}

/* A link in its own lines says how. */
static bool links(const struct document *document, const struct step *step)
{
    enum { SEARCHED_LINES = 4 };
    const struct block *block = &document->blocks.at[block_at(document, step->line)];
    int last = step->line + SEARCHED_LINES;
    if (block->kind == BLOCK_FENCE || last > block->line_end)
        last = block->kind == BLOCK_FENCE ? step->line : block->line_end;
    for (int line = step->line; line <= last; line++) {
        struct source_line source = document_line(document, line);
        if (memmem(source.at, source.n_bytes, "](", 2) || memmem(source.at, source.n_bytes, "http", 4) ||
            memmem(source.at, source.n_bytes, "][", 2))
            return true;
    }
    return false;
}

/* `monit restart all` that was not taken for a command; a box that is ticked; what somebody else has said. */
static bool is_settled(const struct document *document, const struct step *step)
{
    const struct block *block = &document->blocks.at[block_at(document, step->line)];
    struct source_line source = document_line(document, step->line);
    return block->checked || block->quoted || memchr(source.at, '`', source.n_bytes);
}

/* "With this you can:", "This page tells how to:" */
static bool is_overview(const struct document *document, const struct step *step)
{
    const struct block *block = &document->blocks.at[block_at(document, step->line)];
    if (block->kind != BLOCK_ITEM || block->list_first == 0)
        return false;
    const char *lead = document->blocks.at[block->list_first - 1].prose.text;
    return lead &&
           (strcasestr(lead, "you can") || strcasestr(lead, "how to") || strcasestr(lead, "can be used"));
}

/* Advice for another day. */
static bool is_advice(const struct document *document, const struct step *step)
{
    static const char *const words[] = {"prevent", "best practice", "recommend", "optimi",    "tips",
                                        "cost",    "harden",        "design",    "long-term", "long term"};
    const struct block *block = &document->blocks.at[block_at(document, step->line)];
    if (block->heading == NO_BLOCK)
        return false;
    const char *heading = document->blocks.at[block->heading].prose.text;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(heading, words[i]))
            return true;
    return false;
}

static void step_check(struct lint *lint, const struct step *step)
{
    const char *text = step->title ? step->title : step->text;
    bool bare = step->kind == STEP_MANUAL && step->commands.n == 0 && step->substeps.n == 0 && text &&
                !strchr(step->text ? step->text : "", '`') && !describes(step);
    bool technical = bare && begins_with(text, technical_verbs);
    if (!technical && !(bare && begins_with(text, loose_verbs)))
        return;
    if (lint_cleared(lint, "command-missing", text, strlen(text)))
        return;
    const struct document *document = lint->document;
    if (is_settled(document, step) || is_overview(document, step) || is_advice(document, step) ||
        command_follows(document, step) || links(document, step))
        return;
    lint_add_level(lint, "command-missing", technical ? NULL : "info", step->line, text);
}

static void steps_check(struct lint *lint, const struct procedure *procedure)
{
    list_each (phase, &procedure->phases) {
        if (phase->stage == STAGE_COMMUNICATION || phase->stage == STAGE_POST_INCIDENT)
            continue;
        list_each (step, &phase->steps) {
            step_check(lint, step);
            list_each (substep, &step->substeps)
                step_check(lint, substep);
        }
    }
}

void lint_procedure(struct lint *lint)
{
    list_each (procedure, &lint->runbook->procedures) {
        resolution_check(lint, procedure);
        trigger_check(lint, procedure);
        steps_check(lint, procedure);
    }
}
