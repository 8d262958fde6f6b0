/* The exact words with which each way is gone. The programs are the team's own, and need not be here: files
 * of their names stand on PATH. */
#include "runner/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/testing.h"
#include "runner/remote.h"

#define assert_text_has(text, part) assert_non_null(strstr((text), (part)))

static const char *const programs[] = {"ssh", "kubectl", "docker", "sudo", "runuser"};

static struct arena *arena;
static char folder[40];

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    snprintf(folder, sizeof folder, "/tmp/place-test-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
        return -1;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        close(open(arena_printf(arena, "%s/%s", folder, programs[i]), O_CREAT | O_WRONLY | O_CLOEXEC, 0755));
    return setenv("PATH", folder, 1);
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        unlink(arena_printf(arena, "%s/%s", folder, programs[i]));
    arena_free(arena);
    return rmdir(folder);
}

static struct config *configured(const char *target)
{
    const char *yaml =
        arena_printf(arena, "services:\n  - id: web\n    runbook: web.md\n    target: %s\n", target);
    struct config_errors errors = {.arena = arena};
    return config_parse("crashcart.yaml", yaml, strlen(yaml), &errors);
}

static struct runner_order order_of(const struct config *config)
{
    const char *service;
    const struct target *target = config_target(config, "web", "web.md", &service);
    return (struct runner_order){
        .file = "web.md", .service = arena_strdup(arena, service), .target = target_text(arena, target)};
}

/* The program and its arguments, in brackets, the greeting as "GREETING"; "" for this host. */
static const char *way_of(const char *target, const char **ret_name)
{
    struct config *config = configured(target);
    struct redact_rules *rules = NULL;
    struct err err;
    struct place place = {0};
    assert_non_null(config);
    assert_int_equal(redact_rules_read(NULL, &rules, &err), 0);
    struct place_secrets *secrets = place_secrets_read(config, rules);
    struct runner_order order = order_of(config);
    assert_null(place_find(arena, config, secrets, &order, "uptime", &place));
    const char *text = "";
    for (const char *const *word = place.arguments; word && *word; word++)
        text = strcmp(*word, remote_greeting) == 0 ? arena_printf(arena, "%s[GREETING]", text)
               : strstr(*word, remote_greeting)
                   ? arena_printf(arena, "%s[exec sh -c 'GREETING'%s]", text, strrchr(*word, '\'') + 1)
                   : arena_printf(arena, "%s[%s]", text, *word);
    if (ret_name)
        *ret_name = place.name ? arena_strdup(arena, place.name) : NULL;
    place_secrets_free(secrets);
    redact_rules_free(rules);
    config_free(config);
    return text;
}

static void this_host_needs_no_way(void **state)
{
    (void)state;
    const char *name;
    assert_string_equal(way_of("{environment: {A: b}}", &name), "");
    assert_null(name);
}

static void ssh_asks_nothing_and_forwards_nothing(void **state)
{
    (void)state;
    const char *name;
    assert_string_equal(way_of("{ssh: deploy@web-1}", &name),
                        "[ssh][-T][-o][BatchMode=yes][-o][ConnectTimeout=10][-o][ServerAliveInterval=5]"
                        "[-o][ServerAliveCountMax=3][-o][ClearAllForwardings=yes][-o][RequestTTY=no]"
                        "[-o][RemoteCommand=none][-o][LogLevel=ERROR][--][deploy@web-1]"
                        "[exec sh -c 'GREETING']");
    assert_string_equal(name, "ssh deploy@web-1");
    assert_text_has(way_of("{ssh: 'ssh://deploy@web-1:2222', ssh_config: /etc/team/ssh}", NULL),
                    "[-F][/etc/team/ssh][--][ssh://deploy@web-1:2222][exec sh -c 'GREETING']");
}

static void kubectl_names_cluster_namespace_and_pod(void **state)
{
    (void)state;
    const char *name;
    assert_string_equal(way_of("{kubectl: {context: prod, namespace: shop, pod: web-0}}", &name),
                        "[kubectl][--context=prod][--namespace=shop][exec][-i][web-0][--][sh][-c][GREETING]");
    assert_string_equal(name, "pod web-0, namespace shop, context prod");
    assert_string_equal(
        way_of("{kubectl: {context: prod, namespace: shop, pod: deployment/web, container: app}}", NULL),
        "[kubectl][--context=prod][--namespace=shop][exec][-i][deployment/web][-c][app][--][sh][-c]"
        "[GREETING]");
}

static void docker_enters_a_container_as_a_user(void **state)
{
    (void)state;
    const char *name;
    assert_string_equal(way_of("{docker: web}", &name), "[docker][exec][-i][web][sh][-c][GREETING]");
    assert_string_equal(name, "container web");
    assert_string_equal(way_of("{docker: web, user: app}", NULL),
                        "[docker][exec][-i][--user][app][web][sh][-c][GREETING]");
}

static void another_user_is_become_without_a_password(void **state)
{
    (void)state;
    int status;
    if (geteuid() == 0)
        assert_string_equal(way_of("{user: app}", NULL), "[runuser][-u][app][--][sh][-c][GREETING]");
    pid_t pid = fork();
    if (pid == 0) { /* as somebody else than root */
        bool changed = geteuid() != 0 || seteuid(65534) == 0;
        _exit(changed && strcmp(way_of("{user: app}", NULL),
                                "[sudo][-n][-H][-u][app][--][sh][-c][GREETING]") == 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static const char *why_not(const char *configured_now, const char *planned, const char *command)
{
    struct config *before = configured(planned), *now = configured(configured_now);
    struct runner_order order = order_of(before);
    struct place place;
    const char *why = place_find(arena, now, NULL, &order, command, &place);
    config_free(before);
    config_free(now);
    return why;
}

static void a_run_begins_in_the_folder_and_goes_on_where_it_was(void **state)
{
    (void)state;
    struct config *config = configured("{folder: \"/srv/it's\"}");
    struct place place = {0};
    struct runner_order order = order_of(config);
    assert_string_equal(order.target, "this host, in '/srv/it'\\''s'");
    assert_null(place_find(arena, config, NULL, &order, "uptime", &place));
    assert_text_has(place.pins, "__step_start='/srv/it'\\''s'\n");
    assert_text_has(place.pins, "! -r \"$__step_state\"");
    config_free(config);
}

static void an_order_for_another_place_is_refused(void **state)
{
    (void)state;
    assert_null(why_not("{ssh: a@b}", "{ssh: a@b}", "uptime"));
    assert_text_has(why_not("{ssh: a@c}", "{ssh: a@b}", "uptime"),
                    "ssh a@c) than when it was planned (ssh a@b)");
    assert_text_has(why_not("{ssh: a@b, environment: {A: c}}", "{ssh: a@b}", "uptime"), "another target now");
    assert_text_has(why_not("{frozen: false}", "{ssh: a@b}", "uptime"), "another target now (this host)");
    assert_text_has(why_not("{ssh: a@b}", "{frozen: false}", "uptime"), "planned (this host)");
    assert_text_has(why_not("{kube_context: prod}", "{kube_context: prod}", "kubectl --context old get pods"),
                    "--context");
}

static void a_core_that_was_taken_over_cannot_choose_the_place(void **state)
{
    (void)state;
    struct config *config = configured("{ssh: a@b}");
    struct place place;
    struct runner_order nowhere = {.file = "web.md"};
    assert_non_null(place_find(arena, config, NULL, &nowhere, "uptime", &place));
    struct runner_order made_up = {.file = "web.md", .service = "web", .target = "ssh root@b"};
    assert_non_null(place_find(arena, config, NULL, &made_up, "uptime", &place));
    struct runner_order other_service = {.file = "web.md", .service = "shop", .target = "ssh a@b"};
    assert_non_null(place_find(arena, config, NULL, &other_service, "uptime", &place));
    config_free(config);
}

static void a_program_that_is_missing_is_named(void **state)
{
    (void)state;
    setenv("PATH", "/nonexistent", 1);
    assert_string_equal(why_not("{docker: web}", "{docker: web}", "uptime"),
                        "There is no docker on this host to reach container web with.");
}

static void a_secret_is_pinned_and_never_a_word_of_a_command_line(void **state)
{
    (void)state;
    struct config *config = configured("{ssh: a@b, secrets: {PGPASSWORD: 'env:PLACE_TEST'}}");
    struct redact_rules *rules = NULL;
    struct err err;
    struct place place = {0};
    assert_int_equal(redact_rules_read(NULL, &rules, &err), 0);
    struct runner_order order = order_of(config);
    assert_null(strstr(order.target, "it's"));
    assert_text_has(place_find(arena, config, NULL, &order, "uptime", &place), "PGPASSWORD");
    setenv("PLACE_TEST", "it's a secret", 1);
    struct place_secrets *secrets = place_secrets_read(config, rules);
    assert_null(place_find(arena, config, secrets, &order, "uptime", &place));
    assert_text_has(place.pins, "export PGPASSWORD='it'\\''s a secret'\n");
    for (const char *const *word = place.arguments; *word; word++)
        assert_null(strstr(*word, "secret"));
    place_secrets_free(secrets);
    redact_rules_free(rules);
    config_free(config);
    unsetenv("PLACE_TEST");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(this_host_needs_no_way),
        TEST(ssh_asks_nothing_and_forwards_nothing),
        TEST(kubectl_names_cluster_namespace_and_pod),
        TEST(docker_enters_a_container_as_a_user),
        TEST(another_user_is_become_without_a_password),
        TEST(a_run_begins_in_the_folder_and_goes_on_where_it_was),
        TEST(an_order_for_another_place_is_refused),
        TEST(a_core_that_was_taken_over_cannot_choose_the_place),
        TEST(a_program_that_is_missing_is_named),
        TEST(a_secret_is_pinned_and_never_a_word_of_a_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
