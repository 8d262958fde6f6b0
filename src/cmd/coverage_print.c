#include "cmd/coverage_print.h"

#include <string.h>

#include "cmd/terminal.h"

enum { ITEMS_SHOWN = 10, TITLES_SHOWN = 3 };

struct page {
    struct buf *out;
    bool colours, all;
    size_t n_items; /* of the list that is being written */
};

static void heading(struct page *page, size_t n, enum style style, const char *title, const char *advice)
{
    scoped_buf struct buf line = {0};
    buf_printf(&line, "%s (%zu)", title, n);
    text_add(page->out, page->colours, style, buf_text(&line));
    buf_puts(page->out, ": ");
    text_add_wrapped(page->out, advice, line.n_bytes + 2, 2);
    page->n_items = 0;
}

/* Whether the next item of the list is still shown. */
static bool shown(struct page *page)
{
    return page->n_items++ < ITEMS_SHOWN || page->all;
}

static void tail(struct page *page)
{
    if (page->n_items > ITEMS_SHOWN && !page->all)
        buf_printf(page->out, "  and %zu more; --all shows them\n", page->n_items - ITEMS_SHOWN);
    buf_putc(page->out, '\n');
}

static void line(struct page *page, size_t indent, const char *file, int at, const char *text)
{
    scoped_buf struct buf whole = {0};
    buf_printf(&whole, "%s:%d: %s", file, at, text);
    buf_printf(page->out, "%*s", (int)indent, "");
    text_add_wrapped(page->out, buf_text(&whole), indent, indent + 2);
}

static void guess(struct page *page, const char *word, const struct match *match)
{
    scoped_buf struct buf text = {0};
    if (!match->runbook)
        return;
    buf_printf(&text, "%s %s:%d: %s (score %.2f)", word, match->runbook->file, match->line, match->heading,
               match->score);
    buf_puts(page->out, "    ");
    text_add_wrapped(page->out, buf_text(&text), 4, 6);
}

/* Several rules of one alert stand below one another as one item. */
static bool repeats(const struct coverage *coverage, const struct covered_rule *covered)
{
    for (const struct covered_rule *before = coverage->rules.at; before < covered; before++)
        if (before->state == covered->state &&
            strcmp(before->rule->alertname, covered->rule->alertname) == 0 &&
            before->best.line == covered->best.line && before->best.runbook == covered->best.runbook)
            return true;
    return false;
}

static void add_rules(struct page *page, const struct coverage *coverage, enum coverage_state state)
{
    list_each (covered, &coverage->rules) {
        const struct alert_rule *rule = covered->rule;
        if (covered->state != state || repeats(coverage, covered) || !shown(page))
            continue;
        line(page, 2, rule->file, rule->line, rule->alertname);
        guess(page, state == COVERAGE_NONE ? "nearest:" : "perhaps:",
              state == COVERAGE_NONE ? &covered->nearest : &covered->best);
        if (state == COVERAGE_WEAK)
            guess(page, "or:", &covered->nearest);
        if (state == COVERAGE_NONE && rule->runbook_url) {
            buf_puts(page->out, "    ");
            scoped_buf struct buf text = {0};
            buf_printf(&text, "its runbook_url is no page of this folder: %s", rule->runbook_url);
            text_add_wrapped(page->out, buf_text(&text), 4, 6);
        }
    }
    tail(page);
}

static void add_alerts(struct page *page, const struct coverage *coverage)
{
    if (coverage->n_none) {
        heading(page, coverage->n_none, STYLE_RED, "No procedure",
                "write one, or name it in the rule's runbook_url.");
        add_rules(page, coverage, COVERAGE_NONE);
    }
    if (coverage->n_weak) {
        heading(page, coverage->n_weak, STYLE_YELLOW, "Not sure which procedure",
                "name the alert in the procedure, or the page in the rule's runbook_url.");
        add_rules(page, coverage, COVERAGE_WEAK);
    }
    if (coverage->n_without_severity) {
        heading(page, coverage->n_without_severity, STYLE_YELLOW, "No severity label",
                "add labels: {severity: ...}, or the level is a guess.");
        list_each (covered, &coverage->rules)
            if (!covered->has_severity && shown(page))
                line(page, 2, covered->rule->file, covered->rule->line, covered->rule->alertname);
        tail(page);
    }
}

static void add_overdue(struct page *page, const struct coverage *coverage)
{
    if (!coverage->overdue.n)
        return;
    heading(page, coverage->overdue.n, STYLE_RED, "Overdue", "hold it, and write down the next date.");
    list_each (item, &coverage->overdue)
        if (shown(page)) {
            scoped_buf struct buf text = {0};
            buf_printf(&text, "%s: was due %s", item->date.what, item->date.date);
            line(page, 2, item->runbook->file, item->date.line, buf_text(&text));
        }
    tail(page);
}

/* One item a file, with its first titles. */
static void add_unreached(struct page *page, const struct coverage *coverage)
{
    const struct unreached *at = coverage->unreached.at, *end = at + coverage->unreached.n;
    if (at == end)
        return;
    heading(page, coverage->unreached.n, STYLE_PLAIN, "Procedures that no alert leads to",
            "is an alert missing, or its name in the text?");
    while (at < end) {
        scoped_buf struct buf text = {0};
        const struct unreached *first = at;
        for (; at < end && at->runbook == first->runbook; at++)
            if (at - first < TITLES_SHOWN || page->all)
                buf_printf(&text, "%s%s", at > first ? "; " : "", at->procedure->title);
        if (at - first > TITLES_SHOWN && !page->all)
            buf_printf(&text, "; and %zu more", (size_t)(at - first) - TITLES_SHOWN);
        if (shown(page))
            line(page, 2, first->runbook->file, first->procedure->line, buf_text(&text));
    }
    tail(page);
}

void coverage_print_text(struct buf *out, const struct coverage *coverage, bool all)
{
    struct page page = {.out = out, .colours = terminal_colours(), .all = all};
    add_alerts(&page, coverage);
    add_overdue(&page, coverage);
    add_unreached(&page, coverage);
    size_t n = coverage->rules.n;
    if (n)
        buf_printf(out, "%zu of %zu alerting rules have a procedure for sure",
                   n - coverage->n_none - coverage->n_weak, n);
    else
        buf_puts(out, "No alerting rules were given (--rules FILE)");
    buf_printf(out, "; %zu review%s or drill%s overdue.\n", coverage->overdue.n,
               coverage->overdue.n == 1 ? "" : "s", coverage->overdue.n == 1 ? " is" : "s are");
}
