#include "review/sheet.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static void next_cell(struct sheet *sheet)
{
    if (sheet->column++)
        buf_putc(sheet->out, ',');
}

/* Of the character that the text begins with, when nobody sees it: blanks, and what is written as one; a
 * blank that does not break, a mark of the byte order, one of no width. 0: it is seen, or tells a formula by
 * itself. */
static size_t blank_bytes(const char *text)
{
    static const char *const unseen[] = {"\xc2\xa0", "\xef\xbb\xbf", "\xe2\x80\x8b"};
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (strncmp(text, unseen[i], strlen(unseen[i])) == 0)
            return strlen(unseen[i]);
    return *text && !strchr("\t\r\n", *text) && ((unsigned char)*text <= ' ' || *text == 0x7f);
}

/* What begins a formula in some spreadsheet: also the wide forms, and what is taken off before they look. */
static bool begins_formula(const char *text)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    while (blank_bytes(text))
        text += blank_bytes(text);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    return *text && strchr("=+-@\t\r\n", *text);
}

void sheet_text(struct sheet *sheet, const char *text)
{
    next_cell(sheet);
    if (!text || !*text)
        return;
    buf_putc(sheet->out, '"');
    if (begins_formula(text))
        buf_putc(sheet->out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_putc(sheet->out, '"');
        bool control = ((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f;
        buf_putc(sheet->out, control ? ' ' : *text);
    }
    buf_putc(sheet->out, '"');
}

void sheet_int(struct sheet *sheet, int64_t number)
{
    next_cell(sheet);
    buf_printf(sheet->out, "%lld", (long long)number);
}

void sheet_decimal(struct sheet *sheet, double number)
{
    next_cell(sheet);
    buf_printf(sheet->out, "%.1f", number);
}

void sheet_time(struct sheet *sheet, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    next_cell(sheet);
    if (!us)
        return;
    time_format_rfc3339(us, text);
    buf_puts(sheet->out, text);
}

void sheet_row_end(struct sheet *sheet)
{
    buf_puts(sheet->out, "\r\n");
    sheet->column = 0;
}
