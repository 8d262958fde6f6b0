#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void first_step_is_paged_at_once_with_the_reason(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const struct delivery *page = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(page->person, "ana");
    assert_string_equal(page->channel, "webhook");
    assert_text_has(page->key, "crashcart-7f3a-incident-1-page-1-");
    assert_text_has(page->why, "SEV-1, checkout.md line 7");
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
}

static void next_step_follows_when_nobody_acknowledges(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_next(w, 5 * MINUTES);
    const struct delivery *page = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(page->person, "ben");
    assert_text_has(page->why, "Nobody has acknowledged it for 5 min");
    world_next(w, 15 * MINUTES); /* the response time of SEV-1, and the chain starts again */
    assert_non_null(event_of(w, "incident.unacknowledged"));
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->key, "crashcart-7f3a-incident-1-page-2-"); /* ana's */
    world_next(w, 5 * MINUTES);
}

static void runbook_says_how_long_to_wait_when_the_configuration_does_not(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[1].after_s = UNSTATED;
    world_hear(w, down);
    world_next(w, 10 * MINUTES); /* SEV-1 escalates after 10 min */
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "SEV-2"});
    assert_int_equal(incident_find(w->engine, 2)->escalate.at_us, w->now_us + 60 * MINUTES);
}

static void level_without_a_response_time_is_paged_once(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[1].after_s = UNSTATED;
    struct alert_words minor = down;
    minor.severity = "SEV-3";
    world_hear(w, minor);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_text_has(event_of(w, "escalation.ended")->summary, "SEV-3");
    assert_false(due_is_set(&incident_find(w->engine, 1)->escalate));
}

static void empty_step_costs_no_waiting(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[0].notify.at[0] = "person:nobody";
    world_hear(w, down);
    assert_int_equal(count_events(w, "page.nobody"), 1);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
}

/* Ben was to be paged after five minutes, and is at once, for no page to Ana arrives. */
static void no_second_round_of_it_comes_when_its_last_step_came_early(void **state)
{
    struct world *w = *state;
    struct alert_words minor = down;
    minor.severity = "SEV-3";
    world_hear(w, minor);
    world_delivered(w, 1, VERDICT_DEAD);
    world_delivered(w, 2, VERDICT_DEAD);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    world_delivered(w, 3, VERDICT_SENT);
    world_pass(w, 5 * MINUTES);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
}

/* It is quiet when Ben's turn comes, and he is asked when it burns again. */
static void a_step_of_it_that_fell_into_a_quiet_time_comes_when_it_burns_again(void **state)
{
    struct world *w = *state;
    struct alert_words minor = down, over = down;
    minor.severity = over.severity = "SEV-3";
    world_hear(w, minor);
    world_delivered(w, 1, VERDICT_SENT);
    world_pass(w, 4 * MINUTES);
    over.ends_us = w->now_us;
    world_hear(w, over);
    world_pass(w, 2 * MINUTES);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    minor.starts_us = w->now_us;
    world_hear(w, minor);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
}

static void steps_behind_an_empty_one_wait_as_long_as_ever(void **state)
{
    struct world *w = *state;
    struct service *service = &w->config.services.at[0];
    service->escalation.at[1].notify.at[0] = "schedule:none";
    world_notify(w, service, "person:ben", 900);
    world_notify(w, service, "person:eve", 900);
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_next(w, 5 * MINUTES);
    assert_int_equal(count_events(w, "page.nobody"), 1);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    world_next(w, 15 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

/* "to the team lead after 10 minutes" */
static void hear_with_a_team_lead(struct world *w, const char *first, const char *second)
{
    struct config_role *role = list_push(w->arena, &w->config.roles);
    *role = (struct config_role){.name = "team lead"};
    strings_add(w->arena, &role->notify, "person:eve");
    w->config.services.at[0].escalation.at[0].notify.at[0] = first;
    w->config.services.at[0].escalation.at[1].notify.at[0] = second;
    world_hear(w, down);
}

static void a_time_that_the_runbook_states_is_kept_behind_an_empty_step(void **state)
{
    struct world *w = *state;
    hear_with_a_team_lead(w, "person:ana", "schedule:none");
    world_delivered(w, 1, VERDICT_SENT);
    world_next(w, 5 * MINUTES);
    assert_int_equal(count_events(w, "page.nobody"), 1);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_next(w, 5 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void it_is_kept_behind_the_one_who_took_the_empty_step(void **state)
{
    struct world *w = *state;
    struct service *service = &w->config.services.at[0];
    world_notify(w, service, "person:ben", 120);
    service->escalation.at[1].after_s = 60;
    hear_with_a_team_lead(w, "person:ana", "schedule:none");
    world_delivered(w, 1, VERDICT_SENT);
    world_next(w, MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    world_delivered(w, 2, VERDICT_SENT);
    world_next(w, 9 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void it_is_taken_forward_when_nobody_was_paged(void **state)
{
    struct world *w = *state;
    hear_with_a_team_lead(w, "person:nobody", "schedule:none");
    assert_int_equal(count_events(w, "page.nobody"), 2);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void it_is_taken_forward_when_no_page_arrived(void **state)
{
    struct world *w = *state;
    hear_with_a_team_lead(w, "person:ben", "schedule:none");
    world_pass(w, MINUTES);
    world_delivered(w, 1, VERDICT_DEAD);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void chain_that_reaches_nobody_pages_everybody(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[0].notify.at[0] = "person:nobody";
    w->config.services.at[0].escalation.at[1].notify.at[0] = "schedule:none";
    world_hear(w, down);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 2)->person, "eve");
}

/* Time passes to the second round of the chain, while no receiver takes a page but that of one person. */
static void to_the_next_round(struct world *w, const char *works)
{
    while (!event_of(w, "incident.unacknowledged")) {
        const struct delivery_record *d = incident_find(w->engine, 1)->deliveries;
        while (d && d->delivery.state != DELIVERY_DUE)
            d = d->next;
        if (d) {
            bool taken = strcmp(d->delivery.person, works) == 0;
            world_delivered(w, d->delivery.id, taken ? VERDICT_SENT : VERDICT_RETRY);
            continue;
        }
        w->now_us = engine_next_due_us(w->engine);
        world_decide(w, (struct input){.kind = INPUT_TIMER});
    }
}

static bool is_paged(const struct world *w, const char *person)
{
    for (size_t i = 0; delivery_of(w, DELIVERY_DUE, i); i++)
        if (strcmp(delivery_of(w, DELIVERY_DUE, i)->person, person) == 0)
            return true;
    return false;
}

/* The gateway of all of them is down, and nobody knows for how long. */
static void round_whose_pages_all_wait_for_their_receivers_pages_everybody(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    to_the_next_round(w, "nobody");
    assert_true(is_paged(w, "eve"));
}

static void round_of_which_one_page_arrived_pages_nobody_else(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    to_the_next_round(w, "ana");
    assert_true(is_paged(w, "ana"));
    assert_false(is_paged(w, "eve"));
}

static void configuration_without_people_says_so_once(void **state)
{
    struct world *w = *state;
    w->config.services.n = w->config.people.n = 0;
    world_hear(w, down);
    assert_int_equal(count_events(w, "page.unreachable"), 1);
    world_next(w, 15 * MINUTES);
    assert_int_equal(count_events(w, "page.unreachable"), 0);
}

static void service_without_a_chain_pages_people_one_after_the_other(void **state)
{
    struct world *w = *state;
    w->config.services.n = 0;
    world_hear(w, down);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    world_next(w, 10 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    world_next(w, 10 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void schedule_pages_whoever_is_on_call(void **state)
{
    struct world *w = *state;
    struct schedule *schedule = list_push(w->arena, &w->config.schedules);
    *schedule = (struct schedule){.id = "primary", .timezone = "UTC"};
    struct roster_override *override = list_push(w->arena, &schedule->overrides);
    *override =
        (struct roster_override){.person = "eve", .from = {2026, 3, 1, 0, 0}, .until = {2026, 3, 2, 0, 0}};
    w->config.services.at[0].escalation.at[0].notify.at[0] = "schedule:primary";
    world_hear(w, down);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void raised_severity_brings_the_next_step_forward(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[1].after_s = UNSTATED;
    struct alert_words minor = down;
    minor.severity = "SEV-2";
    minor.instance = "b";
    world_hear(w, minor);
    world_pass(w, MINUTES);
    world_hear(w, down);
    assert_int_equal(incident_find(w->engine, 1)->escalate.at_us, w->now_us + 10 * MINUTES);
}

static void page_that_is_still_on_its_way_is_not_doubled(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_next(w, 5 * MINUTES);
    world_next(w, 15 * MINUTES);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_int_equal(count_events(w, "page.pending"), 1);
}

static void page_that_left_before_it_got_worse_does_not_stand_for_that(void **state)
{
    struct world *w = *state;
    struct alert_words minor = down;
    minor.severity = "SEV-2";
    minor.instance = "b";
    world_hear(w, minor);
    world_pass(w, US_PER_S);
    world_hear(w, down);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "Severity raised from SEV-2 to SEV-1");
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
}

static void fill(struct world *w, const char *name, const char *whom)
{
    struct config_role *role = list_push(w->arena, &w->config.roles);
    role->name = name;
    strings_add(w->arena, &role->notify, whom);
}

static void roles_of_the_runbook_are_paged_at_its_time(void **state)
{
    struct world *w = *state;
    fill(w, "team-lead", "person:eve");
    world_hear(w, down);
    assert_null(event_of(w, "escalation.unfilled"));
    world_next(w, 5 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    world_next(w, 5 * MINUTES); /* SEV-1 escalates to the team lead after 10 min */
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

static void roles_between_steps_make_no_step_later(void **state)
{
    struct world *w = *state;
    fill(w, "Team Lead", "person:eve");
    w->config.services.at[0].escalation.at[1].after_s = 1200;
    world_hear(w, down);
    world_next(w, 10 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
    world_next(w, 10 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
}

static void role_that_nobody_fills_is_said_and_costs_no_waiting(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_text_has(event_of(w, "escalation.unfilled")->summary, "escalates SEV-1 to team lead (line 10)");
    world_next(w, 5 * MINUTES);
    world_next(w, 15 * MINUTES);
    assert_non_null(event_of(w, "incident.unacknowledged"));
}

static void chain_in_order_follows_at_the_end(void **state)
{
    struct world *w = *state;
    world_append(w, "## Escalation\n\nEscalation path: Engineering Manager -> CTO -> CISO\n");
    fill(w, "engineering-manager", "person:ana");
    fill(w, "ciso", "person:eve");
    world_hear(w, down);
    assert_int_equal(chain_length(w->engine, incident_find(w->engine, 1)), 4);
    world_next(w, 5 * MINUTES);
    world_next(w, 10 * MINUTES);
    world_next(w, 10 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(first_step_is_paged_at_once_with_the_reason),
        TEST(next_step_follows_when_nobody_acknowledges),
        TEST(runbook_says_how_long_to_wait_when_the_configuration_does_not),
        TEST(level_without_a_response_time_is_paged_once),
        TEST(no_second_round_of_it_comes_when_its_last_step_came_early),
        TEST(a_step_of_it_that_fell_into_a_quiet_time_comes_when_it_burns_again),
        TEST(empty_step_costs_no_waiting),
        TEST(steps_behind_an_empty_one_wait_as_long_as_ever),
        TEST(a_time_that_the_runbook_states_is_kept_behind_an_empty_step),
        TEST(it_is_kept_behind_the_one_who_took_the_empty_step),
        TEST(it_is_taken_forward_when_nobody_was_paged),
        TEST(it_is_taken_forward_when_no_page_arrived),
        TEST(chain_that_reaches_nobody_pages_everybody),
        TEST(round_whose_pages_all_wait_for_their_receivers_pages_everybody),
        TEST(round_of_which_one_page_arrived_pages_nobody_else),
        TEST(configuration_without_people_says_so_once),
        TEST(service_without_a_chain_pages_people_one_after_the_other),
        TEST(schedule_pages_whoever_is_on_call),
        TEST(raised_severity_brings_the_next_step_forward),
        TEST(page_that_is_still_on_its_way_is_not_doubled),
        TEST(page_that_left_before_it_got_worse_does_not_stand_for_that),
        TEST(roles_of_the_runbook_are_paged_at_its_time),
        TEST(roles_between_steps_make_no_step_later),
        TEST(role_that_nobody_fills_is_said_and_costs_no_waiting),
        TEST(chain_in_order_follows_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
