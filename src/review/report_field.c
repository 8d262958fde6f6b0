/* Fields of a template: "- **Duration:** [Time]". Which lines are some, whether they state a value yet, and
 * the fact they ask for. */
#include <ctype.h>
#include <string.h>

#include "review/report_priv.h"
#include "runbook/parts_words.h"

enum { LABEL_BYTES = 60, VALUE_BYTES = 400 /* longer ones are prose */ };

size_t line_bullet(const char *line, size_t n)
{
    size_t at = strspn(line, " \t");
    if (at >= n)
        return 0;
    size_t n_digits = strspn(line + at, "0123456789");
    if (n_digits && (line[at + n_digits] == '.' || line[at + n_digits] == ')'))
        at += n_digits + 1;
    else if (strchr("-*+", line[at]))
        at++;
    else
        return 0;
    return at < n && line[at] == ' ' ? at + strspn(line + at, " ") : at == n ? at : 0;
}

char place_closing(char c)
{
    return c == '[' ? ']' : c == '<' ? '>' : c == '{' ? '}' : c == '(' ? ')' : 0;
}

static bool is_place_word(const char *word, size_t n)
{
    static const char *const words[] = {"tbd",  "n/a",  "utc", "hh:mm", "hh:mm:ss", "yyyy-mm-dd", "yyyy",
                                        "date", "time", "x",   "xx",    "y",        "n",          "nn"};
    while (n && ispunct((unsigned char)word[n - 1]))
        n--;
    while (n && ispunct((unsigned char)*word)) {
        word++;
        n--;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && strncasecmp(words[i], word, n) == 0)
            return true;
    return n == 0;
}

bool is_to_fill(const char *text, size_t n)
{
    if (n > VALUE_BYTES)
        return false;
    for (size_t i = 0; i < n;) {
        const char *end = place_closing(text[i]) ? memchr(text + i, place_closing(text[i]), n - i) : NULL;
        size_t n_word = end ? (size_t)(end - text) - i + 1 : 1;
        while (!end && i + n_word < n && !isspace((unsigned char)text[i + n_word]) &&
               !place_closing(text[i + n_word]))
            n_word++;
        if (!end && !isspace((unsigned char)text[i]) && !is_place_word(text + i, n_word))
            return false;
        i += n_word;
    }
    return true;
}

static bool has_bracket(const char *text, size_t n)
{
    return memchr(text, '[', n) || memchr(text, '<', n) || memchr(text, '{', n);
}

/* "X hours Y minutes", "HH:MM to HH:MM UTC": an example of a value that is known. */
static bool is_example(const char *text, size_t n)
{
    size_t n_places = 0;
    if (n > VALUE_BYTES)
        return false;
    for (size_t i = 0; i < n;) {
        size_t n_word = 0;
        while (i + n_word < n && !isspace((unsigned char)text[i + n_word]))
            n_word++;
        n_places += n_word > 0 && isalpha((unsigned char)text[i]) && is_place_word(text + i, n_word);
        i += n_word ? n_word : 1;
    }
    return n_places > 0 || has_bracket(text, n);
}

/* "SEV-1 / SEV-2 / SEV-3": one of them is meant. */
static bool is_choice(const char *text, size_t n)
{
    return memchr(text, '/', n) || memchr(text, '|', n);
}

bool field_of(struct report *report, const char *line, size_t n, struct field *ret_field)
{
    size_t at = line_bullet(line, n);
    at += strspn(line + at, " \t*_");
    const char *colon = at < n ? memchr(line + at, ':', n - at) : NULL;
    size_t n_label = colon ? (size_t)(colon - line) - at : 0;
    if (n_label == 0 || n_label > LABEL_BYTES || !isalpha((unsigned char)line[at]))
        return false;
    char *label = arena_strndup(report->arena, line + at, n_label);
    label[strcspn(label, "(*")] = '\0';
    for (size_t k = strlen(label); k && strchr(" _", label[k - 1]); k--)
        label[k - 1] = '\0';
    size_t end = (size_t)(colon - line) + 1;
    end += strspn(line + end, "*_");
    if (strpbrk(label, "[]<>{}.") || end > n || (end < n && !isblank((unsigned char)line[end])))
        return false;
    size_t first = end + strspn(line + end, " \t");
    while (n > first && isspace((unsigned char)line[n - 1]))
        n--;
    *ret_field = (struct field){
        .n_before = end, .bold = at >= 2 && line[at - 1] == '*', .rest = line + first, .label = label};
    ret_field->n_rest = n > first ? n - first : 0;
    return true;
}

/* "Draft / Final" is a state of the document, and not of the incident. */
static bool names(const char *choice, size_t n, const char *value)
{
    size_t n_value = strlen(value);
    for (size_t i = 0; i + n_value <= n; i++)
        if (strncasecmp(choice + i, value, n_value) == 0)
            return true;
    return false;
}

/* "Service / ward": either names it. */
static const char *fact_of_label(const struct report *report, const char *label)
{
    const char *name = part_words_whole(PART_REPORT_FACT, label);
    for (const char *at = label; !name && at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL) {
        size_t n = strcspn(at, "/"), n_blank = strspn(at, " ");
        while (n > n_blank && at[n - 1] == ' ')
            n--;
        if (n > n_blank && n < strlen(label))
            name =
                part_words_whole(PART_REPORT_FACT, arena_strndup(report->arena, at + n_blank, n - n_blank));
    }
    return name;
}

bool field_fill(const struct report *report, const char *label, const char *rest, size_t n_rest,
                struct buf *ret_value)
{
    const char *name = fact_of_label(report, label);
    if (!name || !(is_to_fill(rest, n_rest) || is_choice(rest, n_rest) || is_example(rest, n_rest)))
        return false;
    fact_write(report, name, ret_value);
    if (ret_value->n_bytes && strcmp(name, "state") == 0 && is_choice(rest, n_rest) &&
        !names(rest, n_rest, buf_text(ret_value)))
        buf_clear(ret_value);
    return ret_value->n_bytes > 0;
}
