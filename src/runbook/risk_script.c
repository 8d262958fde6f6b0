/* Programs for awk and sed, and lines for servers that take commands as text: most only print, some run
 * commands or write files. What the small readers here cannot follow is unknown. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

/* ---- awk ---- */

/* Is the slash a regular expression here (after an operator), not a division? */
static bool regex_starts(char before)
{
    return before == 0 || strchr("(,=:[!&|?{};~\n", before);
}

static const char *skip_quoted(const char *at, char quote)
{
    for (at++; *at && *at != quote; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at + 1 : at;
}

struct awk {
    struct scan *scan;
    bool prints; /* a print statement is open: `>` writes to a file */
    int depth;   /* of parentheses */
    char before; /* last byte that is no blank */
};

static const char *awk_word(struct awk *awk, const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_')
        n++;
    const char *word = arena_strndup(awk->scan->arena, at, n);
    if (strcmp(word, "system") == 0)
        risk_raise(awk->scan, RISK_UNKNOWN, "awk system()", "runs a command from within awk");
    if (strcmp(word, "print") == 0 || strcmp(word, "printf") == 0) {
        awk->prints = true;
        awk->depth = 0;
    }
    awk->before = 'a';
    return at + n;
}

static const char *awk_mark(struct awk *awk, const char *at)
{
    if (*at == '(' || *at == ')')
        awk->depth += *at == '(' ? 1 : -1;
    if (strchr(";}\n", *at))
        awk->prints = false;
    if (*at == '>' && awk->prints && awk->depth <= 0)
        risk_raise(awk->scan, RISK_MUTATE, "awk print >", "writes a file from within awk");
    if (*at == '|' && at[1] != '|' && awk->before != '|')
        risk_raise(awk->scan, RISK_UNKNOWN, "awk |", "runs a command from within awk");
    if (*at == '@')
        risk_raise(awk->scan, RISK_UNKNOWN, "awk @", "loads more code into awk");
    awk->before = *at == '|' && awk->before == '|' ? '&' : *at;
    return at + 1;
}

void scan_awk(struct scan *scan, const struct word *words, size_t n_words)
{
    struct awk awk = {.scan = scan};
    const char *at = n_words ? words[0].text : "";
    if (n_words && words[0].dynamic && word_is_expansion(&words[0]))
        risk_raise(scan, RISK_UNKNOWN, at, "holds a program that is not shown");
    while (*at) {
        if (*at == ' ' || *at == '\t')
            at++;
        else if (*at == '"') {
            at = skip_quoted(at, '"');
            awk.before = '"';
        } else if (*at == '/' && regex_starts(awk.before)) {
            at = skip_quoted(at, '/');
            awk.before = '/';
        } else if (*at == '#')
            at += strcspn(at, "\n");
        else if (isalpha((unsigned char)*at) || *at == '_')
            at = awk_word(&awk, at);
        else
            at = awk_mark(&awk, at);
    }
    risk_raise(scan, RISK_READ, "awk", "only prints");
}

/* ---- sed ---- */

static const char *sed_unknown(struct scan *scan, const char *at)
{
    risk_raise(scan, RISK_UNKNOWN, "sed", "holds a script that cannot be followed");
    return at + strlen(at);
}

/* Behind the next delimiter that is not guarded, or NULL. */
static const char *sed_field(const char *at, char delimiter)
{
    bool set = false; /* inside [...] */
    for (; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '[' && !set && delimiter != '[')
            set = strchr(at + 1, ']') != NULL;
        else if (*at == ']')
            set = false;
        else if (*at == delimiter && !set)
            return at + 1;
    }
    return NULL;
}

static const char *sed_substitute(struct scan *scan, const char *at)
{
    char command = *at++;
    char delimiter = *at;
    if (!delimiter || delimiter == '\n' || delimiter == '\\')
        return sed_unknown(scan, at);
    const char *middle = sed_field(at + 1, delimiter);
    const char *end = middle ? strchr(middle, delimiter) : NULL;
    while (end && end > middle && end[-1] == '\\')
        end = strchr(end + 1, delimiter);
    if (!end)
        return sed_unknown(scan, at);
    at = end + 1;
    for (; command == 's' && *at && !strchr(";}\n# ", *at); at++) {
        if (*at == 'e')
            risk_raise(scan, RISK_UNKNOWN, "sed s///e", "runs a command from within sed");
        if (*at == 'w') {
            risk_raise(scan, RISK_MUTATE, "sed s///w", "writes a file from within sed");
            return at + strcspn(at, "\n");
        }
        if (!strchr("gpiImM0123456789e", *at))
            return sed_unknown(scan, at);
    }
    return at;
}

static const char *sed_address(const char *at)
{
    for (;;) {
        at += strspn(at, " \t;,!{}$~+0123456789");
        if (*at == '/') {
            at = sed_field(at + 1, '/');
        } else if (*at == '\\' && at[1]) {
            at = sed_field(at + 2, at[1]);
        } else {
            return at;
        }
        if (!at)
            return NULL;
        at += strspn(at, "IM");
    }
}

void scan_sed(struct scan *scan, const struct word *words, size_t n_words)
{
    const char *at = n_words ? words[0].text : "";
    while (*at) {
        const char *start = at;
        at = *at == '\n' ? at + 1 : sed_address(at);
        if (!at) {
            sed_unknown(scan, start);
            break;
        }
        if (!*at || *at == '\n')
            continue;
        if (*at == 's' || *at == 'y')
            at = sed_substitute(scan, at);
        else if (strchr("pPdDnNgGhHxlq=QFz", *at))
            at++;
        else if (strchr("aicrR#:bt", *at))
            at += strcspn(at, "\n");
        else if (*at == 'w' || *at == 'W') {
            risk_raise(scan, RISK_MUTATE, "sed w", "writes a file from within sed");
            at += strcspn(at, "\n");
        } else
            at = sed_unknown(scan, at);
    }
    risk_raise(scan, RISK_READ, "sed", "only prints");
}

/* ---- lines ---- */

/* `echo stats | nc cache 11211`: the first words of each line, as `tool <lines>` of the rules has them. */
void scan_lines(struct scan *scan, const struct word *words, size_t n_words)
{
    enum { FIRST_WORDS = 4 };
    const char *at = words_joined(scan->arena, words, n_words);
    for (const char *c = at; *c; c++)
        if (strchr("$`%", *c) || (*c == '\\' && !strchr("nr", c[1])))
            risk_raise(scan, RISK_UNKNOWN, at, "is not known before it is sent");
    while (*at) {
        struct word first[FIRST_WORDS];
        size_t n_first = 0;
        while (*at && !strchr("\n\r;", *at) && strncmp(at, "\\n", 2) != 0 && strncmp(at, "\\r", 2) != 0) {
            size_t n = strcspn(at, " \t\n\r;\\");
            if (n > 0 && n_first < FIRST_WORDS)
                first[n_first++] = (struct word){.text = arena_strndup(scan->arena, at, n)};
            at += n > 0 ? n : 1;
        }
        at += *at == '\\' ? 2 : *at != '\0';
        if (n_first == 0)
            continue;
        const struct phrase *phrase = words_phrase(scan, "<lines>", first, n_first);
        enum risk_class class = phrase ? (enum risk_class)phrase->kind : RISK_UNKNOWN;
        static const char *const whys[] = {"only asks the server", "is a line that the rules do not know",
                                           "changes the server", "deletes or ends something on the server"};
        risk_raise(scan, class, first[0].text, whys[class]);
    }
}
