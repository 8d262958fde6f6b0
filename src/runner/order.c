/* {"run":4,"attempt":1,"file":"db.md","sha256":"...","line":120,"approved":true,"approved_by":"ana",
 *  "approved_sha256":"...","repairs":"curl-no-fail","service":"db","target":"ssh deploy@db-1",
 *  "values":[{"name":"<pod-name>","value":"web-1"}]}
 * {"run":4,"attempt":1,"line":120,"started":false,"state":"failed","exit_code":1,"duration_us":81234,"why":"...",
 *  "output":"...","output_cut":false,"redacted":""} */
#include <string.h>

#include "base/hash.h"
#include "runner/runner.h"

enum { TEXT_BYTES = 4096, /* of a path or a name */ TARGET_BYTES = 1024 * 1024 };

void runner_order_write(struct buf *out, const struct runner_order *order)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_int(&w, "run", order->run);
    jw_pair_int(&w, "attempt", order->attempt);
    jw_pair(&w, "file", order->file);
    jw_pair(&w, "sha256", order->sha256);
    jw_pair_int(&w, "line", order->line);
    jw_pair_bool(&w, "approved", order->approved);
    jw_pair(&w, "approved_by", order->approved_by);
    jw_pair(&w, "approved_sha256", order->approved_sha256);
    jw_pair(&w, "repairs", order->repairs ? order->repairs : "");
    jw_pair(&w, "service", order->service ? order->service : "");
    jw_pair(&w, "target", order->target ? order->target : "");
    jw_name(&w, "values");
    jw_begin_array(&w);
    for (size_t i = 0; i < order->n_values; i++) {
        jw_begin_object(&w);
        jw_pair(&w, "name", order->values[i].name);
        jw_pair(&w, "value", order->values[i].value);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_end_object(&w);
}

void runner_event_write(struct buf *out, const struct runner_event *event)
{
    const struct step_result *result = &event->result;
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_int(&w, "run", event->run);
    jw_pair_int(&w, "attempt", event->attempt);
    jw_pair_int(&w, "line", event->line);
    jw_pair_bool(&w, "started", event->started);
    if (!event->started) {
        jw_pair(&w, "state", step_state_name(result->state));
        jw_pair_int(&w, "exit_code", result->exit_code);
        jw_pair_int(&w, "duration_us", result->duration_us);
        jw_pair(&w, "why", result->why);
        jw_pair(&w, "output", result->output);
        jw_pair_bool(&w, "output_cut", result->output_cut);
        jw_pair(&w, "redacted", result->redacted ? result->redacted : "");
    }
    jw_end_object(&w);
}

/* A text without NUL bytes of at most limit_bytes, or NULL. */
static const char *text_read(struct arena *arena, struct json object, const char *name, size_t limit_bytes)
{
    size_t n_bytes;
    const char *text = json_text(json_get(object, name), &n_bytes);
    if (!text || n_bytes > limit_bytes || memchr(text, '\0', n_bytes))
        return NULL;
    return arena_strndup(arena, text, n_bytes);
}

static bool is_sha256(const char *text)
{
    return strlen(text) == SHA256_HEX_BYTES - 1 && strspn(text, "0123456789abcdef") == SHA256_HEX_BYTES - 1;
}

/* A number of 1 to INT32_MAX, or 0. */
static int ordinal_read(struct json object, const char *name)
{
    int64_t value = json_int(json_get(object, name), 0);
    return value >= 1 && value <= INT32_MAX ? (int)value : 0;
}

static int values_read(struct arena *arena, struct json json, struct runner_order *order, struct err *err)
{
    struct fill_value *values = arena_alloc(arena, FILL_VALUES_MOST * sizeof *values);
    for (struct json_iter i = json_first(json); json_more(&i); json_next(&i)) {
        struct fill_value value = {.name = text_read(arena, i.value, "name", FILL_VALUE_BYTES),
                                   .value = text_read(arena, i.value, "value", FILL_VALUE_BYTES)};
        if (!value.name || !value.value || order->n_values == FILL_VALUES_MOST)
            return err_set(err, "the values of an order have a name and a value, at most %d of them",
                           FILL_VALUES_MOST);
        values[order->n_values++] = value;
    }
    order->values = values;
    return 0;
}

int runner_order_read(struct arena *arena, struct json json, struct runner_order *ret_order, struct err *err)
{
    struct runner_order order = {
        .run = json_int(json_get(json, "run"), 0),
        .attempt = ordinal_read(json, "attempt"),
        .line = ordinal_read(json, "line"),
        .file = text_read(arena, json, "file", TEXT_BYTES),
        .sha256 = text_read(arena, json, "sha256", TEXT_BYTES),
        .approved = json_bool(json_get(json, "approved"), false),
        .approved_by = text_read(arena, json, "approved_by", TEXT_BYTES),
        .approved_sha256 = text_read(arena, json, "approved_sha256", TEXT_BYTES),
        .repairs = text_read(arena, json, "repairs", TEXT_BYTES),
        .service = text_read(arena, json, "service", TEXT_BYTES),
        .target = text_read(arena, json, "target", TARGET_BYTES),
    };
    if (order.run < 1 || !order.attempt || !order.line)
        return err_set(err, "an order needs run, attempt and line");
    if (!order.file || !order.sha256 || !is_sha256(order.sha256))
        return err_set(err, "an order needs file and sha256");
    if (order.approved && (!order.approved_by || !order.approved_sha256 || !is_sha256(order.approved_sha256)))
        return err_set(err, "an approved order needs approved_by and approved_sha256");
    if (values_read(arena, json_get(json, "values"), &order, err) < 0)
        return -1;
    *ret_order = order;
    return 0;
}

static bool is_result(int state)
{
    return state == STEP_SUCCEEDED || state == STEP_FAILED || state == STEP_TIMED_OUT ||
           state == STEP_REFUSED || state == STEP_EFFECT_UNKNOWN;
}

int runner_event_read(struct arena *arena, struct json json, struct runner_event *ret_event, struct err *err)
{
    struct runner_event event = {
        .run = json_int(json_get(json, "run"), 0),
        .attempt = ordinal_read(json, "attempt"),
        .line = ordinal_read(json, "line"),
        .started = json_bool(json_get(json, "started"), false),
    };
    if (event.run < 1 || !event.attempt || !event.line)
        return err_set(err, "an event of a step needs run, attempt and line");
    if (!event.started) {
        const char *name = text_read(arena, json, "state", TEXT_BYTES);
        int state = name ? step_state_of(name) : -1;
        if (!is_result(state))
            return err_set(err, "a step cannot end in the state \"%s\"", name ? name : "");
        event.result = (struct step_result){
            .state = (enum step_state)state,
            .exit_code = (int)json_int(json_get(json, "exit_code"), -1),
            .duration_us = json_int(json_get(json, "duration_us"), 0),
            .why = text_read(arena, json, "why", TEXT_BYTES),
            .output = text_read(arena, json, "output", SIZE_MAX),
            .output_cut = json_bool(json_get(json, "output_cut"), false),
            .redacted = text_read(arena, json, "redacted", TEXT_BYTES),
        };
    }
    *ret_event = event;
    return 0;
}
