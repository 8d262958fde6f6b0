#include "config/matcher.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { STEPS_LIMIT = 100000, DEPTH_LIMIT = 1000 };

struct expression {
    pcre2_code *code;
    pcre2_match_data *match_data;
    pcre2_match_context *limits;
    bool gave_up;
};

static const struct {
    const char *sign;
    bool negative, expression;
} operators[] = {{"=~", false, true}, {"!~", true, true}, {"!=", true, false}, {"=", false, false}};

/* ---- reading ---- */

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* \n, \" and \\ are undone; a backslash before anything else stands for itself, so that expressions need no
 * doubling. p stands behind the first quotation mark, and then behind the last. */
static int read_quoted(const char **p, struct buf *text, struct err *err)
{
    const char *c = *p;
    for (; *c && *c != '"'; c++) {
        if (*c != '\\' || !c[1]) {
            buf_putc(text, *c);
            continue;
        }
        c++;
        if (*c != 'n' && *c != '"' && *c != '\\')
            buf_putc(text, '\\');
        buf_putc(text, *c == 'n' ? '\n' : *c);
    }
    if (*c != '"')
        return err_set(err, "the quotation marks are not closed");
    *p = c + 1;
    return 0;
}

/* Names without quotation marks end where an operator, a blank or a mark of the list does. */
static int read_name(const char **p, struct buf *name, struct err *err)
{
    if (**p == '"') {
        ++*p;
        if (read_quoted(p, name, err) < 0)
            return -1;
    } else {
        size_t n = strcspn(*p, "=!~,\"{} \t\r\n");
        if (**p >= '0' && **p <= '9')
            n = 0;
        buf_add(name, *p, n);
        *p += n;
    }
    return name->n_bytes ? 0 : err_set(err, "a matcher begins with the name of a label");
}

/* Up to the comma or brace when the matcher is one of a list, else to the end. */
static int read_value(const char **p, bool listed, struct buf *value, struct err *err)
{
    if (**p == '"') {
        ++*p;
        return read_quoted(p, value, err);
    }
    size_t n = listed ? strcspn(*p, ",}\"") : strlen(*p);
    const char *end = *p + n;
    while (n && strchr(" \t\r\n", (*p)[n - 1]))
        n--;
    if (memchr(*p, '"', n) || *end == '"')
        return err_set(err, "a quotation mark stands inside a value that does not begin with one");
    const char *from = *p;
    for (size_t i = 0; i < n; i++) {
        bool undo = from[i] == '\\' && i + 1 < n && (from[i + 1] == 'n' || from[i + 1] == '\\');
        i += undo;
        buf_putc(value, undo && from[i] == 'n' ? '\n' : from[i]);
    }
    *p = end;
    return 0;
}

static int parse_one(const char **p, bool listed, struct matcher **ret_matcher, struct err *err)
{
    scoped_buf struct buf name = {0}, value = {0};
    *p = skip_blanks(*p);
    if (read_name(p, &name, err) < 0)
        return -1;
    *p = skip_blanks(*p);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i].sign);
        if (strncmp(*p, operators[i].sign, n) != 0)
            continue;
        *p = skip_blanks(*p + n);
        if (read_value(p, listed, &value, err) < 0)
            return -1;
        *p = skip_blanks(*p);
        return matcher_of_parts(buf_text(&name), buf_text(&value), operators[i].expression,
                                operators[i].negative, ret_matcher, err);
    }
    return err_set(err, "a matcher reads NAME=VALUE, NAME!=VALUE, NAME=~EXPRESSION or NAME!~EXPRESSION");
}

int matcher_parse(const char *text, struct matcher **ret_matcher, struct err *err)
{
    struct matcher *matcher = NULL;
    if (parse_one(&text, false, &matcher, err) < 0)
        return -1;
    if (*text) {
        matcher_free(matcher);
        return err_set(err, "something follows the quotation marks of the value");
    }
    *ret_matcher = matcher;
    return 0;
}

static int parse_list(const char *p, struct matchers *found, struct err *err)
{
    p = skip_blanks(p);
    bool braces = *p == '{';
    p = skip_blanks(p + braces);
    while (*p && *p != '}') {
        struct matcher *matcher = NULL;
        if (found->n == MATCHERS_LIMIT)
            return err_set(err, "more than %d matchers", MATCHERS_LIMIT);
        if (parse_one(&p, true, &matcher, err) < 0)
            return -1;
        matchers_add(found, matcher);
        if (*p == ',')
            p = skip_blanks(p + 1);
        else if (*p && *p != '}')
            return err_set(err, "between two matchers stands a comma");
    }
    if (braces != (*p == '}') || *skip_blanks(p + braces))
        return err_set(err, "the braces are not closed, or something follows them");
    return found->n ? 0 : err_set(err, "there is no matcher in it");
}

int matchers_parse(const char *text, struct matchers *matchers, struct err *err)
{
    struct matchers found = {0};
    int failed = parse_list(text, &found, err);
    for (size_t i = 0; !failed && i < found.n; i++) {
        matchers_add(matchers, found.at[i]);
        found.at[i] = NULL;
    }
    matchers_free(&found);
    return failed;
}

/* ---- making ---- */

static int compile(struct matcher *matcher, struct err *err)
{
    int error;
    PCRE2_SIZE at;
    PCRE2_UCHAR why[120];
    size_t n = strlen(matcher->value);
    if (n > EXPRESSION_BYTES)
        return err_set(err, "the expression is longer than %d bytes", EXPRESSION_BYTES);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)matcher->value, n,
                                     PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C,
                                     &error, &at, NULL);
    if (!code) {
        pcre2_get_error_message(error, why, sizeof why);
        return err_set(err, "not a regular expression: %s", (const char *)why);
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where it cannot, matching is slower and the same */
    struct expression *expression = heap_alloc(sizeof *expression);
    expression->code = code;
    expression->match_data = pcre2_match_data_create(1, NULL);
    expression->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(expression->limits, STEPS_LIMIT);
    pcre2_set_depth_limit(expression->limits, DEPTH_LIMIT);
    matcher->expression = expression;
    return 0;
}

int matcher_of_parts(const char *name, const char *value, bool is_expression, bool negative,
                     struct matcher **ret_matcher, struct err *err)
{
    if (!*name)
        return err_set(err, "a matcher begins with the name of a label");
    if (strlen(name) > MATCHER_NAME_BYTES || strlen(value) > MATCHER_VALUE_BYTES)
        return err_set(err, "a matcher's name is longer than %d bytes, or its value than %d",
                       MATCHER_NAME_BYTES, MATCHER_VALUE_BYTES);
    struct matcher *matcher = heap_alloc(sizeof *matcher);
    *matcher = (struct matcher){.name = heap_strdup(name), .value = heap_strdup(value), .negative = negative};
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
    return matcher_of_parts(name, expression, true, false, ret_matcher, err);
}

void matcher_free(struct matcher *matcher)
{
    if (!matcher)
        return;
    if (matcher->expression) {
        pcre2_code_free(matcher->expression->code);
        pcre2_match_data_free(matcher->expression->match_data);
        pcre2_match_context_free(matcher->expression->limits);
        free(matcher->expression);
    }
    free(matcher->name);
    free(matcher->value);
    free(matcher);
}

void matchers_add(struct matchers *matchers, struct matcher *matcher)
{
    matchers->at = heap_resize(matchers->at, (matchers->n + 1) * sizeof(struct matcher *));
    matchers->at[matchers->n++] = matcher;
}

void matchers_free(struct matchers *matchers)
{
    for (size_t i = 0; i < matchers->n; i++)
        matcher_free(matchers->at[i]);
    free(matchers->at);
    *matchers = (struct matchers){0};
}

/* ---- writing and comparing ---- */

static void print_quoted(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\' || *c == '\n')
            buf_putc(out, '\\');
        buf_putc(out, *c == '\n' ? 'n' : *c);
    }
    buf_putc(out, '"');
}

static bool is_plain_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";
    return !(*name >= '0' && *name <= '9') && strspn(name, letters) == strlen(name);
}

void matcher_print(const struct matcher *matcher, struct buf *out)
{
    if (is_plain_name(matcher->name))
        buf_puts(out, matcher->name);
    else
        print_quoted(out, matcher->name);
    buf_puts(out, matcher->expression ? (matcher->negative ? "!~" : "=~") : matcher->negative ? "!=" : "=");
    print_quoted(out, matcher->value);
}

void matchers_print(const struct matchers *matchers, struct buf *out)
{
    buf_putc(out, '{');
    for (size_t i = 0; i < matchers->n; i++) {
        if (i)
            buf_putc(out, ',');
        matcher_print(matchers->at[i], out);
    }
    buf_putc(out, '}');
}

void matchers_write(struct json_writer *w, const struct matchers *matchers)
{
    jw_begin_array(w);
    for (size_t i = 0; i < matchers->n; i++) {
        const struct matcher *matcher = matchers->at[i];
        jw_begin_object(w);
        jw_pair_bool(w, "isEqual", !matcher->negative);
        jw_pair_bool(w, "isRegex", matcher->expression != NULL);
        jw_pair(w, "name", matcher->name);
        jw_pair(w, "value", matcher->value);
        jw_end_object(w);
    }
    jw_end_array(w);
}

bool matcher_equal(const struct matcher *a, const struct matcher *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0 && a->negative == b->negative &&
           !a->expression == !b->expression;
}

bool matchers_equal(const struct matchers *a, const struct matchers *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++)
        if (!matcher_equal(a->at[i], b->at[i]))
            return false;
    return a->n == b->n;
}

/* ---- matching ---- */

static bool expression_fits(struct expression *expression, const char *value)
{
    size_t n = strlen(value);
    int got =
        pcre2_match(expression->code, (PCRE2_SPTR)value, n, 0, 0, expression->match_data, expression->limits);
    if (got == PCRE2_ERROR_JIT_STACKLIMIT)
        got = pcre2_match(expression->code, (PCRE2_SPTR)value, n, 0, PCRE2_NO_JIT, expression->match_data,
                          expression->limits);
    expression->gave_up |= got < 0 && got != PCRE2_ERROR_NOMATCH;
    return got >= 0;
}

bool matcher_fits_value(const struct matcher *matcher, const char *value)
{
    bool same = matcher->expression ? expression_fits(matcher->expression, value)
                                    : strcmp(value, matcher->value) == 0;
    return same != matcher->negative;
}

bool matcher_gave_up(const struct matcher *matcher)
{
    return matcher->expression && matcher->expression->gave_up;
}

bool matcher_is_open(const struct matcher *matcher)
{
    static const char *const odd[] = {"\x01 7f3a no label holds this", "\xe2\x98\x83", "0"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (!matcher_fits_value(matcher, odd[i]))
            return false;
    return true;
}

const char *packed_label(const char *packed, size_t n_labels, const char *name)
{
    for (size_t i = 0; i < n_labels; i++) {
        const char *value = packed + strlen(packed) + 1;
        if (strcmp(packed, name) == 0)
            return value;
        packed = value + strlen(value) + 1;
    }
    return "";
}

/* An expression that has given up once fits nothing from then on, also where it is denied: what hides alerts
 * must be sure, and must not hold up everything else. */
bool matchers_fit(const struct matchers *matchers, const char *packed, size_t n_labels)
{
    for (size_t i = 0; i < matchers->n; i++)
        if (matcher_gave_up(matchers->at[i]))
            return false;
    for (size_t i = 0; i < matchers->n; i++)
        if (!matcher_fits_value(matchers->at[i], packed_label(packed, n_labels, matchers->at[i]->name)))
            return false;
    for (size_t i = 0; i < matchers->n; i++)
        if (matcher_gave_up(matchers->at[i]))
            return false;
    return true;
}
