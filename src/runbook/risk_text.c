/* The text as it came from a runbook: shell prompts in front, placeholders inside.
 *
 * Both are overwritten with bytes of the same number, so that every offset of the syntax tree is also an
 * offset of the original. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

/* Length of a prompt at the start of a line, or 0: "$ ", "% ", "user@host:~$ ", "[root@db ~]# ", "PS C:\> ",
 * "C:\Users\me> ", "[node1]: PS C:\> ". A lone "# " is a comment, not a prompt. */
static size_t prompt_length(const char *line, size_t n)
{
    static const char arrows[][5] = {"\xe2\x9d\xaf ", "\xe2\x9e\x9c "}; /* of popular shell themes */
    size_t at = 0;
    while (at < n && (line[at] == ' ' || line[at] == '\t'))
        at++;
    const char *remote = n > at && line[at] == '[' ? memmem(line + at, n - at, "]: PS ", 6) : NULL;
    if (remote)
        at = (size_t)(remote - line) + 3;
    size_t start = at;
    if (at + 1 < n && (line[at] == '$' || line[at] == '%') && line[at + 1] == ' ')
        return at + 2;
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (n - at > 4 && memcmp(line + at, arrows[i], 4) == 0)
            return at + 4;
    bool windows =
        n - at > 3 && (strncmp(line + at, "PS ", 3) == 0 ||
                       (isalpha((unsigned char)line[at]) && line[at + 1] == ':' && line[at + 2] == '\\'));
    bool host = false;
    for (; at < n && at < start + 80; at++) {
        host |= line[at] == '@';
        bool last = at + 1 >= n || line[at + 1] == ' ';
        bool drive = memmem(line + start, at - start, ":\\", 2) != NULL;
        if (windows && line[at] == '>' && at > start + 2 && (last || drive))
            return at + 1;
        if (host && last && (line[at] == '$' || line[at] == '#'))
            return at + 1;
        bool part = isalnum((unsigned char)line[at]) || strchr("@:~/._-[]", line[at]) ||
                    (line[at] == ' ' && (windows || line[start] == '['));
        if (!part && !(windows && strchr("\\()", line[at])))
            return 0;
    }
    return 0;
}

char *text_without_prompts(struct arena *arena, const char *text, size_t n_bytes)
{
    char *copy = arena_strndup(arena, text, n_bytes);
    size_t at = 0;
    while (at < n_bytes) {
        const char *newline = memchr(copy + at, '\n', n_bytes - at);
        size_t end = newline ? (size_t)(newline - copy) : n_bytes;
        size_t prompt = prompt_length(copy + at, end - at);
        memset(copy + at, ' ', prompt);
        at = end + 1;
    }
    return copy;
}

static bool is_name_byte(char c, char close)
{
    if (isalnum((unsigned char)c) || strchr("_-. :/", c))
        return c != '\0';
    return close == '>' && c && strchr("|,'+#", c);
}

/* Length of "<pod-name>" or "[POD_NAME]" at the start of the text, or 0. */
static size_t bracket_length(const char *text, size_t n, size_t n_before)
{
    char open = text[0], close = open == '<' ? '>' : ']';
    char before = n_before ? text[-1] : ' ';
    if (before == '<' || before == '$' || before == '?' ||
        (open == '[' && (isalnum((unsigned char)before) || before == '[')))
        return 0;
    if (n < 3 ||
        !(open == '<' ? isalpha((unsigned char)text[1]) || text[1] == '_' : isupper((unsigned char)text[1])))
        return 0;
    size_t at = 1;
    while (at < n && at < 80 && is_name_byte(text[at], close) &&
           (open == '<' || !islower((unsigned char)text[at])))
        at++;
    if (at >= n || text[at] != close || text[at - 1] == ' ' || at < 2)
        return 0;
    if (open == '[' && at < 4)
        return 0; /* [A-Z], [AB] are globs */
    if (open == '[' && memchr(text, '-', at) && !memchr(text, '_', at) && at < 7)
        return 0;
    return at + 1;
}

/* Words in angle brackets that tools print themselves. */
static bool is_no_placeholder(const char *text, size_t n)
{
    static const char *const printed[] = {"<none>", "<nil>", "<null>", "<unknown>", "<pending>", "<invalid>"};
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
        if (n == strlen(printed[i]) && memcmp(text, printed[i], n) == 0)
            return true;
    return false;
}

/* "{{ .Labels.pod }}", "{{ $labels.instance }}". */
static size_t braces_length(const char *text, size_t n)
{
    if (!text || n < 5 || text[1] != '{')
        return 0;
    const char *end = memmem(text, n < 120 ? n : 120, "}}", 2);
    if (!end)
        return 0;
    if (memchr(text, '\n', (size_t)(end - text)))
        return 0;
    size_t length = (size_t)(end - text) + 2;
    static const char *const alert_words[] = {"labels", "Labels", "annotations", "Annotations"};
    for (size_t i = 0; i < sizeof alert_words / sizeof *alert_words; i++)
        if (memmem(text, length, alert_words[i], strlen(alert_words[i])))
            return length;
    return 0;
}

/* Docker and Go templates print labels too: '{{.Config.Labels}}' in quotes is no placeholder. */
static bool in_format(const char *text, size_t at)
{
    size_t from = at > 60 ? at - 60 : 0;
    return memmem(text + from, at - from, "format", 6) || memmem(text + from, at - from, "template", 8);
}

static size_t placeholder_bytes(const char *text, size_t n_bytes, size_t at, bool markup)
{
    size_t length = 0;
    if ((text[at] == '<' && !markup) || text[at] == '[')
        length = bracket_length(text + at, n_bytes - at, at);
    else if (text[at] == '{' && !in_format(text, at))
        length = braces_length(text + at, n_bytes - at);
    return length == 0 || is_no_placeholder(text + at, length) ? 0 : length;
}

static bool holds_markup(const char *text, size_t n_bytes)
{
    return memmem(text, n_bytes, "</", 2) != NULL;
}

size_t text_placeholder_bytes(const char *text, size_t n_bytes, size_t at)
{
    return placeholder_bytes(text, n_bytes, at, text[at] == '<' && holds_markup(text, n_bytes));
}

char *text_with_filled_placeholders(struct arena *arena, const char *text, size_t n_bytes, bool *ret_found)
{
    char *copy = arena_strndup(arena, text, n_bytes);
    bool markup = holds_markup(text, n_bytes);
    bool found = false;
    for (size_t i = strcspn(copy, "<[{"); i < n_bytes; i += 1 + strcspn(copy + i + 1, "<[{")) {
        size_t length = placeholder_bytes(text, n_bytes, i, markup);
        if (length == 0)
            continue;
        memset(copy + i, 'P', length);
        found = true;
        i += length - 1;
    }
    *ret_found = found;
    return copy;
}
