#include "config/target.h"

#include <string.h>

#include "base/testing.h"
#include "config/config.h"

#define assert_text_has(text, part) assert_non_null(strstr((text), (part)))

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

static struct config *read_target(const char *target, const char **ret_errors)
{
    const char *yaml =
        arena_printf(arena, "services:\n  - id: web\n    runbook: web.md\n    target: %s\n", target);
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("crashcart.yaml", yaml, strlen(yaml), &errors);
    *ret_errors = "";
    list_each (error, &errors.list)
        *ret_errors = arena_printf(arena, "%s%s\n", *ret_errors, *error);
    return config;
}

static const char *text_of(const char *target)
{
    const char *errors, *service;
    struct config *config = read_target(target, &errors);
    assert_string_equal(errors, "");
    const char *text = target_text(arena, config_target(config, "web", "web.md", &service));
    assert_string_equal(service, "web");
    config_free(config);
    return text;
}

static void assert_wrong(const char *target, const char *words)
{
    const char *errors;
    assert_null(read_target(target, &errors));
    assert_text_has(errors, words);
    assert_text_has(errors, "crashcart.yaml:4: ");
}

static void the_text_of_a_target_says_where_as_whom_and_in_what(void **state)
{
    (void)state;
    assert_string_equal(text_of("{ssh: deploy@web-1}"), "ssh deploy@web-1");
    assert_string_equal(text_of("{ssh: 'ssh://deploy@[::1]:2222', environment: {A: it's}}"),
                        "ssh ssh://deploy@[::1]:2222, A='it'\\''s'");
    assert_string_equal(text_of("{kubectl: {context: prod, namespace: shop, pod: deployment/web}}"),
                        "pod deployment/web, namespace shop, context prod");
    assert_string_equal(text_of("{docker: web, user: app}"), "container web, as user app");
    assert_string_equal(text_of("{folder: '/srv/it''s'}"), "this host, in '/srv/it'\\''s'");
    assert_string_equal(text_of("{kube_context: prod, secrets: {T: 'file:/t'}}"),
                        "this host, kube context prod, T from 'file:/t'");
}

/* No value can be written so that it reads like another target. */
static void targets_that_differ_have_texts_that_differ(void **state)
{
    (void)state;
    static const char *const targets[] = {"{environment: {A: '1', B: '2'}}",
                                          "{environment: {A: \"1', B='2\"}}",
                                          "{environment: {A: \"1, B=2\"}}",
                                          "{user: a}",
                                          "{environment: {A: '1'}, user: a}",
                                          "{ssh: a@b}",
                                          "{ssh: a@b, ssh_config: /c}",
                                          "{ssh: a@b, ssh_config: \"/c', as user 'x\"}",
                                          "{docker: b}",
                                          "{folder: /b}",
                                          "{folder: \"/b', A='1\"}",
                                          "{docker: b, user: a}",
                                          "{secrets: {A: 'env:B'}}",
                                          "{environment: {A: 'env:B'}}",
                                          "{kubectl: {context: c, namespace: n, pod: p}}",
                                          "{kubectl: {context: n, namespace: c, pod: p}}",
                                          "{kubectl: {context: c, namespace: n, pod: p, container: k}}"};
    enum { N = sizeof targets / sizeof *targets };
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text_of(targets[i]), text_of(targets[j]));
}

static void what_cannot_be_a_target_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_wrong("{ssh: web-1}", "does not say as whom");
    assert_wrong("{ssh: a@-oProxyCommand=x}", "no place for ssh");
    assert_wrong("{ssh: '-oProxyCommand=x@h'}", "no place for ssh");
    assert_wrong("{ssh: 'ssh://a@h:99999'}", "no place for ssh");
    assert_wrong("{docker: --privileged}", "would be an option");
    assert_wrong("{docker: 'a b'}", "one word");
    assert_wrong("{user: 'a;b'}", "one word");
    assert_wrong("{ssh: a@b, docker: c}", "only one of");
    assert_wrong("{ssh: a@b, user: c}", "ssh: c@HOST");
    assert_wrong("{ssh_config: /c}", "belongs to ssh");
    assert_wrong("{kubectl: {context: c, namespace: n}}", "has no \"pod\"");
    assert_wrong("{kubectl: {context: c, namespace: n, pod: p}, user: u}", "cannot choose a user");
    assert_wrong("{environment: {'A B': c}}", "no name of a variable");
    assert_wrong("{environment: {BASH_ENV: c}}", "belongs to the shell");
    assert_wrong("{secrets: {A: hunter2}}", "where the secret lies");
    assert_wrong("{environment: {A: b}, secrets: {A: 'env:B'}}", "set by environment and by secrets");
    assert_wrong("{environment: {KUBECONFIG: b}, kube_context: c}", "both choose the cluster");
    assert_wrong("{limits: {changes_per_hour: -1}}", "changes_per_hour");
    assert_wrong("{limit: {}}", "did you mean \"limits\"?");
}

static void an_alert_of_no_known_service_runs_where_its_runbook_does(void **state)
{
    (void)state;
    const char *errors, *service;
    struct config *config = read_target("{ssh: a@b, limits: {changes_per_hour: 3}}", &errors);
    assert_non_null(config);
    const struct target *target = config_target(config, "unknown", "web.md", &service);
    assert_string_equal(target->ssh, "a@b");
    assert_int_equal(target->changes_an_hour, 3);
    assert_int_equal(target->destructive_an_incident, 0);
    assert_string_equal(service, "web");
    assert_string_equal(target_text(arena, config_target(config, "unknown", "other.md", &service)), "");
    assert_string_equal(service, "");
    config_free(config);
}

static void the_hash_of_an_approval_is_also_that_of_the_place(void **state)
{
    (void)state;
    char bare[SHA256_HEX_BYTES], here[SHA256_HEX_BYTES], there[SHA256_HEX_BYTES], other[SHA256_HEX_BYTES];
    sha256_hex("x", 1, bare);
    memcpy(here, bare, sizeof bare), memcpy(there, bare, sizeof bare), memcpy(other, bare, sizeof bare);
    target_bind("web", "", here);
    target_bind("web", "ssh a@b", there);
    target_bind("api", "ssh a@b", other);
    assert_string_equal(here, bare);
    assert_string_not_equal(there, bare);
    assert_string_not_equal(there, other);
}

static void a_command_that_chooses_its_own_cluster_contradicts_the_pin(void **state)
{
    (void)state;
    static const char *const fine[] = {"kubectl get pods", "kubectl --context prod get pods",
                                       "kubectl --context=prod get pods",
                                       "kubectl --context \"prod\" get pods"};
    static const char *const wrong[] = {
        "kubectl --context=prod2 get pods", "kubectl get pods --context staging",
        "KUBECONFIG=/x kubectl get pods",   "kubectl config use-context staging",
        "helm --kube-context staging list", "kubectl --kubeconfig=/x get pods"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        assert_null(target_contradicts(arena, "prod", fine[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_text_has(target_contradicts(arena, "prod", wrong[i]), "pinned to the kube context prod");
        assert_null(target_contradicts(arena, NULL, wrong[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_a_target_says_where_as_whom_and_in_what),
        cmocka_unit_test(targets_that_differ_have_texts_that_differ),
        cmocka_unit_test(what_cannot_be_a_target_is_refused_with_its_line),
        cmocka_unit_test(an_alert_of_no_known_service_runs_where_its_runbook_does),
        cmocka_unit_test(the_hash_of_an_approval_is_also_that_of_the_place),
        cmocka_unit_test(a_command_that_chooses_its_own_cluster_contradicts_the_pin),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
