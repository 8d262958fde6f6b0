/* Python given on the command line (python -c). It counts as reading only when every module it imports and
 * everything it calls is in the lists of the rule file, it assigns to plain names only, and it gives no
 * listed name a new meaning. SQL in the literal first argument of execute(), fetchval() and their like is
 * classed as SQL. Everything else is unknown. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

struct python {
    struct scan *scan;
    struct strings defined; /* functions of the text itself */
    const char *last_word;  /* or "" after a mark */
    const char *owner;      /* of the last dot: "json" in json.load */
    bool last_was_member;   /* the last word stood behind a dot */
    char last_mark;
    int depth; /* of brackets */
    int f_string_depth;
};

static void python_text(struct python *python, const char *at, const char *end);

static void python_unknown(const struct python *python, const char *part, const char *why)
{
    risk_raise(python->scan, RISK_UNKNOWN, part, why);
}

static size_t word_length(const char *at, const char *end)
{
    size_t n = 0;
    while (at + n < end && (isalnum((unsigned char)at[n]) || at[n] == '_'))
        n++;
    return n;
}

/* The code in the braces of an f-string. */
static void f_string_scan(struct python *python, const char *at, const char *end)
{
    if (++python->f_string_depth > 4)
        python_unknown(python, "python", "is nested too deep to follow");
    while (at < end && python->f_string_depth <= 4) {
        const char *open = memchr(at, '{', (size_t)(end - at));
        if (!open)
            break;
        if (open + 1 < end && open[1] == '{') {
            at = open + 2;
            continue;
        }
        const char *close = memchr(open, '}', (size_t)(end - open));
        if (!close)
            close = end;
        const char *format = memchr(open, ':', (size_t)(close - open));
        python_text(python, open + 1, format && !memchr(open, '(', (size_t)(close - open)) ? format : close);
        at = close < end ? close + 1 : end;
    }
    python->f_string_depth--;
}

/* Behind the string that starts at `at` (a quote); ret_start and ret_stop bound what it holds. */
static const char *string_bounds(const char *at, const char *end, const char **ret_start,
                                 const char **ret_stop)
{
    char quote = *at;
    bool triple = at + 2 < end && at[1] == quote && at[2] == quote;
    at += triple ? 3 : 1;
    *ret_start = at;
    for (; at < end; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        else if (*at == quote && (!triple || (at + 2 < end && at[1] == quote && at[2] == quote))) {
            *ret_stop = at;
            return at + (triple ? 3 : 1);
        }
    }
    *ret_stop = end;
    return end;
}

static const char *python_string(struct python *python, const char *at, const char *end)
{
    const char *start, *stop;
    bool formatted = strpbrk(python->last_word, "fF") && strlen(python->last_word) <= 2;
    at = string_bounds(at, end, &start, &stop);
    python->last_word = "";
    python->last_mark = '"';
    if (formatted)
        f_string_scan(python, start, stop);
    return at;
}

/* `execute("SELECT ...")`: at stands behind the bracket. */
static void sql_argument(struct python *python, const char *name, const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    if (at < end && (*at == 'r' || *at == 'b'))
        at++;
    if (at >= end || (*at != '"' && *at != '\'')) {
        bool no_argument = at < end && *at == ')'; /* cursor.fetchall() */
        if (!no_argument)
            python_unknown(python, name, "runs SQL that is not in the text");
        return;
    }
    const char *start, *stop;
    string_bounds(at, end, &start, &stop);
    struct word sql = {.text = arena_strndup(python->scan->arena, start, (size_t)(stop - start))};
    scan_sql(python->scan, &sql, 1);
}

static bool takes_sql(const char *name)
{
    static const char *const names[] = {"execute",  "fetchval", "fetchrow", "fetch", "fetchall",
                                        "fetchone", "query",    "read_sql", "raw",   "text"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_defined(const struct python *python, const char *name)
{
    list_each (defined, &python->defined)
        if (strcmp(*defined, name) == 0)
            return true;
    return false;
}

/* open("x", "w") */
static void open_check(const struct python *python, const char *part, const char *at, const char *close)
{
    bool writes = false;
    for (const char *mark = at; mark + 2 < close && !writes; mark++)
        if ((*mark == ',' || *mark == '=' || *mark == ' ') && (mark[1] == '"' || mark[1] == '\''))
            writes = strchr("wax", mark[2]) != NULL;
    if (writes)
        risk_raise(python->scan, RISK_MUTATE, part, "writes a file");
    else
        python_unknown(python, part, "may open a file for writing");
}

static void call_check(struct python *python, const char *name, const char *at, const char *end)
{
    const char *part = arena_printf(python->scan->arena, "%.60s()", name);
    if (strcmp(python->last_word, "def") == 0 || strcmp(python->last_word, "class") == 0) {
        strings_add(python->scan->arena, &python->defined, name);
        return;
    }
    if (takes_sql(name)) {
        sql_argument(python, part, at + 1, end);
    } else if (strcmp(name, "open") == 0) {
        const char *close = memchr(at, ')', (size_t)(end - at));
        if (!close || memchr(at, ',', (size_t)(close - at)))
            open_check(python, part, at, close ? close : end);
    } else if (strcmp(name, "load") == 0 && strcmp(python->owner, "json") != 0) {
        python_unknown(python, part, "may run what the file holds");
    } else if (rules_list_has(python->scan->rules, LIST_PYTHON_ENDING_CALLS, name)) {
        risk_raise(python->scan, RISK_DESTRUCTIVE, part,
                   "deletes, or ends what does not come back by itself");
    } else if (!is_defined(python, name) && !rules_list_has(python->scan->rules, LIST_PYTHON_CALLS, name)) {
        python_unknown(python, part, "is a function that the rules do not know");
    }
}

/* import a.b as c, d / from a import b, c */
static const char *import_line(struct python *python, const char *at, const char *end, bool from)
{
    const char *stop = at;
    while (stop < end && *stop != '\n' && *stop != ';')
        stop++;
    bool module = true;
    bool alias = false;
    while (at < stop) {
        size_t n = 0;
        while (at + n < stop && (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.'))
            n++;
        if (n == 0) {
            module |= *at == ',' && !from;
            at++;
            continue;
        }
        const char *name = arena_strndup(python->scan->arena, at, n);
        at += n;
        if (strcmp(name, "import") == 0) {
            module = false;
        } else if (strcmp(name, "as") == 0) {
            alias = true;
        } else if (alias) {
            alias = false;
            if (rules_list_has(python->scan->rules, LIST_PYTHON_CALLS, name))
                python_unknown(python, name, "is given a new meaning");
        } else if (module) {
            module = from;
            const char *root = arena_strndup(python->scan->arena, name, strcspn(name, "."));
            if (!rules_list_has(python->scan->rules, LIST_PYTHON_MODULES, root))
                python_unknown(python, arena_printf(python->scan->arena, "import %.60s", name),
                               "runs a module that the rules do not know");
        }
    }
    return stop;
}

/* Words that name what is passed to be called later, and words that change things by themselves. */
static bool is_forbidden_word(const char *word)
{
    static const char *const words[] = {
        "del",     "key", "object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant",
        "default", "cls", "target",      "callback",          "globals",     "builtins"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    bool dunder = strncmp(word, "__", 2) == 0;
    return dunder && !alternatives_match("__version__|__name__|__file__|__doc__|__main__", word);
}

static bool makes_new_meaning(const struct python *python)
{
    static const char *const before[] = {"def", "class", "as", "for", "global", "nonlocal"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (strcmp(before[i], python->last_word) == 0)
            return true;
    return false;
}

static const char *python_word(struct python *python, const char *at, const char *end)
{
    const char *word = arena_strndup(python->scan->arena, at, word_length(at, end));
    at += strlen(word);
    bool member = python->last_mark == '.';
    if (!member && (strcmp(word, "import") == 0 || strcmp(word, "from") == 0) && python->depth == 0 &&
        strcmp(python->last_word, "yield") != 0) {
        python->last_word = "";
        return import_line(python, at, end, *word == 'f');
    }
    if (is_forbidden_word(word))
        python_unknown(python, word, "cannot be followed in Python");
    if (!member && makes_new_meaning(python) && rules_list_has(python->scan->rules, LIST_PYTHON_CALLS, word))
        python_unknown(python, word, "is given a new meaning");
    const char *next = at;
    while (next < end && (*next == ' ' || *next == '\t'))
        next++;
    static const char keywords[] = "if|elif|while|for|in|not|and|or|is|return|await|yield|with|except|print|"
                                   "else|lambda|assert|import|async|raise";
    if (next < end && *next == '(' && !(alternatives_match(keywords, word) && strcmp(word, "print") != 0))
        call_check(python, word, next, end);
    python->last_was_member = member;
    python->last_word = word;
    python->last_mark = 0;
    return at;
}

static void equals_check(struct python *python)
{
    if (python->depth > 0 && alternatives_match("data|json|files|body|method|content", python->last_word))
        python_unknown(python, python->last_word, "sends something along");
    if (python->last_mark == ']' || (*python->last_word && python->last_was_member))
        python_unknown(python, "python", "sets something inside of an object");
    else if (*python->last_word && python->depth == 0 &&
             rules_list_has(python->scan->rules, LIST_PYTHON_CALLS, python->last_word))
        python_unknown(python, python->last_word, "is given a new meaning");
}

static const char *python_mark(struct python *python, const char *at, const char *end)
{
    bool equals = *at == '=' && at + 1 < end && at[1] != '=' &&
                  !strchr("=!<>:", python->last_mark ? python->last_mark : ' ');
    bool arithmetic = *at == '=' && python->last_mark && strchr("+-*/%|&^", python->last_mark);
    if (*at == '=' && at + 1 < end && at[1] == '=') {
        python->last_mark = '=';
        python->last_word = "";
        return at + 2;
    }
    if (equals && !arithmetic)
        equals_check(python);
    if (arithmetic && python->last_was_member)
        python_unknown(python, "python", "sets something inside of an object");
    if (*at == '@' || *at == '`' || *at == '$' || *at == '\\')
        python_unknown(python, "python", "cannot be followed");
    if (*at == '(' && (python->last_mark == ')' || python->last_mark == ']'))
        python_unknown(python, "python", "calls what another call gives");
    python->depth += strchr("([{", *at) ? 1 : strchr(")]}", *at) ? -1 : 0;
    if (!strchr("+-*/%|&^", *at))
        python->last_was_member = *at == '=' ? false : python->last_was_member && *at == ' ';
    python->last_mark = *at;
    if (*at == '.')
        python->owner = python->last_word;
    if (!strchr("+-*/%|&^", *at))
        python->last_word = "";
    return at + 1;
}

static void python_text(struct python *python, const char *at, const char *end)
{
    while (at < end) {
        if (*at == '\n') {
            python->last_word = "";
            python->last_mark = '\n';
            at++;
        } else if (isspace((unsigned char)*at))
            at++;
        else if (*at == '#')
            while (at < end && *at != '\n')
                at++;
        else if (*at == '"' || *at == '\'')
            at = python_string(python, at, end);
        else if (isalpha((unsigned char)*at) || *at == '_')
            at = python_word(python, at, end);
        else if (isdigit((unsigned char)*at)) {
            at += word_length(at, end);
            python->last_word = "";
            python->last_mark = '0';
        } else if ((unsigned char)*at >= 0x80) {
            python_unknown(python, "python", "cannot be followed");
            at++;
        } else
            at = python_mark(python, at, end);
    }
}

void scan_python(struct scan *scan, const struct word *words, size_t n_words)
{
    struct python python = {.owner = "", .scan = scan, .last_word = ""};
    const char *text = n_words ? words[0].text : "";
    if (n_words && words[0].dynamic)
        risk_raise(scan, RISK_UNKNOWN, "python -c", "holds a value from outside in its code");
    python_text(&python, text, text + strlen(text));
    risk_raise(scan, RISK_READ, "python -c", "only calls functions that read");
}
