/* What a sender calls a trouble is one incident, however it words it from one message to the next. */
#include "engine/kept_testing_priv.h"

static struct alert_batch worded(struct world *w, const char *name, const char *key)
{
    struct alert_batch batch =
        world_batch(w, 1, &(struct alert_words){.name = name, .severity = "SEV-2", .instance = key});
    batch.source = "pagerduty";
    batch.group_key = batch.alerts[0].key = key;
    batch.group_whole = batch.lasting = true;
    return batch;
}

static void hear(struct world *w, const char *name, const char *key)
{
    struct alert_batch batch = worded(w, name, key);
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static void over(struct world *w, const char *key)
{
    struct alert_batch batch = {
        .source = "pagerduty", .group_key = key, .group_resolved = true, .lasting = true};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static void other_words_for_the_same_trouble_page_nobody_anew(void **state)
{
    struct world *w = *state;
    hear(w, "Tape 91% full", "r/tape");
    assert_non_null(event_of(w, "page.queued"));
    hear(w, "Tape 92% full", "r/tape");
    assert_null(event_of(w, "incident.opened"));
    assert_null(event_of(w, "page.queued"));
    assert_int_equal(incident_of(w, 1)->n_firing, 1);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
    hear(w, "Tape 92% full", "r/other"); /* the same words are the same trouble, as ever */
    assert_null(event_of(w, "incident.opened"));
    hear(w, "Tape 93% full", "r/other");
    assert_null(event_of(w, "incident.opened"));
    hear(w, "Tape 93% full on deck 7", "r/third");
    assert_int_equal(incident_of(w, 2)->n_firing, 1);
}

static void other_words_after_a_restart_page_nobody_anew(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    hear(w, "Tape 91% full", "r/tape");
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    hear(w, "Tape 92% full", "r/tape");
    keep(w, &kept);
    struct alert_batch stands = worded(w, "Tape 92% full", "r/tape");
    restart_with(w, &kept, &stands, MINUTES);
    assert_null(event_of(w, "incident.opened"));
    assert_int_equal(incident_of(w, 1)->n_firing, 1);
    hear(w, "Tape 93% full", "r/tape");
    assert_null(event_of(w, "incident.opened"));
    over(w, "r/tape");
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
}

static void it_is_opened_again_by_other_words_for_it(void **state)
{
    struct world *w = *state;
    hear(w, "Tape 91% full", "r/tape");
    over(w, "r/tape");
    world_pass(w, 6 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    hear(w, "Tape 92% full", "r/tape");
    assert_non_null(event_of(w, "incident.reopened"));
    assert_non_null(event_of(w, "page.queued"));
}

static void hear_array(struct world *w, size_t n, const char *const names[], const char *const keys[],
                       const int64_t ends_us[])
{
    struct alert_words words[2] = {{.name = names[0], .ends_us = ends_us[0]},
                                   {.name = names[1], .ends_us = ends_us[1]}};
    struct alert_batch batch = world_batch(w, n, words);
    batch.source = "generic";
    batch.lasting = true;
    for (size_t i = 0; i < n; i++)
        batch.alerts[i].key = keys[i];
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

/* A monitor whose recovery has another level, and so other labels, than what it ends. */
static void a_key_in_a_list_is_over_whatever_its_alert_was_called(void **state)
{
    struct world *w = *state;
    hear_array(w, 2, (const char *[]){"Tape full", "Belt torn"}, (const char *[]){"1", "2"},
               (const int64_t[]){0, 0});
    world_pass(w, 1 * MINUTES);
    hear_array(w, 2, (const char *[]){"Tape is well", "Belt torn again"}, (const char *[]){"1", "2"},
               (const int64_t[]){w->now_us, 0});
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    assert_int_equal(incident_of(w, 2)->n_firing, 2); /* in doubt an alert fires */
    hear_array(w, 2, (const char *[]){"Belt is well", "Belt torn again"}, (const char *[]){"2", "2"},
               (const int64_t[]){w->now_us, 0});
    assert_int_equal(incident_of(w, 2)->n_firing, 1); /* what the same list has firing does not end */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(other_words_for_the_same_trouble_page_nobody_anew),
        TEST(other_words_after_a_restart_page_nobody_anew),
        TEST(it_is_opened_again_by_other_words_for_it),
        TEST(a_key_in_a_list_is_over_whatever_its_alert_was_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
