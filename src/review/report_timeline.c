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

const char *finding_text(const struct report *report, const char *topic)
{
    for (size_t i = report->input->n_timeline; i-- > 0;) {
        const struct event_row *event = &report->input->timeline[i];
        struct json root;
        if (strcmp(event->kind, "finding.recorded") != 0 || !has_text(event->body) ||
            json_parse(report->json, event->body, strlen(event->body), JSON_DEPTH, &root, NULL) != 0)
            continue;
        const char *of = json_text(json_get(root, "topic"), NULL);
        const char *text = json_text(json_get(root, "text"), NULL);
        if (of && strcmp(of, topic) == 0)
            return text && json_bool(json_get(root, "holds"), true) ? arena_strdup(report->arena, text) : "";
    }
    return "";
}

static bool is_at_end(const char *sentence, const char *text)
{
    size_t n = strlen(sentence), n_text = strlen(text);
    return n >= n_text && strcmp(sentence + n - n_text, text) == 0;
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
    if (*text && !is_at_end(event->summary, text)) {
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
