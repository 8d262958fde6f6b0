/* As Statuspage's public API: /api/v2/summary.json and its parts (https://metastatuspage.com/api). */
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

static void write_status(struct json_writer *w, const status_incidents *incidents)
{
    const char *indicator, *words = status_words(incidents, &indicator);
    jw_name(w, "status");
    jw_begin_object(w);
    jw_pair(w, "indicator", indicator);
    jw_pair(w, "description", words);
    jw_end_object(w);
}

static void write_component(struct json_writer *w, const struct status_input *input,
                            const status_incidents *incidents, const struct service *service, int position)
{
    jw_begin_object(w);
    write_id(w, input, "component", service->id);
    jw_pair(w, "name", service->public_name);
    jw_pair(w, "status", component_status(input, incidents, service));
    jw_pair_int(w, "position", position);
    jw_pair(w, "description", NULL);
    jw_pair_bool(w, "showcase", true);
    jw_pair_bool(w, "group", false);
    jw_pair(w, "group_id", NULL);
    jw_pair_bool(w, "only_show_if_degraded", false);
    jw_pair(w, "page_id", "crashcart");
    jw_end_object(w);
}

static void write_components(struct json_writer *w, const struct status_input *input,
                             const status_incidents *incidents)
{
    int position = 0;
    jw_name(w, "components");
    jw_begin_array(w);
    list_each (service, &input->config->services)
        if (service->public_name)
            write_component(w, input, incidents, service, ++position);
    jw_end_array(w);
}

static void write_update(struct json_writer *w, const struct status_input *input, const struct update *update)
{
    char id[STATUS_ID_BYTES];
    status_update_id(input, update, id);
    jw_begin_object(w);
    jw_pair(w, "id", id);
    jw_pair(w, "status", update->status);
    jw_pair(w, "body", update->text);
    jw_pair_time(w, "created_at", update->at_us);
    jw_pair_time(w, "updated_at", update->at_us);
    jw_pair_time(w, "display_at", update->at_us);
    jw_end_object(w);
}

static void write_incident(struct json_writer *w, const struct status_input *input,
                           const struct status_incident *incident)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)incident->incident->number);
    jw_begin_object(w);
    write_id(w, input, "incident", number);
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
            write_update(w, input, &input->updates[i]);
    jw_end_array(w);
    jw_end_object(w);
}

static void write_incidents(struct json_writer *w, const struct status_input *input,
                            const status_incidents *incidents, bool all)
{
    jw_name(w, "incidents");
    jw_begin_array(w);
    list_each (incident, incidents)
        if (all || !incident->over)
            write_incident(w, input, incident);
    jw_end_array(w);
}

static void write_maintenances(struct json_writer *w, const struct status_input *input)
{
    jw_name(w, "scheduled_maintenances");
    jw_begin_array(w);
    list_each (window, &input->config->maintenance) {
        const struct service *service;
        struct roster_times times;
        if (!status_window(input, window, &service, &times))
            continue;
        scoped_buf struct buf name = {0};
        buf_printf(&name, "Maintenance of %s", service->public_name);
        jw_begin_object(w);
        write_id(w, input, "maintenance", window->id);
        jw_pair(w, "name", buf_text(&name));
        jw_pair(w, "status", times.from_us <= input->now_us ? "in_progress" : "scheduled");
        jw_pair(w, "impact", "maintenance");
        jw_pair_time(w, "scheduled_for", times.from_us);
        jw_pair_time(w, "scheduled_until", times.until_us);
        jw_pair(w, "shortlink", input->url);
        jw_pair(w, "page_id", "crashcart");
        jw_name(w, "incident_updates");
        jw_begin_array(w);
        jw_end_array(w);
        jw_end_object(w);
    }
    jw_end_array(w);
}

enum part { PART_STATUS = 1, PART_COMPONENTS = 2, PART_OPEN = 4, PART_ALL = 8, PART_MAINTENANCE = 16 };

static void write_parts(struct buf *out, const struct status_input *input, int parts)
{
    scoped_arena struct arena *arena = arena_new();
    status_incidents incidents;
    status_incidents_of(arena, input, &incidents);
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    write_page(&w, input);
    if (parts & PART_STATUS)
        write_status(&w, &incidents);
    if (parts & PART_COMPONENTS)
        write_components(&w, input, &incidents);
    if (parts & (PART_OPEN | PART_ALL))
        write_incidents(&w, input, &incidents, (parts & PART_ALL) != 0);
    if (parts & PART_MAINTENANCE)
        write_maintenances(&w, input);
    jw_end_object(&w);
}

void status_summary_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_STATUS | PART_COMPONENTS | PART_OPEN | PART_MAINTENANCE);
}

void status_components_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_COMPONENTS);
}

void status_incidents_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_ALL);
}

void status_maintenances_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_MAINTENANCE);
}

void status_status_write(struct buf *out, const struct status_input *input)
{
    write_parts(out, input, PART_STATUS);
}
