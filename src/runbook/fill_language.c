/* Places inside of what is no shell. Each reader goes over the text up to the marker as its language does,
 * keeping only what tells whether the marker stands in a string, and of which kind. Where the rules of the
 * language are not simple enough to be sure (an E'' string, a template literal, a comment, a string that is
 * for yet another reader), the place is one where only tame values may stand. */
#include <ctype.h>
#include <string.h>

#include "runbook/fill_priv.h"
#include "runbook/text.h"

/* In which kind of quotes a place is, for languages of the C family and Python. */
struct quotes {
    char open; /* the quote, '#' for a comment, '\0' outside */
    char mark; /* the byte before the quote */
    bool triple;
    size_t from; /* where the quote stands */
};

static struct quotes quotes_at(const char *text, size_t end, const char *marks, bool hash_comments)
{
    struct quotes q = {0};
    for (size_t i = 0; i < end; i++) {
        char c = text[i];
        if (q.open == '#') {
            q.open = c == '\n' ? '\0' : '#';
        } else if (q.open) {
            if (c == '\\') {
                i++;
            } else if (c == q.open && (!q.triple || strncmp(text + i + 1, (char[]){c, c, '\0'}, 2) == 0)) {
                i += q.triple ? 2 : 0;
                q.open = '\0';
            }
        } else if (strchr(marks, c)) {
            bool triple = c != '/' && c != '`' && text[i + 1] == c && text[i + 2] == c;
            q = (struct quotes){.open = c, .mark = i ? text[i - 1] : ' ', .triple = triple, .from = i};
            i += triple ? 2 : 0;
        } else if ((hash_comments && c == '#') || (c == '/' && text[i + 1] == '/') ||
                   (c == '/' && text[i + 1] == '*')) {
            q.open = '#';
        }
    }
    return q;
}

/* Nothing around the place in its string is more than words: no SQL, JSON, command, path or address, whose
 * readers have rules of their own. */
static bool string_is_prose(const char *text, const struct quotes *q)
{
    size_t n_quote = q->triple ? 3 : 1;
    const char *at = text + q->from + n_quote;
    for (; *at && *at != q->open; at++)
        if (!isalnum((unsigned char)*at) && !isspace((unsigned char)*at) && !strchr("-_.,:;!?()#+", *at))
            return false;
    return strncmp(at, text + q->from, n_quote) == 0;
}

/* A program that may give a string to a shell, to a database or to its own compiler. */
static bool hands_strings_on(const char *program)
{
    static const char *const words[] = {"system",     "popen", "spawn",   "exec",    "eval",  "subprocess",
                                        "shell",      "query", "compile", "command", "where", "function(",
                                        "__import__", "pty",   "fabric",  "paramiko"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(program, words[i]))
            return true;
    return false;
}

static enum fill_place place_in_code_string(const char *text, const struct quotes *q)
{
    return string_is_prose(text, q) && !hands_strings_on(text) ? PLACE_CODE_STRING : PLACE_PLAIN;
}

static enum fill_place place_in_python(const char *text, size_t at)
{
    struct quotes q = quotes_at(text, at, "'\"", true);
    if (q.open == '\0')
        return PLACE_NUMBER;
    return q.open == '#' || isalpha((unsigned char)q.mark) ? PLACE_PLAIN : place_in_code_string(text, &q);
}

static enum fill_place place_in_javascript(const char *text, size_t at)
{
    struct quotes q = quotes_at(text, at, "'\"`", false);
    if (q.open == '\0')
        return PLACE_NUMBER;
    return q.open == '#' || q.open == '`' ? PLACE_PLAIN : place_in_code_string(text, &q);
}

static enum fill_place place_in_awk(const char *text, size_t at)
{
    struct quotes q = quotes_at(text, at, "\"/", true);
    return q.open == '"' || q.open == '/' ? PLACE_PLAIN : PLACE_NUMBER;
}

/* Bare letters are commands of sed. */
static enum fill_place place_in_sed(const char *text, size_t at)
{
    return memchr(text, '/', at) && strchr(text + at, '/') ? PLACE_PLAIN : PLACE_NUMBER;
}

/* ', " and comments; what only some databases know (E'', $$, `, #) is for tame values. */
static enum fill_place place_in_sql(const char *text, size_t at)
{
    char open = '\0', mark = ' ';
    for (size_t i = 0; i < at; i++) {
        char c = text[i];
        if (open) {
            if (c == '\\' && open != '-')
                return PLACE_PLAIN; /* whether it guards the quote depends on the database */
            if (c == open || (open == '-' && c == '\n'))
                open = '\0';
        } else if (c == '\'' || c == '"') {
            open = c;
            mark = i ? text[i - 1] : ' ';
        } else if (c == '-' && text[i + 1] == '-') {
            open = '-';
        } else if (c == '`' || c == '$' || c == '#' || c == '\\' || (c == '/' && text[i + 1] == '*')) {
            return PLACE_PLAIN;
        }
    }
    if (open == '-' || (open && isalpha((unsigned char)mark)))
        return PLACE_PLAIN;
    return open == '\'' ? PLACE_SQL_STRING : open == '"' ? PLACE_SQL_NAME : PLACE_NUMBER;
}

/* FROM <table>: where a name is part of the grammar it cannot be a condition. */
static bool sql_names_object(const char *text, size_t at)
{
    static const char *const words[] = {"from",     "join",   "into",  "update", "table",
                                        "database", "schema", "index", "vacuum", "analyze"};
    while (at > 0 && isspace((unsigned char)text[at - 1]))
        at--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (at >= n && strncasecmp(text + at - n, words[i], n) == 0 &&
            (at == n || !isalnum((unsigned char)text[at - n - 1])))
            return true;
    }
    return false;
}

enum fill_place fill_place_in(const char *language, const char *text, const char *marker)
{
    size_t at = (size_t)(strstr(text, marker) - text);
    enum fill_place place = PLACE_PLAIN;
    if (strcmp(language, "sql") == 0) {
        place = place_in_sql(text, at);
        if (place == PLACE_NUMBER && sql_names_object(text, at))
            place = PLACE_NAME;
    } else if (strcmp(language, "python") == 0) {
        place = place_in_python(text, at);
    } else if (strcmp(language, "mongo") == 0) {
        place = place_in_javascript(text, at);
    } else if (strcmp(language, "awk") == 0) {
        place = place_in_awk(text, at);
    } else if (strcmp(language, "sed") == 0) {
        place = place_in_sed(text, at);
    }
    return place;
}

/* ---- words ---- */

/* "http://HOST/PATH": where in it; other schemes have rules of their own. */
static bool url_readers(const char *word, const char *marker, struct fill_chain *chain)
{
    const char *scheme = strstr(word, "://"), *at = strstr(word, marker);
    if (!scheme || scheme > at)
        return false;
    bool web =
        scheme - word >= 4 && (strncmp(scheme - 4, "http", 4) == 0 || strncmp(scheme - 5, "https", 5) == 0);
    const char *rest = scheme + 3, *path = rest + strcspn(rest, "/?#");
    bool spaced = strpbrk(word, " \t\n\"'{}<>") != NULL; /* an address in the middle of a text */
    enum fill_place behind = web && !spaced ? PLACE_URL : PLACE_TAME;
    fill_chain_add(chain, at > path ? behind : PLACE_HOST, -1);
    return true;
}

static bool is_jq(const char *program)
{
    return program &&
           (strcmp(program, "jq") == 0 || strcmp(program, "yq") == 0 || strcmp(program, "gojq") == 0);
}

/* Strings of jq are those of JSON. */
static enum fill_place place_in_jq(const char *word, size_t at)
{
    struct quotes q = quotes_at(word, at, "\"", true);
    if (q.open == '"')
        return PLACE_JSON_STRING;
    return q.open == '\0' && at > 0 && word[at - 1] == '.' ? PLACE_NAME : PLACE_NUMBER;
}

/* The whole word, or the whole value of "--option=". */
static bool is_whole(const char *word, const char *marker)
{
    if (strcmp(word, marker) == 0)
        return true;
    size_t n = strspn(word, "-");
    while (n > 1 && (isalnum((unsigned char)word[n]) || word[n] == '-' || word[n] == '_'))
        n++;
    return n > 2 && word[n] == '=' && strcmp(word + n + 1, marker) == 0;
}

void fill_word_readers(struct arena *arena, const char *word, const char *marker, const char *program,
                       bool plain_tool, struct fill_chain *chain)
{
    size_t at = (size_t)(strstr(word, marker) - word);
    if (fill_json_readers(arena, word, marker, chain) || url_readers(word, marker, chain))
        return;
    if (strstr(word, "jsonpath") && strstr(word, "jsonpath") < word + at) {
        struct quotes q = quotes_at(word, at, "'\"", false);
        fill_chain_add(chain, q.open ? PLACE_PLAIN : PLACE_JSONPATH, -1);
    } else if (is_jq(program) && strcmp(word, marker) != 0) {
        fill_chain_add(chain, place_in_jq(word, at), -1);
    } else if (is_jq(program) || !plain_tool) {
        fill_chain_add(chain, PLACE_TAME, -1);
    } else if (is_whole(word, marker)) {
        fill_chain_add(chain, PLACE_WORD, -1);
    } else {
        fill_chain_add(chain, strpbrk(word, "'\"\\$`(){}*?|<>;& \t\n^") ? PLACE_PLAIN : PLACE_TAME, -1);
    }
}
