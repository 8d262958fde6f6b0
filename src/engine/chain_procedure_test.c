/* Whom the steps of an incident's procedure call after a time. */
#include "engine/clock_fixture.h"
#include "engine/next_page.h"

#define HEAD                                                                                                 \
    "# Checkout Runbook\n\n## Severity Levels\n\n### P1 (High)\n\n**Response Time**: 15 minutes\n\n## "      \
    "Alerts\n\n"

static const char unresolved[] = HEAD "### Service Down\n\n"
                                      "1. If it is not restored within 20 minutes, escalate to the CTO.\n";
static const char unanswered[] = HEAD "### Service Down\n\n"
                                      "1. If nobody answers within 20 minutes, call the CTO.\n";
static const char edited[] = HEAD "One line more.\n\n### Service Down\n\n"
                                  "1. If it is not restored within 20 minutes, escalate to the CTO.\n";

#define LADDER                                                                                               \
    "# Checkout Runbook\n\n## Severity Levels\n\n### P1 (High)\n\n**Response Time**: 15 minutes\n\n## "      \
    "Escalation\n\n"
static const char called_twice[] =
    LADDER "- If it is not resolved within 40 minutes, page the CTO.\n\n## Alerts\n\n"
           "### Service Down\n\n"
           "1. If it is not restored within 20 minutes, escalate to the CTO.\n";
static const char answered_ladder[] =
    LADDER "- If nobody answers within 20 minutes, page the CTO.\n\n"
           "## Alerts\n\n### Service Down\n\n"
           "1. If it is not restored within 40 minutes, escalate to the CTO.\n";

static struct world *begin(const char *markdown)
{
    void *state;
    world_start(&state);
    struct world *w = state;
    struct config_role *cto = list_push(w->arena, &w->config.roles);
    *cto = (struct config_role){.name = "CTO"};
    strings_add(w->arena, &cto->notify, "person:eve");
    clock_learn(w, markdown);
    world_hear(w, clock_alert);
    return w;
}

static void end(struct world *w)
{
    void *state = w;
    world_stop(&state);
}

/* Lets time pass until eve is paged; minutes since the world began, or -1. */
static int64_t eve_is_paged(struct world *w, int64_t us, bool works)
{
    int64_t until = w->now_us + us;
    for (int64_t due; (due = engine_next_due_us(w->engine)) <= until;) {
        w->now_us = due > w->now_us ? due : w->now_us;
        world_decide(w, (struct input){.kind = INPUT_TIMER});
        if (clock_paged(w, "eve"))
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

static void they_are_paged_at_that_time_when_nobody_has_it(void **state)
{
    (void)state;
    static const char *const texts[] = {unresolved, unanswered};
    for (size_t i = 0; i < 2; i++) {
        struct world *w = begin(texts[i]);
        assert_int_equal(eve_is_paged(w, 25 * MINUTES, false), 20);
        end(w);
    }
}

static void an_acknowledgement_is_no_end_of_the_trouble(void **state)
{
    (void)state;
    struct world *w = begin(unresolved);
    acknowledge(w);
    assert_int_equal(eve_is_paged(w, 25 * MINUTES, true), 20);
    end(w);
}

static void whoever_answers_ends_what_waits_for_an_answer(void **state)
{
    (void)state;
    struct world *w = begin(unanswered);
    acknowledge(w);
    assert_int_equal(eve_is_paged(w, 40 * MINUTES, true), -1);
    end(w);
}

static void the_end_of_the_trouble_ends_it(void **state)
{
    (void)state;
    struct world *w = begin(unresolved);
    acknowledge(w);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(eve_is_paged(w, 40 * MINUTES, false), -1);
    end(w);
}

static void a_word_changed_elsewhere_in_the_runbook_is_no_end(void **state)
{
    (void)state;
    struct world *w = begin(unresolved);
    acknowledge(w);
    world_pass(w, 5 * MINUTES);
    clock_learn(w, edited);
    assert_int_equal(eve_is_paged(w, 25 * MINUTES, true), 20);
    end(w);
}

static void they_are_shown_as_the_next_to_be_paged(void **state)
{
    (void)state;
    struct world *w = begin(unresolved);
    struct next_page page;
    clock_all_arrive(w);
    world_pass(w, 5 * MINUTES); /* ben, the second of the service */
    clock_all_arrive(w);
    assert_true(engine_next_page(w->arena, w->engine, 1, &page));
    assert_string_equal(page.people.at[0], "eve");
    assert_int_equal(page.at_us, WORLD_US + 20 * MINUTES);
    end(w);
}

static void whom_the_ladder_calls_too_is_paged_once_and_sooner(void **state)
{
    (void)state;
    for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
        struct world *w = begin(called_twice);
        if (acknowledged)
            acknowledge(w);
        assert_int_equal(eve_is_paged(w, 25 * MINUTES, true), 20);
        clock_all_arrive(w);
        if (!acknowledged)
            acknowledge(w);
        assert_int_equal(eve_is_paged(w, 30 * MINUTES, true), -1);
        end(w);
    }
}

/* A ladder that an answer ends does not stand in for a procedure that only the end of the trouble ends. */
static void a_call_that_lasts_longer_is_kept_beside_the_sooner_one(void **state)
{
    (void)state;
    struct world *w = begin(answered_ladder);
    acknowledge(w);
    assert_int_equal(eve_is_paged(w, 60 * MINUTES, true), 40);
    end(w);
}

static void the_page_says_what_the_procedure_says(void **state)
{
    (void)state;
    struct world *w = begin(unresolved);
    assert_int_equal(eve_is_paged(w, 25 * MINUTES, false), 20);
    const struct delivery *page = NULL;
    for (size_t i = 0; delivery_of(w, DELIVERY_DUE, i); i++)
        if (strcmp(delivery_of(w, DELIVERY_DUE, i)->person, "eve") == 0)
            page = delivery_of(w, DELIVERY_DUE, i);
    assert_non_null(page);
    assert_text_has(page->why, "not restored within 20 minutes");
    assert_text_has(page->why, "line 13");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_paged_at_that_time_when_nobody_has_it),
        cmocka_unit_test(an_acknowledgement_is_no_end_of_the_trouble),
        cmocka_unit_test(whoever_answers_ends_what_waits_for_an_answer),
        cmocka_unit_test(the_end_of_the_trouble_ends_it),
        cmocka_unit_test(a_word_changed_elsewhere_in_the_runbook_is_no_end),
        cmocka_unit_test(they_are_shown_as_the_next_to_be_paged),
        cmocka_unit_test(whom_the_ladder_calls_too_is_paged_once_and_sooner),
        cmocka_unit_test(a_call_that_lasts_longer_is_kept_beside_the_sooner_one),
        cmocka_unit_test(the_page_says_what_the_procedure_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
