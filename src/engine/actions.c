/* INPUT_ACTION and TIMER_ACTIONS: action items are made, changed and closed by people, and chased until they
 * are closed: the owner when it is due and a day later, then the commander as well, every week for as long as
 * it takes. What stands in an item is free text: the reminder names it by its number. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"
#include "roster/recurrence.h"
#include "roster/zone.h"

enum {
    ITEMS_AT_MOST = 200,
    TEXT_BYTES = 500,
    NOTE_BYTES = 4096,
    DAY_S = 86400,
    OWNER_ALONE = 2, /* so often only the owner is told */
};

/* When it is due if nobody says so. */
static const int due_days[N_ACTION_PRIORITIES] = {[ACTION_HIGH] = 7, [ACTION_MEDIUM] = 30, [ACTION_LOW] = 90};

/* ---- the list ---- */

bool actions_pending(const struct actions *actions)
{
    for (size_t i = 0; i < actions->n; i++)
        if (actions->at[i].state == ACTION_OPEN)
            return true;
    return false;
}

void actions_arm(struct engine *engine, struct incident_record *record)
{
    struct actions *actions = &record->actions;
    int64_t next_us = 0;
    for (size_t i = 0; i < actions->n; i++) {
        int64_t fires_us = actions->at[i].fires_us;
        if (fires_us && (!next_us || fires_us < next_us))
            next_us = fires_us;
    }
    if (next_us)
        due_set(&engine->due, &actions->due, next_us);
    else
        due_clear(&engine->due, &actions->due);
    if (!incident_is_open(record) && !actions_pending(actions) && !clocks_pending(&record->clocks))
        incident_retire(engine, record);
}

void actions_free(struct engine *engine, struct actions *actions)
{
    due_clear(&engine->due, &actions->due);
    for (size_t i = 0; i < actions->n; i++)
        texts_free(&action_texts, &actions->at[i]);
    free(actions->at);
}

static struct action_item *put(struct incident_record *record, const struct action_item *item)
{
    struct actions *actions = &record->actions;
    actions->at = heap_resize(actions->at, (actions->n + 1) * sizeof *actions->at);
    actions->at[actions->n] = *item;
    texts_to_heap(&action_texts, &actions->at[actions->n]);
    return &actions->at[actions->n++];
}

void engine_restore_action(struct engine *engine, const struct action_item *item)
{
    struct incident_record *record = incident_find(engine, item->incident);
    if (!record || item->item != (int)record->actions.n + 1)
        return;
    put(record, item); /* armed by engine_restored(), as all but the ends of alerts */
}

void action_save(struct turn *turn, const struct action_item *item)
{
    struct decision *decision = turn_push(turn, DECISION_ACTION);
    decision->action = *item;
    texts_to_arena(&action_texts, &decision->action, turn->arena);
}

struct action_item *action_add(struct turn *turn, struct incident_record *record,
                               const struct action_item *item)
{
    struct action_item *added = put(record, item);
    added->incident = record->incident.number;
    added->item = (int)record->actions.n;
    added->made_us = turn->now_us;
    added->fires_us = added->due_us > turn->now_us ? added->due_us : turn->now_us + 1;
    action_save(turn, added);
    actions_arm(turn->engine, record);
    return added;
}

void action_end(struct turn *turn, struct incident_record *record, struct action_item *item,
                enum action_state state, const char *actor, const char *note)
{
    item->state = state;
    item->ended_us = turn->now_us;
    item->fires_us = 0;
    text_keep(&item->ended_by, actor);
    if (note && *note)
        text_keep(&item->note, text_head(turn->arena, note, NOTE_BYTES));
    action_save(turn, item);
    actions_arm(turn->engine, record);
}

struct json_writer *action_event(struct turn *turn, const struct action_item *item)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "item", item->item);
    jw_pair(body, "kind", action_kind_name(item->kind));
    jw_pair(body, "what", item->what);
    jw_pair(body, "owner", *item->owner ? item->owner : NULL);
    jw_pair(body, "priority", action_priority_name(item->priority));
    jw_pair(body, "state", action_state_name(item->state));
    jw_pair_time(body, "due", item->due_us);
    return body;
}

/* ---- what people say of it ---- */

/* A change that was understood. */
struct wish {
    int kind, state, priority; /* -1: as it is */
    int64_t due_us;            /* 0: as it is */
};

static bool read_due(struct turn *turn, const char *text, int64_t *ret_us)
{
    const struct config *config = turn->engine->config;
    const struct zone *zone = config->schedules.n ? zone_find(config->schedules.at[0].timezone) : NULL;
    if (strlen(text) == sizeof "2026-04-01" - 1)
        *ret_us = recurrence_day_us(text, zone ? zone : zone_find("UTC"));
    else if (time_parse_rfc3339(text, strlen(text), ret_us) < 0)
        *ret_us = 0;
    return *ret_us > 0;
}

static bool refuse(struct turn *turn, int64_t incident, const char *message)
{
    turn_answer(turn, OUTCOME_INVALID, incident, "%s", message);
    return false;
}

static bool read_word(struct turn *turn, int64_t incident, const char *word, int (*read)(const char *name),
                      const char *message, int *ret)
{
    *ret = word ? read(word) : -1;
    return !word || *ret >= 0 || refuse(turn, incident, message);
}

static bool read_wish(struct turn *turn, int64_t incident, const struct action_change *change,
                      struct wish *ret)
{
    if (!read_word(turn, incident, change->kind, action_kind_of, "An item is a task or a runbook.",
                   &ret->kind) ||
        !read_word(turn, incident, change->state, action_state_of, "An item is open, done or dropped.",
                   &ret->state) ||
        !read_word(turn, incident, change->priority, action_priority_of, "A priority is high, medium or low.",
                   &ret->priority))
        return false;
    if (ret->kind == ACTION_REVIEW)
        return refuse(turn, incident, "The review is made by the resolve, when the runbook promises one.");
    if (change->due && !read_due(turn, change->due, &ret->due_us))
        return refuse(turn, incident, "A due date is a day such as 2026-04-01, or RFC 3339.");
    if (change->owner && *change->owner && !config_person(turn->engine->config, change->owner)) {
        turn_answer(turn, OUTCOME_INVALID, incident, "Nobody in the configuration has the id \"%s\".",
                    text_head(turn->arena, change->owner, 60));
        return false;
    }
    return true;
}

static void make(struct turn *turn, struct incident_record *record, const struct input *input,
                 const struct wish *wish)
{
    const struct action_change *change = input->action;
    const struct engine *engine = turn->engine;
    int64_t number = record->incident.number;
    const char *actor = text_or(input->actor, "somebody"), *file = "";
    const struct runbook *runbook = NULL;
    if (!change->what || !*change->what) {
        refuse(turn, number, "An action item needs a text: what is to be done?");
        return;
    }
    if (record->actions.n >= ITEMS_AT_MOST) {
        turn_answer(turn, OUTCOME_CONFLICT, number, "Incident %lld has %d action items already.",
                    (long long)number, ITEMS_AT_MOST);
        return;
    }
    if (wish->kind == ACTION_RUNBOOK) {
        file = text_or(change->file, text_or(record->incident.runbook_file, ""));
        runbook = engine->library ? library_find(engine->library, file) : NULL;
        if (!runbook) {
            turn_answer(turn, OUTCOME_INVALID, number, "There is no runbook \"%s\" in the folder.",
                        text_head(turn->arena, file, 100));
            return;
        }
    }
    enum action_priority priority = wish->priority < 0 ? ACTION_MEDIUM : (enum action_priority)wish->priority;
    const struct action_item *item = action_add(
        turn, record,
        &(struct action_item){
            .kind = wish->kind < 0 ? ACTION_TASK : (enum action_kind)wish->kind,
            .priority = priority,
            .what = text_head(turn->arena, change->what, TEXT_BYTES),
            .owner = change->owner,
            .file = file,
            .sha256 = runbook ? runbook->sha256 : "",
            .made_by = actor,
            .due_us = wish->due_us ? wish->due_us : time_after_s(turn->now_us, due_days[priority] * DAY_S),
        });
    action_event(turn, item);
    event_end(turn, number, actor, "action.added", "Action item %d, %s, by %.10s%s%s: %s", item->item,
              action_priority_name(priority), time_text(turn->arena, item->due_us),
              *item->owner ? ", for " : "", item->owner, item->what);
    turn_answer(turn, OUTCOME_DONE, number, "Action item %d of incident %lld.", item->item,
                (long long)number);
}

static void reschedule(struct turn *turn, struct action_item *item, int64_t due_us)
{
    item->due_us = due_us;
    item->said = 0;
    item->fires_us = due_us > turn->now_us ? due_us : turn->now_us + 1;
}

static void change_item(struct turn *turn, struct incident_record *record, struct action_item *item,
                        const struct input *input, const struct wish *wish)
{
    const struct action_change *change = input->action;
    const char *actor = text_or(input->actor, "somebody");
    if (change->what && *change->what)
        text_keep(&item->what, text_head(turn->arena, change->what, TEXT_BYTES));
    if (change->owner)
        text_keep(&item->owner, change->owner);
    if (wish->priority >= 0)
        item->priority = (enum action_priority)wish->priority;
    if (wish->due_us)
        reschedule(turn, item, wish->due_us);
    if (wish->state == ACTION_OPEN && item->state != ACTION_OPEN) {
        item->state = ACTION_OPEN;
        item->ended_us = 0;
        text_keep(&item->ended_by, "");
        reschedule(turn, item, item->due_us);
    }
    if (wish->state == ACTION_DONE || wish->state == ACTION_DROPPED) {
        action_end(turn, record, item, (enum action_state)wish->state, actor, change->note);
    } else {
        if (change->note)
            text_keep(&item->note, text_head(turn->arena, change->note, NOTE_BYTES));
        action_save(turn, item);
        actions_arm(turn->engine, record);
    }
    struct json_writer *body = action_event(turn, item);
    if (change->note && *change->note)
        jw_pair(body, "text", item->note);
    const char *kind = item->state == ACTION_OPEN   ? "action.changed"
                       : item->state == ACTION_DONE ? "action.done"
                                                    : "action.dropped";
    event_end(turn, record->incident.number, actor, kind, "Action item %d (%s) is %s: %s, by %.10s%s%s",
              item->item, item->what, action_state_name(item->state), action_priority_name(item->priority),
              time_text(turn->arena, item->due_us), *item->owner ? ", for " : "", item->owner);
    turn_answer(turn, OUTCOME_DONE, record->incident.number, "Action item %d is %s.", item->item,
                action_state_name(item->state));
}

void decide_action(struct turn *turn, const struct input *input)
{
    struct wish wish = {0};
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record || !read_wish(turn, record->incident.number, input->action, &wish))
        return;
    if (!input->item) {
        make(turn, record, input, &wish);
        return;
    }
    int64_t number = record->incident.number;
    struct actions *actions = &record->actions;
    if (input->item < 0 || (size_t)input->item > actions->n) {
        turn_answer(turn, OUTCOME_NOT_FOUND, number, "Incident %lld has no action item %d.",
                    (long long)number, input->item);
        return;
    }
    struct action_item *item = &actions->at[input->item - 1];
    if (wish.kind >= 0 && wish.kind != (int)item->kind)
        refuse(turn, number, "What an item is does not change: drop it and make another.");
    else if (item->kind == ACTION_REVIEW && wish.state >= 0 && wish.state != (int)item->state)
        review_end(turn, record, item, input, (enum action_state)wish.state);
    else
        change_item(turn, record, item, input, &wish);
}

/* ---- the chase ---- */

bool tell_quietly(struct turn *turn, struct incident_record *record, const char *id, const char *why)
{
    const struct person *person = config_person(turn->engine->config, id);
    int way = 0;
    if (!person)
        return false;
    for (size_t i = 0; i < person->contacts.n; i++)
        if (strcmp(person->contacts.at[i].channel, "email") == 0) {
            way = (int)i;
            break;
        }
    return page_notice(turn, record, person, way, why);
}

static void add_once(struct turn *turn, const char *person, struct strings *people)
{
    list_each (known, people)
        if (strcmp(*known, person) == 0)
            return;
    strings_add(turn->arena, people, person);
}

static void chase(struct turn *turn, struct incident_record *record, struct action_item *item)
{
    static const int next_days[] = {1, 2};
    const char *late = lateness(turn, item->fires_us);
    int64_t over_us = turn->now_us - item->due_us;
    const char *when = over_us < DAY_S * US_PER_S ? "is due"
                                                  : arena_printf(turn->arena, "is overdue by %lld days",
                                                                 (long long)(over_us / (DAY_S * US_PER_S)));
    const char *name =
        item->kind == ACTION_REVIEW ? "The review" : arena_printf(turn->arena, "Action item %d", item->item);
    struct strings people = {0}, commanders = {0};
    if (*item->owner)
        strings_add(turn->arena, &people, item->owner);
    if (item->said >= OWNER_ALONE || !*item->owner) {
        commanding_people(turn, record, &commanders);
        list_each (person, &commanders)
            add_once(turn, *person, &people);
    }
    size_t n_told = 0;
    list_each (person, &people)
        n_told += tell_quietly(
            turn, record, *person,
            arena_printf(turn->arena, "%s %s%s%s", name, when, *item->owner ? ", owner " : "", item->owner));
    int days = item->said < 2 ? next_days[item->said] : 7;
    item->said++;
    item->fires_us = time_after_s(turn->now_us, days * DAY_S);
    action_save(turn, item);
    write_told(action_event(turn, item), &people);
    event_end(turn, record->incident.number, NULL,
              over_us < DAY_S * US_PER_S ? "action.due" : "action.overdue", "%s %s%s: %s%s", name, when,
              n_told ? "" : ", and nobody can be told", item->what, late);
}

void due_actions(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, actions.due);
    struct actions *actions = &record->actions;
    for (size_t i = 0; i < actions->n; i++)
        if (actions->at[i].fires_us && actions->at[i].fires_us <= turn->now_us)
            chase(turn, record, &actions->at[i]);
    actions_arm(turn->engine, record);
}
