/* The alerts that stand, listed as Alertmanager's API v2 does (openapi.yaml, gettableAlerts and alertGroups),
 * and how many a silence would hide. The list is sent while it is written, so its length costs no memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/feed.h"
#include "api/filters.h"
#include "api/handlers.h"
#include "api/server.h"
#include "api/stream.h"

enum { PIECE_BYTES = 48 * 1024, PIECE_US = 2000, FIRST_PIECE_US = 50000 };

struct list {
    struct stream stream; /* first */
    struct alert_feed feed;
    struct json_writer writer;
    bool grouped, in_group;
    int64_t group; /* incident of the one that is open */
};

static void write_labels(struct json_writer *writer, const char *name, const char **texts, size_t n)
{
    jw_name(writer, name);
    jw_begin_object(writer);
    for (size_t i = 0; i < n; i++) {
        const char *label = copy_text(texts);
        jw_pair(writer, label, copy_text(texts));
    }
    jw_end_object(writer);
}

/* Clients of Alertmanager want a time in each of these: zero is how it says "none". */
static void write_time(struct json_writer *writer, const char *name, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us, text);
    jw_pair(writer, name, text);
}

static void write_texts(struct json_writer *writer, const char *name, const char **texts, size_t n)
{
    jw_name(writer, name);
    jw_begin_array(writer);
    for (size_t i = 0; i < n; i++)
        jw_string(writer, copy_text(texts));
    jw_end_array(writer);
}

static void write_receiver(struct json_writer *writer, const char *name)
{
    jw_begin_object(writer);
    jw_pair(writer, "name", name);
    jw_end_object(writer);
}

static uint64_t fingerprint_of(const struct alert_copy *copy)
{
    struct label labels[256];
    const char *p = copy->texts;
    size_t n = copy->n_labels < 256 ? copy->n_labels : 256; /* intake takes fewer */
    for (size_t i = 0; i < n; i++) {
        labels[i].name = copy_text(&p);
        labels[i].value = copy_text(&p);
    }
    return alert_fingerprint(labels, n);
}

static void write_status(struct json_writer *writer, const struct alert_copy *copy, const char *silences)
{
    const char *p = silences;
    jw_name(writer, "status");
    jw_begin_object(writer);
    const char *inhibitors = copy_skip(silences, copy->n_silences);
    write_texts(writer, "inhibitedBy", &inhibitors, copy->n_inhibitors);
    jw_name(writer, "mutedBy");
    jw_begin_array(writer);
    jw_end_array(writer);
    write_texts(writer, "silencedBy", &p, copy->n_silences);
    jw_pair(writer, "state", copy->n_silences + copy->n_inhibitors ? "suppressed" : "active");
    jw_end_object(writer);
}

static void write_alert(struct json_writer *writer, const struct alert_copy *copy)
{
    const char *p = copy_skip(copy->texts, 2 * copy->n_labels), *labels = copy->texts;
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)fingerprint_of(copy));
    jw_begin_object(writer);
    write_labels(writer, "annotations", &p, copy->n_annotations);
    const char *url = copy_text(&p);
    write_time(writer, "endsAt", copy->ends_us);
    jw_pair(writer, "fingerprint", fingerprint);
    jw_name(writer, "receivers");
    jw_begin_array(writer);
    write_receiver(writer, copy_text(&p));
    jw_end_array(writer);
    write_time(writer, "startsAt", copy->starts_us);
    write_status(writer, copy, copy_skip(p, 2));
    write_time(writer, "updatedAt", copy->updated_us);
    if (*url)
        jw_pair(writer, "generatorURL", url);
    write_labels(writer, "labels", &labels, copy->n_labels);
    jw_end_object(writer);
}

/* ---- groups: the incidents, and what stands apart from all of them ---- */

static void close_group(struct list *list)
{
    if (!list->in_group)
        return;
    jw_end_array(&list->writer);
    jw_end_object(&list->writer);
    list->in_group = false;
}

static void open_group(struct list *list, const struct alert_copy *copy)
{
    struct json_writer *writer = &list->writer;
    if (list->in_group && list->group == copy->incident)
        return;
    close_group(list);
    list->in_group = true;
    list->group = copy->incident;
    const char *p = copy_skip(copy->texts, 2 * (copy->n_labels + copy->n_annotations) + 1);
    const char *receiver = copy_text(&p), *service = copy_text(&p), *procedure = copy_text(&p);
    jw_begin_object(writer);
    jw_name(writer, "labels");
    jw_begin_object(writer);
    if (copy->incident) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)copy->incident);
        jw_pair(writer, "incident", number);
        jw_pair(writer, "procedure", procedure);
        jw_pair(writer, "service", service);
    }
    jw_end_object(writer);
    jw_name(writer, "receiver");
    write_receiver(writer, receiver);
    jw_name(writer, "alerts");
    jw_begin_array(writer);
}

/* ---- the stream ---- */

static enum stream_got write_until(struct list *list, int64_t most_us)
{
    int64_t until_us = clock_monotonic_us(list->feed.clock) + most_us;
    const struct alert_copy *copy;
    for (size_t n = 0; list->stream.out.n_bytes < PIECE_BYTES; n++) {
        enum feed_got got = feed_next(&list->feed, &copy);
        if (got == FEED_FAILED)
            return STREAM_FAILED;
        if (got == FEED_END) {
            close_group(list);
            jw_end_array(&list->writer);
            return STREAM_END;
        }
        if (got == FEED_ALERT && list->grouped)
            open_group(list, copy);
        if (got == FEED_ALERT)
            write_alert(&list->writer, copy);
        if ((got == FEED_PAUSE || n % 16 == 0) && clock_monotonic_us(list->feed.clock) > until_us)
            break;
    }
    return STREAM_MORE;
}

static enum stream_got write_more(struct stream *stream)
{
    return write_until((struct list *)(void *)stream, PIECE_US);
}

static void list_free(struct stream *stream)
{
    struct list *list = (struct list *)(void *)stream;
    feed_end(&list->feed);
    free(list);
}

/* The words that Alertmanager knows; there, what is none of them is false, too. */
static bool bool_read(const char *word, bool *ret_value)
{
    static const char *const words[][2] = {{"true", "false"}, {"1", "0"}, {"t", "f"},
                                           {"yes", "no"},     {"y", "n"}, {"on", "off"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (size_t no = 0; no < 2; no++)
            if (strcasecmp(word, words[i][no]) == 0) {
                *ret_value = !no;
                return true;
            }
    return false;
}

/* active, silenced, inhibited, unprocessed: true unless said otherwise. */
static int read_states(struct request *request, struct alert_scan *scan)
{
    bool ignored = false;
    struct {
        const char *name;
        bool *no;
    } const states[] = {{"active", &scan->no_active},
                        {"silenced", &scan->no_silenced},
                        {"inhibited", &scan->no_inhibited},
                        {"unprocessed", &ignored},
                        {"muted", &ignored}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        const char *value = request_query(request, states[i].name);
        bool wanted = true;
        if (value && *value && !bool_read(value, &wanted)) {
            answer_string_problem(request, PROBLEM_BAD_REQUEST, "%s must be true or false", states[i].name);
            return -1;
        }
        *states[i].no = !wanted;
    }
    return 0;
}

static int read_receiver(struct request *request, struct matcher **ret_matcher)
{
    const char *expression = request_query(request, "receiver");
    struct err err;
    if (!expression || !*expression || matcher_of_expression("receiver", expression, ret_matcher, &err) == 0)
        return 0;
    answer_string_problem(request, PROBLEM_BAD_REQUEST, "receiver: %s", err.text);
    return -1;
}

static int read_query(struct request *request, struct alert_feed *feed)
{
    struct matchers filters = {0};
    if (read_states(request, &feed->scan) < 0 || read_receiver(request, &feed->receiver) < 0 ||
        filters_read(request, &filters) < 0)
        return -1;
    for (size_t i = 0; i < filters.n; i++)
        feed_want(feed, filters.at[i]);
    free(filters.at);
    return 0;
}

/* The first piece is written before anything is answered: most of what can go wrong goes wrong there, and can
 * still be told. */
static void answer_list(struct request *request, bool grouped)
{
    struct list *list = heap_alloc(sizeof *list);
    *list = (struct list){.stream = {.write_more = write_more, .free = list_free}, .grouped = grouped};
    feed_start(&list->feed, &request->api->backend, request->api->clock);
    list->feed.by_incident = grouped;
    if (read_query(request, &list->feed) < 0) {
        stream_free(list);
        return;
    }
    list->writer = jw_start(&list->stream.out);
    jw_begin_array(&list->writer);
    enum stream_got got = write_until(list, FIRST_PIECE_US);
    list->stream.ended = got == STREAM_END;
    if (got != STREAM_FAILED) {
        answer_stream(request, "application/json", &list->stream);
        return;
    }
    feed_answer_failed(request, &list->feed);
    stream_free(list);
}

void get_alerts(struct request *request)
{
    answer_list(request, false);
}

void get_alert_groups(struct request *request)
{
    answer_list(request, true);
}
