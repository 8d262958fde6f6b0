/* The end of the page for people: the review after an incident, and what was not understood. */
#include "runbook/print_page.h"
#include "runbook/remainder.h"

enum { REMAINDERS_SHOWN = 12 };

void put_review(struct page *page, const struct runbook *runbook)
{
    const struct runbook_parts *parts = &runbook->parts;
    char time[SECONDS_TEXT_BYTES];

    if (parts->participants.n == 0 && parts->review_due_s == UNSTATED && parts->agenda.n == 0)
        return;
    buf_putc(page->out, '\n');
    put_styled(page, bold, "Review");
    if (parts->review_due_s != UNSTATED)
        buf_printf(page->out, " (within %s)", seconds_text(parts->review_due_s, time));
    buf_putc(page->out, '\n');
    list_each (participant, &parts->participants) {
        put_line_number(page, participant->line);
        buf_puts(page->out, "invited: ");
        put_wrapped(page, 7 + 9, 7 + 9, participant->text);
    }
    list_each (item, &parts->agenda) {
        put_line_number(page, item->line);
        put_wrapped(page, 7, 9, item->name);
    }
}

void put_not_understood(struct page *page, const struct runbook *runbook)
{
    scoped_arena struct arena *arena = arena_new();
    struct remainders list;
    size_t shown = 0;

    runbook_not_understood(arena, runbook, &list);
    if (list.n == 0)
        return;
    buf_putc(page->out, '\n');
    put_styled(page, bold, "Not understood");
    buf_printf(page->out, " (%zu %s): nothing was taken from these lines\n", list.n,
               list.n == 1 ? "place" : "places");
    list_each (remainder, &list) {
        if (shown++ == REMAINDERS_SHOWN)
            break;
        scoped_buf struct buf text = {0};
        put_line_number(page, remainder->line);
        buf_printf(&text, "%s: %s", remainder->kind, remainder->words);
        put_wrapped(page, 7, 9, buf_text(&text));
    }
    if (list.n > REMAINDERS_SHOWN)
        buf_printf(page->out, "       and %zu more: crashcart read --json, \"not_understood\"\n",
                   list.n - REMAINDERS_SHOWN);
}
