#include <string.h>

#include "base/testing.h"
#include "runner/walk.h"
#include "runner/walk_evidence.h"

static const char text[] = "# Service\n"
                           "\n"
                           "## Service down\n"
                           "\n"
                           "### Immediate actions\n"
                           "\n"
                           "1. Acknowledge the alert.\n"
                           "2. Look at the pod:\n"
                           "\n"
                           "   ```bash\n"
                           "   kubectl get pod <pod-name>\n" /* line 11 */
                           "   ```\n"
                           "\n"
                           "### Resolution\n"
                           "\n"
                           "1. If it is a leak:\n"
                           "\n"
                           "   ```bash\n"
                           "   systemctl restart api\n" /* line 19 */
                           "   ```\n"
                           "\n"
                           "2. Bring it back:\n"
                           "\n"
                           "   ```bash\n"
                           "   # Option 1: again\n"
                           "   systemctl start api\n" /* line 26 */
                           "   # Option 2: elsewhere\n"
                           "   systemctl start spare\n" /* line 28 */
                           "   ```\n";

static struct arena *arena;

static struct walk *walk_of(const char *document)
{
    struct runbook *runbook = runbook_read(arena, "api.md", document, strlen(document));
    assert_true(runbook->procedures.n >= 1);
    return walk_new(arena, runbook, &runbook->procedures.at[0]);
}

static int row_on(const struct walk *walk, int line)
{
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].line == line)
            return (int)i;
    fail_msg("no row on line %d", line);
    return -1;
}

static enum walk_state state_on(const struct walk *walk, int line)
{
    return walk->rows.at[row_on(walk, line)].state;
}

static int try_it(struct walk *walk, struct walk_entry entry)
{
    struct err err;
    entry.at_us = 1;
    entry.by = "ana";
    if (walk_check(walk, &entry, &err) < 0)
        return -1;
    walk_apply(walk, &entry);
    return 0;
}

static void did(struct walk *walk, enum walk_verb verb, int line, const char *words)
{
    assert_int_equal(
        try_it(walk, (struct walk_entry){.verb = verb, .row = row_on(walk, line), .text = words}), 0);
}

static void ended(struct walk *walk, int line, enum step_state state)
{
    assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_RESULT,
                                                      .row = row_on(walk, line),
                                                      .result = {.state = state, .output = ""}}),
                     0);
}

static int make(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void commands_tasks_and_questions_become_rows_in_the_order_of_the_document(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum step_kind kind;
    } rows[] = {{7, STEP_MANUAL},   {11, STEP_COMMAND}, {16, STEP_DECISION},
                {19, STEP_COMMAND}, {26, STEP_COMMAND}, {28, STEP_COMMAND}};
    struct walk *walk = walk_of(text);
    assert_int_equal(walk->n_listed, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < walk->n_listed; i++) {
        assert_int_equal(walk->rows.at[i].line, rows[i].line);
        assert_int_equal(walk->rows.at[i].kind, rows[i].kind);
        assert_int_equal(walk->rows.at[i].state, WALK_OPEN);
    }
    assert_int_equal(walk->rows.at[3].branch, 2);
    assert_int_equal(walk->rows.at[1].branch, -1);
}

static void no_leaves_the_branch_and_yes_takes_it_again(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    did(walk, WALK_ANSWER, 16, "no");
    assert_int_equal(state_on(walk, 19), WALK_NOT_TAKEN);
    did(walk, WALK_ANSWER, 16, "yes");
    assert_int_equal(state_on(walk, 19), WALK_OPEN);
    assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_ANSWER, .row = 2, .text = "perhaps"}), -1);
}

static void who_runs_a_row_has_answered_what_leads_there(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    did(walk, WALK_ANSWER, 16, "no");
    did(walk, WALK_BEGIN, 19, "systemctl restart api");
    assert_string_equal(walk->rows.at[row_on(walk, 16)].answer, "yes");
    assert_int_equal(state_on(walk, 19), WALK_RUNNING);
}

static void of_alternatives_one_is_taken(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    assert_int_equal(walk->rows.at[4].choice, walk->rows.at[5].choice);
    assert_int_not_equal(walk->rows.at[4].option, walk->rows.at[5].option);
    did(walk, WALK_CHOOSE, 28, NULL);
    assert_int_equal(state_on(walk, 26), WALK_NOT_TAKEN);
    assert_int_equal(state_on(walk, 28), WALK_OPEN);
    did(walk, WALK_TICK, 26, NULL); /* the person thought again */
    assert_int_equal(state_on(walk, 28), WALK_NOT_TAKEN);
    assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_CHOOSE, .row = 0}), -1);
}

static void what_was_begun_and_has_no_result_has_an_unknown_effect(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    did(walk, WALK_BEGIN, 19, "systemctl restart api");
    did(walk, WALK_RESUME, 7, NULL);
    assert_int_equal(state_on(walk, 19), WALK_UNKNOWN);
    assert_int_equal(walk_next(walk, row_on(walk, 19)), row_on(walk, 19)); /* it asks */
    assert_int_equal(walk_problems(walk), walk->n_listed - 1);             /* the question was answered */
    did(walk, WALK_BEGIN, 19, "systemctl restart api");
    ended(walk, 19, STEP_SUCCEEDED);
    assert_int_equal(state_on(walk, 19), WALK_SUCCEEDED);
}

static void one_step_runs_at_a_time_and_ends_once(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    did(walk, WALK_BEGIN, 19, "x");
    assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_BEGIN, .row = 1, .text = "y"}), -1);
    assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_SKIP, .row = 3}), -1);
    ended(walk, 19, STEP_FAILED);
    assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_RESULT, .row = 3}), -1);
    assert_int_equal(state_on(walk, 19), WALK_FAILED);
}

/* The whole table: which verb is allowed for which kind of row, running or at rest. */
static void verbs_fit_their_rows(void **state)
{
    (void)state;
    enum { RUNNING, COMMAND, QUESTION, TASK, PLACES };
    static const char *const allowed[N_WALK_VERBS] = {
        [WALK_BEGIN] = "-c--",  [WALK_RESULT] = "r---", [WALK_TICK] = "-c-t",  [WALK_SKIP] = "-cqt",
        [WALK_ANSWER] = "--q-", [WALK_CHOOSE] = "----", [WALK_NOTE] = "rcqt",  [WALK_SET] = "rcqt",
        [WALK_MEND] = "-c--",   [WALK_JUDGE] = "----",  [WALK_LEAVE] = "rcqt", [WALK_RESUME] = "rcqt"};
    static const int lines[PLACES] = {19, 11, 16, 7};
    for (int verb = 0; verb < N_WALK_VERBS; verb++)
        for (int place = 0; place < PLACES; place++) {
            struct walk *walk = walk_of(text);
            if (place == RUNNING)
                did(walk, WALK_BEGIN, 19, "x");
            struct walk_entry entry = {.verb = (enum walk_verb)verb,
                                       .row = row_on(walk, lines[place]),
                                       .name = "pod-name",
                                       .text = verb == WALK_ANSWER ? "yes" : "x"};
            bool fits = walk_check(walk, &entry, NULL) == 0;
            if (verb == WALK_BEGIN && place == COMMAND)
                assert_true(fits);
            if (fits != (allowed[verb][place] != '-'))
                fail_msg("%s on line %d", walk_verb_name((enum walk_verb)verb), lines[place]);
        }
}

static void rows_and_names_that_are_not_there_are_refused(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    for (int row = -2; row < 100; row += 51)
        assert_int_equal(try_it(walk, (struct walk_entry){.verb = WALK_TICK, .row = row}), -1);
    assert_int_equal(
        try_it(walk, (struct walk_entry){.verb = WALK_SET, .row = -1, .name = "nobody", .text = "x"}), -1);
    assert_int_equal(walk_verb_of("explode"), -1);
    for (int verb = 0; verb < N_WALK_VERBS; verb++)
        assert_int_equal(walk_verb_of(walk_verb_name((enum walk_verb)verb)), verb);
}

static void a_value_fills_every_command_that_asks_for_it(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    struct walk_command command;
    walk_prepare(arena, walk, &walk->rows.at[1], &command);
    assert_non_null(command.cannot);
    assert_int_equal(command.filled.missing.n, 1);
    assert_int_equal(
        try_it(walk, (struct walk_entry){.verb = WALK_SET, .row = -1, .name = "pod", .text = "web-1"}), 0);
    walk_prepare(arena, walk, &walk->rows.at[1], &command);
    assert_string_equal(command.filled.text, "kubectl get pod web-1");
    assert_null(command.ask);
    assert_int_equal(
        try_it(walk, (struct walk_entry){.verb = WALK_SET, .row = -1, .name = "pod", .text = ""}), 0);
    walk_prepare(arena, walk, &walk->rows.at[1], &command);
    assert_non_null(command.cannot);
}

static void a_change_asks_and_looking_does_not(void **state)
{
    (void)state;
    struct walk *walk = walk_of(text);
    struct walk_command command;
    walk_prepare(arena, walk, &walk->rows.at[row_on(walk, 19)], &command);
    assert_null(command.cannot);
    assert_non_null(command.ask);
    assert_false(command.seen_only);
    assert_int_equal(strlen(command.sha256), SHA256_HEX_BYTES - 1);
}

static void whole_phases_can_be_alternatives(void **state)
{
    (void)state;
    struct walk *walk = walk_of("# Service\n\n## Service down\n\n"
                                "### Option 1: start it again\n\n"
                                "```bash\nsystemctl restart api\n```\n\n" /* line 8 */
                                "```bash\nsystemctl status api\n```\n\n"  /* line 12 */
                                "### Option 2: elsewhere\n\n"
                                "```bash\nsystemctl start spare\n```\n\n" /* line 18 */
                                "### Verification\n\n"
                                "```bash\ncurl -f http://api/\n```\n"); /* line 24 */
    did(walk, WALK_CHOOSE, 18, NULL);
    assert_int_equal(state_on(walk, 8), WALK_NOT_TAKEN);
    assert_int_equal(state_on(walk, 12), WALK_NOT_TAKEN);
    assert_int_equal(state_on(walk, 18), WALK_OPEN);
    assert_int_equal(state_on(walk, 24), WALK_OPEN);
    assert_int_equal(walk->rows.at[row_on(walk, 24)].choice, 0);
}

static void of_alternatives_below_a_question_one_is_taken(void **state)
{
    (void)state;
    struct walk *walk = walk_of("# Service\n\n## Service down\n\n### Resolution\n\n"
                                "1. If it is a leak:\n\n   ```bash\n"
                                "   # Option 1: again\n   systemctl restart api\n"               /* line 11 */
                                "   # Option 2: elsewhere\n   systemctl start spare\n   ```\n"); /* line 13 */
    did(walk, WALK_TICK, 11, NULL);
    assert_string_equal(walk->rows.at[row_on(walk, 7)].answer, "yes");
    assert_int_equal(state_on(walk, 13), WALK_NOT_TAKEN);
}

/* ---- evidence of a breach ---- */

static const char breach[] = "# Security\n"
                             "\n"
                             "## Security breach\n"
                             "\n"
                             "1. Save the connections:\n"
                             "   ```bash\n"
                             "   ss -tn\n" /* line 7 */
                             "   ```\n"
                             "2. Take a snapshot of the disk.\n" /* line 9 */
                             "3. Cut it off:\n"
                             "   ```bash\n"
                             "   kubectl delete pod web-0\n" /* line 12 */
                             "   ```\n";

static const char *missing_before(const struct walk *walk, int line)
{
    const struct walk_row *row = &walk->rows.at[row_on(walk, line)];
    return walk_evidence_missing(arena, walk, row, row->command->text);
}

static void a_change_names_the_evidence_that_was_not_captured_before_it(void **state)
{
    (void)state;
    struct walk *walk = walk_of(breach);
    const char *missing = missing_before(walk, 12);
    assert_non_null(missing);
    assert_non_null(strstr(missing, "lines 7, 9"));
    assert_null(missing_before(walk, 7)); /* a look loses nothing */
    did(walk, WALK_BEGIN, 7, "ss -tn");
    ended(walk, 7, STEP_SUCCEEDED);
    assert_non_null(strstr(missing_before(walk, 12), "line 9"));
    did(walk, WALK_TICK, 9, NULL);
    assert_null(missing_before(walk, 12));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        T(commands_tasks_and_questions_become_rows_in_the_order_of_the_document),
        T(no_leaves_the_branch_and_yes_takes_it_again),
        T(who_runs_a_row_has_answered_what_leads_there),
        T(of_alternatives_one_is_taken),
        T(what_was_begun_and_has_no_result_has_an_unknown_effect),
        T(one_step_runs_at_a_time_and_ends_once),
        T(verbs_fit_their_rows),
        T(rows_and_names_that_are_not_there_are_refused),
        T(a_value_fills_every_command_that_asks_for_it),
        T(a_change_asks_and_looking_does_not),
        T(whole_phases_can_be_alternatives),
        T(of_alternatives_below_a_question_one_is_taken),
        T(a_change_names_the_evidence_that_was_not_captured_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
