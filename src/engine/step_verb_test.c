#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

#define TEN "\n\n\n\n\n\n\n\n\n\n"

/* Line 61 is the heading of the procedure; the lines of its parts are below. */
static const char runbook[] = "# Checkout Runbook\n\n"
                              "## Severity Levels\n\n### SEV-1 (Critical)\n\n**Response Time**: 15 minutes\n"
                              "\n\n\n" TEN TEN TEN TEN TEN "## Service Down\n"
                              "\n"
                              "### Diagnosis\n"
                              "\n"
                              "1. Look at the dashboard\n"
                              "2. Check the pods:\n"
                              "   ```bash\n"
                              "   kubectl get pods\n"
                              "   ```\n"
                              "3. If the cache is cold: warm it from the console\n"
                              "\n"
                              "### Resolution\n"
                              "\n"
                              "```bash\n"
                              "# Option 1: roll back if a recent deployment caused it\n"
                              "kubectl rollout undo deployment/checkout\n"
                              "kubectl rollout undo deployment/cart\n"
                              "# Option 2: restart the pods\n"
                              "kubectl rollout restart deployment/checkout\n"
                              "```\n"
                              "\n"
                              "## Disk Full\n"
                              "\n"
                              "### Diagnosis\n"
                              "\n"
                              "1. Look:\n"
                              "   ```bash\n"
                              "   df -h\n"
                              "   ```\n";

enum { TASK = 65, LOOK = 68, WARM = 70, RECENT = 75, UNDO = 76, UNDO_CART = 77, RESTART = 79, DF = 88 };

static int begin(void **state)
{
    return world_open(state, runbook, down);
}

static const struct outcome *say(struct world *w, enum step_verb verb, int line, const char *word,
                                 const char *text)
{
    return world_decide(w, (struct input){.kind = INPUT_STEP_VERB,
                                          .run = 1,
                                          .step = line,
                                          .actor = "person:ana",
                                          .verb = verb,
                                          .word = word,
                                          .text = text});
}

static const struct outcome *approve(struct world *w, int line)
{
    return world_decide(w,
                        (struct input){.kind = INPUT_APPROVE, .run = 1, .step = line, .actor = "person:ana"});
}

static void a_procedure_is_its_tasks_decisions_and_commands_in_order(void **state)
{
    struct world *w = *state;
    const struct {
        int line;
        enum step_kind kind;
        enum step_state state;
        int branch, choice, option;
    } rows[] = {
        {TASK, STEP_MANUAL, STEP_OPEN, 0, 0, 0},
        {LOOK, STEP_COMMAND, STEP_STARTING, 0, 0, 0},
        {WARM, STEP_DECISION, STEP_OPEN, 0, 0, 0},
        {RECENT, STEP_DECISION, STEP_OPEN, 0, RECENT, RECENT},
        {UNDO, STEP_COMMAND, STEP_WAITING, RECENT, RECENT, RECENT},
        {UNDO_CART, STEP_COMMAND, STEP_WAITING, RECENT, RECENT, RECENT},
        {RESTART, STEP_COMMAND, STEP_WAITING, 0, RECENT, RESTART - 1},
        {part_number(RESTART, PART_BACK), STEP_COMMAND, STEP_NOT_TAKEN, 0, 0, 0},
    };
    const struct incident_record *record = incident_find(w->engine, 1);
    assert_int_equal(record->n_steps, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < record->n_steps; i++) {
        const struct run_step *step = &record->steps[i];
        assert_int_equal(step->line, rows[i].line);
        assert_int_equal(step->position, (int)i);
        assert_int_equal(step->kind, rows[i].kind);
        assert_int_equal(step->state, rows[i].state);
        assert_int_equal(step->branch, rows[i].branch);
        assert_int_equal(step->choice, rows[i].choice);
        assert_int_equal(step->option, rows[i].option);
    }
    assert_text_has(event_of(w, "run.planned")->summary, "3 are for people");
}

static void a_task_is_ticked_once_with_who_when_and_a_note(void **state)
{
    struct world *w = *state;
    assert_int_equal(say(w, VERB_DONE, TASK, NULL, "all red")->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, TASK)->state, STEP_DONE);
    assert_string_equal(world_row(w, TASK)->done_by, "person:ana");
    assert_string_equal(world_row(w, TASK)->note, "all red");
    assert_int_equal(world_row(w, TASK)->finished_us, w->now_us);
    assert_string_equal(event_of(w, "step.done")->actor, "person:ana");
    assert_int_equal(say(w, VERB_DONE, TASK, NULL, NULL)->code, OUTCOME_DONE); /* again */
    assert_int_equal(w->decisions.list.n, 0);
    assert_string_equal(world_row(w, TASK)->note, "all red");
    assert_int_equal(say(w, VERB_SKIP, TASK, NULL, "why not")->code, OUTCOME_CONFLICT);
    assert_int_equal(say(w, VERB_START, TASK, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, TASK)->state, STEP_OPEN);
    assert_string_equal(world_row(w, TASK)->done_by, "");
}

static void nothing_of_people_is_approved_and_no_command_is_ticked_in_silence(void **state)
{
    struct world *w = *state;
    assert_int_equal(approve(w, TASK)->code, OUTCOME_CONFLICT);
    assert_int_equal(say(w, VERB_DONE, RESTART, NULL, NULL)->code, OUTCOME_INVALID);
    assert_int_equal(world_row(w, RESTART)->state, STEP_WAITING);
    assert_int_equal(say(w, VERB_SKIP, RESTART, NULL, NULL)->code, OUTCOME_INVALID);
    assert_int_equal(say(w, VERB_SKIP, RESTART, NULL, "not during the round")->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, RESTART)->state, STEP_SKIPPED);
    assert_text_has(world_row(w, RESTART)->why, "not during the round");
    assert_int_equal(approve(w, RESTART)->code, OUTCOME_CONFLICT);
    assert_int_equal(say(w, VERB_DONE, UNDO, NULL, "from the laptop")->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, UNDO)->state, STEP_DONE);
}

static void no_closes_the_branch_and_yes_opens_it(void **state)
{
    struct world *w = *state;
    assert_int_equal(say(w, VERB_ANSWER, RECENT, "perhaps", NULL)->code, OUTCOME_INVALID);
    assert_int_equal(say(w, VERB_ANSWER, RECENT, "no", "last one was in May")->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, RECENT)->state, STEP_DONE);
    assert_string_equal(world_row(w, RECENT)->answer, "no");
    assert_int_equal(world_row(w, UNDO)->state, STEP_NOT_TAKEN);
    assert_int_equal(world_row(w, UNDO_CART)->state, STEP_NOT_TAKEN);
    assert_int_equal(world_row(w, RESTART)->state, STEP_WAITING);
    assert_text_has(event_of(w, "step.answered")->body, "\"answer\":\"no\"");
    assert_int_equal(approve(w, UNDO)->code, OUTCOME_CONFLICT);
    assert_text_has(w->decisions.outcome.message, "answered no on line 75");
    assert_int_equal(say(w, VERB_ANSWER, RECENT, "no", NULL)->code, OUTCOME_DONE);
    assert_int_equal(w->decisions.list.n, 0);
    assert_int_equal(say(w, VERB_ANSWER, RECENT, "yes", NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, UNDO)->state, STEP_WAITING);
    assert_int_equal(world_row(w, RESTART)->state, STEP_NOT_TAKEN); /* yes takes this alternative */
}

static void a_decision_without_steps_is_done_when_it_was_done(void **state)
{
    struct world *w = *state;
    assert_int_equal(say(w, VERB_DONE, WARM, NULL, NULL)->code, OUTCOME_CONFLICT);
    assert_int_equal(say(w, VERB_ANSWER, WARM, "yes", NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, WARM)->state, STEP_OPEN);
    assert_int_equal(say(w, VERB_DONE, WARM, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, WARM)->state, STEP_DONE);
}

static void approving_answers_and_chooses_on_record(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_int_equal(approve(w, UNDO)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, UNDO)->state, STEP_STARTING);
    assert_string_equal(world_row(w, RECENT)->answer, "yes");
    assert_int_equal(world_row(w, RESTART)->state, STEP_NOT_TAKEN);
    assert_text_has(event_of(w, "step.answered")->summary, "by taking line 76");
    assert_non_null(event_of(w, "step.chosen"));
    assert_int_equal(say(w, VERB_ANSWER, RECENT, "no", NULL)->code, OUTCOME_CONFLICT);
}

static void another_alternative_waits_for_the_one_under_way(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_int_equal(say(w, VERB_CHOOSE, UNDO, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, RESTART)->state, STEP_NOT_TAKEN);
    assert_int_equal(say(w, VERB_CHOOSE, UNDO, NULL, NULL)->code, OUTCOME_DONE); /* again */
    assert_null(event_of(w, "step.chosen"));
    approve(w, UNDO);
    assert_int_equal(say(w, VERB_CHOOSE, RESTART, NULL, NULL)->code, OUTCOME_CONFLICT);
    assert_int_equal(world_row(w, RESTART)->state, STEP_NOT_TAKEN);
    world_step_done(w, 1, UNDO, STEP_FAILED, NULL);
    assert_int_equal(say(w, VERB_CHOOSE, RESTART, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, RESTART)->state, STEP_WAITING);
    assert_int_equal(world_row(w, UNDO_CART)->state, STEP_NOT_TAKEN);
    assert_int_equal(world_row(w, UNDO)->state, STEP_FAILED); /* what has run stays on record */
}

static void whole_phases_are_alternatives(void **state)
{
    static const char phases[] = "# Checkout Runbook\n\n"
                                 "## Service Down\n"
                                 "\n"
                                 "### Diagnosis\n"
                                 "\n"
                                 "1. Look at the dashboard\n"
                                 "\n"
                                 "### Option 1: Move\n"
                                 "\n"
                                 "**Use when:** one zone is down\n"
                                 "\n"
                                 "1. Move the traffic\n"
                                 "2. Or wait for the zone\n"
                                 "\n"
                                 "### Option 2: Restart\n"
                                 "\n"
                                 "1. Restart from the console\n";
    struct world *w = *state;
    world_learn(w, phases);
    world_hear(w, down);
    assert_int_equal(world_row(w, 7)->choice, 0);
    assert_int_equal(world_row(w, 13)->choice, 9);
    assert_int_equal(world_row(w, 13)->option, 9);
    assert_string_equal(world_row(w, 13)->condition, "one zone is down");
    assert_int_equal(world_row(w, 14)->option, 9);
    assert_int_equal(world_row(w, 18)->choice, 9);
    assert_int_equal(world_row(w, 18)->option, 16);
    assert_int_equal(say(w, VERB_DONE, 18, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, 13)->state, STEP_NOT_TAKEN);
    assert_int_equal(world_row(w, 14)->state, STEP_NOT_TAKEN);
    assert_int_equal(world_row(w, 7)->state, STEP_OPEN);
}

static void of_alternatives_below_a_question_one_is_taken(void **state)
{
    static const char question[] = "# Checkout Runbook\n\n"
                                   "## Service Down\n\n"
                                   "### Resolution\n\n"
                                   "1. If it is a leak:\n\n"
                                   "   ```bash\n"
                                   "   # Option 1: restart\n"
                                   "   systemctl restart checkout\n" /* line 11 */
                                   "   # Option 2: elsewhere\n"
                                   "   systemctl start spare\n" /* line 13 */
                                   "   ```\n";
    struct world *w = *state;
    world_learn(w, question);
    world_hear(w, down);
    assert_int_equal(world_row(w, 7)->kind, STEP_DECISION);
    assert_int_equal(approve(w, 11)->code, OUTCOME_DONE);
    assert_string_equal(world_row(w, 7)->answer, "yes");
    assert_int_equal(world_row(w, 13)->state, STEP_NOT_TAKEN);
}

static void a_look_starts_again_and_a_change_asks_again(void **state)
{
    struct world *w = *state;
    assert_int_equal(say(w, VERB_START, LOOK, NULL, NULL)->code, OUTCOME_CONFLICT); /* it runs */
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, "one");
    assert_int_equal(say(w, VERB_START, LOOK, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, LOOK)->state, STEP_STARTING);
    assert_int_equal(world_row(w, LOOK)->attempt, 2);
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, "two");
    approve(w, RESTART);
    world_step_done(w, 1, RESTART, STEP_SUCCEEDED, NULL);
    assert_int_equal(say(w, VERB_START, RESTART, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, RESTART)->state, STEP_WAITING);
    assert_string_equal(world_row(w, RESTART)->approved_by, "");
    assert_int_equal(say(w, VERB_START, RESTART, NULL, NULL)->code, OUTCOME_CONFLICT);
}

static void who_saw_an_older_attempt_starts_nothing(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, "one");
    struct input again = {.kind = INPUT_STEP_VERB,
                          .run = 1,
                          .step = LOOK,
                          .actor = "person:ana",
                          .verb = VERB_START,
                          .item = 1};
    assert_int_equal(world_decide(w, again)->code, OUTCOME_DONE);
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, "two");
    again.actor = "person:ben";
    assert_int_equal(world_decide(w, again)->code, OUTCOME_CONFLICT);
    assert_int_equal(world_row(w, LOOK)->state, STEP_SUCCEEDED);
}

static void another_procedure_joins_the_run(void **state)
{
    struct world *w = *state;
    struct input more = {.kind = INPUT_PROCEDURE, .incident = 1, .actor = "person:ana", .word = "disk full"};
    assert_int_equal(world_decide(w, more)->code, OUTCOME_DONE);
    assert_string_equal(event_of(w, "run.planned")->actor, "person:ana");
    assert_int_equal(world_row(w, DF)->state, STEP_QUEUED);
    assert_int_equal(world_row(w, DF)->position, 8);
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_int_equal(world_row(w, DF)->state, STEP_STARTING);
    assert_int_equal(world_decide(w, more)->code, OUTCOME_DONE); /* again */
    assert_int_equal(w->decisions.list.n, 0);
    more.word = "Service Up";
    assert_int_equal(world_decide(w, more)->code, OUTCOME_INVALID);
    assert_text_has(w->decisions.outcome.message, "no procedure \"Service Up\"");
}

static void nothing_of_it_happens_when_the_incident_is_over_but_ticking(void **state)
{
    struct world *w = *state;
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(say(w, VERB_START, RESTART, NULL, NULL)->code, OUTCOME_CONFLICT);
    assert_int_equal(say(w, VERB_DONE, RESTART, NULL, "by hand")->code, OUTCOME_CONFLICT);
    assert_int_equal(say(w, VERB_DONE, TASK, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(
        world_decide(w, (struct input){.kind = INPUT_PROCEDURE, .incident = 1, .word = "Disk Full"})->code,
        OUTCOME_CONFLICT);
}

static void what_still_runs_when_it_is_over_can_be_stopped_and_nothing_else(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, "1\n");
    approve(w, RESTART);
    world_decide(w, (struct input){.kind = INPUT_STEP_STARTED, .run = 1, .step = RESTART});
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    for (int verb = 0; verb < N_STEP_VERBS; verb++) {
        assert_int_equal(step_verb_fits((enum step_verb)verb, world_row(w, RESTART), false),
                         verb == VERB_STOP);
        assert_false(step_verb_fits((enum step_verb)verb, world_row(w, UNDO), false));
    }
    assert_true(step_verb_fits(VERB_DONE, world_row(w, TASK), false));
    assert_int_equal(say(w, VERB_STOP, RESTART, NULL, NULL)->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, RESTART)->state, STEP_STOPPING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(a_procedure_is_its_tasks_decisions_and_commands_in_order),
        TEST(a_task_is_ticked_once_with_who_when_and_a_note),
        TEST(nothing_of_people_is_approved_and_no_command_is_ticked_in_silence),
        TEST(no_closes_the_branch_and_yes_opens_it),
        TEST(a_decision_without_steps_is_done_when_it_was_done),
        TEST(approving_answers_and_chooses_on_record),
        TEST(another_alternative_waits_for_the_one_under_way),
        TEST(what_still_runs_when_it_is_over_can_be_stopped_and_nothing_else),
        cmocka_unit_test_setup_teardown(whole_phases_are_alternatives, world_start, world_stop),
        cmocka_unit_test_setup_teardown(of_alternatives_below_a_question_one_is_taken, world_start,
                                        world_stop),
        TEST(a_look_starts_again_and_a_change_asks_again),
        TEST(who_saw_an_older_attempt_starts_nothing),
        TEST(another_procedure_joins_the_run),
        TEST(nothing_of_it_happens_when_the_incident_is_over_but_ticking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
