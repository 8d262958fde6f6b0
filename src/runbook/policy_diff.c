/* Levels, clocks, templates and contacts of two states of a runbook. */
#include "runbook/policy_diff.h"

#include <stdarg.h>
#include <string.h>

#include "runbook/policy_diff_priv.h"
#include "runbook/policy_plan.h"
#include "runbook/print_page.h"
#include "runbook/text.h"

void difference_add(struct comparing *comparing, const char *subject, int line_old, int line_new,
                    const char *format, ...)
{
    struct difference *difference = list_push(comparing->arena, comparing->found);
    va_list ap;

    va_start(ap, format);
    difference->text = arena_vprintf(comparing->arena, format, ap);
    va_end(ap);
    difference->subject = subject;
    difference->line_old = line_old;
    difference->line_new = line_new;
}

bool texts_equal(const char *a, const char *b)
{
    return text_same(a ? a : "", b ? b : "");
}

static bool holds(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_same(list->at[i], text))
            return true;
    return false;
}

/* Those of list that other lacks, or NULL. */
static const char *missing_in(struct arena *arena, const struct strings *list, const struct strings *other)
{
    const char *joined = NULL;

    for (size_t i = 0; i < list->n; i++)
        if (!holds(other, list->at[i]))
            joined = joined ? arena_printf(arena, "%s, %s", joined, list->at[i]) : list->at[i];
    return joined;
}

void strings_compare(struct comparing *comparing, const char *subject, int line_old, int line_new,
                     const struct strings *old, const struct strings *new, const char *more, const char *less)
{
    const char *added = missing_in(comparing->arena, new, old),
               *gone = missing_in(comparing->arena, old, new);

    if (added)
        difference_add(comparing, subject, line_old, line_new, "%s %s", more, added);
    if (gone)
        difference_add(comparing, subject, line_old, line_new, "%s %s", less, gone);
}

static const char *seconds_of(struct arena *arena, int64_t s)
{
    char out[SECONDS_TEXT_BYTES] = "";

    return s == UNSTATED ? "none stated" : arena_strdup(arena, seconds_text(s, out));
}

/* ---- levels ---- */

static void seconds_compare(struct comparing *comparing, const struct severity *old,
                            const struct severity *new, const char *what, int64_t old_s, int64_t new_s)
{
    if (old_s != new_s)
        difference_add(comparing, new->id, old->line, new->line, "%s %s -> %s", what,
                       seconds_of(comparing->arena, old_s), seconds_of(comparing->arena, new_s));
}

static struct strings criteria_of(struct arena *arena, const struct severity *severity)
{
    struct strings texts = {0};

    list_each (example, &severity->examples)
        strings_add(arena, &texts, example->text);
    list_each (criterion, &severity->criteria)
        strings_add(arena, &texts, criterion->text);
    return texts;
}

/* Entries of the plan that say the same of other times are one entry that changed. */
static const struct plan_entry *counterpart(const struct plan *plan, const struct plan_entry *entry,
                                            bool same_time)
{
    list_each (other, &plan->entries) {
        bool same = other->kind == entry->kind && other->event == entry->event &&
                    text_same(other->what, entry->what) && other->to.n == entry->to.n &&
                    (!same_time || (other->after_s == entry->after_s && other->basis == entry->basis &&
                                    texts_equal(other->condition, entry->condition)));
        for (size_t i = 0; same && i < entry->to.n; i++)
            same = holds(&other->to, entry->to.at[i]);
        if (same)
            return other;
    }
    return NULL;
}

static const char *entry_text(struct arena *arena, const struct plan_entry *entry)
{
    const char *text = entry->what;

    for (size_t i = 0; i < entry->to.n; i++)
        text = arena_printf(arena, "%s%s%s", text,
                            i                            ? ", "
                            : entry->kind == PLAN_UPDATE ? " to "
                                                         : ": ",
                            entry->to.at[i]);
    return text;
}

static const char *entry_time(struct arena *arena, const struct plan_entry *entry)
{
    const char *when = entry->after_s == UNSTATED ? "without a time"
                       : entry->kind == PLAN_UPDATE
                           ? arena_printf(arena, "every %s", seconds_of(arena, entry->after_s))
                           : seconds_of(arena, entry->after_s);

    return entry->condition ? arena_printf(arena, "%s (%s)", when, entry->condition) : when;
}

static bool is_clock(const struct plan_entry *entry)
{
    return entry->kind == PLAN_ESCALATION || entry->kind == PLAN_UPDATE;
}

/* One of the same kind and time, else of the same kind, that the other plan does not have as it stands. */
static const struct plan_entry *edited_from(const struct plan *before, const struct plan *after,
                                            const struct plan_entry *entry, const bool *used)
{
    const struct plan_entry *best = NULL;

    for (size_t i = 0; i < before->entries.n; i++) {
        const struct plan_entry *other = &before->entries.at[i];
        if (used[i] || other->kind != entry->kind || other->event != entry->event ||
            !text_same(other->what, entry->what) || counterpart(after, other, false))
            continue;
        if (best == NULL || (other->after_s == entry->after_s && best->after_s != entry->after_s))
            best = other;
    }
    return best;
}

static void entry_compare(struct comparing *comparing, const char *id, const struct plan_entry *was,
                          const struct plan_entry *entry)
{
    const char *before = entry_time(comparing->arena, was), *after = entry_time(comparing->arena, entry);
    const char *what = entry->kind == PLAN_UPDATE ? "updates" : "escalation";

    strings_compare(comparing, id, was->line, entry->line, &was->to, &entry->to,
                    arena_printf(comparing->arena, "%s now also to", what),
                    arena_printf(comparing->arena, "%s no longer to", what));
    if (!text_same(before, after))
        difference_add(comparing, id, was->line, entry->line, "%s: %s -> %s",
                       entry_text(comparing->arena, entry), before, after);
}

static void plans_compare(struct comparing *comparing, const struct severity *old, const struct severity *new)
{
    struct arena *arena = comparing->arena;
    struct plan before, after;

    severity_plan(arena, comparing->old, old, &before);
    severity_plan(arena, comparing->new, new, &after);
    bool *used = arena_alloc(arena, before.entries.n + 1);
    list_each (entry, &after.entries) {
        if (!is_clock(entry) || counterpart(&before, entry, true))
            continue;
        const struct plan_entry *was = counterpart(&before, entry, false);
        if (was && counterpart(&after, was, true))
            was = NULL;
        was = was ? was : edited_from(&before, &after, entry, used);
        if (was) {
            used[was - before.entries.at] = true;
            entry_compare(comparing, new->id, was, entry);
        } else {
            difference_add(comparing, new->id, 0, entry->line, "now also %s, %s", entry_text(arena, entry),
                           entry_time(arena, entry));
        }
    }
    for (size_t i = 0; i < before.entries.n; i++) {
        const struct plan_entry *entry = &before.entries.at[i];
        if (is_clock(entry) && !used[i] && !counterpart(&after, entry, false))
            difference_add(comparing, new->id, entry->line, 0, "no longer %s, %s", entry_text(arena, entry),
                           entry_time(arena, entry));
    }
}

static void level_compare(struct comparing *comparing, const struct severity *old, const struct severity *new)
{
    struct strings criteria_old = criteria_of(comparing->arena, old),
                   criteria_new = criteria_of(comparing->arena, new);

    if (!texts_equal(old->label, new->label))
        difference_add(comparing, new->id, old->line, new->line, "is now called %s (was %s)",
                       new->label ? new->label : "nothing", old->label ? old->label : "nothing");
    seconds_compare(comparing, old, new, "response time", old->response_time_s, new->response_time_s);
    seconds_compare(comparing, old, new, "resolution target", old->resolution_target_s,
                    new->resolution_target_s);
    plans_compare(comparing, old, new);
    strings_compare(comparing, new->id, old->line, new->line, &criteria_old, &criteria_new,
                    "is now also chosen for:", "is no longer chosen for:");
}

static void levels_compare(struct comparing *comparing)
{
    list_each (severity, &comparing->new->severities) {
        const struct severity *was = runbook_severity(comparing->old, severity->id);
        if (was)
            level_compare(comparing, was, severity);
        else
            difference_add(comparing, severity->id, 0, severity->line, "is a new level, response time %s",
                           seconds_of(comparing->arena, severity->response_time_s));
    }
    list_each (severity, &comparing->old->severities)
        if (!runbook_severity(comparing->new, severity->id))
            difference_add(comparing, severity->id, severity->line, 0, "is no level any more");
}

/* ---- deadlines, templates, contacts ---- */

static const struct deadline *deadline_named(const struct runbook *runbook, const struct deadline *like)
{
    list_each (deadline, &runbook->parts.deadlines)
        if (texts_equal(deadline->what, like->what) && texts_equal(deadline->after, like->after))
            return deadline;
    return NULL;
}

static void deadlines_compare(struct comparing *comparing)
{
    list_each (deadline, &comparing->new->parts.deadlines) {
        const struct deadline *was = deadline_named(comparing->old, deadline);
        const char *subject = arena_printf(comparing->arena, "deadline \"%s\"", deadline->what);
        if (was == NULL)
            difference_add(comparing, subject, 0, deadline->line, "is new: %s",
                           seconds_of(comparing->arena, deadline->due_s));
        else if (was->due_s != deadline->due_s)
            difference_add(comparing, subject, was->line, deadline->line, "%s -> %s",
                           seconds_of(comparing->arena, was->due_s),
                           seconds_of(comparing->arena, deadline->due_s));
    }
    list_each (deadline, &comparing->old->parts.deadlines)
        if (!deadline_named(comparing->new, deadline))
            difference_add(comparing, arena_printf(comparing->arena, "deadline \"%s\"", deadline->what),
                           deadline->line, 0, "is gone");
}

static const struct template *template_named(const struct runbook *runbook, const char *id)
{
    list_each (template, &runbook->parts.templates)
        if (texts_equal(template->id, id))
            return template;
    return NULL;
}

static struct strings places_of(struct arena *arena, const struct template *template)
{
    struct strings places = {0};

    list_each (place, &template->placeholders)
        strings_add(arena, &places, place->text);
    return places;
}

static void template_compare(struct comparing *comparing, const char *subject, const struct template *old,
                             const struct template *new)
{
    struct strings places_old = places_of(comparing->arena, old),
                   places_new = places_of(comparing->arena, new);
    size_t n_before = comparing->found->n;

    if (!texts_equal(old->audience, new->audience))
        difference_add(comparing, subject, old->line, new->line, "goes to %s (was %s)",
                       new->audience ? new->audience : "nobody named",
                       old->audience ? old->audience : "nobody named");
    strings_compare(comparing, subject, old->line, new->line, &places_old, &places_new,
                    "has new places to fill:", "has no longer the places:");
    bool same = strcmp(old->body ? old->body : "", new->body ? new->body : "") == 0 &&
                texts_equal(old->subject, new->subject);
    if (!same && comparing->found->n == n_before)
        difference_add(comparing, subject, old->line, new->line, "says something else");
}

static void templates_compare(struct comparing *comparing)
{
    list_each (template, &comparing->new->parts.templates) {
        const char *subject = arena_printf(comparing->arena, "template \"%s\"", template->name);
        const struct template *was = template_named(comparing->old, template->id);
        if (was)
            template_compare(comparing, subject, was, template);
        else
            difference_add(comparing, subject, 0, template->line, "is new");
    }
    list_each (template, &comparing->old->parts.templates)
        if (!template_named(comparing->new, template->id))
            difference_add(comparing, arena_printf(comparing->arena, "template \"%s\"", template->name),
                           template->line, 0, "is gone");
}

static const struct contact *contact_like(const struct runbook *runbook, const struct contact *like,
                                          bool same_value)
{
    list_each (contact, &runbook->parts.contacts)
        if (texts_equal(contact->name, like->name) &&
            (same_value ? texts_equal(contact->value, like->value)
                        : texts_equal(contact->value_kind, like->value_kind)))
            return contact;
    return NULL;
}

static void contacts_compare(struct comparing *comparing)
{
    list_each (contact, &comparing->new->parts.contacts) {
        if (contact_like(comparing->old, contact, true))
            continue;
        const struct contact *was = contact_like(comparing->old, contact, false);
        bool changed = was && !contact_like(comparing->new, was, true);
        const char *subject = arena_printf(comparing->arena, "contact \"%s\"", contact->name);
        const char *value = contact->value ? contact->value : "nothing";
        if (changed)
            difference_add(comparing, subject, was->line, contact->line, "%s -> %s",
                           was->value ? was->value : "nothing", value);
        else
            difference_add(comparing, subject, 0, contact->line, "is new: %s", value);
    }
    list_each (contact, &comparing->old->parts.contacts)
        if (!contact_like(comparing->new, contact, true) && !contact_like(comparing->new, contact, false))
            difference_add(comparing, arena_printf(comparing->arena, "contact \"%s\"", contact->name),
                           contact->line, 0, "is gone");
}

void policy_diff(struct arena *arena, const struct runbook *old, const struct runbook *new,
                 struct differences *ret_differences)
{
    struct comparing comparing = {.arena = arena, .old = old, .new = new, .found = ret_differences};

    levels_compare(&comparing);
    deadlines_compare(&comparing);
    procedures_compare(&comparing);
    thresholds_compare(&comparing);
    templates_compare(&comparing);
    contacts_compare(&comparing);
}

/* ---- printing ---- */

static const char *lines_text(struct arena *arena, const struct difference *difference)
{
    if (difference->line_old > 0 && difference->line_new > 0)
        return difference->line_old == difference->line_new
                   ? arena_printf(arena, " (line %d)", difference->line_new)
                   : arena_printf(arena, " (line %d -> %d)", difference->line_old, difference->line_new);
    if (difference->line_new > 0)
        return arena_printf(arena, " (line %d)", difference->line_new);
    return difference->line_old > 0 ? arena_printf(arena, " (was line %d)", difference->line_old) : "";
}

void differences_print_text(const struct differences *differences, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    struct page page = {.out = out};

    if (differences->n == 0)
        buf_puts(out, "Both behave alike.\n");
    list_each (difference, differences)
        put_wrapped(&page, 0, 4,
                    arena_printf(arena, "%s: %s%s", difference->subject, difference->text,
                                 lines_text(arena, difference)));
}

void differences_print_json(const struct differences *differences, struct json_writer *w)
{
    jw_begin_array(w);
    list_each (difference, differences) {
        jw_begin_object(w);
        jw_pair(w, "subject", difference->subject);
        jw_pair(w, "text", difference->text);
        jw_pair_int_or_null(w, "line_old", difference->line_old, difference->line_old > 0);
        jw_pair_int_or_null(w, "line_new", difference->line_new, difference->line_new > 0);
        jw_end_object(w);
    }
    jw_end_array(w);
}
