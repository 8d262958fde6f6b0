/* What a command runs for the person: another command (sudo, kubectl exec), a shell text (sh -c, ssh), a
 * statement (psql -c) or a script (python -c, awk). The rule file says which and where it lies. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

static void inner_command(struct scan *scan, const struct word *words, size_t n_words)
{
    if (scan->inner_depth >= 12) {
        risk_raise(scan, RISK_UNKNOWN, words[0].text, "is nested too deep to follow");
        return;
    }
    scan->inner_depth++;
    scan_command(scan, words, n_words);
    scan->inner_depth--;
}

static void inner_shell(struct scan *scan, const struct word *words, size_t n_words)
{
    const char *text = words_joined(scan->arena, words, n_words);
    if (scan->replace_text && strstr(text, scan->replace_text))
        risk_raise(scan, RISK_UNKNOWN, scan->replace_text, "puts data into the text of a shell command");
    scan_inner_shell(scan, text);
}

static void inner_powershell(struct scan *scan, const struct word *words, size_t n_words)
{
    const char *text = words_joined(scan->arena, words, n_words);
    if (!scan_powershell(scan, text, strlen(text)))
        risk_raise(scan, RISK_UNKNOWN, words[0].text, "is PowerShell that cannot be followed");
}

static const struct inner_language languages[] = {
    {"command", inner_command}, {"shell", inner_shell},  {"sql", scan_sql},
    {"mongo", scan_mongo},      {"python", scan_python}, {"awk", scan_awk},
    {"sed", scan_sed},          {"lines", scan_lines},   {"powershell", inner_powershell},
};

const struct inner_language *inner_language_find(const char *name)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strcmp(languages[i].name, name) == 0)
            return &languages[i];
    return NULL;
}

static bool is_assignment(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    while (isalnum((unsigned char)*text) || *text == '_')
        text++;
    return *text == '=';
}

/* First word of what follows the phrase, or n_words. */
static size_t rest_start(struct scan *scan, const struct arguments *arguments, const struct phrase *phrase,
                         size_t last)
{
    if (phrase->form == SLOT_AFTER_DASHES)
        return arguments->dashes < arguments->end ? arguments->dashes + 1 : arguments->n_words;
    size_t n = (last == SIZE_MAX ? 0 : last + 1) + phrase->after;
    if (phrase->form == SLOT_ITSELF)
        n = last;
    const struct argument *word = argument_word(arguments, n);
    size_t at = word ? word->index : arguments->n_words;
    while (phrase->after_assignments && at < arguments->n_words && is_assignment(arguments->words[at].text)) {
        const char *text = arguments->words[at].text;
        const char *equals = strchr(text, '=');
        scan_assignment(scan, arena_strndup(scan->arena, text, (size_t)(equals - text)), NULL);
        at++;
    }
    return at;
}

/* xargs -I{} psql -c "{}": data stands where a statement, or a part of a script, should be. A name within a
 * statement is data that statements are made for. */
static void replaced_check(struct scan *scan, const char *language, const char *text)
{
    const char *at = scan->replace_text ? strstr(text, scan->replace_text) : NULL;
    bool statement = strcmp(language, "sql") == 0 || strcmp(language, "lines") == 0;
    if (at && (!statement || at == text + strspn(text, " \t\n(;")))
        risk_raise(scan, RISK_UNKNOWN, scan->replace_text, "puts data where a statement should be");
}

static void language_run(struct scan *scan, const struct phrase *phrase, const struct word *words,
                         size_t n_words)
{
    bool there = scan->there, saved = scan->saved;
    const char *language = phrase->language->name;
    bool text =
        strcmp(language, "command") != 0 && strcmp(language, "shell") != 0; /* those note themselves */
    for (size_t i = 0; text && i < n_words; i++) {
        trace_text(scan, language, words[i].text);
        replaced_check(scan, language, words[i].text);
    }
    scan->there |= phrase->there;
    phrase->language->scan(scan, words, n_words);
    scan->there = there;
    scan->saved = saved;
}

static bool option_values_run(struct scan *scan, const struct arguments *arguments,
                              const struct phrase *phrase)
{
    const struct option_pattern *option = &phrase->options.at[phrase->options.n - 1];
    bool found = false;
    for (size_t i = 0; i < arguments->list.n; i++) {
        const struct argument *argument = &arguments->list.at[i];
        if (argument->index >= arguments->end || !argument->has_value ||
            !argument_named(argument, option->names))
            continue;
        language_run(scan, phrase, &argument->value, 1);
        found = true;
    }
    return found;
}

/* find -exec COMMAND ; */
static bool until_run(struct scan *scan, const struct arguments *arguments, const struct phrase *phrase)
{
    const char *option = phrase->options.at[phrase->options.n - 1].names;
    bool found = false;
    for (size_t i = 1; i < arguments->n_words; i++) {
        if (!alternatives_match(option, arguments->words[i].text))
            continue;
        size_t start = i + 1, end = start;
        while (end < arguments->n_words && !alternatives_match(phrase->until, arguments->words[end].text))
            end++;
        if (end > start) {
            language_run(scan, phrase, &arguments->words[start], end - start);
            found = true;
        }
        i = end;
    }
    return found;
}

static bool rest_run(struct scan *scan, struct arguments *arguments, const struct phrase *phrase, size_t last)
{
    size_t start = rest_start(scan, arguments, phrase, last);
    if (start >= arguments->n_words)
        return false;
    arguments->end = start;
    language_run(scan, phrase, &arguments->words[start], arguments->n_words - start);
    return true;
}

/* `nc -z`: an option that only looks sends nothing, whatever stands before it. */
static bool looks_by_option(const struct arguments *arguments)
{
    bool looks = false;
    phrases_each (phrase, arguments, ASPECT_CLASS)
        looks |=
            phrase->kind == KIND_READ && phrase->options.n > 0 && phrase_score(arguments, phrase, NULL) > 0;
    return looks;
}

static bool stdin_run(struct scan *scan, const struct arguments *arguments, const struct phrase *phrase)
{
    if (!scan->stdin_text && scan->stdin_hidden && phrase->language->scan == scan_lines &&
        !looks_by_option(arguments))
        risk_raise(scan, RISK_UNKNOWN, "<", "sends what is not in the text");
    if (!scan->stdin_text)
        return false;
    struct word word = {.text = scan->stdin_text};
    scan->stdin_text = NULL;
    language_run(scan, phrase, &word, 1);
    return true;
}

/* xargs, parallel and find give their input to the command as words, never as its standard input. */
static void replacement_note(struct scan *scan, const struct arguments *arguments)
{
    const char *name = arguments->tool->name;
    bool feeds = strcmp(name, "xargs") == 0 || strcmp(name, "parallel") == 0 || strcmp(name, "find") == 0;
    if (!feeds)
        return;
    scan->stdin_text = NULL;
    scan->replace_text = strcmp(name, "xargs") == 0 ? NULL : "{}";
    scan->appended = scan->replace_text == NULL;
    list_each (argument, &arguments->list) {
        if (strcmp(name, "xargs") == 0 && argument_named(argument, "-I|-i|--replace"))
            scan->replace_text = argument->has_value && *argument->value.text ? argument->value.text : "{}";
        scan->appended &= scan->replace_text == NULL;
        if (!argument->option)
            break;
    }
}

/* `command -v rm` says where rm is. */
static bool only_names(const struct arguments *arguments)
{
    return strcmp(arguments->words[0].text, "command") == 0 && arguments->n_words > 1 &&
           alternatives_match("-v|-V|-pv|-pV", arguments->words[1].text);
}

/* `sed -e SCRIPT FILE`: with a script in an option, the first word is a file. */
static bool script_is_option(const struct arguments *arguments, const struct phrase *rest)
{
    if (rest->language->scan != scan_sed)
        return false;
    phrases_each (phrase, arguments, ASPECT_INNER)
        if (phrase->form == SLOT_VALUE && phrase->language->scan == scan_sed &&
            phrase_score(arguments, phrase, NULL) > 0)
            return true;
    return false;
}

int scan_inner(struct scan *scan, struct arguments *arguments)
{
    const char *replace_text = scan->replace_text;
    const char *stdin_text = scan->stdin_text;
    const bool appended = scan->appended;
    int best = 0;
    if (only_names(arguments))
        return 0;
    replacement_note(scan, arguments);
    /* What follows is cut off first, so that its options are not taken for those of the tool. */
    for (int pass = 0; pass < 3; pass++) {
        if (pass == 2 && best > 0)
            break; /* with a statement on the command line the standard input is not one */
        phrases_each (phrase, arguments, ASPECT_INNER) {
            bool rest = phrase->form == SLOT_AFTER || phrase->form == SLOT_AFTER_DASHES ||
                        phrase->form == SLOT_ITSELF;
            if (pass != (rest ? 0 : phrase->form == SLOT_STDIN ? 2 : 1))
                continue;
            size_t last = SIZE_MAX;
            int score = phrase_score(arguments, phrase, &last);
            if (score == 0 ||
                (rest && (arguments->end < arguments->n_words || script_is_option(arguments, phrase))))
                continue;
            bool found = rest                         ? rest_run(scan, arguments, phrase, last)
                         : phrase->form == SLOT_STDIN ? stdin_run(scan, arguments, phrase)
                         : phrase->form == SLOT_UNTIL ? until_run(scan, arguments, phrase)
                                                      : option_values_run(scan, arguments, phrase);
            if (found && score + rest > best)
                best = score + rest;
        }
    }
    scan->replace_text = replace_text;
    scan->stdin_text = stdin_text;
    scan->appended = appended;
    return best;
}
