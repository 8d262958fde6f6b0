#include "base/hash.h"
#include "engine/testing_priv.h"

static const struct alert_words leak = {
    .name = "SuspectedDataBreach", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static const char runbook[] = "# Checkout Runbook\n\n"
                              "## Severity Levels\n\n### SEV-1 (Critical)\n\n**Response Time**: 15 minutes\n"
                              "\n## Suspected data breach\n"
                              "\n"
                              "### Containment\n"
                              "\n"
                              "1. Take a snapshot of the disk for the lawyers\n"
                              "2. Close the door\n"
                              "   ```bash\n"
                              "   ufw deny 443\n"
                              "   ```\n"
                              "3. Restart it\n"
                              "   ```bash\n"
                              "   systemctl restart web\n"
                              "   ```\n"
                              "\n"
                              "### Resolution\n"
                              "\n"
                              "1. Who was there\n"
                              "   ```bash\n"
                              "   last -n 50\n"
                              "   ```\n"
                              "2. What they ran\n"
                              "   ```bash\n"
                              "   ps aux\n"
                              "   ```\n"
                              "\n"
                              "### Verification\n"
                              "\n"
                              "```bash\n"
                              "uptime\n"
                              "```\n";

enum { SNAPSHOT = 13, CLOSE = 16, RESTART = 20, LAST = 27, PS = 31, UPTIME = 37 };

static int begin(void **state)
{
    return world_open(state, runbook, leak);
}

static const struct outcome *approve(struct world *w, int line, const char *reason)
{
    return world_decide(
        w,
        (struct input){.kind = INPUT_APPROVE, .run = 1, .step = line, .actor = "person:ana", .text = reason});
}

static void looks_of_every_part_run_first(void **state)
{
    struct world *w = *state;
    assert_true(world_row(w, SNAPSHOT)->evidence && world_row(w, LAST)->evidence &&
                world_row(w, PS)->evidence);
    assert_false(world_row(w, RESTART)->evidence || world_row(w, CLOSE)->evidence ||
                 world_row(w, UPTIME)->evidence);
    assert_int_equal(world_row(w, LAST)->state, STEP_STARTING);
    assert_int_equal(world_row(w, PS)->state, STEP_QUEUED);
    assert_int_equal(world_row(w, UPTIME)->state, STEP_WAITING);
    assert_text_has(event_of(w, "evidence.begun")->summary, "3 steps, of which 1 want");
}

static void what_was_captured_is_on_record_by_its_hash(void **state)
{
    char sha256[SHA256_HEX_BYTES];
    struct world *w = *state;
    sha256_hex("root pts/0\n", 11, sha256);
    world_step_done(w, 1, LAST, STEP_SUCCEEDED, "root pts/0\n");
    assert_text_has(event_of(w, "evidence.kept")->body, sha256);
    assert_text_has(event_of(w, "evidence.kept")->body, "\"by\":\"unasked\"");
}

static void change_that_loses_evidence_waits_for_it_or_for_a_reason(void **state)
{
    struct world *w = *state;
    assert_text_has(world_row(w, RESTART)->changes, "EVIDENCE is lost by it: memory");
    const struct outcome *outcome = approve(w, RESTART, NULL);
    assert_int_equal(outcome->code, OUTCOME_CONFLICT);
    assert_text_has(outcome->message, "line 13");
    assert_int_equal(approve(w, RESTART, "it still leaks")->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "evidence.left")->summary, "it still leaks");
    world_step_done(w, 1, LAST, STEP_SUCCEEDED, "");
    assert_int_equal(world_row(w, RESTART)->state, STEP_STARTING); /* before the rest of the evidence */
}

static void evidence_that_runs_by_itself_goes_before_an_approved_change(void **state)
{
    struct world *w = *state;
    world_decide(
        w,
        (struct input){
            .kind = INPUT_STEP_VERB, .verb = VERB_DONE, .run = 1, .step = SNAPSHOT, .actor = "person:ana"});
    assert_int_equal(approve(w, RESTART, NULL)->code, OUTCOME_DONE);
    world_step_done(w, 1, LAST, STEP_SUCCEEDED, "");
    assert_int_equal(world_row(w, PS)->state, STEP_STARTING);
    world_step_done(w, 1, PS, STEP_SUCCEEDED, "");
    assert_int_equal(world_row(w, RESTART)->state, STEP_STARTING);
}

static void change_that_loses_nothing_is_free(void **state)
{
    struct world *w = *state;
    assert_null(strstr(world_row(w, CLOSE)->changes, "EVIDENCE"));
    assert_int_equal(approve(w, CLOSE, NULL)->code, OUTCOME_DONE);
}

/* ---- custody ---- */

static const struct outcome *hold(struct world *w, bool holds, const char *why)
{
    return world_decide(
        w,
        (struct input){.kind = INPUT_HOLD, .incident = 1, .actor = "person:kim", .flag = holds, .text = why});
}

static const struct outcome *start(struct world *w, int line)
{
    return world_decide(
        w, (struct input){
               .kind = INPUT_STEP_VERB, .verb = VERB_START, .run = 1, .step = line, .actor = "person:ana"});
}

static void read_by(struct world *w, const char *actor)
{
    assert_int_equal(
        world_decide(
            w,
            (struct input){.kind = INPUT_EVIDENCE_READ, .incident = 1, .actor = actor, .text = "the report"})
            ->code,
        OUTCOME_DONE);
}

static void what_is_under_legal_hold_is_not_captured_anew(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, LAST, STEP_SUCCEEDED, "root pts/0\n");
    world_step_done(w, 1, PS, STEP_SUCCEEDED, "init\n");
    assert_int_equal(hold(w, true, NULL)->code, OUTCOME_INVALID);
    assert_false(engine_is_on_hold(w->engine));
    assert_int_equal(hold(w, true, "matter 7 of 2026")->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "evidence.held")->summary, "matter 7 of 2026");
    assert_true(engine_is_on_hold(w->engine));
    const struct outcome *outcome = start(w, LAST);
    assert_int_equal(outcome->code, OUTCOME_CONFLICT);
    assert_text_has(outcome->message, "matter 7");
    assert_int_equal(start(w, UPTIME)->code, OUTCOME_DONE); /* is no evidence */
    assert_int_equal(hold(w, true, "and matter 8")->code, OUTCOME_DONE);
    assert_int_equal(hold(w, false, "the court has its copy")->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "evidence.released")->summary, "the court has its copy");
    assert_false(engine_is_on_hold(w->engine)); /* held twice is held once */
    assert_int_equal(start(w, LAST)->code, OUTCOME_DONE);
}

static void a_hold_outlives_the_incident_and_the_process(void **state)
{
    struct world *w = *state;
    hold(w, true, "matter 7");
    world_decide(
        w, (struct input){
               .kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true, .text = "over"});
    const struct incident kept = incident_find(w->engine, 1)->incident;
    assert_true(kept.hold_us > 0);
    world_pass(w, 3 * 24 * 60 * MINUTES);
    assert_non_null(incident_find(w->engine, 1));
    assert_true(engine_is_on_hold(w->engine));
    assert_int_equal(hold(w, false, "settled")->code, OUTCOME_DONE);
    world_pass(w, MINUTES);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_null(incident_find(w->engine, 1));
    assert_false(engine_is_on_hold(w->engine));
}

static void who_reads_evidence_is_on_record_once_in_a_while(void **state)
{
    struct world *w = *state;
    read_by(w, "person:kim");
    assert_string_equal(event_of(w, "evidence.read")->actor, "person:kim");
    read_by(w, "person:kim");
    assert_int_equal(count_events(w, "evidence.read"), 0);
    read_by(w, "person:lee");
    assert_int_equal(count_events(w, "evidence.read"), 1);
    w->now_us += 10 * MINUTES;
    read_by(w, "person:kim");
    assert_int_equal(count_events(w, "evidence.read"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(looks_of_every_part_run_first, begin, world_stop),
        cmocka_unit_test_setup_teardown(what_was_captured_is_on_record_by_its_hash, begin, world_stop),
        cmocka_unit_test_setup_teardown(change_that_loses_evidence_waits_for_it_or_for_a_reason, begin,
                                        world_stop),
        cmocka_unit_test_setup_teardown(evidence_that_runs_by_itself_goes_before_an_approved_change, begin,
                                        world_stop),
        cmocka_unit_test_setup_teardown(change_that_loses_nothing_is_free, begin, world_stop),
        cmocka_unit_test_setup_teardown(what_is_under_legal_hold_is_not_captured_anew, begin, world_stop),
        cmocka_unit_test_setup_teardown(a_hold_outlives_the_incident_and_the_process, begin, world_stop),
        cmocka_unit_test_setup_teardown(who_reads_evidence_is_on_record_once_in_a_while, begin, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
