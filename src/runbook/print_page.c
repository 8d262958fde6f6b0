/* Lines of at most 80 columns for a terminal. */
#include "runbook/print_page.h"

#include <stdio.h>
#include <string.h>

void put_styled(struct page *page, struct style style, const char *text)
{
    if (page->colour)
        buf_puts(page->out, style.on);
    buf_puts(page->out, text);
    if (page->colour)
        buf_puts(page->out, style.off);
}

size_t columns_of(const char *text, size_t n_bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < n_bytes; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

void put_blanks(struct page *page, size_t n)
{
    while (n-- > 0)
        buf_putc(page->out, ' ');
}

void put_wrapped(struct page *page, size_t at, size_t under, const char *text)
{
    bool first = true;

    while (*text) {
        size_t n = strcspn(text, " ");
        size_t width = columns_of(text, n);
        if (!first && at + 1 + width > PAGE_COLUMNS) {
            buf_putc(page->out, '\n');
            put_blanks(page, under);
            at = under;
        } else if (!first) {
            buf_putc(page->out, ' ');
            at++;
        }
        for (size_t i = 0; i < n; i++)
            buf_putc(page->out, (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
        at += width;
        first = false;
        text += n;
        text += strspn(text, " ");
    }
    buf_putc(page->out, '\n');
}

const char *seconds_text(int64_t s, char out[SECONDS_TEXT_BYTES])
{
    static const struct {
        int64_t s;
        const char *unit;
    } steps[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};

    if (s == 0)
        return "at once";
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (s % steps[i].s != 0 || (i == 0 && s < 2 * steps[i].s))
            continue;
        snprintf(out, SECONDS_TEXT_BYTES, "%lld %s", (long long)(s / steps[i].s), steps[i].unit);
        break;
    }
    return out;
}

void put_line_number(struct page *page, int line)
{
    char head[32];

    if (line > 0)
        snprintf(head, sizeof head, "%5d  ", line);
    else
        snprintf(head, sizeof head, "    -  ");
    put_styled(page, faint, head);
}

static const char *when_text(const struct plan_entry *entry, char out[2 * SECONDS_TEXT_BYTES])
{
    char time[SECONDS_TEXT_BYTES];

    if (entry->kind == PLAN_UPDATE && entry->every_s == UNSTATED)
        return "with news";
    if (entry->after_s == UNSTATED)
        return "no time";
    if (entry->kind == PLAN_UPDATE)
        snprintf(out, 2 * SECONDS_TEXT_BYTES, "every %s", seconds_text(entry->every_s, time));
    else
        snprintf(out, 2 * SECONDS_TEXT_BYTES, "%s", seconds_text(entry->after_s, time));
    return out;
}

enum { WHEN_COLUMNS = 14, TEXT_COLUMN = 7 + WHEN_COLUMNS };

void put_plan_entry(struct page *page, const struct plan_entry *entry)
{
    scoped_buf struct buf text = {0};
    char when[2 * SECONDS_TEXT_BYTES];
    const char *time = when_text(entry, when);

    put_line_number(page, entry->line);
    buf_printf(page->out, "%-*s", WHEN_COLUMNS, time);
    buf_puts(&text, entry->what);
    for (size_t i = 0; i < entry->to.n; i++)
        buf_printf(&text, "%s%s", i ? ", " : entry->kind == PLAN_UPDATE ? " to " : ": ", entry->to.at[i]);
    if (entry->kind == PLAN_ESCALATION && entry->event == PLAN_AFTER_ANSWERED)
        buf_puts(&text, "; from the acknowledgement");
    if (entry->condition)
        buf_printf(&text, "%s %s", entry->kind == PLAN_UPDATE ? "," : ";", entry->condition);
    if (entry->basis != PLAN_STATED)
        buf_puts(&text, entry->basis == PLAN_DEFAULT ? " (the program's default)"
                                                     : " (follows from the response time)");
    size_t at = 7 + (strlen(time) > WHEN_COLUMNS ? strlen(time) : WHEN_COLUMNS);
    put_wrapped(page, at, TEXT_COLUMN, buf_text(&text));
}
