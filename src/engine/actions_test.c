#include "engine/clock_fixture.h"

#define HOURS (60 * MINUTES)
#define DAYS  (24 * HOURS)

static int start(void **state)
{
    clock_world_start(state);
    struct world *w = *state;
    world_decide(w, (struct input){.kind = INPUT_ACKNOWLEDGE, .incident = 1, .actor = "person:ana"});
    return 0;
}

static void resolve(struct world *w)
{
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
}

static const struct outcome *act(struct world *w, int item, struct action_change change)
{
    return world_decide(
        w, (struct input){
               .kind = INPUT_ACTION, .incident = 1, .item = item, .actor = "person:ben", .action = &change});
}

/* As it was last saved in this turn. */
static const struct action_item *saved(const struct world *w, int item)
{
    for (size_t i = w->decisions.list.n; i-- > 0;)
        if (w->decisions.list.at[i].kind == DECISION_ACTION && w->decisions.list.at[i].action.item == item)
            return &w->decisions.list.at[i].action;
    return NULL;
}

static void the_resolve_schedules_the_review_inside_its_deadline(void **state)
{
    struct world *w = *state;
    resolve(w);
    const struct action_item *review = saved(w, 1);
    assert_non_null(review);
    assert_int_equal(review->kind, ACTION_REVIEW);
    assert_string_equal(review->owner, "ana");
    assert_int_equal(review->line, 23);
    assert_true(review->due_us >= w->now_us + 12 * HOURS);
    assert_true(review->due_us + HOURS <= w->now_us + 48 * HOURS);
    assert_text_has(event_of(w, "review.scheduled")->summary, "(checkout.md line 23)");
    int64_t until_us = review->due_us;
    assert_int_equal(clock_await(w, "action.due", 100 * HOURS), until_us - WORLD_US);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_true(delivery_of(w, DELIVERY_DUE, 0)->notice);
    act(w, 1, (struct action_change){.state = "done", .note = "held"});
    assert_non_null(event_of(w, "clock.met"));
    assert_int_equal(saved(w, 1)->state, ACTION_DONE);
    assert_int_equal(clock_await(w, "action.overdue", 100 * DAYS), -1);
}

static void a_review_ends_with_its_clock(void **state)
{
    struct world *w = *state;
    resolve(w);
    world_decide(w, (struct input){.kind = INPUT_CLOCK_DONE,
                                   .incident = 1,
                                   .actor = "person:ben",
                                   .item = clock_of(w, 1, CLOCK_FOLLOW_UP)->number});
    assert_int_equal(saved(w, 1)->state, ACTION_DONE);
    assert_int_equal(act(w, 1, (struct action_change){.state = "dropped"})->code, OUTCOME_CONFLICT);
}

static void a_review_is_scheduled_anew_when_the_incident_comes_back(void **state)
{
    struct world *w = *state;
    resolve(w);
    world_person_sets(w, INPUT_STATE, 1, "person:ana", "triggered", NULL);
    assert_int_equal(saved(w, 1)->state, ACTION_DROPPED);
    world_pass(w, 3 * HOURS);
    resolve(w);
    assert_int_equal(saved(w, 1)->state, ACTION_OPEN);
    assert_null(saved(w, 2));
}

static void an_item_is_chased_until_it_is_closed(void **state)
{
    struct world *w = *state;
    act(w, 0,
        (struct action_change){
            .what = "add an alert", .owner = "ben", .priority = "high", .due = "2026-03-20"});
    const struct action_item *item = saved(w, 1);
    assert_int_equal(item->priority, ACTION_HIGH);
    int64_t due_us = item->due_us;
    resolve(w);
    world_decide(w, (struct input){.kind = INPUT_CLOCK_DONE,
                                   .incident = 1,
                                   .item = clock_of(w, 1, CLOCK_FOLLOW_UP)->number});
    assert_int_equal(clock_await(w, "action.due", 100 * DAYS), due_us - WORLD_US);
    const struct delivery *told = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(told->person, "ben");
    assert_text_has(told->why, "Action item 1 is due");
    assert_null(strstr(told->why, "alert")); /* no free text on a lock screen */
    world_delivered(w, told->id, VERDICT_SENT);
    assert_int_equal(clock_await(w, "action.overdue", 100 * DAYS), due_us + DAYS - WORLD_US);
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
    assert_int_equal(clock_await(w, "action.overdue", 100 * DAYS), due_us + 3 * DAYS - WORLD_US);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 1)->person, "ana"); /* and the commander */
    assert_int_equal(clock_await(w, "action.overdue", 100 * DAYS), due_us + 10 * DAYS - WORLD_US);
    assert_int_equal(clock_await(w, "action.overdue", 100 * DAYS), due_us + 17 * DAYS - WORLD_US);
    act(w, 1, (struct action_change){.due = "2026-05-01"});
    assert_text_has(event_of(w, "action.changed")->summary, "2026-05-01");
    assert_int_equal(act(w, 1, (struct action_change){.state = "done"})->code, OUTCOME_DONE);
    assert_int_equal(clock_await(w, "action.due", 100 * DAYS), -1);
    clock_all_arrive(w);
    assert_null(incident_of(w, 1)); /* it was kept for this only */
}

static void an_item_that_falls_due_while_the_inbox_is_replayed_is_chased_after_the_restart(void **state)
{
    struct world *w = *state;
    act(w, 0, (struct action_change){.what = "add an alert", .owner = "ben", .due = "2026-03-20"});
    struct action_item item = *saved(w, 1);
    struct incident incident = *incident_of(w, 1);
    texts_to_arena(&action_texts, &item, w->arena);
    texts_to_arena(&incident_texts, &incident, w->arena);
    engine_free(w->engine);
    w->engine = engine_new(&w->config, w->library);
    engine_restore_incident(w->engine, &incident);
    engine_restore_action(w->engine, &item);
    w->now_us = item.due_us + HOURS;
    struct alert_batch batch = world_batch(w, 1, &clock_alert);
    engine_restore_alerts(w->engine, &batch, w->now_us);
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
    assert_int_equal(clock_await(w, "action.due", MINUTES), w->now_us - WORLD_US);
}

static void without_an_owner_the_commander_is_told(void **state)
{
    struct world *w = *state;
    act(w, 0, (struct action_change){.what = "x", .due = "2026-03-20"});
    clock_await(w, "action.due", 100 * DAYS);
    bool found = false;
    for (size_t i = 0; delivery_of(w, DELIVERY_DUE, i); i++)
        found |= delivery_of(w, DELIVERY_DUE, i)->notice &&
                 strcmp(delivery_of(w, DELIVERY_DUE, i)->person, "ana") == 0;
    assert_true(found);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct world *w = *state;
    static const struct action_change bad[] = {
        {.what = ""},
        {.what = "x", .owner = "nobody"},
        {.what = "x", .priority = "urgent"},
        {.what = "x", .due = "2026-02-30"},
        {.what = "x", .due = "soon"},
        {.what = "x", .kind = "review"},
        {.what = "x", .kind = "runbook", .file = "other.md"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(act(w, 0, bad[i])->code, OUTCOME_INVALID);
        assert_null(saved(w, 1));
    }
    assert_int_equal(act(w, 7, (struct action_change){.state = "done"})->code, OUTCOME_NOT_FOUND);
}

static void a_runbook_item_closes_when_the_file_changed_and_lint_finds_no_error(void **state)
{
    struct world *w = *state;
    act(w, 0, (struct action_change){.what = "say how to drain", .kind = "runbook"});
    assert_string_equal(saved(w, 1)->file, "checkout.md");
    clock_learn(w, clock_runbook); /* the same bytes */
    assert_null(saved(w, 1));
    scoped_buf struct buf text = {0};
    buf_printf(&text, "%s\n```bash\necho 'never closed\n", clock_runbook);
    clock_learn(w, buf_text(&text));
    const struct action_item *item = saved(w, 1);
    assert_non_null(item);
    assert_int_equal(item->state, ACTION_OPEN);
    assert_text_has(event_of(w, "action.refused")->summary, "lint finds 1 error (line ");
    buf_clear(&text);
    buf_printf(&text, "%s\nDrain it first.\n", clock_runbook);
    clock_learn(w, buf_text(&text));
    assert_int_equal(saved(w, 1)->state, ACTION_DONE);
    assert_text_has(event_of(w, "action.done")->summary, "checkout.md changed");
}

#define test(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_resolve_schedules_the_review_inside_its_deadline),
        test(a_review_ends_with_its_clock),
        test(a_review_is_scheduled_anew_when_the_incident_comes_back),
        test(an_item_is_chased_until_it_is_closed),
        test(an_item_that_falls_due_while_the_inbox_is_replayed_is_chased_after_the_restart),
        test(without_an_owner_the_commander_is_told),
        test(what_makes_no_sense_is_refused),
        test(a_runbook_item_closes_when_the_file_changed_and_lint_finds_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
