/* HTML that stands for Markdown: headings, lists, summaries, program text and emphasis. A line is taken when
 * it begins with one of their tags, or while a list or a block of program text is open; "<code>" counts in
 * any line. Tables stay as they are (document_html.c reads them), and so do comments and what is no tag: in
 * "<user_id>" somebody is to fill something in. */
#include "runbook/document_house.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { HEADING_LEVELS = 6, LIST_INDENT = 4, NAME_BYTES = 12, TAG_BYTES = 400, SUMMARY_BYTES = 200 };

enum tag_kind {
    TAG_NONE,
    TAG_HEADING,
    TAG_ORDERED,
    TAG_BULLETS,
    TAG_ITEM,
    TAG_SUMMARY,
    TAG_DETAILS,
    TAG_PRE,
    TAG_CODE,
    TAG_BOLD,
    TAG_TABLE,
    TAG_PLAIN, /* dresses text: dropped */
};

static const struct {
    const char *name;
    enum tag_kind kind;
} tags[] = {{"h1", TAG_HEADING},   {"h2", TAG_HEADING},      {"h3", TAG_HEADING},      {"h4", TAG_HEADING},
            {"h5", TAG_HEADING},   {"h6", TAG_HEADING},      {"ol", TAG_ORDERED},      {"ul", TAG_BULLETS},
            {"li", TAG_ITEM},      {"summary", TAG_SUMMARY}, {"details", TAG_DETAILS}, {"pre", TAG_PRE},
            {"code", TAG_CODE},    {"b", TAG_BOLD},          {"strong", TAG_BOLD},     {"table", TAG_TABLE},
            {"p", TAG_PLAIN},      {"div", TAG_PLAIN},       {"section", TAG_PLAIN},   {"center", TAG_PLAIN},
            {"article", TAG_PLAIN}};

struct tag {
    enum tag_kind kind;
    bool closes;
    int level; /* headings */
    size_t n_bytes;
};

/* The tag at line[at], or one of no kind. */
static struct tag tag_at(const char *line, size_t at, size_t n)
{
    struct tag tag = {0};
    size_t k = at + 1, name;
    const char *end = memchr(line + at, '>', n - at < TAG_BYTES ? n - at : TAG_BYTES);

    if (line[at] != '<' || end == NULL)
        return tag;
    tag.closes = k < n && line[k] == '/';
    k += tag.closes;
    for (name = k; k < n && isalnum((unsigned char)line[k]); k++)
        ;
    if (k == name || k - name > NAME_BYTES || !(line[k] == '>' || line[k] == ' ' || line[k] == '/'))
        return tag;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strlen(tags[i].name) == k - name && strncasecmp(line + name, tags[i].name, k - name) == 0) {
            tag.kind = tags[i].kind;
            tag.level = tag.kind == TAG_HEADING ? line[k - 1] - '0' : 0;
        }
    tag.n_bytes = (size_t)(end - (line + at)) + 1;
    return tag;
}

/* Finds the tag that closes one of that kind, from `at` on; n: it is not in this line. */
static size_t close_of(enum tag_kind kind, const char *line, size_t at, size_t n)
{
    for (; at < n; at++) {
        if (line[at] != '<')
            continue;
        struct tag tag = tag_at(line, at, n);
        if (tag.closes && tag.kind == kind)
            return at;
    }
    return n;
}

static void add_decoded(struct buf *out, const char *text, size_t n)
{
    static const struct {
        const char *name;
        char means;
    } entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}};

    for (size_t i = 0; i < n;) {
        size_t k = 0, n_kinds = sizeof entities / sizeof *entities;
        while (k < n_kinds && (strlen(entities[k].name) > n - i ||
                               memcmp(text + i, entities[k].name, strlen(entities[k].name)) != 0))
            k++;
        buf_putc(out, k < n_kinds ? entities[k].means : text[i]);
        i += k < n_kinds ? strlen(entities[k].name) : 1;
    }
}

/* The text of "<code>" or "<pre>" up to its close in this line, in backticks; what was read, or 0. */
static size_t add_code(struct buf *out, struct tag open, const char *line, size_t at, size_t n)
{
    size_t from = at + open.n_bytes, end = close_of(open.kind, line, from, n);

    if (end == n)
        return 0;
    struct tag inner = tag_at(line, from, n);
    size_t close = end;
    if (open.kind == TAG_PRE && inner.kind == TAG_CODE && !inner.closes) {
        from += inner.n_bytes;
        close = close_of(TAG_CODE, line, from, end);
    }
    if (close <= from || memchr(line + from, '`', close - from))
        return 0;
    buf_putc(out, '`');
    add_decoded(out, line + from, close - from);
    buf_putc(out, '`');
    return end + tag_at(line, end, n).n_bytes - at;
}

/* Text with the tags in it: program text and bold words in marks, others dropped. */
static void add_inline(struct buf *out, const char *line, size_t at, size_t n)
{
    size_t ticks = 0;

    while (at < n) {
        ticks += line[at] == '`';
        struct tag tag = line[at] == '<' && ticks % 2 == 0 ? tag_at(line, at, n) : (struct tag){0};
        size_t code = (tag.kind == TAG_CODE || tag.kind == TAG_PRE) && !tag.closes
                          ? add_code(out, tag, line, at, n)
                          : 0;
        if (code == 0 && tag.kind == TAG_NONE)
            buf_putc(out, line[at]);
        else if (code == 0 && tag.kind == TAG_BOLD)
            buf_puts(out, "**");
        else if (code == 0)
            buf_putc(out, ' ');
        at += code > 0 ? code : tag.kind == TAG_NONE ? 1 : tag.n_bytes;
    }
}

/* Words of a summary that say nothing of what is in it. */
static bool says_nothing(const char *text, size_t n)
{
    static const char *const words[] = {"click", "expand", "show",    "output", "example",
                                        "more",  "log",    "details", "sample", "see"};
    char copy[SUMMARY_BYTES + 1];

    n = n < SUMMARY_BYTES ? n : SUMMARY_BYTES;
    memcpy(copy, text, n);
    copy[n] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(copy, words[i]))
            return true;
    return false;
}

static void add_heading(struct house *house, struct buf *out, int level, const char *line, size_t from,
                        size_t end)
{
    struct buf text = {0};

    add_inline(&text, line, from, end);
    for (int i = 0; i < level && i < HEADING_LEVELS; i++)
        buf_putc(out, '#');
    buf_putc(out, ' ');
    for (size_t i = 0; i < text.n_bytes; i++)
        if (text.at[i] != '*')
            buf_putc(out, text.at[i]);
    house->letter = 0;
    buf_free(&text);
}

static void add_indent(const struct house *house, struct buf *out, int depth)
{
    for (int i = 0; i < depth * LIST_INDENT && depth <= house->n_lists; i++)
        buf_putc(out, ' ');
}

static void add_item(struct house *house, struct buf *out)
{
    int *number = &house->lists[house->n_lists > 0 ? house->n_lists - 1 : 0];

    add_indent(house, out, house->n_lists - 1);
    if (house->n_lists == 0 || *number < 0)
        buf_puts(out, "-   ");
    else
        buf_printf(out, "%d. ", ++*number);
}

/* A block's tag at the start of what is left of the line; how much of it is done. */
static size_t take_block(struct house *house, struct tag tag, const char *line, size_t at, size_t n,
                         struct buf *out, bool *opened)
{
    size_t from = at + tag.n_bytes, end;

    switch (tag.kind) {
    case TAG_HEADING:
    case TAG_SUMMARY:
        end = close_of(tag.kind, line, from, n);
        if (tag.closes || end == n)
            return tag.n_bytes;
        if (tag.kind == TAG_HEADING)
            house->level = tag.level;
        if (tag.kind == TAG_HEADING || (!says_nothing(line + from, end - from) && house->n_lists == 0))
            add_heading(house, out, tag.level ? tag.level : house->level + house->n_details, line, from, end);
        else
            add_inline(out, line, from, end);
        house->parts = tag.kind == TAG_HEADING ? 0 : house->parts;
        return end + tag_at(line, end, n).n_bytes - at;
    case TAG_ORDERED:
    case TAG_BULLETS:
        if (tag.closes)
            house->n_lists -= house->n_lists > 0;
        else if (house->n_lists < HOUSE_LISTS)
            house->lists[house->n_lists++] = tag.kind == TAG_ORDERED ? 0 : -1;
        return tag.n_bytes;
    case TAG_ITEM:
        if (!tag.closes && !*opened) {
            add_item(house, out);
            *opened = true;
        } else if (!tag.closes)
            buf_puts(out, "; ");
        return tag.n_bytes;
    case TAG_DETAILS:
        house->n_details += tag.closes ? -(house->n_details > 0) : 1;
        return tag.n_bytes;
    default:
        return tag.kind == TAG_PLAIN ? tag.n_bytes : 0;
    }
}

/* `lang="bash"` of a tag. */
static void add_language(struct buf *out, const char *tag, size_t n)
{
    const char *lang = memmem(tag, n, "lang=\"", 6);
    size_t k = lang ? (size_t)(lang + 6 - tag) : n;

    for (; k < n && isalnum((unsigned char)tag[k]); k++)
        buf_putc(out, tag[k]);
}

/* "<pre>" and "</pre>" on lines of their own are the marks of a fenced block; between them "<code>" is none
 * of the text. */
static bool take_pre(struct house *house, const char *line, size_t at, size_t n, struct buf *out)
{
    bool opens = false, closes = false, code = false;
    const char *pre = line + at;
    size_t n_pre = 0;

    for (size_t k = at; k < n;) {
        struct tag tag = tag_at(line, k, n);
        if (tag.kind == TAG_PRE || tag.kind == TAG_CODE) {
            opens |= tag.kind == TAG_PRE && !tag.closes;
            closes |= tag.kind == TAG_PRE && tag.closes;
            code |= tag.kind == TAG_CODE;
            pre = tag.kind == TAG_PRE ? line + k : pre;
            n_pre = tag.kind == TAG_PRE ? tag.n_bytes : n_pre;
            k += tag.n_bytes;
        } else if (line[k] == ' ' || line[k] == '\r' || line[k] == '\t') {
            k++;
        } else {
            return false;
        }
    }
    if (house->preformatted && code && !opens && !closes)
        return true; /* an empty line */
    if (opens == closes || closes != house->preformatted)
        return false;
    house->preformatted = opens;
    add_indent(house, out, house->n_lists);
    buf_puts(out, "```");
    if (opens)
        add_language(out, pre, n_pre);
    return true;
}

static bool holds(const char *line, size_t n, const char *tag)
{
    size_t k = strlen(tag);

    for (const char *at = line; n >= k && (at = memchr(at, '<', n - (size_t)(at - line))); at++)
        if (n - (size_t)(at - line) >= k && strncasecmp(at, tag, k) == 0)
            return true;
    return false;
}

/* A table or a comment, until it ends. */
static bool stays(struct house *house, const char *line, size_t n)
{
    bool *state = house->comment ? &house->comment : &house->table;

    if (house->comment || house->table) {
        *state = house->comment ? memmem(line, n, "-->", 3) == NULL : !holds(line, n, "</table");
        return true;
    }
    if (memmem(line, n, "<!--", 4)) {
        house->comment = memmem(line, n, "-->", 3) == NULL;
        return true;
    }
    if (holds(line, n, "<table")) {
        house->table = !holds(line, n, "</table");
        return true;
    }
    return false;
}

bool house_tags(struct house *house, const char *line, size_t n, struct buf *out)
{
    size_t at = 0, start = out->n_bytes;
    bool has_tag = memchr(line, '<', n) != NULL, opened = false;

    if (!has_tag && (house->preformatted || (house->n_lists == 0 && !house->comment && !house->table)))
        return false;
    if (!house->preformatted && stays(house, line, n))
        return false;
    while (at < n && (line[at] == ' ' || line[at] == '\t'))
        at++;
    if (at < n && take_pre(house, line, at, n, out))
        return true;
    if (house->preformatted || at == n)
        return false;
    struct tag tag = tag_at(line, at, n);
    bool block = tag.kind != TAG_NONE && tag.kind != TAG_CODE && tag.kind != TAG_BOLD && tag.kind != TAG_PRE;
    if (!block && house->n_lists == 0) {
        if (!holds(line, n, "<code") || at >= LIST_INDENT)
            return false;
        add_inline(out, line, 0, n);
        return true;
    }
    if (house->n_lists > 0 && (tag.kind == TAG_NONE || tag.kind == TAG_PRE || !block))
        add_indent(house, out, house->n_lists);
    while (at < n && block) {
        size_t taken = take_block(house, tag, line, at, n, out, &opened);
        if (taken == 0)
            break;
        for (at += taken; at < n && line[at] == ' '; at++)
            ;
        tag = at < n ? tag_at(line, at, n) : (struct tag){0};
        block = tag.kind != TAG_NONE && tag.kind != TAG_CODE && tag.kind != TAG_BOLD && tag.kind != TAG_PRE;
    }
    if (at < n)
        add_inline(out, line, at, n);
    return out->n_bytes > start || at == n;
}
