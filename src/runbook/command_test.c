#include "base/testing.h"

#include <string.h>

#include "runbook/command.h"

static struct fence_entries split(struct arena *arena, const char *markdown)
{
    struct document *document = document_read(arena, markdown, strlen(markdown));
    struct fence_entries entries = {0};

    for (size_t i = 0; i < document->blocks.n; i++)
        if (document->blocks.at[i].kind == BLOCK_FENCE)
            fence_split(arena, &document->blocks.at[i], &entries);
    return entries;
}

static void a_fence_is_cut_into_comments_and_commands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct fence_entries entries = split(arena, "```bash\n# Look\ndf -h  # disks\n\nuptime\n```\n");

    assert_int_equal(entries.n, 3);
    assert_true(entries.at[0].comment);
    assert_string_equal(entries.at[0].text, "Look");
    assert_string_equal(entries.at[1].command.text, "df -h");
    assert_string_equal(entries.at[1].command.trailing_comment, "disks");
    assert_int_equal(entries.at[2].line, 5);
    assert_true(entries.at[2].gap);
}

struct extent_case {
    const char *body;
    size_t n_commands;
    const char *first;
};

/* Quotes, joined lines, loops and here-documents hold a command together. */
static void a_command_ends_where_the_shell_says(void **state)
{
    (void)state;
    static const struct extent_case cases[] = {
        {"curl -X POST x \\\n  -d '{\"a\": 1}'\nls", 2, "curl -X POST x \\\n  -d '{\"a\": 1}'"},
        {"psql -c \"\n  SELECT 1 \n  FROM t; # no comment\"\nls", 2,
         "psql -c \"\n  SELECT 1 \n  FROM t; # no comment\""},
        {"while true; do\n  ps\n  sleep 3\ndone\nls", 2, "while true; do\n  ps\n  sleep 3\ndone"},
        {"if a; then\n  b\nelse\n  c\nfi\nls", 2, "if a; then\n  b\nelse\n  c\nfi"},
        {"cat <<EOF > f\nit's # text\nEOF\nls", 2, "cat <<EOF > f\nit's # text\nEOF"},
        {"N=$(kubectl get x \\\n  -o name)\nls", 2, "N=$(kubectl get x \\\n  -o name)"},
        {"f() {\n  ls\n}\nf", 2, "f() {\n  ls\n}"},
        {"a |\n  b\nls", 2, "a |\n  b"},
        {"echo \"$(date \"+%s\")\" # now\nls", 2, "echo \"$(date \"+%s\")\""},
        {"kubectl logs <pod-name> | grep -i \"memory\\|oom\"\nls", 2,
         "kubectl logs <pod-name> | grep -i \"memory\\|oom\""},
        {"echo a#b\nls", 2, "echo a#b"},
        {"echo don't\nls", 2, "echo don't"}, /* nothing closes the quote: the line is the command */
        {"echo done\nls", 2, "echo done"},
        {"grep x <<< \"$y\"\nls", 2, "grep x <<< \"$y\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct fence_entries entries = split(arena, arena_printf(arena, "```sh\n%s\n```\n", cases[i].body));
        assert_int_equal(entries.n, cases[i].n_commands);
        assert_string_equal(entries.at[0].command.text, cases[i].first);
    }
}

static void the_logical_text_is_what_the_shell_sees(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct fence_entries entries = split(arena, "```sh\nls \\\n  -l\n```\n");

    assert_string_equal(entries.at[0].command.logical, "ls   -l");
    assert_int_equal(entries.at[0].command.line, 2);
    assert_int_equal(entries.at[0].command.line_end, 3);
}

static void behind_prompts_only_prompted_lines_are_commands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct fence_entries entries =
        split(arena, "```console\n$ oc get pods\nNAME  READY\nroot@db:~# uptime\n# reboot\n```\n");

    assert_int_equal(entries.n, 3);
    assert_string_equal(entries.at[0].command.text, "oc get pods");
    assert_string_equal(entries.at[1].command.text, "uptime");
    assert_string_equal(entries.at[2].command.text, "reboot");
}

static void templates_and_configuration_hold_no_commands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_int_equal(split(arena, "```\nSubject: [SEV-X] help\n- what\n```\n").n, 0);
    assert_int_equal(split(arena, "```yaml\nls: 1\n```\n").n, 0);
    assert_int_equal(split(arena, "```\nkubectl get pods\nID=3\nkubectl get nodes\n```\n").n, 3);
}

static struct command_list prose(struct arena *arena, const char *markdown)
{
    struct document *document = document_read(arena, markdown, strlen(markdown));
    struct command_list commands = {0};

    prose_commands(arena, &document->blocks.at[0].prose, &commands);
    return commands;
}

static void commands_in_running_text_are_found(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_string_equal(prose(arena, "Restart with `systemctl restart x` now.\n").at[0].text,
                        "systemctl restart x");
    assert_string_equal(prose(arena, "Inspect pods: kubectl get pods -n a\n").at[0].text,
                        "kubectl get pods -n a");
    assert_string_equal(prose(arena, "Then run `tools/fix.py` twice.\n").at[0].text, "tools/fix.py");
    assert_int_equal(prose(arena, "Edit `tools/fix.py` and `kubectl`.\n").n, 0);
    assert_int_equal(prose(arena, "Note: watch the dashboards closely for a while.\n").n, 0);
}

static void conditions_are_cut_out_of_comments(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_string_equal(condition_clause(arena, "Scale up if CPU is high"), "if CPU is high");
    assert_string_equal(condition_clause(arena, "If the disk is full, clean it"), "If the disk is full");
    assert_string_equal(condition_clause(arena, "Restart (if needed)"), "if needed");
    assert_null(condition_clause(arena, "Check if the pod runs"));
    assert_null(condition_clause(arena, "Look"));
}

static void placeholders_are_listed_once(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct strings found = {0};

    command_placeholders(arena, "x <pod-name> <pod-name> [POD] {{ $labels.pod }} < in.txt {{.State}} a[0]",
                         &found);
    assert_int_equal(found.n, 3);
    assert_string_equal(found.at[0], "<pod-name>");
    assert_string_equal(found.at[1], "[POD]");
    assert_string_equal(found.at[2], "{{ $labels.pod }}");
}

/* What a command prints stands below it without a prompt. */
static void output_and_lists_in_a_fence_are_no_commands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct fence_entries entries = split(
        arena, "```bash\nkubectl get nodes\nNAME      STATUS   ROLES\nnode-a    Ready    worker\n"
               "node-b    Ready    worker\n\nwardctl list\n- first ward\n2. Call the lead\nstatus: ready\n"
               "--retention=15d\n250 2.1.5 Ok\n-----+-----\n\xeb\xac\xb8\xec\x84\x9c\nmode = fast\n"
               "wardctl stop \\\n  --all\n```\n");

    assert_int_equal(entries.n, 3);
    assert_string_equal(entries.at[0].text, "kubectl get nodes");
    assert_string_equal(entries.at[1].text, "wardctl list");
    assert_string_equal(entries.at[2].command.logical, "wardctl stop   --all");
}

static void a_powershell_block_is_one_command(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct fence_entries entries =
        split(arena, "```powershell\n$zones = @{\n  A = @(\"n1\")\n}\nif (Test-Path x)\n{\n  Get-Item x\n}\n"
                     "else {\n  Get-Item y\n}\nGet-Service |\n  Sort-Object\nGet-Date\n```\n");

    static const struct {
        int line;
        const char *end;
    } commands[] = {{2, "\n}"}, {5, "Get-Item y\n}"}, {12, "Get-Service |\n  Sort-Object"}, {14, "Get-Date"}};

    assert_int_equal(entries.n, 4);
    list_each (entry, &entries) {
        const char *end = commands[entry - entries.at].end;
        assert_int_equal(entry->line, commands[entry - entries.at].line);
        assert_string_equal(entry->text + strlen(entry->text) - strlen(end), end);
    }
}

static void a_backslash_right_behind_a_word_joins_the_next_line(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct fence_entries entries =
        split(arena, "```bash\noc patch -n shop till\\\n  --type merge\nls a\\ b\n```\n");

    const char *const commands[] = {"oc patch -n shop till\\\n  --type merge", "ls a\\ b"};
    assert_int_equal(entries.n, 2);
    list_each (entry, &entries)
        assert_string_equal(entry->command.text, commands[entry - entries.at]);
}

static void a_program_of_the_house_is_known_by_its_name_or_options(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text = "Switch it with `wardctl mode set shadow` and look: `importer --all-sites`\n\n"
                       "This page is about the `wardctl mode set` command; `retry 3` is its default.\n";
    struct document *document = document_read(arena, text, strlen(text));
    struct command_list commands = {0};

    prose_commands(arena, &document->blocks.at[0].prose, &commands);
    assert_int_equal(commands.n, 2);
    assert_string_equal(commands.at[0].text, "wardctl mode set shadow");
    prose_commands(arena, &document->blocks.at[1].prose, &commands);
    assert_int_equal(commands.n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_lists_in_a_fence_are_no_commands),
        cmocka_unit_test(a_powershell_block_is_one_command),
        cmocka_unit_test(a_fence_is_cut_into_comments_and_commands),
        cmocka_unit_test(a_command_ends_where_the_shell_says),
        cmocka_unit_test(the_logical_text_is_what_the_shell_sees),
        cmocka_unit_test(behind_prompts_only_prompted_lines_are_commands),
        cmocka_unit_test(templates_and_configuration_hold_no_commands),
        cmocka_unit_test(commands_in_running_text_are_found),
        cmocka_unit_test(conditions_are_cut_out_of_comments),
        cmocka_unit_test(placeholders_are_listed_once),
        cmocka_unit_test(a_backslash_right_behind_a_word_joins_the_next_line),
        cmocka_unit_test(a_program_of_the_house_is_known_by_its_name_or_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
