/* What the parts of the document model share: document.c walks the blocks, document_prose.c the inline texts,
 * document_tame.c prepares the bytes, document_front.c reads front matter. */
#pragma once

#include <cmark-gfm.h>

#include "base/buf.h"
#include "runbook/document.h"

/* Bytes that cmark 0.29 reads in linear time: the same length and lines, with marks blotted out where no
 * person writes so many (containers opened on one line, indentation, brackets of one paragraph, columns of a
 * table). Lines up to skip_lines become empty. ret_changed tells whether anything was blotted out. */
void document_tame(const char *bytes, size_t n_bytes, int skip_lines, struct buf *ret_copy,
                   bool *ret_changed);

/* What cmark allocates on this thread from now on lives as long as the arena; nothing of it need be freed. */
cmark_mem *document_memory(struct arena *arena);

/* The inline content of a cmark node as prose that begins on line. */
void prose_read(struct arena *arena, cmark_node *node, int line, struct prose *ret_prose);

/* Raw HTML as prose: the text outside of tags and comments. */
void prose_read_html(struct arena *arena, const char *html, int line, struct prose *ret_prose);

/* Fills columns and rows from raw HTML that is a table with a header and rows; false when it is none. */
bool document_read_html_table(struct arena *arena, const char *html, struct block *block);

/* Fills front_matter and front_matter_end from the lines of the document. */
void document_read_front_matter(struct arena *arena, struct document *document);
