/* The configuration in force, for people who look: nothing that is secret, and no address of a person. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/clock.h"

static void write_strings(struct json_writer *writer, const char *name, const struct strings *strings)
{
    jw_name(writer, name);
    jw_begin_array(writer);
    for (size_t i = 0; i < strings->n; i++)
        jw_string(writer, strings->at[i]);
    jw_end_array(writer);
}

static void write_people(struct json_writer *writer, const struct config *config)
{
    jw_name(writer, "people");
    jw_begin_array(writer);
    list_each (person, &config->people) {
        jw_begin_object(writer);
        jw_pair(writer, "id", person->id);
        jw_pair(writer, "name", person->name);
        jw_name(writer, "channels");
        jw_begin_array(writer);
        list_each (contact, &person->contacts)
            jw_string(writer, contact->channel);
        jw_end_array(writer);
        jw_end_object(writer);
    }
    jw_end_array(writer);
}

static void write_service(struct json_writer *writer, const struct service *service)
{
    jw_begin_object(writer);
    jw_pair(writer, "id", service->id);
    jw_pair(writer, "runbook", service->runbook);
    jw_name(writer, "match");
    jw_begin_array(writer);
    list_each (label, &service->match) {
        jw_begin_object(writer);
        jw_pair(writer, "name", label->name);
        jw_pair(writer, "value", label->value);
        jw_end_object(writer);
    }
    jw_end_array(writer);
    jw_name(writer, "escalation");
    jw_begin_array(writer);
    list_each (step, &service->escalation) {
        jw_begin_object(writer);
        write_strings(writer, "notify", &step->notify);
        jw_pair_int_or_null(writer, "after_s", step->after_s, step->after_s != UNSTATED);
        jw_end_object(writer);
    }
    jw_end_array(writer);
    jw_end_object(writer);
}

static void write_roles(struct json_writer *writer, const struct config *config)
{
    jw_name(writer, "roles");
    jw_begin_array(writer);
    list_each (role, &config->roles) {
        jw_begin_object(writer);
        jw_pair(writer, "name", role->name);
        write_strings(writer, "notify", &role->notify);
        jw_end_object(writer);
    }
    jw_end_array(writer);
}

static void write_heartbeats(struct json_writer *writer, const struct config *config)
{
    jw_name(writer, "heartbeats");
    jw_begin_array(writer);
    list_each (heartbeat, &config->heartbeats) {
        jw_begin_object(writer);
        jw_pair(writer, "id", heartbeat->id);
        jw_pair_int(writer, "every_s", heartbeat->every_s);
        jw_pair_int(writer, "grace_s", heartbeat->grace_s);
        jw_end_object(writer);
    }
    jw_end_array(writer);
}

/* null: people sign in with a password alone. */
static void write_sign_in(struct json_writer *writer, const struct config_sign_in *sign_in)
{
    jw_name(writer, "sign_in");
    if (!sign_in->provider) {
        jw_null(writer);
        return;
    }
    jw_begin_object(writer);
    jw_pair(writer, "provider", sign_in->provider);
    jw_pair(writer, "name", sign_in->name);
    jw_pair(writer, "client", sign_in->client);
    jw_pair(writer, "person", sign_in->person);
    jw_pair(writer, "groups", sign_in->groups);
    write_strings(writer, "scopes", &sign_in->scopes);
    jw_name(writer, "rights");
    jw_begin_array(writer);
    list_each (right, &sign_in->rights) {
        jw_begin_object(writer);
        jw_pair(writer, "group", right->group);
        jw_pair(writer, "right", right->right);
        write_strings(writer, "services", &right->services);
        jw_end_object(writer);
    }
    jw_end_array(writer);
    jw_end_object(writer);
}

static void write_configuration(struct json_writer *writer, const struct config *config)
{
    jw_pair(writer, "file", config->file);
    jw_pair(writer, "public_url", config->public_url);
    jw_pair(writer, "store", config->store ? "PostgreSQL" : "SQLite");
    jw_pair(writer, "policy", config->policy);
    jw_pair(writer, "redaction", config->redaction);
    jw_pair_bool(writer, "mail", config->mail.server != NULL);
    jw_pair_int(writer, "resolve_timeout_s", config->resolve_timeout_s);
    jw_pair_int(writer, "hold_down_s", config->hold_down_s);
    jw_pair_int(writer, "reopen_window_s", config->reopen_window_s);
    write_people(writer, config);
    jw_name(writer, "services");
    jw_begin_array(writer);
    list_each (service, &config->services)
        write_service(writer, service);
    jw_end_array(writer);
    write_roles(writer, config);
    write_heartbeats(writer, config);
    write_sign_in(writer, &config->sign_in);
}

static void write_asked(void *context, const struct config *config, const struct library *library)
{
    (void)library;
    write_configuration(context, config);
}

void get_settings(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    bool kept = backend->site_kept && backend->site_kept(backend->core);
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "version", CRASHCART_VERSION);
    jw_pair_time(&writer, "started_at", request->api->started_us);
    jw_pair_bool(&writer, "files_have_errors", kept);
    if (!backend->ask_site(backend->core, write_asked, &writer)) {
        request_unanswered(request);
        return;
    }
    jw_end_object(&writer);
}
