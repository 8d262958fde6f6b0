/* Times that a runbook counts from the acknowledgement. */
#include "engine/clock_fixture.h"

#define HEAD "# Checkout Runbook\n\n## Severity Levels\n\n### P1 (High)\n\n**Response Time**: 15 minutes\n\n"

static const char rule[] =
    HEAD "## Escalation\n\n"
         "- If it is not restored within 20 minutes of acknowledgement, page the CTO.\n\n"
         "## Alerts\n\n### Service Down\n\nLook at it.\n";
static const char two_rungs[] =
    HEAD "## Escalation\n\n"
         "- Not restored in 20 minutes: page the CTO. Not restored in 40 minutes: "
         "page the vendor.\n\n## Alerts\n\n### Service Down\n\nLook at it.\n";
static const char deadline[] = HEAD "## Alerts\n\n### Service Down\n\n"
                                    "1. Look at it.\n2. You must decide on a rollback within 20 minutes of "
                                    "acknowledgement.\n";

static void add_role(struct world *w, const char *name, const char *person)
{
    struct config_role *role = list_push(w->arena, &w->config.roles);
    *role = (struct config_role){.name = name};
    strings_add(w->arena, &role->notify, person);
}

static struct world *begin(const char *markdown)
{
    void *state;
    world_start(&state);
    struct world *w = state;
    add_role(w, "CTO", "person:eve");
    add_role(w, "vendor", "person:ben");
    clock_learn(w, markdown);
    world_hear(w, clock_alert);
    return w;
}

static void end(struct world *w)
{
    void *state = w;
    world_stop(&state);
}

/* Lets time pass until they are paged; minutes since the world began, or -1. Whoever has it says so. */
static int64_t paged_at(struct world *w, const char *person, int64_t us, bool works)
{
    int64_t until = w->now_us + us;
    for (int64_t due; (due = engine_next_due_us(w->engine)) <= until;) {
        w->now_us = due > w->now_us ? due : w->now_us;
        world_decide(w, (struct input){.kind = INPUT_TIMER});
        if (clock_paged(w, person))
            return (w->now_us - WORLD_US) / (1 * MINUTES);
        clock_all_arrive(w);
        if (works)
            world_person_says(w, INPUT_NOTE, 1, "person:ana", "still at it");
    }
    w->now_us = until;
    return -1;
}

static void acknowledge(struct world *w)
{
    clock_all_arrive(w);
    world_decide(w, (struct input){.kind = INPUT_ACKNOWLEDGE, .incident = 1, .actor = "person:ana"});
}

static void who_is_called_after_the_acknowledgement_is_called_so_long_after_it(void **state)
{
    (void)state;
    struct world *w = begin(rule);
    clock_all_arrive(w);
    world_pass(w, 7 * MINUTES);
    acknowledge(w);
    assert_int_equal(paged_at(w, "eve", 60 * MINUTES, true), 27);
    assert_int_equal(paged_at(w, "eve", 60 * MINUTES, true), -1);
    end(w);
}

static void they_are_called_when_nobody_acknowledges_too(void **state)
{
    (void)state;
    struct world *w = begin(rule);
    assert_int_equal(paged_at(w, "eve", 60 * MINUTES, false), 35); /* it should have been there after 15 */
    end(w);
}

static void a_deadline_from_the_acknowledgement_runs_from_there(void **state)
{
    (void)state;
    struct world *w = begin(deadline);
    clock_all_arrive(w);
    assert_int_equal(clock_of(w, 1, CLOCK_PHASE)->state, CLOCK_STOPPED);
    world_pass(w, 7 * MINUTES);
    acknowledge(w);
    assert_int_equal(clock_of(w, 1, CLOCK_PHASE)->due_us, WORLD_US + 27 * MINUTES);
    end(w);
}

static void of_two_rungs_in_one_line_each_calls_its_own(void **state)
{
    (void)state;
    struct world *w = begin(two_rungs);
    acknowledge(w);
    assert_int_equal(paged_at(w, "eve", 30 * MINUTES, true), 20);
    end(w);
    w = begin(two_rungs);
    acknowledge(w);
    assert_int_equal(paged_at(w, "ben", 60 * MINUTES, true), 40);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_called_after_the_acknowledgement_is_called_so_long_after_it),
        cmocka_unit_test(they_are_called_when_nobody_acknowledges_too),
        cmocka_unit_test(a_deadline_from_the_acknowledgement_runs_from_there),
        cmocka_unit_test(of_two_rungs_in_one_line_each_calls_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
