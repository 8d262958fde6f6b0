/* What the watch in the courier process finds, and what this process finds about itself, goes the way of
 * every alert: parsed, kept in the inbox, decided on, and only then answered. The courier sends a body again
 * until it is kept. */
#include <string.h>

#include "base/log.h"
#include "role/core_priv.h"
#include "role/frames.h"

struct found {
    struct core *core;
    bool answers; /* the courier waits for it */
    struct job job;
    struct input input;
    struct alert_batch batch;
};

static void answer(struct core *core, bool answers, bool kept)
{
    if (!answers)
        return;
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    jw_begin_object(&w);
    jw_pair_bool(&w, "kept", kept);
    jw_end_object(&w);
    frames_send(core->courier, FRAME_CHECKS_HEARD, text.at, text.n_bytes);
}

static void on_decided(void *context, const struct outcome *outcome)
{
    const struct found *found = context;
    answer(found->core, found->answers, outcome->code != OUTCOME_UNAVAILABLE);
}

static int parse(struct core *core, struct arena *arena, struct found *found, struct err *err)
{
    struct json_document *document = json_document_new();
    struct intake_body body = {found->job.format, found->job.body, found->job.n_bytes,
                               clock_wall_us(core->clock)};
    int result = intake_parse(&body, document, arena, &found->batch, NULL, err);
    json_document_free(document);
    if (result != 0)
        log_event(LOG_ERROR, "frame.refused", "from=%s error=%s", found->input.actor, log_quote(err->text));
    return result;
}

static void hear(struct core *core, const char *format, bool answers, const char *body, size_t n_bytes)
{
    struct arena *arena = arena_new(); /* of the job: freed once it is answered */
    struct found *found = arena_alloc(arena, sizeof *found);
    struct err err = {0};
    *found = (struct found){.core = core, .answers = answers};
    found->input =
        (struct input){.kind = INPUT_ALERTS, .actor = answers ? "courier" : "system", .batch = &found->batch};
    found->job = (struct job){.input = &found->input,
                              .format = intake_format(format),
                              .body = arena_strndup(arena, body, n_bytes),
                              .n_bytes = n_bytes,
                              .done = on_decided,
                              .context = found,
                              .internal = true,
                              .arena = arena};
    if (parse(core, arena, found, &err) < 0) {
        answer(core, answers, true); /* it would be refused again */
        arena_free(arena);
    } else if (queue_push(&core->queue, &found->job) < 0) {
        answer(core, answers, false);
        arena_free(arena);
    } else {
        uv_async_send(&core->wake);
    }
}

void core_checks_found(struct core *core, const char *body, size_t n_bytes)
{
    hear(core, INTAKE_CHECK, true, body, n_bytes);
}

void core_raise(struct core *core, const char *name, const char *key, const char *summary)
{
    scoped_buf struct buf body = {0};
    struct json_writer w = jw_start(&body);
    jw_begin_object(&w);
    jw_pair(&w, "name", name);
    jw_pair(&w, "service", "crashcart");
    jw_pair(&w, "severity", "critical");
    jw_pair(&w, "key", key);
    jw_pair(&w, "summary", summary);
    jw_end_object(&w);
    log_event(LOG_ERROR, "crashcart.trouble", "name=%s what=%s", name, log_quote(summary));
    hear(core, INTAKE_GENERIC, false, body.at, body.n_bytes);
}

void core_checks_seen(struct core *core, const char *body, size_t n_bytes)
{
    struct err err;
    if (board_hear(core->board, body, n_bytes, &err) < 0)
        log_event(LOG_ERROR, "frame.refused", "from=courier error=%s", log_quote(err.text));
    else
        core_measures_seen(core, body, n_bytes);
}
