/* Silences, as Alertmanager's API v2 has them, and the preview that it has not. */
#include <stdlib.h>
#include <string.h>

#include "api/feed.h"
#include "api/filters.h"
#include "api/handlers.h"
#include "api/server.h"
#include "api/stream.h"
#include "base/hash.h"

enum { PIECE_SILENCES = 200, NAMED_ALERTS = 20, PREVIEW_US = 2 * 1000000 };

/* ---- out ---- */

static void write_silence(struct json_writer *writer, const struct silence *silence,
                          const struct matchers *matchers)
{
    jw_begin_object(writer);
    jw_pair(writer, "id", silence->id);
    jw_name(writer, "status");
    jw_begin_object(writer);
    jw_pair(writer, "state", silence_state_name(silence->state));
    jw_end_object(writer);
    jw_pair_time(writer, "updatedAt", silence->updated_us);
    jw_pair(writer, "comment", silence->comment);
    jw_pair(writer, "createdBy", silence->created_by);
    jw_pair_time(writer, "endsAt", silence->ends_us);
    jw_name(writer, "matchers");
    matchers_write(writer, matchers);
    jw_pair_time(writer, "startsAt", silence->starts_us);
    if (silence->maintenance)
        jw_pair_bool(writer, "maintenance", true);
    if (silence->wide)
        jw_pair_bool(writer, "wide", true);
    jw_end_object(writer);
}

/* The list, newest first, sent while it is written. */
struct silence_list {
    struct stream stream; /* first */
    const struct api_backend *backend;
    struct matchers filters;
    struct json_writer writer;
    size_t before;
};

/* A filter is one of the matchers of the silence itself: what is listed by service="api" may be ended by
 * whoever is done with that service, and service!="api" is another matter. */
static bool is_wanted(const struct silence_list *list, const struct matchers *matchers)
{
    for (size_t i = 0; i < list->filters.n; i++) {
        bool found = false;
        for (size_t j = 0; j < matchers->n; j++)
            found |= matcher_equal(list->filters.at[i], matchers->at[j]);
        if (!found)
            return false;
    }
    return true;
}

/* On the engine's thread, as the next one. */
static void visit(void *context, const struct silence *silence, const struct matchers *matchers)
{
    struct silence_list *list = context;
    if (is_wanted(list, matchers))
        write_silence(&list->writer, silence, matchers);
}

static void take_piece(void *context, const struct engine *engine)
{
    struct silence_list *list = context;
    list->before = engine_silences(engine, list->before, PIECE_SILENCES, visit, list);
}

static enum stream_got write_more(struct stream *stream)
{
    struct silence_list *list = (struct silence_list *)(void *)stream;
    if (!list->backend->ask(list->backend->core, take_piece, list))
        return STREAM_FAILED;
    if (list->before > 0)
        return STREAM_MORE;
    jw_end_array(&list->writer);
    return STREAM_END;
}

static void list_free(struct stream *stream)
{
    struct silence_list *list = (struct silence_list *)(void *)stream;
    matchers_free(&list->filters);
    free(list);
}

void get_silences(struct request *request)
{
    struct matchers filters = {0};
    if (filters_read(request, &filters) < 0)
        return;
    struct silence_list *list = heap_alloc(sizeof *list);
    *list = (struct silence_list){.stream = {.write_more = write_more, .free = list_free},
                                  .backend = &request->api->backend,
                                  .filters = filters,
                                  .before = SIZE_MAX};
    list->writer = jw_start(&list->stream.out);
    jw_begin_array(&list->writer);
    enum stream_got got = write_more(&list->stream);
    list->stream.ended = got == STREAM_END;
    if (got != STREAM_FAILED) {
        answer_stream(request, "application/json", &list->stream);
        return;
    }
    request_unanswered(request);
    stream_free(list);
}

struct one {
    const char *id;
    struct request *request;
    bool found;
};

static void write_one(void *context, const struct engine *engine)
{
    struct one *one = context;
    struct silence silence;
    struct matchers matchers = {0};
    struct err err;
    if (!engine_silence(engine, one->id, &silence) || matchers_parse(silence.matchers, &matchers, &err) < 0)
        return;
    struct json_writer writer = answer_json(one->request);
    write_silence(&writer, &silence, &matchers);
    matchers_free(&matchers);
    one->found = true;
}

void get_silence(struct request *request)
{
    struct one one = {.id = request_name(request, 0), .request = request};
    if (request_ask(request, write_one, &one) && !one.found)
        answer_string_problem(request, PROBLEM_NOT_FOUND, "silence not found: there is none with this id");
}

/* ---- in ---- */

static int refuse(struct request *request, const char *what)
{
    answer_string_problem(request, PROBLEM_BAD_REQUEST, "%s", what);
    return -1;
}

static const char *member_text(struct request *request, struct json root, const char *name, size_t most_bytes)
{
    size_t n_bytes = 0;
    const char *text = json_text(json_get(root, name), &n_bytes);
    if (json_kind(json_get(root, name)) <= JSON_NULL)
        return "";
    if (!text || n_bytes > most_bytes || strlen(text) != n_bytes) {
        answer_string_problem(request, PROBLEM_BAD_REQUEST, "%s must be a text of at most %zu bytes", name,
                              most_bytes);
        return NULL;
    }
    return text;
}

/* "false" is not false: what is meant is not guessed. */
static int read_flag(struct request *request, struct json root, const char *name, bool *flag)
{
    enum json_kind kind = json_kind(json_get(root, name));
    if (kind > JSON_NULL && kind != JSON_BOOL) {
        answer_string_problem(request, PROBLEM_BAD_REQUEST, "%s must be true or false", name);
        return -1;
    }
    *flag = json_bool(json_get(root, name), *flag);
    return 0;
}

static int read_matcher(struct request *request, struct json object, struct matchers *matchers)
{
    struct err err;
    struct matcher *matcher;
    bool is_regex = false, is_equal = true;
    const char *name = member_text(request, object, "name", MATCHER_NAME_BYTES);
    const char *value = name ? member_text(request, object, "value", MATCHER_VALUE_BYTES) : NULL;
    if (!name || !value || read_flag(request, object, "isRegex", &is_regex) < 0 ||
        read_flag(request, object, "isEqual", &is_equal) < 0)
        return -1;
    if (matcher_of_parts(name, value, is_regex, !is_equal, &matcher, &err) < 0) {
        answer_string_problem(request, PROBLEM_BAD_REQUEST, "invalid label matcher: %s", err.text);
        return -1;
    }
    matchers_add(matchers, matcher);
    return 0;
}

/* What would hide everything is no silence, but an outage of the pager. */
static int check_matchers(struct request *request, const struct matchers *matchers)
{
    bool selects = false, all_open = true;
    for (size_t i = 0; i < matchers->n; i++) {
        selects |= !matcher_fits_value(matchers->at[i], "");
        all_open &= strcmp(matchers->at[i]->name, "alertname") == 0 && matcher_is_open(matchers->at[i]);
    }
    if (matchers->n == 0)
        return refuse(request, "at least one matcher required");
    if (!selects)
        return refuse(request, "at least one matcher must not match the empty string: this would hide every "
                               "alert");
    if (all_open)
        return refuse(request, "this matches every alert: name the alerts, the service or the instance");
    return 0;
}

static int read_matchers(struct request *request, struct json list, struct matchers *matchers)
{
    if (json_kind(list) > JSON_NULL && json_kind(list) != JSON_ARRAY)
        return refuse(request, "matchers must be an array");
    if (json_count(list) > MATCHERS_LIMIT)
        return refuse(request, "too many matchers in one silence");
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i))
        if (read_matcher(request, i.value, matchers) < 0)
            return -1;
    return check_matchers(request, matchers);
}

static int read_time(struct request *request, struct json root, const char *name, int64_t *ret_us)
{
    const char *text = member_text(request, root, name, 64);
    *ret_us = 0;
    if (!text)
        return -1;
    if (!*text || time_parse_sent(text, strlen(text), ret_us) == 0)
        return 0;
    answer_string_problem(request, PROBLEM_BAD_REQUEST, "%s is not a time such as 2026-03-01T09:00:00Z",
                          name);
    return -1;
}

static int read_times(struct request *request, struct json root, struct silence *silence)
{
    int64_t now_us = clock_wall_us(request->api->clock);
    if (read_time(request, root, "startsAt", &silence->starts_us) < 0 ||
        read_time(request, root, "endsAt", &silence->ends_us) < 0)
        return -1;
    if (silence->starts_us == 0)
        silence->starts_us = now_us;
    if (silence->ends_us == 0)
        return refuse(request, "endsAt is needed: a silence ends");
    if (silence->ends_us < now_us)
        return refuse(request, "Failed to create silence: end time can't be in the past");
    if (silence->starts_us >= silence->ends_us)
        return refuse(request, "Failed to create silence: start time must be before end time");
    return 0;
}

static int read_silence(struct request *request, struct json root, struct silence *silence)
{
    silence->id = member_text(request, root, "id", SILENCE_ID_BYTES - 1);
    if (!silence->id)
        return -1;
    if (read_flag(request, root, "maintenance", &silence->maintenance) < 0)
        return -1;
    silence->created_by = request->access.person
                              ? request->access.person
                              : member_text(request, root, "createdBy", SILENCE_AUTHOR_BYTES);
    if (!silence->created_by)
        return -1;
    silence->comment = member_text(request, root, "comment", SILENCE_COMMENT_BYTES);
    if (!silence->comment || read_times(request, root, silence) < 0)
        return -1;
    if (!*silence->created_by || !*silence->comment)
        return refuse(request, "createdBy and comment are needed: a silence says who wanted it and why");
    return 0;
}

/* ---- preview ---- */

/* Writes how many alerts fire that would be hidden, and the first of them. -1: it is answered. */
static int preview(struct request *request, struct matchers *matchers, struct json_writer *writer)
{
    struct alert_feed feed;
    const struct alert_copy *copy;
    int64_t n = 0;
    feed_start(&feed, &request->api->backend, request->api->clock);
    feed.most_us = PREVIEW_US;
    bool wide = silence_is_wide(matchers);
    for (size_t i = 0; i < matchers->n; i++)
        feed_want(&feed, matchers->at[i]);
    free(matchers->at);
    *matchers = (struct matchers){0};
    if (writer) {
        jw_begin_object(writer);
        jw_name(writer, "alerts");
        jw_begin_array(writer);
    }
    enum feed_got got;
    while ((got = feed_next(&feed, &copy)) != FEED_END && got != FEED_FAILED) {
        if (got != FEED_ALERT || n++ >= NAMED_ALERTS || !writer)
            continue;
        const char *p = copy->texts;
        jw_begin_object(writer);
        for (size_t i = 0; i < copy->n_labels; i++) {
            const char *name = copy_text(&p);
            jw_pair(writer, name, copy_text(&p));
        }
        jw_end_object(writer);
    }
    feed_end(&feed);
    if (got == FEED_FAILED) {
        feed_answer_failed(request, &feed);
        return -1;
    }
    if (writer) {
        jw_end_array(writer);
        jw_pair_int(writer, "firing", n);
        if (wide)
            jw_pair_bool(writer, "wide", true);
        jw_end_object(writer);
    }
    return 0;
}

static void answer_preview(struct request *request, struct matchers *matchers)
{
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    if (preview(request, matchers, &writer) == 0)
        buf_add(answer_text(request, "application/json"), body.at, body.n_bytes);
    buf_free(&body);
}

void get_silence_preview(struct request *request)
{
    struct matchers matchers = {0};
    if (filters_read(request, &matchers) == 0 && check_matchers(request, &matchers) == 0)
        answer_preview(request, &matchers);
    matchers_free(&matchers);
}

/* An expression that takes too long is found out here, and not on the engine's thread. */
static int try_expressions(struct request *request, const char *text)
{
    struct matchers copy = {0};
    struct err err;
    bool expressions = false;
    if (matchers_parse(text, &copy, &err) < 0)
        return refuse(request, err.text);
    for (size_t i = 0; i < copy.n; i++)
        expressions |= copy.at[i]->expression != NULL;
    int failed = expressions ? preview(request, &copy, NULL) : 0;
    matchers_free(&copy);
    return failed;
}

static char *uuid_new(struct arena *arena)
{
    uint8_t bytes[16];
    char hex[33];
    random_bytes(bytes, sizeof bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* RFC 9562, version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    hex_encode(bytes, sizeof bytes, hex);
    return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void submit(struct request *request, struct silence *silence, const struct matchers *matchers)
{
    scoped_buf struct buf text = {0};
    matchers_print(matchers, &text);
    if (try_expressions(request, buf_text(&text)) < 0)
        return;
    silence->matchers = arena_strdup(request->arena, buf_text(&text));
    struct silence *kept = arena_alloc(request->arena, sizeof *kept);
    *kept = *silence;
    request->input = (struct input){.kind = INPUT_SILENCE,
                                    .actor = silence->created_by,
                                    .silence = kept,
                                    .text = uuid_new(request->arena)};
    request_submit(request, NULL);
}

void post_silence(struct request *request)
{
    struct json root;
    struct matchers matchers = {0};
    struct silence silence = {0};
    const char *only = request_query(request, "preview");
    bool preview_only = only && strcmp(only, "true") == 0;
    if (request_object(request, &root) == 0 &&
        read_matchers(request, json_get(root, "matchers"), &matchers) == 0) {
        if (preview_only)
            answer_preview(request, &matchers);
        else if (read_silence(request, root, &silence) == 0)
            submit(request, &silence, &matchers);
    }
    matchers_free(&matchers);
}

void answer_silence(struct request *request)
{
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "silenceID", request->outcome.message);
    jw_end_object(&writer);
}

void delete_silence(struct request *request)
{
    struct input input = {.kind = INPUT_SILENCE_EXPIRE, .text = request_name(request, 0)};
    if (request_actor(request, (struct json){0}, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}
