/* The two frames between core and courier. An order carries the page as a JSON value inside it; the courier
 * writes that value out again, so what a receiver gets is JSON whatever core sent. */
#include <string.h>

#include "courier/courier.h"

enum { MOST_PAGE_DEPTH = 16, CHAT_NAME_BYTES = 80 };

static const char *const verdict_names[] = {
    [VERDICT_SENT] = "sent", [VERDICT_RETRY] = "retry", [VERDICT_DEAD] = "dead"};
enum { N_VERDICTS = sizeof verdict_names / sizeof *verdict_names };

void courier_order_write(struct buf *out, const struct delivery *delivery, const char *page, size_t n_bytes)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_int(&w, "delivery", delivery->id);
    if (delivery->state == DELIVERY_CANCELLED) {
        jw_pair_bool(&w, "drop", true);
        jw_end_object(&w);
        return;
    }
    jw_pair_int(&w, "attempt", delivery->attempts + 1);
    jw_pair(&w, "channel", delivery->channel);
    jw_pair(&w, "address", delivery->address);
    jw_pair(&w, "key", delivery->key);
    jw_name(&w, "page");
    jw_raw(&w, page, n_bytes);
    jw_end_object(&w);
}

static void write_value(struct json_writer *w, struct json value, int depth)
{
    size_t n_bytes;
    const char *text;
    int64_t whole;
    enum json_kind kind = depth < MOST_PAGE_DEPTH ? json_kind(value) : JSON_NULL;
    switch (kind) {
    case JSON_STRING:
        text = json_text(value, &n_bytes);
        jw_string_n(w, text, n_bytes);
        break;
    case JSON_NUMBER:
        whole = json_int(value, INT64_MIN);
        if (whole != INT64_MIN)
            jw_int(w, whole);
        else
            jw_double(w, json_number(value, 0));
        break;
    case JSON_BOOL:
        jw_bool(w, json_bool(value, false));
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        (kind == JSON_ARRAY ? jw_begin_array : jw_begin_object)(w);
        for (struct json_iter i = json_first(value); json_more(&i); json_next(&i)) {
            if (kind == JSON_OBJECT)
                jw_name(w, i.name);
            write_value(w, i.value, depth + 1);
        }
        (kind == JSON_ARRAY ? jw_end_array : jw_end_object)(w);
        break;
    default:
        jw_null(w);
    }
}

/* A text without NUL bytes, or NULL. */
static const char *text_of(struct json object, const char *name)
{
    size_t n_bytes;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text && !memchr(text, '\0', n_bytes) ? text : NULL;
}

int courier_order_send(struct courier *courier, struct json order, struct err *err)
{
    int64_t delivery = json_int(json_get(order, "delivery"), -1);
    int64_t attempt = json_int(json_get(order, "attempt"), -1);
    const char *channel = text_of(order, "channel"), *address = text_of(order, "address");
    const char *key = text_of(order, "key");
    struct json page = json_get(order, "page");
    if (delivery >= 0 && json_bool(json_get(order, "drop"), false)) {
        courier_drop(courier, delivery);
        return 0;
    }
    if (delivery < 0 || attempt < 0 || attempt > INT32_MAX || !channel || !address || !key ||
        json_kind(page) != JSON_OBJECT)
        return err_set(err, "an order to the courier lacks a field");
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    write_value(&w, page, 0);
    int64_t rank = json_int(json_get(json_get(page, "incident"), "severity_rank"), 0);
    courier_send(courier, delivery, (int)attempt, rank > 0 && rank < INT32_MAX ? (int)rank : 0, channel,
                 address, key, text.at, text.n_bytes);
    return 0;
}

void courier_answer_write(struct buf *out, const struct courier_done *done)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_int(&w, "delivery", done->delivery);
    jw_pair_int(&w, "attempt", done->attempt);
    jw_pair(&w, "verdict", verdict_names[done->result.verdict]);
    jw_pair(&w, "detail", done->result.detail);
    jw_pair_int(&w, "retry_after_s", done->result.retry_after_s);
    if (done->result.made) {
        jw_pair(&w, "made", done->result.made);
        jw_pair(&w, "made_name", done->result.made_name);
        jw_pair_int(&w, "made_first", done->result.made_first);
    }
    jw_end_object(&w);
}

/* What a chat may call a channel; it is shown as it is. */
static bool chat_name_is_sound(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= CHAT_NAME_BYTES && utf8_valid(name, n) && !strpbrk(name, " <>&\"'#\n\r\t");
}

int courier_answer_read(struct arena *arena, struct json answer, struct courier_done *ret_done,
                        struct err *err)
{
    int64_t delivery = json_int(json_get(answer, "delivery"), -1);
    int64_t attempt = json_int(json_get(answer, "attempt"), -1);
    int64_t retry_after_s = json_int(json_get(answer, "retry_after_s"), 0);
    const char *verdict = text_of(answer, "verdict"), *detail = text_of(answer, "detail");
    size_t i = 0;
    while (verdict && i < N_VERDICTS && strcmp(verdict_names[i], verdict) != 0)
        i++;
    if (delivery < 0 || attempt < 0 || attempt > INT32_MAX || retry_after_s < 0 || !verdict ||
        i == N_VERDICTS)
        return err_set(err, "an answer of the courier lacks a field");
    *ret_done = (struct courier_done){.delivery = delivery,
                                      .attempt = (int)attempt,
                                      .result = {.verdict = (enum delivery_verdict)i,
                                                 .detail = arena_strdup(arena, detail ? detail : ""),
                                                 .retry_after_s = retry_after_s}};
    const char *made = text_of(answer, "made"), *name = text_of(answer, "made_name");
    if (made && name && slack_id_check(made, err) == 0 && chat_name_is_sound(name)) {
        ret_done->result.made = arena_strdup(arena, made);
        ret_done->result.made_name = arena_strdup(arena, name);
        ret_done->result.made_first = json_int(json_get(answer, "made_first"), 0);
    }
    return 0;
}
