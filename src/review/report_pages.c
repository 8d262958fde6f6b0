/* Who was paged. Addresses stay in the ledger: they are private, and some of them are keys. */
#include "review/report_priv.h"

static const char *const results[] = {
    [DELIVERY_DUE] = "on its way",
    [DELIVERY_RETRY] = "tried again",
    [DELIVERY_SENT] = "sent",
    [DELIVERY_DEAD] = "does not reach",
    [DELIVERY_BUNDLED] = "waits for a digest",
    [DELIVERY_CANCELLED] = "not needed any more",
};

static void add_row(struct report *report, const struct delivery *delivery, struct markdown_table *table)
{
    scoped_buf struct buf cell = {0};
    buf_puts(&cell, moment_text(report->arena, delivery->queued_us));
    markdown_table_add(table, &cell);
    markdown_text(&cell, delivery->person);
    markdown_table_add(table, &cell);
    markdown_text(&cell, delivery->channel);
    markdown_table_add(table, &cell);
    buf_puts(&cell, results[delivery->state]);
    if (delivery->attempts > 1)
        buf_printf(&cell, " after %d attempts", delivery->attempts);
    if (has_text(delivery->detail)) {
        buf_puts(&cell, ": ");
        markdown_text(&cell, people_text(report->arena, delivery->detail));
    }
    markdown_table_add(table, &cell);
    markdown_sentence(&cell, people_text(report->arena, delivery->why));
    markdown_table_add(table, &cell);
}

void pages_tell(struct report *report)
{
    const struct report_input *input = report->input;
    const char *const headings[] = {"Time (UTC)", "Who", "Way", "Result", "Why"};
    struct markdown_table table = markdown_table(report->arena, 5, headings);
    if (!input->n_deliveries) {
        block_begin(report);
        buf_puts(report->out, "Nobody was paged.\n");
        return;
    }
    for (size_t i = 0; i < input->n_deliveries; i++) /* audiences and the incident's channel are no people */
        if (!input->deliveries[i].update && !delivery_is_chat(&input->deliveries[i]))
            add_row(report, &input->deliveries[i], &table);
    table_write(report, &table);
}
