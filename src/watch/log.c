/* log: how many lines of a growing file have a pattern. The file is followed from where it ended when the
 * watch began: when its name stands for another file, the old one is read to its end first; when it has
 * become shorter, it is read from its beginning. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "base/must.h"
#include "watch/findings.h"
#include "watch/tallies.h"

enum { LOOK_BYTES = 8 * 1024 * 1024, LINE_BYTES = 16 * 1024, PIECE_BYTES = 64 * 1024 };
enum { COUNTS_MOST = 720, STEPS_LIMIT = 100000, DEPTH_LIMIT = 1000 };

struct counted {
    int64_t at_us;
    uint64_t n;
};

struct log_look {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    int fd; /* -1: none yet */
    dev_t device;
    ino_t inode;
    off_t offset;
    struct buf line; /* the beginning of one that is not complete */
    bool began;
    uint64_t n_found;                    /* in this look */
    struct counted counted[COUNTS_MOST]; /* of the window, the oldest first */
    size_t n_counted;
    uint32_t group;          /* of the pattern, whose text lines are counted by; 0: all together */
    struct tallies *tallies; /* of that text */
    bool too_many;
};

static void log_open(struct probe *probe)
{
    struct log_look *look = heap_alloc(sizeof *look);
    int error;
    PCRE2_SIZE at;
    look->code = pcre2_compile((PCRE2_SPTR)probe->check->log.pattern, PCRE2_ZERO_TERMINATED,
                               PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
    must(look->code);                                  /* the configuration was read with it */
    pcre2_jit_compile(look->code, PCRE2_JIT_COMPLETE); /* where it cannot, matching is slower and the same */
    look->match = pcre2_match_data_create_from_pattern(look->code, NULL);
    if (probe->check->log.label) {
        int group = pcre2_substring_number_from_name(look->code, (PCRE2_SPTR)probe->check->log.label);
        look->group = group > 0 ? (uint32_t)group : 0; /* the configuration was read with one */
        look->tallies = tallies_new();
    }
    look->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(look->limits, STEPS_LIMIT);
    pcre2_set_depth_limit(look->limits, DEPTH_LIMIT);
    look->fd = -1;
    probe->memory = look;
}

/* A pattern that gives up on a line has not found anything there. */
static void line_take(struct log_look *look, const char *line, size_t n)
{
    if (pcre2_match(look->code, (PCRE2_SPTR)line, n, 0, 0, look->match, look->limits) < 0)
        return;
    look->n_found++;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(look->match);
    uint32_t group = look->group;
    if (group && ends[2 * group] != PCRE2_UNSET)
        look->too_many |=
            tallies_add(look->tallies, line + ends[2 * group], ends[2 * group + 1] - ends[2 * group]) < 0;
}

/* Of a line that is longer than LINE_BYTES only so much is looked at. */
static void bytes_take(struct log_look *look, const char *bytes, size_t n_bytes)
{
    const char *end = bytes + n_bytes;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t n = (size_t)((newline ? newline : end) - bytes);
        size_t room = LINE_BYTES - look->line.n_bytes;
        buf_add(&look->line, bytes, n < room ? n : room);
        bytes += n;
        if (!newline)
            return;
        line_take(look, buf_text(&look->line), look->line.n_bytes);
        buf_clear(&look->line);
        bytes++;
    }
}

/* From where the last look ended. 0, or -1: there is more than a look may read, or it cannot be read. */
static int rest_read(struct log_look *look, struct err *err)
{
    char piece[PIECE_BYTES];
    for (size_t n_read = 0;;) {
        ssize_t n = pread(look->fd, piece, sizeof piece, look->offset);
        if (n < 0)
            return err_set(err, "%s", strerror(errno));
        if (n == 0)
            return 0;
        bytes_take(look, piece, (size_t)n);
        look->offset += n;
        n_read += (size_t)n;
        if (n_read >= LOOK_BYTES)
            return err_set(err, "it grows by more than %d MiB between two looks", LOOK_BYTES / 1024 / 1024);
    }
}

static int file_take(struct log_look *look, const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        err_set(err, "%s", fd < 0 ? strerror(errno) : "it is no file");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    bool same = look->fd >= 0 && st.st_dev == look->device && st.st_ino == look->inode;
    if (same) {
        close(fd);
    } else {
        struct err ignored; /* of the file that was: what follows matters more */
        if (look->fd >= 0) {
            rest_read(look, &ignored);
            close(look->fd);
        }
        look->fd = fd;
        look->device = st.st_dev;
        look->inode = st.st_ino;
        look->offset = look->began ? 0 : st.st_size;
        buf_clear(&look->line);
    }
    if (st.st_size < look->offset) {
        look->offset = 0;
        buf_clear(&look->line);
    }
    return 0;
}

/* How many there were within the window, with those of this look. */
static uint64_t window_count(struct log_look *look, int64_t window_us, int64_t now_us)
{
    size_t first = 0;
    uint64_t n = 0;
    while (first < look->n_counted && now_us - look->counted[first].at_us >= window_us)
        first++;
    look->n_counted -= first;
    memmove(look->counted, look->counted + first, look->n_counted * sizeof *look->counted);
    if (look->n_counted == COUNTS_MOST ||
        (look->n_counted &&
         now_us - look->counted[look->n_counted - 1].at_us < window_us / (COUNTS_MOST - 2)))
        look->counted[look->n_counted - 1].n += look->n_found;
    else if (look->n_found)
        look->counted[look->n_counted++] = (struct counted){now_us, look->n_found};
    for (size_t i = 0; i < look->n_counted; i++)
        n += look->counted[i].n;
    return n;
}

static void tallies_say(struct log_look *look, struct probe *probe)
{
    struct findings findings = {0};
    char what[READING_TEXT_BYTES];
    size_t position = 0, n_name;
    uint64_t n;
    for (const char *name; (name = tallies_next(look->tallies, &position, &n_name, &n));)
        findings_add(&findings, probe->check->log.label, name, n_name, (double)n);
    snprintf(what, sizeof what, "the number of lines of %.80s in %llds", probe->check->log.path,
             (long long)probe->check->log.window_s);
    findings_say(&findings, probe, what);
}

static void log_begin(struct probe *probe)
{
    struct log_look *look = probe->memory;
    const struct config_check *check = probe->check;
    bool first = !look->began;
    struct err err;
    look->n_found = 0;
    int result = file_take(look, check->log.path, &err);
    if (result == 0)
        result = rest_read(look, &err);
    look->began = true; /* a file that comes later is new from its beginning */
    int64_t now_us = clock_monotonic_us(probe->clock), window_us = check->log.window_s * US_PER_S;
    uint64_t n = window_count(look, window_us, now_us);
    if (look->tallies)
        tallies_settle(look->tallies, window_us, now_us);
    if (result == 0 && look->too_many)
        result = err_set(&err, "more than %d different %s in the window", NAMES_MOST, check->log.label);
    look->too_many = false;
    if (result < 0)
        probe_say(probe, READING_ERROR, 0, "%s: %s", check->log.path, err.text);
    else if (first)
        probe_say(probe, READING_NOTHING, 0, "%s", "");
    else if (look->tallies)
        tallies_say(look, probe);
    else
        probe_say(probe, READING_VALUE, (double)n, "the number of lines of %.120s with %.80s in %llds",
                  check->log.path, check->log.pattern, (long long)check->log.window_s);
}

static void log_end(struct probe *probe)
{
    (void)probe; /* a look is over when it has begun */
}

static void log_close(struct probe *probe)
{
    struct log_look *look = probe->memory;
    if (look->fd >= 0)
        close(look->fd);
    buf_free(&look->line);
    tallies_free(look->tallies);
    pcre2_code_free(look->code);
    pcre2_match_data_free(look->match);
    pcre2_match_context_free(look->limits);
    free(look);
}

static void log_remembers(const struct config_check *check, struct buf *out)
{
    buf_printf(out, "%s\n%s\n%s\n%lld", check->log.path, check->log.pattern,
               check->log.label ? check->log.label : "", (long long)check->log.window_s);
}

static void log_learn(struct probe *probe)
{
    (void)probe; /* each look goes by the check as it is then */
}

const struct check_kind log_kind = {.open = log_open,
                                    .begin = log_begin,
                                    .end = log_end,
                                    .close = log_close,
                                    .remembers = log_remembers,
                                    .learn = log_learn};
