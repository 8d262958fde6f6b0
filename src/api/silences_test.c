/* Silences as amtool and other clients of Alertmanager make and read them. */
#include "api/server_fixture.h"

static char *asked(struct arena *arena, const char *method, const char *path, const char *body, long status)
{
    struct http_answer answer =
        http_send(port, &(struct http_request){.method = method, .path = path, .body = body});
    char *text = arena_strdup(arena, buf_text(&answer.body));
    if (answer.status != status)
        fail_msg("%s %s: %ld %s, expected %ld", method, path, answer.status, text, status);
    http_answer_free(&answer);
    return text;
}

#define MATCHERS "\"matchers\":[{\"name\":\"service\",\"value\":\"api\",\"isRegex\":false,\"isEqual\":true}]"
#define WHO      "\"createdBy\":\"ana\",\"comment\":\"upgrade\""

/* The id between the quotation marks of {"silenceID":"..."}. */
static char *id_of(struct arena *arena, const char *answer)
{
    const char *from = strstr(answer, "ID\":\"");
    assert_non_null(from);
    return arena_strndup(arena, from + 5, 36);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in %s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in %s", part, text);
}

static void a_silence_hides_alerts_until_it_is_expired(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    asked(arena, "POST", "/api/v2/alerts",
          "[{\"labels\":{\"alertname\":\"Down\",\"service\":\"api\"}},"
          "{\"labels\":{\"alertname\":\"Lag\",\"service\":\"db\"}}]",
          200);
    const char *body =
        "{" MATCHERS "," WHO ",\"startsAt\":\"2020-01-01T00:00:00Z\",\"endsAt\":\"2096-01-01T00:00:00Z\"}";
    const char *id = id_of(arena, asked(arena, "POST", "/api/v2/silences", body, 200));
    const char *all = asked(arena, "GET", "/api/v2/alerts", NULL, 200);
    assert_has(all, arena_printf(arena, "\"silencedBy\":[\"%s\"],\"state\":\"suppressed\"", id));
    assert_has(all, "\"silencedBy\":[],\"state\":\"active\"");
    assert_has_not(asked(arena, "GET", "/api/v2/alerts?silenced=false", NULL, 200), "Down");
    assert_has_not(asked(arena, "GET", "/api/v2/alerts?active=false", NULL, 200), "Lag");
    const char *one = arena_printf(arena, "/api/v2/silence/%s", id);
    assert_has(asked(arena, "GET", one, NULL, 200), "\"status\":{\"state\":\"active\"}");
    assert_has(asked(arena, "GET", "/api/v2/silences", NULL, 200), "\"value\":\"api\"");
    assert_has(asked(arena, "GET", "/api/v2/silences?filter=service%3Dapi", NULL, 200), id);
    assert_string_equal(asked(arena, "GET", "/api/v2/silences?filter=service%3Ddb", NULL, 200), "[]");
    asked(arena, "DELETE", one, NULL, 200);
    asked(arena, "DELETE", one, NULL, 200); /* said twice */
    assert_has(asked(arena, "GET", one, NULL, 200), "\"status\":{\"state\":\"expired\"}");
    assert_has(asked(arena, "GET", "/api/v2/alerts?silenced=false", NULL, 200), "Down");
}

static void a_silence_of_a_whole_severity_is_listed_as_wide(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    asked(arena, "POST", "/api/v2/silences", "{" MATCHERS "," WHO ",\"endsAt\":\"2096-01-01T00:00:00Z\"}",
          200);
    assert_has_not(asked(arena, "GET", "/api/v2/silences", NULL, 200), "wide");
    asked(arena, "POST", "/api/v2/silences",
          "{\"matchers\":[{\"name\":\"severity\",\"value\":\"critical\"}]," WHO
          ",\"endsAt\":\"2096-01-01T00:00:00Z\"}",
          200);
    assert_has(asked(arena, "GET", "/api/v2/silences", NULL, 200), "\"wide\":true");
}

static void a_changed_silence_is_a_new_one_when_it_hides_something_else(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *times = "\"startsAt\":\"2090-01-01T00:00:00Z\",\"endsAt\":\"2096-01-01T00:00:00Z\"";
    const char *id = id_of(arena, asked(arena, "POST", "/api/v2/silences",
                                        arena_printf(arena, "{" MATCHERS "," WHO ",%s}", times), 200));
    const char *same =
        arena_printf(arena,
                     "{\"id\":\"%s\"," MATCHERS ",\"createdBy\":\"ben\",\"comment\":\"longer\",\"startsAt\":"
                     "\"2090-01-01T00:00:00Z\",\"endsAt\":\"2097-01-01T00:00:00Z\"}",
                     id);
    assert_string_equal(id_of(arena, asked(arena, "POST", "/api/v2/silences", same, 200)), id);
    assert_has(asked(arena, "GET", "/api/v2/silences", NULL, 200), "\"createdBy\":\"ben\",\"endsAt\":\"2097");
    const char *other = arena_printf(
        arena, "{\"id\":\"%s\",\"matchers\":[{\"name\":\"a\",\"value\":\"b\"}]," WHO ",%s}", id, times);
    assert_string_not_equal(id_of(arena, asked(arena, "POST", "/api/v2/silences", other, 200)), id);
    assert_has(asked(arena, "GET", arena_printf(arena, "/api/v2/silence/%s", id), NULL, 200), "\"expired\"");
}

static void what_is_no_silence_is_refused_with_a_text(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
#define ENDS "\"endsAt\":\"2096-01-01T00:00:00Z\""
    const char *const rows[][2] = {
        {"{}", "at least one matcher"},
        {"{\"matchers\":[{\"name\":\"a\",\"value\":\"\"}]," WHO "," ENDS "}", "empty string"},
        {"{\"matchers\":[{\"name\":\"a\",\"value\":\".*\",\"isRegex\":true}]," WHO "," ENDS "}",
         "empty string"},
        {"{\"matchers\":[{\"name\":\"a\",\"value\":\"x\",\"isEqual\":false}]," WHO "," ENDS "}",
         "empty string"},
        {"{\"matchers\":[{\"name\":\"alertname\",\"value\":\".+\",\"isRegex\":true}]," WHO "," ENDS "}",
         "matches every alert"},
        {"{\"matchers\":[{\"name\":\"a\",\"value\":\"(\",\"isRegex\":true}]," WHO "," ENDS "}",
         "regular expression"},
        {"{\"matchers\":[{\"name\":\"\",\"value\":\"x\"}]," WHO "," ENDS "}", "name of a label"},
        {"{\"matchers\":[{\"name\":\"a\",\"value\":\"x\",\"isRegex\":\"true\"}]," WHO "," ENDS "}",
         "true or false"},
        {"{\"matchers\":7," WHO "," ENDS "}", "array"},
        {"{" MATCHERS "," WHO "}", "endsAt is needed"},
        {"{" MATCHERS "," WHO ",\"endsAt\":\"0000-01-01T00:00:00Z\"}", "endsAt is needed"},
        {"{" MATCHERS "," WHO ",\"endsAt\":\"soon\"}", "not a time"},
        {"{" MATCHERS "," WHO ",\"endsAt\":\"2001-01-01T00:00:00Z\"}", "past"},
        {"{" MATCHERS "," WHO ",\"startsAt\":\"2097-01-01T00:00:00Z\"," ENDS "}", "before end time"},
        {"{" MATCHERS ",\"createdBy\":\"ana\"," ENDS "}", "who wanted it and why"},
        {"{" MATCHERS ",\"comment\":\"x\"," ENDS "}", "who wanted it and why"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *answer = asked(arena, "POST", "/api/v2/silences", rows[i][0], 400);
        assert_int_equal(*answer, '"');
        assert_has(answer, rows[i][1]);
    }
    const char *unknown = "{\"id\":\"7f3a0000-0000-4000-8000-000000000000\"," MATCHERS "," WHO "," ENDS "}";
    assert_has(asked(arena, "POST", "/api/v2/silences", unknown, 404), "not found");
    asked(arena, "GET", "/api/v2/silence/7f3a", NULL, 404);
    asked(arena, "DELETE", "/api/v2/silence/7f3a", NULL, 404);
    char *huge = arena_alloc(arena, 6000);
    memset(huge, 'x', 5000);
    const char *comment =
        arena_printf(arena, "{" MATCHERS "," ENDS ",\"createdBy\":\"ana\",\"comment\":\"%s\"}", huge);
    assert_has(asked(arena, "POST", "/api/v2/silences", comment, 400), "at most");
    assert_string_equal(asked(arena, "GET", "/api/v2/silences", NULL, 200), "[]");
    const char *ever = "{" MATCHERS "," WHO ",\"endsAt\":\"9999-12-31T23:59:59Z\"}";
    asked(arena, "POST", "/api/v2/silences", ever, 200);
    assert_has(asked(arena, "GET", "/api/v2/silences", NULL, 200), "9999-12-31T23:59:59");
}

static void a_preview_counts_and_hides_nothing(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    asked(arena, "POST", "/api/v2/alerts",
          "[{\"labels\":{\"alertname\":\"Down\",\"service\":\"api\",\"pod\":\"a\"}},"
          "{\"labels\":{\"alertname\":\"Down\",\"service\":\"api\",\"pod\":\"b\"}},"
          "{\"labels\":{\"alertname\":\"Lag\",\"service\":\"db\"}}]",
          200);
    assert_has(asked(arena, "POST", "/api/v2/silences?preview=true", "{" MATCHERS "}", 200), "\"firing\":2");
    assert_has(asked(arena, "GET", "/api/v1/silences/preview?filter=service%3D~%22db.*%22", NULL, 200),
               "{\"alerts\":[{\"alertname\":\"Lag\",\"service\":\"db\"}],\"firing\":1}");
    assert_has(asked(arena, "GET", "/api/v1/silences/preview?filter=severity%3Dcritical", NULL, 200),
               "\"wide\":true");
    assert_has(asked(arena, "GET", "/api/v1/silences/preview?filter=x!%3Dy", NULL, 400), "every alert");
    assert_string_equal(asked(arena, "GET", "/api/v2/silences", NULL, 200), "[]");
}

static void an_expression_that_never_ends_makes_no_silence(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    asked(arena, "POST", "/api/v2/alerts",
          "[{\"labels\":{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!\"}}]", 200);
    assert_has(asked(arena, "POST", "/api/v2/silences",
                     "{\"matchers\":[{\"name\":\"a\",\"value\":\"(x+x+)+[yz]\",\"isRegex\":true}]," WHO
                     "," ENDS "}",
                     400),
               "too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_silence_hides_alerts_until_it_is_expired, start, stop),
        cmocka_unit_test_setup_teardown(a_silence_of_a_whole_severity_is_listed_as_wide, start, stop),
        cmocka_unit_test_setup_teardown(a_changed_silence_is_a_new_one_when_it_hides_something_else, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_is_no_silence_is_refused_with_a_text, start, stop),
        cmocka_unit_test_setup_teardown(a_preview_counts_and_hides_nothing, start, stop),
        cmocka_unit_test_setup_teardown(an_expression_that_never_ends_makes_no_silence, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
