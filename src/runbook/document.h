/* The block model of a Markdown document that all readers of this room share.
 *
 * cmark-gfm (with tables, strike-through and task lists) gives the tree; this flattens it into one list of
 * blocks in document order, each with its source lines, the heading it stands under and the list item it
 * belongs to. A reader walks `blocks` with an index and never meets cmark. Every text is normalised (text.h)
 * and knows the source line of each of its bytes; every source line can be had as it was written.
 *
 * Front matter ("---" on line 1 to "---") is taken out before Markdown is read. All memory belongs to the
 * arena; `bytes` must stay as long. Linear in the size of the input for any bytes: what no person writes
 * (more than 100 containers opened on a line, thousands of brackets in one paragraph) loses its marks. Pure;
 * a finished document is read-only, any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/list.h"

#define NO_BLOCK ((size_t)-1)

struct source_line {
    const char *at; /* not closed by a NUL; without its line end */
    size_t n_bytes;
};

enum span_kind { SPAN_STRONG, SPAN_EMPHASIS, SPAN_CODE, SPAN_LINK, SPAN_IMAGE, SPAN_STRUCK };

struct span { /* a marked part of a prose */
    enum span_kind kind;
    size_t at, n_bytes; /* the part of prose.text */
    const char *exact;  /* code: as written between the backticks; link and image: its address; else NULL */
    int line;
};

/* A run of lines that begins with a bold lead or with the text itself:
 * "**Owner**: Ana⏎**Reviewed**: May" is two passages, "**Note:** long⏎text" is one. */
struct passage {
    const char *lead; /* the bold words in front without ':', or NULL */
    const char *rest; /* what follows them (all of the text without a lead); "" when nothing does */
    bool colon;       /* the lead ends in a colon, inside or outside of the bold */
    size_t at;        /* where it begins in prose.text */
    size_t rest_at;   /* where rest begins in prose.text */
    int line, line_end;
};

struct prose {        /* inline text */
    const char *text; /* normalised, "" when there is none */
    int line;         /* of its first byte */
    LIST(struct span) spans;
    LIST(size_t) line_starts;      /* offset in text of each source line: line_starts.at[k] is line + k */
    LIST(struct passage) passages; /* at least one when text is not "" */
};

struct table_row {
    struct prose *cells;
    size_t n_cells; /* the table's columns, always */
    int line;
};

enum block_kind {
    BLOCK_HEADING,
    BLOCK_PARAGRAPH, /* also the second and further paragraphs of a list item */
    BLOCK_ITEM,      /* a list item with its first paragraph */
    BLOCK_FENCE,     /* a fenced or an indented code block */
    BLOCK_TABLE,     /* a pipe table, or one in HTML */
    BLOCK_RULE,      /* --- */
    BLOCK_HTML,      /* raw HTML, JSX, comments; prose is the text outside of its tags */
};

enum item_marker { MARKER_BULLET, MARKER_ORDERED, MARKER_CHECKBOX };

struct block {
    enum block_kind kind;
    int line, line_end; /* an item's line_end is that of its last child */
    size_t heading;     /* index of the heading it stands under, NO_BLOCK before the first; for a heading: the
                           one above it in rank */
    size_t item;        /* index of the list item it belongs to, NO_BLOCK outside of lists */
    int depth;          /* 0 outside of lists; an item of the outermost list and what is in it: 1 */
    bool quoted;        /* inside of a block quote */
    size_t end; /* headings: index after the last block of the section; items: after the last child; else
                   index + 1 */

    struct prose prose; /* heading, paragraph, item, HTML */

    int level;        /* headings: 1 to 6 */
    bool setext;      /* heading underlined with === or --- */
    const char *slug; /* headings: GitHub anchor, "-1" added to a second one */

    enum item_marker marker;
    int number;        /* ordered items, as counted from the first one's number */
    bool checked;      /* checkbox items */
    size_t list_first; /* items: index of the first item of the same list */

    const char *lang;               /* fences: first word of the info string in lower case, or NULL */
    const char *info;               /* the whole of it, or NULL */
    bool fenced;                    /* false: an indented code block */
    bool closed;                    /* false: runs to the end of the document */
    int indent;                     /* blanks before the fence, quote marks not counted */
    int body_line;                  /* line of lines.at[0] */
    LIST(struct source_line) lines; /* content, freed from the fence's indentation and quote marks */
    const struct fence *fence;      /* what is known of its commands (command.h), or NULL */

    const struct prose *columns; /* tables: the header cells */
    size_t n_columns;
    LIST(struct table_row) rows; /* without the header */
};

struct front_matter_entry {
    const char *key, *value; /* value normalised, without quotes; a list gives one entry a value */
    int line;
};

struct document {
    LIST(struct source_line) lines; /* of the whole file; line n is lines.at[n - 1] */
    bool final_newline;
    LIST(struct block) blocks;
    LIST(struct front_matter_entry) front_matter;
    int front_matter_end; /* line of the closing "---"; 0: there is none */
};

/* Never fails; bytes that are not UTF-8 count as U+FFFD. */
struct document *document_read(struct arena *arena, const char *bytes, size_t n_bytes);

/* A line as written, or an empty one outside of 1..n. */
struct source_line document_line(const struct document *document, int line);

/* Lines first..last joined by '\n', closed by a NUL. */
const char *document_lines(struct arena *arena, const struct document *document, int first, int last);

/* Titles from level 1 down to the block's own heading (for a heading: with itself). */
struct strings document_path(struct arena *arena, const struct document *document, size_t block);

/* The source line of a byte of prose.text. */
int prose_line_at(const struct prose *prose, size_t at);

/* The heading's text or an item's lead: the text for people without decoration, number and closing colon:
 * "### 1. Look:" -> "Look". */
const char *block_title(struct arena *arena, const struct block *block);

/* A paragraph (or first passage) that is nothing but a label: "**Criteria:**", "**Application Down**",
 * "Symptoms:". The label without colon, or NULL. */
const char *block_label(struct arena *arena, const struct block *block);

/* The content of a fence with lines joined by '\n'. */
const char *fence_text(struct arena *arena, const struct block *block);
