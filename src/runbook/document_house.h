/* Lines of other houses (word processors, contracts, HTML) as the Markdown that they stand for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { HOUSE_LISTS = 8 };

struct house { /* all zero at the start of a document */
    bool behind_blank, behind_colon;
    bool behind_definition; /* nothing but blank lines since */
    char letter;            /* of the last lettered item, or 0 */
    int level;              /* of the last heading, and the parts of its number */
    int parts;
    int lists[HOUSE_LISTS]; /* open HTML lists: the last item's number, or -1 for bullets */
    int n_lists;
    int n_details;
    bool table, comment, preformatted; /* inside of an HTML element that holds this line */
};

/* A line outside of fenced blocks, without its line end. True when it was written to out in another form;
 * else out is as it was. before_blank: an empty line or nothing follows. */
bool house_line(struct house *house, const char *line, size_t n, bool before_blank, struct buf *out);

/* document_tags.c: the part of house_line that knows HTML. */
bool house_tags(struct house *house, const char *line, size_t n, struct buf *out);
