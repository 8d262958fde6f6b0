/* Versions of runbooks over HTTP: listed, read, and held against each other. */
#include "api/server_fixture.h"
#include "base/hash.h"
#include "ledger/version.h"

static const char old_text[] = "# Till\n\n## Severity levels\n\n### SEV-1\n- **Response Time**: 5 minutes\n";
static const char new_text[] = "# Till\n\n## Severity levels\n\n### SEV-1\n- **Response Time**: 1 minute\n";

static void keep(const char *text, int64_t since_us, char hex[SHA256_HEX_BYTES])
{
    struct err err = {0};
    sha256_hex(text, strlen(text), hex);
    struct runbook_version version = {
        .file = "shop/till.md", .sha256 = hex, .since_us = since_us, .n_bytes = (int64_t)strlen(text)};
    pthread_mutex_lock(&backend.lock);
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_keep_version(ledger, &version, text, strlen(text), &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    pthread_mutex_unlock(&backend.lock);
}

static void any_two_versions_are_held_against_each_other(void **state)
{
    char old[SHA256_HEX_BYTES], new[SHA256_HEX_BYTES], path[400];
    (void)state;
    assert_got("/api/v1/runbooks/shop%2Ftill.md/versions", 404, "there is no runbook");
    keep(old_text, 1000000, old);
    keep(new_text, 2000000, new);
    snprintf(path, sizeof path, "{\"versions\":[{\"sha256\":\"%s\",\"since\":\"1970-01-01T00:00:02", new);
    assert_got("/api/v1/runbooks/shop%2Ftill.md/versions", 200, path);
    snprintf(path, sizeof path, "/api/v1/runbooks/shop%%2Ftill.md/version?sha256=%s", old);
    assert_got(path, 200, old_text);
    snprintf(path, sizeof path, "/api/v1/runbooks/shop%%2Ftill.md/diff?old=%s&new=%s", old, new);
    assert_got(path, 200, "response time 5 min -> 1 min");
    snprintf(path, sizeof path, "/api/v1/runbooks/shop%%2Ftill.md/diff?old=%s&new=%s", new, new);
    assert_got(path, 200, "\"differences\":[]");
}

static void a_version_that_never_was_in_force_is_not_found(void **state)
{
    char old[SHA256_HEX_BYTES], path[400];
    (void)state;
    keep(old_text, 1000000, old);
    assert_got("/api/v1/runbooks/shop%2Ftill.md/version?sha256=0000", 404, "no version 0000 of");
    assert_got("/api/v1/runbooks/shop%2Ftill.md/diff", 400, "old is missing");
    snprintf(path, sizeof path, "/api/v1/runbooks/shop%%2Ftill.md/diff?old=%s", old);
    assert_got(path, 404, "\"field\":\"new\""); /* nothing of that name is in force */
    snprintf(path, sizeof path, "/api/v1/runbooks/other.md/version?sha256=%s", old);
    assert_got(path, 404, "no version");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_two_versions_are_held_against_each_other, start, stop),
        cmocka_unit_test_setup_teardown(a_version_that_never_was_in_force_is_not_found, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
