/* INPUT_CHECK: the runbook's verification checklist, ticked item by item by people. The procedure's own list
 * counts; when it has none, one that belongs to no answer to an alert; when there is none at all nothing is
 * asked. */
#include <string.h>

#include "engine/engine_priv.h"

enum { ITEMS_AT_MOST = 100, TEXT_BYTES = 500, NOTE_BYTES = 4096, LISTED = 5 };

static bool is_inside(const struct checklist *list, const struct procedure *procedure)
{
    return list->line >= procedure->line && list->line <= procedure->line_end;
}

/* Is it a procedure that answers something, and not the checklist itself or what is done after every
 * incident? */
static bool answers(const struct procedure *procedure, const struct checklist *list)
{
    static const char *const kinds[] = {"alert", "symptom", "emergency", "security", "mitigation"};
    struct command_walk walk = {0};
    if (procedure->line == list->line)
        return false;
    for (size_t i = 0; procedure->kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(procedure->kind, kinds[i]) == 0)
            return true;
    return procedure_next_command(procedure, &walk);
}

static bool counts(const struct checklist *list, const struct runbook *runbook,
                   const struct procedure *procedure)
{
    if (!list->stage || strcmp(list->stage, "verification") != 0)
        return false;
    if (procedure)
        return is_inside(list, procedure);
    list_each (other, &runbook->procedures)
        if (is_inside(list, other) && answers(other, list))
            return false;
    return true;
}

void check_add(struct incident_record *record, const struct check_item *item)
{
    record->checks = heap_resize(record->checks, (record->n_checks + 1) * sizeof *record->checks);
    record->checks[record->n_checks] = *item;
    texts_to_heap(&check_texts, &record->checks[record->n_checks++]);
}

static void plan_lists(struct turn *turn, struct incident_record *record, const struct runbook *runbook,
                       const struct procedure *procedure)
{
    list_each (list, &runbook->parts.checklists) {
        if (!counts(list, runbook, procedure))
            continue;
        list_each (item, &list->items) {
            if (record->n_checks == ITEMS_AT_MOST)
                return;
            check_add(record, &(struct check_item){.incident = record->incident.number,
                                                   .item = (int)record->n_checks + 1,
                                                   .text = text_head(turn->arena, item->text, TEXT_BYTES),
                                                   .file = record->incident.runbook_file,
                                                   .line = item->line});
            turn_save_check(turn, &record->checks[record->n_checks - 1]);
        }
    }
}

void checklist_plan(struct turn *turn, struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    if (!runbook || record->n_checks)
        return;
    if (procedure)
        plan_lists(turn, record, runbook, procedure);
    if (!record->n_checks)
        plan_lists(turn, record, runbook, NULL);
}

void checklist_reopen(struct turn *turn, struct incident_record *record)
{
    for (size_t i = 0; i < record->n_checks; i++) {
        struct check_item *item = &record->checks[i];
        if (!*item->checked_by)
            continue;
        item->checked_us = 0;
        text_keep(&item->checked_by, "");
        text_keep(&item->note, "");
        turn_save_check(turn, item);
    }
}

size_t checklist_open(const struct incident_record *record)
{
    size_t n = 0;
    for (size_t i = 0; i < record->n_checks; i++)
        n += !*record->checks[i].checked_by;
    return n;
}

const char *checklist_open_text(struct turn *turn, const struct incident_record *record)
{
    const char *text = "";
    size_t n = 0;
    for (size_t i = 0; i < record->n_checks && n <= LISTED; i++) {
        const struct check_item *item = &record->checks[i];
        if (*item->checked_by)
            continue;
        text = n++ == LISTED ? arena_printf(turn->arena, "%s; ...", text)
                             : arena_printf(turn->arena, "%s%s%d %s", text, *text ? "; " : "", item->item,
                                            text_head(turn->arena, item->text, 60));
    }
    return text;
}

void checklist_write_open(struct json_writer *body, const struct incident_record *record)
{
    if (checklist_open(record) == 0)
        return;
    jw_name(body, "open_checks");
    jw_begin_array(body);
    for (size_t i = 0; i < record->n_checks; i++)
        if (!*record->checks[i].checked_by)
            jw_string(body, record->checks[i].text);
    jw_end_array(body);
}

static struct check_item *item_wanted(struct turn *turn, struct incident_record *record, int number)
{
    if (number >= 1 && (size_t)number <= record->n_checks)
        return &record->checks[number - 1];
    turn_answer(turn, OUTCOME_NOT_FOUND, record->incident.number,
                record->n_checks ? "The checklist of incident %lld has items 1 to %zu."
                                 : "The runbook has no verification checklist for incident %lld.",
                (long long)record->incident.number, record->n_checks);
    return NULL;
}

void decide_check(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    struct check_item *item = record ? item_wanted(turn, record, input->item) : NULL;
    if (!item)
        return;
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_CONFLICT, item->incident, "Incident %lld is %s: its checklist stands.",
                    (long long)item->incident, incident_state_name(record->incident.state));
        return;
    }
    const char *actor = text_or(input->actor, "somebody");
    const char *note = text_head(turn->arena, text_or(input->text, ""), NOTE_BYTES);
    if (input->flag == (*item->checked_by != '\0')) {
        turn_answer(turn, OUTCOME_DONE, item->incident, "Item %d is %s already.", item->item,
                    input->flag ? "checked" : "open");
        return;
    }
    text_keep(&item->checked_by, input->flag ? actor : "");
    text_keep(&item->note, note);
    item->checked_us = input->flag ? turn->now_us : 0;
    turn_save_check(turn, item);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "item", item->item);
    jw_pair(body, "item_text", item->text);
    jw_pair_int(body, "line", item->line);
    jw_pair_int(body, "open", (int64_t)checklist_open(record));
    event_end(turn, item->incident, actor, input->flag ? "check.ticked" : "check.opened",
              "%s: \"%s\" (%s)%s%s", input->flag ? "Verified" : "Not verified after all",
              text_head(turn->arena, item->text, 200), place_text(turn->arena, item->file, item->line),
              *note ? ": " : "", text_head(turn->arena, note, 200));
    incident_progress(turn, record, actor);
    turn_answer(turn, OUTCOME_DONE, item->incident, "%zu items are open.", checklist_open(record));
}
