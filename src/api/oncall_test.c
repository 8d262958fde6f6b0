/* Who is on call, asked over HTTP. */
#include "api/moved_clock_fixture.h"

static struct config *duties;

static int start_with_duties(void **state)
{
    static const char yaml[] =
        "people:\n"
        "  - {id: ana, name: Ana, contacts: [{webhook: \"http://127.0.0.1:9/\"}]}\n"
        "  - {id: ben, name: Ben, contacts: [{webhook: \"http://127.0.0.1:9/\"}]}\n"
        "schedules:\n"
        "  - id: nights\n"
        "    timezone: Europe/Berlin\n"
        "    layers: [{rotation: daily, start: 2026-03-02T09:00, people: [ana, ben]}]\n"
        "    overrides: [{person: ben, from: 2026-03-28T12:00, until: 2026-03-28T18:00}]\n"
        "  - id: office\n"
        "    timezone: UTC\n"
        "    layers:\n"
        "      - {rotation: weekly, start: 2026-03-02T00:00, people: [ana],\n"
        "         hours: {days: [mon], from: \"09:00\", until: \"17:00\"}}\n";
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    start_moved(state);
    duties = config_parse("c.yaml", yaml, strlen(yaml), &errors);
    assert_non_null(duties);
    engine_learn(engine, duties, NULL);
    return 0;
}

static int stop_with_duties(void **state)
{
    stop(state);
    config_free(duties);
    return 0;
}

static void it_names_everybody_who_can_be_asked_for(void **state)
{
    (void)state;
    assert_got("/api/v1/oncall", 200, "\"people\":[{\"id\":\"ana\",\"name\":\"Ana\"},{\"id\":\"ben\"");
    assert_got("/api/v1/oncall", 200, "\"id\":\"nights\",\"timezone\":\"Europe/Berlin\",\"people\":[{");
}

/* 28 March 2026: the night in which the clocks go forward in Berlin. A turn ends at nine on the wall. */
static void turns_keep_their_wall_time_and_overrides_cut_into_them(void **state)
{
    (void)state;
    const char *path = "/api/v1/oncall?from=2026-03-28T00:00:00Z&to=2026-03-30T00:00:00Z";
    assert_got(path, 200,
               "\"overrides\":[{\"number\":null,\"person\":\"ben\",\"from\":\"2026-03-28T11:00:00.000Z\","
               "\"until\":\"2026-03-28T17:00:00.000Z\",\"made_by\":null,\"why\":null}]");
    assert_got(path, 200,
               "{\"from\":\"2026-03-28T11:00:00.000Z\",\"until\":\"2026-03-28T17:00:00.000Z\",\"people\":["
               "\"ben\"]}");
    assert_got(path, 200,
               "{\"from\":\"2026-03-28T17:00:00.000Z\",\"until\":\"2026-03-29T07:00:00.000Z\",\"people\":["
               "\"ana\"]}");
}

static void hours_without_anybody_are_stretches_too(void **state)
{
    (void)state;
    assert_got("/api/v1/oncall?from=2026-03-02T00:00:00Z&to=2026-03-04T00:00:00Z", 200,
               "\"stretches\":[{\"from\":\"2026-03-02T00:00:00.000Z\",\"until\":\"2026-03-02T09:00:00.000Z\","
               "\"people\":[]},{\"from\":\"2026-03-02T09:00:00.000Z\",\"until\":\"2026-03-02T17:00:00.000Z\","
               "\"people\":[\"ana\"]},{\"from\":\"2026-03-02T17:00:00.000Z\","
               "\"until\":\"2026-03-04T00:00:00.000Z\",\"people\":[]}]");
}

static void a_range_is_bounded_and_whole(void **state)
{
    (void)state;
    assert_got("/api/v1/oncall?from=2026-03-02T00:00:00Z", 400, "together");
    assert_got("/api/v1/oncall?from=2026-03-02T00:00:00Z&to=tomorrow", 400, "together");
    assert_got("/api/v1/oncall?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 400, "after from");
    assert_got("/api/v1/oncall?from=2026-03-02T00:00:00Z&to=2027-03-02T00:00:00Z", 400, "100 days");
    assert_got("/api/v1/oncall?from=2026-03-02T00:00:00Z&to=2026-06-09T00:00:00Z", 200, "\"stretches\"");
    set_mode(MODE_STOPS);
    assert_got("/api/v1/oncall", 503, "try again");
    set_mode(MODE_DONE);
}

/* "people":[...] of the first schedule, and the moment of the answer. */
static void ask_now(char people[100], char at[40])
{
    scoped_answer struct http_answer answer = get("/api/v1/oncall");
    const char *body = buf_text(&answer.body), *list = strstr(body, "\"people\":[");
    assert_int_equal(answer.status, 200);
    snprintf(people, 100, "%.*s", (int)strcspn(list, "]"), list);
    snprintf(at, 40, "%.30s", body);
}

static void an_answer_is_given_again_until_somebody_else_comes_on_call(void **state)
{
    (void)state;
    char first[100], again[100], next[100], at[40], later[40];
    ask_now(first, at);
    atomic_store(&moved_us, US_PER_S / 4);
    ask_now(again, later);
    assert_string_not_equal(at, later); /* of the question, not of the first answer */
    assert_true(strcmp(at, later) < 0);
    atomic_store(&moved_us, 24 * 3600 * (int64_t)US_PER_S);
    ask_now(next, later);
    assert_string_not_equal(first, next);
    atomic_store(&moved_us, 0); /* the clock was set back */
    ask_now(again, later);
    assert_string_equal(first, again);
}

static void an_answer_is_not_given_again_after_another_configuration(void **state)
{
    (void)state;
    char people[100], at[40];
    ask_now(people, at);
    assert_non_null(strstr(people, "\"id\":"));
    engine_learn(engine, config, NULL);
    api_news(api);
    assert_got("/api/v1/oncall", 200, "\"schedules\":[]");
    engine_learn(engine, duties, NULL);
    api_news(api);
    assert_got("/api/v1/oncall", 200, "\"id\":\"nights\"");
}

static void settings_tell_no_address(void **state)
{
    (void)state;
    pthread_mutex_lock(&backend.lock);
    struct config *defaults = config;
    config = duties;
    pthread_mutex_unlock(&backend.lock);
    scoped_answer struct http_answer answer = get("/api/v1/settings");
    assert_says(&answer, 200, "{\"id\":\"ana\",\"name\":\"Ana\",\"channels\":[\"webhook\"]}");
    assert_null(strstr(buf_text(&answer.body), "127.0.0.1:9/"));
    pthread_mutex_lock(&backend.lock);
    config = defaults;
    pthread_mutex_unlock(&backend.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_names_everybody_who_can_be_asked_for, start_with_duties,
                                        stop_with_duties),
        cmocka_unit_test_setup_teardown(turns_keep_their_wall_time_and_overrides_cut_into_them,
                                        start_with_duties, stop_with_duties),
        cmocka_unit_test_setup_teardown(hours_without_anybody_are_stretches_too, start_with_duties,
                                        stop_with_duties),
        cmocka_unit_test_setup_teardown(a_range_is_bounded_and_whole, start_with_duties, stop_with_duties),
        cmocka_unit_test_setup_teardown(an_answer_is_given_again_until_somebody_else_comes_on_call,
                                        start_with_duties, stop_with_duties),
        cmocka_unit_test_setup_teardown(an_answer_is_not_given_again_after_another_configuration,
                                        start_with_duties, stop_with_duties),
        cmocka_unit_test_setup_teardown(settings_tell_no_address, start_with_duties, stop_with_duties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
