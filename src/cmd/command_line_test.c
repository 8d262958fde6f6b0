#include <string.h>

#include "base/testing.h"
#include "cmd/command_line.h"

/* Parses a line as the shell would give it, split at blanks. */
static int parse(struct arena *arena, const char *line, const struct command_option *options,
                 struct strings *words)
{
    char *argv[16];
    int argc = 0;
    for (char *p = arena_strdup(arena, line); p; p = strchr(p, ' ')) {
        if (argc)
            *p++ = '\0';
        argv[argc++] = p;
    }
    return command_line_parse(arena, argc, argv, options, "usage: test\n", words);
}

static void options_and_words_may_mix(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    bool json = false, force = false;
    const char *note = NULL, *data = NULL;
    struct strings words = {0};
    const struct command_option options[] = {{"--json", &json, NULL},
                                             {"--force", &force, NULL},
                                             {"--note", NULL, &note},
                                             {"--data", NULL, &data},
                                             {0}};
    assert_int_equal(parse(arena, "note 4 --json --note --odd a --data=x=y -- --force", options, &words), 0);
    assert_true(json);
    assert_false(force);
    assert_string_equal(note, "--odd");
    assert_string_equal(data, "x=y");
    assert_int_equal(words.n, 3);
    assert_string_equal(words.at[0], "4");
    assert_string_equal(words.at[1], "a");
    assert_string_equal(words.at[2], "--force");
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    bool json = false;
    const char *note = NULL;
    struct strings words = {0};
    const struct command_option options[] = {{"--json", &json, NULL}, {"--note", NULL, &note}, {0}};
    assert_true(parse(arena, "x --jso", options, &words) < 0);
    assert_true(parse(arena, "x --json=1", options, &words) < 0);
    assert_true(parse(arena, "x --note", options, &words) < 0);
}

static void numbers_are_whole_and_positive(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "0", "-1", "+1", " 1", "4x", "99999999999999999999"};
    long long number = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(number_parse(wrong[i], &number), -1);
    assert_int_equal(number_parse("42", &number), 0);
    assert_int_equal(number, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_words_may_mix),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(numbers_are_whole_and_positive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
