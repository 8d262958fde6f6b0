/* The ledger is searched over HTTP, and incidents are listed by how bad they are. */
#include "api/server_fixture.h"

enum { INCIDENTS = 30 };

static int start_with_incidents(void **state)
{
    start(state);
    for (int i = 1; i <= INCIDENTS; i++) {
        char body[200];
        snprintf(body, sizeof body, "[{\"labels\":{\"alertname\":\"Trouble%d\",\"service\":\"s%d\"}}]", i, i);
        assert_posted("/api/v2/alerts", body, 200, "");
    }
    assert_posted("/api/v1/incidents/3/notes", "{\"text\":\"the Needle\",\"as\":\"ana\"}", 200, "Trouble3");
    assert_posted("/api/v1/incidents/7/patient-safety", "{\"why\":\"doses\"}", 200, "Trouble7");
    return 0;
}

static size_t count(const struct http_answer *answer, const char *part)
{
    size_t n = 0;
    for (const char *at = buf_text(&answer->body); (at = strstr(at, part)); at++)
        n++;
    return n;
}

static size_t count_found(const char *path)
{
    scoped_answer struct http_answer answer = get(path);
    assert_int_equal(answer.status, 200);
    return count(&answer, "\"position\":");
}

static void events_are_found_by_what_is_known_of_them(void **state)
{
    (void)state;
    assert_got("/api/v1/ledger?kind=note", 200, "the Needle");
    assert_int_equal(count_found("/api/v1/ledger?kind=note"), 1);
    assert_int_equal(count_found("/api/v1/ledger?kind=not"), 0);
    assert_int_equal(count_found("/api/v1/ledger?kind=note.added&incident=4"), 0);
    assert_int_equal(count_found("/api/v1/ledger?actor=ana&incident=3&kind=note"), 1);
    assert_int_equal(count_found("/api/v1/ledger?actor=ben"), 0);
    assert_int_equal(count_found("/api/v1/ledger?text=NEEDLE"), 1);
    assert_int_equal(count_found("/api/v1/ledger?to=2020-01-01T00:00:00Z"), 0);
    assert_int_equal(count_found("/api/v1/ledger?from=2020-01-01T00:00:00Z&text=needle"), 1);
    assert_got("/api/v1/ledger?from=yesterday", 400, "from is not a time");
}

/* However small the pages are, all of them together are everything, once. */
static void pages_leave_nothing_out(void **state)
{
    (void)state;
    size_t all = count_found("/api/v1/ledger?kind=incident&limit=1000"), found = 0;
    char path[100];
    long long next = 0;
    assert_true(all > INCIDENTS);
    do {
        snprintf(path, sizeof path, "/api/v1/ledger?kind=incident&limit=7&before=%lld", next);
        scoped_answer struct http_answer answer = get(path);
        const char *member = strstr(buf_text(&answer.body), "\"next\":");
        found += count(&answer, "\"position\":");
        assert_non_null(member);
        next = strtoll(member + strlen("\"next\":"), NULL, 10);
    } while (next > 0);
    assert_int_equal(found, all);
}

static void the_worst_come_first(void **state)
{
    (void)state;
    scoped_answer struct http_answer answer = get("/api/v1/incidents?state=open&order=worst&limit=3");
    assert_says(&answer, 200, "\"incidents\":[{\"id\":\"incident/7\"");
    assert_int_equal(count(&answer, "\"number\":"), 3);
    assert_got("/api/v1/incidents?order=worst", 400, "state=open");
    assert_got("/api/v1/incidents?order=best&state=open", 400, "order can be worst");
    assert_got("/api/v1/incidents?order=worst&state=open&before=3", 400, "without before");
}

static void what_is_signed_is_told(void **state)
{
    (void)state;
    struct err err;
    int sealed;
    assert_got("/api/v1/ledger/proof", 200, "\"signed\":0,\"signed_at\":null,\"checkpoint\":null");
    pthread_mutex_lock(&backend.lock);
    while ((sealed = ledger_seal(ledger, clock_wall_us(clock_system()), 1000, &err)) == LEDGER_MORE) {
    }
    pthread_mutex_unlock(&backend.lock);
    assert_int_equal(sealed, 0);
    assert_got("/api/v1/ledger/proof", 200, "\"checkpoint\":\"crashcart/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_are_found_by_what_is_known_of_them, start_with_incidents,
                                        stop),
        cmocka_unit_test_setup_teardown(pages_leave_nothing_out, start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(the_worst_come_first, start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(what_is_signed_is_told, start_with_incidents, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
