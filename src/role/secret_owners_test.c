#include "role/secret_owners.h"

#include <stdlib.h>
#include <string.h>

#include "base/testing.h"

static void a_secret_in_the_environment_is_shown_to_the_process_that_reads_it(void **state)
{
    (void)state;
    static const char yaml[] =
        "store: postgresql://crash@db.example.org/crash\n"
        "store_secret: env:STORE\n"
        "mail: {server: \"smtp://mail.example.org:25\", from: a@example.org, user: a, secret: env:MAIL}\n"
        "people:\n"
        "  - {id: ana, contacts: [{slack_webhook: env:HOOK}, {pagerduty: env:KEY}]}\n"
        "audiences: [{id: all, send: [{teams: env:FLOW}]}]\n"
        "channels: {push: {secret: env:PUSH}, alertmanager: {server: \"http://a:9093\", secret: "
        "env:SILENCE}}\n"
        "checks:\n"
        "  - {id: a, http: {url: \"http://a/\", bearer: env:TOKEN}}\n"
        "  - {id: b, above: 1, redis: {address: \"b:6379\", command: LLEN x, secret: env:REDIS}}\n"
        "  - {id: c, above: 1, postgresql: {url: \"postgresql://c/c\", query: SELECT 1, secret: "
        "env:STORE}}\n";
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("x.yaml", yaml, strlen(yaml), &errors);
    struct secret_owners owners;
    assert_non_null(config);
    secret_owners_find(arena, config, &owners);
    config_free(config);
    static const char *const courier_only[] = {"MAIL=x",  "HOOK=x", "KEY=x",  "TOKEN=x",
                                               "REDIS=x", "FLOW=x", "PUSH=x", "SILENCE=x"};
    for (size_t i = 0; i < sizeof courier_only / sizeof *courier_only; i++) {
        assert_true(secret_owner_sees(&owners, SECRET_COURIER, courier_only[i]));
        assert_false(secret_owner_sees(&owners, SECRET_CORE, courier_only[i]));
        assert_false(secret_owner_sees(&owners, SECRET_OWNERS, courier_only[i]));
    }
    assert_true(secret_owner_sees(&owners, SECRET_CORE, "STORE=x"));
    assert_true(secret_owner_sees(&owners, SECRET_COURIER, "STORE=x"));
    assert_false(secret_owner_sees(&owners, SECRET_OWNERS, "STORE=x"));
    assert_true(secret_owner_sees(&owners, SECRET_OWNERS, "STORED=x"));
    assert_true(secret_owner_sees(&owners, SECRET_OWNERS, "PATH=/bin"));
}

static void a_secret_in_a_file_is_named_by_its_path(void **state)
{
    (void)state;
    static const char yaml[] =
        "mail: {server: \"smtp://mail.example.org:25\", from: a@example.org, user: a, secret: "
        "file:/etc/mail}\n"
        "people:\n"
        "  - {id: ana, contacts: [{slack_webhook: file:/etc/hook}, {pagerduty: credential:key}]}\n";
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("x.yaml", yaml, strlen(yaml), &errors);
    struct secret_owners owners;
    assert_non_null(config);
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
    secret_owners_find(arena, config, &owners);
    unsetenv("CREDENTIALS_DIRECTORY");
    config_free(config);
    assert_int_equal(owners.files.n, 3);
    assert_string_equal(owners.files.at[0], "/etc/mail");
    assert_string_equal(owners.files.at[1], "/etc/hook");
    assert_string_equal(owners.files.at[2], "/run/credentials/x/key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_in_the_environment_is_shown_to_the_process_that_reads_it),
        cmocka_unit_test(a_secret_in_a_file_is_named_by_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
