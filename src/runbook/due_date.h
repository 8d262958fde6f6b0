/* The dates by which a document promises a review, a drill or a renewal: stated ("Next review: 2026-03-01"),
 * or the last one and how long it holds ("last_reviewed: 2025-09-01" with "review_in: 6 months"; a month is
 * 30 days). Pure; any thread. */
#pragma once

#include <stdint.h>

#include "runbook/document.h"

struct due_date {
    const char *what; /* the document's own word: "Next review" */
    char date[11];    /* "2026-03-01" */
    int line;
};
struct due_dates {
    struct due_date *at;
    size_t n;
    size_t capacity;
};

void due_dates_read(struct arena *arena, const struct document *document, struct due_dates *ret_dates);

/* Whether the date lies before the day of today_us (UTC). */
bool due_date_passed(const struct due_date *date, int64_t today_us);
