/* A value as it must be written in one place, so that its reader there gets exactly the value. What a place
 * has no writing for is refused: a bare number in SQL has no quotes that could hold anything else. */
#include <string.h>

#include "runbook/fill_priv.h"

static bool made_of(const char *value, const char *marks)
{
    for (const char *c = value; *c; c++)
        if (!((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              strchr(marks, *c)))
            return false;
    return true;
}

static void guarded_add(struct buf *out, const char *value, const char *guarded)
{
    for (const char *c = value; *c; c++) {
        if (strchr(guarded, *c))
            buf_putc(out, '\\');
        buf_putc(out, *c);
    }
}

/* Ends the quotes, writes one guarded, begins them again: 'it'\''s'. */
static void single_add(struct buf *out, const char *value)
{
    for (const char *c = value; *c; c++) {
        if (*c == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *c);
    }
}

static const char *shell_bare(const char *value, struct buf *out)
{
    if (*value && made_of(value, "_-./:@%+,=")) {
        buf_puts(out, value);
        return NULL;
    }
    buf_putc(out, '\'');
    single_add(out, value);
    buf_putc(out, '\'');
    return NULL;
}

static const char *shell_double(const char *value, struct buf *out)
{
    guarded_add(out, value, "\\$`\"");
    return NULL;
}

static const char *shell_single(const char *value, struct buf *out)
{
    single_add(out, value);
    return NULL;
}

static const char *heredoc(const char *value, struct buf *out)
{
    guarded_add(out, value, "\\$`");
    return NULL;
}

static const char *verbatim(const char *value, struct buf *out)
{
    buf_puts(out, value);
    return NULL;
}

static const char *json_string(const char *value, struct buf *out)
{
    guarded_add(out, value, "\\\"");
    return NULL;
}

static const char *sql_doubled(const char *value, char quote, struct buf *out)
{
    if (strchr(value, '\\'))
        return "holds a backslash, which databases read differently inside of quotes";
    for (const char *c = value; *c; c++) {
        if (*c == quote)
            buf_putc(out, quote);
        buf_putc(out, *c);
    }
    return NULL;
}

static const char *sql_string(const char *value, struct buf *out)
{
    return sql_doubled(value, '\'', out);
}

static const char *sql_name(const char *value, struct buf *out)
{
    return sql_doubled(value, '"', out);
}

static const char *code_string(const char *value, struct buf *out)
{
    guarded_add(out, value, "\\'\"");
    return NULL;
}

static const char *url_part(const char *value, struct buf *out)
{
    if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
        return "leads to another place of the address";
    for (const char *c = value; *c; c++) {
        char one[] = {*c, '\0'};
        if (made_of(one, "-._~:"))
            buf_putc(out, *c);
        else
            buf_printf(out, "%%%02X", (unsigned char)*c);
    }
    return NULL;
}

static const char *host(const char *value, struct buf *out)
{
    if (!*value || !made_of(value, "_-.:[]"))
        return "is no host";
    buf_puts(out, value);
    return NULL;
}

static const char *jsonpath_key(const char *value, struct buf *out)
{
    if (!made_of(value, "_-."))
        return "cannot be a key of a jsonpath (letters, digits, '-', '_' and '.')";
    guarded_add(out, value, ".");
    return NULL;
}

static const char *number(const char *value, struct buf *out)
{
    size_t whole = strspn(value, "0123456789");
    size_t fraction = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;
    if (whole == 0 || value[whole + (fraction ? fraction + 1 : 0)] != '\0')
        return "stands where only a number is safe";
    buf_puts(out, value);
    return NULL;
}

static const char *name(const char *value, struct buf *out)
{
    bool digit = *value >= '0' && *value <= '9';
    if (!*value || digit || !made_of(value, "_"))
        return "stands where only a name is safe (letters, digits, '_')";
    buf_puts(out, value);
    return NULL;
}

static const char *tame(const char *value, struct buf *out)
{
    if (!*value || !made_of(value, "_-.:/@"))
        return "stands in the middle of something, where only letters, digits and - _ . : / @ are safe";
    buf_puts(out, value);
    return NULL;
}

static const char *plain(const char *value, struct buf *out)
{
    if (!*value || !made_of(value, "_-."))
        return "stands in a pattern or a piece of code, where only letters, digits and - _ . are safe";
    buf_puts(out, value);
    return NULL;
}

int fill_encode(enum fill_place place, const char *value, struct buf *out, const char **ret_why)
{
    static const char *(*const encoders[N_FILL_PLACES])(const char *, struct buf *) = {
        [PLACE_SHELL_BARE] = shell_bare,
        [PLACE_SHELL_DOUBLE] = shell_double,
        [PLACE_SHELL_SINGLE] = shell_single,
        [PLACE_HEREDOC] = heredoc,
        [PLACE_VERBATIM] = verbatim,
        [PLACE_JSON_STRING] = json_string,
        [PLACE_SQL_STRING] = sql_string,
        [PLACE_SQL_NAME] = sql_name,
        [PLACE_CODE_STRING] = code_string,
        [PLACE_URL] = url_part,
        [PLACE_HOST] = host,
        [PLACE_JSONPATH] = jsonpath_key,
        [PLACE_WORD] = verbatim,
        [PLACE_NUMBER] = number,
        [PLACE_NAME] = name,
        [PLACE_TAME] = tame,
        [PLACE_PLAIN] = plain,
    };
    const char *why = encoders[place](value, out);
    if (!why)
        return 0;
    *ret_why = why;
    return -1;
}
