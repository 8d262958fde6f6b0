#include "runbook/document_check.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"

/* The line on which UTF-8 breaks; bytes are known to be broken. */
static size_t broken_line(const char *bytes, size_t n_bytes)
{
    size_t line = 1;

    for (size_t first = 0; first < n_bytes; line++) {
        const char *end = memchr(bytes + first, '\n', n_bytes - first);
        size_t n = end ? (size_t)(end - bytes) - first : n_bytes - first;
        if (!utf8_valid(bytes + first, n))
            return line;
        first += n + 1;
    }
    return line;
}

static size_t count_lines(const char *bytes, size_t n_bytes)
{
    size_t n = 0;

    for (const char *s = bytes; (s = memchr(s, '\n', n_bytes - (size_t)(s - bytes))) != NULL; s++)
        n++;
    return n;
}

static bool only_blanks(const char *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        if (strchr(" \t\r\n", bytes[i]) == NULL || bytes[i] == '\0')
            return false;
    return true;
}

int document_check(const char *bytes, size_t n_bytes, struct err *err)
{
    if (n_bytes > DOCUMENT_LIMIT_BYTES)
        return err_set(err, "is larger than 8 MiB; split it into one document a system or procedure");
    if (memchr(bytes, '\0', n_bytes))
        return err_set(err, "is not text (it holds NUL bytes); a runbook is a Markdown file in UTF-8");
    if (!utf8_valid(bytes, n_bytes))
        return err_set(
            err, "is not UTF-8 (line %zu); save it as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8",
            broken_line(bytes, n_bytes));
    if (count_lines(bytes, n_bytes) > DOCUMENT_LIMIT_LINES)
        return err_set(err, "has more than 50,000 lines; split it into one document a system or procedure");
    if (only_blanks(bytes, n_bytes))
        return err_set(err, "is empty; write the runbook, or take the file out of the folder");
    return 0;
}
