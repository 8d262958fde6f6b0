/* Another chain while people are paged: nobody is passed over, and nobody is told once more for it. */
#include "engine/kept_testing_priv.h"

/* The configuration with that chain, five minutes between two steps. */
static struct config *with_chain(struct world *w, size_t n, const char *const *targets)
{
    struct config *config = arena_alloc(w->arena, sizeof *config);
    struct service *services = arena_alloc(w->arena, w->config.services.n * sizeof *services);
    *config = w->config;
    memcpy(services, w->config.services.at, w->config.services.n * sizeof *services);
    memset(&services[0].escalation, 0, sizeof services[0].escalation);
    for (size_t i = 0; i < n; i++)
        world_notify(w, &services[0], targets[i], i ? 300 : 0);
    config->services.at = services;
    return config;
}

static void learn_chain(struct world *w, size_t n, const char *const *targets)
{
    engine_learn(w->engine, with_chain(w, n, targets), w->library);
    world_next(w, 0);
}

#define LEARN(w, ...)                                                                                        \
    learn_chain(w, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *),                        \
                (const char *const[]){__VA_ARGS__})

static const char *paged(struct world *w, size_t i)
{
    const struct delivery *page = delivery_of(w, DELIVERY_DUE, i);
    return page ? page->person : "";
}

/* ana, ben, eve; and the first of them are told. */
static void walk(struct world *w, int n)
{
    world_notify(w, &w->config.services.at[0], "person:eve", 300);
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    for (int i = 1; i < n; i++) {
        world_next(w, 5 * MINUTES);
        world_delivered(w, i + 1, VERDICT_SENT);
    }
}

static void who_stands_behind_somebody_taken_out_is_paged_at_once(void **state)
{
    struct world *w = *state;
    walk(w, 1);
    LEARN(w, "person:ben", "person:eve");
    assert_non_null(event_of(w, "escalation.changed"));
    assert_string_equal(paged(w, 0), "ben");
    world_next(w, 5 * MINUTES);
    assert_string_equal(paged(w, 0), "eve");
}

static void who_is_put_before_those_that_were_told_is_paged_beside_them(void **state)
{
    struct world *w = *state;
    walk(w, 1);
    LEARN(w, "person:eve", "person:ana", "person:ben");
    assert_string_equal(paged(w, 0), "eve");
    assert_string_equal(paged(w, 1), "");
    world_next(w, 5 * MINUTES);
    assert_string_equal(paged(w, 0), "ben");
    assert_string_equal(paged(w, 1), "");
}

static void who_takes_the_place_of_somebody_told_is_paged_at_once(void **state)
{
    struct world *w = *state;
    walk(w, 2);
    LEARN(w, "person:ana", "person:eve");
    assert_string_equal(paged(w, 0), "eve");
    assert_string_equal(paged(w, 1), "");
}

static void a_step_at_the_end_waits_for_its_turn(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    LEARN(w, "person:ana", "person:ben", "person:eve");
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_next(w, 5 * MINUTES);
    assert_string_equal(paged(w, 0), "ben");
}

static void the_same_chain_says_and_pages_nothing(void **state)
{
    struct world *w = *state;
    walk(w, 2);
    LEARN(w, "person:ana", "person:ben", "person:eve");
    assert_null(event_of(w, "escalation.changed"));
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
}

static void whoever_has_it_is_left_alone(void **state)
{
    struct world *w = *state;
    walk(w, 1);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    LEARN(w, "person:ben", "person:eve");
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_false(due_is_set(&incident_find(w->engine, 1)->escalate));
}

/* The program ends while ana is paged, and starts again by a configuration without her. */
static void who_stands_behind_somebody_taken_out_before_a_start_is_paged_by_it(void **state)
{
    static const char *const left[] = {"person:ben", "person:eve"};
    struct world *w = *state;
    struct kept kept = {0};
    world_notify(w, &w->config.services.at[0], "person:eve", 300);
    world_hear(w, down);
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    w->config = *with_chain(w, 2, left);
    restart(w, &kept, &down, 0);
    world_next(w, 0);
    assert_non_null(event_of(w, "escalation.changed"));
    assert_string_equal(paged(w, 0), "ben");
}

static void a_start_by_the_same_chain_says_and_pages_nothing(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    restart(w, &kept, &down, 0);
    world_next(w, 0);
    assert_null(event_of(w, "escalation.changed"));
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
}

/* The same people, one of them elsewhere. */
static void learn_address(struct world *w, const char *address)
{
    struct config *config = arena_alloc(w->arena, sizeof *config);
    struct person *people = arena_alloc(w->arena, w->config.people.n * sizeof *people);
    *config = w->config;
    memcpy(people, w->config.people.at, w->config.people.n * sizeof *people);
    memset(&people[0].contacts, 0, sizeof people[0].contacts);
    *list_push(w->arena, &people[0].contacts) =
        (struct config_contact){.channel = "webhook", .address = address};
    config->people.at = people;
    engine_learn(w->engine, config, w->library);
    world_next(w, 0);
}

static void a_page_that_waits_for_a_wrong_address_leaves_for_the_right_one(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_RETRY);
    learn_address(w, "webhook:ana-right");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->address, "webhook:ana-right");
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
}

/* Whoever is next is told, and not everybody for want of the one who left. */
static void a_page_that_waits_for_somebody_taken_out_is_given_up_for_the_next(void **state)
{
    struct world *w = *state;
    struct config *config = arena_alloc(w->arena, sizeof *config);
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_RETRY);
    *config = w->config;
    config->people.at++;
    config->people.n--;
    w->config = *config;
    LEARN(w, "person:ben", "person:eve");
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    assert_string_equal(paged(w, 0), "ben");
    assert_string_equal(paged(w, 1), "");
}

static void a_page_that_waits_for_the_address_that_stays_is_left_alone(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_RETRY);
    learn_address(w, w->config.people.at[0].contacts.at[0].address);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_null(delivery_of(w, DELIVERY_CANCELLED, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_stands_behind_somebody_taken_out_is_paged_at_once),
        TEST(who_is_put_before_those_that_were_told_is_paged_beside_them),
        TEST(who_takes_the_place_of_somebody_told_is_paged_at_once),
        TEST(a_step_at_the_end_waits_for_its_turn),
        TEST(the_same_chain_says_and_pages_nothing),
        TEST(whoever_has_it_is_left_alone),
        TEST(who_stands_behind_somebody_taken_out_before_a_start_is_paged_by_it),
        TEST(a_start_by_the_same_chain_says_and_pages_nothing),
        TEST(a_page_that_waits_for_a_wrong_address_leaves_for_the_right_one),
        TEST(a_page_that_waits_for_somebody_taken_out_is_given_up_for_the_next),
        TEST(a_page_that_waits_for_the_address_that_stays_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
