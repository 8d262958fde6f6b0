/* The arguments of a command against the phrases of its tool.
 *
 * Options are told from words by the tool's `value:` list: an option there takes the next word (or what is
 * glued to it). An option that is in no list is doubtful: the word behind it may be its value, so a phrase
 * that rests on that word is not trusted.
 *
 * The score of a phrase says how much of the command it names; the best one decides. A literal word counts
 * 64, a glob 48, `*` 32, an option 64, its value 16 more. After a gap (`... list`) an earlier word wins,
 * because what follows the verb are names that may look like verbs. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

enum { SCORE_WORD = 64, SCORE_GLOB = 48, SCORE_STAR = 32, SCORE_VALUE = 16 };

bool argument_named(const struct argument *argument, const char *names)
{
    return argument->option && option_matches(names, argument->name, argument->one_dash);
}

static bool list_holds(const struct tool *tool, const struct strings *list, const char *name)
{
    char first = name[1] == '-' ? name[2] : name[1];
    list_each (item, list) {
        char item_first = (*item)[1] == '-' ? (*item)[2] : (*item)[1];
        if ((item_first == first || item_first == '*') && option_matches(*item, name, tool->whole_options))
            return true;
    }
    return false;
}

static struct argument *argument_add(struct scan *scan, struct arguments *arguments, size_t index)
{
    struct argument *argument = list_push(scan->arena, &arguments->list);
    argument->index = index;
    argument->value.text = "";
    return argument;
}

static void option_add(struct scan *scan, struct arguments *arguments, size_t index, const char *name,
                       const struct word *value)
{
    struct argument *argument = argument_add(scan, arguments, index);
    argument->option = true;
    argument->name = name;
    argument->one_dash = arguments->tool->whole_options;
    if (value) {
        argument->value = *value;
        argument->has_value = true;
    }
}

bool option_listed(const struct tool *tool, const char *name)
{
    return list_holds(tool, &tool->value_options, name) || list_holds(tool, &tool->flag_options, name);
}

/* "--name", "--name=value" or, for tools with long options behind one dash, "-name=value". Gives how many
 * words it took. */
static size_t long_option(struct scan *scan, struct arguments *arguments, size_t i, bool *doubtful)
{
    const struct word *word = &arguments->words[i];
    const char *text = word->text;
    const char *equals = strchr(text, '=');
    if (equals) {
        struct word value = *word;
        value.text = equals + 1;
        option_add(scan, arguments, i, arena_strndup(scan->arena, text, (size_t)(equals - text)), &value);
        return 1;
    }
    if (list_holds(arguments->tool, &arguments->tool->value_options, text) && i + 1 < arguments->n_words) {
        option_add(scan, arguments, i, text, &arguments->words[i + 1]);
        return 2;
    }
    option_add(scan, arguments, i, text, NULL);
    *doubtful = !option_listed(arguments->tool, text);
    return 1;
}

/* "-it", "-XDELETE", "-n 5", "-10". */
static size_t short_options(struct scan *scan, struct arguments *arguments, size_t i, bool *doubtful)
{
    const struct word *word = &arguments->words[i];
    if (isdigit((unsigned char)word->text[1])) {
        option_add(scan, arguments, i, word->text, NULL);
        return 1;
    }
    for (const char *letter = word->text + 1; *letter; letter++) {
        const char *name = arena_printf(scan->arena, "-%c", *letter);
        bool glues = list_holds(arguments->tool, &arguments->tool->glued_options, name);
        if (glues && letter[1]) {
            struct word rest = *word;
            rest.text = letter + 1;
            option_add(scan, arguments, i, name, &rest);
            return 1;
        }
        if (glues || !list_holds(arguments->tool, &arguments->tool->value_options, name)) {
            option_add(scan, arguments, i, name, NULL);
            *doubtful = !letter[1] && !glues && !option_listed(arguments->tool, name);
            /* "-o=yaml" of tools that read options as kubectl does */
            if (letter[1] != '=')
                continue;
        }
        struct word value = *word;
        value.text = letter[1] == '=' ? letter + 2 : letter + 1;
        bool glued = letter[1] != '\0';
        if (!glued && i + 1 < arguments->n_words)
            value = arguments->words[i + 1];
        if (!list_holds(arguments->tool, &arguments->tool->value_options, name))
            arguments->list.n--;
        option_add(scan, arguments, i, name, &value);
        return glued ? 1 : 2;
    }
    return 1;
}

/* "-detached" is a name and not nine letters: so long, and with letters that are no options of the tool. */
static bool is_long_name(const struct tool *tool, const char *text)
{
    enum { LONGEST_CLUSTER = 4 };
    if (strlen(text) <= LONGEST_CLUSTER + 1 || isdigit((unsigned char)text[1]))
        return false;
    for (const char *letter = text + 1; *letter; letter++) {
        const char name[] = {'-', *letter, '\0'};
        if (list_holds(tool, &tool->value_options, name) || list_holds(tool, &tool->glued_options, name))
            return false; /* the rest is its value */
        if (!list_holds(tool, &tool->flag_options, name))
            return isalpha((unsigned char)*letter) != 0;
    }
    return false;
}

static void plain_note(struct scan *scan, struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->list.n; i++) {
        if (arguments->list.at[i].option)
            arguments->has_options = true;
        else
            *list_push(scan->arena, &arguments->plain) = i;
    }
    if (arguments->plain.n == 0) {
        arguments->first_byte = first_byte_bit('?');
        return;
    }
    char first = arguments->list.at[arguments->plain.at[0]].value.text[0];
    arguments->first_byte =
        first_byte_bit(arguments->tool->ignore_case ? (char)tolower((unsigned char)first) : first);
}

struct arguments arguments_parse(struct scan *scan, const struct tool *tool, const struct word *words,
                                 size_t n_words)
{
    struct arguments arguments = {
        .tool = tool, .words = words, .n_words = n_words, .end = n_words, .dashes = SIZE_MAX};
    bool doubtful = false;
    for (size_t i = 1; i < n_words;) {
        const char *text = words[i].text;
        bool option = arguments.dashes == SIZE_MAX && (text[0] == '-' || text[0] == '+') && text[1] &&
                      !(text[0] == '+' && !list_holds(tool, &tool->flag_options, text));
        if (option && strcmp(text, "--") == 0) {
            arguments.dashes = i++;
            continue;
        }
        if (!option) {
            struct argument *argument = argument_add(scan, &arguments, i);
            argument->value = words[i++];
            argument->has_value = true;
            argument->doubtful = doubtful;
            doubtful = false;
            continue;
        }
        doubtful = false;
        bool glues = list_holds(tool, &tool->glued_options, text);
        bool whole = text[0] == '+' || text[1] == '-' || tool->whole_options ||
                     (!glues && list_holds(tool, &tool->value_options, text)) ||
                     list_holds(tool, &tool->flag_options, text) || is_long_name(tool, text);
        i += whole ? long_option(scan, &arguments, i, &doubtful)
                   : short_options(scan, &arguments, i, &doubtful);
    }
    plain_note(scan, &arguments);
    return arguments;
}

const struct argument *argument_word(const struct arguments *arguments, size_t n)
{
    const struct argument *argument =
        n < arguments->plain.n ? &arguments->list.at[arguments->plain.at[n]] : NULL;
    return argument && argument->index < arguments->end ? argument : NULL;
}

/* The text as the tool compares it: its beginning in lower case, or as it is. */
static const char *text_compared(const struct tool *tool, const char *text, char *lower, size_t size)
{
    if (!tool->ignore_case)
        return text;
    size_t n = 0;
    for (; text[n] && n + 1 < size; n++)
        lower[n] = (char)tolower((unsigned char)text[n]);
    lower[n] = '\0';
    return lower;
}

/* What a pattern of one word is worth against a word of the command, or 0. */
static int word_score(const struct tool *tool, const char *pattern, const struct word *word)
{
    if (strcmp(pattern, "*") == 0)
        return SCORE_STAR;
    if (word->dynamic || word->placeholder)
        return 0;
    char lower[128];
    const char *text = text_compared(tool, word->text, lower, sizeof lower);
    if (!alternatives_match(pattern, text))
        return 0;
    return strchr(pattern, '*') ? SCORE_GLOB : SCORE_WORD;
}

/* first: options before that word of the command do not count. */
static int option_score(const struct arguments *arguments, const struct option_pattern *option, size_t first)
{
    int best = 0;
    list_each (argument, &arguments->list) {
        if (argument->index < first || argument->index >= arguments->end ||
            !argument_named(argument, option->names))
            continue;
        int score = SCORE_WORD;
        if (option->values) {
            char lower[128];
            const char *value = argument->has_value ? argument->value.text : "";
            if (!alternatives_match(option->values, value) &&
                !alternatives_match(option->values,
                                    text_compared(arguments->tool, value, lower, sizeof lower)))
                continue;
            score += SCORE_VALUE;
        }
        if (score > best)
            best = score;
    }
    return best;
}

/* The words of the phrase from `from` on, against the words of the command from the n-th on. */
static int words_score(const struct arguments *arguments, const struct phrase *phrase, size_t from, size_t to,
                       size_t n)
{
    int score = 0;
    for (size_t i = from; i < to; i++) {
        const struct argument *argument = argument_word(arguments, n + i - from);
        if (strcmp(phrase->words.at[i], ".") == 0 && !argument)
            continue; /* and nothing follows */
        int one = argument ? word_score(arguments->tool, phrase->words.at[i], &argument->value) : 0;
        if (one == 0)
            return -1;
        score += one;
    }
    return score;
}

/* Finds the words behind the gap at the earliest place. */
static int gap_score(const struct arguments *arguments, const struct phrase *phrase, size_t *ret_at)
{
    const size_t widest = 12;
    for (size_t skipped = 0; skipped <= widest; skipped++) {
        size_t at = phrase->gap_at + skipped;
        int score = words_score(arguments, phrase, phrase->gap_at, phrase->words.n, at);
        if (score >= 0) {
            *ret_at = at;
            return score - (int)skipped;
        }
        const struct argument *passed = argument_word(arguments, at);
        if (!passed || passed->value.splits)
            return -1;
    }
    return -1;
}

int phrase_score(const struct arguments *arguments, const struct phrase *phrase, size_t *ret_last)
{
    if (phrase->options.n > 0 && !arguments->has_options)
        return 0;
    bool gap = phrase->gap_at != SIZE_MAX;
    size_t n_first = gap ? phrase->gap_at : phrase->words.n;
    int score = words_score(arguments, phrase, 0, n_first, 0);
    if (score < 0)
        return 0;
    size_t last = n_first ? n_first - 1 : SIZE_MAX;
    if (gap) {
        size_t at = 0;
        int rest = gap_score(arguments, phrase, &at);
        if (rest < 0)
            return 0;
        score += rest;
        last = at + (phrase->words.n - phrase->gap_at) - 1;
    }
    bool ending = phrase->kind == KIND_ENDLESS || phrase->kind == KIND_ENDS;
    const struct argument *verb =
        arguments->tool->verb_first && ending && last != SIZE_MAX ? argument_word(arguments, last) : NULL;
    list_each (option, &phrase->options) {
        int one = option_score(arguments, option, verb ? verb->index : 0);
        if (one == 0)
            return 0;
        score += one;
    }
    if (ret_last)
        *ret_last = last;
    if (phrase->otherwise)
        return 1;
    return score + 2;
}

const struct phrase *words_phrase(struct scan *scan, const char *section, const struct word *words,
                                  size_t n_words)
{
    const struct tool *tool = rules_tool(scan->rules, section);
    struct word *named = arena_alloc(scan->arena, (n_words + 1) * sizeof *named);
    named[0].text = section;
    memcpy(named + 1, words, n_words * sizeof *named);
    struct arguments arguments = arguments_parse(scan, tool, named, n_words + 1);
    const struct phrase *found = NULL;
    int best = 0;
    phrases_each (phrase, &arguments, ASPECT_CLASS) {
        int score = phrase_score(&arguments, phrase, NULL);
        if (score > best || (score > 0 && score == best && phrase->kind > found->kind)) {
            best = score;
            found = phrase;
        }
    }
    return found;
}

/* `grep LOG_LEVEL` takes one name; `grep 'A\|B'` is more than a name. */
static bool names_one(const struct words *reader)
{
    for (size_t i = 1; i < reader->n; i++) {
        const char *text = reader->at[i].text;
        if (reader->at[i].dynamic ||
            strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_^=-") !=
                strlen(text))
            return false;
    }
    return true;
}

bool readers_hide(struct scan *scan)
{
    for (size_t i = 0; i < scan->n_readers; i++) {
        const struct words *reader = &scan->readers[i];
        const struct phrase *phrase =
            reader->n ? words_phrase(scan, "<reader>", reader->at, reader->n) : NULL;
        bool picks = phrase && phrase->kind == KIND_UNKNOWN && names_one(reader);
        if (picks || (phrase && phrase->kind == KIND_READ))
            return true;
    }
    return false;
}
