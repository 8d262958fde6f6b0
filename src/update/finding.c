/* Findings: events of the kind finding.recorded, {"topic":"impact","text":"...","holds":true}. */
#include <string.h>

#include "base/json.h"
#include "update/update.h"

static struct known_finding *find(known_findings *list, const char *topic)
{
    list_each (finding, list)
        if (strcmp(finding->topic, topic) == 0)
            return finding;
    return NULL;
}

static void take(struct arena *arena, const struct event_row *row, struct json body, known_findings *list)
{
    const char *topic = json_text(json_get(body, "topic"), NULL);
    const char *text = json_text(json_get(body, "text"), NULL);
    if (!topic)
        return;
    struct known_finding *finding = find(list, topic);
    if (!json_bool(json_get(body, "holds"), true)) {
        if (finding)
            *finding = list->at[--list->n];
        return;
    }
    if (!finding)
        finding = list_push(arena, list);
    *finding = (struct known_finding){.topic = arena_strdup(arena, topic),
                                      .text = arena_strdup(arena, text ? text : ""),
                                      .by = row->actor,
                                      .at_us = row->at_us};
}

void findings_read(struct arena *arena, const struct event_row *timeline, size_t n,
                   known_findings *ret_findings)
{
    known_findings list = {0};
    struct json_document *document = json_document_new();
    for (size_t i = 0; i < n; i++) {
        struct json body;
        const struct event_row *row = &timeline[i];
        if (strcmp(row->kind, "finding.recorded") == 0 && row->body &&
            json_parse(document, row->body, strlen(row->body), 8, &body, NULL) == 0)
            take(arena, row, body, &list);
    }
    json_document_free(document);
    *ret_findings = list;
}
