/* The files of the status page are replaced as wholes. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/testing.h"
#include "update/status_files.h"

enum { MOST_FORMATS = 32, MOST_BYTES = 1000 };

static void remove_all(struct arena *arena, const char *dir)
{
    for (size_t i = 0; i < status_files_count(); i++)
        unlink(arena_printf(arena, "%s/%s", dir, status_formats[i].file));
    static const char *const folders[] = {"api/v2/scheduled-maintenances", "api/v2/incidents", "api/v2",
                                          "api", ""};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        rmdir(arena_printf(arena, "%s/%s", dir, folders[i]));
}

/* A web server of another user reads them. */
static void assert_mode(const char *path, mode_t mode)
{
    struct stat is;
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 0777, mode);
}

static void each_format_is_a_file_that_others_read_and_is_replaced_as_a_whole(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    char root[] = "/tmp/status-files-XXXXXX";
    struct buf pages[MOST_FORMATS] = {0};
    struct err err = {0};
    assert_non_null(mkdtemp(root));
    mode_t mask = umask(077); /* as the server has it */
    const char *dir = arena_printf(arena, "%s/site", root);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < status_files_count(); i++) {
            buf_clear(&pages[i]);
            buf_printf(&pages[i], "%s%d", status_formats[i].path, round);
        }
        assert_int_equal(status_files_write(dir, pages, &err), 0);
        for (size_t i = 0; i < status_files_count(); i++) {
            char *bytes;
            size_t n_bytes;
            const char *path = arena_printf(arena, "%s/%s", dir, status_formats[i].file);
            assert_int_equal(file_read(arena, path, MOST_BYTES, &bytes, &n_bytes, &err), 0);
            assert_string_equal(bytes, pages[i].at);
            assert_mode(path, 0644);
        }
    }
    assert_mode(dir, 0755);
    assert_mode(arena_printf(arena, "%s/api/v2", dir), 0755);
    umask(mask);
    for (size_t i = 0; i < status_files_count(); i++)
        buf_free(&pages[i]);
    remove_all(arena, dir);
    assert_int_equal(rmdir(root), 0);
}

static void a_folder_that_cannot_be_written_is_said(void **state)
{
    (void)state;
    struct buf pages[MOST_FORMATS] = {0};
    struct err err = {0};
    assert_int_equal(status_files_write("/proc/none/status", pages, &err), -1);
    assert_non_null(strstr(err.text, "/proc/none/status"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_is_a_file_that_others_read_and_is_replaced_as_a_whole),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
