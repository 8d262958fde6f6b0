/* metrics: a page in Prometheus' text format, judged as it comes in. */
#include <stdlib.h>

#include "base/arena.h"
#include "watch/series.h"
#include "watch/watch_priv.h"

enum { PAGE_BYTES = 64 * 1024 * 1024 };

struct metrics_look {
    struct probe *probe;
    struct fetch fetch;
    struct series *series;
    struct exposition page;
    struct err err; /* why the page was refused */
};

static int on_body(void *context, const char *bytes, size_t n_bytes)
{
    struct metrics_look *look = context;
    return exposition_feed(&look->page, bytes, n_bytes, &look->err);
}

static void on_done(void *context, const struct fetch_result *result)
{
    struct metrics_look *look = context;
    struct probe *probe = look->probe;
    const char *url = probe->check->metrics.request.url;
    struct check_reading reading;
    if (result->status && result->status != 200)
        probe_say(probe, READING_ERROR, 0, "%s answers HTTP %ld", url, result->status);
    else if (result->refused_body)
        probe_say(probe, READING_ERROR, 0, "%s: %s", url, look->err.text);
    else if (result->failure)
        probe_say(probe, READING_ERROR, 0, "%s: %s", url, result->failure);
    else if (exposition_finish(&look->page, &look->err) < 0)
        probe_say(probe, READING_ERROR, 0, "%s: %s", url, look->err.text);
    else {
        series_read(look->series, clock_monotonic_us(probe->clock), &reading);
        probe_done(probe, &reading);
    }
}

static void metrics_open(struct probe *probe)
{
    struct metrics_look *look = heap_alloc(sizeof *look);
    look->probe = probe;
    look->series = series_new(probe->check);
    look->page = (struct exposition){
        .wanted = series_wanted(look->series), .take = series_take, .context = look->series};
    look->fetch = (struct fetch){.request = &probe->check->metrics.request,
                                 .accept = "text/plain;version=0.0.4",
                                 .most_bytes = PAGE_BYTES,
                                 .body = on_body,
                                 .done = on_done,
                                 .context = look};
    probe->memory = look;
}

static void metrics_begin(struct probe *probe)
{
    struct metrics_look *look = probe->memory;
    exposition_free(&look->page); /* of a page that broke off */
    look->page.n_lines = look->page.n_samples = 0;
    series_begin(look->series);
    if (fetch_begin(probe->fetcher, &look->fetch, &look->err) < 0)
        probe_say(probe, READING_ERROR, 0, "%s", look->err.text);
}

static void metrics_end(struct probe *probe)
{
    struct metrics_look *look = probe->memory;
    fetch_end(&look->fetch);
}

static void metrics_close(struct probe *probe)
{
    struct metrics_look *look = probe->memory;
    exposition_free(&look->page);
    series_free(look->series);
    free(look);
}

static void metrics_remembers(const struct config_check *check, struct buf *out)
{
    buf_printf(out, "%s\n%s\n%s\n%s\n%.17g\n%lld", check->metrics.request.url, check->metrics.metric,
               check->metrics.per ? check->metrics.per : "", check->metrics.as, check->metrics.quantile,
               (long long)check->metrics.window_s);
}

static void metrics_learn(struct probe *probe)
{
    struct metrics_look *look = probe->memory;
    look->fetch.request = &probe->check->metrics.request;
    series_learn(look->series, probe->check);
}

const struct check_kind metrics_kind = {.open = metrics_open,
                                        .begin = metrics_begin,
                                        .end = metrics_end,
                                        .close = metrics_close,
                                        .remembers = metrics_remembers,
                                        .learn = metrics_learn};
