#include "base/testing.h"

#include <string.h>

#include "runbook/verification.h"

static void what_is_expected_is_read_from_the_words_beside_a_command(void **state)
{
    static const struct {
        const char *sentence;
        enum expectation_kind kind;
        const char *op;
        double value;
        const char *text;
    } rows[] = {
        {"Check the queue (should return 0)", EXPECT_NUMBER, "==", 0, NULL},
        {"expect 200", EXPECT_STATUS, "==", 200, NULL},
        {"Expected: HTTP 204", EXPECT_STATUS, "==", 204, NULL},
        {"Depth should be below 50", EXPECT_NUMBER, "<", 50, NULL},
        {"There must be at least 3", EXPECT_NUMBER, ">=", 3, NULL},
        {"Expected output: `pong`", EXPECT_TEXT, NULL, 0, "pong"},
        {"It should print \"all good\" at the end", EXPECT_TEXT, NULL, 0, "all good"},
        {"Look, it should print switched:", EXPECT_TEXT, NULL, 0, "switched"},
        {"should report healthy", EXPECT_TEXT, NULL, 0, "healthy"},
        {"Should print nothing", EXPECT_NOTHING, NULL, 0, NULL},
        {"The list should be empty.", EXPECT_NOTHING, NULL, 0, NULL},
        {"All pods should have come up within a minute", EXPECT_SUCCESS, NULL, 0, NULL},
        {"expect version 2.4.1 everywhere", EXPECT_SUCCESS, NULL, 0, NULL},
        {"Check the logs", EXPECT_SUCCESS, NULL, 0, NULL},
        {"", EXPECT_SUCCESS, NULL, 0, NULL},
        {"expected", EXPECT_SUCCESS, NULL, 0, NULL},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct expectation found = expectation_of(arena, rows[i].sentence);
        bool number = found.kind == EXPECT_NUMBER || found.kind == EXPECT_STATUS;
        if (found.kind != rows[i].kind || (number && strcmp(found.op, rows[i].op) != 0) ||
            (number && (found.value < rows[i].value || found.value > rows[i].value)) ||
            (rows[i].text && strcmp(found.text, rows[i].text) != 0))
            fail_msg("%s: kind %d %s %g %s", rows[i].sentence, found.kind, found.op ? found.op : "",
                     found.value, found.text ? found.text : "");
    }
}

static void output_is_held_against_what_is_expected(void **state)
{
    static const struct {
        const char *sentence;
        int exit_code;
        const char *output;
        bool met;
    } rows[] = {
        {"look", 0, "", true},
        {"look", 1, "", false},
        {"should return 0", 0, "0\n", true},
        {"should return 0", 0, "4\n", false},
        {"should return 0", 1, "0\n", true}, /* grep -c that counts none */
        {"at least, it must be at least 1", 1, "could not connect to port 5432\n", false},
        {"should be below 50", 0, "depth 49\n", true},
        {"should be below 50", 0, "depth 50\n", false},
        {"should be below 50", 0, "3 of 7\n", true}, /* cannot be read: the exit decides */
        {"should be below 50", 2, "3 of 7\n", false},
        {"expect 200", 0, "HTTP/1.1 200 OK\n", true},
        {"expect 200", 0, "HTTP/1.1 301 Moved\n\nHTTP/2 200\n", true},
        {"expect 200", 0, "HTTP/1.1 503 Unavailable\n", false},
        {"expect 200", 0, "200", true},
        {"expect 200", 0, "500", false},
        {"expect 200", 0, "{\"status\":\"ok\"}", true},
        {"expect 200", 22, "", false},
        {"should report healthy", 0, "web: Healthy\n", true},
        {"should report healthy", 0, "web: unhealthy\n", false},
        {"should report healthy", 1, "healthy\n", false},
        {"should print nothing", 1, " \n", true},
        {"should print nothing", 0, "ERROR\n", false},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = NULL;
        struct expectation expectation = expectation_of(arena, rows[i].sentence);
        bool met = expectation_met(arena, &expectation, rows[i].exit_code, rows[i].output, &why);
        if (met != rows[i].met || !why || !*why)
            fail_msg("%s, exit %d, %s: %s", rows[i].sentence, rows[i].exit_code, rows[i].output,
                     why ? why : "no reason");
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_expected_is_read_from_the_words_beside_a_command),
        cmocka_unit_test(output_is_held_against_what_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
