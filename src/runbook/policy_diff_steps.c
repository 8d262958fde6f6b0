/* Procedures of two states of a runbook: which are there, and what their commands may do.
 *
 * A procedure is the same when its title is. Its commands are compared as they are written; those that only
 * moved down the page are the same. What is new and what is gone in one phase is paired in order, since that
 * is how a command is edited. */
#include <string.h>

#include "runbook/policy_diff_priv.h"

/* The n-th procedure of that id, counted from the first one. */
static const struct procedure *procedure_nth(const struct runbook *runbook, const char *id, size_t n)
{
    list_each (procedure, &runbook->procedures)
        if (texts_equal(procedure->id, id) && n-- == 0)
            return procedure;
    return NULL;
}

static size_t place_of(const struct runbook *runbook, const struct procedure *procedure)
{
    size_t n = 0;

    for (const struct procedure *other = runbook->procedures.at; other < procedure; other++)
        n += texts_equal(other->id, procedure->id);
    return n;
}

/* A command or a step without one, as far as it matters here. */
struct item {
    const char *text, *condition;
    const struct risk *risk; /* NULL: a person's step */
    enum stage stage;
    int line;
    bool paired;
};

struct items {
    struct item *at;
    size_t n;
    size_t capacity;
};

static void add_step(struct arena *arena, const struct phase *phase, const struct step *step,
                     struct items *ret_items)
{
    list_each (command, &step->commands)
        *list_push(arena, ret_items) = (struct item){.text = command->text,
                                                     .condition = command->condition,
                                                     .risk = &command->risk,
                                                     .stage = phase->stage,
                                                     .line = command->line};
    if (step->commands.n == 0 && step->text && step->text[0])
        *list_push(arena, ret_items) = (struct item){
            .text = step->text, .condition = step->condition, .stage = phase->stage, .line = step->line};
    list_each (substep, &step->substeps)
        add_step(arena, phase, substep, ret_items);
}

static struct items items_of(struct arena *arena, const struct procedure *procedure)
{
    struct items items = {0};

    list_each (phase, &procedure->phases)
        list_each (step, &phase->steps)
            add_step(arena, phase, step, &items);
    return items;
}

/* What the class of a command means for the people. */
static const char *consequence(const struct risk *risk)
{
    if (risk->class == RISK_DESTRUCTIVE)
        return "is destructive: will ask two people";
    if (risk->class == RISK_MUTATE)
        return "changes something: will ask a responder";
    if (risk->class == RISK_UNKNOWN)
        return "is not known: will ask a responder";
    if (risk->sensitive || risk->unfilled || risk->wants_terminal || !risk->parses)
        return "only reads, and asks first";
    return "only reads: runs by itself";
}

static const char *shown(struct arena *arena, const char *text)
{
    size_t n = strcspn(text, "\n");
    bool cut = text[n] != '\0' || n > 100;

    return arena_printf(arena, "`%.*s%s`", (int)(n > 100 ? 100 : n), text, cut ? " ..." : "");
}

static const char *const stage_names[] = {"immediate",     "diagnosis",     "resolution",
                                          "mitigation",    "communication", "verification",
                                          "post-incident", "reference",     "its steps"};

static bool same_kind(const struct item *a, const struct item *b)
{
    return (a->risk == NULL) == (b->risk == NULL);
}

/* The same text, in the same stage first. */
static struct item *same_text(struct items *items, const struct item *like)
{
    struct item *other = NULL;

    list_each (item, items) {
        if (item->paired || !same_kind(item, like) || strcmp(item->text, like->text) != 0)
            continue;
        if (item->stage == like->stage)
            return item;
        other = other ? other : item;
    }
    return other;
}

static void same_text_compare(struct comparing *comparing, const char *subject, struct items *old,
                              struct items *new)
{
    list_each (item, new) {
        struct item *was = same_text(old, item);
        if (was == NULL)
            continue;
        was->paired = item->paired = true;
        const char *text = shown(comparing->arena, item->text);
        if (was->stage != item->stage)
            difference_add(comparing, subject, was->line, item->line, "%s moves from %s to %s", text,
                           stage_names[was->stage], stage_names[item->stage]);
        if (!texts_equal(was->condition, item->condition))
            difference_add(comparing, subject, was->line, item->line, "%s is for: %s (was: %s)", text,
                           item->condition ? item->condition : "always",
                           was->condition ? was->condition : "always");
        if (item->risk && was->risk->class != item->risk->class)
            difference_add(comparing, subject, was->line, item->line, "%s %s", text, consequence(item->risk));
    }
}

static struct item *edited_from(struct items *old, const struct item *item)
{
    list_each (other, old)
        if (!other->paired && same_kind(other, item) && other->stage == item->stage)
            return other;
    return NULL;
}

static void edit_say(struct comparing *comparing, const char *subject, const struct item *was,
                     const struct item *item)
{
    struct arena *arena = comparing->arena;
    const char *before = shown(arena, was->text), *after = shown(arena, item->text);

    if (item->risk == NULL)
        difference_add(comparing, subject, was->line, item->line, "tells people %s instead of %s", after,
                       before);
    else if (was->risk->class == item->risk->class)
        difference_add(comparing, subject, was->line, item->line, "%s -> %s (%s, as before)", before, after,
                       risk_name(item->risk->class));
    else
        difference_add(comparing, subject, was->line, item->line, "step is now %s, was %s: %s -> %s %s",
                       risk_name(item->risk->class), risk_name(was->risk->class), before, after,
                       consequence(item->risk));
}

static void rest_compare(struct comparing *comparing, const char *subject, struct items *old,
                         struct items *new)
{
    list_each (item, new) {
        if (item->paired)
            continue;
        struct item *was = edited_from(old, item);
        if (was) {
            was->paired = true;
            edit_say(comparing, subject, was, item);
        } else if (item->risk) {
            difference_add(comparing, subject, 0, item->line, "new command %s %s",
                           shown(comparing->arena, item->text), consequence(item->risk));
        } else {
            difference_add(comparing, subject, 0, item->line, "new step for people: %s",
                           shown(comparing->arena, item->text));
        }
    }
    list_each (item, old)
        if (!item->paired)
            difference_add(comparing, subject, item->line, 0, "%s is gone: %s",
                           item->risk ? "the command" : "the step", shown(comparing->arena, item->text));
}

/* Those with a number are limits, and told as such. */
static struct strings signs_of(struct arena *arena, const struct procedure *procedure)
{
    struct strings signs = {0};

    list_each (trigger, &procedure->triggers)
        if (!trigger->condition.has_value)
            strings_add(arena, &signs, trigger->text);
    list_each (symptom, &procedure->symptoms)
        if (!symptom->condition.has_value)
            strings_add(arena, &signs, symptom->text);
    return signs;
}

static void procedure_compare(struct comparing *comparing, const struct procedure *old,
                              const struct procedure *new)
{
    const char *subject = arena_printf(comparing->arena, "procedure \"%s\"", new->title);
    struct items before = items_of(comparing->arena, old), after = items_of(comparing->arena, new);

    if (!texts_equal(old->severity, new->severity))
        difference_add(comparing, subject, old->severity_line ? old->severity_line : old->line,
                       new->severity_line ? new->severity_line : new->line, "is %s (was %s)",
                       new->severity ? new->severity : "of no stated level",
                       old->severity ? old->severity : "of no stated level");
    struct strings signs_before = signs_of(comparing->arena, old),
                   signs_after = signs_of(comparing->arena, new);
    strings_compare(comparing, subject, old->line, new->line, &signs_before, &signs_after,
                    "is also for the symptoms:", "is no longer for the symptoms:");
    same_text_compare(comparing, subject, &before, &after);
    rest_compare(comparing, subject, &before, &after);
}

void procedures_compare(struct comparing *comparing)
{
    list_each (procedure, &comparing->new->procedures) {
        const struct procedure *was =
            procedure_nth(comparing->old, procedure->id, place_of(comparing->new, procedure));
        if (was)
            procedure_compare(comparing, was, procedure);
        else
            difference_add(comparing, arena_printf(comparing->arena, "procedure \"%s\"", procedure->title), 0,
                           procedure->line, "is new");
    }
    list_each (procedure, &comparing->old->procedures)
        if (!procedure_nth(comparing->new, procedure->id, place_of(comparing->old, procedure)))
            difference_add(comparing, arena_printf(comparing->arena, "procedure \"%s\"", procedure->title),
                           procedure->line, 0, "is gone: alerts that it answered find another, or none");
}
