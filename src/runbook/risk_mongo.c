/* JavaScript for the MongoDB shell (mongosh --eval): classed by the methods it calls, `tool <mongo>` in the
 * rules. runCommand({name: ...}) is classed by the name as `command NAME`. Calls that the rules do not name,
 * computed calls and assignments to members are unknown. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

struct mongo {
    struct scan *scan;
    const char *last_word; /* "" after a mark */
    char last_mark;
    bool member; /* the last word stood behind a dot */
    bool seen;   /* something was understood */
};

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '$')
        n++;
    return n;
}

static void phrase_report(struct mongo *mongo, const char *first, const char *second)
{
    static const char *const whys[] = {"only reads", "cannot be followed", "changes the database",
                                       "deletes from the database"};
    struct word words[2] = {{.text = first}, {.text = second}};
    const struct phrase *phrase = words_phrase(mongo->scan, "<mongo>", words, second ? 2 : 1);
    enum risk_class class = phrase ? (enum risk_class)phrase->kind : RISK_UNKNOWN;
    const char *why =
        phrase ? phrase->why ? phrase->why : whys[class] : "is a call that the rules do not know";
    risk_raise(mongo->scan, class, second ? second : arena_printf(mongo->scan->arena, "%s()", first), why);
    mongo->seen = true;
}

/* The first key in `({ping: 1})`, or NULL. */
static const char *first_key(struct mongo *mongo, const char *at)
{
    at += strspn(at, "( \n\t{'\"");
    size_t n = word_length(at);
    return n ? arena_strndup(mongo->scan->arena, at, n) : NULL;
}

static const char *mongo_word(struct mongo *mongo, const char *at)
{
    static const char keywords[] =
        "if|for|while|switch|catch|return|function|typeof|in|of|else|do|var|let|const|new|async|await|try|"
        "finally|true|false|null|undefined|this|break|continue|case|default|throw";
    const char *word = arena_strndup(mongo->scan->arena, at, word_length(at));
    at += strlen(word);
    const char *next = at + strspn(at, " \t\n");
    bool member = mongo->last_mark == '.';
    bool definition = strcmp(mongo->last_word, "function") == 0;
    if (*next == '(' && !definition && (member || !alternatives_match(keywords, word))) {
        const char *key = alternatives_match("runCommand|adminCommand", word) ? first_key(mongo, next) : NULL;
        phrase_report(mongo, key ? "command" : word, key);
    } else if (strcmp(word, "delete") == 0 || strcmp(word, "$out") == 0 || strcmp(word, "$merge") == 0) {
        risk_raise(mongo->scan, *word == '$' ? RISK_MUTATE : RISK_UNKNOWN, word, "writes what it finds");
    } else if (!member && (strcmp(word, "show") == 0 || strcmp(word, "use") == 0)) {
        mongo->seen = true;
    }
    mongo->member = member;
    mongo->last_word = word;
    mongo->last_mark = 0;
    return at;
}

static const char *mongo_string(struct mongo *mongo, const char *at)
{
    char quote = *at++;
    const char *start = at;
    for (; *at && *at != quote; at++) {
        if (*at == '\\' && at[1])
            at++;
        if (quote == '`' && *at == '$')
            risk_raise(mongo->scan, RISK_UNKNOWN, "mongo", "computes a text that cannot be followed");
    }
    if (strncmp(start, "$out", 4) == 0 || strncmp(start, "$merge", 6) == 0)
        risk_raise(mongo->scan, RISK_MUTATE, "$out", "writes what it finds");
    mongo->last_mark = '"';
    mongo->last_word = "";
    return *at ? at + 1 : at;
}

static const char *mongo_mark(struct mongo *mongo, const char *at)
{
    bool assigns = *at == '=' && at[1] != '=' && at[1] != '>' &&
                   !strchr("=!<>", mongo->last_mark ? mongo->last_mark : ' ');
    if (assigns && (mongo->last_mark == ']' || (*mongo->last_word && mongo->member)))
        risk_raise(mongo->scan, RISK_UNKNOWN, "mongo", "sets something inside of an object");
    if (*at == '(' && (mongo->last_mark == ']' || mongo->last_mark == ')'))
        risk_raise(mongo->scan, RISK_UNKNOWN, "mongo", "calls something computed");
    mongo->last_mark = *at;
    mongo->last_word = "";
    return at + 1;
}

void scan_mongo(struct scan *scan, const struct word *words, size_t n_words)
{
    struct mongo mongo = {.scan = scan, .last_word = ""};
    const char *at = words_joined(scan->arena, words, n_words);
    if (*at == '$')
        risk_raise(scan, RISK_UNKNOWN, at, "comes from a variable");
    while (*at) {
        if (isspace((unsigned char)*at))
            at++;
        else if (*at == '"' || *at == '\'' || *at == '`')
            at = mongo_string(&mongo, at);
        else if (at[0] == '/' && at[1] == '/')
            at += strcspn(at, "\n");
        else if (isalpha((unsigned char)*at) || *at == '_' || *at == '$')
            at = mongo_word(&mongo, at);
        else
            at = mongo_mark(&mongo, at);
    }
    if (!mongo.seen)
        risk_raise(scan, RISK_UNKNOWN, "mongo", "calls nothing that the rules know");
}
