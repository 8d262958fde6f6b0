/* Blank lines: one between blocks, none between the items of a list. */
#include <ctype.h>
#include <string.h>

#include "review/report_priv.h"

void block_begin(struct report *report)
{
    if (report->out->n_bytes)
        buf_putc(report->out, '\n');
    report->tight = false;
}

void item_begin(struct report *report)
{
    if (!report->tight)
        block_begin(report);
    report->tight = true;
}

void heading_write(struct report *report, int level, const char *markdown)
{
    block_begin(report);
    for (int i = 0; i < level; i++)
        buf_putc(report->out, '#');
    buf_printf(report->out, " %s\n", markdown);
}

static bool is_rim(char c)
{
    return isspace((unsigned char)c) || c == '*' || c == '_';
}

/* Without emphasis and brackets around the whole of it, and without a closing stop. */
static void trim(const char **text, size_t *n)
{
    for (; *n && (is_rim(**text) || **text == '>'); ++*text)
        --*n;
    while (*n && is_rim((*text)[*n - 1]))
        --*n;
    if (*n > 2 && (**text == '[' || **text == '<') &&
        memchr(*text, **text == '[' ? ']' : '>', *n) == *text + *n - 1) {
        ++*text;
        *n -= 2;
    }
    while (*n && strchr(".: ", (*text)[*n - 1]))
        --*n;
}

void blank_write(struct report *report, const char *bullet, const char *prompt, size_t n_bytes)
{
    trim(&prompt, &n_bytes);
    if (bullet)
        item_begin(report);
    else
        block_begin(report);
    buf_printf(report->out, "%s_To be filled in", bullet ? bullet : "");
    if (n_bytes) {
        buf_puts(report->out, ": ");
        /* behind our own words nothing is at the start of a line */
        scoped_buf struct buf text = {0};
        markdown_text(&text, arena_strndup(report->arena, prompt, n_bytes));
        buf_puts(report->out, buf_text(&text));
    }
    char last = n_bytes ? prompt[n_bytes - 1] : 0;
    buf_puts(report->out, last == '?' || last == '!' ? "_\n" : "._\n");
}

void table_write(struct report *report, const struct markdown_table *table)
{
    block_begin(report);
    markdown_table_write(report->out, table);
}
