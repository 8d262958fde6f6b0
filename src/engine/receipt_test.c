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

static void when_the_only_way_does_not_reach_them_the_next_one_of_the_chain_is_paged_at_once(void **state)
{
    struct world *w = *state;
    struct person *ana = &w->config.people.at[0];
    ana->contacts.n = 1;
    engine_learn(w->engine, &w->config, w->library);
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    told_later(w, ana->contacts.at[0].address);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
}

static const struct channel_proof *proof_saved(const struct world *w)
{
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_PROOF)
            return &decision->proof;
    return NULL;
}

static void a_way_that_lost_a_page_is_known_to_fail_until_one_arrives(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const char *address = config_person(w->engine->config, "ana")->contacts.at[0].address;
    world_delivered(w, 1, VERDICT_SENT);
    assert_int_equal(proof_saved(w)->state, PROOF_HOLDS);
    told_later(w, address);
    assert_int_equal(proof_saved(w)->state, PROOF_FAILED);
    assert_text_has(event_of(w, "channel.failed")->summary,
                    "webhook does not reach ana: Twilio says no-answer");
    world_delivered(w, delivery_of(w, DELIVERY_DUE, 0)->id, VERDICT_DEAD);
    assert_string_equal(proof_saved(w)->channel, "email");
    assert_int_equal(proof_saved(w)->state, PROOF_FAILED);
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "SEV-1"});
    world_delivered(w, delivery_of(w, DELIVERY_DUE, 0)->id, VERDICT_SENT);
    assert_string_equal(proof_saved(w)->channel, "webhook");
    assert_int_equal(proof_saved(w)->state, PROOF_HOLDS); /* also on the same day */
}

static void bounced(struct world *w, int64_t incident, const char *person, const char *key)
{
    const char *id = arena_printf(w->arena, "bounce:%s", key);
    world_decide(w, (struct input){.kind = INPUT_UNDELIVERED,
                                   .incident = incident,
                                   .word = "ana@example.org",
                                   .text = "no such user",
                                   .reply = &(struct reply){.id = id, .channel = "email", .person = person}});
}

static void a_test_that_was_taken_and_has_not_arrived_shows_that_its_way_fails(void **state)
{
    struct world *w = *state;
    world_decide(w, (struct input){.kind = INPUT_PROVE, .person = "ana", .word = "email"});
    int64_t asked_s = proof_saved(w)->asked_us / US_PER_S;
    const struct delivery_result sent = {.verdict = VERDICT_SENT, .detail = "SMTP 250"};
    world_decide(w, (struct input){.kind = INPUT_PROOF_DONE,
                                   .delivery = proof_saved(w)->number,
                                   .delivery_result = &sent});
    bounced(w, 0, "ana", arena_printf(w->arena, "crashcart-ffff-proof-%lld-1", (long long)asked_s));
    assert_int_equal(w->decisions.outcome.code, OUTCOME_NOT_FOUND); /* of another installation */
    bounced(w, 0, "ana", arena_printf(w->arena, "crashcart-7f3a-proof-%lld-1", (long long)asked_s));
    assert_int_equal(w->decisions.outcome.code, OUTCOME_DONE);
    assert_text_has(event_of(w, "channel.failed")->summary, "email does not reach ana: no such user");
    bool told = false;
    list_each (decision, &w->decisions.list)
        told |= decision->kind == DECISION_PROOF && strcmp(decision->proof.channel, "webhook") == 0;
    assert_true(told);
}

static void an_update_that_was_taken_and_has_not_arrived_is_on_the_timeline(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    bounced(w, 1, "audience:stakeholders", "crashcart-7f3a-incident-1-update-1-0");
    assert_int_equal(w->decisions.outcome.code, OUTCOME_DONE);
    assert_text_has(event_of(w, "update.failed")->summary,
                    "The update to stakeholders was taken by email, and has not arrived: no such user");
    assert_null(event_of(w, "page.failed"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(page_that_was_taken_and_has_not_arrived_gives_over_to_the_next_way),
        TEST(nobody_is_told_anew_of_what_somebody_has),
        TEST(when_the_only_way_does_not_reach_them_the_next_one_of_the_chain_is_paged_at_once),
        TEST(a_way_that_lost_a_page_is_known_to_fail_until_one_arrives),
        TEST(a_test_that_was_taken_and_has_not_arrived_shows_that_its_way_fails),
        TEST(an_update_that_was_taken_and_has_not_arrived_is_on_the_timeline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
