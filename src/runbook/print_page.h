/* What the printers for people share (print_text.c, print_plan.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "runbook/policy_plan.h"

enum { PAGE_COLUMNS = 80, SECONDS_TEXT_BYTES = 32 };

struct page {
    struct buf *out;
    bool colour;
};

struct style {
    const char *on, *off;
};

static const struct style bold = {"\033[1m", "\033[0m"};
static const struct style faint = {"\033[2m", "\033[0m"};

void put_styled(struct page *page, struct style style, const char *text);
void put_blanks(struct page *page, size_t n);

/* Columns that UTF-8 text takes, counted as one a character. */
size_t columns_of(const char *text, size_t n_bytes);

/* Words from column `at`, further lines from column `under`; ends with a newline. Control characters of the
 * document do not reach the terminal. */
void put_wrapped(struct page *page, size_t at, size_t under, const char *text);

/* "5 min", "24 h", "7 days", "at once". */
const char *seconds_text(int64_t s, char out[SECONDS_TEXT_BYTES]);

/* "   47  " or, without a line, "    -  ". */
void put_line_number(struct page *page, int line);

/* "   47  15 min        escalate: management; if unresolved" */
void put_plan_entry(struct page *page, const struct plan_entry *entry);

/* print_rest.c: who is invited to the review and its agenda; what no reader took anything from. */
void put_review(struct page *page, const struct runbook *runbook);
void put_not_understood(struct page *page, const struct runbook *runbook);
