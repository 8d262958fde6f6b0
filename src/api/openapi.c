/* What the server can do, for programs that write clients: the table of routes as OpenAPI 3.1
 * (spec.openapis.org/oas/v3.1.0). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/handlers.h"
#include "api/request.h"
#include "api/schemas.h"

struct word {
    const char *at;
    size_t n_bytes;
};

static bool next_word(const char **at, struct word *ret_word)
{
    *at += strspn(*at, " ");
    *ret_word = (struct word){*at, strcspn(*at, " ")};
    *at += ret_word->n_bytes;
    return ret_word->n_bytes > 0;
}

static bool word_is(struct word word, const char *text)
{
    return word.n_bytes == strlen(text) && memcmp(word.at, text, word.n_bytes) == 0;
}

static void write_reference(struct json_writer *writer, struct word name)
{
    scoped_buf struct buf path = {0};
    buf_puts(&path, "#/components/schemas/");
    buf_add(&path, name.at, name.n_bytes);
    jw_begin_object(writer);
    jw_pair(writer, "$ref", buf_text(&path));
    jw_end_object(writer);
}

static void write_kind(struct json_writer *writer, const char *kind, const char *format, bool may_be_null)
{
    jw_begin_object(writer);
    jw_name(writer, "type");
    if (may_be_null) {
        jw_begin_array(writer);
        jw_string(writer, kind);
        jw_string(writer, "null");
        jw_end_array(writer);
    } else {
        jw_string(writer, kind);
    }
    if (format)
        jw_pair(writer, "format", format);
    if (strcmp(kind, "object") == 0)
        jw_pair_bool(writer, "additionalProperties", true);
    jw_end_object(writer);
}

static void write_one_type(struct json_writer *writer, struct word type)
{
    static const struct {
        const char *name, *kind, *format;
    } plain[] = {{"text", "string", NULL},    {"person", "string", NULL},   {"time", "string", "date-time"},
                 {"number", "integer", NULL}, {"boolean", "boolean", NULL}, {"object", "object", NULL}};
    bool may_be_null = type.at[type.n_bytes - 1] == '?';
    type.n_bytes -= may_be_null;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (word_is(type, plain[i].name)) {
            write_kind(writer, plain[i].kind, plain[i].format, may_be_null);
            return;
        }
    if (!may_be_null) {
        write_reference(writer, type);
        return;
    }
    jw_begin_object(writer);
    jw_name(writer, "oneOf");
    jw_begin_array(writer);
    write_reference(writer, type);
    write_kind(writer, "null", NULL, false);
    jw_end_array(writer);
    jw_end_object(writer);
}

static void write_type(struct json_writer *writer, struct word type)
{
    if (*type.at != '[') {
        write_one_type(writer, type);
        return;
    }
    jw_begin_object(writer);
    jw_pair(writer, "type", "array");
    jw_name(writer, "items");
    write_one_type(writer, (struct word){type.at + 1, type.n_bytes - 1});
    jw_end_object(writer);
}

static struct word member_name(struct word member)
{
    return (struct word){member.at, strcspn(member.at, "*:")};
}

static void write_name(struct json_writer *writer, struct word name)
{
    scoped_buf struct buf text = {0};
    buf_add(&text, name.at, name.n_bytes);
    jw_name(writer, buf_text(&text));
}

/* An object. Some of a body's members must be there, where any is marked; of an answer, all are. */
static void write_members(struct json_writer *writer, const char *members, bool is_body)
{
    struct word member;
    jw_begin_object(writer);
    jw_pair(writer, "type", "object");
    jw_name(writer, "properties");
    jw_begin_object(writer);
    for (const char *at = members; next_word(&at, &member);) {
        size_t before = strcspn(member.at, ":") + 1;
        write_name(writer, member_name(member));
        write_type(writer, (struct word){member.at + before, member.n_bytes - before});
    }
    jw_end_object(writer);
    jw_name(writer, "required");
    jw_begin_array(writer);
    for (const char *at = members; next_word(&at, &member);) {
        struct word name = member_name(member);
        if (!is_body || name.at[name.n_bytes] == '*')
            jw_string_n(writer, name.at, name.n_bytes);
    }
    jw_end_array(writer);
    jw_end_object(writer);
}

static void write_schemas(struct json_writer *writer)
{
    jw_name(writer, "schemas");
    jw_begin_object(writer);
    for (const struct schema_shape *shape = schema_shapes; shape->name; shape++) {
        jw_name(writer, shape->name);
        if (shape->members) {
            write_members(writer, shape->members, strchr(shape->members, '*') != NULL);
        } else {
            jw_begin_object(writer);
            jw_end_object(writer);
        }
    }
    jw_end_object(writer);
}

/* A hole of a path is called after the part before it: "/incidents/{}" is "/incidents/{incident}",
 * "/checklist/{}" is "/checklist/{checklist_item}". */
struct hole {
    char name[40];
    bool is_number;
};

static size_t path_holes(const char *path, struct hole holes[ROUTE_NUMBERS + ROUTE_NAMES], struct buf *out)
{
    size_t n = 0;
    struct word part = {path, 1};
    while (*path) {
        if (*path == '{') {
            struct hole *hole = &holes[n++];
            *hole = (struct hole){.is_number = path[1] == '}'};
            bool is_plural = part.at[part.n_bytes - 1] == 's';
            if (*part.at == '{')
                snprintf(hole->name, sizeof hole->name, "signal");
            else
                snprintf(hole->name, sizeof hole->name, "%.*s%s", (int)(part.n_bytes - is_plural), part.at,
                         is_plural         ? ""
                         : hole->is_number ? "_item"
                                           : "_name");
            part = (struct word){path, 1};
            buf_printf(out, "{%s}", hole->name);
            path += strcspn(path, "}") + 1;
            continue;
        }
        buf_putc(out, *path++);
        if (path[-1] == '/' && *path != '{')
            part = (struct word){path, strcspn(path, "/")};
    }
    return n;
}

static void write_parameter(struct json_writer *writer, const char *in, struct word name, bool is_number)
{
    jw_begin_object(writer);
    jw_name(writer, "name");
    jw_string_n(writer, name.at, name.n_bytes);
    jw_pair(writer, "in", in);
    jw_pair_bool(writer, "required", strcmp(in, "path") == 0);
    jw_name(writer, "schema");
    write_kind(writer, is_number ? "integer" : "string", NULL, false);
    jw_end_object(writer);
}

static void write_parameters(struct json_writer *writer, const struct route *route, const struct hole *holes,
                             size_t n)
{
    struct word query;
    jw_name(writer, "parameters");
    jw_begin_array(writer);
    for (size_t i = 0; i < n; i++)
        write_parameter(writer, "path", (struct word){holes[i].name, strlen(holes[i].name)},
                        holes[i].is_number);
    for (const char *at = route->query ? route->query : ""; next_word(&at, &query);)
        write_parameter(writer, "query", query, false);
    jw_end_array(writer);
}

static void write_content(struct json_writer *writer, const char *type, const char *shape)
{
    jw_name(writer, "content");
    jw_begin_object(writer);
    jw_name(writer, type);
    jw_begin_object(writer);
    jw_name(writer, "schema");
    if (strchr(shape, ':'))
        write_members(writer, shape, true);
    else
        write_type(writer, (struct word){shape, strlen(shape)});
    jw_end_object(writer);
    jw_end_object(writer);
}

static void write_answers(struct json_writer *writer, const struct route *route)
{
    static const struct {
        const char *answer, *type;
    } texts[] = {{"text", "text/plain"},
                 {"markdown", "text/markdown"},
                 {"events", "text/event-stream"},
                 {"jsonl", "application/jsonl"}};
    const char *type = "application/json", *shape = route->answer;
    for (size_t i = 0; shape && i < sizeof texts / sizeof *texts; i++)
        if (strcmp(route->answer, texts[i].answer) == 0) {
            type = texts[i].type;
            shape = "text";
        }
    jw_name(writer, "responses");
    jw_begin_object(writer);
    jw_name(writer, "200");
    jw_begin_object(writer);
    jw_pair(writer, "description", shape ? "done; what is asked for" : "done");
    if (shape)
        write_content(writer, type, shape);
    jw_end_object(writer);
    jw_name(writer, "default");
    jw_begin_object(writer);
    jw_pair(writer, "description", "why not");
    write_content(writer, "application/json", "Problem");
    jw_end_object(writer);
    jw_end_object(writer);
}

/* "post_incident_acknowledge": the method and the parts of the path, a hole in the place of the part that it
 * is called after. */
static void write_id(struct json_writer *writer, const char *method, const char *path)
{
    static const char version[] = "/api/v1/";
    scoped_buf struct buf id = {0};
    for (const char *p = method; *p; p++)
        buf_putc(&id, (char)tolower((unsigned char)*p));
    const char *at = strncmp(path, version, sizeof version - 1) == 0 ? path + sizeof version - 2 : path;
    while (*at++ == '/') {
        size_t n_bytes = strcspn(at, "/");
        bool before_hole = *at != '{' && at[n_bytes] && at[n_bytes + 1] == '{';
        bool apart = true;
        for (size_t i = 0; !before_hole && i < n_bytes; i++) {
            if (!isalnum((unsigned char)at[i])) {
                apart = true;
                continue;
            }
            if (apart)
                buf_putc(&id, '_');
            buf_putc(&id, at[i]);
            apart = false;
        }
        at += n_bytes;
    }
    jw_pair(writer, "operationId", buf_text(&id));
}

static void write_operation(struct json_writer *writer, const struct route *route)
{
    static const char *const rights[] = {
        [AUTH_OPEN] = "anybody",
        [AUTH_INTAKE] = "this machine itself, or a token",
        [AUTH_PING] = "this machine itself, or a token",
        [AUTH_SILENCE] = "this machine itself, or who may respond",
        [AUTH_READ] = "who may read",
        [AUTH_RESPOND] = "who may respond",
        [AUTH_APPROVE] = "who may approve",
        [AUTH_ADMINISTER] = "administrators",
    };
    struct hole holes[ROUTE_NUMBERS + ROUTE_NAMES];
    scoped_buf struct buf path = {0};
    size_t n_holes = path_holes(route->path, holes, &path);
    scoped_buf struct buf who = {0};
    buf_printf(&who, "For %s.", rights[route->auth]);
    jw_begin_object(writer);
    write_id(writer, route->method, buf_text(&path));
    jw_pair(writer, "summary", route->summary);
    jw_pair(writer, "description", buf_text(&who));
    if (route->auth == AUTH_OPEN) {
        jw_name(writer, "security");
        jw_raw(writer, "[]", 2);
    }
    write_parameters(writer, route, holes, n_holes);
    if (route->body) {
        jw_name(writer, "requestBody");
        jw_begin_object(writer);
        jw_pair_bool(writer, "required", strchr(route->body, '*') || !strchr(route->body, ':'));
        write_content(writer, "application/json", route->body);
        jw_end_object(writer);
    }
    write_answers(writer, route);
    jw_end_object(writer);
}

static bool is_first_of_path(const struct route *route)
{
    for (const struct route *before = routes; before < route; before++)
        if (before->summary && strcmp(before->path, route->path) == 0)
            return false;
    return true;
}

static void write_path(struct json_writer *writer, const struct route *first)
{
    struct hole holes[ROUTE_NUMBERS + ROUTE_NAMES];
    scoped_buf struct buf path = {0};
    path_holes(first->path, holes, &path);
    jw_name(writer, buf_text(&path));
    jw_begin_object(writer);
    for (const struct route *route = first; route->path; route++) {
        if (!route->summary || strcmp(route->path, first->path) != 0)
            continue;
        scoped_buf struct buf method = {0};
        for (const char *p = route->method; *p; p++)
            buf_putc(&method, (char)tolower((unsigned char)*p));
        jw_name(writer, buf_text(&method));
        write_operation(writer, route);
    }
    jw_end_object(writer);
}

void get_openapi(struct request *request)
{
    static const char security[] = "{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":"
                                   "{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"crashcart-session\"}}";
    static const char either[] = "[{\"token\":[]},{\"session\":[]}]";
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "openapi", "3.1.0");
    jw_name(&writer, "info");
    jw_begin_object(&writer);
    jw_pair(&writer, "title", "Crashcart");
    jw_pair(&writer, "version", CRASHCART_VERSION);
    jw_end_object(&writer);
    jw_name(&writer, "security");
    jw_raw(&writer, either, sizeof either - 1);
    jw_name(&writer, "paths");
    jw_begin_object(&writer);
    for (const struct route *route = routes; route->path; route++)
        if (route->summary && is_first_of_path(route))
            write_path(&writer, route);
    jw_end_object(&writer);
    jw_name(&writer, "components");
    jw_begin_object(&writer);
    jw_name(&writer, "securitySchemes");
    jw_raw(&writer, security, sizeof security - 1);
    write_schemas(&writer);
    jw_end_object(&writer);
    jw_end_object(&writer);
}
