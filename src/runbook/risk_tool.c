/* One simple command against the rules of its tool. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/text.h"

struct decision {
    enum risk_class class;
    int score;
    size_t last; /* last word of the command that the phrase names */
    const struct phrase *phrase;
};

static const char *const plain_why[] = {
    [RISK_READ] = "only reads",
    [RISK_UNKNOWN] = "does something that cannot be told from the command",
    [RISK_MUTATE] = "changes something",
    [RISK_DESTRUCTIVE] = "deletes or ends something that does not come back by itself",
};

/* The program's name without the folder, when the folder is one where a system or a package keeps its
 * programs: /usr/bin/, /opt/kafka/bin/. Of a folder beside us only programs with a name of their own count,
 * as bin/kafka-topics.sh; bin/test may be anything. */
static const char *program_name(const struct risk_rules *rules, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return path;
    const char *name = slash + 1;
    size_t n = (size_t)(name - path);
    bool in_bin =
        (n >= 5 && strncmp(name - 5, "/bin/", 5) == 0) || (n >= 6 && strncmp(name - 6, "/sbin/", 6) == 0);
    if (in_bin && alternatives_match("/bin/*|/sbin/*|/usr/*|/opt/*|/snap/*", path) && !strstr(path, "/../"))
        return name;
    const char *ending = strrchr(name, '.');
    bool beside = strncmp(path, "bin/", 4) == 0 || strncmp(path, "./bin/", 6) == 0;
    return beside && ending && strcmp(ending, ".sh") == 0 && rules_tool(rules, name) ? name : path;
}

static bool strings_hold(const struct strings *list, const char *text)
{
    list_each (item, list)
        if (strcmp(*item, text) == 0)
            return true;
    return false;
}

static void program_note(struct scan *scan, const char *name, const struct tool *tool)
{
    if (!strings_hold(&scan->risk->programs, name) && scan->risk->programs.n < 64)
        strings_add(scan->arena, &scan->risk->programs, name);
    bool minor = tool && (tool->wrapper || tool->shell_word);
    if (!scan->risk->tool || (scan->tool_is_minor && !minor)) {
        scan->risk->tool = name;
        scan->tool_is_minor = minor;
    }
}

/* "kubectl rollout restart": the words that a decision rests on. */
static const char *part_of(struct scan *scan, const struct arguments *arguments,
                           const struct decision *decision)
{
    const char *part = arguments->words[0].text;
    size_t shown = decision->last == SIZE_MAX ? 0 : decision->last + 1;
    if (!decision->phrase && shown == 0)
        shown = 1;
    for (size_t i = 0; i < shown && i < 6; i++) {
        const struct argument *word = argument_word(arguments, i);
        if (word)
            part = arena_printf(scan->arena, "%s %.80s", part, word->value.text);
    }
    if (!decision->phrase)
        return part;
    list_each (option, &decision->phrase->options) {
        list_each (argument, &arguments->list) {
            if (argument->index >= arguments->end || !argument_named(argument, option->names))
                continue;
            part = option->values && argument->has_value
                       ? arena_printf(scan->arena, "%s %s=%.80s", part, argument->name, argument->value.text)
                       : arena_printf(scan->arena, "%s %s", part, argument->name);
            break;
        }
    }
    return part;
}

/* Does a word that the decision rests on stand behind an option nobody knows? */
static bool rests_on_doubt(const struct arguments *arguments, const struct decision *decision)
{
    if (decision->last == SIZE_MAX)
        return false;
    for (size_t i = 0; i <= decision->last; i++) {
        const struct argument *word = argument_word(arguments, i);
        if (word && word->doubtful)
            return true;
    }
    return false;
}

/* Of the phrases that the program came with, or of those of the site. */
static struct decision best_phrase(const struct arguments *arguments, bool site)
{
    struct decision best = {.class = RISK_UNKNOWN, .last = SIZE_MAX};
    phrases_each (phrase, arguments, ASPECT_CLASS) {
        if (phrase->site != site)
            continue;
        size_t last = SIZE_MAX;
        int score = phrase_score(arguments, phrase, &last);
        enum risk_class class = (enum risk_class)phrase->kind;
        /* Of two that fit alike the riskier counts; but a tool's own `otherwise` comes after, and replaces,
         * the one of a list of tools that it was named in. */
        bool later = phrase->otherwise && best.phrase && best.phrase->otherwise;
        if (score > best.score || (score == best.score && score > 0 && (class > best.class || later)))
            best = (struct decision){.class = class, .score = score, .last = last, .phrase = phrase};
    }
    return best;
}

/* What a site says of a tool that is built in counts when it is riskier. */
static struct decision decide(const struct arguments *arguments)
{
    struct decision built_in = best_phrase(arguments, false), site = best_phrase(arguments, true);
    if (site.phrase && (!arguments->tool->built_in || !built_in.phrase || site.class > built_in.class))
        return site;
    return built_in;
}

/* An option whose name speaks of change: --delete-old, --force. */
static bool option_sounds_risky(const struct scan *scan, const char *name)
{
    char word[32];
    size_t n = 0;
    for (const char *c = name;; c++) {
        bool letter = isalnum((unsigned char)*c);
        if (letter && n + 1 < sizeof word)
            word[n++] = (char)tolower((unsigned char)*c);
        if (letter)
            continue;
        word[n] = '\0';
        if (n > 0 && rules_list_has(scan->rules, LIST_RISKY_OPTIONS, word))
            return true;
        n = 0;
        if (!*c)
            return false;
    }
}

static bool option_in_phrase(const struct phrase *phrase, const struct argument *argument)
{
    list_each (option, &phrase->options)
        if (argument_named(argument, option->names))
            return true;
    return false;
}

/* Options that forbid `read`: unknown ones of a strict tool, and those that sound like a change. */
static void options_check(struct scan *scan, const struct arguments *arguments,
                          const struct decision *decision)
{
    const struct tool *tool = arguments->tool;
    list_each (argument, &arguments->list) {
        if (argument->index >= arguments->end)
            break;
        if (!argument->option || option_listed(tool, argument->name) ||
            (decision->phrase && option_in_phrase(decision->phrase, argument)))
            continue;
        const char *part = arena_printf(scan->arena, "%s %.80s", arguments->words[0].text, argument->name);
        if (tool->strict_options)
            risk_raise(scan, RISK_UNKNOWN, part, "has an option that the rules do not know");
        else if (strlen(argument->name) > 2 && option_sounds_risky(scan, argument->name))
            risk_raise(scan, RISK_UNKNOWN, part,
                       "has an option that the rules do not know and that sounds like a change");
    }
}

/* "$OPTS", "${CURL_ARGS[@]}", "$@": by its name a variable of more than one word, which may be options. */
static bool holds_options(const struct word *word)
{
    static const char names[] =
        "*opt|*opts|*option|*options|*arg|*args|*argument|*arguments|*flag|*flags|*params";
    char name[48];
    size_t n = 0;
    const char *c = word->text + 1;
    if (!word->dynamic || word->text[0] != '$' || *c == '(')
        return false;
    for (c += *c == '{'; *c && *c != '}' && *c != '[' && *c != ':'; c++)
        if (n + 1 < sizeof name)
            name[n++] = (char)tolower((unsigned char)*c);
    name[n] = '\0';
    if (strcmp(name, "@") == 0 || strcmp(name, "*") == 0)
        return true;
    bool all = *c == '[' && c[1] == '@';
    return (word->splits || all) && alternatives_match(names, name);
}

/* A word in braces or a variable in the middle of a reading command could still become an option. */
static void words_check(struct scan *scan, const struct arguments *arguments)
{
    for (size_t i = 1; i < arguments->end; i++) {
        const char *text = arguments->words[i].text;
        if (!arguments->tool->shell_word && holds_options(&arguments->words[i]))
            risk_raise(scan, RISK_UNKNOWN, text, "may hold options that are not shown");
        if (arguments->words[i].splits && text[0] == '{' && (strstr(text, ",-") || text[1] == '-'))
            risk_raise(scan, RISK_UNKNOWN, text, "hides options in braces");
    }
}

/* The better of two opposed facts wins: `endless: stats`, `ends: stats --no-stream`. inside: a command inside
 * was found, so that `otherwise` (a shell opens, the environment is printed) does not hold. */
static const struct phrase *fact(const struct arguments *arguments, bool inside, enum aspect aspect,
                                 enum phrase_kind yes, enum phrase_kind no)
{
    const struct phrase *found = NULL;
    int best = 0;
    phrases_each (phrase, arguments, aspect) {
        if (phrase->kind != yes && phrase->kind != no)
            continue;
        if (inside && phrase->otherwise && yes != KIND_ENDLESS && yes != KIND_UNCONFINED)
            continue;
        int score = phrase_score(arguments, phrase, NULL);
        if (score > best) {
            best = score;
            found = phrase->kind == yes ? phrase : NULL;
        }
    }
    return found;
}

/* "host:/srv", "web-0:/tmp/x", "s3://bucket": not "C:\\tmp". */
static bool is_elsewhere(const char *path)
{
    size_t n = strcspn(path, ":/");
    return n > 1 && path[n] == ':';
}

static void files_note(struct scan *scan, const struct arguments *arguments, const struct phrase *phrase)
{
    bool writes = phrase->kind == KIND_WRITES;
    size_t n_word = 0;
    size_t n_words = 0;
    list_each (argument, &arguments->list)
        n_words += !argument->option && argument->index < arguments->end;
    list_each (argument, &arguments->list) {
        if (argument->index >= arguments->end)
            break;
        bool wanted = false;
        if (phrase->form == SLOT_VALUE)
            wanted = argument->has_value &&
                     argument_named(argument, phrase->options.at[phrase->options.n - 1].names);
        else if (!argument->option && phrase->form == SLOT_AFTER)
            wanted = n_word >= phrase->words.n + phrase->after;
        else if (!argument->option && phrase->form == SLOT_LAST)
            wanted = n_words > phrase->words.n && n_word + 1 == n_words;
        else if (!argument->option && phrase->form == SLOT_NEXT)
            wanted = n_word == phrase->words.n;
        else if (!argument->option && phrase->form == SLOT_ASSIGNED)
            wanted = text_starts_with(argument->value.text, phrase->until);
        n_word += !argument->option;
        if (!wanted || strcmp(argument->value.text, "-") == 0)
            continue;
        struct word file = argument->value;
        if (phrase->form == SLOT_ASSIGNED)
            file.text += strlen(phrase->until);
        if (writes && phrase->form == SLOT_LAST && is_elsewhere(file.text))
            continue;
        if (writes)
            scan_written_file(scan, &file, file.text);
        else if (scan->risk->needs_files.n < 32 && !scan->there && !strstr(file.text, "://"))
            strings_add(scan->arena, &scan->risk->needs_files, file.text);
    }
}

/* `psql < fix.sql`, `curl ... | sh`: it reads what it is given, and opens no prompt. */
static bool is_fed(const struct scan *scan, const struct arguments *arguments)
{
    bool reads = false;
    phrases_each (phrase, arguments, ASPECT_INNER)
        reads |= phrase->form == SLOT_STDIN;
    return reads && (scan->stdin_hidden || scan->stdin_text);
}

static void facts_note(struct scan *scan, const struct arguments *arguments, bool inside)
{
    struct risk *risk = scan->risk;
    risk->endless |= fact(arguments, inside, ASPECT_ENDING, KIND_ENDLESS, KIND_ENDS) != NULL;
    const struct phrase *terminal = fact(arguments, inside, ASPECT_TERMINAL, KIND_TERMINAL, KIND_NO_TERMINAL);
    risk->wants_terminal |= terminal && !(terminal->otherwise && is_fed(scan, arguments));
    if (!scan->there && fact(arguments, inside, ASPECT_RIGHTS, KIND_UNCONFINED, KIND_UNCONFINED))
        risk->unconfined = true;
    const struct phrase *sensitive =
        fact(arguments, inside, ASPECT_SENSITIVE, KIND_SENSITIVE, KIND_NOT_SENSITIVE);
    if (!sensitive && scan->saved)
        sensitive = fact(arguments, inside, ASPECT_SENSITIVE, KIND_SENSITIVE_SAVED, KIND_NOT_SENSITIVE);
    if (sensitive)
        risk_mark_sensitive(scan, arguments->words[0].text,
                            sensitive->why ? sensitive->why : "prints secrets or patient data");
    phrases_each (phrase, arguments, ASPECT_FILES)
        if (phrase_score(arguments, phrase, NULL) > 0)
            files_note(scan, arguments, phrase);
}

/* /proc/1234/fd, /proc/$PID/environ: not /proc/meminfo. */
static void other_processes_note(struct scan *scan, const struct arguments *arguments)
{
    for (size_t i = 1; i < arguments->end && !scan->there; i++) {
        const char *below = strstr(arguments->words[i].text, "/proc/");
        if (below && !islower((unsigned char)below[6]))
            scan->risk->unconfined = true;
    }
}

/* Of a program that prints files, a word that names a file of secrets makes the output a secret, unless the
 * rules say that nothing of it is printed. */
static void secret_files_note(struct scan *scan, const struct arguments *arguments)
{
    if (!arguments->tool->prints_files)
        return;
    phrases_each (phrase, arguments, ASPECT_SENSITIVE)
        if (phrase->kind == KIND_NOT_SENSITIVE && phrase_score(arguments, phrase, NULL) > 0)
            return;
    list_each (argument, &arguments->list) {
        if (argument->index >= arguments->end)
            break;
        const char *text = argument->option ? "" : argument->value.text;
        if (!strpbrk(text, "[](){}|\"' ") && rules_list_has(scan->rules, LIST_SENSITIVE_FILES, text))
            risk_mark_sensitive(scan, text, "is a file that usually holds secrets");
    }
}

/* "reset", and "skip-all" and "clear_backlog": of a verb with a hyphen the first part says what is done. */
static bool is_changing_verb(const struct scan *scan, const char *word)
{
    char first[32];
    size_t n = strcspn(word, "-_");
    if (n >= sizeof first)
        return false;
    memcpy(first, word, n);
    first[n] = '\0';
    return rules_list_has(scan->rules, LIST_CHANGING_VERBS, word) ||
           (word[n] && rules_list_has(scan->rules, LIST_CHANGING_VERBS, first));
}

/* `releases rollback`, where the rules know `releases` only: nouns that look by themselves, and then a verb;
 * and `disk shrink` to a program that mostly looks. What follows a verb that looks, as in `explain delete`,
 * is a name. */
static bool is_followed_by_change(const struct scan *scan, const struct arguments *arguments,
                                  const struct decision *decision)
{
    const struct phrase *phrase = decision->phrase;
    const struct tool *tool = arguments->tool;
    if (decision->class != RISK_READ || !phrase)
        return false;
    if (phrase->otherwise ? tool->text_tool || tool->shell_word || tool->wrapper
                          : phrase->words.n == 0 || decision->last + 1 != phrase->words.n)
        return false;
    size_t n_named = phrase->otherwise ? 1 : phrase->words.n;
    for (size_t i = 0; i <= n_named; i++) {
        const struct argument *word = argument_word(arguments, i);
        if (!word || rules_list_has(scan->rules, LIST_LOOKING_VERBS, word->value.text))
            return false;
        bool open = phrase->otherwise || i == n_named || strcmp(phrase->words.at[i], "*") == 0;
        if (open && !word->value.dynamic && is_changing_verb(scan, word->value.text))
            return true;
    }
    return false;
}

static void decision_report(struct scan *scan, const struct arguments *arguments, struct decision *decision)
{
    const char *part = part_of(scan, arguments, decision);
    const char *why = decision->phrase && decision->phrase->why ? decision->phrase->why : NULL;
    if (decision->class < RISK_MUTATE && rests_on_doubt(arguments, decision)) {
        decision->class = RISK_UNKNOWN;
        why = "follows an option that the rules do not know";
    }
    if (is_followed_by_change(scan, arguments, decision)) {
        decision->class = RISK_UNKNOWN;
        why = "is followed by a word that usually changes something";
    }
    if (!decision->phrase && !why)
        why = "is not in the rules, so what it does is not known";
    risk_raise(scan, decision->class, part, why ? why : plain_why[decision->class]);
    if (decision->class == RISK_READ)
        options_check(scan, arguments, decision);
}

/* `xargs env`: what comes from the pipe is the program. */
static void appended_check(struct scan *scan, const struct arguments *arguments, bool inside)
{
    if (scan->appended && arguments->tool->wrapper && !inside)
        risk_raise(scan, RISK_UNKNOWN, arguments->words[0].text, "runs what it is given, which is not shown");
}

/* `test -v 'a[$(rm x)]'`: these words of the shell look into a subscript, whatever quotes stand around it. */
static void subscripts_check(struct scan *scan, const struct arguments *arguments)
{
    static const char evaluating[] = "test|[|read|let|unset|mapfile|readarray|getopts|wait";
    if (!arguments->tool->shell_word || !alternatives_match(evaluating, arguments->words[0].text))
        return;
    for (size_t i = 1; i < arguments->n_words; i++)
        if (!arguments->words[i].dynamic)
            subscript_check(scan, arguments->words[i].text);
}

static void tool_scan(struct scan *scan, const struct tool *tool, const struct word *words, size_t n_words)
{
    struct arguments arguments = arguments_parse(scan, tool, words, n_words);
    bool was_endless = scan->risk->endless;
    int inner_score = scan_inner(scan, &arguments);
    appended_check(scan, &arguments, inner_score > 0);
    subscripts_check(scan, &arguments);
    facts_note(scan, &arguments, inner_score > 0);
    if (tool->bounded)
        scan->risk->endless = was_endless;
    secret_files_note(scan, &arguments);
    other_processes_note(scan, &arguments);
    words_check(scan, &arguments);
    scan_http(scan, &arguments);
    struct decision decision = decide(&arguments);
    /* what runs inside decides, unless a phrase says as much about the command as the line that found it */
    bool stricter = tool->built_in && decision.phrase && decision.phrase->site;
    if (inner_score > 0 && !stricter && (decision.score < inner_score || !decision.phrase)) {
        decision.class = RISK_READ;
        options_check(scan, &arguments, &decision);
        return;
    }
    decision_report(scan, &arguments, &decision);
}

static void unknown_program(struct scan *scan, const struct word *program)
{
    bool script = strchr(program->text, '/') || strchr(program->text, '.');
    if (strchr(program->text, '/') && program->text[0] != '/' && !program->dynamic && !scan->there)
        strings_add(scan->arena, &scan->risk->needs_files, program->text);
    risk_raise(scan, RISK_UNKNOWN, program->text,
               script ? "is a script whose contents are not shown"
                      : "is a program that the rules do not know");
}

void scan_command(struct scan *scan, const struct word *words, size_t n_words)
{
    if (n_words == 0)
        return;
    const struct word *program = &words[0];
    if (program->dynamic || program->placeholder) {
        trace_command(scan, words, n_words, false);
        program_note(scan, program->text, NULL);
        risk_raise(scan, RISK_UNKNOWN, program->text,
                   "stands where the program should be, so it could be anything");
        return;
    }
    const char *name = program_name(scan->rules, program->text);
    bool function = strings_hold(&scan->functions, name);
    const struct tool *tool = function ? NULL : rules_tool(scan->rules, name);
    if (tool && tool->cmdlet && !scan->powershell)
        tool = NULL;
    trace_command(scan, words, n_words, tool && !tool->wrapper && !tool->shell_word);
    if (function)
        return; /* its body was walked where it is defined */
    program_note(scan, name, tool);
    if (!tool) {
        unknown_program(scan, program);
        return;
    }
    struct word *renamed = arena_alloc(scan->arena, n_words * sizeof *renamed);
    memcpy(renamed, words, n_words * sizeof *renamed);
    renamed[0].text = name;
    tool_scan(scan, tool, renamed, n_words);
}
