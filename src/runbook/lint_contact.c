/* Contacts that reach nobody. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "runbook/lint_priv.h"
#include "runbook/text.h"

static const char *const contact_words[] = {"contact", "phone",  "pager",  "email",
                                            "e-mail",  "portal", "mobile", "call"};

static bool has_any(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

enum { PLACEHOLDER_BYTES = 80 };

/* "[CONTACT_INFO]": brackets that are no link and no check box, with a word for a way to be reached. */
static const char *placeholder_in(struct lint *lint, const char *text)
{
    for (const char *open = text; (open = strchr(open, '['));) {
        const char *close = memchr(open, ']', strnlen(open, PLACEHOLDER_BYTES));
        if (!close) {
            open++;
            continue;
        }
        const char *inside = arena_strndup(lint->arena, open, (size_t)(close - open) + 1);
        bool reference = open > text && open[-1] == ']'; /* [text][reference] */
        reference |= open[1] == '\'' || open[1] == '"';  /* a list of a program */
        if (!reference && close[1] != '(' && close[1] != '[' && close - open > 3 &&
            has_any(inside, contact_words, sizeof contact_words / sizeof *contact_words))
            return inside;
        open = close;
    }
    return NULL;
}

/* "+1-555-ONCALL": a number in international form with letters in it; "XXX-XXXX". */
static const char *undialable_in(struct lint *lint, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at != '+' || !isdigit((unsigned char)at[1]) || (at > text && isalnum((unsigned char)at[-1])))
            continue;
        size_t n = 1, n_letters = 0, n_digits = 0;
        for (; isalnum((unsigned char)at[n]) || strchr("-.() ", at[n] ? at[n] : '#'); n++) {
            n_letters += isupper((unsigned char)at[n]) != 0;
            n_digits += isdigit((unsigned char)at[n]) != 0;
            if (islower((unsigned char)at[n]) || (at[n] == ' ' && !isdigit((unsigned char)at[n + 1])))
                break;
        }
        if (n_letters >= 2 && n_digits < 10)
            return arena_strndup(lint->arena, at, n);
    }
    const char *area = strstr(text, "(555)"); /* no area has it */
    if (area && isdigit((unsigned char)area[5 + strspn(area + 5, " ")]))
        return arena_strndup(lint->arena, area, strcspn(area, "|,;/"));
    const char *extension = strcasestr(text, "ext. xxx");
    if (extension)
        return arena_strndup(lint->arena, extension, strcspn(extension, "|,;)"));
    /* a mask that stands for a number, not for a name: "XXX-XXXX" beside digits or a word for a telephone */
    const char *masked = strcasestr(text, "xxx-xxx");
    bool number = masked && masked > text && !isalnum((unsigned char)masked[-1]) &&
                  !islower((unsigned char)*masked) &&
                  (masked[-1] != '-' || (masked - text > 1 && isdigit((unsigned char)masked[-2])));
    return number ? arena_strndup(lint->arena, masked, strcspn(masked, " |,;)")) : NULL;
}

/* The whole of a cell or of what follows a label: nobody has come to it yet. */
static bool unfilled(const char *value)
{
    static const char *const words[] = {"tbd",           "tba",           "tbc",         "todo",
                                        "to be defined", "to be decided", "to be added", "fill in",
                                        "fixme",         "???",           NULL};
    for (size_t i = 0; words[i]; i++)
        if (text_same(value, words[i]))
            return true;
    size_t n = strlen(value);
    bool marked = n > 3 && n < PLACEHOLDER_BYTES &&
                  ((value[0] == '<' && value[n - 1] == '>') || (value[0] == '{' && value[n - 1] == '}') ||
                   strspn(value, "_") == n);
    return marked && !strpbrk(value, "@\"") && !strstr(value, "://");
}

static void values_check(struct lint *lint, const struct block *block)
{
    list_each (row, &block->rows)
        for (size_t i = 1; i < row->n_cells; i++)
            if (unfilled(row->cells[i].text))
                lint_add(lint, "placeholder-contact", row->line, 1, row->cells[i].text);
    list_each (passage, &block->prose.passages) {
        const char *label = passage->lead, *rest = passage->rest;
        if ((label || text_label(lint->arena, passage->rest, &label, &rest)) && unfilled(rest))
            lint_add(lint, "placeholder-contact", passage->line, 1, rest);
    }
}

static void line_check(struct lint *lint, int line, const char *text, bool contacts)
{
    const char *found = undialable_in(lint, text);
    if (found)
        found = text_normalise(lint->arena, found, strlen(found));
    if (!found && contacts)
        found = placeholder_in(lint, text);
    if (found)
        lint_add(lint, "placeholder-contact", line, (int)(strstr(text, found) - text) + 1, found);
}

/* A way to reach somebody: a number, an address, a channel, a link, a name of somebody, a placeholder. */
static bool reachable(const char *text)
{
    size_t n_digits = 0;
    for (const char *at = text; *at; at++)
        n_digits += isdigit((unsigned char)*at) != 0;
    const char *channel = strchr(text, '#');
    return n_digits >= 6 || strchr(text, '@') || strstr(text, "://") || strchr(text, '[') ||
           strchr(text, '<') || (channel && isalpha((unsigned char)channel[1]));
}

/* "- SRE team: the rotation" under a heading about contacts or the team that answers. */
static void item_check(struct lint *lint, const struct block *block)
{
    const char *label, *rest;
    if (block->kind != BLOCK_ITEM || !lint_heading(lint, block).contact_list || reachable(block->prose.text))
        return;
    const struct passage *first = block->prose.passages.n > 0 ? &block->prose.passages.at[0] : NULL;
    bool labelled = first && first->lead && first->colon && first->rest[0];
    if (labelled || text_label(lint->arena, block->prose.text, &label, &rest))
        lint_add_level(lint, "contact-missing", "warning", block->line, NULL);
}

static void block_check(struct lint *lint, const struct block *block)
{
    static const char *const drawings[] = {"mermaid", "plantuml", "dot", "graphviz"};
    bool contacts = lint_heading(lint, block).contacts;
    for (size_t i = 0; block->lang && i < sizeof drawings / sizeof *drawings; i++)
        if (strcmp(block->lang, drawings[i]) == 0)
            return;
    for (int line = block->line; line <= block->line_end && block->kind != BLOCK_HEADING; line++) {
        struct source_line source = document_line(lint->document, line);
        line_check(lint, line, arena_strndup(lint->arena, source.at, source.n_bytes), contacts);
        if (block->kind == BLOCK_ITEM && line >= block->prose.line + (int)block->prose.line_starts.n)
            break;
    }
    if (contacts)
        values_check(lint, block);
    item_check(lint, block);
}

void lint_contact(struct lint *lint)
{
    list_each (block, &lint->document->blocks)
        block_check(lint, block);
}
