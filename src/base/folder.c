/* Walks a folder of documents: bounded in depth, number and size, and safe against links that lead back. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/list.h"

struct place { /* the folders on the way down, to see a loop */
    dev_t device;
    ino_t inode;
    const struct place *above;
};

struct walk {
    struct arena *arena;
    const struct folder_limits *limits;
    LIST(struct folder_file) files;
    LIST(struct folder_skip) skipped;
};

static void skip(struct walk *walk, const char *path, const char *why)
{
    *list_push(walk->arena, &walk->skipped) =
        (struct folder_skip){arena_strdup(walk->arena, path), arena_strdup(walk->arena, why)};
}

static int is_wanted(const struct folder_limits *limits, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *ending = limits->endings; *ending; ending++) {
        size_t e = strlen(*ending);
        if (n > e && strcasecmp(name + n - e, *ending) == 0)
            return 1;
    }
    return 0;
}

static void take_file(struct walk *walk, const char *full, const char *relative)
{
    if (walk->files.n >= walk->limits->n_files) {
        skip(walk, relative, arena_printf(walk->arena, "more than %zu files", walk->limits->n_files));
        return;
    }
    struct err err;
    char *bytes;
    size_t n_bytes;
    if (file_read(walk->arena, full, walk->limits->file_bytes, &bytes, &n_bytes, &err) < 0) {
        skip(walk, relative, err.text);
        return;
    }
    struct folder_file *file = list_push(walk->arena, &walk->files);
    *file =
        (struct folder_file){.path = arena_strdup(walk->arena, relative), .bytes = bytes, .n_bytes = n_bytes};
    sha256_hex(bytes, n_bytes, file->sha256);
}

static const char *loop_or_depth(const struct walk *walk, const struct place *here, int depth)
{
    for (const struct place *p = here->above; p; p = p->above)
        if (p->device == here->device && p->inode == here->inode)
            return "a folder loop: this link leads back to a folder above it";
    return depth > walk->limits->depth ? "too deep below the folder" : NULL;
}

static int walk_folder(struct walk *walk, const char *full, const char *relative, const struct place *above,
                       int depth, struct err *err)
{
    struct stat st;
    struct dirent **names;
    if (stat(full, &st) < 0)
        return err_set(err, "%s: %s", full, strerror(errno));
    struct place here = {st.st_dev, st.st_ino, above};
    const char *why = loop_or_depth(walk, &here, depth);
    if (why) {
        skip(walk, relative, why);
        return 0;
    }
    int n = scandir(full, &names, NULL, alphasort);
    if (n < 0)
        return err_set(err, "%s: %s", full, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        char *below = arena_printf(walk->arena, "%s/%s", full, name);
        char *path =
            *relative ? arena_printf(walk->arena, "%s/%s", relative, name) : below + strlen(full) + 1;
        struct err below_err;
        if (name[0] != '.' && stat(below, &st) == 0) {
            if (S_ISDIR(st.st_mode) && walk_folder(walk, below, path, &here, depth + 1, &below_err) < 0)
                skip(walk, path, below_err.text);
            else if (!S_ISDIR(st.st_mode) && is_wanted(walk->limits, name))
                take_file(walk, below, path);
        } else if (name[0] != '.' && is_wanted(walk->limits, name)) {
            skip(walk, path, strerror(errno));
        }
        free(names[i]);
    }
    free(names);
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct folder_file *)a)->path, ((const struct folder_file *)b)->path);
}

int folder_read(struct arena *arena, const char *dir, const struct folder_limits *limits,
                struct folder *ret_folder, struct err *err)
{
    struct walk walk = {.arena = arena, .limits = limits};
    struct stat st;
    if (stat(dir, &st) < 0)
        return err_set(err, "%s: %s", dir, strerror(errno));
    if (S_ISDIR(st.st_mode)) {
        if (walk_folder(&walk, dir, "", NULL, 0, err) < 0)
            return -1;
    } else {
        const char *slash = strrchr(dir, '/');
        take_file(&walk, dir, slash ? slash + 1 : dir);
    }
    if (walk.files.n)
        qsort(walk.files.at, walk.files.n, sizeof *walk.files.at, by_path);
    *ret_folder = (struct folder){walk.files.at, walk.files.n, walk.skipped.at, walk.skipped.n};
    return 0;
}
