#include "runbook/verification.h"

#include <string.h>

#include "runbook/document.h"
#include "runbook/heading_words.h"
#include "runbook/step_undo.h"
#include "runbook/text.h"

enum { BELOW_FENCE_LINES = 3, PAUSE_LEAST_S = 5, PAUSE_MOST_S = 60 };

bool command_changes(const struct command *command)
{
    return command->risk.class != RISK_READ;
}

int64_t check_pause_s(int64_t since_s)
{
    int64_t pause_s = since_s / 2;
    return pause_s < PAUSE_LEAST_S ? PAUSE_LEAST_S : pause_s > PAUSE_MOST_S ? PAUSE_MOST_S : pause_s;
}

/* ---- the words around a command ---- */

static bool begins(struct arena *arena, enum words group, const char *text)
{
    return text &&
           words_begin(group, text_without_decoration(arena, text_without_number(arena, text, NULL), NULL));
}

/* The step that the step at hand is an item of, or NULL. */
static const struct step *step_above(const struct command_walk *at)
{
    list_each (step, &at->phase->steps)
        list_each (item, &step->substeps)
            if (item == at->step)
                return step;
    return NULL;
}

static bool says_verify(struct arena *arena, const struct step *step)
{
    return begins(arena, WORDS_VERIFIES, step->title) || begins(arena, WORDS_VERIFIES, step->text);
}

static bool step_verifies(struct arena *arena, const struct command_walk *at)
{
    const struct step *above = step_above(at);
    return begins(arena, WORDS_VERIFIES, at->command->comment) || says_verify(arena, at->step) ||
           (above && says_verify(arena, above));
}

static bool is_way_back(const struct command_walk *at)
{
    const char *texts[] = {at->command->comment, at->command->trailing_comment, at->step->title,
                           at->step->text,       at->step->condition,           at->phase->name,
                           at->phase->condition};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && words_occur(WORDS_WAY_BACK, texts[i]))
            return true;
    return at->step->undoes != NULL;
}

/* Is b for where a is for? "If it does not help" is no condition of its own. */
static bool same_condition(const struct command_walk *a, const struct command_walk *b)
{
    const char *of_a = a->command->condition ? a->command->condition : a->step->condition;
    const char *of_b = b->command->condition ? b->command->condition : b->step->condition;
    return !of_b || (of_a && text_same(of_a, of_b)) || words_occur(WORDS_WAY_BACK, of_b);
}

/* ---- what is expected ---- */

/* The paragraph right below the fence that the command ends: "Expected: 200". */
static struct expectation expected_below(struct arena *arena, const struct document *document,
                                         const struct command *command)
{
    struct expectation none = {0};
    if (!document || !command->fence_line)
        return none;
    for (size_t i = 0; i + 1 < document->blocks.n; i++) {
        const struct block *fence = &document->blocks.at[i], *below = fence + 1;
        if (fence->kind != BLOCK_FENCE || fence->line != command->fence_line)
            continue;
        int last = fence->line_end - (fence->fenced ? 1 : 0);
        bool speaks = (below->kind == BLOCK_PARAGRAPH || below->kind == BLOCK_ITEM) &&
                      below->line <= fence->line_end + BELOW_FENCE_LINES && below->item == fence->item;
        return speaks && command->line_end >= last ? expectation_of(arena, below->prose.text) : none;
    }
    return none;
}

static size_t commands_in(const struct step *step)
{
    size_t n = step->commands.n;
    list_each (substep, &step->substeps)
        n += commands_in(substep);
    return n;
}

/* What the items say that hold no command, up to the next that does. */
static struct expectation expected_in_items(struct arena *arena, const struct step *item,
                                            const struct step *end)
{
    struct expectation stated = {0};
    for (; item < end && !commands_in(item) && stated.kind == EXPECT_SUCCESS; item++)
        if (item->text)
            stated = expectation_of(arena, item->text);
    return stated;
}

/* What the items below the step say, those behind it in its list, or the step above of its only command: "1.
 * Look at the queue", below it an item with the command and one "should return 0". */
static struct expectation expected_of_items(struct arena *arena, const struct command_walk *at)
{
    const struct step *step = at->step, *above = step_above(at);
    struct expectation stated = {0};
    if (at->command != &step->commands.at[step->commands.n - 1])
        return stated;
    if (step->substeps.n)
        stated = expected_in_items(arena, step->substeps.at, step->substeps.at + step->substeps.n);
    if (above && stated.kind == EXPECT_SUCCESS)
        stated = expected_in_items(arena, step + 1, above->substeps.at + above->substeps.n);
    if (above && stated.kind == EXPECT_SUCCESS && above->text && commands_in(above) == 1)
        stated = expectation_of(arena, above->text);
    return stated;
}

static struct expectation expected_of(struct arena *arena, const struct document *document,
                                      const struct command_walk *at)
{
    const char *texts[] = {at->command->trailing_comment, at->command->comment, at->step->text};
    size_t n = at->step->commands.n > 1 && !at->command->comment ? 2 : 3;
    for (size_t i = 0; i < n; i++) {
        struct expectation stated = texts[i] ? expectation_of(arena, texts[i]) : (struct expectation){0};
        if (stated.kind != EXPECT_SUCCESS)
            return stated;
    }
    struct expectation stated = expected_of_items(arena, at);
    return stated.kind != EXPECT_SUCCESS ? stated : expected_below(arena, document, at->command);
}

/* ---- checks ---- */

static bool can_check(const struct command *command)
{
    return !command_changes(command) && !command->risk.endless && !command->risk.wants_terminal;
}

/* Finds the change; the walk stands on it then. */
static bool find_change(const struct procedure *procedure, int line, struct command_walk *walk)
{
    *walk = (struct command_walk){0};
    while (procedure_next_command(procedure, walk))
        if (walk->command->line == line && command_changes(walk->command))
            return true;
    return false;
}

void change_checks(struct arena *arena, const struct document *document, const struct procedure *procedure,
                   int line, struct checks *ret_checks)
{
    struct command_walk walk, change;
    const struct phase *verifying = NULL;
    bool near = true; /* no other change in between */
    if (!find_change(procedure, line, &walk))
        return;
    change = walk;
    while (procedure_next_command(procedure, &walk)) {
        bool back = is_way_back(&walk) && !is_way_back(&change);
        if (command_changes(walk.command)) {
            near = false;
            if (verifying && walk.phase != verifying && !back)
                return;
            continue;
        }
        if (walk.phase != change.phase && walk.phase->stage == STAGE_VERIFICATION && !verifying)
            verifying = walk.phase;
        bool belongs =
            walk.step == change.step || (walk.phase == change.phase && step_verifies(arena, &walk));
        bool checks = (near && belongs) || (verifying && walk.phase == verifying);
        if (!checks || back || !can_check(walk.command) || !same_condition(&change, &walk))
            continue;
        *list_push(arena, ret_checks) = (struct check){walk.command, expected_of(arena, document, &walk)};
    }
}

/* ---- the way back ---- */

/* What says by its number that it takes back the step of the change: behind it, up to another step of that
 * number. */
static void ways_by_number(struct arena *arena, const struct procedure *procedure, int line,
                           struct ways_back *ret_ways)
{
    struct command_walk walk, change;

    if (!find_change(procedure, line, &walk) || walk.step->number == NULL)
        return;
    change = walk;
    while (procedure_next_command(procedure, &walk)) {
        const struct step *step = walk.step;
        if (step->undoes && command_changes(walk.command) &&
            step_number_same(step->undoes, change.step->number))
            *list_push(arena, ret_ways) = walk.command;
        else if (!step->undoes && step != change.step && step->number &&
                 step_number_same(step->number, change.step->number))
            return;
    }
}

void change_ways_back(struct arena *arena, const struct procedure *procedure, int line,
                      struct ways_back *ret_ways)
{
    struct command_walk walk, change;
    if (!find_change(procedure, line, &walk) || is_way_back(&walk))
        return;
    ways_by_number(arena, procedure, line, ret_ways);
    if (ret_ways->n > 0)
        return;
    change = walk;
    const struct step *last = NULL;
    while (procedure_next_command(procedure, &walk)) {
        if (walk.step->undoes)
            continue; /* of another step */
        bool back = is_way_back(&walk);
        if (!back && command_changes(walk.command) && ret_ways->n == 0 && walk.phase == change.phase)
            last = walk.step; /* another change: what follows takes that one back */
        if (!back || !command_changes(walk.command) || !same_condition(&change, &walk))
            continue;
        if (last && walk.phase == change.phase)
            return;
        *list_push(arena, ret_ways) = walk.command;
    }
}
