#include "drill/tested.h"

#include <ctype.h>
#include <string.h>

#include "runbook/runbook.h"

enum { CONTEXT = 3, DATE_BYTES = 10 };

/* A line of the document with its end, "\r\n" where it has that. */
struct line {
    const char *at;
    size_t n_bytes;
};

/* number from 1. */
static struct line line_of(const char *bytes, size_t n_bytes, int number)
{
    const char *at = bytes, *end = bytes + n_bytes;
    for (; number > 1 && at < end; number--) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next ? next + 1 : end;
    }
    const char *next = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return (struct line){at, (size_t)((next ? next + 1 : end) - at)};
}

static bool says_last_test(const struct metadata *metadata)
{
    static const char *const keys[] = {"last_tested", "last_test",     "last_drill",     "last_drilled",
                                       "last_drill",  "last_exercise", "last_rehearsed", "last_rehearsal"};
    for (size_t i = 0; metadata->key && i < sizeof keys / sizeof *keys; i++)
        if (strcmp(metadata->key, keys[i]) == 0)
            return true;
    return false;
}

static const char *find(const struct line *line, const char *text)
{
    return text && *text ? memmem(line->at, line->n_bytes, text, strlen(text)) : NULL;
}

/* The line with another value behind its key, and another key when one is given. NULL: the line is not as the
 * reader has it. */
static const char *rewritten(struct arena *arena, const struct line *line, const struct metadata *like,
                             const char *key, const char *value)
{
    const char *old_key = find(line, like->raw_key);
    if (!old_key)
        return NULL;
    const char *after = old_key + strlen(like->raw_key);
    struct line rest = {after, line->n_bytes - (size_t)(after - line->at)};
    const char *old_value = find(&rest, like->value);
    if (!old_value)
        return NULL;
    const char *tail = old_value + strlen(like->value);
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", (int)(old_key - line->at), line->at,
                        key ? key : like->raw_key, (int)(old_value - after), after, value,
                        (int)(line->at + line->n_bytes - tail), tail);
}

/* "last_tested" beside "next_review", "Last tested" beside "Owner" and "LAST TESTED" beside "OWNER". */
static const char *key_like(const char *other)
{
    if (islower((unsigned char)other[0]))
        return strchr(other, '-') ? "last-tested" : strchr(other, ' ') ? "last tested" : "last_tested";
    for (const char *p = other; *p; p++)
        if (islower((unsigned char)*p))
            return "Last tested";
    return "LAST TESTED";
}

static void put_line(struct buf *out, char mark, const char *at, size_t n_bytes)
{
    buf_putc(out, mark);
    buf_add(out, at, n_bytes);
    if (!n_bytes || at[n_bytes - 1] != '\n')
        buf_puts(out, "\n\\ No newline at end of file\n");
}

struct edit {
    int line;         /* that goes, or behind which the new one comes */
    bool replaces;    /* it goes */
    const char *text; /* of the new line, with its end */
};

static void put_context(struct buf *out, const char *bytes, size_t n_bytes, int from, int to)
{
    for (int number = from; number <= to; number++) {
        struct line line = line_of(bytes, n_bytes, number);
        put_line(out, ' ', line.at, line.n_bytes);
    }
}

static void put_diff(struct buf *out, const char *file, const char *bytes, size_t n_bytes, int n_lines,
                     const struct edit *edit)
{
    int kept = edit->replaces ? edit->line - 1 : edit->line; /* the last line before the new one */
    int first = kept - CONTEXT + 1 > 1 ? kept - CONTEXT + 1 : 1;
    int last = edit->line + CONTEXT < n_lines ? edit->line + CONTEXT : n_lines;
    int n_old = last - first + 1;
    buf_printf(out, "--- a/%s\n+++ b/%s\n@@ -%d,%d +%d,%d @@\n", file, file, first, n_old, first,
               n_old + !edit->replaces);
    put_context(out, bytes, n_bytes, first, kept);
    if (edit->replaces) {
        struct line old = line_of(bytes, n_bytes, edit->line);
        put_line(out, '-', old.at, old.n_bytes);
    }
    put_line(out, '+', edit->text, strlen(edit->text));
    put_context(out, bytes, n_bytes, edit->line + 1, last);
}

/* The line of the last test, or a new one behind the last fact of the head. */
static bool edit_find(struct arena *arena, const struct runbook *runbook, const char *bytes, size_t n_bytes,
                      const char *date, struct edit *ret_edit)
{
    const struct metadata *last = NULL;
    list_each (metadata, &runbook->parts.metadata) {
        struct line line = line_of(bytes, n_bytes, metadata->line);
        if (says_last_test(metadata)) {
            const char *text = rewritten(arena, &line, metadata, NULL, date);
            *ret_edit = (struct edit){metadata->line, true, text};
            return text && strncmp(metadata->value, date, DATE_BYTES) != 0;
        }
        /* One that stands alone on its line, near the others. */
        if (metadata->raw_key && metadata->value && line.n_bytes < 200 &&
            !memchr(line.at, '|', line.n_bytes) && rewritten(arena, &line, metadata, NULL, date) &&
            (!last || metadata->line <= last->line + 2))
            last = metadata;
    }
    if (!last)
        return false;
    struct line line = line_of(bytes, n_bytes, last->line);
    const char *text = rewritten(arena, &line, last, key_like(last->raw_key), date);
    if (!text || line.at[line.n_bytes - 1] != '\n')
        return false;
    *ret_edit = (struct edit){last->line, false, text};
    return true;
}

bool tested_patch(struct arena *arena, const char *file, const char *bytes, size_t n_bytes, const char *date,
                  struct buf *out)
{
    const struct runbook *runbook = runbook_read(arena, file, bytes, n_bytes);
    struct edit edit;
    if (!edit_find(arena, runbook, bytes, n_bytes, date, &edit))
        return false;
    put_diff(out, file, bytes, n_bytes, runbook->n_lines, &edit);
    return true;
}
