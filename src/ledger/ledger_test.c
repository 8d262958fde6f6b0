#include <pthread.h>
#include <sys/stat.h>

#include "ledger/open_ledger_testing.h"

/* ---- events ---- */

static void an_event_is_hashed_as_the_bytes_the_header_gives(void **state)
{
    (void)state;
    struct decision decision = {.kind = DECISION_EVENT,
                                .event = {.incident = 4,
                                          .actor = "person:ana",
                                          .kind = "incident.acknowledged",
                                          .summary = "Ana \"has\" it",
                                          .body = "{\"by\": \"ana\"}"}};
    struct err err = {0};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(test_record(ledger, &decision, 1, T0_US + 123456, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);

    const char *zeros = "0000000000000000000000000000000000000000000000000000000000000000";
    const char *bytes = arena_printf(
        arena,
        "crashcart-event-1\n{\"stream\":\"incident/4\",\"n\":1,\"at\":\"2026-03-01T09:00:00.123456Z\","
        "\"actor\":\"person:ana\",\"kind\":\"incident.acknowledged\",\"prev\":\"%s\","
        "\"summary\":\"Ana \\\"has\\\" it\",\"body\":{\"by\": \"ana\"}}",
        zeros);
    char hash[SHA256_HEX_BYTES];
    sha256_hex(bytes, strlen(bytes), hash);
    struct event_row *rows;
    size_t n;
    assert_int_equal(ledger_timeline(ledger, arena, 4, 0, 10, &rows, &n, &err), 0);
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].hash, hash);
    assert_string_equal(rows[0].stream, "incident/4");
    assert_int_equal(rows[0].at_us, T0_US + 123456);
    assert_string_equal(rows[0].actor, "person:ana");
    assert_string_equal(rows[0].kind, "incident.acknowledged");
    assert_string_equal(rows[0].summary, "Ana \"has\" it");
    assert_string_equal(rows[0].body, "{\"by\": \"ana\"}");
}

static void a_summary_cannot_pass_for_the_body(void **state)
{
    (void)state;
    struct decision decision = event_for(1, "note.added", "x\",\"body\":{\"y\":1}}");
    decision.event.body = NULL;
    test_commit(ledger, &decision, 1);
    struct event_row *rows;
    size_t n;
    assert_int_equal(ledger_timeline(ledger, arena, 1, 0, 10, &rows, &n, NULL), 0);
    assert_string_equal(rows[0].summary, "x\",\"body\":{\"y\":1}}");
    assert_string_equal(rows[0].body, "{}");
}

static void a_body_that_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {"[1]", "{\"a\":", "7", "{} {}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decision decision = event_for(1, "alert.fired", "");
        decision.event.body = bodies[i];
        struct err err = {0};
        assert_int_equal(ledger_begin(ledger, &err), 0);
        assert_int_equal(test_record(ledger, &decision, 1, T0_US, &err), -1);
        assert_non_null(strstr(err.text, "alert.fired"));
        ledger_rollback(ledger);
    }
}

static void the_chain_goes_on_after_a_restart(void **state)
{
    (void)state;
    struct decision decisions[] = {event_for(1, "alert.fired", "a"), event_for(1, "incident.opened", "b"),
                                   event_for(0, "server.started", "c")};
    test_commit(ledger, decisions, 3);
    reopen();
    test_commit(ledger, decisions, 2);
    struct event_row *rows;
    size_t n;
    assert_int_equal(ledger_timeline(ledger, arena, 1, 1, 2, &rows, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].n, 2);
    assert_int_equal(rows[1].n, 3);
    struct ledger_proof proof = {0};
    assert_int_equal(test_verify(&folder, &proof, NULL), 0);
    assert_int_equal(proof.n_events, 5);
    assert_int_equal(proof.n_streams, 2);
}

static void a_rolled_back_transaction_leaves_no_hole(void **state)
{
    (void)state;
    struct decision decision = event_for(1, "alert.fired", "a");
    struct err err = {0};
    test_commit(ledger, &decision, 1);
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(test_record(ledger, &decision, 1, T0_US, &err), 0);
    assert_int_equal(ledger_accept(ledger, "test", "abc", 3, T0_US, &err), 0);
    ledger_rollback(ledger);
    assert_int_equal(ledger_inbox_bytes(ledger), 0);
    assert_int_equal(ledger_inbox_last_id(ledger), 0);
    test_commit(ledger, &decision, 1);
    struct ledger_proof proof = {0};
    assert_int_equal(test_verify(&folder, &proof, NULL), 0);
    assert_int_equal(proof.n_events, 2);
}

/* ---- projections ---- */

static void values_come_back_as_they_were_saved(void **state)
{
    (void)state;
    struct decision decisions[] = {
        {.kind = DECISION_INCIDENT, .incident = incident_numbered(1, INCIDENT_TRIGGERED)},
        {.kind = DECISION_INCIDENT, .incident = incident_numbered(1, INCIDENT_MONITORING)},
        {.kind = DECISION_DELIVERY, .delivery = delivery_numbered(7, 1, DELIVERY_RETRY)},
        {.kind = DECISION_STEP, .step = step_at(1, 40, STEP_TIMED_OUT)},
        {.kind = DECISION_STEP, .step = step_at(1, 20, STEP_EFFECT_UNKNOWN)},
        {.kind = DECISION_ROLE, .role = {1, "expert", "eve", "person:ana", T0_US, 0}},
        {.kind = DECISION_ROLE, .role = {1, "expert", "eve", "person:ana", T0_US, T0_US + 5}},
        {.kind = DECISION_CHECK, .check = {1, 1, "drained?", "queue.md", 90, "person:ana", T0_US, "twice"}},
    };
    test_commit(ledger, decisions, sizeof decisions / sizeof *decisions);

    struct incident incident;
    assert_int_equal(ledger_incident(ledger, arena, 1, &incident, NULL), 0);
    assert_int_equal(incident.state, INCIDENT_MONITORING);
    assert_string_equal(incident.severity_why, "\"queue over 90 %\" is SEV-2");
    assert_int_equal(incident.severity_line, 14);
    assert_true(incident.response_time_s == INT64_MIN);
    assert_string_equal(incident.acknowledged_by, "");
    assert_int_equal(incident.next_delivery, 2);

    struct delivery *deliveries;
    struct run_step *steps;
    size_t n;
    assert_int_equal(ledger_deliveries(ledger, arena, 1, &deliveries, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_int_equal(deliveries[0].state, DELIVERY_RETRY);
    assert_string_equal(deliveries[0].key, "crashcart-1-incident-1-page-1");
    assert_int_equal(deliveries[0].way, 1);

    assert_int_equal(ledger_steps(ledger, arena, 1, &steps, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_int_equal(steps[0].line, 20); /* in the order of the procedure */
    assert_int_equal(steps[0].state, STEP_EFFECT_UNKNOWN);
    assert_int_equal(steps[1].risk, RISK_MUTATE);
    assert_int_equal(steps[1].exit_code, -1);
    assert_true(steps[1].output_cut);
    assert_string_equal(steps[1].output, "depth 912\n");

    struct role_holder *roles;
    struct check_item *checks;
    assert_int_equal(ledger_roles(ledger, arena, 1, &roles, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_true(roles[0].until_us == T0_US + 5);
    assert_int_equal(ledger_checks(ledger, arena, 1, &checks, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(checks[0].note, "twice");
    assert_true(checks[0].checked_us == T0_US);
}

static void what_a_step_has_printed_stays_until_it_prints_something_else(void **state)
{
    (void)state;
    static const char *const outputs[] = {"sized\n", NULL, "", NULL}, *const stored[] = {"sized\n", "sized\n",
                                                                                         "", ""};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        struct decision save = {.kind = DECISION_STEP, .step = step_at(9, 40, STEP_SUCCEEDED)};
        struct run_step *steps;
        size_t n;
        save.step.output = outputs[i];
        test_commit(ledger, &save, 1);
        assert_int_equal(ledger_steps(ledger, arena, 9, &steps, &n, NULL), 0);
        assert_int_equal(n, 1);
        assert_string_equal(steps[0].output, stored[i]);
    }
}

static void incidents_are_listed_newest_first_and_in_pages(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        enum incident_state value = i % 2 ? INCIDENT_TRIGGERED : INCIDENT_RESOLVED;
        struct decision decision = {.kind = DECISION_INCIDENT, .incident = incident_numbered(i, value)};
        test_commit(ledger, &decision, 1);
    }
    struct incident *incidents;
    size_t n;
    assert_int_equal(ledger_incidents(ledger, arena, false, 0, 2, &incidents, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_int_equal(incidents[1].number, 4);
    assert_int_equal(ledger_incidents(ledger, arena, false, 4, 9, &incidents, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_int_equal(ledger_incidents(ledger, arena, true, 0, 9, &incidents, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_int_equal(incidents[2].number, 1);
}

static void an_incident_that_is_not_there_is_said_so(void **state)
{
    (void)state;
    struct incident incident;
    struct err err = {0};
    assert_int_equal(ledger_incident(ledger, arena, 9, &incident, &err), LEDGER_NOT_FOUND);
    assert_string_equal(err.text, "there is no incident 9");
}

/* ---- restoring ---- */

static void on_last(void *context, int64_t last_incident, int64_t last_delivery, int64_t last_us)
{
    (void)last_us;
    buf_printf(context, "last %lld %lld;", (long long)last_incident, (long long)last_delivery);
}

static void on_incident(void *context, const void *incident)
{
    buf_printf(context, "incident %lld;", (long long)((const struct incident *)incident)->number);
}

static void on_delivery(void *context, const void *delivery)
{
    buf_printf(context, "delivery %lld;", (long long)((const struct delivery *)delivery)->id);
}

static void on_step(void *context, const void *step)
{
    const struct run_step *s = step;
    buf_printf(context, "step %lld/%d;", (long long)s->run, s->line);
}

static void on_timer(void *context, const void *timer)
{
    const struct timer *t = timer;
    buf_printf(context, "timer %d/%lld;", t->kind, (long long)t->subject);
}

static void on_silence(void *context, const void *silence)
{
    const struct silence *s = silence;
    buf_printf(context, "silence %s %s %s;", s->id, s->matchers, silence_state_name(s->state));
}

static void on_role(void *context, const void *role)
{
    const struct role_holder *r = role;
    buf_printf(context, "role %lld/%s/%s;", (long long)r->incident, r->role, r->person);
}

static void on_check(void *context, const void *check)
{
    const struct check_item *c = check;
    buf_printf(context, "check %lld/%d;", (long long)c->incident, c->item);
}

static void on_clock(void *context, const void *clock)
{
    const struct runbook_clock *c = clock;
    buf_printf(context, "clock %lld/%d %s;", (long long)c->incident, c->number, c->what);
}

static void keep_last_us(void *context, int64_t last_incident, int64_t last_delivery, int64_t last_us)
{
    (void)last_incident, (void)last_delivery;
    *(int64_t *)context = last_us;
}

/* The clock may be set back: the last message is the one that was taken last, whatever its date. */
static void the_engine_is_told_when_the_last_message_was_taken(void **state)
{
    (void)state;
    struct err err = {0};
    int64_t last_us = -1;
    struct restorer restorer = {.context = &last_us, .last = keep_last_us};
    assert_int_equal(ledger_restore_to(ledger, &restorer, T0_US, &err), 0);
    assert_int_equal(last_us, 0);
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_accept(ledger, "test", "a", 1, T0_US + 7, &err), 0);
    assert_int_equal(ledger_accept(ledger, "test", "b", 1, T0_US, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    assert_int_equal(ledger_restore_to(ledger, &restorer, T0_US, &err), 0);
    assert_int_equal(last_us, T0_US);
}

static void the_engine_gets_back_what_is_open_and_what_ended_today(void **state)
{
    (void)state;
    struct incident old = incident_numbered(1, INCIDENT_RESOLVED);
    old.resolved_us = T0_US - INT64_C(90000) * US_PER_S;
    struct incident reviewed = incident_numbered(4, INCIDENT_RESOLVED);
    reviewed.resolved_us = old.resolved_us;
    struct incident recent = incident_numbered(2, INCIDENT_CLOSED);
    recent.resolved_us = T0_US - 60 * US_PER_S;
    struct decision decisions[] = {
        {.kind = DECISION_INCIDENT, .incident = old},
        {.kind = DECISION_INCIDENT, .incident = recent},
        {.kind = DECISION_INCIDENT, .incident = incident_numbered(3, INCIDENT_ACKNOWLEDGED)},
        {.kind = DECISION_INCIDENT, .incident = reviewed},
        {.kind = DECISION_DELIVERY, .delivery = delivery_numbered(1, 3, DELIVERY_SENT)},
        {.kind = DECISION_DELIVERY, .delivery = delivery_numbered(2, 3, DELIVERY_DUE)},
        {.kind = DECISION_DELIVERY, .delivery = delivery_numbered(3, 3, DELIVERY_RETRY)},
        {.kind = DECISION_DELIVERY, .delivery = delivery_numbered(4, 3, DELIVERY_CANCELLED)},
        {.kind = DECISION_STEP, .step = step_at(1, 10, STEP_SUCCEEDED)},
        {.kind = DECISION_STEP, .step = step_at(3, 20, STEP_RUNNING)},
        {.kind = DECISION_ROLE, .role = {1, "commander", "eve", "person:eve", T0_US, 0}},
        {.kind = DECISION_ROLE, .role = {3, "commander", "ana", "system", T0_US, 0}},
        {.kind = DECISION_CHECK, .check = {3, 2, "the queue drains", "queue.md", 91, "", 0, ""}},
        {.kind = DECISION_CHECK, .check = {3, 1, "nothing is lost", "queue.md", 90, "", 0, ""}},
        {.kind = DECISION_CLOCK, .clock = {.incident = 1, .number = 1, .what = "answered", .fires_us = 9}},
        {.kind = DECISION_CLOCK, .clock = {.incident = 1, .number = 1, .what = "answered"}},
        {.kind = DECISION_CLOCK, .clock = {.incident = 4, .number = 2, .what = "review", .fires_us = 9}},
        {.kind = DECISION_CLOCK, .clock = {.incident = 0, .number = 1, .what = "rotate keys"}},
        {.kind = DECISION_TIMER_SET, .timer = {TIMER_ESCALATE, 3, T0_US + 9}},
        {.kind = DECISION_TIMER_SET, .timer = {TIMER_DELIVERY_RETRY, 3, T0_US + 5}},
        {.kind = DECISION_TIMER_SET, .timer = {TIMER_ALERT_ENDS, 0, T0_US + 1}},
        {.kind = DECISION_TIMER_SET, .timer = {TIMER_HOLD_DOWN, 2, T0_US + 1}},
        {.kind = DECISION_TIMER_CLEAR, .timer = {TIMER_HOLD_DOWN, 2, 0}},
        {.kind = DECISION_SILENCE, .silence = {.id = "a", .matchers = "{a=\"b\"}", .created_by = "ana"}},
        {.kind = DECISION_SILENCE, .silence = {.id = "b", .matchers = "{c=\"d\"}", .created_by = "ben"}},
        {.kind = DECISION_SILENCE,
         .silence = {.id = "a", .matchers = "{a=\"b\"}", .updated_us = 1, .state = SILENCE_ACTIVE}},
        {.kind = DECISION_SILENCE_FORGET, .silence = {.id = "b"}},
    };
    test_commit(ledger, decisions, sizeof decisions / sizeof *decisions);
    reopen();
    struct buf words scoped_buf = {0};
    const struct restorer restorer = {.context = &words,
                                      .last = on_last,
                                      .incident = on_incident,
                                      .delivery = on_delivery,
                                      .step = on_step,
                                      .timer = on_timer,
                                      .silence = on_silence,
                                      .role = on_role,
                                      .check = on_check,
                                      .clock = on_clock};
    struct err err = {0};
    assert_int_equal(ledger_restore_to(ledger, &restorer, T0_US, &err), 0);
    assert_string_equal(
        buf_text(&words),
        "last 4 4;incident 2;incident 3;incident 4;delivery 2;delivery 3;step 3/20;"
        "timer 2/3;timer 0/3;silence a {a=\"b\"} active;role 3/commander/ana;check 3/1;check 3/2;"
        "clock 0/1 rotate keys;clock 4/2 review;");
}

/* ---- opening ---- */

static void a_second_server_is_refused_and_told_who_holds_the_folder(void **state)
{
    (void)state;
    struct ledger *second = NULL;
    struct err err = {0};
    struct ledger_place place = test_place(&folder);
    assert_int_equal(ledger_open(&place, &second, &err), -1);
    assert_null(second);
    char process[40];
    snprintf(process, sizeof process, "(process %ld)", (long)getpid());
    assert_non_null(strstr(err.text, process));
    assert_non_null(strstr(err.text, folder.path));
}

/* An empty ledger in place of the real one would be seen by nobody. */
static void a_folder_whose_ledger_is_elsewhere_says_so(void **state)
{
    (void)state;
    struct ledger_place place = test_place(&folder);
    if (test_kind == DB_SQLITE) {
        assert_int_equal(access(path_of("store"), F_OK), -1);
        return;
    }
    ledger_close(ledger);
    ledger = NULL;
    place.store = NULL;
    struct err err = {0};
    struct ledger *opened = NULL;
    assert_int_equal(ledger_open(&place, &opened, &err), -1);
    assert_non_null(strstr(err.text, folder.store.where));
    assert_int_equal(ledger_open_reader(&place, &opened, &err), 0);
    ledger_close(opened);
}

static void nobody_else_can_read_the_folder_or_its_files(void **state)
{
    (void)state;
    struct stat status;
    const char *inner = path_of("new");
    struct ledger *opened = NULL;
    assert_int_equal(ledger_open(&(struct ledger_place){.data_dir = inner}, &opened, NULL), 0);
    ledger_close(opened);
    assert_int_equal(stat(inner, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    struct decision decision = event_for(1, "alert.fired", "a");
    test_commit(ledger, &decision, 1);
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "lock"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(stat(path_of(names[i]), &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
}

static void a_database_of_a_newer_program_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(
        db_execute(ledger->db, "INSERT INTO schema_version (version, name) VALUES (99, 'later')", &err), 0);
    ledger_close(ledger);
    ledger = NULL;
    struct ledger *opened = NULL;
    struct ledger_place place = test_place(&folder);
    assert_int_equal(ledger_open(&place, &opened, &err), -1);
    assert_non_null(strstr(err.text, "newer crashcart"));
    assert_int_equal(ledger_open_reader(&place, &opened, &err), -1);
    assert_non_null(strstr(err.text, "newer crashcart"));
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    const char *inner = path_of("other");
    assert_int_equal(mkdir(inner, 0700), 0);
    FILE *file = fopen(arena_printf(arena, "%s/ledger.db", inner), "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is a letter, not a ledger\n", file);
    fclose(file);
    struct ledger *opened = NULL;
    struct err err = {0};
    struct ledger_place place = {.data_dir = inner};
    assert_int_equal(ledger_open(&place, &opened, &err), -1);
    assert_non_null(strstr(err.text, "not a database"));
    assert_int_equal(ledger_open_reader(&place, &opened, &err), -1);
    place.data_dir = path_of("nowhere");
    assert_int_equal(ledger_open_reader(&place, &opened, &err), -1);
    assert_non_null(strstr(err.text, "there is no ledger"));
}

static void the_installation_keeps_its_own_name(void **state)
{
    (void)state;
    const char *name = arena_strdup(arena, ledger_instance(ledger));
    assert_int_equal(strlen(name), 16);
    reopen();
    assert_string_equal(ledger_instance(ledger), name);
}

/* ---- readers ---- */

enum { N_READERS = 4, N_COMMITS = 100, EVENTS_A_COMMIT = 3 };

/* Reads until all is there; what is seen must always be whole transactions. */
static void *read_along(void *context)
{
    struct ledger_place place = test_place(context);
    struct ledger *reader = NULL;
    bool good = ledger_open_reader(&place, &reader, NULL) == 0;
    size_t n = 0;
    while (good && n < N_COMMITS * EVENTS_A_COMMIT) {
        struct arena *scratch scoped_arena = arena_new();
        struct event_row *rows;
        size_t before = n;
        good = ledger_timeline(reader, scratch, 1, 0, SIZE_MAX, &rows, &n, NULL) == 0 && n >= before &&
               n % EVENTS_A_COMMIT == 0;
    }
    ledger_close(reader);
    return good ? context : NULL;
}

static void readers_on_threads_see_whole_transactions_while_it_is_written(void **state)
{
    (void)state;
    pthread_t threads[N_READERS];
    for (int i = 0; i < N_READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_along, &folder), 0);
    struct decision decisions[] = {event_for(1, "a.b", "1"), event_for(1, "a.b", "2"),
                                   event_for(1, "a.b", "3")};
    for (int i = 0; i < N_COMMITS; i++) {
        test_commit(ledger, decisions, EVENTS_A_COMMIT);
        if (i % 10 == 0)
            assert_int_equal(ledger_checkpoint(ledger, NULL), 0);
    }
    for (int i = 0; i < N_READERS; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        assert_non_null(good);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_is_hashed_as_the_bytes_the_header_gives),
        TEST(a_summary_cannot_pass_for_the_body),
        TEST(a_body_that_is_no_object_is_refused),
        TEST(the_chain_goes_on_after_a_restart),
        TEST(a_rolled_back_transaction_leaves_no_hole),
        TEST(values_come_back_as_they_were_saved),
        TEST(what_a_step_has_printed_stays_until_it_prints_something_else),
        TEST(incidents_are_listed_newest_first_and_in_pages),
        TEST(an_incident_that_is_not_there_is_said_so),
        TEST(the_engine_gets_back_what_is_open_and_what_ended_today),
        TEST(the_engine_is_told_when_the_last_message_was_taken),
        TEST(a_second_server_is_refused_and_told_who_holds_the_folder),
        TEST(a_folder_whose_ledger_is_elsewhere_says_so),
        TEST(a_database_of_a_newer_program_is_refused),
        TEST(the_installation_keeps_its_own_name),
        TEST(readers_on_threads_see_whole_transactions_while_it_is_written),
    };
    const struct CMUnitTest of_files[] = {
        TEST(nobody_else_can_read_the_folder_or_its_files),
        TEST(a_file_that_is_no_database_is_refused),
    };
    return cmocka_run_group_tests_name("ledger files", of_files, NULL, NULL) +
           test_on_each_store("ledger", tests, sizeof tests / sizeof *tests);
}
