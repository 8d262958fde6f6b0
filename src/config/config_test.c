#include "config/config.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/testing.h"
#include "config/schema.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct config *read_good(const char *yaml)
{
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("crashcart.yaml", yaml, yaml ? strlen(yaml) : 0, &errors);
    if (!config)
        print_error("%s\n", errors.list.at[0]);
    assert_non_null(config);
    return config;
}

/* All errors of a bad file, a line each. */
static const char *errors_of_bytes(const char *bytes, size_t n_bytes)
{
    struct config_errors errors = {.arena = arena};
    assert_null(config_parse("crashcart.yaml", bytes, n_bytes, &errors));
    struct buf all = {0};
    for (size_t i = 0; i < errors.list.n; i++)
        buf_printf(&all, "%s\n", errors.list.at[i]);
    char *text = arena_strdup(arena, buf_text(&all));
    buf_free(&all);
    return text;
}

static const char *errors_of(const char *yaml)
{
    return errors_of_bytes(yaml, strlen(yaml));
}

static void without_a_file_everything_has_a_default(void **state)
{
    (void)state;
    struct config *config = read_good(NULL);
    assert_string_equal(config->listen, "127.0.0.1:8480");
    assert_string_equal(config->runbooks, "./runbooks");
    assert_string_equal(config->data, "./crashcart-data");
    assert_null(config->public_url);
    assert_int_equal(config->resolve_timeout_s, 300);
    assert_int_equal(config->hold_down_s, 300);
    assert_string_equal(config->mail.starttls, "required");
    assert_int_equal(config->runner.step_time_s, 60);
    assert_int_equal(config->runner.step_output_bytes, 65536);
    assert_true(config->runner.diagnose);
    assert_int_equal(config->people.n, 0);
    config_free(config);
}

static void an_empty_file_is_the_defaults(void **state)
{
    (void)state;
    config_free(read_good(""));
    config_free(read_good("# nothing yet\n"));
    config_free(read_good("people:\nservices: ~\n"));
}

static void every_key_fills_its_field(void **state)
{
    (void)state;
    char *bytes;
    size_t n_bytes;
    struct err err;
    assert_int_equal(
        file_read(arena, SOURCE_ROOT "/tests/fuzz/config_fuzz/whole.yaml", 100000, &bytes, &n_bytes, &err),
        0);
    struct config *config = read_good(bytes);
    assert_string_equal(config->mail.server, "smtp://mail.example.org:25");
    assert_string_equal(config->mail.starttls, "optional");
    assert_int_equal(config->runner.step_time_s, 30);
    assert_int_equal(config->runner.step_output_bytes, 16384);
    assert_false(config->runner.diagnose);
    const struct person *mia = config_person(config, "mia"), *tom = config_person(config, "tom");
    assert_int_equal(mia->contacts.n, 2);
    assert_string_equal(mia->contacts.at[0].channel, "webhook");
    assert_string_equal(mia->contacts.at[1].address, "mia@example.org");
    assert_int_equal(mia->contacts.at[1].line, 11);
    assert_string_equal(tom->name, "tom");
    const struct schedule *day = config_schedule(config, "day");
    const struct roster_layer *layer = &day->layers.at[0];
    assert_int_equal(layer->rotation.period_s, 86400);
    assert_int_equal(layer->start.hour, 9);
    assert_int_equal(layer->hours.days, 3);
    assert_int_equal(layer->hours.from_minute, 22 * 60);
    assert_int_equal(layer->hours.until_minute, 6 * 60);
    assert_string_equal(day->overrides.at[0].person, "tom");
    const struct service *shop = config_service(config, "shop");
    assert_string_equal(shop->runbook, "shop.md");
    assert_int_equal(shop->match.n, 2);
    assert_string_equal(shop->match.at[1].value, "1");
    assert_true(shop->escalation.at[0].after_s == UNSTATED);
    assert_int_equal(shop->escalation.at[1].after_s, 5400);
    assert_int_equal(shop->line, 24);
    assert_null(config_service(config, "shop2"));
    config_free(config);
}

static void an_unknown_key_is_named_with_its_line_and_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(
        errors_of("people:\n  - id: ana\n    contact: []\n    contacts: [{email: a@b.org}]\n"),
        "crashcart.yaml:3: unknown key \"contact\"; did you mean \"contacts\"?\n");
    assert_non_null(strstr(errors_of("zzz: 1\n"), "a configuration has: listen, tls, data,"));
}

static void a_person_who_cannot_be_reached_is_an_error(void **state)
{
    (void)state;
    assert_string_equal(errors_of("people:\n  - id: ben\n"),
                        "crashcart.yaml:2: person \"ben\" has no way to be reached; add contacts: "
                        "[{email: ben@example.org}]\n");
}

static void all_errors_are_told_at_once(void **state)
{
    (void)state;
    const char *errors = errors_of("listen: 127.0.0.1:99999\n"
                                   "resolve_timeout: 5 minutes\n"
                                   "hold_down: 2d\n"
                                   "public_url: ftp://example.org\n"
                                   "mail: {server: mail.example.org, starttls: maybe, secret: hunter2}\n"
                                   "runner: {diagnose: perhaps, step_output: 1GB}\n"
                                   "listen: 127.0.0.1:1\n");
    assert_non_null(strstr(errors, "crashcart.yaml:1: listen: \"127.0.0.1:99999\" names no port"));
    assert_non_null(strstr(errors, "crashcart.yaml:2: resolve_timeout: \"5 minutes\" is no duration"));
    assert_non_null(strstr(errors, "crashcart.yaml:3: hold_down: must lie between 0 and 86400 seconds"));
    assert_non_null(strstr(errors, "crashcart.yaml:4: public_url: \"ftp://example.org\" is no web address"));
    assert_non_null(strstr(errors, "crashcart.yaml:5: server: \"mail.example.org\" is no mail server"));
    assert_non_null(
        strstr(errors, "crashcart.yaml:5: starttls: \"maybe\" is none of: required, optional, off"));
    assert_non_null(strstr(errors, "crashcart.yaml:6: diagnose: \"perhaps\" is neither true nor false"));
    assert_non_null(strstr(errors, "crashcart.yaml:6: step_output: \"1GB\" is no size"));
    assert_non_null(strstr(errors, "crashcart.yaml:7: \"listen\" is given twice (first in line 1)"));
    assert_null(strstr(errors, "hunter2"));
    assert_non_null(strstr(errors_of("tls: {certificate: cert.pem}\n"),
                           "crashcart.yaml:1: tls: wants both certificate: FILE and key: FILE"));
}

static void names_that_nothing_bears_are_found(void **state)
{
    (void)state;
    const char *errors = errors_of("people:\n"
                                   "  - {id: ana, contacts: [{email: ana@example.org}]}\n"
                                   "  - {id: ana, contacts: [{email: ana@example.org}]}\n"
                                   "schedules:\n"
                                   "  - id: primary\n"
                                   "    timezone: Europe/Berlni\n"
                                   "    layers:\n"
                                   "      - {start: 2026-02-30T09:00, people: [anna]}\n"
                                   "    overrides:\n"
                                   "      - {person: ana, from: 2026-03-02T00:00, until: 2026-03-01T00:00}\n"
                                   "services:\n"
                                   "  - id: api\n"
                                   "    runbook: ../secrets.md\n"
                                   "    escalation:\n"
                                   "      - notify: [schedule:primry, person:eve, ana]\n");
    assert_non_null(strstr(errors, ":3: person \"ana\" is defined twice (first in line 2)"));
    assert_non_null(strstr(errors, ":6: timezone: unknown time zone \"Europe/Berlni\"; did you mean "
                                   "\"Europe/Berlin\"?"));
    assert_non_null(strstr(errors, ":8: start: \"2026-02-30T09:00\" is no local time"));
    assert_non_null(strstr(errors, ":8: the layer names person \"anna\", which is not defined; did you mean "
                                   "\"ana\"?"));
    assert_non_null(strstr(errors, ":10: the override ends before it starts"));
    assert_non_null(strstr(errors, ":13: runbook: \"../secrets.md\" leads out of the runbook folder"));
    assert_non_null(strstr(errors,
                           ":15: the escalation names schedule \"primry\", which is not defined; did you "
                           "mean \"primary\"?"));
    assert_non_null(strstr(errors,
                           ":15: the escalation names person \"eve\", which is not defined; add it under "
                           "\"people\""));
    assert_non_null(strstr(errors, ":15: notify: \"ana\" names nobody; write person:ID or schedule:ID"));
}

static void a_web_address_has_a_host_and_nothing_secret(void **state)
{
    (void)state;
    static const char *const sound[] = {"http://a", "https://example.org/x?y=a@b#c",
                                        "http://10.0.0.1:9000/page", "https://[2001:db8::1]:8443",
                                        "https://[::1]/"};
    static const char *const wrong[] = {
        "ftp://example.org",  "https://",   "http:///page",   "example.org",  "https://user@example.org",
        "https://:pw@[::1]/", "http://a:0", "http://a:65536", "http://a:80x", "http://a:",
        "http://[::1",        "http://[]",  "http://[::1]x",  "http://a\\b",  "http://a b",
        "http://a%2f"};
    struct err err;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
        assert_int_equal(web_url_check(sound[i], &err), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(web_url_check(wrong[i], &err), -1);
}

static void a_contact_is_one_known_way_with_a_sound_address(void **state)
{
    (void)state;
    const char *errors = errors_of("people:\n"
                                   "  - id: ana\n"
                                   "    contacts:\n"
                                   "      - webhok: https://example.org\n"
                                   "      - pigeon: home\n"
                                   "      - email: ana@\n"
                                   "      - email: \"ana@example.org\\r\\nBcc: all@example.org\"\n"
                                   "      - webhook: https://user:pw@example.org/\n"
                                   "      - webhook: [x]\n"
                                   "      - ana@example.org\n");
    assert_non_null(strstr(errors, ":4: contacts: unknown way \"webhok\" to reach somebody; did you mean "
                                   "\"webhook\"?"));
    assert_non_null(strstr(errors,
                           ":5: contacts: unknown way \"pigeon\" to reach somebody; there are: webhook, "
                           "email"));
    assert_non_null(strstr(errors, ":6: contacts: \"ana@\" is no e-mail address"));
    assert_non_null(strstr(errors, ":7: contacts: holds a line break"));
    assert_non_null(strstr(errors, ":8: contacts: the URL holds a user or a password"));
    assert_non_null(strstr(errors, ":9: contacts: webhook must be an address like"));
    assert_non_null(strstr(errors, ":10: contacts: must be one way to reach somebody"));
    assert_null(strstr(errors, "no way to be reached"));
}

static void what_is_not_yaml_is_told_with_its_line(void **state)
{
    (void)state;
    assert_non_null(strstr(errors_of("people:\n  - id: [\n"), "crashcart.yaml:3: not YAML: "));
    assert_non_null(strstr(errors_of("people: *who\n"), "crashcart.yaml:1: *who names no anchor before it"));
    assert_non_null(strstr(errors_of("a: 1\n---\nb: 2\n"), "crashcart.yaml:2: a second document"));
    assert_non_null(strstr(errors_of("- a\n"), "crashcart.yaml:1: a configuration is a map"));
    assert_non_null(strstr(errors_of("listen: \"\xff\"\n"), "not text in UTF-8"));
    assert_non_null(strstr(errors_of("listen: \"a\\0b\"\n"), "crashcart.yaml:1: the text holds a NUL byte"));
    assert_non_null(strstr(errors_of_bytes("a\0b: 1\n", 7), "not text in UTF-8"));
}

static void what_would_grow_without_bound_is_refused(void **state)
{
    (void)state;
    struct buf deep = {0}, bomb = {0}, many = {0};
    for (int i = 0; i < 100000; i++)
        buf_putc(&deep, '[');
    assert_non_null(strstr(errors_of(deep.at), "nested too deeply"));
    buf_puts(&bomb, "a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++)
        buf_printf(&bomb, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    assert_non_null(strstr(errors_of(bomb.at), "too many values"));
    for (int i = 0; i < 1000; i++)
        buf_printf(&many, "unknown%d: 1\n", i);
    const char *errors = errors_of(many.at);
    assert_non_null(strstr(errors, "crashcart.yaml:20: unknown key"));
    assert_null(strstr(errors, "crashcart.yaml:21:"));
    assert_non_null(strstr(errors, "and more after these"));
    buf_free(&deep);
    buf_free(&bomb);
    buf_free(&many);
    char *large = arena_alloc(arena, 2 * 1024 * 1024);
    memset(large, ' ', 2 * 1024 * 1024 - 1);
    assert_non_null(strstr(errors_of(large), "larger than 1 MiB"));
}

static void a_store_is_a_database_server_without_its_password(void **state)
{
    (void)state;
    struct config *config = read_good("store: postgresql://crash@db.example.org:5433/crash?sslmode=require\n"
                                      "store_secret: file:/etc/crashcart/password\n");
    assert_string_equal(config->store, "postgresql://crash@db.example.org:5433/crash?sslmode=require");
    assert_string_equal(config->store_secret, "file:/etc/crashcart/password");
    config_free(config);
    assert_non_null(strstr(errors_of("store: mysql://db.example.org/crash\n"), ":1: store: \"mysql://db"));
    static const char *const spoken[] = {"store: postgresql://crash:hunter2@db.example.org/crash\n",
                                         "store: postgresql://crash@db.example.org/crash?PASSWORD=hunter2\n"};
    for (size_t i = 0; i < 2; i++) {
        const char *errors = errors_of(spoken[i]);
        assert_non_null(strstr(errors, "holds a password"));
        assert_null(strstr(errors, "hunter2"));
    }
    assert_non_null(strstr(errors_of("store_secret: env:PASSWORD\n"), "there is no store"));
}

static void an_id_that_is_no_text_is_one_error_and_no_crash(void **state)
{
    (void)state;
    assert_string_equal(errors_of("people:\n  - id: {a: b}\n    contacts: [{email: a@example.org}]\n"),
                        "crashcart.yaml:2: id: must be an id\n");
}

static void an_anchor_may_stand_for_what_it_names(void **state)
{
    (void)state;
    struct config *config = read_good("people:\n  - {id: ana, contacts: &ways [{email: team@example.org}]}\n"
                                      "  - {id: ben, contacts: *ways}\n");
    assert_string_equal(config_person(config, "ben")->contacts.at[0].address, "team@example.org");
    config_free(config);
}

static void an_address_of_each_channel_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *channel;
        const char *sound[4], *wrong[8];
    } cases[] = {
        {"ntfy",
         {"https://ntfy.sh/ana-pages", "http://127.0.0.1:80/a_b"},
         {"https://ntfy.sh", "https://ntfy.sh/", "https://ntfy.sh/a/b", "https://ntfy.sh/a?x=1",
          "https://ntfy.sh/a b", "ntfy.sh/a"}},
        {"slack",
         {"U024BE7LH", "C0123ABCD"},
         {"", "ana", "#ops", "@ana", "u024be7lh", "X123", "C1", "C12<!>"}},
        {"slack_webhook",
         {"env:A", "file:/a", "credential:a"},
         {"https://hooks.slack.com/services/T0/B0/x", "env:", "", "vault:a"}},
        {"teams", {"env:A"}, {"https://prod-1.westeurope.logic.azure.com/x"}},
        {"pagerduty", {"env:A"}, {"0123456789abcdef0123456789abcdef"}},
        {"opsgenie", {"env:A"}, {"0123456789abcdef"}},
        {"sms",
         {"+4930123456", "+15550100"},
         {"", "+", "4930123456", "+049301234", "+49 30 12345", "+49301234567890123", "+49301x34", "+1&To=2"}},
        {"voice", {"+4930123456"}, {"110"}},
    };
    struct err err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct contact_channel *channel = contact_channel_find(cases[i].channel);
        assert_non_null(channel);
        assert_int_equal(channel->check(channel->example, &err), 0);
        for (size_t k = 0; k < 4 && cases[i].sound[k]; k++)
            if (channel->check(cases[i].sound[k], &err))
                fail_msg("%s: %s", channel->name, err.text);
        for (size_t k = 0; k < 8 && cases[i].wrong[k]; k++) {
            if (channel->check(cases[i].wrong[k], &err) == 0)
                fail_msg("%s takes %s", channel->name, cases[i].wrong[k]);
            if (channel->kind == CONTACT_SECRET && strlen(cases[i].wrong[k]) > 8)
                assert_null(strstr(err.text, cases[i].wrong[k]));
        }
    }
}

/* people[].contacts is written `people[].contacts` in docs/configuration.md. */
static void find_in_docs(const char *docs, const char *path, const struct section *section)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *key = &section->keys[i];
        const char *below = arena_printf(arena, "%s%s%s", path, path[0] ? "." : "", key->name);
        if (!strstr(docs, arena_printf(arena, "`%s`", below)))
            fail_msg("docs/configuration.md does not name `%s`", below);
        if (key->section)
            find_in_docs(docs, key->kind == VALUE_LIST ? arena_printf(arena, "%s[]", below) : below,
                         key->section);
    }
}

static void every_key_of_the_schema_is_documented(void **state)
{
    (void)state;
    char *docs;
    size_t n_bytes;
    struct err err;
    assert_int_equal(file_read(arena, SOURCE_ROOT "/docs/configuration.md", 1000000, &docs, &n_bytes, &err),
                     0);
    find_in_docs(docs, "", &config_schema);
}

/* The first YAML block of the page. */
static void the_example_of_the_documentation_is_a_configuration(void **state)
{
    (void)state;
    char *docs;
    size_t n_bytes;
    struct err err;
    assert_int_equal(file_read(arena, SOURCE_ROOT "/docs/configuration.md", 1000000, &docs, &n_bytes, &err),
                     0);
    const char *start = strstr(docs, "```yaml\n");
    assert_non_null(start);
    start += 8;
    const char *end = strstr(start, "```\n");
    assert_non_null(end);
    config_free(read_good(arena_strndup(arena, start, (size_t)(end - start))));
}

static void a_missing_file_is_not_the_defaults(void **state)
{
    (void)state;
    struct config_errors errors = {.arena = arena};
    struct config *config = NULL;
    assert_int_equal(config_load("/nowhere/crashcart.yaml", &config, &errors), -1);
    assert_non_null(strstr(errors.list.at[0], "/nowhere/crashcart.yaml"));
}

static void rules_of_inhibition_are_read_as_alertmanager_writes_them(void **state)
{
    (void)state;
    struct config *config = read_good("inhibit:\n"
                                      "  - source_matchers: ['severity=\"critical\"', 'job=~\"db.*\"']\n"
                                      "    target_matchers: ['{severity=~\"warning|info\"}']\n"
                                      "    equal: [service, region]\n");
    assert_int_equal(config->inhibit_rules.n, 1);
    const struct inhibit_rule *rule = config->inhibit_rules.at;
    assert_int_equal(rule->source.n, 2);
    assert_true(matcher_fits_value(rule->target.at[0], "info"));
    assert_int_equal(rule->equal.n, 2);
    config_free(config);
    assert_non_null(
        strstr(errors_of("inhibit:\n  - source_matchers: ['a=b', 'c=~(']\n    target_matchers: ['x=y']\n"),
               "crashcart.yaml:2: source_matchers: \"c=~(\": not a regular expression"));
    assert_non_null(strstr(errors_of("inhibit:\n  - source_matchers: [a=b]\n    target_matchers: ['x!=y']\n"),
                           "crashcart.yaml:2: the target_matchers of the inhibition rule fit every alert"));
    assert_non_null(strstr(errors_of("inhibit:\n  - source_matchers: [a=b]\n"), "target_matchers"));
}

static void services_that_need_each_other_in_a_circle_are_refused(void **state)
{
    (void)state;
    config_free(read_good("services: [{id: a, depends_on: [b, c]}, {id: b, depends_on: [c]}, {id: c}]\n"));
    assert_non_null(strstr(errors_of("services:\n"
                                     "  - {id: top, depends_on: [a]}\n"
                                     "  - {id: a, depends_on: [b]}\n"
                                     "  - {id: b, depends_on: [a]}\n"),
                           "crashcart.yaml:3: depends_on goes in a circle: a needs b needs a"));
    assert_non_null(strstr(errors_of("services: [{id: a, depends_on: [a]}]\n"), "a needs a"));
    assert_non_null(strstr(errors_of("services: [{id: a, depends_on: [postgre]}, {id: postgres}]\n"),
                           "did you mean \"postgres\""));
}

static void roles_are_filled_by_known_people_and_once(void **state)
{
    (void)state;
    static const char people[] = "people: [{id: ana, contacts: [{email: ana@example.org}]}]\n";
    struct config *config =
        read_good(arena_printf(arena, "%sroles: {Engineering Manager: [person:ana]}\n", people));
    assert_string_equal(config->roles.at[0].name, "engineering-manager");
    assert_string_equal(config->roles.at[0].notify.at[0], "person:ana");
    config_free(config);
    assert_non_null(strstr(errors_of(arena_printf(arena, "%sroles: {cto: [person:anna]}\n", people)),
                           "the role names person \"anna\", which is not defined; did you mean \"ana\"?"));
    assert_non_null(strstr(errors_of("roles: {cto: ana}\n"), "needs a list like [person:ana]"));
    assert_non_null(strstr(errors_of("roles: {cto: [{a: b}]}\n"), "crashcart.yaml:1: roles: role \"cto\""));
    assert_non_null(strstr(
        errors_of(arena_printf(arena, "%sroles: {IC: [person:ana], commander: [person:ana]}\n", people)),
        "is given twice"));
}

#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(without_a_file_everything_has_a_default),
        test(an_empty_file_is_the_defaults),
        test(every_key_fills_its_field),
        test(an_unknown_key_is_named_with_its_line_and_the_nearest),
        test(a_person_who_cannot_be_reached_is_an_error),
        test(a_web_address_has_a_host_and_nothing_secret),
        test(all_errors_are_told_at_once),
        test(names_that_nothing_bears_are_found),
        test(a_contact_is_one_known_way_with_a_sound_address),
        test(what_is_not_yaml_is_told_with_its_line),
        test(what_would_grow_without_bound_is_refused),
        test(a_store_is_a_database_server_without_its_password),
        test(an_id_that_is_no_text_is_one_error_and_no_crash),
        test(an_anchor_may_stand_for_what_it_names),
        test(an_address_of_each_channel_is_checked),
        test(every_key_of_the_schema_is_documented),
        test(the_example_of_the_documentation_is_a_configuration),
        test(rules_of_inhibition_are_read_as_alertmanager_writes_them),
        test(roles_are_filled_by_known_people_and_once),
        test(services_that_need_each_other_in_a_circle_are_refused),
        test(a_missing_file_is_not_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
