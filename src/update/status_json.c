/* As Statuspage's public API: /api/v2/summary.json and its parts (https://metastatuspage.com/api). What its
 * clients read is there even where we know nothing: a name that is missing ends some of them. */
#include <stdio.h>
#include <string.h>

#include "update/status_priv.h"

static void write_id(struct json_writer *w, const struct status_input *input, const char *kind,
                     const char *inner)
{
    char id[STATUS_ID_BYTES];
    status_id(input, kind, inner, id);
    jw_pair(w, "id", id);
}

static void write_page(struct json_writer *w, const struct status_input *input)
{
    jw_name(w, "page");
    jw_begin_object(w);
    jw_pair(w, "id", "crashcart");
    jw_pair(w, "name", input->config->status_page.title);
    jw_pair(w, "url", input->url);
    jw_pair(w, "time_zone", "Etc/UTC");
    jw_pair_time(w, "updated_at", input->n_updates ? input->updates[0].at_us : input->now_us);
    jw_end_object(w);
}

static void write_status(struct json_writer *w, const struct status_input *input,
                         const status_incidents *incidents)
{
    const char *indicator, *words = status_words(input, incidents, &indicator);
    jw_name(w, "status");
    jw_begin_object(w);
    jw_pair(w, "indicator", indicator);
    jw_pair(w, "description", words);
    jw_end_object(w);
}

static void write_incident_id(struct json_writer *w, const struct status_input *input, const char *name,
                              const struct status_incident *incident)
{
    char number[24], id[STATUS_ID_BYTES];
    snprintf(number, sizeof number, "%lld", (long long)incident->incident->number);
    status_id(input, "incident", number, id);
    jw_pair(w, name, id);
}

/* When the public heard last of it; 0: never. */
static int64_t heard_us(const status_incidents *incidents, const struct service *service)
{
    int64_t newest_us = 0;
    list_each (incident, incidents)
        if (incident->service == service && incident->newest->at_us > newest_us)
            newest_us = incident->newest->at_us;
    return newest_us;
}

static void write_component(struct json_writer *w, const struct status_input *input,
                            const status_incidents *incidents, const struct service *service, int position)
{
    jw_begin_object(w);
    write_id(w, input, "component", service->id);
    jw_pair(w, "name", service->public_name);
    jw_pair(w, "status", component_status(input, incidents, service));
    jw_pair_int(w, "position", position);
    jw_pair_time(w, "created_at", 0);
    jw_pair_time(w, "updated_at", heard_us(incidents, service));
    jw_pair(w, "description", NULL);
    jw_pair_bool(w, "showcase", true);
    jw_pair_bool(w, "group", false);
    jw_pair(w, "group_id", NULL);
    jw_pair_bool(w, "only_show_if_degraded", false);
    jw_pair(w, "page_id", "crashcart");
    jw_end_object(w);
}

/* of: this one alone; NULL: all. */
static void write_components(struct json_writer *w, const struct status_input *input,
                             const status_incidents *incidents, const struct service *of)
{
    int position = 0;
    jw_name(w, "components");
    jw_begin_array(w);
    list_each (service, &input->config->services) {
        position += service->public_name != NULL;
        if (service->public_name && (!of || of == service))
            write_component(w, input, incidents, service, position);
    }
    jw_end_array(w);
}

static void write_update(struct json_writer *w, const struct status_input *input,
                         const struct status_incident *incident, const struct update *update)
{
    char id[STATUS_ID_BYTES];
    status_update_id(input, update, id);
    jw_begin_object(w);
    jw_pair(w, "id", id);
    write_incident_id(w, input, "incident_id", incident);
    jw_pair(w, "status", update->status);
    jw_pair(w, "body", update->text);
    jw_pair_time(w, "created_at", update->at_us);
    jw_pair_time(w, "updated_at", update->at_us);
    jw_pair_time(w, "display_at", update->at_us);
    jw_name(w, "affected_components");
    jw_begin_array(w);
    jw_end_array(w);
    jw_end_object(w);
}

static void write_incident(struct json_writer *w, const struct status_input *input,
                           const status_incidents *incidents, const struct status_incident *incident)
{
    jw_begin_object(w);
    write_incident_id(w, input, "id", incident);
    jw_pair(w, "name", incident->newest->subject);
    jw_pair(w, "status", incident->newest->status);
    jw_pair(w, "impact", incident->impact);
    jw_pair_time(w, "created_at", incident->first->at_us);
    jw_pair_time(w, "started_at", incident->first->at_us);
    jw_pair_time(w, "updated_at", incident->newest->at_us);
    jw_pair_time(w, "monitoring_at", 0);
    jw_pair_time(w, "resolved_at", incident->over ? incident->newest->at_us : 0);
    jw_pair(w, "shortlink", input->url);
    jw_pair(w, "page_id", "crashcart");
    jw_name(w, "incident_updates");
    jw_begin_array(w);
    for (size_t i = 0; i < input->n_updates; i++)
        if (input->updates[i].incident == incident->incident->number)
            write_update(w, input, incident, &input->updates[i]);
    jw_end_array(w);
    if (incident->service)
        write_components(w, input, incidents, incident->service);
    else {
        jw_name(w, "components");
        jw_begin_array(w);
        jw_end_array(w);
    }
    jw_end_object(w);
}

static void write_incidents(struct json_writer *w, const struct status_input *input,
                            const status_incidents *incidents, bool all)
{
    jw_name(w, "incidents");
    jw_begin_array(w);
    list_each (incident, incidents)
        if (all || !incident->over)
            write_incident(w, input, incidents, incident);
    jw_end_array(w);
}

enum part {
    PART_STATUS = 1,
    PART_COMPONENTS = 2,
    PART_OPEN = 4,
    PART_ALL = 8,
    PART_UPCOMING = 16, /* of maintenance */
    PART_ACTIVE = 32
};

static void write_maintenances(struct json_writer *w, const struct status_input *input,
                               const status_incidents *incidents, int parts)
{
    jw_name(w, "scheduled_maintenances");
    jw_begin_array(w);
    list_each (window, &input->config->maintenance) {
        const struct service *service;
        struct roster_times times;
        if (!status_window(input, window, &service, &times))
            continue;
        bool active = times.from_us <= input->now_us;
        if (!(parts & (active ? PART_ACTIVE : PART_UPCOMING)))
            continue;
        scoped_buf struct buf name = {0};
        buf_printf(&name, "Maintenance of %s", service->public_name);
        jw_begin_object(w);
        write_id(w, input, "maintenance", window->id);
        jw_pair(w, "name", buf_text(&name));
        jw_pair(w, "status", active ? "in_progress" : "scheduled");
        jw_pair(w, "impact", "maintenance");
        jw_pair_time(w, "scheduled_for", times.from_us);
        jw_pair_time(w, "scheduled_until", times.until_us);
        jw_pair(w, "shortlink", input->url);
        jw_pair(w, "page_id", "crashcart");
        jw_name(w, "incident_updates");
        jw_begin_array(w);
        jw_end_array(w);
        write_components(w, input, incidents, service);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_parts(struct buf *out, const struct status_input *input, int parts)
{
    scoped_arena struct arena *arena = arena_new();
    status_incidents incidents;
    status_incidents_of(arena, input, &incidents);
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    write_page(&w, input);
    if (parts & PART_STATUS)
        write_status(&w, input, &incidents);
    if (parts & PART_COMPONENTS)
        write_components(&w, input, &incidents, NULL);
    if (parts & (PART_OPEN | PART_ALL))
        write_incidents(&w, input, &incidents, (parts & PART_ALL) != 0);
    if (parts & (PART_UPCOMING | PART_ACTIVE))
        write_maintenances(&w, input, &incidents, parts);
    jw_end_object(&w);
}

void status_summary_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_STATUS | PART_COMPONENTS | PART_OPEN | PART_UPCOMING | PART_ACTIVE);
}

void status_components_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_COMPONENTS);
}

void status_incidents_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_ALL);
}

void status_unresolved_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_OPEN);
}

void status_maintenances_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_UPCOMING | PART_ACTIVE);
}

void status_upcoming_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_UPCOMING);
}

void status_active_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_ACTIVE);
}

void status_status_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_STATUS);
}
