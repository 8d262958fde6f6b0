/* The driver: one alert, then whatever the engine says is due, until the end. Every decision of an input is
 * turned into entries before the next input, for its texts live no longer. What the engine waits for is
 * answered at the same moment: a page arrives or is dead, a step that runs by itself has run. */
#include "engine/simulate.h"

#include <string.h>

#include "base/must.h"
#include "engine/chain.h"
#include "engine/simulate_priv.h"

enum { LEAST_S = 3600, MOST_S = 86400, AFTERWARDS_S = 3600, WORK_EVERY_S = 60 };

/* What the engine waits for. */
struct pending {
    int64_t delivery;    /* 0: a step */
    const char *missing; /* what its channel lacks */
    int64_t run;
    int line;
};

struct driver {
    struct arena *arena;
    const struct simulate_question *question;
    struct config config; /* without what would speak of other things */
    struct engine *engine;
    struct decisions decisions;
    struct simulation *simulation;
    int64_t now_us, incident;
    int step_before;      /* of the chain, before the input */
    bool everyone_before; /* everybody was paged, before the input */
    bool round_reached;   /* a page of this round of the chain arrived */
    const char *reached;  /* the person whom the last page came to */
    struct json_document *json;
    LIST(struct pending) pending;
};

static const struct incident_record *record_of(const struct driver *driver)
{
    return incident_find(driver->engine, driver->incident);
}

/* ---- where a page is said ---- */

static bool notifies(const struct driver *driver, const struct chain_step *step, const char *person)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings people = {0};
    list_each (target, &step->notify)
        chain_target_people(arena, driver->engine, *target, driver->now_us, &people);
    list_each (id, &people)
        if (strcmp(*id, person) == 0)
            return true;
    return false;
}

static void find_place(struct driver *driver, struct simulate_entry *entry)
{
    const struct incident_record *record = record_of(driver);
    const struct person *person = config_person(&driver->config, entry->person);
    struct chain chain;
    scoped_arena struct arena *arena = arena_new();
    incident_chain(arena, driver->engine, record, &chain);
    int after = record->incident.escalation_step, n = (int)chain.steps.n;
    entry->round = n && after > 0 ? (after - 1) / n + 1 : 1;
    entry->config = (struct simulate_place){driver->config.file, person ? person->line : 0};
    for (int i = driver->step_before; n && i < after; i++) {
        const struct chain_step *step = &chain.steps.at[i % n];
        if (!notifies(driver, step, entry->person))
            continue;
        entry->config.line = step->line;
        if (step->runbook_line)
            entry->runbook = (struct simulate_place){
                arena_strdup(driver->arena, record->incident.runbook_file), step->runbook_line};
        return;
    }
}

/* ---- decisions become entries ---- */

static struct simulate_entry *add_entry(struct driver *driver, enum simulate_kind kind, const char *event,
                                        const char *text)
{
    struct simulation *simulation = driver->simulation;
    struct simulate_entry *entry = list_push(driver->arena, &simulation->entries);
    *entry = (struct simulate_entry){
        .kind = kind,
        .at_us = driver->now_us,
        .event = arena_strdup(driver->arena, event),
        .text = arena_strdup(driver->arena, text),
        .round = 1,
    };
    simulation->cut |= simulation->entries.n >= SIMULATE_MOST_ENTRIES;
    return entry;
}

static void take_delivery(struct driver *driver, const struct decision *decision)
{
    const struct delivery *delivery = &decision->delivery;
    if (delivery->incident != driver->incident || !decision_sends(&driver->decisions, decision))
        return;
    const char *missing = contact_missing(&driver->config, delivery->channel);
    struct simulate_entry *entry = add_entry(driver, SIMULATE_PAGE, "page", delivery->why);
    entry->person = arena_strdup(driver->arena, delivery->person);
    entry->channel = arena_strdup(driver->arena, delivery->channel);
    entry->address = arena_strdup(driver->arena, delivery->address);
    entry->missing = missing;
    find_place(driver, entry);
    if (!missing) {
        driver->reached = entry->person;
        driver->round_reached = true;
        if (!driver->simulation->reached_us)
            driver->simulation->reached_us = driver->now_us;
    }
    *list_push(driver->arena, &driver->pending) =
        (struct pending){.delivery = delivery->id, .missing = missing};
}

static void take_step(struct driver *driver, const struct run_step *step)
{
    *list_push(driver->arena, &driver->pending) = (struct pending){.run = step->run, .line = step->line};
}

/* What is said of alerts, steps and attempts is not what was asked. */
static bool is_told(const char *kind)
{
    static const char *const passed_over[] = {
        "alert.fired", "alert.resolved", "step.",        "approval.",     "run.diagnosed", "page.queued",
        "page.sent",   "page.failed",    "page.pending", "role.assigned", "note.",         "lease.renewed"};
    for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++)
        if (strncmp(kind, passed_over[i], strlen(passed_over[i])) == 0)
            return false;
    return true;
}

/* What the body of an event says of where it stands: "file" and "line" of the runbook, or "step" of the
 * chain. */
static void find_event_place(struct driver *driver, const struct event *event, const struct chain *chain,
                             struct simulate_entry *entry)
{
    struct json body;
    struct err err;
    if (json_parse(driver->json, event->body, strlen(event->body), 8, &body, &err) < 0)
        return;
    const char *file = json_text(json_get(body, "file"), NULL);
    int64_t step = json_int(json_get(body, "step"), 0);
    if (file)
        entry->runbook = (struct simulate_place){arena_strdup(driver->arena, file),
                                                 (int)json_int(json_get(body, "line"), 0)};
    if (step > 0 && (size_t)step <= chain->steps.n)
        entry->config = (struct simulate_place){driver->config.file, chain->steps.at[step - 1].line};
}

/* The pages that were sent for this. */
static void tell_cause(struct driver *driver, const struct simulate_entry *event)
{
    const struct simulate_entry *first = driver->simulation->entries.at;
    for (size_t i = driver->simulation->entries.n - 1; i-- > 0 && first[i].at_us == event->at_us;) {
        struct simulate_entry *page = &driver->simulation->entries.at[i];
        if (page->kind != SIMULATE_PAGE || strcmp(page->text, event->text) != 0)
            continue;
        page->cause = event->event;
        page->runbook = event->runbook;
    }
}

static void take_event(struct driver *driver, const struct event *event)
{
    if (event->incident != driver->incident || !is_told(event->kind))
        return;
    struct simulate_entry *entry = add_entry(driver, SIMULATE_EVENT, event->kind, event->summary);
    const struct incident_record *record = record_of(driver);
    struct chain chain;
    scoped_arena struct arena *arena = arena_new();
    incident_chain(arena, driver->engine, record, &chain);
    if (chain.steps.n && record->incident.escalation_step > 0)
        entry->round = (record->incident.escalation_step - 1) / (int)chain.steps.n + 1;
    find_event_place(driver, event, &chain, entry);
    tell_cause(driver, entry);
}

static void take_clock(struct driver *driver, const struct runbook_clock *clock)
{
    struct simulation *simulation = driver->simulation;
    if (clock->incident != driver->incident)
        return;
    list_each (known, &simulation->deadlines)
        if (known->clock.number == clock->number) {
            known->state = clock->state;
            known->ended_us = clock->ended_us;
            return;
        }
    struct simulate_deadline *added = list_push(driver->arena, &simulation->deadlines);
    *added = (struct simulate_deadline){*clock, clock->state, clock->ended_us};
    texts_to_arena(&clock_texts, &added->clock, driver->arena);
}

/* Everybody is paged because a whole round of the chain came to nobody. */
static void watch_chain(struct driver *driver)
{
    const struct incident_record *record = record_of(driver);
    if (!record)
        return;
    size_t n = chain_length(driver->engine, record);
    bool moved = record->incident.escalation_step > driver->step_before;
    if (n && moved && (size_t)driver->step_before % n == 0)
        driver->round_reached = false;
    bool everyone = record->unreachable_said || (record->everyone_paged && !driver->everyone_before);
    if (everyone && !driver->round_reached && !driver->simulation->chain_failed_us)
        driver->simulation->chain_failed_us = driver->now_us;
}

static void take(struct driver *driver)
{
    watch_chain(driver);
    list_each (decision, &driver->decisions.list) {
        switch ((int)decision->kind) {
        case DECISION_DELIVERY:
            take_delivery(driver, decision);
            break;
        case DECISION_STEP:
            if (decision->starts)
                take_step(driver, &decision->step);
            break;
        case DECISION_EVENT:
            take_event(driver, &decision->event);
            break;
        case DECISION_CLOCK:
            take_clock(driver, &decision->clock);
            break;
        default:
            break;
        }
    }
}

/* ---- inputs ---- */

static void decide_once(struct driver *driver, const struct input *input)
{
    const struct incident_record *record = record_of(driver);
    driver->step_before = record ? record->incident.escalation_step : 0;
    driver->everyone_before = record && record->everyone_paged;
    arena_reset(driver->decisions.arena);
    driver->decisions = (struct decisions){.arena = driver->decisions.arena};
    engine_decide(driver->engine, input, driver->now_us, &driver->decisions);
    if (!driver->incident && input->kind == INPUT_ALERTS)
        driver->incident = driver->decisions.outcome.incident;
    take(driver);
}

static void answer(struct driver *driver, const struct pending *pending)
{
    struct delivery_result arrival = {.verdict = pending->missing ? VERDICT_DEAD : VERDICT_SENT,
                                      .detail = pending->missing};
    struct step_result done = {.state = STEP_SUCCEEDED};
    if (pending->delivery) {
        decide_once(driver, &(struct input){.kind = INPUT_DELIVERY_DONE,
                                            .delivery = pending->delivery,
                                            .delivery_result = &arrival});
        return;
    }
    decide_once(driver,
                &(struct input){.kind = INPUT_STEP_STARTED, .run = pending->run, .step = pending->line});
    decide_once(driver, &(struct input){.kind = INPUT_STEP_DONE,
                                        .run = pending->run,
                                        .step = pending->line,
                                        .step_result = &done});
}

static void decide(struct driver *driver, const struct input *input)
{
    decide_once(driver, input);
    for (size_t i = 0; i < driver->pending.n && !driver->simulation->cut; i++) {
        struct pending next = driver->pending.at[i];
        answer(driver, &next);
    }
    driver->pending.n = 0;
}

static void hear(struct driver *driver, const struct alert *alert, int64_t ends_us)
{
    struct alert one = *alert;
    struct alert_batch batch = {.source = "simulate", .lasting = true, .alerts = &one, .n_alerts = 1};
    one.ends_us = ends_us;
    decide(driver, &(struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

/* Whoever was paged last; the answer says so when nobody was. */
static const char *somebody(struct driver *driver, const char *does)
{
    if (driver->reached)
        return arena_printf(driver->arena, "person:%s", driver->reached);
    add_entry(driver, SIMULATE_PERSON, "nobody",
              arena_printf(driver->arena, "Nobody was paged who could %s it", does));
    return NULL;
}

static void acknowledge(struct driver *driver)
{
    const char *actor = somebody(driver, "acknowledge");
    if (actor && record_of(driver))
        decide(driver,
               &(struct input){.kind = INPUT_ACKNOWLEDGE, .incident = driver->incident, .actor = actor});
}

/* Whoever has it says something, as people at work do. */
static void work(struct driver *driver)
{
    const struct incident_record *record = record_of(driver);
    if (!record || !record->incident.acknowledged_us || !incident_is_open(record))
        return;
    const char *actor = arena_strdup(driver->arena, record->incident.acknowledged_by);
    decide(driver,
           &(struct input){
               .kind = INPUT_NOTE, .incident = driver->incident, .actor = actor, .text = "simulated"});
}

static void resolve(struct driver *driver, const struct alert *alert)
{
    const char *actor = somebody(driver, "resolve");
    hear(driver, alert, driver->now_us);
    if (actor && record_of(driver))
        decide(driver, &(struct input){.kind = INPUT_RESOLVE,
                                       .incident = driver->incident,
                                       .actor = actor,
                                       .text = "simulated",
                                       .force = true});
}

/* ---- time ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t moment_us(const struct simulate_question *question, int64_t after_s)
{
    return after_s == UNSTATED ? INT64_MAX : time_after_s(question->at_us, after_s);
}

/* Until its deadlines are past, where nobody says until when. */
static int64_t end_us(const struct driver *driver)
{
    const struct simulate_question *question = driver->question;
    int64_t last_us = time_after_s(question->at_us, LEAST_S);
    if (question->for_s != UNSTATED)
        return time_after_s(question->at_us, question->for_s);
    list_each (deadline, &driver->simulation->deadlines)
        if (deadline->clock.kind != CLOCK_FOLLOW_UP && deadline->clock.due_us > last_us)
            last_us = deadline->clock.due_us;
    last_us = least(last_us, time_after_s(question->at_us, MOST_S));
    int64_t people_us[] = {moment_us(question, question->ack_s), moment_us(question, question->resolve_s)};
    for (size_t i = 0; i < 2; i++)
        if (people_us[i] != INT64_MAX && people_us[i] + AFTERWARDS_S * US_PER_S > last_us)
            last_us = people_us[i] + AFTERWARDS_S * US_PER_S;
    return last_us;
}

/* What people do, and the next time of it; INT64_MAX: never again. */
struct doing {
    int64_t ack_us, work_us, resolve_us;
};

static void let_people_act(struct driver *driver, struct doing *doing, const struct alert *alert)
{
    if (doing->ack_us <= driver->now_us) {
        doing->ack_us = INT64_MAX;
        acknowledge(driver);
        if (driver->question->work)
            doing->work_us = time_after_s(driver->now_us, WORK_EVERY_S);
    } else if (doing->resolve_us <= driver->now_us) {
        doing->resolve_us = doing->work_us = INT64_MAX;
        resolve(driver, alert);
    } else {
        doing->work_us = time_after_s(driver->now_us, WORK_EVERY_S);
        work(driver);
    }
}

static void run(struct driver *driver, const struct alert *alert)
{
    const struct simulate_question *question = driver->question;
    struct doing doing = {moment_us(question, question->ack_s), INT64_MAX,
                          moment_us(question, question->resolve_s)};
    hear(driver, alert, 0);
    int64_t until_us = driver->simulation->until_us = end_us(driver);
    while (driver->incident && !driver->simulation->cut) {
        int64_t due_us = engine_next_due_us(driver->engine);
        int64_t acts_us = least(doing.work_us, least(doing.ack_us, doing.resolve_us));
        int64_t next_us = least(due_us, acts_us);
        if (next_us > until_us)
            break;
        driver->now_us = next_us > driver->now_us ? next_us : driver->now_us;
        if (acts_us < due_us)
            let_people_act(driver, &doing, alert);
        else
            decide(driver, &(struct input){.kind = INPUT_TIMER});
    }
}

/* ---- the answer ---- */

static void add_later(struct driver *driver)
{
    const struct incident_record *record = record_of(driver);
    const struct severity *level = incident_level(driver->engine, record);
    struct plan plan = {0};
    if (!level || record->incident.resolved_us)
        return;
    severity_plan(driver->arena, driver->question->runbook, level, &plan);
    list_each (entry, &plan.entries)
        if (entry->kind == PLAN_FOLLOW_UP && entry->event != PLAN_AFTER_OPENED)
            *list_push(driver->arena, &driver->simulation->later) = *entry;
}

static void finish(struct driver *driver)
{
    struct simulation *simulation = driver->simulation;
    const struct incident_record *record = record_of(driver);
    must(record);
    simulation->incident = record->incident;
    texts_to_arena(&incident_texts, &simulation->incident, driver->arena);
    add_later(driver);
}

int simulate(struct arena *arena, const struct simulate_question *question, struct simulation *ret_simulation,
             struct err *err)
{
    struct simulation simulation = {0};
    struct driver driver = {
        .arena = arena,
        .question = question,
        .config = *question->config,
        .simulation = &simulation,
        .now_us = question->at_us,
        .decisions = {.arena = arena_new()},
        .json = json_document_new(),
    };
    memset(&driver.config.heartbeats, 0, sizeof driver.config.heartbeats);
    driver.engine = engine_new(&driver.config, question->library);
    engine_name(driver.engine, "simulation");
    const struct alert *alert = simulate_alert(arena, driver.engine, question, err);
    if (alert) {
        simulation.alertname = arena_strdup(arena, alert_name(alert));
        run(&driver, alert);
        finish(&driver);
        *ret_simulation = simulation;
    }
    engine_free(driver.engine);
    json_document_free(driver.json);
    arena_free(driver.decisions.arena);
    return alert ? 0 : -1;
}
