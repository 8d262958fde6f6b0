#include "config/policy.h"

#include <sys/stat.h>

#include "base/file.h"

enum { LONGEST_BYTES = 1024 * 1024, MOST_FILES = 200, DEEPEST_FOLDER = 4 };

static int one_file(const char *path, struct risk_rules **ret_rules, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct rules_file file = {.name = path};
    char *bytes;
    size_t n_bytes;
    if (file_read(arena, path, LONGEST_BYTES, &bytes, &n_bytes, err) < 0)
        return -1;
    file.bytes = bytes;
    return risk_rules_load(&file, 1, ret_rules, err);
}

int policy_read(const char *path, struct risk_rules **ret_rules, struct err *err)
{
    static const char *const endings[] = {".rules", NULL};
    static const struct folder_limits limits = {
        .endings = endings, .file_bytes = LONGEST_BYTES, .n_files = MOST_FILES, .depth = DEEPEST_FOLDER};
    struct stat status;
    if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode))
        return one_file(path, ret_rules, err);

    scoped_arena struct arena *arena = arena_new();
    struct folder folder;
    if (folder_read(arena, path, &limits, &folder, err) < 0)
        return -1;
    /* Rules that are passed over in silence would leave commands less strict than the site wants them. */
    if (folder.n_skipped > 0)
        return err_set(err, "%s/%s: %s", path, folder.skipped[0].path, folder.skipped[0].why);
    struct rules_file *files = arena_alloc(arena, (folder.n_files + 1) * sizeof *files);
    for (size_t i = 0; i < folder.n_files; i++)
        files[i] = (struct rules_file){.name = arena_printf(arena, "%s/%s", path, folder.files[i].path),
                                       .bytes = folder.files[i].bytes};
    return risk_rules_load(files, folder.n_files, ret_rules, err);
}

int policy_use(const char *path, struct err *err)
{
    struct risk_rules *rules = NULL;
    if (!path)
        return 0;
    if (policy_read(path, &rules, err) < 0)
        return -1;
    risk_rules_use(rules);
    return 0;
}
