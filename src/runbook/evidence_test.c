#include <string.h>

#include "base/testing.h"
#include "runbook/evidence.h"

static const struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void procedures_about_a_breach_keep_evidence(void **state)
{
    static const struct {
        const char *title;
        bool keeps;
    } rows[] = {
        {"Suspected PHI breach", true},     {"PHI exposure", true},
        {"Unauthorized access", true},      {"Ransomware on a host", true},
        {"Privacy incident", true},         {"Service down", false},
        {"Security patch rotation", false}, {"Patient data export fails", false},
        {"Leaked credentials", true},       {"Memory leak", false},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct runbook *runbook =
            read_text(arena, arena_printf(arena, "# R\n\n## %s\n\n```bash\nuptime\n```\n", rows[i].title));
        if (procedure_keeps_evidence(&runbook->procedures.at[0]) != rows[i].keeps)
            fail_msg("%s", rows[i].title);
    }
}

static void looks_and_what_says_so_capture_evidence(void **state)
{
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Suspected breach\n\n### Containment\n\n1. Isolate\n   ```bash\n   ufw deny 443\n   ```\n"
        "2. Take a snapshot of the disk\n   ```bash\n   lvcreate --snapshot /dev/vg/data\n   ```\n"
        "3. Who is there\n   ```bash\n   last -n 50\n   ```\n\n### Verification\n\n```bash\nuptime\n```\n");
    struct command_walk walk = {0};
    const char *found = "";
    (void)state;
    while (procedure_next_command(&runbook->procedures.at[0], &walk))
        if (step_captures_evidence(walk.phase, walk.step, walk.command))
            found = arena_printf(arena, "%s%s;", found, walk.command->text);
    assert_string_equal(found, "lvcreate --snapshot /dev/vg/data;last -n 50;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(procedures_about_a_breach_keep_evidence),
        cmocka_unit_test(looks_and_what_says_so_capture_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
