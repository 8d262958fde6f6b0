#include <string.h>

#include "base/testing.h"
#include "runbook/repair.h"

static const char *repaired_by(struct arena *arena, const char *command, const char *code)
{
    struct repairs repairs = {0};
    command_repairs(arena, risk_rules_builtin(), command, &repairs);
    list_each (repair, &repairs)
        if (strcmp(repair->code, code) == 0)
            return repair->text;
    return NULL;
}

static void fault_comes_with_its_mended_form(void **state)
{
    static const struct {
        const char *command, *code, *mended; /* NULL: there is nothing to mend */
    } rows[] = {
        {"curl -s http://web/health", "curl-no-fail", "curl -f -s http://web/health"},
        {"curl -fsS http://web/health", "curl-no-fail", NULL},
        {"curl -f http://web/health", "no-timeout", "curl --max-time 10 -f http://web/health"},
        {"journalctl -u web | grep -c ERROR", "exit-status",
         "journalctl -u web | grep -c ERROR || [ $? -eq 1 ]"},
        {"grep -c 'a;b' f", "exit-status", "grep -c 'a;b' f || [ $? -eq 1 ]"},
        {"grep -c ERROR f || true", "exit-status", NULL},
        {"grep -c ERROR f; df -h", "exit-status", NULL},
        {"kubectl exec -it <pod-name> -- df -h", "needs-tty", "kubectl exec <pod-name> -- df -h"},
        {"kubectl run x --rm -it --image=busybox -- id", "needs-tty",
         "kubectl run x --rm -i --image=busybox -- id"},
        {"top", "non-terminating", "top -b -n 1"},
        {"docker stats", "non-terminating", "docker stats --no-stream"},
        {"kubectl logs -f <pod>", "non-terminating", "kubectl logs <pod>"},
        {"watch -n 5 \"kubectl get pods\"", "non-terminating", "kubectl get pods"},
        {"ping db1", "non-terminating", "ping -c 4 db1"},
        {"docker-compose ps", "tool-deprecated", "docker compose ps"},
        {"kubectl rollout status deploy/web", "no-timeout",
         "kubectl rollout status --timeout=120s deploy/web"},
        {"curl -f -X POST http://a/b -d '{\"a\": 1}'", "post-no-content-type",
         "curl -H 'Content-Type: application/json' -f -X POST http://a/b -d '{\"a\": 1}'"},
        {"grep \xE2\x80\x93r \xE2\x80\x9C\x61 b\xE2\x80\x9D f", "nonascii-command", "grep -r \"a b\" f"},
        {"df -h", "no-timeout", NULL},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *mended = repaired_by(arena, rows[i].command, rows[i].code);
        if ((mended != NULL) != (rows[i].mended != NULL) || (mended && strcmp(mended, rows[i].mended) != 0))
            fail_msg("%s [%s]\n gives %s", rows[i].command, rows[i].code, mended ? mended : "nothing");
    }
}

static void chosen_repairs_are_made_together_and_then_filled(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *command = "kubectl exec -it <pod-name> -- curl -s http://web/health", *why = NULL;
    assert_string_equal(command_repaired(arena, command, "needs-tty curl-no-fail no-timeout", &why),
                        "kubectl exec <pod-name> -- curl --max-time 10 -f -s http://web/health");
    struct risk before = risk_of_command(arena, risk_rules_builtin(), command, strlen(command));
    assert_true(before.wants_terminal);
    struct fill_value value = {"<pod-name>", "web-1"};
    struct filled filled =
        command_prepared(arena, risk_rules_builtin(), command, &before, "needs-tty", &value, 1);
    assert_string_equal(filled.text, "kubectl exec web-1 -- curl -s http://web/health");
    assert_false(filled.risk.wants_terminal);
}

static void repair_that_mends_nothing_is_refused(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *why = NULL;
    assert_null(command_repaired(arena, "df -h", "curl-no-fail", &why));
    assert_true(strstr(why, "curl-no-fail") != NULL);
    assert_null(command_repaired(arena, "curl http://a/b", "curl-no-fail mystery", &why));
}

static void approval_binds_text_values_and_repairs(void **state)
{
    (void)state;
    char a[SHA256_HEX_BYTES], b[SHA256_HEX_BYTES];
    struct fill_value one = {"<pod>", "web-1"}, two = {"<pod>", "web-2"};
    command_sha256("docker ps", "", NULL, 0, "docker ps", a);
    sha256_hex("docker ps", 9, b);
    assert_string_equal(a, b);
    command_sha256("kubectl logs <pod>", "", &one, 1, "kubectl logs web-1", a);
    command_sha256("kubectl logs <pod>", "", &two, 1, "kubectl logs web-1", b);
    assert_string_not_equal(a, b);
    command_sha256("kubectl logs <pod>", "no-timeout", &one, 1, "kubectl logs web-1", b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_comes_with_its_mended_form),
        cmocka_unit_test(chosen_repairs_are_made_together_and_then_filled),
        cmocka_unit_test(repair_that_mends_nothing_is_refused),
        cmocka_unit_test(approval_binds_text_values_and_repairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
