/* A report in other clothes than Markdown. */
#pragma once

#include "base/buf.h"
#include "ledger/ledger.h"

/* One HTML document that needs nothing beside itself and prints well. Nothing in the Markdown becomes active:
 * no tag, script, image or address of a script; what it shows of others is text. The title is plain text. */
void export_html(struct buf *out, const char *title, const char *markdown, size_t n_bytes);

/* The timeline as CSV, a row an event; safe to open in a spreadsheet. */
void export_timeline_csv(struct buf *out, const struct event_row *timeline, size_t n_timeline);
