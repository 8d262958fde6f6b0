/* What looks at models have measured goes into the ledger, so that drift can be seen over months. It is no
 * alert and decides nothing: what cannot be written now is lost, and the next look comes. */
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "ledger/measure.h"
#include "role/core_priv.h"

enum { MEASURES_MOST = 20000, MEASURES_DEPTH = 8 }; /* of a body; the courier may have been taken over */
#define VALUE_MOST 1e9

typedef LIST(struct measure) measure_list;

static const char *text_of(struct arena *arena, struct json row, const char *name)
{
    const char *text = json_text(json_get(row, name), NULL);
    return text ? arena_strdup(arena, text) : "";
}

static void read_row(struct arena *arena, struct json row, measure_list *measures)
{
    int64_t at_us = json_int(json_get(row, "looked_us"), 0);
    const char *check = text_of(arena, row, "id");
    struct json list = json_get(row, "measures");
    for (struct json_iter i = json_first(list); at_us > 0 && json_more(&i); json_next(&i)) {
        double value = json_number(json_get(i.value, "value"), NAN);
        const char *kind = text_of(arena, i.value, "kind");
        if (*kind && fabs(value) < VALUE_MOST && measures->n < MEASURES_MOST)
            *list_push(arena, measures) = (struct measure){.check_id = check,
                                                           .kind = kind,
                                                           .name = text_of(arena, i.value, "name"),
                                                           .segment = text_of(arena, i.value, "segment"),
                                                           .at_us = at_us,
                                                           .millionths = llround(value * 1e6)};
    }
}

static int keep(struct core *core, const measure_list *measures, struct err *err)
{
    int got = ledger_begin(core->ledger, err);
    if (got != 0)
        return got;
    got = ledger_keep_measures(core->ledger, measures->at, measures->n, err);
    if (got == 0)
        return ledger_commit(core->ledger, err);
    ledger_rollback(core->ledger);
    return got;
}

void core_measures_seen(struct core *core, const char *body, size_t n_bytes)
{
    static const char mark[] = "\"measures\":";
    scoped_arena struct arena *arena = arena_new();
    measure_list measures = {0};
    struct json root;
    struct err err = {0};
    if (core->ledger_failed || !memmem(body, n_bytes, mark, sizeof mark - 1))
        return;
    struct json_document *document = json_document_new();
    if (json_parse(document, body, n_bytes, MEASURES_DEPTH, &root, &err) == 0) {
        struct json checks = json_get(root, "checks");
        for (struct json_iter i = json_first(checks); json_more(&i); json_next(&i))
            read_row(arena, i.value, &measures);
    }
    json_document_free(document);
    if (measures.n && keep(core, &measures, &err) != 0)
        log_event(LOG_WARNING, "measures.lost", "n=%zu error=%s", measures.n, log_quote(err.text));
}
