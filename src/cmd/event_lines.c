#include "cmd/event_lines.h"

#include <stdio.h>
#include <string.h>

#include "cmd/incident_show_priv.h"

void event_line_add(struct buf *out, struct json event, bool says_incident)
{
    size_t from = out->n_bytes;
    long long incident = number_of(event, "incident");
    buf_printf(out, "%.19sZ  ", text_of(event, "at"));
    if (says_incident && incident)
        buf_printf(out, "#%lld ", incident);
    buf_printf(out, "%s: %s", text_of(event, "actor"), text_of(event, "summary"));
    for (size_t i = from; i < out->n_bytes; i++)
        if ((unsigned char)out->at[i] < ' ' || out->at[i] == 0x7F)
            out->at[i] = ' ';
    buf_putc(out, '\n');
}

void event_lines_print(const char *lines, bool says_incident)
{
    struct json_document *document = json_document_new();
    scoped_buf struct buf out = {0};
    for (const char *next; (next = strchr(lines, '\n')); lines = next + 1) {
        struct json event;
        if (json_parse(document, lines, (size_t)(next - lines), 64, &event, NULL) == 0)
            event_line_add(&out, event, says_incident);
    }
    fputs(buf_text(&out), stdout);
    fflush(stdout);
    json_document_free(document);
}
