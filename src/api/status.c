/* What amtool asks before anything else, and what this server has in the place of Alertmanager's
 * configuration. */
#include "api/handlers.h"
#include "api/server.h"

/* Valid as Alertmanager's configuration, for `amtool config`: what is true of this server in its words. */
static const char configuration[] = "route:\n"
                                    "  receiver: crashcart\n"
                                    "  group_by: [alertname]\n"
                                    "receivers:\n"
                                    "- name: crashcart\n";

static void write_version(struct json_writer *writer)
{
    jw_name(writer, "versionInfo");
    jw_begin_object(writer);
    jw_pair(writer, "version", CRASHCART_VERSION);
    jw_pair(writer, "revision", "");
    jw_pair(writer, "branch", "");
    jw_pair(writer, "buildUser", "");
    jw_pair(writer, "buildDate", "");
    jw_pair(writer, "goVersion", "");
    jw_end_object(writer);
}

void get_status(struct request *request)
{
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "cluster");
    jw_begin_object(&writer);
    jw_pair(&writer, "name", "");
    jw_pair(&writer, "status", "disabled");
    jw_name(&writer, "peers");
    jw_begin_array(&writer);
    jw_end_array(&writer);
    jw_end_object(&writer);
    write_version(&writer);
    jw_name(&writer, "config");
    jw_begin_object(&writer);
    jw_pair(&writer, "original", configuration);
    jw_end_object(&writer);
    jw_pair_time(&writer, "uptime", request->api->started_us);
    jw_end_object(&writer);
}

void get_receivers(struct request *request)
{
    struct json_writer writer = answer_json(request);
    jw_begin_array(&writer);
    jw_begin_object(&writer);
    jw_pair(&writer, "name", "crashcart");
    jw_end_object(&writer);
    jw_end_array(&writer);
}

void get_silences(struct request *request)
{
    struct json_writer writer = answer_json(request);
    jw_begin_array(&writer);
    jw_end_array(&writer);
}

void post_silence(struct request *request)
{
    answer_problem(
        request, PROBLEM_NOT_IMPLEMENTED, NULL,
        "this version keeps no silences yet: nothing was silenced; acknowledge the incident instead");
}
