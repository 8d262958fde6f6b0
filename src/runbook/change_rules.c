#include "runbook/change_rules.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/must.h"
#include "runbook/risk_priv.h"
#include "runbook/way_back.h"

enum { WORDS_MOST = 200 };

static struct change_rules builtin; /* constant once load_once() has run */

/* ---- the file ---- */

struct reading {
    struct arena *arena;
    struct change_rules *rules;
    struct change_tool *tool;
    struct change_rule *rule;
    int line;
};

static void words_cut(struct arena *arena, const char *text, const char *marks, struct strings *words)
{
    while (*text) {
        text += strspn(text, marks);
        size_t n = strcspn(text, marks);
        if (n)
            strings_add(arena, words, arena_strndup(arena, text, n));
        text += n;
    }
}

/* "-n=", "--replicas={new}", "--record" */
static void option_add(struct arena *arena, const char *word, struct change_options *options)
{
    const char *equals = strstr(word, "={");
    size_t n = strlen(word);
    struct change_option option = {.names = word};
    if (equals) {
        option.names = arena_strndup(arena, word, (size_t)(equals - word));
        option.slot = arena_strndup(arena, equals + 2, n - (size_t)(equals - word) - 3);
        option.valued = true;
    } else if (word[n - 1] == '=') {
        option.names = arena_strndup(arena, word, n - 1);
        option.valued = true;
    }
    *list_push(arena, options) = option;
}

static void read_tool(struct reading *reading, const char *value)
{
    reading->tool = arena_alloc(reading->arena, sizeof *reading->tool);
    reading->rule = NULL;
    words_cut(reading->arena, value, ", ", &reading->tool->names);
}

static void read_options(struct reading *reading, const char *value, struct change_options *options)
{
    struct strings words = {0};
    words_cut(reading->arena, value, " ", &words);
    list_each (word, &words)
        option_add(reading->arena, *word, options);
}

static void read_change(struct reading *reading, const char *value)
{
    struct strings words = {0};
    reading->rule = arena_alloc(reading->arena, sizeof *reading->rule);
    reading->rule->tool = reading->tool;
    reading->rule->line = reading->line;
    words_cut(reading->arena, value, " ", &words);
    list_each (word, &words) {
        if (**word == '-')
            option_add(reading->arena, *word, &reading->rule->options);
        else
            strings_add(reading->arena, &reading->rule->words, *word);
    }
    *list_push(reading->arena, &reading->rules->rules) = reading->rule;
}

static void read_example(struct reading *reading, const char *value)
{
    const char *arrow = strstr(value, " => ");
    struct change_example example = {.line = reading->line, .command = value, .gives = ""};
    if (arrow) {
        example.command = arena_strndup(reading->arena, value, (size_t)(arrow - value));
        example.gives = arrow + strlen(" => ");
    }
    *list_push(reading->arena, &reading->rule->examples) = example;
}

static bool read_of_rule(struct reading *reading, const char *key, const char *value)
{
    struct change_rule *rule = reading->rule;
    const struct {
        const char *key;
        const char **text;
    } texts[] = {{"does", &rule->does},
                 {"loses", &rule->loses},
                 {"before", &rule->before},
                 {"back", &rule->back},
                 {"but", &rule->but}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(key, texts[i].key) == 0) {
            *texts[i].text = value;
            return true;
        }
    if (strcmp(key, "example") != 0)
        return false;
    read_example(reading, value);
    return true;
}

static bool read_entry(struct reading *reading, const char *key, const char *value)
{
    if (!reading->tool)
        return false;
    if (strcmp(key, "change") == 0)
        read_change(reading, value);
    else if (reading->rule)
        return read_of_rule(reading, key, value);
    else if (strcmp(key, "keep") == 0)
        read_options(reading, value, &reading->tool->keep);
    else if (strcmp(key, "drop") == 0)
        read_options(reading, value, &reading->tool->drop);
    else if (strcmp(key, "also") == 0)
        read_options(reading, value, &reading->tool->also);
    else
        return false;
    return true;
}

static void read_line(struct reading *reading, const char *text, size_t n)
{
    while (n && isspace((unsigned char)*text)) {
        text++;
        n--;
    }
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    if (n == 0 || *text == '#')
        return;
    const char *line = arena_strndup(reading->arena, text, n);
    if (strncmp(line, "tool ", 5) == 0) {
        read_tool(reading, line + 5);
        return;
    }
    const char *colon = strchr(line, ':');
    const char *key = colon ? arena_strndup(reading->arena, line, (size_t)(colon - line)) : line;
    if (!colon || !read_entry(reading, key, colon + 1 + strspn(colon + 1, " ")))
        strings_add(reading->arena, &reading->rules->complaints,
                    arena_printf(reading->arena,
                                 "changes.patterns:%d: \"%s\" is none of tool, keep, drop, also, "
                                 "change, does, loses, before, back, but, example, or out of place",
                                 reading->line, key));
}

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    const struct embedded_file *file = embedded_find("changes.patterns");
    must(file);
    arena = arena_new();
    struct reading reading = {.arena = arena, .rules = &builtin};
    for (const char *at = file->bytes; *at; at += *at == '\n') {
        size_t n = strcspn(at, "\n");
        reading.line++;
        read_line(&reading, at, n);
        at += n;
    }
}

const struct change_rules *change_rules_builtin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    return &builtin;
}

/* ---- one command ---- */

struct matching {
    struct arena *arena;
    struct change_match *match;
    struct change_words plain;
    size_t n_options; /* of those that must be there */
};

static struct change_words *slot_words(struct matching *matching, const char *name)
{
    list_each (slot, &matching->match->slots)
        if (strcmp(slot->name, name) == 0)
            return &slot->words;
    struct change_slot *slot = list_push(matching->arena, &matching->match->slots);
    slot->name = name;
    return &slot->words;
}

static const struct change_option *option_find(const struct change_options *options, const char *name,
                                               size_t n)
{
    char copy[128];
    if (n == 0 || n >= sizeof copy)
        return NULL;
    memcpy(copy, name, n);
    copy[n] = '\0';
    list_each (option, options)
        if (alternatives_match(option->names, copy))
            return option;
    return NULL;
}

/* Takes the option at *at, with its value when that is a word of its own. */
static void option_take(struct matching *matching, const struct change_words *words, size_t *at)
{
    const struct change_rule *rule = matching->match->rule;
    const struct change_word *word = &words->at[*at];
    size_t n = strcspn(word->text, "=");
    bool glued = word->text[n] == '=';
    const struct change_option *needed = option_find(&rule->options, word->text, n);
    const struct change_option *kept = option_find(&rule->tool->keep, word->text, n);
    const struct change_option *dropped = option_find(&rule->tool->drop, word->text, strlen(word->text));
    dropped = dropped ? dropped : option_find(&rule->tool->drop, word->text, n);
    const struct change_option *also = option_find(&rule->tool->also, word->text, n);
    const struct change_option *option = needed ? needed : kept ? kept : dropped ? dropped : also;
    bool apart = option && option->valued && !glued && *at + 1 < words->n;
    if (needed) {
        struct change_word value =
            apart   ? words->at[*at + 1]
            : glued ? (struct change_word){word->text + n + 1, word->source + strcspn(word->source, "=") + 1}
                    : (struct change_word){"", ""};
        struct change_words *slot = slot_words(matching, needed->slot ? needed->slot : "");
        matching->n_options += slot->n == 0;
        matching->match->exact &= slot->n == 0 && *value.text;
        *list_push(matching->arena, slot) = value;
    } else if (kept) {
        *list_push(matching->arena, slot_words(matching, "keep")) = *word;
        if (apart)
            *list_push(matching->arena, slot_words(matching, "keep")) = words->at[*at + 1];
    } else if (!dropped) {
        matching->match->exact = false;
    }
    *at += apart;
}

static bool literal_fits(const char *pattern, const char *word)
{
    char lower[256];
    size_t n = strlen(word);
    if (n >= sizeof lower)
        return false;
    for (size_t i = 0; i <= n; i++)
        lower[i] = (char)tolower((unsigned char)word[i]);
    return alternatives_match(pattern, lower);
}

static bool words_fit(struct matching *matching)
{
    const struct strings *patterns = &matching->match->rule->words;
    const struct change_words *plain = &matching->plain;
    size_t at = 0;
    for (size_t i = 0; i < patterns->n; i++) {
        const char *pattern = patterns->at[i];
        size_t n = strlen(pattern);
        if (strcmp(pattern, "...") == 0)
            return true;
        if (at == plain->n)
            return false;
        if (*pattern != '{') {
            if (!literal_fits(pattern, plain->at[at++].text))
                return false;
            continue;
        }
        bool many = n > 5 && strcmp(pattern + n - 4, "...}") == 0;
        const char *name = arena_strndup(matching->arena, pattern + 1, n - (many ? 5 : 2));
        struct change_words *words = slot_words(matching, name);
        do
            *list_push(matching->arena, words) = plain->at[at++];
        while (many && at < plain->n);
    }
    return at == plain->n;
}

static bool rule_fits(struct matching *matching, const struct change_words *words, size_t n_prefix)
{
    bool dashes = false, options = matching->match->rule->tool->names.n != 1 ||
                                   strcmp(matching->match->rule->tool->names.at[0], "sql") != 0;
    for (size_t i = 0; i <= n_prefix; i++)
        *list_push(matching->arena, slot_words(matching, "tool")) = words->at[i];
    for (size_t i = n_prefix + 1; i < words->n; i++) {
        const char *text = words->at[i].text;
        bool option = options && !dashes && text[0] == '-' && text[1];
        if (option && strcmp(text, "--") == 0) {
            dashes = true;
            matching->match->exact = false;
        } else if (option) {
            option_take(matching, words, &i);
        } else {
            *list_push(matching->arena, &matching->plain) = words->at[i];
        }
    }
    return matching->n_options == matching->match->rule->options.n && words_fit(matching);
}

bool change_match(struct arena *arena, const struct change_rules *rules, const struct change_words *words,
                  size_t n_prefix, struct change_match *ret_match)
{
    if (words->n <= n_prefix || words->n > WORDS_MOST)
        return false;
    list_each (rule, &rules->rules) {
        struct change_match match = {.rule = *rule, .exact = true};
        struct matching matching = {.arena = arena, .match = &match};
        bool tool = false;
        list_each (name, &(*rule)->tool->names)
            tool |= strcmp(*name, words->at[n_prefix].text) == 0;
        if (!tool || !rule_fits(&matching, words, n_prefix))
            continue;
        struct change_words *all = slot_words(&matching, "words");
        *all = matching.plain;
        *ret_match = match;
        return true;
    }
    return false;
}

/* ---- templates ---- */

static const struct change_words *slot_find(const struct change_match *match, const char *name, size_t n)
{
    list_each (slot, &match->slots)
        if (strlen(slot->name) == n && memcmp(slot->name, name, n) == 0)
            return &slot->words;
    return NULL;
}

/* Adds what the name stands for. False: it is none, and stays as it is ("{.spec.replicas}"). */
static bool name_expand(const struct change_match *match, const char *name, size_t n, bool source,
                        struct buf *out)
{
    struct change_words one = {0};
    const struct change_words *words = slot_find(match, name, n), *plain = slot_find(match, "words", 5);
    size_t number = n == 1 && isdigit((unsigned char)*name) ? (size_t)(*name - '0') : 0;
    if (number && plain && number <= plain->n) {
        one = (struct change_words){.at = plain->at + number - 1, .n = 1};
        words = &one;
    }
    if (!words && !(n == 4 && memcmp(name, "keep", 4) == 0))
        return false;
    if ((!words || words->n == 0) && out->n_bytes && out->at[out->n_bytes - 1] == ' ')
        out->at[--out->n_bytes] = '\0';
    list_each (word, words ? words : &one) {
        if (word != words->at)
            buf_putc(out, ' ');
        buf_puts(out, source ? word->source : word->text);
    }
    return true;
}

const char *change_expand(struct arena *arena, const struct change_match *match, const char *template,
                          bool source)
{
    scoped_buf struct buf out = {0};
    while (*template) {
        size_t n = strcspn(template, "{");
        buf_add(&out, template, n);
        template += n;
        if (*template == '\0')
            break;
        size_t inside = strspn(template + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
        bool earlier = strncmp(template, "{earlier}", 9) == 0;
        if (earlier)
            buf_puts(&out, WAY_BACK_EARLIER);
        if (earlier ||
            (template[1 + inside] == '}' && name_expand(match, template + 1, inside, source, &out))) {
            template += inside + 2;
        } else {
            buf_putc(&out, '{');
            template ++;
        }
    }
    return arena_strndup(arena, buf_text(&out), out.n_bytes);
}
