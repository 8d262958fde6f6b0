/* SQL statements as people give them to psql, mysql and sqlite3: a statement is classed by its first words
 * (`tool <sql>` of the rules), by the functions it calls and by changes hidden inside it.
 *
 * A tokenizer, not a parser: comments and strings are skipped, everything else is a word or a mark. Where the
 * databases read the same text differently (`--1`, backslashes in strings, executable comments) the statement
 * is unknown, because one of them would run what another skips. A function that is in no list is unknown. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

enum { FIRST_WORDS = 24 };

struct statement {
    struct scan *scan;
    const char *at;
    struct word first[FIRST_WORDS + 1]; /* from [1] on */
    size_t n_first;
    const char *last_word;   /* lower case; "" after a mark */
    const char *before_last; /* the word before it, or "" */
    const char *table_word;  /* FROM or JOIN came last */
    bool looks;              /* select, with, show, ...: what is inside counts */
    bool explains, analyzes;
    bool counts_only;
    char last_mark;
    int depth; /* of open parentheses */
};

static void sql_raise(struct statement *s, enum risk_class class, const char *part, const char *why)
{
    risk_raise(s->scan, class, part, why);
}

/* Skips a string and gives the byte behind it. */
static const char *skip_string(struct statement *s, const char *at)
{
    char quote = *at++;
    for (; *at; at++) {
        if (*at == '\\' && at[1] == quote)
            sql_raise(s, RISK_UNKNOWN, "\\'", "ends a string for one database and not for another");
        if (*at == quote && at[1] == quote)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    sql_raise(s, RISK_UNKNOWN, "SQL", "holds a string without an end");
    return at;
}

/* $tag$ ... $tag$, or NULL when this is no such quote. */
static const char *skip_dollar_quote(const char *at)
{
    size_t n = 1;
    while (isalnum((unsigned char)at[n]) || at[n] == '_')
        n++;
    if (at[n] != '$' || isdigit((unsigned char)at[1]))
        return NULL;
    n++;
    const char *end = memmem(at + n, strlen(at + n), at, n);
    return end ? end + n : at + strlen(at);
}

static const char *skip_comment(struct statement *s, const char *at)
{
    if (at[0] == '-') {
        if (at[2] && !isspace((unsigned char)at[2]) && at[2] != '-')
            sql_raise(s, RISK_UNKNOWN, "--", "starts a comment for one database and not for another");
        return at + strcspn(at, "\n");
    }
    if (at[2] == '!' || at[2] == '+')
        sql_raise(s, at[2] == '!' ? RISK_UNKNOWN : RISK_READ, "/*!", "is a comment that MySQL runs");
    const char *end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

/* Words in names such as audit_logs or "Patient": do they speak of people or secrets? */
static bool is_sensitive_table(const struct scan *scan, const char *name)
{
    char part[48];
    size_t n = 0;
    if (strncmp(name, "pg_stat", 7) == 0 || strncmp(name, "information_schema", 18) == 0)
        return false; /* of tables, not of what is in them */
    for (const char *c = name;; c++) {
        if (isalnum((unsigned char)*c)) {
            if (n + 1 < sizeof part)
                part[n++] = *c;
            continue;
        }
        part[n] = '\0';
        if (n > 0 && rules_list_has(scan->rules, LIST_SENSITIVE_TABLES, part))
            return true;
        n = 0;
        if (!*c)
            return rules_list_has(scan->rules, LIST_SENSITIVE_TABLES, name);
    }
}

static void call_check(struct statement *s, const char *name)
{
    const struct risk_rules *rules = s->scan->rules;
    const char *dot = strrchr(name, '.');
    bool known_schema = !dot || strncmp(name, "pg_catalog.", 11) == 0 || strncmp(name, "sys.", 4) == 0 ||
                        strncmp(name, "information_schema.", 19) == 0;
    const char *function = dot ? dot + 1 : name;
    const char *part = arena_printf(s->scan->arena, "%.80s()", function);
    if (!dot && rules_list_has(rules, LIST_SQL_WORDS, function))
        return;
    if (rules_list_has(rules, LIST_SQL_ENDING_FUNCTIONS, function))
        sql_raise(s, RISK_DESTRUCTIVE, part, "ends the work of others or deletes");
    else if (rules_list_has(rules, LIST_SQL_CHANGING_FUNCTIONS, function))
        sql_raise(s, RISK_MUTATE, part, "changes something although it is called in a query");
    else if (!known_schema || !rules_list_has(rules, LIST_SQL_FUNCTIONS, function))
        sql_raise(s, RISK_UNKNOWN, part, "is a function that the rules do not know");
}

static void inner_word_check(struct statement *s, const char *word)
{
    static const struct {
        const char *word;
        enum risk_class class;
    } changes[] = {
        {"insert", RISK_MUTATE},      {"update", RISK_MUTATE},    {"merge", RISK_MUTATE},
        {"delete", RISK_DESTRUCTIVE}, {"drop", RISK_DESTRUCTIVE}, {"truncate", RISK_DESTRUCTIVE},
        {"alter", RISK_MUTATE},       {"create", RISK_MUTATE},
    };
    if (!s->looks)
        return;
    bool locks = strcmp(word, "share") == 0 || strcmp(word, "no") == 0 || strcmp(word, "key") == 0;
    if (locks && strcmp(s->last_word, "for") == 0)
        sql_raise(s, RISK_UNKNOWN, "FOR SHARE", "locks rows");
    if (strcmp(word, "into") == 0 && strcmp(s->last_word, "insert") != 0)
        sql_raise(s, RISK_MUTATE, "SELECT INTO", "writes what it selects");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        if (strcmp(changes[i].word, word) != 0)
            continue;
        if (strcmp(s->last_word, "for") == 0)
            sql_raise(s, RISK_UNKNOWN, "FOR UPDATE", "locks rows");
        else if (s->last_mark == '(' || s->last_mark == ')')
            sql_raise(s, changes[i].class, word, "changes rows inside of the query");
    }
}

/* COPY t TO STDOUT looks, and COPY (SELECT ...) TO STDOUT; to or from anything else does not. */
static void copy_check(struct statement *s, const char *word)
{
    bool copy = s->n_first > 0 && strcmp(s->first[1].text, "copy") == 0;
    if (!copy)
        return;
    if (strcmp(word, "program") == 0)
        sql_raise(s, RISK_UNKNOWN, "COPY ... PROGRAM", "runs a program on the server");
    else if (strcmp(word, "from") == 0 && s->depth == 0)
        sql_raise(s, RISK_MUTATE, "COPY ... FROM", "writes rows");
}

static void first_word(struct statement *s, const char *word)
{
    static const char *const looking[] = {"select",  "with",     "show", "values", "table",
                                          "explain", "describe", "desc", "copy"};
    for (size_t i = 0; i < sizeof looking / sizeof *looking; i++)
        s->looks |= strcmp(looking[i], word) == 0;
    s->explains = strcmp(word, "explain") == 0;
}

static void word_check(struct statement *s, const char *word)
{
    if (s->n_first == 0)
        first_word(s, word);
    if (s->n_first < FIRST_WORDS)
        s->first[++s->n_first] = (struct word){.text = word};
    if (s->explains && strncmp(word, "analy", 5) == 0)
        s->analyzes = true;
    /* EXPLAIN ANALYZE runs the statement: classed as if it stood alone */
    if (s->explains && s->analyzes && s->n_first <= 12 &&
        alternatives_match("insert|update|delete|merge|create|execute|refresh|declare|replace", word))
        sql_raise(s, strcmp(word, "delete") == 0 ? RISK_DESTRUCTIVE : RISK_MUTATE, "EXPLAIN ANALYZE",
                  "runs the change that it explains");
    copy_check(s, word);
    inner_word_check(s, word);
    if (s->looks && !s->counts_only && s->table_word && is_sensitive_table(s->scan, word))
        risk_mark_sensitive(s->scan, word, "is a table of people's data or of audit records");
    s->table_word = strcmp(word, "from") == 0 || strcmp(word, "join") == 0 ? word : NULL;
    s->before_last = s->last_word;
    s->last_word = word;
    s->last_mark = 0;
}

/* Behind blanks and comments. */
static const char *behind_blanks(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        const char *end = NULL;
        if (at[0] == '/' && at[1] == '*')
            end = strstr(at + 2, "*/");
        if (!end)
            return at;
        at = end + 2;
    }
}

static const char *read_word(struct statement *s, const char *at)
{
    const char *start = at;
    char quote = *at == '"' || *at == '`' ? *at : 0;
    size_t n = 0;
    char *word;
    if (quote) {
        const char *end = strchr(at + 1, quote);
        n = end ? (size_t)(end - at - 1) : strlen(at + 1);
        word = arena_strndup(s->scan->arena, at + 1, n);
        at = end ? end + 1 : at + 1 + n;
    } else {
        while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.' ||
               (unsigned char)at[n] >= 0x80 || (at[n] == '$' && n > 0) ||
               (at[n] == '"' && n > 0 && at[n - 1] == '.'))
            n++;
        word = arena_strndup(s->scan->arena, start, n);
        at += n;
    }
    for (char *c = word; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *next = behind_blanks(at);
    bool alias = strcmp(s->last_word, "as") == 0;
    if (*next == '(' && s->n_first == 1 && strcmp(s->first[1].text, "select") == 0)
        s->counts_only = strcmp(word, "count") == 0;
    if (*next == '(' && !alias)
        call_check(s, word);
    word_check(s, word);
    return at;
}

/* \d, \x, .tables: commands of the client, to the end of the line. */
static const char *client_command(struct statement *s, const char *at)
{
    size_t n = strcspn(at, " \t\r\n;");
    struct word word = {.text = arena_strndup(s->scan->arena, at, n)};
    if (strcmp(word.text, "\\watch") == 0)
        s->scan->risk->endless = true;
    if (memchr(at, '`', strcspn(at, "\n")))
        sql_raise(s, RISK_UNKNOWN, word.text, "runs what stands in backquotes");
    const struct phrase *phrase = words_phrase(s->scan, "<sql>", &word, 1);
    enum risk_class class = phrase ? (enum risk_class)phrase->kind : RISK_UNKNOWN;
    sql_raise(s, class, word.text, class == RISK_READ ? "only looks" : "is a command of the database client");
    if (s->n_first > 0)
        return at + n;
    /* its arguments go to the end of the line or to the next such command; `\\\\` ends it for psql */
    at += n + strcspn(at + n, "\\\n");
    return at[0] == '\\' && at[1] == '\\' ? at + 2 : at;
}

static const char *token(struct statement *s, const char *at)
{
    if (isspace((unsigned char)*at))
        return at + 1;
    if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
        return skip_comment(s, at);
    if (*at == '\'') {
        s->last_mark = '\'';
        return skip_string(s, at);
    }
    if (*at == '$') {
        const char *end = skip_dollar_quote(at);
        if (end)
            return end;
        if (s->n_first == 0 || strcmp(s->last_word, "select") == 0)
            sql_raise(s, RISK_UNKNOWN, "SQL", "comes from a variable");
        return at + 1;
    }
    if (*at == '\\' || (*at == '.' && s->n_first == 0))
        return client_command(s, at);
    if (isalpha((unsigned char)*at) || *at == '_' || *at == '"' || *at == '`' || (unsigned char)*at >= 0x80)
        return read_word(s, at);
    if (isdigit((unsigned char)*at))
        return at + strspn(at, "0123456789.eE");
    s->last_mark = *at;
    s->depth += (*at == '(') - (*at == ')');
    if (*at == '(' || *at == ')' || *at == ',')
        s->table_word = NULL;
    return at + 1;
}

static void statement_end(struct statement *s)
{
    if (s->n_first == 0)
        return;
    const struct phrase *phrase = words_phrase(s->scan, "<sql>", s->first + 1, s->n_first);
    enum risk_class class = phrase ? (enum risk_class)phrase->kind : RISK_UNKNOWN;
    const char *why = phrase ? phrase->why : NULL;
    const char *part = arena_printf(s->scan->arena, "%s%s%s", s->first[1].text, s->n_first > 1 ? " " : "",
                                    s->n_first > 1 ? s->first[2].text : "");
    static const char *const whys[] = {"only reads rows", "is a statement that the rules do not know",
                                       "changes the database", "deletes from the database"};
    sql_raise(s, class, part, why ? why : whys[class]);
}

/* `\G` ends a statement of MySQL as `;` does. */
static size_t end_length(const char *at)
{
    bool vertical = at[0] == '\\' && at[1] == 'G' && !isalnum((unsigned char)at[2]);
    return vertical ? 2 : *at == ';';
}

/* Several words are several statements, as sqlite3 takes them. */
static void one_text(struct scan *scan, const char *at, bool *seen)
{
    while (*at) {
        struct statement s = {.scan = scan, .last_word = "", .before_last = ""};
        while (*at && end_length(at) == 0)
            at = token(&s, at);
        statement_end(&s);
        *seen |= s.n_first > 0 || scan->risk->why;
        at += end_length(at);
    }
}

void scan_sql(struct scan *scan, const struct word *words, size_t n_words)
{
    bool seen = false;
    for (size_t i = 0; i < n_words; i++)
        one_text(scan, words[i].text, &seen);
    if (!seen)
        risk_raise(scan, RISK_UNKNOWN, "SQL", "holds no statement");
}
