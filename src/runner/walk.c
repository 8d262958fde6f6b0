#include "runner/walk.h"

#include <string.h>

#include "base/must.h"
#include "runner/walk_verify.h"

static const char *const states[] = {
    [WALK_OPEN] = "not done yet",      [WALK_RUNNING] = "running",     [WALK_SUCCEEDED] = "succeeded",
    [WALK_FAILED] = "failed",          [WALK_TIMED_OUT] = "timed out", [WALK_REFUSED] = "refused",
    [WALK_UNKNOWN] = "effect unknown", [WALK_DONE] = "done",           [WALK_SKIPPED] = "skipped",
    [WALK_NOT_TAKEN] = "not taken",    [WALK_SPARE] = "not needed",
};

const char *walk_state_text(enum walk_state state)
{
    return states[state];
}

static const char *const verbs[] = {
    [WALK_BEGIN] = "begin",   [WALK_RESULT] = "result", [WALK_TICK] = "tick",   [WALK_SKIP] = "skip",
    [WALK_ANSWER] = "answer", [WALK_CHOOSE] = "choose", [WALK_NOTE] = "note",   [WALK_SET] = "set",
    [WALK_MEND] = "mend",     [WALK_JUDGE] = "judge",   [WALK_LEAVE] = "leave", [WALK_RESUME] = "resume",
};

const char *walk_verb_name(enum walk_verb verb)
{
    return verbs[verb];
}

int walk_verb_of(const char *name)
{
    for (int i = 0; name && i < N_WALK_VERBS; i++)
        if (strcmp(verbs[i], name) == 0)
            return i;
    return -1;
}

/* ---- what may be done ---- */

enum { COMMAND = 1, QUESTION = 2, TASK = 4, ANY = COMMAND | QUESTION | TASK };

#define BIT(state) (1u << (state))
#define AT_REST    (~BIT(WALK_RUNNING))

/* For which rows, and in which of their states. Again is always possible: a person says so. */
static const struct rule {
    unsigned kinds, in;
    bool needs_text;
} rules[] = {
    [WALK_BEGIN] = {COMMAND, AT_REST, true},
    [WALK_RESULT] = {COMMAND, BIT(WALK_RUNNING), false},
    [WALK_TICK] = {COMMAND | TASK, AT_REST, false},
    [WALK_SKIP] = {ANY, AT_REST, false},
    [WALK_ANSWER] = {QUESTION, AT_REST, true},
    [WALK_CHOOSE] = {ANY, AT_REST, false},
    [WALK_NOTE] = {ANY, ~0u, true},
    [WALK_SET] = {ANY, ~0u, true},
    [WALK_MEND] = {COMMAND, AT_REST, true},
    [WALK_JUDGE] = {COMMAND, AT_REST, true},
    [WALK_LEAVE] = {ANY, ~0u, false},
    [WALK_RESUME] = {ANY, ~0u, false},
};

static unsigned kind_of(const struct walk_row *row)
{
    return row->kind == STEP_COMMAND ? COMMAND : row->kind == STEP_DECISION ? QUESTION : TASK;
}

static bool has_row(const struct walk *walk, int row)
{
    return row >= 0 && (size_t)row < walk->rows.n;
}

static bool needs_row(enum walk_verb verb)
{
    return verb != WALK_NOTE && verb != WALK_SET && verb != WALK_LEAVE && verb != WALK_RESUME;
}

int walk_check(const struct walk *walk, const struct walk_entry *entry, struct err *err)
{
    const struct rule *rule = &rules[entry->verb];
    if (rule->needs_text && !entry->text)
        return err_set(err, "\"%s\" needs a text.", verbs[entry->verb]);
    if (entry->verb == WALK_SET && (!entry->name || !walk_wants(walk, entry->name)))
        return err_set(err, "No placeholder of this procedure is named \"%s\".",
                       entry->name ? entry->name : "");
    if (entry->verb == WALK_ANSWER && strcmp(entry->text, "yes") != 0 && strcmp(entry->text, "no") != 0)
        return err_set(err, "The answer is yes or no.");
    if (!needs_row(entry->verb) && entry->row < 0)
        return 0;
    if (!has_row(walk, entry->row))
        return err_set(err, "This procedure has no step of that number.");
    const struct walk_row *row = &walk->rows.at[entry->row];
    if (!(rule->kinds & kind_of(row)))
        return err_set(err, row->command                 ? "A command is run, skipped or ticked."
                            : row->kind == STEP_DECISION ? "A question is answered or skipped."
                                                         : "A task is ticked or skipped.");
    if (entry->verb == WALK_JUDGE &&
        (row->verdict != VERDICT_CHECKING || step_verdict_of(entry->text) < VERDICT_PASSED))
        return err_set(err, "Nothing is being checked there.");
    if (entry->verb == WALK_CHOOSE && !row->choice)
        return err_set(err, "It is no alternative.");
    if (!(rule->in & BIT(row->state)))
        return err_set(err, row->state == WALK_RUNNING ? "It is running." : "It is not running.");
    for (size_t i = 0; entry->verb == WALK_BEGIN && i < walk->rows.n; i++)
        if (walk->rows.at[i].state == WALK_RUNNING)
            return err_set(err, "Another step is running.");
    return 0;
}

/* ---- branches and alternatives ---- */

static void branch_leave(struct walk *walk, int question, const char *why);

static void row_leave(struct walk *walk, int at, const char *why)
{
    struct walk_row *row = &walk->rows.at[at];
    if (row->state != WALK_OPEN)
        return;
    row->state = WALK_NOT_TAKEN;
    row->why = why;
    branch_leave(walk, at, why);
}

static void branch_leave(struct walk *walk, int question, const char *why)
{
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].branch == question)
            row_leave(walk, (int)i, why);
}

static void row_return(struct walk *walk, int at)
{
    struct walk_row *row = &walk->rows.at[at];
    if (row->state != WALK_NOT_TAKEN)
        return;
    row->state = WALK_OPEN;
    row->why = NULL;
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].branch == at)
            row_return(walk, (int)i);
}

static void answer(struct walk *walk, int at, const char *text)
{
    struct walk_row *row = &walk->rows.at[at];
    row->answer = strcmp(text, "yes") == 0 ? "yes" : "no";
    row->state = WALK_DONE;
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].branch == at && row->answer[0] == 'y')
            row_return(walk, (int)i);
    if (row->answer[0] == 'n')
        branch_leave(walk, at, "the answer was no");
}

static void choose(struct walk *walk, int at)
{
    const struct walk_row *chosen = &walk->rows.at[at];
    for (size_t i = 0; i < walk->rows.n; i++) {
        const struct walk_row *row = &walk->rows.at[i];
        if (row->choice != chosen->choice)
            continue;
        if (row->option == chosen->option)
            row_return(walk, (int)i);
        else
            row_leave(walk, (int)i, "another alternative was chosen");
    }
}

/* Who begins or ticks a row has said yes to what leads there. */
static void path_take(struct walk *walk, int at)
{
    const struct walk_row *row = &walk->rows.at[at];
    for (int question = row->branch; question >= 0; question = walk->rows.at[question].branch)
        if (!walk->rows.at[question].answer || walk->rows.at[question].answer[0] == 'n')
            answer(walk, question, "yes");
    if (row->choice) /* among what the answer has opened */
        choose(walk, at);
}

/* ---- entries ---- */

static const struct {
    enum step_state from;
    enum walk_state to;
} results[] = {{STEP_SUCCEEDED, WALK_SUCCEEDED},
               {STEP_FAILED, WALK_FAILED},
               {STEP_TIMED_OUT, WALK_TIMED_OUT},
               {STEP_REFUSED, WALK_REFUSED}};

static void result_take(struct walk *walk, struct walk_row *row, const struct walk_entry *entry)
{
    const struct step_result *result = &entry->result;
    row->state = WALK_FAILED;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        if (results[i].from == result->state)
            row->state = results[i].to;
    row->has_result = true;
    row->ended_us = entry->at_us;
    row->result = *result;
    row->result.output = arena_strdup(walk->arena, result->output ? result->output : "");
    row->result.redacted = arena_strdup(walk->arena, result->redacted ? result->redacted : "");
    row->result.why = arena_strdup(walk->arena, result->why);
    walk_verify_result(walk, row);
}

static void begin_take(struct walk *walk, struct walk_row *row, const struct walk_entry *entry)
{
    if (!entry->check_line)
        path_take(walk, entry->row);
    row->state = WALK_RUNNING;
    row->has_result = false;
    row->result = (struct step_result){.exit_code = -1};
    row->ran = arena_strdup(walk->arena, entry->text);
    row->n_begun++;
    row->begun_us = entry->at_us;
    row->ended_us = 0;
    walk_verify_begin(walk, row, entry->check_line);
}

static void value_take(struct walk *walk, const struct walk_entry *entry)
{
    size_t kept = 0;
    for (size_t i = 0; i < walk->values.n; i++)
        if (strcmp(walk->values.at[i].name, entry->name) != 0)
            walk->values.at[kept++] = walk->values.at[i];
    walk->values.n = kept;
    if (*entry->text)
        *list_push(walk->arena, &walk->values) = (struct fill_value){arena_strdup(walk->arena, entry->name),
                                                                     arena_strdup(walk->arena, entry->text)};
}

/* What a person decided about a row. */
static void decision_take(struct walk *walk, struct walk_row *row, const struct walk_entry *entry)
{
    row->by = arena_strdup(walk->arena, entry->by);
    row->reason = arena_strdup(walk->arena, entry->reason);
    row->why = NULL;
    row->ended_us = entry->at_us;
}

static void resume(struct walk *walk)
{
    list_each (row, &walk->rows)
        if (row->state == WALK_RUNNING) {
            row->state = WALK_UNKNOWN;
            row->why = "it had begun, and the walk ended before it did";
        }
}

static void row_take(struct walk *walk, struct walk_row *row, const struct walk_entry *entry)
{
    if (entry->verb != WALK_RESULT && entry->verb != WALK_MEND && entry->verb != WALK_JUDGE)
        decision_take(walk, row, entry);
    switch (entry->verb) {
    case WALK_BEGIN:
        begin_take(walk, row, entry);
        break;
    case WALK_RESULT:
        result_take(walk, row, entry);
        break;
    case WALK_TICK:
        path_take(walk, entry->row);
        row->state = WALK_DONE;
        break;
    case WALK_SKIP:
        row->state = WALK_SKIPPED;
        if (row->kind == STEP_DECISION)
            branch_leave(walk, entry->row, "its question was skipped");
        break;
    case WALK_ANSWER:
        answer(walk, entry->row, entry->text);
        break;
    case WALK_CHOOSE:
        choose(walk, entry->row);
        break;
    case WALK_JUDGE:
        walk_verify_judge(walk, row, (enum step_verdict)step_verdict_of(entry->text), entry->reason);
        break;
    case WALK_MEND:
        row->repairs = *entry->text ? arena_strdup(walk->arena, entry->text) : NULL;
        break;
    default:
        break;
    }
}

static void note_take(struct walk *walk, const struct walk_entry *entry)
{
    struct strings *notes = entry->row >= 0 ? &walk->rows.at[entry->row].notes : &walk->notes;
    strings_add(walk->arena, notes, arena_strdup(walk->arena, entry->text));
}

void walk_apply(struct walk *walk, const struct walk_entry *entry)
{
    must(walk_check(walk, entry, NULL) == 0);
    walk->left_us = entry->verb == WALK_LEAVE ? entry->at_us : 0;
    if (entry->verb == WALK_NOTE)
        note_take(walk, entry);
    else if (entry->verb == WALK_SET)
        value_take(walk, entry);
    else if (entry->verb == WALK_RESUME)
        resume(walk);
    else if (needs_row(entry->verb))
        row_take(walk, &walk->rows.at[entry->row], entry);
}

/* ---- where it stands ---- */

int walk_next(const struct walk *walk, int from)
{
    for (size_t i = from > 0 ? (size_t)from : 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].state == WALK_OPEN || walk->rows.at[i].state == WALK_UNKNOWN)
            return (int)i;
    return -1;
}

size_t walk_count(const struct walk *walk, enum walk_state state)
{
    size_t n = 0;
    list_each (row, &walk->rows)
        n += row->state == state;
    return n;
}

size_t walk_problems(const struct walk *walk)
{
    static const enum walk_state bad[] = {WALK_OPEN,      WALK_RUNNING, WALK_FAILED,
                                          WALK_TIMED_OUT, WALK_REFUSED, WALK_UNKNOWN};
    size_t n = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        n += walk_count(walk, bad[i]);
    list_each (row, &walk->rows)
        n += row->verdict == VERDICT_FAILED && row->checks_for < 0 && row->state == WALK_SUCCEEDED;
    return n;
}
