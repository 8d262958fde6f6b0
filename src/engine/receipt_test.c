#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void told_later(struct world *w, const char *address)
{
    world_decide(w, (struct input){
                        .kind = INPUT_UNDELIVERED,
                        .incident = 1,
                        .word = address,
                        .text = "Twilio says no-answer",
                        .reply = &(struct reply){.id = "receipt:1", .channel = "webhook", .person = "ana"}});
}

static void page_that_was_taken_and_has_not_arrived_gives_over_to_the_next_way(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const char *address = config_person(w->engine->config, "ana")->contacts.at[0].address;
    world_delivered(w, 1, VERDICT_SENT);
    told_later(w, address);
    assert_int_equal(w->decisions.outcome.code, OUTCOME_DONE);
    assert_text_has(event_of(w, "page.failed")->summary, "has not arrived: Twilio says no-answer");
    assert_null(event_of(w, "reply.heard")); /* it is no answer of a person */
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->channel, "email");
}

static void nobody_is_told_anew_of_what_somebody_has(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const char *address = config_person(w->engine->config, "ana")->contacts.at[0].address;
    world_delivered(w, 1, VERDICT_SENT);
    world_decide(w, (struct input){.kind = INPUT_ACKNOWLEDGE, .incident = 1, .actor = "person:ben"});
    told_later(w, address);
    assert_non_null(event_of(w, "page.failed"));
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    told_later(w, "https://elsewhere.example.org/");
    assert_int_equal(w->decisions.outcome.code, OUTCOME_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(page_that_was_taken_and_has_not_arrived_gives_over_to_the_next_way),
        TEST(nobody_is_told_anew_of_what_somebody_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
