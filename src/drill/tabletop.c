#include "drill/tabletop.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "runbook/fill.h"
#include "runbook/repair.h"

static const char *const outcome_names[] = {"not reached", "answered", "unclear", "skipped"};

/* ---- the course ---- */

static void steps_add(struct tabletop *tabletop, const struct phase *phase, const struct step *steps,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tabletop_turn *turn = list_push(tabletop->arena, &tabletop->turns);
        *turn = (struct tabletop_turn){.phase = phase, .step = &steps[i], .answer = ""};
        for (size_t k = 0; k < steps[i].substeps.n; k++) {
            struct tabletop_turn *below = list_push(tabletop->arena, &tabletop->turns);
            *below = (struct tabletop_turn){.phase = phase, .step = &steps[i].substeps.at[k], .answer = ""};
        }
    }
}

void tabletop_begin(struct arena *arena, const struct runbook *runbook, const struct procedure *procedure,
                    int64_t now_us, struct tabletop *ret_tabletop)
{
    *ret_tabletop = (struct tabletop){
        .arena = arena, .runbook = runbook, .procedure = procedure, .began_us = now_us, .ended_us = now_us};
    list_each (phase, &procedure->phases)
        steps_add(ret_tabletop, phase, phase->steps.at, phase->steps.n);
}

struct tabletop_turn *tabletop_ask(struct tabletop *tabletop, int64_t now_us)
{
    tabletop->ended_us = now_us;
    list_each (turn, &tabletop->turns)
        if (turn->outcome == TABLETOP_OPEN) {
            turn->asked_us = now_us;
            return turn;
        }
    return NULL;
}

void tabletop_answer(struct tabletop_turn *turn, const char *line, int64_t now_us, struct arena *arena)
{
    line += strspn(line, " \t");
    turn->outcome = *line == '?'                                   ? TABLETOP_UNCLEAR
                    : *line == '-' && (!line[1] || line[1] == ' ') ? TABLETOP_SKIPPED
                                                                   : TABLETOP_ANSWERED;
    if (turn->outcome != TABLETOP_ANSWERED)
        line++;
    turn->answer = arena_strdup(arena, line + strspn(line, " \t"));
    turn->answered_us = now_us;
}

static const char *step_words(const struct step *step)
{
    return step->title && *step->title ? step->title
           : step->text && *step->text ? step->text
           : step->commands.n          ? step->commands.at[0].text
                                       : "(no words)";
}

static const char *what_it_does(enum risk_class class)
{
    static const char *const words[] = {[RISK_READ] = "only looks",
                                        [RISK_UNKNOWN] = "nobody can tell what it does: asks",
                                        [RISK_MUTATE] = "changes something: asks",
                                        [RISK_DESTRUCTIVE] = "destroys something: asks two people"};
    return words[class];
}

/* "Restart it:" below "Restart it". */
static bool is_title_again(const struct step *step)
{
    size_t n = strlen(step->title);
    return strncmp(step->text, step->title, n) == 0 &&
           strspn(step->text + n, ":. ") == strlen(step->text + n);
}

void tabletop_question(struct buf *out, const struct tabletop *tabletop, const struct tabletop_turn *turn)
{
    const struct step *step = turn->step;
    const char *phase = turn->phase && turn->phase->name ? turn->phase->name : "Step";
    buf_printf(out, "\n%zu of %zu  %s, line %d\n", (size_t)(turn - tabletop->turns.at) + 1, tabletop->turns.n,
               phase, step->line);
    buf_printf(out, "  %s%s\n", step->condition ? "(if it applies) " : "", step_words(step));
    if (step->title && *step->title && step->text && !is_title_again(step))
        buf_printf(out, "  %s\n", step->text);
    list_each (command, &step->commands)
        buf_printf(out, "    %s\n      [%s]\n", command->text, what_it_does(command->risk.class));
    list_each (branch, &step->branches)
        buf_printf(out, "    if %s\n", branch->when);
}

/* ---- gaps ---- */

struct gaps {
    const struct tabletop *tabletop;
    struct strings list;
};

static void gap(struct gaps *gaps, const char *text)
{
    strings_add(gaps->tabletop->arena, &gaps->list, text);
}

static void gaps_of_answers(struct gaps *gaps)
{
    struct arena *arena = gaps->tabletop->arena;
    list_each (turn, &gaps->tabletop->turns) {
        const char *said = *turn->answer ? arena_printf(arena, ": %s", turn->answer) : "";
        if (turn->outcome != TABLETOP_ANSWERED)
            gap(gaps,
                arena_printf(arena, "line %d: %s: %.*s%s", turn->step->line, outcome_names[turn->outcome],
                             (int)strcspn(step_words(turn->step), "\n"), step_words(turn->step), said));
    }
}

/* Of the values that a command wants, those that its place does not say. */
static void gaps_of_command(struct gaps *gaps, const struct command *command)
{
    struct arena *arena = gaps->tabletop->arena;
    struct fill_slots slots = {0};
    struct repairs repairs = {0};
    fill_slots(arena, command->text, &slots);
    list_each (slot, &slots)
        gap(gaps, arena_printf(arena, "line %d: where does the value of \"%s\" come from?", command->line,
                               slot->name));
    command_repairs(arena, risk_rules_in_force(), command->text, &repairs);
    list_each (repair, &repairs)
        gap(gaps, arena_printf(arena, "line %d: %s", command->line, repair->says));
    if (command->risk.class == RISK_UNKNOWN)
        gap(gaps, arena_printf(arena, "line %d: %s", command->line, command->risk.why));
}

/* What its commands do, in the order of the document. */
struct deeds {
    bool changes;
    bool looks_before; /* a look stands before the first change, */
    bool looks_behind; /* and one behind the last */
};

static void gaps_of_procedure(struct gaps *gaps, const struct deeds *deeds)
{
    const struct procedure *procedure = gaps->tabletop->procedure;
    struct arena *arena = gaps->tabletop->arena;
    bool verifies = deeds->looks_behind, looks = deeds->looks_before;
    list_each (phase, &procedure->phases) {
        verifies |= phase->stage == STAGE_VERIFICATION;
        looks |= phase->stage == STAGE_DIAGNOSIS;
    }
    if (!procedure->severity)
        gap(gaps, arena_printf(arena, "line %d: nothing says how severe it is", procedure->line));
    if (!procedure->symptoms.n && !procedure->triggers.n)
        gap(gaps,
            arena_printf(arena, "line %d: nothing says by which symptoms it is known", procedure->line));
    if (deeds->changes && !verifies)
        gap(gaps, arena_printf(arena,
                               "line %d: something is changed, and no part says how it is seen that it is "
                               "well again",
                               procedure->line));
    if (deeds->changes && !looks)
        gap(gaps,
            arena_printf(arena, "line %d: something is changed without a diagnosis before", procedure->line));
    if (!gaps->tabletop->turns.n)
        gap(gaps, arena_printf(arena, "line %d: it has no steps", procedure->line));
}

static void gaps_of_time(struct gaps *gaps)
{
    const struct tabletop *tabletop = gaps->tabletop;
    int64_t took_s = (tabletop->ended_us - tabletop->began_us) / US_PER_S;
    int64_t budget_s = tabletop->procedure->budget_s;
    if (budget_s > 0 && took_s > budget_s)
        gap(gaps, arena_printf(tabletop->arena,
                               "line %d: it took %lld min to talk about what should be done within %lld min",
                               tabletop->procedure->line, (long long)took_s / 60, (long long)budget_s / 60));
}

struct strings tabletop_gaps(const struct tabletop *tabletop)
{
    struct gaps gaps = {.tabletop = tabletop};
    struct command_walk walk = {0};
    struct deeds deeds = {0};
    gaps_of_answers(&gaps);
    while (procedure_next_command(tabletop->procedure, &walk)) {
        enum risk_class class = walk.command->risk.class;
        gaps_of_command(&gaps, walk.command);
        deeds.looks_before |= class == RISK_READ && !deeds.changes;
        deeds.changes |= class == RISK_MUTATE || class == RISK_DESTRUCTIVE;
        deeds.looks_behind =
            deeds.changes && (class == RISK_READ || (deeds.looks_behind && class == RISK_UNKNOWN));
    }
    gaps_of_procedure(&gaps, &deeds);
    gaps_of_time(&gaps);
    return gaps.list;
}

/* ---- how it reads ---- */

/* To the millisecond. */
static double seconds(int64_t from_us, int64_t to_us)
{
    int64_t ms = from_us && to_us ? (to_us - from_us) / 1000 : 0;
    return (double)ms / 1000;
}

/* Within a cell of a table. */
static void cell(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|' || *text == '\\')
            buf_putc(out, '\\');
        buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
    }
}

void tabletop_report(struct buf *out, const struct tabletop *tabletop)
{
    struct strings gaps = tabletop_gaps(tabletop);
    char at[TIME_TEXT_BYTES];
    time_format_rfc3339(tabletop->began_us, at);
    buf_puts(out, "# Tabletop: ");
    cell(out, tabletop->procedure->title);
    buf_printf(out, " (%s, line %d)\n\nGone through at %s in %.0f s. Nothing was executed.\n\n",
               tabletop->runbook->file, tabletop->procedure->line, at,
               seconds(tabletop->began_us, tabletop->ended_us));
    buf_puts(out, "| line | step | came out | after | said |\n|---|---|---|---|---|\n");
    list_each (turn, &tabletop->turns) {
        buf_printf(out, "| %d | ", turn->step->line);
        cell(out, step_words(turn->step));
        buf_printf(out, " | %s | %.0f s | ", outcome_names[turn->outcome],
                   seconds(turn->asked_us, turn->answered_us));
        cell(out, turn->answer);
        buf_puts(out, " |\n");
    }
    buf_printf(out, "\n%s\n", gaps.n ? "Gaps:\n" : "No gaps.");
    list_each (text, &gaps) {
        buf_puts(out, "- ");
        cell(out, *text);
        buf_putc(out, '\n');
    }
}

static void json_commands(struct json_writer *w, const struct step *step)
{
    jw_name(w, "commands");
    jw_begin_array(w);
    list_each (command, &step->commands) {
        jw_begin_object(w);
        jw_pair(w, "command", command->text);
        jw_pair(w, "class", risk_name(command->risk.class));
        jw_pair_int(w, "line", command->line);
        jw_end_object(w);
    }
    jw_end_array(w);
}

void tabletop_json(struct buf *out, const struct tabletop *tabletop, const char *path)
{
    struct strings gaps = tabletop_gaps(tabletop);
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "file", tabletop->runbook->file);
    jw_pair(&w, "procedure", tabletop->procedure->title);
    jw_pair_int(&w, "line", tabletop->procedure->line);
    jw_pair_time(&w, "began_at", tabletop->began_us);
    jw_pair_time(&w, "ended_at", tabletop->ended_us);
    jw_name(&w, "seconds");
    jw_double(&w, seconds(tabletop->began_us, tabletop->ended_us));
    jw_name(&w, "steps");
    jw_begin_array(&w);
    list_each (turn, &tabletop->turns) {
        jw_begin_object(&w);
        jw_pair_int(&w, "line", turn->step->line);
        jw_pair(&w, "phase", turn->phase ? turn->phase->name : NULL);
        jw_pair(&w, "text", step_words(turn->step));
        json_commands(&w, turn->step);
        jw_pair(&w, "outcome", outcome_names[turn->outcome]);
        jw_pair(&w, "answer", turn->answer);
        jw_name(&w, "seconds");
        jw_double(&w, seconds(turn->asked_us, turn->answered_us));
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_name(&w, "gaps");
    jw_begin_array(&w);
    list_each (text, &gaps)
        jw_string(&w, *text);
    jw_end_array(&w);
    jw_pair(&w, "report", path);
    jw_end_object(&w);
    buf_putc(out, '\n');
}
