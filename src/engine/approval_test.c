#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

enum { LOOK = 27, LOOK_TOO = 29, CHANGE = 35 };
static const struct alert_words full = {.name = "DiskFull", .severity = "SEV-1", .ends_us = INT64_MAX / 2};
enum { FREE = 47, DESTROY = 48 };

static const struct outcome *approve(struct world *w, int line, const char *actor, bool force,
                                     const char *text)
{
    return world_decide(
        w, (struct input){
               .kind = INPUT_APPROVE, .run = 1, .step = line, .actor = actor, .force = force, .text = text});
}

/* The program ends and starts again; the ledger gives back one step. */
static void restart(struct world *w, int line)
{
    struct engine *before = w->engine;
    struct incident incident = *incident_of(w, 1);
    struct run_step step = *world_row(w, line);
    w->engine = engine_new(&w->config, w->library);
    engine_name(w->engine, "7f3a");
    engine_restore_last(w->engine, 1, 10, w->now_us);
    engine_restore_incident(w->engine, &incident);
    engine_restore_step(w->engine, &step);
    engine_free(before);
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
}

static void the_first_of_two_approvals_expires(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    approve(w, DESTROY, "person:ana", false, NULL);
    world_pass(w, 1799 * US_PER_S);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "person:ana");
    world_pass(w, US_PER_S);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "");
    assert_int_equal(world_row(w, DESTROY)->state, STEP_WAITING);
    assert_text_has(world_row(w, DESTROY)->why, "expired");
    approve(w, DESTROY, "person:ben", false, NULL); /* he is the first now */
    assert_int_equal(world_row(w, DESTROY)->state, STEP_WAITING);
    approve(w, DESTROY, "person:ana", false, NULL);
    assert_int_equal(world_row(w, DESTROY)->state, STEP_STARTING);
}

static void what_was_approved_and_waits_for_another_step_expires(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(world_row(w, LOOK)->state, STEP_STARTING);
    approve(w, CHANGE, "person:ana", false, NULL);
    assert_int_equal(world_row(w, CHANGE)->state, STEP_QUEUED);
    world_pass(w, 1800 * US_PER_S);
    assert_int_equal(world_row(w, CHANGE)->state, STEP_WAITING);
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_int_equal(world_row(w, CHANGE)->state, STEP_WAITING);
    assert_int_equal(world_row(w, LOOK_TOO)->state, STEP_STARTING);
}

static void who_may_not_approve_any_more_has_approved_nothing(void **state)
{
    struct world *w = *state;
    struct account account = {.person = "ana",
                              .right = RIGHT_APPROVE,
                              .services = "",
                              .password = "",
                              .second_key = "",
                              .changed_by = "test"};
    const struct input change = {
        .kind = INPUT_ACCESS, .access_act = ACCESS_ACCOUNT, .actor = "test", .account = &account};
    world_hear(w, full);
    approve(w, DESTROY, "person:ana", false, NULL);
    world_decide(w, change); /* she may still */
    assert_string_equal(world_row(w, DESTROY)->approved_by, "person:ana");
    account.right = RIGHT_RESPOND;
    world_decide(w, change);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "");
    assert_text_has(event_of(w, "approval.void")->summary, "may not approve any more");
    approve(w, DESTROY, "person:ben", false, NULL); /* the first of two now */
    assert_int_equal(world_row(w, DESTROY)->state, STEP_WAITING);
    approve(w, DESTROY, "person:annabel", false, NULL);
    assert_int_equal(world_row(w, DESTROY)->state, STEP_STARTING);
}

static void what_has_started_does_not_expire(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    approve(w, FREE, "person:ana", false, NULL);
    assert_int_equal(world_row(w, FREE)->state, STEP_STARTING);
    world_pass(w, 3 * 3600 * US_PER_S);
    assert_int_equal(world_row(w, FREE)->state, STEP_STARTING);
    assert_string_equal(world_row(w, FREE)->approved_by, "person:ana");
}

static void a_clock_that_is_set_back_makes_no_approval_hold_longer(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    approve(w, DESTROY, "person:ana", false, NULL);
    world_pass(w, 600 * US_PER_S);
    w->now_us -= 86400 * US_PER_S;
    world_decide(w, (struct input){.kind = INPUT_CLOCK_BACK, .back_us = 86400 * US_PER_S});
    world_pass(w, 1199 * US_PER_S);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "person:ana");
    world_pass(w, US_PER_S);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "");
}

static void what_destroys_wants_somebody_who_signed_in_a_moment_ago(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    struct input input = {.kind = INPUT_APPROVE, .run = 1, .step = DESTROY, .actor = "person:ana"};
    input.signed_in_us = w->now_us - 901 * US_PER_S;
    assert_int_equal(world_decide(w, input)->code, OUTCOME_SIGN_IN_AGAIN);
    input.force = true;
    input.text = "nobody answers";
    assert_int_equal(world_decide(w, input)->code, OUTCOME_SIGN_IN_AGAIN);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "");
    input.force = false;
    input.signed_in_us = w->now_us - 900 * US_PER_S;
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "person:ana");
    input.actor = "person:ben"; /* the second of two is no less one of them */
    input.signed_in_us = w->now_us - 901 * US_PER_S;
    assert_int_equal(world_decide(w, input)->code, OUTCOME_SIGN_IN_AGAIN);
    input.signed_in_us = 0; /* with a token */
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, DESTROY)->state, STEP_STARTING);
}

static void what_can_be_undone_asks_nobody_to_sign_in_again(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    struct input input = {.kind = INPUT_APPROVE, .run = 1, .step = FREE, .actor = "person:ana"};
    input.signed_in_us = w->now_us - 86400 * US_PER_S;
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
}

static void at_nought_nobody_has_to_sign_in_again(void **state)
{
    struct world *w = *state;
    w->config.runner.approval_sign_in_s = 0;
    world_hear(w, full);
    struct input input = {.kind = INPUT_APPROVE, .run = 1, .step = DESTROY, .actor = "person:ana"};
    input.signed_in_us = 1;
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
}

static void only_what_was_looked_at_is_approved(void **state)
{
    struct world *w = *state;
    char sha256[SHA256_HEX_BYTES];
    world_hear(w, full);
    step_sha256(world_row(w, FREE), sha256);
    struct input input = {
        .kind = INPUT_APPROVE, .run = 1, .step = DESTROY, .actor = "person:ana", .sha256 = sha256};
    assert_int_equal(world_decide(w, input)->code, OUTCOME_CONFLICT);
    assert_text_has(w->decisions.outcome.message, "not what you looked at");
    input.step = FREE;
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
}

static size_t told(const struct world *w, const char *person)
{
    size_t n = 0;
    for (size_t i = 0; i < w->decisions.list.n; i++) {
        const struct decision *d = &w->decisions.list.at[i];
        n += d->kind == DECISION_DELIVERY && d->delivery.state == DELIVERY_DUE &&
             strcmp(d->delivery.person, person) == 0;
    }
    return n;
}

static void breaking_the_glass_pages_the_others_at_once(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_int_equal(approve(w, DESTROY, "person:ana", true, NULL)->code, OUTCOME_INVALID);
    assert_int_equal(world_row(w, DESTROY)->state, STEP_WAITING);
    assert_int_equal(approve(w, DESTROY, "person:ana", true, "nobody answers")->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, DESTROY)->state, STEP_STARTING);
    assert_text_has(event_of(w, "approval.break_glass")->summary, "nobody answers");
    assert_int_equal(told(w, "ana"), 0);
    assert_int_equal(told(w, "ben"), 1);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "approved alone");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "nobody answers");
    assert_text_has(event_of(w, "approval.announced")->body, "\"ben\"");
    assert_text_has(world_row(w, DESTROY)->note, "broke the glass");
}

static void who_asked_for_a_second_and_then_breaks_the_glass_is_one_person(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    approve(w, DESTROY, "person:ana", false, NULL);
    assert_int_equal(approve(w, DESTROY, "person:ana", true, "nobody answers")->code, OUTCOME_DONE);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "person:ana");
}

static void what_is_announced_is_told_though_the_incident_is_muted_and_over(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ben", NULL);
    world_decide(
        w,
        (struct input){.kind = INPUT_MUTE, .incident = 1, .actor = "person:ben", .text = "x", .for_s = 3600});
    approve(w, DESTROY, "person:ben", true, "nobody answers");
    const struct delivery *notice = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(notice->person, "ana");
    int64_t id = notice->id;
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ben", .force = true});
    assert_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    world_delivered(w, id, VERDICT_DEAD);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->channel, "email"); /* her next way */
}

static void an_approval_that_waits_for_its_second_survives_a_restart(void **state)
{
    struct world *w = *state;
    w->config.hold_down_s = 86400; /* the alert is not heard again here */
    world_hear(w, full);
    approve(w, DESTROY, "person:ana", false, NULL);
    restart(w, DESTROY);
    world_pass(w, 1799 * US_PER_S);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "person:ana");
    world_pass(w, US_PER_S);
    assert_string_equal(world_row(w, DESTROY)->approved_by, "");
}

static void an_unknown_effect_asks_and_is_settled_by_a_person(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    approve(w, FREE, "person:ana", false, NULL);
    restart(w, FREE);
    assert_int_equal(world_row(w, FREE)->state, STEP_EFFECT_UNKNOWN);
    assert_int_equal(approve(w, FREE, "person:ana", false, NULL)->code, OUTCOME_CONFLICT);
    struct input input = {
        .kind = INPUT_STEP_VERB, .run = 1, .step = FREE, .actor = "person:ana", .verb = VERB_START};
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, FREE)->state, STEP_WAITING); /* it wants a new approval */
    assert_text_has(world_row(w, FREE)->why, "not known");
    assert_int_equal(world_row(w, FREE)->attempt, 1);
}

static void what_a_person_was_stopping_is_not_begun_again(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_decide(w, (struct input){.kind = INPUT_STEP_STARTED, .run = 1, .step = LOOK});
    struct input input = {
        .kind = INPUT_STEP_VERB, .run = 1, .step = LOOK, .actor = "person:ana", .verb = VERB_STOP};
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, LOOK)->state, STEP_STOPPING);
    restart(w, LOOK);
    assert_int_equal(world_row(w, LOOK)->state, STEP_EFFECT_UNKNOWN);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(the_first_of_two_approvals_expires),
        TEST(who_may_not_approve_any_more_has_approved_nothing),
        TEST(what_was_approved_and_waits_for_another_step_expires),
        TEST(what_has_started_does_not_expire),
        TEST(a_clock_that_is_set_back_makes_no_approval_hold_longer),
        TEST(what_destroys_wants_somebody_who_signed_in_a_moment_ago),
        TEST(what_can_be_undone_asks_nobody_to_sign_in_again),
        TEST(at_nought_nobody_has_to_sign_in_again),
        TEST(only_what_was_looked_at_is_approved),
        TEST(breaking_the_glass_pages_the_others_at_once),
        TEST(who_asked_for_a_second_and_then_breaks_the_glass_is_one_person),
        TEST(what_is_announced_is_told_though_the_incident_is_muted_and_over),
        TEST(an_approval_that_waits_for_its_second_survives_a_restart),
        TEST(an_unknown_effect_asks_and_is_settled_by_a_person),
        TEST(what_a_person_was_stopping_is_not_begun_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
