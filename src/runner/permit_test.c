/* What the runner refuses, whoever orders it. */
#include "runner/runner_fixture.h"

/* An order with a value for <words>, approved as what it gives. */
static void prepare_value(const char *command, const char *value, const char *prepares,
                          struct fill_value *ret_value, struct prepared *prepared)
{
    prepare(command, 1, prepared);
    *ret_value = (struct fill_value){"<words>", value};
    prepared->order.values = ret_value;
    prepared->order.n_values = 1;
    command_sha256(command, "", ret_value, 1, prepares, prepared->approved_sha256);
}

static void a_value_is_filled_by_the_runner_itself(void **state)
{
    (void)state;
    struct prepared prepared;
    struct fill_value value;
    put("poem", "it's \"so\" $(id) `id`\n");
    scoped_buf struct buf command = {0}, filled = {0};
    buf_printf(&command, "grep -F <words> %s/poem", bench->runbooks);
    buf_printf(&filled, "grep -F 'it'\\''s \"so\" $(id) `id`' %s/poem", bench->runbooks);
    prepare_value(buf_text(&command), "it's \"so\" $(id) `id`", buf_text(&filled), &value, &prepared);
    assert_ran(run_order(&prepared.order), "it's \"so\" $(id) `id`\n");
}

static void values_other_than_those_approved_are_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    struct fill_value value;
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    value.value = "usr";
    assert_refused(run_order(&prepared.order), "not the one that was approved");
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    prepared.order.repairs = "curl-no-fail";
    assert_refused(run_order(&prepared.order), "repairs");
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    prepared.order.n_values = 0;
    assert_refused(run_order(&prepared.order), "placeholder");
}

static void a_value_that_nobody_saw_is_a_name_or_a_number_or_does_not_run(void **state)
{
    (void)state;
    struct prepared prepared;
    struct fill_value value;
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    prepared.order.approved = false;
    assert_refused(run_order(&prepared.order), "nobody has looked at");
    prepare_value("ls -d /<name>", "tmp", "ls -d /tmp", &value, &prepared);
    value.name = "<name>";
    prepared.order.approved = false;
    assert_ran(run_order(&prepared.order), "/tmp\n");
}

static void a_repair_that_was_approved_is_made_by_the_runner(void **state)
{
    (void)state;
    struct prepared prepared;
    const char *command = "grep -c nothing /dev/null";
    prepare(command, 1, &prepared);
    prepared.order.repairs = "exit-status";
    assert_refused(run_order(&prepared.order), "not the one that was approved");
    assert_int_equal(run_approved(command)->state, STEP_FAILED); /* as written: 0 lines, exit 1 */
    prepare(command, 1, &prepared);
    prepared.order.repairs = "exit-status";
    command_sha256(command, "exit-status", NULL, 0, "grep -c nothing /dev/null || [ $? -eq 1 ]",
                   prepared.approved_sha256);
    assert_ran(run_order(&prepared.order), "0\n");
}

static void a_changed_document_is_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("echo old", 1, &prepared);
    put(prepared.file, "# Service down\n\n## Symptom\n```bash\necho new\n```\n");
    assert_refused(run_order(&prepared.order), "has changed");
}

static void what_changes_something_is_refused_without_approval(void **state)
{
    (void)state;
    assert_refused(run_unasked("touch /tmp/never"), "Nobody has approved it");
    struct prepared prepared;
    prepare("touch /tmp/never", 1, &prepared);
    sha256_hex("touch /tmp/other", 16, prepared.approved_sha256);
    assert_refused(run_order(&prepared.order), "not the one that was approved");
}

static void what_cannot_run_is_refused_even_when_approved(void **state)
{
    (void)state;
    assert_refused(run_approved("cat '<file-name>'"), "placeholder");
}

static void a_line_without_a_command_is_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("echo x", 1, &prepared);
    prepared.order.line = 2;
    runner_start(bench->runner, &prepared.order);
    assert_refused(await_end(1, prepared.order.attempt), "no command on line 2");
}

static void a_path_out_of_the_folder_is_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    char outside[128], link[160], absolute[160];
    snprintf(outside, sizeof outside, "%s/outside.md", bench->root);
    snprintf(absolute, sizeof absolute, "%s/doc-1.md", bench->runbooks);
    snprintf(link, sizeof link, "%s/link.md", bench->runbooks);
    prepare("echo x", 1, &prepared);
    assert_int_equal(rename(absolute, outside), 0);
    assert_int_equal(symlink(outside, link), 0);
    const char *paths[] = {"../outside.md", outside, "link.md", "sub/../../outside.md", "", "."};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        prepared.order.file = paths[i];
        prepared.order.attempt = 100 + (int)i;
        assert_refused(run_order(&prepared.order), "");
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(a_value_is_filled_by_the_runner_itself),
        T(values_other_than_those_approved_are_refused),
        T(a_value_that_nobody_saw_is_a_name_or_a_number_or_does_not_run),
        T(a_repair_that_was_approved_is_made_by_the_runner),
        T(a_changed_document_is_refused),
        T(what_changes_something_is_refused_without_approval),
        T(what_cannot_run_is_refused_even_when_approved),
        T(a_line_without_a_command_is_refused),
        T(a_path_out_of_the_folder_is_refused),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
