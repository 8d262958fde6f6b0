#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/root_testing.h"

static const struct folder_limits limits = {
    .endings = (const char *const[]){".md", ".txt", NULL}, .file_bytes = 1000, .n_files = 3, .depth = 4};

static void put(const char *name, size_t n_bytes)
{
    char bytes[2000];
    memset(bytes, 'x', sizeof bytes);
    struct err err;
    assert_int_equal(file_write(at(name), bytes, n_bytes, 0644, &err), 0);
}

static void documents_are_found_and_the_rest_is_named(void **state)
{
    (void)state;
    put("a.md", 10);
    put("b.TXT", 0);
    put("c.png", 10);
    put(".hidden.md", 10);
    put("large.md", 1500);
    mkdir(at("sub"), 0755);
    put("sub/d.md", 5);
    assert_int_equal(symlink("..", at("sub/loop")), 0);
    assert_int_equal(symlink("nowhere", at("sub/gone.md")), 0);
    struct arena *arena = arena_new();
    struct folder folder;
    struct err err;
    assert_int_equal(folder_read(arena, root, &limits, &folder, &err), 0);
    assert_int_equal(folder.n_files, 3);
    assert_string_equal(folder.files[0].path, "a.md");
    assert_string_equal(folder.files[1].path, "b.TXT");
    assert_string_equal(folder.files[2].path, "sub/d.md");
    assert_int_equal(folder.n_skipped, 3);
    arena_free(arena);
}

static void a_missing_folder_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct folder folder;
    struct err err;
    assert_int_equal(folder_read(arena, "/no/such/folder", &limits, &folder, &err), -1);
    assert_non_null(strstr(err.text, "/no/such/folder"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(documents_are_found_and_the_rest_is_named, root_make, root_remove),
        cmocka_unit_test(a_missing_folder_is_an_error_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
