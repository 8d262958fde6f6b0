/* A mute hides one incident for a while, and never for ever. */
#include <stdio.h>
#include <string.h>

#include "engine/mirror.h"
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-2", .ends_us = INT64_MAX / 2};

static const struct outcome *mute(struct world *w, int64_t for_us, const char *why)
{
    return world_decide(w, (struct input){.kind = INPUT_MUTE,
                                          .incident = 1,
                                          .actor = "person:ana",
                                          .text = why,
                                          .for_s = for_us / US_PER_S});
}

static void a_muted_incident_pages_nobody_until_its_time_is_over(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_pass(w, MINUTES);
    assert_int_equal(mute(w, 60 * MINUTES, "a disk is on its way")->code, OUTCOME_DONE);
    const struct event *muted = event_of(w, "incident.muted");
    assert_string_equal(muted->actor, "person:ana");
    assert_text_has(muted->summary, "1 alert that fires now: a disk is on its way");
    assert_non_null(event_of(w, "page.cancelled"));
    assert_true(world_sets_timer(w, TIMER_ESCALATE, false));
    world_next(w, 45 * MINUTES);
    assert_text_has(event_of(w, "incident.mute_lapses")->summary, "1 alert still fires");
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_next(w, 15 * MINUTES);
    assert_non_null(event_of(w, "incident.unmuted"));
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "has ended, and it still burns");
}

static void a_mute_ends_when_the_incident_becomes_of_the_worst_level(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    mute(w, 60 * MINUTES, "known");
    world_hear(w, (struct alert_words){
                      .name = "ServiceDown", .instance = "b", .severity = "SEV-1", .ends_us = INT64_MAX / 2});
    assert_text_has(event_of(w, "incident.unmuted")->summary, "lifted, because it is SEV-1 now");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void a_mute_is_over_with_the_incident_and_does_not_come_back(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    mute(w, 0, "known");
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
    assert_non_null(event_of(w, "alert.resolved"));
    world_pass(w, 5 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    assert_non_null(event_of(w, "incident.unmuted"));
    world_pass(w, MINUTES);
    world_hear(w, down);
    assert_non_null(event_of(w, "incident.reopened"));
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
}

static void a_mute_needs_a_reason_and_an_end(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(mute(w, 60 * MINUTES, "")->code, OUTCOME_INVALID);
    assert_int_equal(mute(w, INT64_C(8) * 86400 * US_PER_S, "for good")->code, OUTCOME_INVALID);
    assert_null(event_of(w, "incident.muted"));
    mute(w, 0, "known");
    assert_int_equal(incident_of(w, 1)->muted_until_us - w->now_us, 4 * 60 * MINUTES);
}

static void the_sender_of_a_group_mutes_its_incidents_for_no_longer_than_a_week(void **state)
{
    struct world *w = *state;
    struct alert_words slow = {.name = "ServiceDown", .severity = "SEV-2"};
    world_hear_group(w, false, 1, &slow);
    struct alert_batch batch = {.source = "alertmanager-webhook",
                                .group_key = "{}:{service=\"checkout\"}",
                                .muted_by = "opsgenie:zoe",
                                .muted_until_us = w->now_us + 30 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_string_equal(event_of(w, "incident.muted")->actor, "opsgenie:zoe");
    assert_int_equal(incident_of(w, 1)->muted_until_us, w->now_us + 30 * MINUTES);
    batch.muted_until_us = INT64_MAX;
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_int_equal(incident_of(w, 1)->muted_until_us, w->now_us + 7 * 24 * 60 * MINUTES);
}

static void whoever_ends_a_mute_starts_the_paging_anew(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    mute(w, 0, "known");
    world_pass(w, MINUTES);
    world_person_says(w, INPUT_UNMUTE, 1, "person:ben", NULL);
    assert_string_equal(event_of(w, "incident.unmuted")->actor, "person:ben");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

struct mirrored {
    char id[40], matchers[300];
    int64_t ends_us;
    int n;
};

static void on_mirrored(void *context, const struct silence *silence, const struct matchers *matchers)
{
    struct mirrored *mirrored = context;
    scoped_buf struct buf text = {0};
    matchers_print(matchers, &text);
    mirrored->n++;
    mirrored->ends_us = silence->ends_us;
    snprintf(mirrored->id, sizeof mirrored->id, "%s", silence->id);
    snprintf(mirrored->matchers, sizeof mirrored->matchers, "%s", text.at);
}

static void a_mute_is_told_elsewhere_by_the_labels_that_its_alerts_share(void **state)
{
    struct world *w = *state;
    struct mirrored mirrored = {0};
    world_hear(w, down);
    assert_int_equal(engine_mirrored(w->engine, w->now_us, on_mirrored, &mirrored), 0);
    mute(w, 60 * MINUTES, "known");
    int64_t ends_us = w->now_us + 60 * MINUTES;
    assert_int_equal(engine_mirrored(w->engine, w->now_us, on_mirrored, &mirrored), 1);
    assert_int_equal(mirrored.n, 1);
    assert_string_equal(mirrored.id, "incident-1");
    assert_int_equal(mirrored.ends_us, ends_us);
    assert_non_null(strstr(mirrored.matchers, "alertname=\"ServiceDown\""));
    assert_non_null(strstr(mirrored.matchers, "severity=\"SEV-2\""));

    world_hear(w, (struct alert_words){
                      .name = "ServiceDown", .instance = "b", .severity = "SEV-3", .ends_us = INT64_MAX / 2});
    engine_mirrored(w->engine, w->now_us, on_mirrored, &mirrored);
    assert_non_null(strstr(mirrored.matchers, "alertname=\"ServiceDown\""));
    assert_null(strstr(mirrored.matchers, "severity"));
    assert_null(strstr(mirrored.matchers, "instance"));

    world_next(w, 45 * MINUTES);
    world_next(w, 15 * MINUTES);
    mirrored.n = 0;
    assert_int_equal(engine_mirrored(w->engine, w->now_us, on_mirrored, &mirrored), 0);
    assert_int_equal(mirrored.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_muted_incident_pages_nobody_until_its_time_is_over, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_mute_ends_when_the_incident_becomes_of_the_worst_level, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_mute_is_over_with_the_incident_and_does_not_come_back, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_mute_is_told_elsewhere_by_the_labels_that_its_alerts_share,
                                        world_start, world_stop),
        cmocka_unit_test_setup_teardown(a_mute_needs_a_reason_and_an_end, world_start, world_stop),
        cmocka_unit_test_setup_teardown(the_sender_of_a_group_mutes_its_incidents_for_no_longer_than_a_week,
                                        world_start, world_stop),
        cmocka_unit_test_setup_teardown(whoever_ends_a_mute_starts_the_paging_anew, world_start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
