/* Commands, conditions and placeholders in running text. */
#include "runbook/command.h"

#include <ctype.h>
#include <string.h>

#include "runbook/heading_words.h"
#include "runbook/text.h"

enum { COMMAND_BYTES = 400 };

static bool is_script(const char *text)
{
    static const char *const endings[] = {".sh", ".py", ".rb", ".pl", ".ps1", ".js", ".bash"};
    size_t n = strcspn(text, " ");

    if (strncmp(text, "./", 2) == 0)
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t k = strlen(endings[i]);
        if (n > k && memcmp(text + n - k, endings[i], k) == 0)
            return true;
    }
    return false;
}

/* The word right before `at`, for "run `x`", "using `x`". */
static bool told_to_run(const char *text, size_t at)
{
    static const char *const words[] = {"run",    "running", "execute", "executing", "using",   "with",
                                        "via",    "type",    "invoke",  "command",   "issue",   "script",
                                        "launch", "use",     "start",   "runs",      "through", "by"};
    size_t end = at;

    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == ':'))
        end--;
    size_t first = end;
    while (first > 0 && isalpha((unsigned char)text[first - 1]))
        first--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (end - first == strlen(words[i]) && strncasecmp(text + first, words[i], end - first) == 0)
            return true;
    return false;
}

/* The text begins with the code, leads to it by a mark, or tells to do something with it; "the `x y` command"
 * is only spoken of. */
static bool leads_to(const char *text, size_t at)
{
    size_t first = at, before = at;

    while (before > 0 && text[before - 1] == ' ')
        before--;
    bool by = before > 3 && strncasecmp(text + before - 3, " by", 3) == 0;
    if (before == 0 || strchr(":(", text[before - 1]) || by || told_to_run(text, at))
        return true;
    while (first > 1 && !(text[first - 2] == '.' && text[first - 1] == ' '))
        first--;
    first = first == 1 ? 0 : first;
    return words_begin(WORDS_VERBS, text + first) &&
           !(before >= 3 && strncasecmp(text + before - 3, "the", 3) == 0);
}

/* "wardctl mode set shadow", "importer --all-sites": a program of the house, by its name or its options. */
static bool is_house_program(const char *text, size_t word)
{
    static const char *const endings[] = {"ctl", "-cli", "-admin", "adm", "-tool", "-util"};
    bool named = false;

    if (!islower((unsigned char)text[0]) || text[word] != ' ' || !isalnum((unsigned char)text[word - 1]))
        return false;
    for (size_t i = 0; i < word; i++)
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) && !strchr(".-", text[i]))
            return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        named |= word > n && memcmp(text + word - n, endings[i], n) == 0;
    }
    const char *option = strstr(text + word, " --");
    return named || (option && isalpha((unsigned char)option[3]));
}

static bool span_is_command(const struct prose *prose, const struct span *span, bool told)
{
    const char *text = span->exact;
    size_t word = strcspn(text, " ");
    bool program = words_program(text, word);

    if (program && text[word] == ' ')
        return true;
    if (word > 0 && is_house_program(text, word))
        return told || leads_to(prose->text, span->at);
    return (program || is_script(text)) && (told || told_to_run(prose->text, span->at));
}

static void add_inline(struct arena *arena, const char *text, int line, struct command_list *ret_commands)
{
    struct command *command = list_push(arena, ret_commands);

    *command =
        (struct command){.text = text, .logical = text, .lang = "inline", .line = line, .line_end = line};
}

/* "Inspect: kubectl get hpa": what follows the last colon begins with a program and has more than one word,
 * and is no sentence. */
static void add_unmarked(struct arena *arena, const struct prose *prose, struct command_list *ret_commands)
{
    const char *colon = NULL;

    for (const char *s = strstr(prose->text, ": "); s; s = strstr(s + 1, ": "))
        colon = s;
    if (colon == NULL)
        return;
    const char *rest = colon + 2;
    if (!text_is_command(rest))
        return;
    list_each (span, &prose->spans)
        if (span->at >= (size_t)(rest - prose->text))
            return;
    size_t n = strlen(rest);
    while (n > 0 && (rest[n - 1] == '.' || rest[n - 1] == ' '))
        n--;
    add_inline(arena, arena_strndup(arena, rest, n), prose_line_at(prose, (size_t)(rest - prose->text)),
               ret_commands);
}

void prose_commands(struct arena *arena, const struct prose *prose, struct command_list *ret_commands)
{
    list_each (span, &prose->spans) {
        if (span->kind == SPAN_CODE && span->exact && span_is_command(prose, span, false))
            add_inline(arena, span->exact, span->line, ret_commands);
    }
    add_unmarked(arena, prose, ret_commands);
}

bool text_is_command(const char *text)
{
    size_t word = strcspn(text, " ");

    if (word == 0 || text[word] == '\0' || strlen(text) > COMMAND_BYTES || strstr(text, ". ") ||
        (strstr(text, ", ") && !strpbrk(text, "'\"")))
        return false;
    if (is_house_program(text, word))
        return true;
    /* "top of the list" is prose: a command names an option, a path or a subcommand with few plain words. */
    size_t words = 1;
    for (const char *s = text; *s; s++)
        words += *s == ' ';
    return words_program(text, word) &&
           (strpbrk(text, "-/=|<>$") || (words <= 4 && islower((unsigned char)text[word + 1])));
}

void cell_commands(struct arena *arena, const struct prose *cell, struct command_list *ret_commands)
{
    bool code = false;

    list_each (span, &cell->spans) {
        code |= span->kind == SPAN_CODE;
        if (span->kind == SPAN_CODE && span->exact && span_is_command(cell, span, true))
            add_inline(arena, span->exact, span->line, ret_commands);
    }
    if (!code && text_is_command(cell->text))
        add_inline(arena, cell->text, cell->line, ret_commands);
}

static const char *const condition_words[] = {"if", "unless", "only when", "when", "in case"};

/* The bit of the one that may stand at text. */
static unsigned condition_word_bit(const char *text, bool first)
{
    char next = (char)(text[1] | 0x20);

    switch (text[0] | 0x20) {
    case 'i':
        return next == 'f' ? 1u : next == 'n' && text[2] == ' ' ? 16u : 0u;
    case 'u':
        return next == 'n' ? 2u : 0u;
    case 'o':
        return next == 'n' ? 4u : 0u;
    case 'w':
        return first ? 8u : 0u;
    default:
        return 0u;
    }
}

/* Which of them the text may hold, a bit each, in one pass: most texts hold none. */
static unsigned condition_words_in(const char *text)
{
    unsigned found = text[0] ? condition_word_bit(text, true) : 0;

    for (size_t i = 1; text[0] && text[i]; i++)
        if (!isalnum((unsigned char)text[i - 1]))
            found |= condition_word_bit(text + i, false);
    return found;
}

/* Up to one of the marks or an arrow; the point of "0.05" and the comma of "1,000" are none. */
static size_t clause_bytes(const char *text, const char *marks)
{
    size_t n = strcspn(text, marks);

    while ((text[n] == '.' || text[n] == ',') && n > 0 && isdigit((unsigned char)text[n - 1]) &&
           isdigit((unsigned char)text[n + 1]))
        n += 1 + strcspn(text + n + 1, marks);
    const char *arrow = strstr(text, " \xe2\x86\x92");
    if (arrow == NULL)
        arrow = strstr(text, " -> ");
    return arrow && (size_t)(arrow - text) < n ? (size_t)(arrow - text) : n;
}

const char *condition_clause(struct arena *arena, const char *text)
{
    unsigned may = condition_words_in(text);

    for (size_t i = 0; may && i < sizeof condition_words / sizeof *condition_words; i++) {
        bool first_only = strcmp(condition_words[i], "when") == 0;
        if (!(may >> i & 1) || (first_only && !text_starts_with(text, condition_words[i])))
            continue;
        const char *found = text_find_word(text, condition_words[i]);
        if (found == NULL || (found > text && first_only))
            continue;
        if (found > text && text_starts_with(found, "if") && found - text >= 6 &&
            text_starts_with(found - 6, "check "))
            continue;
        size_t n = clause_bytes(found, found == text ? ",:;.()" : ":;()");
        const char *stop = strstr(found, ". ");
        if (stop && (size_t)(stop - found) < n)
            n = (size_t)(stop - found);
        return text_without_colon(arena, arena_strndup(arena, found, n));
    }
    return NULL;
}

static size_t angle_bytes(const char *at)
{
    size_t n = 1;

    if (!isalpha((unsigned char)at[1]))
        return 0;
    while (isalnum((unsigned char)at[n]) || strchr("-_. /:|'", at[n])) {
        if (at[n] == '\0' || n > 60)
            return 0;
        n++;
    }
    return at[n] == '>' && at[n - 1] != ' ' ? n + 1 : 0;
}

static size_t square_bytes(const char *at)
{
    size_t n = 1, letters = 0;

    while (isupper((unsigned char)at[n]) || isdigit((unsigned char)at[n]) || at[n] == '_' || at[n] == ' ' ||
           at[n] == '-') {
        letters += isupper((unsigned char)at[n]) != 0;
        n++;
    }
    return at[n] == ']' && letters >= 2 && at[1] != ' ' && at[n - 1] != ' ' && at[n - 1] != '-' ? n + 1 : 0;
}

static size_t brace_bytes(const char *at)
{
    const char *inner = at + 2 + strspn(at + 2, " ");
    const char *end = strstr(inner, "}}");

    if (end == NULL || end - inner > 60 || end == inner)
        return 0;
    bool label = text_starts_with(inner, "$labels.") || text_starts_with(inner, ".Labels.");
    bool word = true;
    for (const char *s = inner; s < end; s++)
        word = word && (isalnum((unsigned char)*s) || *s == '_' || *s == '-' || (*s == ' ' && s + 1 == end));
    return label || (word && isalpha((unsigned char)*inner)) ? (size_t)(end - at) + 2 : 0;
}

static void add_once(struct arena *arena, const char *from, size_t n, struct strings *ret_placeholders)
{
    list_each (item, ret_placeholders)
        if (strlen(*item) == n && memcmp(*item, from, n) == 0)
            return;
    if (ret_placeholders->n < 64)
        strings_add(arena, ret_placeholders, arena_strndup(arena, from, n));
}

size_t command_placeholder_bytes(const char *text, size_t at)
{
    const char *s = text + at;
    if (*s == '<')
        return angle_bytes(s);
    if (*s == '[' && (at == 0 || !isalnum((unsigned char)s[-1])))
        return square_bytes(s);
    return s[0] == '{' && s[1] == '{' ? brace_bytes(s) : 0;
}

void command_placeholders(struct arena *arena, const char *text, struct strings *ret_placeholders)
{
    for (size_t at = strcspn(text, "<[{"); text[at]; at += strcspn(text + at, "<[{")) {
        size_t n = command_placeholder_bytes(text, at);
        if (n > 0)
            add_once(arena, text + at, n, ret_placeholders);
        at += n > 0 ? n : 1;
    }
}
