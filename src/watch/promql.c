/* promql: an instant query to a Prometheus (HTTP API v1).
 *   {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000.1,"0.3"]}]}}
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "watch/gathered.h"
#include "watch/watch_priv.h"

enum { ANSWER_BYTES = 8 * 1024 * 1024, ANSWER_DEPTH = 16 };

struct promql_look {
    struct probe *probe;
    struct check_request request;
    struct fetch fetch;
    struct buf url, answer;
};

static int on_body(void *context, const char *bytes, size_t n_bytes)
{
    struct promql_look *look = context;
    buf_add(&look->answer, bytes, n_bytes);
    return 0;
}

/* The second of [time, "value"]. */
static int sample_read(struct json pair, double *ret_value)
{
    struct json_iter i = json_first(pair);
    if (json_count(pair) != 2)
        return -1;
    json_next(&i);
    const char *text = json_text(i.value, NULL);
    char *end;
    if (!text || !*text)
        return -1;
    *ret_value = strtod(text, &end);
    return *end ? -1 : 0;
}

static int result_read(struct json data, struct gathered *gathered)
{
    const char *type = json_text(json_get(data, "resultType"), NULL);
    struct json result = json_get(data, "result");
    double value;
    if (type && strcmp(type, "scalar") == 0) {
        if (sample_read(result, &value) < 0)
            return -1;
        gathered_add(gathered, value);
        return 0;
    }
    if (!type || strcmp(type, "vector") != 0)
        return -1;
    for (struct json_iter i = json_first(result); json_more(&i); json_next(&i)) {
        if (sample_read(json_get(i.value, "value"), &value) < 0)
            return -1;
        gathered_add(gathered, value);
    }
    return 0;
}

static void judge_answer(struct probe *probe, struct json root)
{
    const struct config_check *check = probe->check;
    struct gathered gathered = {0};
    const char *error = json_text(json_get(root, "error"), NULL);
    const char *query = check->promql.query;
    if (error)
        probe_say(probe, READING_ERROR, 0, "%.100s: %.180s", query, error);
    else if (result_read(json_get(root, "data"), &gathered) < 0)
        probe_say(probe, READING_ERROR, 0, "%.200s: the answer is no vector or scalar", query);
    else if (gathered.n == 0 && isnan(check->promql.absent))
        probe_say(probe, READING_ERROR, 0, "%.200s: no series fits", query);
    else
        probe_say(probe, READING_VALUE,
                  gathered.n ? gathered_value(&gathered, check, check->promql.combine) : check->promql.absent,
                  "%.200s", query);
}

static void on_done(void *context, const struct fetch_result *result)
{
    struct promql_look *look = context;
    struct probe *probe = look->probe;
    struct json_document *document = json_document_new();
    struct json root = {0};
    struct err err;
    const char *url = probe->check->promql.request.url;
    bool is_json =
        json_parse(document, buf_text(&look->answer), look->answer.n_bytes, ANSWER_DEPTH, &root, &err) == 0;
    if (result->failure)
        probe_say(probe, READING_ERROR, 0, "%s: %s", url, result->failure);
    else if (!is_json || (result->status != 200 && !json_text(json_get(root, "error"), NULL)))
        probe_say(probe, READING_ERROR, 0, "%s answers HTTP %ld, and no result", url, result->status);
    else
        judge_answer(probe, root);
    json_document_free(document);
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || strchr("-_.~", *text))
            buf_putc(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
}

static void promql_open(struct probe *probe)
{
    struct promql_look *look = heap_alloc(sizeof *look);
    const char *url = probe->check->promql.request.url;
    size_t n = strlen(url);
    look->probe = probe;
    buf_printf(&look->url, "%.*s/api/v1/query?query=", (int)(n && url[n - 1] == '/' ? n - 1 : n), url);
    add_escaped(&look->url, probe->check->promql.query);
    look->request = probe->check->promql.request;
    look->request.url = buf_text(&look->url);
    look->fetch = (struct fetch){.request = &look->request,
                                 .most_bytes = ANSWER_BYTES,
                                 .body = on_body,
                                 .done = on_done,
                                 .context = look};
    probe->memory = look;
}

static void promql_begin(struct probe *probe)
{
    struct promql_look *look = probe->memory;
    struct err err;
    buf_clear(&look->answer);
    if (fetch_begin(probe->fetcher, &look->fetch, &err) < 0)
        probe_say(probe, READING_ERROR, 0, "%s", err.text);
}

static void promql_end(struct probe *probe)
{
    struct promql_look *look = probe->memory;
    fetch_end(&look->fetch);
}

static void promql_close(struct probe *probe)
{
    struct promql_look *look = probe->memory;
    buf_free(&look->url);
    buf_free(&look->answer);
    free(look);
}

const struct check_kind promql_kind = {
    .open = promql_open, .begin = promql_begin, .end = promql_end, .close = promql_close};
