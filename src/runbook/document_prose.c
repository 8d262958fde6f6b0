/* Inline content as prose: normalised text, marked spans, and the source line of every byte. */
#include "runbook/document_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/text.h"

struct prose_reader {
    struct arena *arena;
    struct prose *prose;
    struct buf text;
    int line;
    LIST(size_t) open; /* indices of spans that are not closed yet */
};

static int span_kind_of(cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_STRONG:
        return SPAN_STRONG;
    case CMARK_NODE_EMPH:
        return SPAN_EMPHASIS;
    case CMARK_NODE_CODE:
        return SPAN_CODE;
    case CMARK_NODE_LINK:
        return SPAN_LINK;
    case CMARK_NODE_IMAGE:
        return SPAN_IMAGE;
    case CMARK_NODE_TEXT:
    case CMARK_NODE_SOFTBREAK:
        return -1; /* most of them */
    default:
        break;
    }
    return strcmp(cmark_node_get_type_string(node), "strikethrough") == 0 ? (int)SPAN_STRUCK : -1;
}

static void line_advance(struct prose_reader *reader, int lines)
{
    for (; lines > 0; lines--) {
        *list_push(reader->arena, &reader->prose->line_starts) = reader->text.n_bytes;
        reader->line++;
    }
}

static struct span *span_open(struct prose_reader *reader, enum span_kind kind)
{
    struct span *span = list_push(reader->arena, &reader->prose->spans);

    span->kind = kind;
    span->at = reader->text.n_bytes;
    span->line = reader->line;
    return span;
}

static void span_close(struct prose_reader *reader, struct span *span)
{
    size_t end = reader->text.n_bytes;

    while (span->at < end && reader->text.at[span->at] == ' ')
        span->at++;
    while (end > span->at && reader->text.at[end - 1] == ' ')
        end--;
    span->n_bytes = end - span->at;
}

/* Tags that only dress text; what else stands between < and > is a placeholder that people must see. */
static bool is_tag(const char *html)
{
    static const char *const names[] = {
        "a",      "b",    "i",    "u",      "em",  "br",  "hr", "p",     "div", "img",  "span",    "sup",
        "sub",    "kbd",  "code", "pre",    "del", "ins", "s",  "small", "big", "mark", "details", "summary",
        "strong", "abbr", "font", "center", "ul",  "ol",  "li", "td",    "tr",  "th",   "table",   "tbody"};

    if (html[0] == '\0')
        return true;
    const char *name = html + 1 + (html[1] == '/');
    size_t n = strcspn(name, " \t\n/>");
    if (html[1] == '!' || html[1] == '?')
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && strncasecmp(name, names[i], n) == 0)
            return true;
    return false;
}

static void read_html(struct prose_reader *reader, const char *html)
{
    if (!is_tag(html))
        text_append_normalised(&reader->text, html, strlen(html));
    else if (text_starts_with(html, "<br"))
        text_append_normalised(&reader->text, " ", 1);
}

static void read_code(struct prose_reader *reader, cmark_node *node, const char *literal)
{
    struct span *span = span_open(reader, SPAN_CODE);
    size_t index = reader->prose->spans.n - 1;

    span->exact = arena_strdup(reader->arena, literal);
    text_append_normalised(&reader->text, literal, strlen(literal));
    span_close(reader, &reader->prose->spans.at[index]);
    line_advance(reader, cmark_node_get_end_line(node) - cmark_node_get_start_line(node));
}

static void read_leaf(struct prose_reader *reader, cmark_node *node)
{
    const char *literal = cmark_node_get_literal(node);

    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
        text_append_normalised(&reader->text, " ", 1);
        line_advance(reader, 1);
        break;
    case CMARK_NODE_CODE:
        read_code(reader, node, literal ? literal : "");
        break;
    case CMARK_NODE_HTML_INLINE:
        read_html(reader, literal ? literal : "");
        line_advance(reader, cmark_node_get_end_line(node) - cmark_node_get_start_line(node));
        break;
    default:
        if (literal)
            text_append_normalised(&reader->text, literal, strlen(literal));
    }
}

static void read_span(struct prose_reader *reader, cmark_node *node, enum span_kind kind, bool enter)
{
    if (enter) {
        struct span *span = span_open(reader, kind);
        if (kind == SPAN_LINK || kind == SPAN_IMAGE)
            span->exact = arena_strdup(reader->arena, cmark_node_get_url(node));
        *list_push(reader->arena, &reader->open) = reader->prose->spans.n - 1;
    } else if (reader->open.n > 0) {
        span_close(reader, &reader->prose->spans.at[reader->open.at[--reader->open.n]]);
    }
}

enum { DECORATION_BYTES = 24 };

static size_t line_end_of(const struct prose *prose, size_t k)
{
    return k + 1 < prose->line_starts.n ? prose->line_starts.at[k + 1] : strlen(prose->text);
}

/* The bold (or, before a colon, emphasised) span that begins at `at`, pictures in front of it let pass. */
static const struct span *lead_at(const struct prose *prose, size_t at, size_t *from)
{
    for (; *from < prose->spans.n; (*from)++) {
        const struct span *span = &prose->spans.at[*from];
        if (span->at < at)
            continue;
        if (span->at - at > DECORATION_BYTES)
            return NULL;
        for (size_t i = at; i < span->at; i++)
            if ((unsigned char)prose->text[i] < 0x80 && prose->text[i] != ' ')
                return NULL;
        size_t end = span->at + span->n_bytes;
        bool colon = prose->text[end] == ':' || (span->n_bytes > 0 && prose->text[end - 1] == ':');
        if (span->kind == SPAN_STRONG && span->n_bytes > 0)
            return span;
        if (span->kind == SPAN_EMPHASIS && colon)
            return span;
        if (span->at > at)
            return NULL;
    }
    return NULL;
}

struct lead {
    bool bold, colon, plain; /* plain: a label without marks */
    size_t at, n_bytes;      /* with its colon when that is inside of the bold */
};

static struct lead lead_read(struct arena *arena, const struct prose *prose, size_t at, size_t *from)
{
    struct lead lead = {0};
    const struct span *span = lead_at(prose, at, from);
    const char *label, *rest;

    if (span == NULL) {
        /* "!!! info "At a glance"" is followed by lines of its body */
        bool mark = strncmp(prose->text + at, "!!! ", 4) == 0 || strncmp(prose->text + at, "??? ", 4) == 0;
        lead.plain = mark || (isupper((unsigned char)prose->text[at]) &&
                              text_label(arena, prose->text + at, &label, &rest));
        return lead;
    }
    size_t end = span->at + span->n_bytes;
    lead.bold = true;
    lead.at = span->at;
    lead.n_bytes = span->n_bytes;
    lead.colon = prose->text[end] == ':' || prose->text[end - 1] == ':';
    return lead;
}

static struct passage *passage_open(struct arena *arena, struct prose *prose, size_t k, size_t at,
                                    struct lead lead)
{
    struct passage *passage = list_push(arena, &prose->passages);

    passage->at = at;
    passage->rest_at = passage->at;
    passage->line = prose->line + (int)k;
    passage->colon = lead.colon;
    if (!lead.bold)
        return passage;
    passage->lead = text_without_colon(arena, arena_strndup(arena, prose->text + lead.at, lead.n_bytes));
    passage->rest_at = lead.at + lead.n_bytes;
    passage->rest_at += prose->text[passage->rest_at] == ':';
    while (prose->text[passage->rest_at] == ' ')
        passage->rest_at++;
    return passage;
}

static void passage_close(struct arena *arena, struct prose *prose, struct passage *passage, size_t end,
                          int line)
{
    while (end > passage->rest_at && prose->text[end - 1] == ' ')
        end--;
    passage->rest = end > passage->rest_at
                        ? arena_strndup(arena, prose->text + passage->rest_at, end - passage->rest_at)
                        : "";
    passage->line_end = line;
}

enum { FIELDS_MAX = 16 };

/* The dot in "owner: Ana · pager: wards"; its bytes, or 0. */
static size_t dot_bytes(const char *text)
{
    static const char *const dots[] = {" \xc2\xb7 ", " \xe2\x80\xa2 ", " \xe2\x88\x99 "};

    if (text[0] != ' ' || !(text[1] & 0x80))
        return 0;
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (strncmp(text, dots[i], strlen(dots[i])) == 0)
            return strlen(dots[i]);
    return 0;
}

/* Where the fields of a line begin that dots set apart, when two of them or more have a label; else 0. */
static size_t split_fields(struct arena *arena, const struct prose *prose, size_t at, size_t end,
                           size_t ret_starts[FIELDS_MAX])
{
    size_t n = 0, labels = 0, n_dot;
    const char *label, *rest;

    if (memchr(prose->text + at, '\xc2', end - at) == NULL &&
        memchr(prose->text + at, '\xe2', end - at) == NULL)
        return 0;
    ret_starts[n++] = at;
    for (size_t i = at; i < end && n < FIELDS_MAX; i++)
        if ((n_dot = dot_bytes(prose->text + i)) > 0 && i + n_dot < end)
            ret_starts[n++] = i + n_dot;
    for (size_t i = 0; n > 1 && i < n; i++) {
        size_t field = ret_starts[i], field_end = i + 1 < n ? ret_starts[i + 1] : end;
        labels +=
            text_label(arena, arena_strndup(arena, prose->text + field, field_end - field), &label, &rest);
    }
    return labels >= 2 ? n : 0;
}

/* "**Owner:** Ana · **Pager:** wards": a passage each. */
static void read_fields(struct arena *arena, struct prose *prose, size_t k, const size_t *starts, size_t n,
                        size_t *from)
{
    for (size_t i = 0; i < n; i++) {
        size_t end = i + 1 < n ? starts[i + 1] : line_end_of(prose, k);
        while (i + 1 < n && end > starts[i] && dot_bytes(prose->text + end - 1) == 0)
            end--;
        end -= i + 1 < n && end > starts[i];
        struct lead lead = lead_read(arena, prose, starts[i], from);
        passage_close(arena, prose, passage_open(arena, prose, k, starts[i], lead), end,
                      prose->line + (int)k);
    }
}

/* A line begins a passage when its lead ends in a colon or fills the line, or when it and the passage before
 * are plain labels. */
static void read_passages(struct arena *arena, struct prose *prose)
{
    struct passage *open = NULL;
    bool open_plain = false;
    size_t from = 0;

    for (size_t k = 0; k < prose->line_starts.n; k++) {
        size_t at = prose->line_starts.at[k], end = line_end_of(prose, k);
        size_t starts[FIELDS_MAX], n_fields;
        if (at >= end)
            continue;
        if ((n_fields = split_fields(arena, prose, at, end, starts)) > 0) {
            if (open)
                passage_close(arena, prose, open, at, prose->line + (int)k - 1);
            open = NULL;
            read_fields(arena, prose, k, starts, n_fields, &from);
            continue;
        }
        struct lead lead = lead_read(arena, prose, at, &from);
        bool alone = lead.bold && lead.at + lead.n_bytes + 1 >= end;
        if (open && !(lead.bold && (lead.colon || alone)) && !(lead.plain && (open_plain || open->lead)))
            continue;
        if (open)
            passage_close(arena, prose, open, at, prose->line + (int)k - 1);
        open = passage_open(arena, prose, k, at, lead);
        open_plain = lead.plain;
    }
    if (open)
        passage_close(arena, prose, open, strlen(prose->text), prose->line + (int)prose->line_starts.n - 1);
}

static void prose_finish(struct prose_reader *reader)
{
    struct prose *prose = reader->prose;
    struct buf *text = &reader->text;

    while (text->n_bytes > 0 && text->at[text->n_bytes - 1] == ' ')
        text->n_bytes--;
    size_t n_bytes = text->n_bytes;
    prose->text = arena_strndup(reader->arena, text->at ? text->at : "", n_bytes);
    buf_free(text);
    list_each (start, &prose->line_starts)
        if (*start > n_bytes)
            *start = n_bytes;
    read_passages(reader->arena, prose);
}

enum { MOST_BYTES = 500 }; /* room for nearly every paragraph from the start */

static struct prose_reader prose_start(struct arena *arena, int line, struct prose *prose)
{
    struct prose_reader reader = {.arena = arena, .prose = prose, .line = line};

    prose->line = line;
    *list_push(arena, &prose->line_starts) = 0;
    buf_room(&reader.text, MOST_BYTES);
    return reader;
}

void prose_read(struct arena *arena, cmark_node *node, int line, struct prose *ret_prose)
{
    struct prose_reader reader = prose_start(arena, line, ret_prose);
    cmark_iter *iter = cmark_iter_new(node);

    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *at = cmark_iter_get_node(iter);
        int kind = span_kind_of(at);
        if (at == node)
            continue;
        if (kind >= 0 && kind != (int)SPAN_CODE)
            read_span(&reader, at, (enum span_kind)kind, event == CMARK_EVENT_ENTER);
        else if (event == CMARK_EVENT_ENTER)
            read_leaf(&reader, at);
    }
    cmark_iter_free(iter);
    prose_finish(&reader);
}

void prose_read_html(struct arena *arena, const char *html, int line, struct prose *ret_prose)
{
    struct prose_reader reader = prose_start(arena, line, ret_prose);
    bool comment = false, tag = false;

    for (const char *s = html; *s; s++) {
        if (*s == '\n') {
            text_append_normalised(&reader.text, " ", 1);
            line_advance(&reader, 1);
        } else if (comment) {
            comment = strncmp(s, "-->", 3) != 0;
            s += comment ? 0 : 2;
        } else if (tag) {
            tag = *s != '>';
        } else if (*s == '<') {
            comment = strncmp(s, "<!--", 4) == 0;
            tag = !comment;
            text_append_normalised(&reader.text, " ", 1);
        } else {
            text_append_normalised(&reader.text, s, 1);
        }
    }
    prose_finish(&reader);
}

int prose_line_at(const struct prose *prose, size_t at)
{
    size_t low = 0, high = prose->line_starts.n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (prose->line_starts.at[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return prose->line + (int)low;
}
