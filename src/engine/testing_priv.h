/* A small world for the tests of this room: one team, one runbook, one engine, a clock set by hand, and what
 * the last input decided. Only tests include this.
 *
 * The team is ana (webhook, then email), ben and eve (webhook). The service "checkout" pages ana, and ben
 * after five minutes. Its runbook checkout.md has SEV-1 (15 min, escalates after 10), SEV-2 (1 h) and SEV-3
 * (no response time), and the procedures "Service Down", "Disk Full" and "Slow Replies". */
#pragma once

#include "base/testing.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/must.h"
#include "engine/engine_priv.h"

#define MINUTES  INT64_C(60000000)
#define WORLD_US INT64_C(1772355600000000) /* 2026-03-01T09:00:00Z */

struct world {
    struct arena *arena;
    struct config config;
    struct library *library;
    struct engine *engine;
    int64_t now_us;
    struct decisions decisions; /* of the last input */
};

/* ---- the team and its runbook ---- */

static inline struct person *world_person(struct world *w, const char *id, const char *channel)
{
    struct person *person = list_push(w->arena, &w->config.people);
    *person = (struct person){.id = id, .name = id};
    *list_push(w->arena, &person->contacts) =
        (struct config_contact){.channel = channel, .address = arena_printf(w->arena, "%s:%s", channel, id)};
    return person;
}

static inline void world_notify(struct world *w, struct service *service, const char *whom, int64_t after_s)
{
    struct escalation_step *step = list_push(w->arena, &service->escalation);
    step->after_s = after_s;
    if (whom)
        strings_add(w->arena, &step->notify, whom);
}

static const char world_runbook[] = "# Checkout Runbook\n"
                                    "\n"
                                    "The shop's checkout service.\n"
                                    "\n"
                                    "## Severity Levels\n"
                                    "\n"
                                    "### SEV-1 (Critical)\n"
                                    "\n"
                                    "**Response Time**: 15 minutes\n"
                                    "**Escalation**: to the team lead after 10 minutes\n"
                                    "\n"
                                    "### SEV-2 (Major)\n"
                                    "\n"
                                    "**Response Time**: 1 hour\n"
                                    "\n"
                                    "### SEV-3 (Minor)\n"
                                    "\n"
                                    "Cosmetic faults.\n"
                                    "\n"
                                    "## Alerts\n"
                                    "\n"
                                    "### Service Down\n"
                                    "\n"
                                    "#### Diagnosis\n"
                                    "\n"
                                    "```bash\n"
                                    "curl -f http://checkout:8000/health\n"
                                    "docker logs --tail 50 <container>\n"
                                    "docker ps\n"
                                    "```\n"
                                    "\n"
                                    "#### Resolution\n"
                                    "\n"
                                    "```bash\n"
                                    "docker restart checkout\n"
                                    "```\n"
                                    "\n"
                                    "#### Verification\n"
                                    "\n"
                                    "```bash\n"
                                    "curl -f http://checkout:8000/ready\n"
                                    "```\n"
                                    "\n"
                                    "### Disk Full\n"
                                    "\n"
                                    "```bash\n"
                                    "docker image prune --force\n"
                                    "rm -rf /var/cache/checkout\n"
                                    "```\n"
                                    "\n"
                                    "### Slow Replies\n"
                                    "\n"
                                    "Ask the database team.\n";

/* How risky the commands are. Set here, because which class a command has is tested in runbook/. */
static const struct {
    int line;
    enum risk_class risk;
    bool unfilled;
} world_risks[] = {
    {27, RISK_READ, false}, {28, RISK_READ, true},    {29, RISK_READ, false},        {35, RISK_MUTATE, false},
    {41, RISK_READ, false}, {47, RISK_MUTATE, false}, {48, RISK_DESTRUCTIVE, false},
};

static inline void world_set_risk(struct command *command)
{
    for (size_t i = 0; i < sizeof world_risks / sizeof *world_risks; i++)
        if (world_risks[i].line == command->line)
            command->risk = (struct risk){.class = world_risks[i].risk,
                                          .why = "what it is known to do",
                                          .unfilled = world_risks[i].unfilled,
                                          .parses = true};
}

static inline struct library *world_library(const char *markdown)
{
    struct folder_file file = {.path = "checkout.md", .bytes = markdown, .n_bytes = strlen(markdown)};
    sha256_hex(file.bytes, file.n_bytes, file.sha256);
    struct library *library = library_new(&(struct folder){.files = &file, .n_files = 1});
    must(library->n_runbooks == 1);
    list_each (procedure, &library->runbooks[0]->procedures)
        list_each (phase, &procedure->phases)
            list_each (step, &phase->steps)
                list_each (command, &step->commands)
                    world_set_risk(command);
    return library;
}

/* Another runbook in the place of the one before. */
static inline void world_learn(struct world *w, const char *markdown)
{
    struct library *before = w->library;
    w->library = world_library(markdown);
    engine_learn(w->engine, &w->config, w->library);
    library_free(before);
}

/* The runbook with more at its end. */
static inline void world_append(struct world *w, const char *markdown)
{
    world_learn(w, arena_printf(w->arena, "%s\n%s", world_runbook, markdown));
}

/* The runbook asks for two things to be verified before an incident is resolved. */
static inline void world_verify(struct world *w)
{
    world_append(w, "## Verification Checklist\n\n"
                    "- [ ] Orders are accepted again\n"
                    "- [ ] No payment is lost\n");
}

static inline int world_start(void **state)
{
    struct world *w = heap_alloc(sizeof *w);
    w->arena = arena_new();
    w->now_us = WORLD_US;
    w->decisions.arena = arena_new();
    w->config.resolve_timeout_s = 300;
    w->config.hold_down_s = 300;
    w->config.reopen_window_s = 600;
    w->config.runner.diagnose = true;
    w->config.runner.approval_time_s = 1800;
    w->config.runner.approval_sign_in_s = 900;
    w->config.runner.verify_time_s = 300;
    struct person *ana = world_person(w, "ana", "webhook");
    *list_push(w->arena, &ana->contacts) =
        (struct config_contact){.channel = "email", .address = "ana@example.org"};
    world_person(w, "ben", "webhook");
    world_person(w, "eve", "webhook");
    struct service *service = list_push(w->arena, &w->config.services);
    *service = (struct service){.id = "checkout", .runbook = "checkout.md"};
    world_notify(w, service, "person:ana", UNSTATED);
    world_notify(w, service, "person:ben", 300);
    w->library = world_library(world_runbook);
    w->engine = engine_new(&w->config, w->library);
    engine_name(w->engine, "7f3a");
    *state = w;
    return 0;
}

static inline int world_stop(void **state)
{
    struct world *w = *state;
    engine_free(w->engine);
    library_free(w->library);
    arena_free(w->decisions.arena);
    arena_free(w->arena);
    free(w);
    return 0;
}

/* "checkout" needs "postgres", which pages eve. */
static inline void world_need_postgres(struct world *w)
{
    struct service *postgres = list_push(w->arena, &w->config.services);
    *postgres = (struct service){.id = "postgres", .runbook = "checkout.md"};
    world_notify(w, postgres, "person:eve", UNSTATED);
    strings_add(w->arena, &w->config.services.at[0].depends_on, "postgres");
    engine_learn(w->engine, &w->config, w->library);
}

/* ---- inputs ---- */

static inline const struct outcome *world_decide(struct world *w, struct input input)
{
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_decide(w->engine, &input, w->now_us, &w->decisions);
    return &w->decisions.outcome;
}

/* Lets time pass, with all that falls due on the way. Only the last decisions are kept. */
static inline void world_pass(struct world *w, int64_t us)
{
    int64_t until = w->now_us + us;
    for (int64_t due; (due = engine_next_due_us(w->engine)) <= until;) {
        w->now_us = due > w->now_us ? due : w->now_us;
        world_decide(w, (struct input){.kind = INPUT_TIMER});
    }
    w->now_us = until;
}

/* Lets time pass to what is due next, which must be in_us from now; what clocks of the runbook say on the way
 * is passed over, and so is what is looked at once after a start. */
static inline void world_next(struct world *w, int64_t in_us)
{
    int64_t at_us = w->now_us + in_us;
    while (engine_next_due_us(w->engine) < at_us &&
           (due_first(&w->engine->due)->kind == TIMER_CLOCKS ||
            engine_next_due_us(w->engine) < due_first(&w->engine->due)->at_us)) {
        w->now_us = engine_next_due_us(w->engine);
        world_decide(w, (struct input){.kind = INPUT_TIMER});
    }
    assert_int_equal(engine_next_due_us(w->engine), at_us);
    w->now_us = at_us;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
}

struct alert_words {
    const char *name, *severity, *instance;
    int64_t starts_us, ends_us;
};

static inline struct alert world_alert(struct world *w, struct alert_words words)
{
    struct alert alert = {.starts_us = words.starts_us, .ends_us = words.ends_us};
    const char *const pairs[][2] = {{"alertname", words.name},
                                    {"instance", words.instance},
                                    {"service", "checkout"},
                                    {"severity", words.severity}};
    alert.labels = arena_alloc(w->arena, 4 * sizeof *alert.labels);
    for (size_t i = 0; i < 4; i++)
        if (pairs[i][1])
            alert.labels[alert.n_labels++] = (struct label){pairs[i][0], pairs[i][1]};
    return alert;
}

static inline struct alert_batch world_batch(struct world *w, size_t n, const struct alert_words *words)
{
    struct alert_batch batch = {.source = "alertmanager-api", .n_alerts = n};
    batch.alerts = arena_alloc(w->arena, (n + 1) * sizeof *batch.alerts);
    for (size_t i = 0; i < n; i++)
        batch.alerts[i] = world_alert(w, words[i]);
    return batch;
}

static inline void world_hear(struct world *w, struct alert_words words)
{
    struct alert_batch batch = world_batch(w, 1, &words);
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

/* A set-up of a test: the runbook is the only one, and the alert fires. */
static inline int world_open(void **state, const char *markdown, struct alert_words words)
{
    int failed = world_start(state);
    world_learn(*state, markdown);
    world_hear(*state, words);
    return failed;
}

/* A group of a webhook, which stands until it is said to be over. */
static inline void world_hear_group(struct world *w, bool resolved, size_t n, const struct alert_words *words)
{
    struct alert_batch batch = world_batch(w, n, words);
    batch.source = "alertmanager-webhook";
    batch.group_key = "{}:{service=\"checkout\"}";
    batch.group_whole = batch.lasting = true;
    batch.group_resolved = resolved;
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static inline const struct outcome *world_person_says(struct world *w, enum input_kind kind, int64_t incident,
                                                      const char *actor, const char *text)
{
    return world_decide(w, (struct input){.kind = kind, .incident = incident, .actor = actor, .text = text});
}

/* A person moves it, or sets its level: word is the state or the level. */
static inline const struct outcome *world_person_sets(struct world *w, enum input_kind kind, int64_t incident,
                                                      const char *actor, const char *word, const char *text)
{
    return world_decide(
        w, (struct input){.kind = kind, .incident = incident, .actor = actor, .word = word, .text = text});
}

static inline const struct outcome *world_check(struct world *w, int item, bool done, const char *note)
{
    return world_decide(w, (struct input){.kind = INPUT_CHECK,
                                          .incident = 1,
                                          .actor = "person:ana",
                                          .item = item,
                                          .flag = done,
                                          .text = note});
}

static inline const struct outcome *world_assign(struct world *w, const char *actor, const char *role,
                                                 const char *person)
{
    return world_decide(
        w,
        (struct input){.kind = INPUT_ASSIGN, .incident = 1, .actor = actor, .word = role, .person = person});
}

static inline void world_delivered(struct world *w, int64_t delivery, enum delivery_verdict verdict)
{
    struct delivery_result result = {.verdict = verdict,
                                     .detail = verdict == VERDICT_SENT ? "HTTP 200" : "HTTP 503"};
    world_decide(
        w, (struct input){.kind = INPUT_DELIVERY_DONE, .delivery = delivery, .delivery_result = &result});
}

static inline void world_step_done(struct world *w, int64_t run, int line, enum step_state state,
                                   const char *output)
{
    struct step_result result = {.state = state,
                                 .exit_code = state == STEP_SUCCEEDED ? 0 : 7,
                                 .duration_us = 200000,
                                 .output = output};
    world_decide(w,
                 (struct input){.kind = INPUT_STEP_DONE, .run = run, .step = line, .step_result = &result});
}

/* ---- what was decided ---- */

static inline const struct event *event_of(const struct world *w, const char *kind)
{
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_EVENT && strcmp(decision->event.kind, kind) == 0)
            return &decision->event;
    return NULL;
}

static inline size_t count_events(const struct world *w, const char *kind)
{
    size_t n = 0;
    list_each (decision, &w->decisions.list)
        n += decision->kind == DECISION_EVENT && strcmp(decision->event.kind, kind) == 0;
    return n;
}

/* The n-th delivery (from 0) in that state, or NULL. */
static inline const struct delivery *delivery_of(const struct world *w, enum delivery_state state, size_t n)
{
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_DELIVERY && decision->delivery.state == state && n-- == 0)
            return &decision->delivery;
    return NULL;
}

/* The last value of the step on that line, or NULL. */
static inline const struct run_step *step_of(const struct world *w, int line)
{
    const struct run_step *last = NULL;
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_STEP && decision->step.line == line)
            last = &decision->step;
    return last;
}

static inline const struct incident *incident_of(const struct world *w, int64_t number)
{
    const struct incident_record *record = incident_find(w->engine, number);
    return record ? &record->incident : NULL;
}

/* The row of incident 1 on that line, which must be there. */
static inline const struct run_step *world_row(const struct world *w, int line)
{
    const struct run_step *step = step_on_line(incident_find(w->engine, 1), line);
    if (!step)
        fail_msg("no row on line %d", line);
    return step;
}

static inline bool world_sets_timer(const struct world *w, enum timer_kind kind, bool set)
{
    enum decision_kind want = set ? DECISION_TIMER_SET : DECISION_TIMER_CLEAR;
    list_each (decision, &w->decisions.list)
        if (decision->kind == want && decision->timer.kind == kind)
            return true;
    return false;
}

#define assert_text_has(text, part) assert_non_null(strstr((text), (part)))
