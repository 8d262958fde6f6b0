#include "engine/testing_priv.h"

/* ana: a webhook, then mail; ben: mail. */
static int start(void **state)
{
    world_start(state);
    return 0;
}

static const struct channel_proof *saved(const struct world *w, const char *person, const char *channel)
{
    for (size_t i = w->decisions.list.n; i-- > 0;) {
        const struct decision *decision = &w->decisions.list.at[i];
        if (decision->kind == DECISION_PROOF && strcmp(decision->proof.person, person) == 0 &&
            strcmp(decision->proof.channel, channel) == 0)
            return &decision->proof;
    }
    return NULL;
}

static void ended(struct world *w, int64_t number, enum delivery_verdict verdict, const char *detail)
{
    const struct delivery_result result = {.verdict = verdict, .detail = detail};
    world_decide(w, (struct input){.kind = INPUT_PROOF_DONE, .delivery = number, .delivery_result = &result});
}

static size_t count_proofs(const struct world *w)
{
    size_t n = 0;
    list_each (decision, &w->decisions.list)
        n += decision->kind == DECISION_PROOF && decision->proof.number;
    return n;
}

static size_t n_ways(const struct world *w)
{
    size_t n = 0;
    list_each (person, &w->config.people)
        n += person->contacts.n;
    return n;
}

static void a_test_goes_by_each_way_that_was_asked_for(void **state)
{
    struct world *w = *state;
    const struct person *first = &w->config.people.at[0];
    world_decide(w, (struct input){.kind = INPUT_PROVE, .actor = "person:ana"});
    assert_int_equal(count_proofs(w), n_ways(w));
    world_decide(w, (struct input){.kind = INPUT_PROVE}); /* they are on their way */
    assert_int_equal(count_proofs(w), 0);
    const struct outcome *outcome =
        world_decide(w, (struct input){.kind = INPUT_PROVE, .person = first->id, .word = "pigeon"});
    assert_int_equal(outcome->code, OUTCOME_NOT_FOUND);
}

static void what_arrived_is_proved_and_what_did_not_is_told_another_way(void **state)
{
    struct world *w = *state;
    struct person *first = &w->config.people.at[0];
    struct config_contact ways[] = {{.channel = "webhook", .address = "http://h/"},
                                    {.channel = "email", .address = "a@b"}};
    first->contacts.at = ways;
    first->contacts.n = first->contacts.capacity = 2;
    world_decide(w, (struct input){.kind = INPUT_PROVE, .person = first->id, .word = "webhook"});
    int64_t number = saved(w, first->id, "webhook")->number;
    ended(w, number, VERDICT_DEAD, "HTTP 404");
    assert_int_equal(saved(w, first->id, "webhook")->state, PROOF_FAILED);
    assert_text_has(event_of(w, "channel.failed")->summary, "HTTP 404");
    const struct channel_proof *notice = saved(w, first->id, "email");
    assert_non_null(notice);
    assert_text_has(notice->notice, "Your contact by webhook does not work");
    ended(w, notice->number, VERDICT_RETRY, "SMTP 451"); /* a test is not tried again */
    assert_int_equal(saved(w, first->id, "email")->state, PROOF_FAILED);
    assert_int_equal(count_proofs(w), 0); /* and no notice of a notice */
    world_decide(w, (struct input){.kind = INPUT_PROVE, .person = first->id, .word = "email"});
    ended(w, saved(w, first->id, "email")->number, VERDICT_SENT, "SMTP 250");
    assert_int_equal(saved(w, first->id, "email")->state, PROOF_HOLDS);
    assert_non_null(event_of(w, "channel.proved"));
    ended(w, 4711, VERDICT_SENT, "x");
    assert_int_equal(w->decisions.outcome.code, OUTCOME_NOT_FOUND);
}

static void a_page_that_arrived_proves_its_way_though_nobody_had_asked(void **state)
{
    struct world *w = *state;
    world_hear(w, (struct alert_words){.name = "ServiceDown", .severity = "SEV-1"});
    const struct delivery *page = delivery_of(w, DELIVERY_DUE, 0);
    assert_non_null(page);
    const char *person = arena_strdup(w->arena, page->person),
               *channel = arena_strdup(w->arena, page->channel);
    world_delivered(w, page->id, VERDICT_SENT);
    const struct channel_proof *proof = saved(w, person, channel);
    assert_non_null(proof);
    assert_int_equal(proof->state, PROOF_HOLDS);
    assert_int_equal(proof->held_us, w->now_us);
    assert_string_equal(proof->detail, "a page arrived");
}

static void every_week_what_has_not_proved_itself_is_tested(void **state)
{
    struct world *w = *state;
    w->config.channels.proof = "weekly";
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    int weeks = 0;
    for (int i = 0; i < 40 && weeks < 2; i++) {
        int64_t due_us = engine_next_due_us(w->engine);
        assert_true(due_us < INT64_MAX);
        w->now_us = due_us > w->now_us ? due_us : w->now_us;
        world_decide(w, (struct input){.kind = INPUT_TIMER});
        if (!event_of(w, "channel.tested"))
            continue;
        assert_int_equal(count_proofs(w), n_ways(w));
        weeks++;
        for (int64_t number = 1; number < 100; number++)
            ended(w, number, VERDICT_SENT, "HTTP 200");
    }
    assert_int_equal(weeks, 2);
}

#define test(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_test_goes_by_each_way_that_was_asked_for),
        test(what_arrived_is_proved_and_what_did_not_is_told_another_way),
        test(a_page_that_arrived_proves_its_way_though_nobody_had_asked),
        test(every_week_what_has_not_proved_itself_is_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
