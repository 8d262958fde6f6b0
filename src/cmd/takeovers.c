#include "cmd/takeovers.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/client.h"
#include "cmd/exit_code.h"

static bool read_time(struct json value, int64_t *ret_us)
{
    const char *text = json_text(value, NULL);
    return text && time_parse_rfc3339(text, strlen(text), ret_us) == 0;
}

/* Overrides without a number are those of a configuration; a person whom this one does not know is left out,
 * as the server does it. */
static void add(struct config *config, struct schedule *schedule, struct json override)
{
    struct roster_shift shift;
    const char *id = json_text(json_get(override, "person"), NULL);
    const struct person *person = id ? config_person(config, id) : NULL;
    if (person && json_kind(json_get(override, "number")) == JSON_NUMBER &&
        read_time(json_get(override, "from"), &shift.from_us) &&
        read_time(json_get(override, "until"), &shift.until_us)) {
        shift.person = person->id;
        *list_push(config->arena, &schedule->takeovers) = shift;
    }
}

bool takeovers_ask(const char *command, struct config *config)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf text = {0};
    struct client client;
    struct err err = {0};
    struct json root = {0};
    if (!config->schedules.n)
        return true; /* nobody can take over what is not there */
    struct json_document *document = json_document_new();
    bool asked = client_open(arena, config->data, NULL, &client, &err) == 0 &&
                 client_get(&client, "/api/v1/oncall", document, &text, &root, &err) == EXIT_DONE;
    for (struct json_iter i = json_first(json_get(root, "schedules")); asked && json_more(&i);
         json_next(&i)) {
        const char *id = json_text(json_get(i.value, "id"), NULL);
        list_each (schedule, &config->schedules)
            for (struct json_iter j = json_first(json_get(i.value, "overrides"));
                 id && strcmp(schedule->id, id) == 0 && json_more(&j); json_next(&j))
                add(config, schedule, j.value);
    }
    json_document_free(document);
    if (!asked)
        fprintf(stderr,
                "crashcart %s: by the configuration alone, without the overrides that people made in the "
                "console: %s\n",
                command, err.text);
    return asked;
}
