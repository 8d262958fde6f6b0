#include "api/matcher.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

enum { EXPRESSION_BYTES = 1024, STEPS_LIMIT = 100000, DEPTH_LIMIT = 1000 };

struct matcher {
    char *name, *value;
    bool negative;
    pcre2_code *expression; /* NULL: equality */
    pcre2_match_data *match_data;
    pcre2_match_context *limits;
    bool gave_up;
};

static const struct {
    const char *sign;
    bool negative, expression;
} operators[] = {{"=~", false, true}, {"!~", true, true}, {"!=", true, false}, {"=", false, false}};

static bool is_name_byte(char c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (c & 0x80);
    return letter || (!first && (c >= '0' && c <= '9'));
}

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* The text between quotes with \" \\ \n undone. */
static int read_quoted(const char *p, struct buf *value, struct err *err)
{
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            buf_putc(value, *++p == 'n' ? '\n' : *p);
        else
            buf_putc(value, *p);
    }
    if (*p != '"' || *skip_blanks(p + 1))
        return err_set(err, "the quotes around the value are not closed, or something follows them");
    return 0;
}

static int read_value(const char *p, struct buf *value, struct err *err)
{
    if (*p == '"')
        return read_quoted(p, value, err);
    size_t n = strlen(p);
    while (n && strchr(" \t\r\n", p[n - 1]))
        n--;
    buf_add(value, p, n);
    return 0;
}

static int compile(struct matcher *matcher, struct err *err)
{
    int error;
    PCRE2_SIZE at;
    PCRE2_UCHAR why[120];
    size_t n = strlen(matcher->value);
    if (n > EXPRESSION_BYTES)
        return err_set(err, "the expression is longer than %d bytes", EXPRESSION_BYTES);
    matcher->expression = pcre2_compile(
        (PCRE2_SPTR)matcher->value, n,
        PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
    if (!matcher->expression) {
        pcre2_get_error_message(error, why, sizeof why);
        return err_set(err, "not a regular expression: %s", (const char *)why);
    }
    matcher->match_data = pcre2_match_data_create(1, NULL);
    matcher->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(matcher->limits, STEPS_LIMIT);
    pcre2_set_depth_limit(matcher->limits, DEPTH_LIMIT);
    return 0;
}

static int make(struct matcher parts, bool is_expression, struct matcher **ret_matcher, struct err *err)
{
    struct matcher *matcher = heap_alloc(sizeof *matcher);
    *matcher = parts;
    if (is_expression && compile(matcher, err) < 0) {
        matcher_free(matcher);
        return -1;
    }
    *ret_matcher = matcher;
    return 0;
}

int matcher_of_expression(const char *name, const char *expression, struct matcher **ret_matcher,
                          struct err *err)
{
    struct matcher parts = {.name = heap_strdup(name), .value = heap_strdup(expression)};
    return make(parts, true, ret_matcher, err);
}

int matcher_parse(const char *text, struct matcher **ret_matcher, struct err *err)
{
    scoped_buf struct buf name = {0}, value = {0};
    const char *p = skip_blanks(text);
    for (bool first = true; is_name_byte(*p, first); first = false)
        buf_putc(&name, *p++);
    p = skip_blanks(p);
    for (size_t i = 0; name.n_bytes && i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i].sign);
        if (strncmp(p, operators[i].sign, n) != 0)
            continue;
        if (read_value(skip_blanks(p + n), &value, err) < 0)
            return -1;
        struct matcher parts = {.name = heap_strdup(buf_text(&name)),
                                .value = heap_strdup(buf_text(&value)),
                                .negative = operators[i].negative};
        return make(parts, operators[i].expression, ret_matcher, err);
    }
    return err_set(err, "a filter reads NAME=VALUE, NAME!=VALUE, NAME=~EXPRESSION or NAME!~EXPRESSION");
}

void matcher_free(struct matcher *matcher)
{
    if (!matcher)
        return;
    pcre2_code_free(matcher->expression);
    pcre2_match_data_free(matcher->match_data);
    pcre2_match_context_free(matcher->limits);
    heap_free_(&matcher->name);
    heap_free_(&matcher->value);
    heap_free_(&matcher);
}

bool matcher_fits_value(struct matcher *matcher, const char *value)
{
    bool same;
    if (matcher->expression) {
        int got = pcre2_match(matcher->expression, (PCRE2_SPTR)value, strlen(value), 0, 0,
                              matcher->match_data, matcher->limits);
        matcher->gave_up |= got < 0 && got != PCRE2_ERROR_NOMATCH;
        same = got >= 0;
    } else {
        same = strcmp(value, matcher->value) == 0;
    }
    return same != matcher->negative;
}

bool matcher_fits(struct matcher *matcher, const struct label *labels, size_t n_labels)
{
    const char *value = label_value(labels, n_labels, matcher->name);
    return matcher_fits_value(matcher, value ? value : "");
}

bool matcher_gave_up(const struct matcher *matcher)
{
    return matcher->gave_up;
}
