/* Questions to the identity provider: the courier asks it, and whoever signs in waits for the answer. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/core_priv.h"
#include "role/frames.h"

struct inquiry {
    struct inquiry *next;
    struct core *core;
    struct job job;
    int64_t id;
    struct buf question;
    struct arena *arena; /* of the asker */
    struct api_provider_answer *answer;
    void (*done)(void *context);
    void *context;
};

static void answer_away(struct inquiry *inquiry, const char *why)
{
    *inquiry->answer = (struct api_provider_answer){.say = PROVIDER_AWAY, .why = why};
}

static void inquiry_end(struct inquiry *inquiry)
{
    inquiry->done(inquiry->context); /* the asker goes on, and its arena with it */
    buf_free(&inquiry->question);
    free(inquiry);
}

/* The engine's thread, once whatever came before is done. */
static void put(void *context, const struct engine *engine)
{
    struct inquiry *inquiry = context;
    struct core *core = inquiry->core;
    scoped_buf struct buf frame = {0};
    if (!engine) {
        answer_away(inquiry, "this server is starting or stopping");
        inquiry_end(inquiry);
        return;
    }
    inquiry->id = ++core->n_inquiries;
    inquiry->next = core->inquiries;
    core->inquiries = inquiry;
    buf_printf(&frame, "{\"id\":%lld,%s", (long long)inquiry->id, buf_text(&inquiry->question) + 1);
    frames_send(core->courier, FRAME_PROVIDER_ASK, frame.at, frame.n_bytes);
}

int core_ask_provider(void *context, const struct api_provider_question *question, struct arena *arena,
                      struct api_provider_answer *ret_answer, void (*done)(void *context), void *done_context)
{
    struct core *core = context;
    struct inquiry *inquiry = heap_alloc(sizeof *inquiry);
    *inquiry = (struct inquiry){.core = core,
                                .arena = arena,
                                .answer = ret_answer,
                                .done = done,
                                .context = done_context,
                                .job = {.question = put, .context = inquiry}};
    struct json_writer w = jw_start(&inquiry->question);
    jw_begin_object(&w);
    jw_pair(&w, "ask", question->code ? "who" : "where");
    if (question->code) {
        jw_pair(&w, "code", question->code);
        jw_pair(&w, "verifier", question->verifier);
        jw_pair(&w, "nonce", question->nonce);
        jw_pair(&w, "return", question->return_url);
    }
    jw_end_object(&w);
    if (queue_push(&core->queue, &inquiry->job) < 0) {
        buf_free(&inquiry->question);
        free(inquiry);
        return -1;
    }
    uv_async_send(&core->wake);
    return 0;
}

/* ---- the answer ---- */

static const char *copy_of(struct arena *arena, struct json object, const char *name)
{
    size_t n_bytes;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text && !memchr(text, '\0', n_bytes) ? arena_strdup(arena, text) : NULL;
}

static void read_answer(struct inquiry *inquiry, struct json said)
{
    struct arena *arena = inquiry->arena;
    struct api_provider_answer *answer = inquiry->answer;
    const char *say = json_text(json_get(said, "say"), NULL);
    struct err err;
    *answer = (struct api_provider_answer){.says_issuer = json_bool(json_get(said, "says_issuer"), false),
                                           .authorize = copy_of(arena, said, "authorize"),
                                           .person = copy_of(arena, said, "person"),
                                           .why = copy_of(arena, said, "why"),
                                           .asked_s = json_int(json_get(said, "asked"), 0)};
    for (struct json_iter i = json_first(json_get(said, "groups")); json_more(&i); json_next(&i)) {
        const char *group = json_text(i.value, NULL);
        if (group)
            strings_add(arena, &answer->groups, arena_strdup(arena, group));
    }
    if (say && strcmp(say, "where") == 0 && answer->authorize && web_url_check(answer->authorize, &err) == 0)
        answer->say = PROVIDER_WHERE;
    else if (say && strcmp(say, "who") == 0 && answer->person)
        answer->say = PROVIDER_WHO;
    else if (say && strcmp(say, "refused") == 0 && answer->why)
        answer->say = PROVIDER_REFUSED;
    else if (say && strcmp(say, "away") == 0 && answer->why)
        answer->say = PROVIDER_AWAY;
    else
        answer_away(inquiry, "its answer cannot be read");
}

void core_provider_said(struct core *core, const char *payload, size_t n_bytes)
{
    struct json_document *document = json_document_new();
    struct json said = {0};
    struct err err = {0};
    if (json_parse(document, payload, n_bytes, 4, &said, &err) < 0)
        log_event(LOG_ERROR, "frame.refused", "from=courier error=%s", log_quote(err.text));
    int64_t id = json_int(json_get(said, "id"), 0);
    for (struct inquiry **at = &core->inquiries; *at; at = &(*at)->next) {
        struct inquiry *inquiry = *at;
        if (inquiry->id != id)
            continue;
        *at = inquiry->next;
        read_answer(inquiry, said);
        inquiry_end(inquiry);
        break;
    }
    json_document_free(document);
}

void core_end_inquiries(struct core *core)
{
    for (struct inquiry *next, *inquiry = core->inquiries; inquiry; inquiry = next) {
        next = inquiry->next;
        answer_away(inquiry, "this server is stopping");
        inquiry_end(inquiry);
    }
    core->inquiries = NULL;
}
