/* What the parts of the document model share: document.c walks the blocks, document_prose.c the inline texts,
 * document_tame.c prepares the bytes, document_front.c reads front matter. */
#pragma once

#include <cmark-gfm.h>

#include "base/buf.h"
#include "runbook/document.h"

/* Bytes that cmark 0.29 reads in linear time: the same lines, with marks of other houses as Markdown's own
 * (document_house.h), and with marks blotted out where no
 * person writes so many (containers opened on one line, indentation, brackets of one paragraph, columns of a
 * table). Lines up to skip_lines become empty. ret_changed tells whether anything was blotted out. */
void document_tame(const char *bytes, size_t n_bytes, int skip_lines, struct buf *ret_copy,
                   bool *ret_changed);

/* Which admonitions and tabs are open (document_admonition.c); all zero at the start of a document. */
struct admonitions {
    size_t body_at[8]; /* blanks in front of their bodies, the outer first */
    size_t n;
    char fence;      /* of the fenced block that is open, or 0 */
    size_t n_fence;  /* bytes of its mark */
    size_t fence_in; /* how many were open around it */
};

/* Moves a line of a body ("!!! note", "=== \"Linux\"") to the left, filled up with tabs at its end, and
 * blanks out the fences of Docusaurus (":::tip"); true when the line was changed. */
bool admonition_line(struct admonitions *admonitions, char *line, size_t n);

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
