#include "runbook/procedure_rows.h"

#include <string.h>

#include "base/testing.h"

static struct arena *arena;

struct expected {
    int line;
    enum step_kind kind;
    int branch_line, choice, option; /* 0: none */
};

static void assert_rows(const char *document, const struct expected *expected, size_t n)
{
    const struct runbook *runbook = runbook_read(arena, "api.md", document, strlen(document));
    struct procedure_rows rows;
    assert_int_equal(runbook->procedures.n, 1);
    procedure_rows(arena, &runbook->procedures.at[0], &rows);
    for (size_t i = 0; i < n && i < rows.n; i++) {
        const struct procedure_row *row = &rows.at[i];
        assert_int_equal(row->line, expected[i].line);
        assert_int_equal(row->kind, expected[i].kind);
        assert_int_equal(row->branch < 0 ? 0 : rows.at[row->branch].line, expected[i].branch_line);
        assert_int_equal(row->choice, expected[i].choice);
        assert_int_equal(row->option, expected[i].option);
        assert_int_equal(row->command != NULL, row->kind == STEP_COMMAND);
    }
    assert_int_equal(rows.n, n);
}

#define ASSERT_ROWS(document, ...)                                                                           \
    do {                                                                                                     \
        const struct expected expected[] = {__VA_ARGS__};                                                    \
        assert_rows(document, expected, sizeof expected / sizeof *expected);                                 \
    } while (0)

#define HEAD "# Service\n\n## Service down\n\n"

static void tasks_questions_and_commands_come_in_the_order_of_the_document(void **state)
{
    (void)state;
    ASSERT_ROWS(HEAD "1. Acknowledge the alert.\n"                  /* line 5 */
                     "2. If it is a leak:\n"                        /* line 6 */
                     "   ```bash\n   free -m\n   ps\n   ```\n"      /* lines 8 and 9 */
                     "3. If it is slow: `systemctl restart api`\n", /* line 11: running it is the answer */
                {5, STEP_MANUAL, 0, 0, 0}, {6, STEP_DECISION, 0, 0, 0}, {8, STEP_COMMAND, 6, 0, 0},
                {9, STEP_COMMAND, 6, 0, 0}, {11, STEP_COMMAND, 0, 0, 0});
}

static void what_comments_and_items_name_as_alternatives_is_one_choice(void **state)
{
    (void)state;
    ASSERT_ROWS(HEAD "```bash\n# Option 1: again\nrestart api\nrestart web\n" /* lines 7 and 8 */
                     "# Option 2: elsewhere\nstart spare\n"                   /* line 10 */
                     "# Look\nps\n```\n",                                     /* line 12 */
                {7, STEP_COMMAND, 0, 6, 6}, {8, STEP_COMMAND, 0, 6, 6}, {10, STEP_COMMAND, 0, 6, 9},
                {12, STEP_COMMAND, 0, 0, 0});
    ASSERT_ROWS(HEAD "1. Option A: again\n"
                     "   ```bash\n   # as root\n   restart api\n   ```\n" /* line 8 */
                     "2. Option B: elsewhere\n"                           /* line 10 */
                     "   ```bash\n   # as root\n   start spare\n   ```\n",
                {8, STEP_COMMAND, 0, 5, 5}, {13, STEP_COMMAND, 0, 5, 10});
}

static void whole_phases_are_one_choice_and_what_is_inside_of_them_is_none(void **state)
{
    (void)state;
    ASSERT_ROWS(HEAD "### Option 1: again\n\n" /* line 5 */
                     "```bash\n# Option 1: a\nrestart a\n# Option 2: b\nrestart b\n```\n\n"
                     "### Option 2: elsewhere\n\n```bash\nstart spare\n```\n\n" /* line 14 */
                     "### Verification\n\n```bash\nps\n```\n",
                {9, STEP_COMMAND, 0, 5, 5}, {11, STEP_COMMAND, 0, 5, 5}, {17, STEP_COMMAND, 0, 5, 14},
                {23, STEP_COMMAND, 0, 0, 0});
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_questions_and_commands_come_in_the_order_of_the_document),
        cmocka_unit_test(what_comments_and_items_name_as_alternatives_is_one_choice),
        cmocka_unit_test(whole_phases_are_one_choice_and_what_is_inside_of_them_is_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
