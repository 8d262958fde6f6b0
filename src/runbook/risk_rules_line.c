/* One line of a rule file at a time. The format is described at the top of policy/shell.rules, for the
 * people who extend it; in short:
 *
 *     tool kubectl, oc
 *         value: -n --namespace
 *         read: get, rollout status "only looks"
 *         runs there: exec after --
 *     words risky options: delete force
 *
 * Phrases are separated by commas, their words by blanks. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct line_kind {
    const char *name;
    enum phrase_kind kind;
    const char *language; /* of an inner line */
    bool there;
};

static const struct line_kind line_kinds[] = {
    {"read", KIND_READ, NULL, false},
    {"unknown", KIND_UNKNOWN, NULL, false},
    {"mutate", KIND_MUTATE, NULL, false},
    {"destructive", KIND_DESTRUCTIVE, NULL, false},
    {"endless", KIND_ENDLESS, NULL, false},
    {"ends", KIND_ENDS, NULL, false},
    {"terminal", KIND_TERMINAL, NULL, false},
    {"no terminal", KIND_NO_TERMINAL, NULL, false},
    {"unconfined", KIND_UNCONFINED, NULL, false},
    {"sensitive", KIND_SENSITIVE, NULL, false},
    {"not sensitive", KIND_NOT_SENSITIVE, NULL, false},
    {"sensitive when saved", KIND_SENSITIVE_SAVED, NULL, false},
    {"writes", KIND_WRITES, NULL, false},
    {"needs", KIND_NEEDS, NULL, false},
    {"runs", KIND_INNER, "command", false},
    {"runs there", KIND_INNER, "command", true},
    {"shell", KIND_INNER, "shell", false},
    {"shell there", KIND_INNER, "shell", true},
    {"sql", KIND_INNER, "sql", false},
    {"mongo", KIND_INNER, "mongo", false},
    {"python", KIND_INNER, "python", false},
    {"awk", KIND_INNER, "awk", false},
    {"sed", KIND_INNER, "sed", false},
    {"lines", KIND_INNER, "lines", false},
    {"powershell", KIND_INNER, "powershell", false},
};

int rule_line_error(const struct rule_reader *reader, const char *what, const char *word)
{
    return err_set(reader->err, "%s:%d: %s: %s", reader->file, reader->line, what, word);
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    return text;
}

char *rule_name_next(char **names)
{
    char *name = *names;
    if (!name)
        return NULL;
    char *comma = strchr(name, ',');
    if (comma)
        *comma++ = '\0';
    *names = comma;
    return trim(name);
}

bool rule_line_is_tool(const char *line)
{
    return strncmp(line, "tool ", 5) == 0;
}

bool rule_line_is_for_all(const char *line)
{
    return strncmp(line, "words ", 6) == 0 || strncmp(line, "expect ", 7) == 0;
}

const char *rule_line_next(struct rule_reader *reader, const char **bytes, size_t *ret_n_bytes)
{
    while (**bytes) {
        const char *line = *bytes, *end = strchrnul(line, '\n');
        reader->line++;
        *bytes = *end ? end + 1 : end;
        while (line < end && isspace((unsigned char)*line))
            line++;
        *ret_n_bytes = (size_t)(end - line);
        if (line < end && *line != '#')
            return line;
    }
    return NULL;
}

/* Cuts the next word off, or gives NULL at the end. */
static char *next_word(char **text)
{
    while (isspace((unsigned char)**text))
        (*text)++;
    if (!**text)
        return NULL;
    char *word = *text;
    while (**text && !isspace((unsigned char)**text))
        (*text)++;
    if (**text)
        *(*text)++ = '\0';
    return word;
}

static int after_read(const struct rule_reader *reader, struct phrase *phrase, const char *word)
{
    if (!word)
        return rule_line_error(reader, "`after` wants a number of words, `--` or `assignments`", "after");
    phrase->form = SLOT_AFTER;
    if (strcmp(word, "--") == 0)
        phrase->form = SLOT_AFTER_DASHES;
    else if (strcmp(word, "assignments") == 0)
        phrase->after_assignments = true;
    else if (isdigit((unsigned char)*word))
        phrase->after = (unsigned)strtoul(word, NULL, 10);
    else
        return rule_line_error(reader, "`after` wants a number of words, `--` or `assignments`, not", word);
    return 0;
}

static void option_read(struct rule_reader *reader, struct phrase *phrase, char *word)
{
    struct option_pattern *option = list_push(reader->growing, &phrase->options);
    char *equals = strchr(word, '=');
    if (equals)
        *equals++ = '\0';
    option->names = word;
    option->values = equals;
}

static int phrase_read(struct rule_reader *reader, struct phrase *phrase, char *text)
{
    phrase->gap_at = SIZE_MAX;
    char *whole = text, *word;
    const bool files = phrase->kind == KIND_WRITES || phrase->kind == KIND_NEEDS;
    size_t n_said = 0;
    while ((word = next_word(&text))) {
        n_said++;
        if (strcmp(word, "otherwise") == 0)
            phrase->otherwise = true;
        else if (strcmp(word, "...") == 0)
            phrase->gap_at = phrase->words.n;
        else if (strcmp(word, "stdin") == 0)
            phrase->form = SLOT_STDIN;
        else if (files && strcmp(word, "last") == 0)
            phrase->form = SLOT_LAST;
        else if (files && strcmp(word, "next") == 0)
            phrase->form = SLOT_NEXT;
        else if (strcmp(word, "itself") == 0)
            phrase->form = SLOT_ITSELF;
        else if (strcmp(word, "after") == 0 && after_read(reader, phrase, next_word(&text)) < 0)
            return -1;
        else if (strcmp(word, "after") == 0)
            continue;
        else if (strcmp(word, "until") == 0) {
            phrase->form = SLOT_UNTIL;
            phrase->until = next_word(&text);
        } else if (word[0] == '-' || word[0] == '+')
            option_read(reader, phrase, word);
        else if (files && word[strlen(word) - 1] == '=') {
            phrase->form = SLOT_ASSIGNED;
            phrase->until = word;
        } else
            strings_add(reader->growing, &phrase->words, word);
    }
    if (n_said == 0)
        return rule_line_error(reader, "an empty phrase; is there a comma too many?", whole);
    if (phrase->form == SLOT_ITSELF && phrase->words.n == 0)
        return rule_line_error(reader, "`itself` wants the word that is the program before it", whole);
    bool value_slot = phrase->kind >= KIND_WRITES && phrase->form == SLOT_VALUE;
    if ((value_slot && phrase->options.n == 0) || (phrase->form == SLOT_UNTIL && !phrase->until))
        return rule_line_error(
            reader, "say which option holds it, or `after N`, `next`, `last`, `of=`, `itself`, `stdin`",
            whole);
    return 0;
}

/* An option that names a file, or holds what runs, takes a value. */
static void slot_note(struct rule_reader *reader, struct tool *tool, const struct phrase *phrase)
{
    if (phrase->kind < KIND_WRITES || phrase->form != SLOT_VALUE)
        return;
    const char *name = phrase->options.at[phrase->options.n - 1].names;
    while (*name) {
        size_t n = strcspn(name, "|");
        const char *one = arena_strndup(reader->arena, name, n);
        bool glued = false;
        list_each (option, &tool->glued_options)
            glued |= strcmp(*option, one) == 0;
        if (!glued && !option_listed(tool, one))
            strings_add(reader->growing, &tool->value_options, one);
        name += n + (name[n] != '\0');
    }
}

static enum aspect aspect_of(enum phrase_kind kind)
{
    static const enum aspect aspects[] = {
        [KIND_READ] = ASPECT_CLASS,
        [KIND_UNKNOWN] = ASPECT_CLASS,
        [KIND_MUTATE] = ASPECT_CLASS,
        [KIND_DESTRUCTIVE] = ASPECT_CLASS,
        [KIND_ENDLESS] = ASPECT_ENDING,
        [KIND_ENDS] = ASPECT_ENDING,
        [KIND_TERMINAL] = ASPECT_TERMINAL,
        [KIND_NO_TERMINAL] = ASPECT_TERMINAL,
        [KIND_UNCONFINED] = ASPECT_RIGHTS,
        [KIND_SENSITIVE] = ASPECT_SENSITIVE,
        [KIND_NOT_SENSITIVE] = ASPECT_SENSITIVE,
        [KIND_SENSITIVE_SAVED] = ASPECT_SENSITIVE,
        [KIND_WRITES] = ASPECT_FILES,
        [KIND_NEEDS] = ASPECT_FILES,
        [KIND_INNER] = ASPECT_INNER,
    };
    return aspects[kind];
}

/* What the first word of the command begins with when the phrase fits. */
static uint64_t first_bytes_of(const struct phrase *phrase)
{
    if (phrase->words.n == 0 || phrase->gap_at == 0 || strcmp(phrase->words.at[0], ".") == 0)
        return ~UINT64_C(0);
    uint64_t bytes = 0;
    for (const char *word = phrase->words.at[0];; word++) {
        if (*word == '*')
            return ~UINT64_C(0);
        bytes |= first_byte_bit(*word == '|' ? '\0' : *word);
        word = strchrnul(word, '|');
        if (!*word)
            return bytes;
    }
}

/* Phrases that share a reason. */
static int part_read(struct rule_reader *reader, const struct line_kind *kind, char *text, const char *why)
{
    while (text) {
        char *comma = strchr(text, ',');
        if (comma)
            *comma++ = '\0';
        struct phrase *phrase = arena_alloc(reader->arena, sizeof *phrase);
        *phrase = (struct phrase){.kind = kind->kind, .there = kind->there, .why = why, .site = reader->site};
        phrase->language = kind->language ? inner_language_find(kind->language) : NULL;
        if (phrase_read(reader, phrase, trim(text)) < 0)
            return -1;
        list_settle(reader->arena, &phrase->words);
        list_settle(reader->arena, &phrase->options);
        list_each (tool, &reader->tools) {
            *list_push(reader->growing, &(*tool)->phrases[aspect_of(phrase->kind)]) =
                (struct listed_phrase){.phrase = phrase, .first_bytes = first_bytes_of(phrase)};
            slot_note(reader, *tool, phrase);
        }
        text = comma;
    }
    return 0;
}

/* `a, b "reason", c`: cuts the reason off the phrases before it and finds the phrases behind it. */
static int reason_cut(const struct rule_reader *reader, char *text, const char **ret_why, char **ret_next)
{
    *ret_next = NULL;
    char *quote = strchr(text, '"');
    if (!quote)
        return 0;
    *quote++ = '\0';
    char *end = strchr(quote, '"');
    if (!end)
        return rule_line_error(reader, "the reason lacks its closing quote", quote);
    *end++ = '\0';
    end = trim(end);
    if (*end && *end != ',')
        return rule_line_error(reader, "a comma is missing behind the reason", end);
    *ret_why = quote;
    *ret_next = *end ? end + 1 : NULL;
    return 0;
}

/* Of a tool that the program knows a site can only say what makes it stricter; and which rights it wants. */
static int site_may(const struct rule_reader *reader, const char *keyword)
{
    static const char allowed[] =
        "unknown|mutate|destructive|endless|terminal|sensitive|sensitive when saved|"
        "writes|needs|unconfined";
    if (!reader->site || alternatives_match(allowed, keyword))
        return 0;
    list_each (tool, &reader->tools)
        if ((*tool)->built_in)
            return rule_line_error(
                reader,
                arena_printf(reader->arena,
                             "`%s` is built in, and a site can only make it stricter (unknown, mutate, "
                             "destructive, endless, terminal, sensitive, writes, needs, unconfined), not say",
                             (*tool)->name),
                keyword);
    return 0;
}

static int phrases_read(struct rule_reader *reader, const struct line_kind *kind, char *text)
{
    if (reader->tools.n == 0)
        return rule_line_error(reader, "this line stands before the first `tool` line", kind->name);
    if (site_may(reader, kind->name) < 0)
        return -1;
    while (text) {
        char *next;
        const char *why = NULL;
        if (reason_cut(reader, text, &why, &next) < 0 || part_read(reader, kind, text, why) < 0)
            return -1;
        text = next;
    }
    return 0;
}

static bool attribute_set(struct tool *tool, const char *name)
{
    const struct {
        const char *name;
        bool *flag;
    } attributes[] = {
        {"whole options", &tool->whole_options},
        {"ignore case", &tool->ignore_case},
        {"strict options", &tool->strict_options},
        {"wrapper", &tool->wrapper},
        {"shell word", &tool->shell_word},
        {"bounded", &tool->bounded},
        {"cmdlet", &tool->cmdlet},
        {"text tool", &tool->text_tool},
        {"file printer", &tool->prints_files},
        {"verb first", &tool->verb_first},
    };
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (strcmp(attributes[i].name, name) == 0)
            return *attributes[i].flag = true;
    }
    return false;
}

static int attributes_read(struct rule_reader *reader, char *text)
{
    for (char *name; (name = rule_name_next(&text));)
        list_each (tool, &reader->tools)
            if (!attribute_set(*tool, name))
                return rule_line_error(
                    reader,
                    "no such `is`; there are whole options, ignore case, strict options, "
                    "wrapper, shell word, bounded, cmdlet, text tool, file printer, verb first",
                    name);
    return 0;
}

/* keyword: value, flag or glued. */
static int options_read(struct rule_reader *reader, const char *keyword, char *text)
{
    char *word;
    while ((word = next_word(&text))) {
        if (word[0] != '-' && word[0] != '+')
            return rule_line_error(reader, "an option starts with a dash, this does not", word);
        list_each (tool, &reader->tools)
            strings_add(reader->growing,
                        *keyword == 'v'   ? &(*tool)->value_options
                        : *keyword == 'f' ? &(*tool)->flag_options
                                          : &(*tool)->glued_options,
                        word);
    }
    return 0;
}

static int words_read(struct rule_reader *reader, const char *list, char *text)
{
    static const char for_sites[] =
        "risky options|risky variables|sensitive tables|sensitive files|action paths|"
        "sql functions|sql ending functions|sql changing functions";
    char *word;
    if (reader->site && !alternatives_match(for_sites, list))
        return rule_line_error(
            reader,
            "a site can add words only to "
            "risky options, risky variables, sensitive tables, sensitive files, action paths "
            "and the lists of SQL functions, not to",
            list);
    while ((word = next_word(&text)))
        if (rules_list_add(reader->rules, list, word) < 0)
            return rule_line_error(reader, "there is no word list of that name", list);
    return 0;
}

/* `expect read or mutate: COMMAND`, `expect not read: COMMAND`; a newline of the command is written as its
 * symbol. */
static int expectation_read(struct rule_reader *reader, const char *classes, const char *command)
{
    static const char newline[] = "\xe2\x90\xa4"; /* U+2424 */
    struct expectation expectation = {.file = reader->file, .line = reader->line};
    expectation.classes = arena_strdup(reader->arena, classes);
    char *text = arena_strdup(reader->arena, command);
    for (char *at = text; (at = strstr(at, newline));) {
        *at = '\n';
        memmove(at + 1, at + sizeof newline - 1, strlen(at + sizeof newline - 1) + 1);
    }
    expectation.command = text;

    char *rest = arena_strdup(reader->arena, classes), *word;
    bool turned = false, seen = false;
    while ((word = next_word(&rest))) {
        enum risk_class class = RISK_READ;
        while (class <= RISK_DESTRUCTIVE && strcmp(risk_name(class), word) != 0)
            class ++;
        if (class <= RISK_DESTRUCTIVE)
            seen = expectation.allowed[class] = true;
        else if (strcmp(word, "not") == 0 && !seen)
            turned = true;
        else if (strcmp(word, "or") != 0)
            return rule_line_error(reader, "`expect` wants read, unknown, mutate or destructive, not", word);
    }
    if (!seen || !*command)
        return rule_line_error(reader, "write `expect CLASS: COMMAND`, not", classes);
    for (enum risk_class class = RISK_READ; class <= RISK_DESTRUCTIVE && turned; class ++)
        expectation.allowed[class] = !expectation.allowed[class];
    rules_expect(reader->rules, &expectation);
    return 0;
}

static int keyword_read(struct rule_reader *reader, char *keyword, char *text)
{
    if (strncmp(keyword, "words ", 6) == 0)
        return words_read(reader, trim(keyword + 6), text);
    for (size_t i = 0; i < sizeof line_kinds / sizeof *line_kinds; i++)
        if (strcmp(line_kinds[i].name, keyword) == 0)
            return phrases_read(reader, &line_kinds[i], text);
    if (reader->tools.n == 0)
        return rule_line_error(reader, "this line stands before the first `tool` line", keyword);
    if (site_may(reader, keyword) < 0)
        return -1;
    if (alternatives_match("value|flag|glued", keyword))
        return options_read(reader, keyword, text);
    if (strcmp(keyword, "like") == 0)
        return shelf_read_like(reader, trim(text));
    if (strcmp(keyword, "is") == 0)
        return attributes_read(reader, text);
    return rule_line_error(
        reader,
        "no such kind of line; write expect, read, mutate, destructive, unknown, value, flag, glued, "
        "runs, shell, sql, endless, terminal, sensitive, writes, needs, unconfined, like or is",
        keyword);
}

int rule_line_read(struct rule_reader *reader, char *line)
{
    char *text = trim(line);
    char *colon = strchr(text, ':');
    if (!colon)
        return rule_line_error(reader, "neither `tool NAME` nor `kind: phrases`", text);
    *colon = '\0';
    if (strncmp(text, "expect ", 7) == 0)
        return expectation_read(reader, trim(text + 7), trim(colon + 1));
    return keyword_read(reader, trim(text), colon + 1);
}
