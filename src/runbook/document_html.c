/* A table written in HTML, as a pipe table is kept: the first row gives the columns, unless it holds values
 * itself; the items of a list in a cell stand apart by ';'. Tables inside of cells are text of the cell. */
#include <string.h>

#include "runbook/document_priv.h"
#include "runbook/text.h"

enum { COLUMNS_MAX = 64, CELL_BYTES = 20000, BYTES_A_CELL = 4 };

struct html_row {
    struct prose cells[COLUMNS_MAX];
    size_t n_cells;
    int line;
};

struct html_reader {
    struct arena *arena;
    struct block *block;
    struct html_row row;
    bool in_row;
    const char *cell; /* where the open cell's content begins, or NULL */
    int cell_line;
    bool headed;       /* a cell is a <th> */
    size_t cells_left; /* so that memory stays linear where a wide header stands above many short rows */
};

static bool tag_is(const char *at, const char *tag)
{
    size_t n = strlen(tag);

    return strncasecmp(at, tag, n) == 0 && (at[n] == '>' || at[n] == ' ' || at[n] == '\n' || at[n] == '\t');
}

static void close_cell(struct html_reader *reader, const char *end)
{
    if (reader->cell == NULL)
        return;
    size_t n = (size_t)(end - reader->cell);
    char *html = arena_strndup(reader->arena, reader->cell, n < CELL_BYTES ? n : CELL_BYTES);
    for (char *item = strcasestr(html, "</li>"), *next; item; item = next) {
        next = strcasestr(item + 1, "</li>");
        if (next)
            memcpy(item, ";    ", strlen("</li>"));
    }
    for (char *end_p = strcasestr(html, "</p>"); end_p; end_p = strcasestr(end_p + 1, "</p>")) {
        const char *next = end_p + strlen("</p>") + strspn(end_p + strlen("</p>"), " \t\r\n");
        if (tag_is(next, "<ul") || tag_is(next, "<ol") || tag_is(next, "<p"))
            memcpy(end_p, ";   ", strlen("</p>")); /* a paragraph, then a list */
    }
    if (reader->row.n_cells < COLUMNS_MAX) {
        struct prose *cell = &reader->row.cells[reader->row.n_cells++];
        *cell = (struct prose){0};
        prose_read_html(reader->arena, html, reader->cell_line, cell);
    }
    reader->cell = NULL;
}

/* "<td>Lab desk</td><td>+43 1 555 0101</td>": names of columns have neither digits nor addresses. */
static bool holds_values(const struct html_row *row)
{
    for (size_t i = 0; i < row->n_cells; i++)
        if (strpbrk(row->cells[i].text, "0123456789@"))
            return true;
    return false;
}

static void close_row(struct html_reader *reader, const char *end)
{
    struct block *block = reader->block;

    close_cell(reader, end);
    size_t n = reader->row.n_cells;
    if (!reader->in_row || n == 0)
        return;
    reader->in_row = false;
    size_t n_columns = block->n_columns ? block->n_columns : n;
    if (n_columns > reader->cells_left)
        return;
    reader->cells_left -= n_columns;
    struct prose *cells = arena_alloc(reader->arena, n_columns * sizeof *cells);
    for (size_t i = 0; i < n_columns; i++)
        cells[i] = i < n ? reader->row.cells[i] : (struct prose){.text = "", .line = reader->row.line};
    if (block->columns == NULL && !reader->headed && holds_values(&reader->row)) {
        struct prose *columns = arena_alloc(reader->arena, n * sizeof *columns);
        for (size_t i = 0; i < n; i++)
            columns[i] = (struct prose){.text = "", .line = reader->row.line};
        block->columns = columns;
        block->n_columns = n;
    }
    if (block->columns == NULL) {
        block->columns = cells;
        block->n_columns = n;
    } else {
        *list_push(reader->arena, &block->rows) =
            (struct table_row){.cells = cells, .n_cells = n_columns, .line = reader->row.line};
    }
}

bool document_read_html_table(struct arena *arena, const char *html, struct block *block)
{
    struct html_reader reader = {.arena = arena, .block = block, .cells_left = strlen(html) / BYTES_A_CELL};
    int line = block->line;
    const char *s = html + strspn(html, " \t\n");

    if (!tag_is(s, "<table"))
        return false;
    for (s = html; *s; s++) {
        line += *s == '\n';
        if (*s != '<')
            continue;
        bool opens_cell = tag_is(s, "<td") || tag_is(s, "<th");
        bool row = tag_is(s, "<tr");
        if (opens_cell || tag_is(s, "</td") || tag_is(s, "</th"))
            close_cell(&reader, s);
        else if (row || tag_is(s, "</tr") || tag_is(s, "</table"))
            close_row(&reader, s);
        reader.headed |= tag_is(s, "<th");
        if (row) {
            reader.row.n_cells = 0;
            reader.row.line = line;
            reader.in_row = true;
        } else if (opens_cell && reader.in_row) {
            const char *end = strchr(s, '>');
            if (end == NULL)
                break;           /* the tag never ends */
            for (; s < end; s++) /* whatever stands in the tag, other tags as well, is none of the cell */
                line += *s == '\n';
            reader.cell = end + 1;
            reader.cell_line = line;
        }
    }
    close_row(&reader, s);
    return block->columns && block->rows.n > 0;
}
