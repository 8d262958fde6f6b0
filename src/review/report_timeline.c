#include <string.h>

#include "review/report_priv.h"

enum { JSON_DEPTH = 16 };

const char *event_text(const struct report *report, const struct event_row *event)
{
    struct json root;
    struct err err = {0};
    const char *body = event->body;
    if (!has_text(body) || !strstr(body, "\"text\"") ||
        json_parse(report->json, body, strlen(body), JSON_DEPTH, &root, &err) != 0)
        return "";
    const char *text = json_text(json_get(root, "text"), NULL);
    return text ? text : "";
}

static void write_event(const struct report *report, const struct event_row *event, struct buf *cell)
{
    const char *text = event_text(report, event);
    if (strcmp(event->kind, "note.added") == 0) {
        buf_puts(cell, "Note: ");
        markdown_lines(cell, *text ? text : event->summary);
        return;
    }
    markdown_sentence(cell, people_text(report->arena, event->summary));
    if (*text) {
        buf_puts(cell, ": ");
        markdown_lines(cell, text);
    }
}

/* The event that ends it says the same again, and the tables of commands and pages hold both times. */
static bool is_said_again(const struct event_row *event)
{
    return strcmp(event->kind, "step.started") == 0 || strcmp(event->kind, "page.queued") == 0;
}

void timeline_tell(struct report *report)
{
    const struct report_input *input = report->input;
    struct markdown_table table =
        markdown_table(report->arena, 3, (const char *const[]){"Time (UTC)", "Who", "What"});
    scoped_buf struct buf cell = {0};
    for (size_t i = 0; i < input->n_timeline; i++) {
        const struct event_row *event = &input->timeline[i];
        if (is_said_again(event))
            continue;
        buf_puts(&cell, moment_text(report->arena, event->at_us));
        markdown_table_add(&table, &cell);
        markdown_text(&cell, who_text(report->arena, event->actor));
        markdown_table_add(&table, &cell);
        write_event(report, event, &cell);
        markdown_table_add(&table, &cell);
    }
    if (input->n_timeline) {
        table_write(report, &table);
        return;
    }
    block_begin(report);
    buf_puts(report->out, "The ledger holds no events of it.\n");
}
