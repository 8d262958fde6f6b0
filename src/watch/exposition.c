#include "watch/exposition.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/matcher.h"

enum { NUMBER_BYTES = 64 };

/* Where the reader stands in a line, which ends with a NUL. */
struct cursor {
    const char *at;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct cursor *c)
{
    while (is_blank(*c->at))
        c->at++;
}

static bool is_name_sign(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == ':';
}

/* The length of the name at the cursor, 0 when there is none. */
static size_t name_length(const struct cursor *c)
{
    size_t n = 0;
    if (isdigit((unsigned char)*c->at))
        return 0;
    while (is_name_sign(c->at[n]))
        n++;
    return n;
}

/* "NaN", "+Inf", "1.5e3": as Go reads and writes them. */
static int number_read(struct cursor *c, double *ret_value)
{
    char word[NUMBER_BYTES], *end;
    size_t n = strcspn(c->at, " \t");
    if (n == 0 || n >= sizeof word)
        return -1;
    memcpy(word, c->at, n);
    word[n] = '\0';
    const char *digits = word + (word[0] == '+' || word[0] == '-');
    bool name = strcasecmp(digits, "nan") == 0 || strcasecmp(digits, "inf") == 0;
    if (!name && !isdigit((unsigned char)digits[0]) && digits[0] != '.')
        return -1;
    *ret_value = strtod(word, &end);
    c->at += n;
    return *end ? -1 : 0;
}

static int label_value_read(struct exposition *e, struct cursor *c)
{
    if (*c->at++ != '"')
        return -1;
    for (; *c->at && *c->at != '"'; c->at++) {
        char sign = *c->at;
        if (sign == '\\') {
            sign = *++c->at;
            if (sign == 'n')
                sign = '\n';
            else if (sign != '\\' && sign != '"')
                return -1;
        }
        buf_putc(&e->labels, sign);
    }
    buf_putc(&e->labels, '\0');
    return *c->at++ == '"' ? 0 : -1;
}

/* {a="b",c="d",} into e->labels. */
static int labels_read(struct exposition *e, struct cursor *c, size_t *ret_n)
{
    size_t n = 0;
    buf_clear(&e->labels);
    for (c->at++, skip_blanks(c); *c->at != '}';) {
        size_t n_name = name_length(c);
        if (n_name == 0 || n == EXPOSITION_LABELS)
            return -1;
        buf_add(&e->labels, c->at, n_name);
        buf_putc(&e->labels, '\0');
        c->at += n_name;
        skip_blanks(c);
        if (*c->at++ != '=')
            return -1;
        skip_blanks(c);
        if (label_value_read(e, c) < 0)
            return -1;
        n++;
        skip_blanks(c);
        if (*c->at == ',')
            c->at++;
        else if (*c->at != '}')
            return -1;
        skip_blanks(c);
    }
    c->at++;
    *ret_n = n;
    return 0;
}

static int line_refuse(const struct exposition *e, const char *line, struct err *err)
{
    return err_set(err, "line %zu of the page is no series: \"%.60s\"", e->n_lines, line);
}

/* A sample of a name that is wanted; the cursor stands behind the name. */
static int sample_read(struct exposition *e, const char *line, size_t wanted, struct cursor *c,
                       struct err *err)
{
    struct exposition_sample sample = {.wanted = wanted, .labels = ""};
    double ignored;
    skip_blanks(c);
    if (*c->at == '{') {
        if (labels_read(e, c, &sample.n_labels) < 0)
            return line_refuse(e, line, err);
        sample.labels = buf_text(&e->labels);
        sample.labels_bytes = e->labels.n_bytes;
    }
    skip_blanks(c);
    if (number_read(c, &sample.value) < 0)
        return line_refuse(e, line, err);
    skip_blanks(c);
    if (*c->at && *c->at != '#' && number_read(c, &ignored) < 0) /* the time, and behind # an exemplar */
        return line_refuse(e, line, err);
    skip_blanks(c);
    if (*c->at && *c->at != '#')
        return line_refuse(e, line, err);
    return e->take(e->context, &sample, err);
}

static int line_read(struct exposition *e, const char *line, struct err *err)
{
    struct cursor c = {line};
    e->n_lines++;
    skip_blanks(&c);
    if (!*c.at || *c.at == '#')
        return 0;
    const char *name = c.at;
    size_t n = name_length(&c);
    c.at += n;
    if (n == 0 || (*c.at != '{' && !is_blank(*c.at)))
        return line_refuse(e, line, err);
    e->n_samples++;
    for (size_t i = 0; e->wanted[i]; i++)
        if (strncmp(e->wanted[i], name, n) == 0 && !e->wanted[i][n])
            return sample_read(e, line, i, &c, err);
    return 0;
}

/* What stands in e->line, which is emptied. */
static int line_take(struct exposition *e, struct err *err)
{
    const char *line = buf_text(&e->line);
    size_t n = e->line.n_bytes;
    if (memchr(line, '\0', n))
        return err_set(err, "line %zu of the page holds a NUL: it is no text", e->n_lines + 1);
    if (n && line[n - 1] == '\r')
        e->line.at[n - 1] = '\0';
    int result = line_read(e, line, err);
    buf_clear(&e->line);
    return result;
}

int exposition_feed(struct exposition *e, const char *bytes, size_t n_bytes, struct err *err)
{
    const char *end = bytes + n_bytes;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t n = (size_t)((newline ? newline : end) - bytes);
        if (e->line.n_bytes + n > EXPOSITION_LINE_BYTES)
            return err_set(err, "line %zu of the page is longer than %d KiB", e->n_lines + 1,
                           EXPOSITION_LINE_BYTES / 1024);
        buf_add(&e->line, bytes, n);
        bytes += n;
        if (newline) {
            if (line_take(e, err) < 0)
                return -1;
            bytes++;
        }
    }
    return 0;
}

int exposition_finish(struct exposition *e, struct err *err)
{
    if (e->line.n_bytes && line_take(e, err) < 0)
        return -1;
    return e->n_samples ? 0 : err_set(err, "the page holds no series at all");
}

void exposition_free(struct exposition *e)
{
    buf_free(&e->line);
    buf_free(&e->labels);
}
