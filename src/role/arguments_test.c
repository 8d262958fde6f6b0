#include <string.h>

#include "base/testing.h"
#include "role/arguments.h"

static void options_read_back_as_they_were_written(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct role_options read, options = {.config_file = "a b.yaml",
                                         .data = "--data",
                                         .listen = "127.0.0.1:8480",
                                         .listen_fd = 3,
                                         .courier_fd = 4,
                                         .runner_fd = 5};
    const char *const *arguments = role_arguments(arena, "core", &options);
    int n = 0;
    while (arguments[n])
        n++;
    assert_string_equal(arguments[1], "role");
    assert_string_equal(arguments[2], "core");
    struct err err;
    assert_int_equal(role_arguments_read(n - 2, (char **)arguments + 2, &read, &err), 0);
    assert_string_equal(read.config_file, "a b.yaml");
    assert_null(read.runbooks);
    assert_string_equal(read.data, "--data");
    assert_int_equal(read.listen_fd, 3);
    assert_int_equal(read.runner_fd, 5);
    assert_int_equal(read.core_fd, 0);
}

static void what_is_no_option_is_refused(void **state)
{
    (void)state;
    const char *const bad[][3] = {
        {"core", "--what", "x"}, {"core", "--core-fd", "x"}, {"core", "--core-fd", "-4"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct role_options options;
        struct err err;
        assert_int_equal(role_arguments_read(3, (char **)bad[i], &options, &err), -1);
        assert_int_equal(role_arguments_read(2, (char **)bad[i], &options, &err), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_read_back_as_they_were_written),
        cmocka_unit_test(what_is_no_option_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
