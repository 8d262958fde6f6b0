#include "base/testing.h"

#include <string.h>

#include "runbook/risk_priv.h"

/* Whether the text is read without the parser. */
static bool is_plain(struct arena *arena, const char *text)
{
    struct risk risk = {0};
    size_t inner_bytes_left = 1000;
    bool found, original_parses;
    struct scan scan = {.arena = arena,
                        .rules = risk_rules_builtin(),
                        .risk = &risk,
                        .text = text,
                        .n_bytes = strlen(text),
                        .inner_bytes_left = &inner_bytes_left};
    scan.parsed = text_with_filled_placeholders(arena, text, scan.n_bytes, &found);
    return scan_plain(&scan, &original_parses);
}

static void assert_all_equal(const struct strings *a, const struct strings *b, const char *command)
{
    if (a->n != b->n)
        fail_msg("%s", command);
    for (size_t i = 0; i < a->n; i++)
        assert_string_equal(a->at[i], b->at[i]);
}

/* Both ways give one answer; gives whether the short one was taken. */
static bool is_plain_and_same(struct arena *arena, const char *command)
{
    struct risk risk = risk_of_command(arena, risk_rules_builtin(), command, strlen(command));
    struct risk parsed = risk_of_parsed_command(arena, risk_rules_builtin(), command, strlen(command));
    if (risk.class != parsed.class || risk.parses != parsed.parses || strcmp(risk.why, parsed.why) != 0)
        fail_msg("\"%s\": %s (parses: %d), by the parser %s (parses: %d)", command, risk.why, risk.parses,
                 parsed.why, parsed.parses);
    assert_string_equal(risk.part, parsed.part);
    assert_all_equal(&risk.programs, &parsed.programs, command);
    assert_all_equal(&risk.needs_files, &parsed.needs_files, command);
    assert_all_equal(&risk.writes_files, &parsed.writes_files, command);
    assert_int_equal(risk.endless, parsed.endless);
    assert_int_equal(risk.sensitive, parsed.sensitive);
    return is_plain(arena, command);
}

static void the_short_way_says_what_the_parser_says(void **state)
{
    static const char *const commands[] = {
        "kubectl get pods",
        "  kubectl -n shop logs <pod-name> --since=1h\n",
        "kubectl delete pod <pod> ",
        "ls; reboot",
        "ls\nrm -rf /data",
        "df -h && rm -r 'my files' || echo \"not \\\"done\\\"\"",
        "echo 'DROP TABLE t' | psql shop",
        "echo rm -rf /data | sh | cat",
        "curl -s \\\n  -X DELETE \\\n  http://<host>/x  # removes it",
        "kubectl get secret db -o yaml > secret.yaml",
        "ls 2>/dev/null",
        "ls 2>&1",
        "psql < dump.sql",
        "ls > <file>x",
        "grep \"a\\|b\" 'c\\d' x'y'z",
        "ssh host 'uptime; reboot'",
        "printf '%s' x | xargs kill",
        "export",
        "read x",
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!is_plain_and_same(arena, commands[i]) && strcmp(commands[i], "export") != 0)
            fail_msg("\"%s\" was left to the parser", commands[i]);
}

static void what_is_not_certain_is_left_to_the_parser(void **state)
{
    static const char *const commands[] = {
        "",
        "A=b ls",
        "- A=b",
        "90%",
        "you@host",
        "a+:",
        "if ls",
        "ls $HOME",
        "ls *.txt",
        "ls \"$(reboot)\"",
        "ls `reboot`",
        "ls & reboot",
        "ls |& cat",
        "ls |",
        "ls | cat > x",
        "ls && cat > x",
        "ls > x y",
        "ls @2<x",
        "cat <<EOF\nx\nEOF",
        "ls \\\n",
        "ls 'x",
        "ls \"x\\",
        "(ls)",
        "{ ls; }",
        "! ls",
        "f() { ls; }",
        "ls \"\xff\"",
        "time reboot",
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (is_plain_and_same(arena, commands[i]))
            fail_msg("\"%s\" was read without the parser", commands[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_short_way_says_what_the_parser_says),
        cmocka_unit_test(what_is_not_certain_is_left_to_the_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
