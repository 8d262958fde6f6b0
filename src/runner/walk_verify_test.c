#include "runner/walk_verify.h"

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "runbook/way_back.h"

static const char text[] = "# Shop\n"
                           "\n"
                           "## Shop is slow\n"
                           "\n"
                           "### Diagnosis\n"
                           "\n"
                           "1. Which pod?\n"
                           "\n"
                           "   ```bash\n"
                           "   kubectl get pods -o name | head -1\n" /* line 10 */
                           "   kubectl get pod <pod-name>\n"
                           "   ```\n"
                           "\n"
                           "### Resolution\n"
                           "\n"
                           "1. Make more of it:\n"
                           "\n"
                           "   ```bash\n"
                           "   kubectl scale deployment/shop --replicas=5\n" /* line 19 */
                           "   ```\n"
                           "\n"
                           "2. Verify:\n"
                           "\n"
                           "   ```bash\n"
                           "   kubectl get pods | grep -c Crash    # should return 0\n" /* line 25 */
                           "   kubectl get deployment shop\n"
                           "   ```\n"
                           "\n"
                           "3. Tell the queue:\n"
                           "\n"
                           "   ```bash\n"
                           "   redis-cli set mode slow\n" /* line 32 */
                           "   ```\n";

enum { SCALE = 19, FIRST_CHECK = 25, SECOND_CHECK = 26, QUEUE = 32, WINDOW_S = 20 };

static struct arena *arena;
static struct walk *walk;
static int64_t now_us;

static int row_on(int line)
{
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].line == line)
            return (int)i;
    fail_msg("no row on line %d", line);
    return -1;
}

static struct walk_row *row(int line)
{
    return &walk->rows.at[row_on(line)];
}

static int make(void **state)
{
    (void)state;
    arena = arena_new();
    struct runbook *runbook = runbook_read(arena, "shop.md", text, strlen(text));
    walk = walk_new(arena, runbook, &runbook->procedures.at[0]);
    now_us = 1000 * US_PER_S;
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int take(struct walk_entry entry)
{
    entry.at_us = now_us;
    entry.by = "ana";
    if (walk_check(walk, &entry, NULL) < 0)
        return -1;
    walk_apply(walk, &entry);
    return 0;
}

static void ran(int line, int for_line, int exit_code, const char *output)
{
    assert_int_equal(
        take((struct walk_entry){
            .verb = WALK_BEGIN, .row = row_on(line), .check_line = for_line, .text = row(line)->text}),
        0);
    now_us += US_PER_S;
    struct step_result result = {
        .state = exit_code ? STEP_FAILED : STEP_SUCCEEDED, .exit_code = exit_code, .output = output};
    assert_int_equal(take((struct walk_entry){.verb = WALK_RESULT, .row = row_on(line), .result = result}),
                     0);
}

static struct walk_move next(bool at_once)
{
    return walk_verify_next(arena, walk, now_us, WINDOW_S * US_PER_S, at_once);
}

static void expect_run(int line)
{
    struct walk_move move = next(false);
    assert_int_equal(move.kind, WALK_MOVE_RUN);
    assert_int_equal(move.row, row_on(line));
}

static void judged(const struct walk_move *move)
{
    assert_int_equal(move->kind, WALK_MOVE_JUDGE);
    assert_int_equal(take((struct walk_entry){.verb = WALK_JUDGE,
                                              .row = move->change,
                                              .text = step_verdict_name(move->verdict),
                                              .reason = move->why}),
                     0);
}

static void the_checks_of_a_change_run_in_their_order_and_all_must_pass(void **state)
{
    (void)state;
    assert_int_equal(next(false).kind, WALK_MOVE_NONE);
    ran(SCALE, 0, 0, "scaled\n");
    expect_run(FIRST_CHECK);
    ran(FIRST_CHECK, SCALE, 1, "0\n"); /* grep -c finds none, and none is expected */
    expect_run(SECOND_CHECK);
    ran(SECOND_CHECK, SCALE, 0, "shop 5/5\n");
    struct walk_move move = next(false);
    judged(&move);
    assert_int_equal(row(SCALE)->verdict, VERDICT_PASSED);
    assert_non_null(strstr(row(SCALE)->verdict_why, "line 25"));
    assert_int_equal(next(false).kind, WALK_MOVE_NONE);
}

static void a_check_that_fails_is_repeated_until_the_time_is_over_then_the_way_back_opens(void **state)
{
    (void)state;
    int back = part_number(SCALE, PART_BACK);
    ran(part_number(SCALE, PART_BEFORE), 0, 0, "3\n");
    ran(SCALE, 0, 0, "scaled\n");
    assert_int_equal(row(back)->state, WALK_SPARE);
    int rounds = 0;
    struct walk_move move;
    while ((move = next(false)).kind != WALK_MOVE_JUDGE) {
        if (move.kind == WALK_MOVE_WAIT) {
            assert_true(move.until_us > now_us);
            now_us = move.until_us;
            continue;
        }
        rounds += move.row == row_on(FIRST_CHECK);
        ran(row(FIRST_CHECK) == &walk->rows.at[move.row] ? FIRST_CHECK : SECOND_CHECK, SCALE, 0, "4\n");
        assert_true(rounds < 10);
    }
    assert_true(rounds >= 3);
    judged(&move);
    assert_int_equal(row(SCALE)->verdict, VERDICT_FAILED);
    assert_int_equal(row(back)->state, WALK_OPEN);
    struct walk_command command;
    walk_prepare(arena, walk, row(back), &command);
    assert_string_equal(command.filled.text, "kubectl scale deployment/shop --replicas=3");
    struct walk_rows ways = {0};
    walk_ways_back(arena, walk, row(SCALE), &ways);
    assert_int_equal(ways.n, 1);
    assert_int_equal(ways.at[0], row_on(back));
}

static void without_the_look_before_the_way_back_cannot_run(void **state)
{
    (void)state;
    struct walk_command command;
    walk_prepare(arena, walk, row(part_number(SCALE, PART_BACK)), &command);
    assert_non_null(command.cannot);
    assert_non_null(command.later);
}

static void who_wants_the_verdict_gets_what_the_checks_said_last(void **state)
{
    (void)state;
    ran(SCALE, 0, 0, "");
    assert_int_equal(next(true).verdict, VERDICT_UNVERIFIABLE); /* none has run */
    ran(FIRST_CHECK, SCALE, 0, "7\n");
    ran(SECOND_CHECK, SCALE, 0, "");
    assert_int_equal(next(false).kind, WALK_MOVE_WAIT);
    struct walk_move move = next(true);
    judged(&move);
    assert_int_equal(row(SCALE)->verdict, VERDICT_FAILED);
}

static void another_change_in_between_leaves_nothing_to_be_said(void **state)
{
    (void)state;
    ran(SCALE, 0, 0, "");
    ran(QUEUE, 0, 0, "OK");
    assert_int_equal(row(SCALE)->verdict, VERDICT_UNVERIFIABLE);
    assert_int_equal(row(QUEUE)->verdict, VERDICT_UNVERIFIABLE); /* nothing checks it */
    assert_non_null(row(QUEUE)->verdict_why);
    assert_int_equal(next(false).kind, WALK_MOVE_NONE);
}

static void a_verdict_is_taken_only_while_something_is_checked(void **state)
{
    (void)state;
    struct walk_entry entry = {.verb = WALK_JUDGE, .row = row_on(SCALE), .text = "passed"};
    assert_int_equal(take(entry), -1);
    ran(SCALE, 0, 0, "");
    entry.text = "checking";
    assert_int_equal(take(entry), -1);
    entry.text = "splendid";
    assert_int_equal(take(entry), -1);
    entry.row = row_on(FIRST_CHECK);
    entry.text = "passed";
    assert_int_equal(take(entry), -1);
}

static void a_look_that_a_person_runs_is_no_check(void **state)
{
    (void)state;
    ran(FIRST_CHECK, 0, 1, "0\n");
    assert_int_equal(row(FIRST_CHECK)->verdict, VERDICT_NONE);
    assert_int_equal(row(FIRST_CHECK)->checks_for, -1);
    ran(SCALE, 0, 0, "");
    expect_run(FIRST_CHECK); /* what was seen before the change says nothing about it */
}

static void a_value_can_be_the_line_that_another_step_prints(void **state)
{
    (void)state;
    struct walk_command command;
    assert_int_equal(walk_value_row(walk, "@10"), row_on(10));
    assert_int_equal(walk_value_row(walk, "@9"), -1);
    assert_int_equal(walk_value_row(walk, "@10x"), -1);
    assert_int_equal(take((struct walk_entry){.verb = WALK_SET, .row = -1, .name = "pod", .text = "@10"}), 0);
    walk_prepare(arena, walk, row(11), &command);
    assert_non_null(command.cannot);
    assert_non_null(command.later);
    ran(10, 0, 0, "web-1\n");
    walk_prepare(arena, walk, row(11), &command);
    assert_string_equal(command.filled.text, "kubectl get pod web-1");
    ran(10, 0, 0, "web-1\nweb-2\n");
    walk_prepare(arena, walk, row(11), &command);
    assert_non_null(command.cannot);
    ran(10, 0, 0, "$(reboot)\n");
    walk_prepare(arena, walk, row(11), &command);
    assert_non_null(command.cannot);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        T(the_checks_of_a_change_run_in_their_order_and_all_must_pass),
        T(a_check_that_fails_is_repeated_until_the_time_is_over_then_the_way_back_opens),
        T(without_the_look_before_the_way_back_cannot_run),
        T(who_wants_the_verdict_gets_what_the_checks_said_last),
        T(another_change_in_between_leaves_nothing_to_be_said),
        T(a_verdict_is_taken_only_while_something_is_checked),
        T(a_look_that_a_person_runs_is_no_check),
        T(a_value_can_be_the_line_that_another_step_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
