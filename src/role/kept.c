#include "role/kept.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "role/site.h"

static const char NAME[] = "configuration.kept";
enum { AWAIT_MS = 1000 };

/* ---- texts ---- */

struct text {
    char *bytes;
    size_t n_bytes;
};

static bool read_text(struct arena *arena, const char *path, struct text *ret_text)
{
    return file_read(arena, path, CONFIG_BYTES, &ret_text->bytes, &ret_text->n_bytes, NULL) == 0;
}

/* Nobody who holds the descriptor can change what is in it. */
static int copy_of(const struct text *text)
{
    int fd = memfd_create("configuration", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (write(fd, text->bytes, text->n_bytes) != (ssize_t)text->n_bytes ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool read_copy(struct arena *arena, int fd, struct text *ret_text)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return false;
    ret_text->n_bytes = (size_t)st.st_size;
    ret_text->bytes = arena_alloc(arena, ret_text->n_bytes + 1);
    return pread(fd, ret_text->bytes, ret_text->n_bytes, 0) == st.st_size;
}

static bool same_text(const struct text *a, const struct text *b)
{
    return a->n_bytes == b->n_bytes && memcmp(a->bytes, b->bytes, a->n_bytes) == 0;
}

/* core refuses a service whose runbook is not there. Gives 0 then, else a number that changes with them: one
 * that is being written is there before it is whole. */
static uint64_t see_runbooks(const struct config *config, const char *dir)
{
    scoped_arena struct arena *arena = arena_new();
    struct stat st;
    uint64_t seen = 1;
    if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
        return seen; /* it is said elsewhere */
    list_each (service, &config->services) {
        if (!service->runbook)
            continue;
        if (stat(arena_printf(arena, "%s/%s", dir, service->runbook), &st) < 0 || st.st_size == 0)
            return 0;
        const int64_t parts[] = {st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (int64_t)st.st_ino};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            seen = (seen ^ (uint64_t)parts[i]) * UINT64_C(1099511628211);
    }
    return seen ? seen : 1;
}

/* Whether the roles can begin with it. Errors are not told: core and courier tell them. ret_lacks: but for a
 * runbook that is not there, they could. */
static bool is_good(const struct kept *kept, const struct text *text, bool *ret_lacks, uint64_t *ret_seen)
{
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse(kept->file, text->bytes, text->n_bytes, &errors);
    uint64_t seen = config ? see_runbooks(config, kept->runbooks ? kept->runbooks : config->runbooks) : 0;
    if (ret_lacks)
        *ret_lacks = config && !seen;
    if (ret_seen)
        *ret_seen = seen;
    config_free(config);
    return seen != 0;
}

/* ---- on disk ---- */

static const char *path_in(struct arena *arena, const char *data)
{
    return arena_printf(arena, "%s/%s", data, NAME);
}

static bool read_kept(struct arena *arena, const char *path, struct text *ret_text)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 077) == 0 && read_text(arena, path, ret_text);
}

static void write_kept(const struct kept *kept, const struct text *text)
{
    scoped_arena struct arena *arena = arena_new();
    struct text there;
    struct err err;
    if (read_kept(arena, kept->path, &there) && same_text(&there, text))
        return;
    if (file_write(kept->path, text->bytes, text->n_bytes, 0600, &err) < 0)
        log_event(LOG_WARNING, "config.not_kept", "error=%s", log_quote(err.text));
}

const char *kept_data_of(struct arena *arena, const char *file)
{
    struct text text;
    const char *data = "crashcart-data"; /* as config/schema.c has it */
    if (!read_text(arena, file, &text))
        return data;
    for (char *line = text.bytes; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "data:", 5) != 0)
            continue;
        const char *value = line + 5 + strspn(line + 5, " \t\"'");
        size_t n = strcspn(value, " \t\"'#\r\n");
        if (n > 0)
            data = arena_printf(arena, "%.*s", (int)n, value);
    }
    return data;
}

struct config *kept_read(const char *data, const char *file)
{
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct text text;
    return read_kept(arena, path_in(arena, data), &text)
               ? config_parse(file, text.bytes, text.n_bytes, &errors)
               : NULL;
}

/* ---- in memory ---- */

static void close_copy(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int kept_begin(struct kept *kept, struct arena *arena, const char *file, const char *runbooks,
               const char *data, bool stale, struct err *err)
{
    *kept = (struct kept){.file = file,
                          .path = path_in(arena, data),
                          .runbooks = runbooks,
                          .now_fd = -1,
                          .before_fd = -1,
                          .awaited_fd = -1,
                          .now_stale = stale,
                          .refused = stale,
                          .before_stale = true};
    struct text now, before;
    if (!file)
        return 0;
    bool kept_before = read_kept(arena, kept->path, &before) && is_good(kept, &before, NULL, NULL);
    if (!(stale ? kept_before : read_text(arena, file, &now)))
        return err_set(err, "%s cannot be read again", file);
    kept->now_fd = copy_of(stale ? &before : &now);
    if (kept->now_fd < 0)
        return err_set(err, "the configuration cannot be kept: no memory file");
    if (stale)
        return 0;
    if (kept_before && !same_text(&before, &now))
        kept->before_fd = copy_of(&before);
    return 0;
}

void kept_settle(const struct kept *kept)
{
    scoped_arena struct arena *arena = arena_new();
    struct text now;
    if (!kept->now_stale && read_copy(arena, kept->now_fd, &now) && is_good(kept, &now, NULL, NULL))
        write_kept(kept, &now);
}

void kept_end(struct kept *kept)
{
    close_copy(&kept->now_fd);
    close_copy(&kept->before_fd);
    close_copy(&kept->awaited_fd);
}

int kept_due_ms(struct kept *kept)
{
    if (kept->awaited_fd < 0)
        return -1;
    scoped_arena struct arena *arena = arena_new();
    struct text text, awaited;
    uint64_t before = kept->seen;
    kept->seen = 0;
    if (!read_copy(arena, kept->awaited_fd, &awaited) || !read_text(arena, kept->file, &text) ||
        !same_text(&text, &awaited) || !is_good(kept, &text, NULL, &kept->seen) || kept->seen != before)
        return AWAIT_MS;
    log_event(LOG_INFO, "config.awaited", "effect=%s",
              log_quote("the runbook is there that a reload was refused for: reloading"));
    return 0;
}

void kept_renew(struct kept *kept)
{
    scoped_arena struct arena *arena = arena_new();
    struct text text, now;
    bool lacks = false;
    close_copy(&kept->awaited_fd);
    kept->seen = 0;
    if (!kept->file)
        return;
    kept->refused = !read_text(arena, kept->file, &text) || !is_good(kept, &text, &lacks, NULL);
    if (lacks)
        kept->awaited_fd = copy_of(&text);
    if (kept->refused)
        return;
    bool same = read_copy(arena, kept->now_fd, &now) && same_text(&text, &now);
    int copy = same ? -1 : copy_of(&text);
    if (!same && copy < 0)
        return; /* the one from before serves */
    if (!same) {
        close_copy(&kept->before_fd);
        kept->before_fd = kept->now_fd;
        kept->before_stale = kept->now_stale;
        kept->now_fd = copy;
    }
    kept->now_stale = false;
    write_kept(kept, &text);
}

bool kept_go_back(struct kept *kept)
{
    scoped_arena struct arena *arena = arena_new();
    struct text text, refused;
    bool lacks = false;
    if (!read_copy(arena, kept->before_fd, &text))
        return false;
    close_copy(&kept->awaited_fd);
    if (read_copy(arena, kept->now_fd, &refused) && !is_good(kept, &refused, &lacks, NULL) && lacks)
        kept->awaited_fd = kept->now_fd;
    else
        close_copy(&kept->now_fd);
    kept->now_fd = kept->before_fd;
    kept->now_stale = kept->before_stale;
    kept->refused = true;
    kept->before_fd = -1;
    write_kept(kept, &text);
    return true;
}
