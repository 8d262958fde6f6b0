/* Bodies that other Markdown sets in by four blanks, which CommonMark reads as program text:
 *
 *     !!! warning "Before you start"        === "Kubernetes"
 *         Tell the ward.                        ```bash
 *                                               kubectl get pods
 *                                               ```
 *
 * Their lines are moved to where the marker stands, level by level. Lines of ":::note" are blanked out: what
 * is between them is Markdown already; so is the mark of "> [!NOTE]", which would be the first word of its
 * text. Marks inside of fenced blocks are text. */
#include "runbook/document_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/heading_words.h"

enum { BODY_BLANKS = 4, FENCE_BYTES = 3 };

static bool opens_body(const char *text, size_t n)
{
    static const char *const marks[] = {"!!! ", "=== \"", "??? ", "???+ "};

    for (size_t i = 0; i < sizeof marks / sizeof *marks && strchr("!=?", *text); i++)
        if (n > strlen(marks[i]) && memcmp(text, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* Bytes of a fence mark at text, or 0. */
static size_t fence_bytes(const char *text, size_t n)
{
    size_t k = 0;

    while (k < n && (text[0] == '`' || text[0] == '~') && text[k] == text[0])
        k++;
    return k >= FENCE_BYTES ? k : 0;
}

static bool only_blanks(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
}

/* True when the line is a mark or a line of a fenced block. */
static bool take_fence(struct admonitions *open, const char *text, size_t n)
{
    size_t k = fence_bytes(text, n);

    if (open->fence) {
        if (k >= open->n_fence && text[0] == open->fence && only_blanks(text + k, n - k))
            open->fence = 0;
        return true;
    }
    if (k > 0) {
        open->fence = text[0];
        open->n_fence = k;
        open->fence_in = open->n;
    }
    return k > 0;
}

/* Past list markers: "- ", "1. ", so that a fence right behind one is seen. */
static size_t behind_markers(const char *line, size_t from, size_t n)
{
    size_t k = from;

    while (k < n && isdigit((unsigned char)line[k]))
        k++;
    bool ordered = k > from && k + 1 < n && (line[k] == '.' || line[k] == ')') && line[k + 1] == ' ';
    bool bullet = k == from && k + 1 < n && strchr("-*+", line[k]) && line[k] && line[k + 1] == ' ';
    if (!ordered && !bullet)
        return from;
    for (k += 1; k < n && line[k] == ' '; k++)
        ;
    return k;
}

/* Blanks out the mark of "> [!NOTE]"; what follows it is a title. */
static bool take_quote_mark(char *line, size_t indent, size_t n)
{
    size_t k = indent, letters;

    while (k < n && (line[k] == '>' || line[k] == ' '))
        k++;
    if (k == indent || k + 3 > n || line[k] != '[' || line[k + 1] != '!')
        return false;
    for (letters = k + 2; letters < n && isalpha((unsigned char)line[letters]); letters++)
        ;
    if (letters == k + 2 || letters == n || line[letters] != ']')
        return false;
    memset(line + k, ' ', letters + 1 - k);
    return true;
}

/* `!!! failure "Symptom"` is as good as "**Symptom:**" where its title is the label of something known. */
static bool take_title(char *text, size_t n)
{
    enum { TITLE_BYTES = 40 };
    static const enum words known[] = {WORDS_SYMPTOMS, WORDS_CAUSES, WORDS_TRIGGERS};
    char title[TITLE_BYTES + 1];
    char *open = memchr(text, '"', n),
         *close = open ? memchr(open + 1, '"', n - (size_t)(open + 1 - text)) : NULL;
    size_t n_title = close ? (size_t)(close - open) - 1 : 0;
    bool is = false;

    if (n_title == 0 || n_title > TITLE_BYTES || text[0] == '=')
        return false;
    memcpy(title, open + 1, n_title);
    title[n_title] = '\0';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        is |= words_are(known[i], title);
    if (!is)
        return false;
    memset(text, ' ', n);
    memcpy(text, "**", 2);
    memcpy(text + 2, title, n_title);
    memcpy(text + 2 + n_title, ":**", 3);
    return true;
}

bool admonition_line(struct admonitions *open, char *line, size_t n)
{
    size_t indent = 0;

    if (n > 0 && line[n - 1] == '\r')
        n--;
    while (indent < n && line[indent] == ' ')
        indent++;
    if (indent == n)
        return false;
    while (open->n > 0 && indent < open->body_at[open->n - 1])
        open->n--;
    if (open->fence && open->n < open->fence_in)
        open->fence = 0; /* the body that held it is over */
    size_t shift = BODY_BLANKS * open->n, at = open->fence ? indent : behind_markers(line, indent, n);
    bool fenced = take_fence(open, line + at, n - at), titled = false;
    bool colons = !fenced && n - indent >= 3 && memcmp(line + indent, ":::", 3) == 0;
    if (!fenced && open->n < sizeof open->body_at / sizeof *open->body_at &&
        opens_body(line + indent, n - indent)) {
        open->body_at[open->n++] = indent + BODY_BLANKS;
        titled = take_title(line + indent, n - indent);
    }
    bool quoted = !fenced && line[indent] == '>' && take_quote_mark(line, indent, n);
    if (colons)
        memset(line, ' ', n);
    else if (shift > 0) {
        memmove(line, line + shift, n - shift);
        memset(line + n - shift, '\t', shift);
    }
    return colons || quoted || titled || shift > 0;
}
