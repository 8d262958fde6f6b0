/* The ledger is searched over HTTP, and incidents are listed by how bad they are. */
#include "api/server_fixture.h"
#include "base/file.h"
#include "ledger/proof.h"

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

static void what_is_due_is_read_page_by_page_and_nothing_left_out(void **state)
{
    (void)state;
    enum { ACTIONS = 7 };
    char path[120] = "/api/v1/actions?limit=2", after[80];
    for (int i = 1; i <= ACTIONS; i++) {
        char to[60];
        snprintf(to, sizeof to, "/api/v1/incidents/%d/actions", i % 3 + 1);
        assert_posted(to, "{\"what\":\"mend it\",\"due\":\"2030-01-02\"}", 200, "\"next\":null");
    }
    size_t found = 0;
    for (;;) {
        scoped_answer struct http_answer answer = get(path);
        const char *next = strstr(buf_text(&answer.body), "\"next\":");
        found += count(&answer, "\"what\":\"mend it\"");
        assert_non_null(next);
        if (sscanf(next, "\"next\":\"%79[0-9-]\"", after) != 1)
            break;
        snprintf(path, sizeof path, "/api/v1/actions?limit=2&after=%s", after);
    }
    assert_int_equal(found, ACTIONS);
    assert_got("/api/v1/actions?after=tomorrow", 400, "must be the \\\"next\\\" of this list");
    assert_got("/api/v1/clocks?after=1-2", 400, "of this list");
    assert_got("/api/v1/clocks?limit=5", 200, "\"next\":");
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

static void seal(void)
{
    struct err err;
    int sealed;
    pthread_mutex_lock(&backend.lock);
    while ((sealed = ledger_seal(ledger, clock_wall_us(clock_system()), 1000, &err)) == LEDGER_MORE) {
    }
    pthread_mutex_unlock(&backend.lock);
    assert_int_equal(sealed, 0);
}

static void what_is_signed_is_told(void **state)
{
    (void)state;
    assert_got("/api/v1/ledger/proof", 200, "\"signed\":0,\"signed_at\":null,\"checkpoint\":null");
    seal();
    assert_got("/api/v1/ledger/proof", 200, "\"checkpoint\":\"crashcart/");
}

static void assert_verified(const char *body, const char *expected)
{
    assert_posted("/api/v1/ledger/verify", body, 200, "\"against_checkpoint\"");
    for (;;) {
        scoped_answer struct http_answer answer = get("/api/v1/ledger/verify");
        assert_int_equal(answer.status, 200);
        if (!strstr(buf_text(&answer.body), "\"state\":\"running\"")) {
            assert_says(&answer, 200, expected);
            return;
        }
        usleep(2000);
    }
}

static void the_server_verifies_its_ledger(void **state)
{
    (void)state;
    scoped_buf struct buf body = {0};
    struct json_writer w = jw_start(&body);
    char note[2000], *end;
    assert_got("/api/v1/ledger/verify", 200, "{\"state\":\"never\",\"began_at\":null");
    assert_verified("{}", "\"proof\":{\"fits\":true,\"first_bad\":null");
    seal();
    assert_verified("{}", "\"signed_by\":\"crashcart/");
    assert_posted("/api/v1/ledger/verify", "{\"checkpoint\":\"x\"}", 422, "that is no checkpoint");
    /* One that was kept elsewhere fits; the same of another ledger does not. */
    snprintf(note, sizeof note, "%s", ledger_checkpoint_text(ledger));
    jw_begin_object(&w);
    jw_pair(&w, "checkpoint", note);
    jw_end_object(&w);
    assert_verified(buf_text(&body), "\"against_checkpoint\":true,\"problem\":null,\"proof\":{\"fits\":true");
    end = strchr(note, '\n') + 1;
    *end = *end == '9' ? '8' : '9';
    buf_clear(&body);
    w = jw_start(&body);
    jw_begin_object(&w);
    jw_pair(&w, "checkpoint", note);
    jw_end_object(&w);
    assert_verified(buf_text(&body), "\"fits\":false,\"first_bad\":\"what you gave");
}

static void assert_export_fits(const char *path, bool is_part, int64_t n_events)
{
    scoped_answer struct http_answer answer = get(path);
    char file[100], key[100];
    struct ledger_check check = {.key_file = key};
    struct ledger_proof proof = {0};
    struct err err = {0};
    assert_int_equal(answer.status, 200);
    snprintf(file, sizeof file, "%s/export", folder);
    snprintf(key, sizeof key, "%s/ledger.pub", folder);
    assert_int_equal(file_write(file, answer.body.at, answer.body.n_bytes, 0600, &err), 0);
    assert_int_equal(ledger_verify_export(file, &check, &proof, &err), 0);
    assert_string_equal(proof.first_bad, "");
    assert_int_equal(proof.is_part, is_part);
    if (n_events)
        assert_int_equal(proof.n_events, n_events);
}

static void what_is_exported_is_proved_without_the_ledger(void **state)
{
    (void)state;
    seal();
    assert_export_fits("/api/v1/ledger/export", false, 0);
    assert_export_fits("/api/v1/ledger/export?incident=3", true,
                       (int64_t)count_found("/api/v1/ledger?incident=3"));
    assert_export_fits("/api/v1/ledger/export?since=2020-01-01T00:00:00Z", true, 0);
    assert_got("/api/v1/ledger/export?since=noon", 400, "since is not a time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_are_found_by_what_is_known_of_them, start_with_incidents,
                                        stop),
        cmocka_unit_test_setup_teardown(pages_leave_nothing_out, start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(the_worst_come_first, start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(what_is_due_is_read_page_by_page_and_nothing_left_out,
                                        start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(what_is_signed_is_told, start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(the_server_verifies_its_ledger, start_with_incidents, stop),
        cmocka_unit_test_setup_teardown(what_is_exported_is_proved_without_the_ledger, start_with_incidents,
                                        stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
