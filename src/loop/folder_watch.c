#include "loop/folder_watch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/log.h"

enum { MOST_FOLDERS = 500, DEEPEST = 12 };

/* libuv's events on a folder do not reach the folders below it, so there is one handle for each. */
struct folder_watch {
    uv_loop_t *loop;
    char *dir;
    void (*changed)(void *context);
    void *context;
    uv_fs_event_t *handles[MOST_FOLDERS];
    size_t n_handles;
};

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    (void)name, (void)events, (void)status;
    struct folder_watch *watch = handle->data;
    watch->changed(watch->context);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void close_all(struct folder_watch *watch)
{
    for (size_t i = 0; i < watch->n_handles; i++)
        uv_close((uv_handle_t *)watch->handles[i], free_handle);
    watch->n_handles = 0;
}

static void watch_one(struct folder_watch *watch, const char *path)
{
    if (watch->n_handles == MOST_FOLDERS)
        return;
    uv_fs_event_t *handle = heap_alloc(sizeof *handle);
    uv_fs_event_init(watch->loop, handle);
    handle->data = watch;
    int failed = uv_fs_event_start(handle, on_event, path, 0);
    if (failed) {
        log_event(LOG_WARNING, "folder.not_watched", "folder=%s error=%s", log_quote(path),
                  uv_strerror(failed));
        uv_close((uv_handle_t *)handle, free_handle);
        return;
    }
    watch->handles[watch->n_handles++] = handle;
}

static void watch_below(struct folder_watch *watch, const char *path, int depth)
{
    struct dirent **names;
    int n = depth > DEEPEST ? -1 : scandir(path, &names, NULL, alphasort);
    if (n < 0)
        return;
    watch_one(watch, path);
    for (int i = 0; i < n; i++) {
        char below[4096];
        struct stat st;
        snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
        /* lstat: links are not followed, so that a loop of links ends here */
        if (names[i]->d_name[0] != '.' && lstat(below, &st) == 0 && S_ISDIR(st.st_mode))
            watch_below(watch, below, depth + 1);
        free(names[i]);
    }
    free(names);
}

struct folder_watch *folder_watch_new(uv_loop_t *loop, const char *dir, void (*changed)(void *context),
                                      void *context)
{
    struct folder_watch *watch = heap_alloc(sizeof *watch);
    *watch =
        (struct folder_watch){.loop = loop, .dir = heap_strdup(dir), .changed = changed, .context = context};
    struct stat st;
    char *slash = strrchr(watch->dir, '/');
    if (stat(dir, &st) == 0 && S_ISREG(st.st_mode)) {
        if (slash)
            *slash = '\0';
        watch_one(watch, slash ? watch->dir : ".");
    } else {
        watch_below(watch, watch->dir, 0);
    }
    return watch;
}

void folder_watch_renew(struct folder_watch *watch)
{
    struct stat st;
    if (stat(watch->dir, &st) < 0 || !S_ISDIR(st.st_mode))
        return;
    close_all(watch);
    watch_below(watch, watch->dir, 0);
}

void folder_watch_free(struct folder_watch *watch)
{
    if (!watch)
        return;
    close_all(watch);
    free(watch->dir);
    free(watch);
}
