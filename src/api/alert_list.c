/* The alerts that stand, listed as Alertmanager's API v2 does (openapi.yaml, gettableAlerts and alertGroups).
 * The list is written on the engine's thread, between two inputs: the values are good there only. */
#include <stdio.h>
#include <string.h>

#include "api/handlers.h"
#include "api/matcher.h"
#include "api/server.h"
#include "base/map.h"

enum { FILTERS_LIMIT = 32 };

struct list {
    struct request *request;
    struct json_writer writer;
    struct matcher *matchers[FILTERS_LIMIT];
    size_t n_matchers;
    bool wanted;        /* false: a filter leaves nothing */
    struct map *groups; /* NULL: one list; else alert name -> struct group */
    struct group *first, **last;
    struct err err;
};

struct group {
    struct group *next;
    const char *name;
    struct buf json;
    struct json_writer writer;
};

static void write_labels(struct json_writer *writer, const char *name, const struct label *labels, size_t n)
{
    jw_name(writer, name);
    jw_begin_object(writer);
    for (size_t i = 0; i < n; i++)
        jw_pair(writer, labels[i].name, labels[i].value);
    jw_end_object(writer);
}

static void write_none(struct json_writer *writer, const char *name)
{
    jw_name(writer, name);
    jw_begin_array(writer);
    jw_end_array(writer);
}

/* Clients of Alertmanager want a time in each of these: zero is how it says "none". */
static void write_time(struct json_writer *writer, const char *name, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us, text);
    jw_pair(writer, name, text);
}

static void write_receiver(struct json_writer *writer)
{
    jw_begin_object(writer);
    jw_pair(writer, "name", "crashcart");
    jw_end_object(writer);
}

static void write_alert(struct json_writer *writer, const struct alert_view *view)
{
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)view->fingerprint);
    jw_begin_object(writer);
    write_labels(writer, "annotations", view->alert.annotations, view->alert.n_annotations);
    write_time(writer, "endsAt", view->alert.ends_us);
    jw_pair(writer, "fingerprint", fingerprint);
    jw_name(writer, "receivers");
    jw_begin_array(writer);
    write_receiver(writer);
    jw_end_array(writer);
    write_time(writer, "startsAt", view->alert.starts_us ? view->alert.starts_us : view->updated_us);
    jw_name(writer, "status");
    jw_begin_object(writer);
    write_none(writer, "inhibitedBy");
    write_none(writer, "mutedBy");
    write_none(writer, "silencedBy");
    jw_pair(writer, "state", "active");
    jw_end_object(writer);
    write_time(writer, "updatedAt", view->updated_us);
    if (view->alert.generator_url)
        jw_pair(writer, "generatorURL", view->alert.generator_url);
    write_labels(writer, "labels", view->alert.labels, view->alert.n_labels);
    jw_end_object(writer);
}

static struct json_writer *writer_of(struct list *list, const struct alert_view *view)
{
    if (!list->groups)
        return &list->writer;
    const char *name = label_value(view->alert.labels, view->alert.n_labels, "alertname");
    if (!name)
        name = "";
    struct group *group = map_get(list->groups, name, strlen(name));
    if (!group) {
        group = arena_alloc(list->request->arena, sizeof *group);
        group->name = arena_strdup(list->request->arena, name);
        group->writer = jw_start(&group->json);
        jw_begin_array(&group->writer);
        map_put(list->groups, name, strlen(name), group);
        *list->last = group;
        list->last = &group->next;
    }
    return &group->writer;
}

/* On the engine's thread. */
static void visit(void *context, const struct alert_view *view)
{
    struct list *list = context;
    for (size_t i = 0; i < list->n_matchers; i++)
        if (!matcher_fits(list->matchers[i], view->alert.labels, view->alert.n_labels))
            return;
    write_alert(writer_of(list, view), view);
}

static void ask_all(void *context, const struct engine *engine)
{
    struct list *list = context;
    engine_each_alert(engine, clock_wall_us(list->request->api->clock), visit, list);
}

static enum MHD_Result add_filter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct list *list = context;
    (void)kind;
    if (strcmp(name, "filter") != 0)
        return MHD_YES;
    if (list->n_matchers == FILTERS_LIMIT)
        err_set(&list->err, "more than %d filters", FILTERS_LIMIT);
    else if (matcher_parse(value ? value : "", &list->matchers[list->n_matchers], &list->err) == 0)
        list->n_matchers++;
    return *list->err.text ? MHD_NO : MHD_YES;
}

/* active, silenced, inhibited, unprocessed: true unless said otherwise. All alerts are active so far. */
static int read_states(struct list *list)
{
    static const char *const names[] = {"active", "silenced", "inhibited", "unprocessed", "muted"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = request_query(list->request, names[i]);
        bool no = value && strcmp(value, "false") == 0;
        if (value && !no && strcmp(value, "true") != 0) {
            answer_problem(list->request, PROBLEM_BAD_REQUEST, names[i], "%s must be true or false",
                           names[i]);
            return -1;
        }
        if (i == 0 && no)
            list->wanted = false;
    }
    return 0;
}

static int read_receiver(struct list *list)
{
    const char *expression = request_query(list->request, "receiver");
    struct matcher *matcher;
    struct err err;
    if (!expression)
        return 0;
    if (matcher_of_expression("receiver", expression, &matcher, &err) < 0) {
        answer_problem(list->request, PROBLEM_BAD_REQUEST, "receiver", "%s", err.text);
        return -1;
    }
    list->wanted = list->wanted && matcher_fits_value(matcher, "crashcart");
    matcher_free(matcher);
    return 0;
}

static int read_filters(struct list *list)
{
    if (read_states(list) < 0 || read_receiver(list) < 0)
        return -1;
    MHD_get_connection_values(list->request->connection, MHD_GET_ARGUMENT_KIND, add_filter, list);
    if (!*list->err.text)
        return 0;
    answer_problem(list->request, PROBLEM_BAD_REQUEST, "filter", "%s", list->err.text);
    return -1;
}

static void ask(struct list *list)
{
    const struct api_backend *backend = &list->request->api->backend;
    if (list->wanted)
        backend->ask(backend->core, ask_all, list);
}

static void finish(struct list *list)
{
    bool gave_up = false;
    for (size_t i = 0; i < list->n_matchers; i++) {
        gave_up |= matcher_gave_up(list->matchers[i]);
        matcher_free(list->matchers[i]);
    }
    if (gave_up)
        answer_problem(list->request, PROBLEM_BAD_REQUEST, "filter",
                       "the expression takes too long to match");
}

void get_alerts(struct request *request)
{
    struct list list = {.request = request, .wanted = true};
    if (read_filters(&list) == 0) {
        list.writer = answer_json(request);
        jw_begin_array(&list.writer);
        ask(&list);
        jw_end_array(&list.writer);
    }
    finish(&list);
}

static void write_groups(struct list *list)
{
    struct json_writer writer = answer_json(list->request);
    jw_begin_array(&writer);
    for (struct group *group = list->first; group; group = group->next) {
        jw_end_array(&group->writer);
        jw_begin_object(&writer);
        jw_name(&writer, "alerts");
        jw_raw(&writer, group->json.at, group->json.n_bytes);
        jw_name(&writer, "labels");
        jw_begin_object(&writer);
        if (*group->name)
            jw_pair(&writer, "alertname", group->name);
        jw_end_object(&writer);
        jw_name(&writer, "receiver");
        write_receiver(&writer);
        jw_end_object(&writer);
        buf_free(&group->json);
    }
    jw_end_array(&writer);
}

/* By alert name, as the configuration that GET /api/v2/status shows says. */
void get_alert_groups(struct request *request)
{
    struct list list = {.request = request, .wanted = true};
    list.last = &list.first;
    if (read_filters(&list) == 0) {
        list.groups = map_new();
        ask(&list);
        write_groups(&list);
        map_free(list.groups);
    }
    finish(&list);
}
