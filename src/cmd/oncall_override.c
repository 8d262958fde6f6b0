/* crashcart oncall take | give-back | overrides: somebody takes over a schedule for a time, over the API. */
#include "cmd/oncall_override.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/incident_show_priv.h"

struct wanted {
    const char *from, *until, *why, *data, *as;
    bool json;
};

/* A moment, or how long from now on. -1: neither. */
static int moment(const char *text, int64_t *ret_us)
{
    int64_t length_s;
    if (duration_parse(text, &length_s) == 0 && length_s > 0) {
        *ret_us = clock_wall_us(clock_system()) + length_s * US_PER_S;
        return 0;
    }
    return time_parse_rfc3339(text, strlen(text), ret_us) < 0 || !*ret_us ? -1 : 0;
}

static void print_overrides(struct buf *out, struct json root)
{
    size_t n = 0;
    for (struct json_iter i = json_first(json_get(root, "schedules")); json_more(&i); json_next(&i))
        for (struct json_iter j = json_first(json_get(i.value, "overrides")); json_more(&j);
             json_next(&j), n++) {
            long long number = number_of(j.value, "number");
            scoped_buf struct buf name = {0};
            if (number)
                buf_printf(&name, "%lld", number);
            else
                buf_puts(&name, "-"); /* of the configuration */
            buf_printf(out, "%-17s %-16s %-12s %.16sZ to %.16sZ  %s\n", buf_text(&name),
                       text_of(i.value, "id"), text_of(j.value, "person"), text_of(j.value, "from"),
                       text_of(j.value, "until"), text_of(j.value, "why"));
        }
    if (!n)
        buf_puts(out, "Nobody takes over for anybody.\n");
}

static int take(const struct client *client, const struct strings *words, const struct wanted *wanted,
                const char *usage)
{
    int64_t until_us = 0, from_us = 0;
    scoped_buf struct buf body = {0}, answer = {0};
    struct err err = {0};
    if (words->n != 3 || !wanted->until)
        return usage_error(usage, "oncall take needs a schedule, a person and --until");
    if (moment(wanted->until, &until_us) < 0 || (wanted->from && moment(wanted->from, &from_us) < 0))
        return usage_error(usage, "a time is like 8h, or 2026-03-02T09:00:00Z");
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "schedule", words->at[1]);
    jw_pair(&writer, "person", words->at[2]);
    jw_pair_time(&writer, "until", until_us);
    if (from_us)
        jw_pair_time(&writer, "from", from_us);
    if (wanted->why)
        jw_pair(&writer, "why", wanted->why);
    if (client->as)
        jw_pair(&writer, "as", client->as);
    jw_end_object(&writer);
    int code = client_call(client, "/api/v1/oncall/overrides", buf_text(&body), &answer, &err);
    if (code != EXIT_DONE) {
        error_print(err.text);
        return code;
    }
    return client_print(client, "/api/v1/oncall", wanted->json, print_overrides);
}

static int give_back(struct arena *arena, const struct client *client, const struct strings *words, bool json,
                     const char *usage)
{
    struct err err = {0};
    long long number;
    if (words->n != 2 || number_parse(words->at[1], &number) < 0)
        return usage_error(usage, "which one? crashcart oncall overrides lists them");
    int code = client_delete(client, arena_printf(arena, "/api/v1/oncall/overrides/%lld", number), &err);
    if (code != EXIT_DONE) {
        error_print(err.text);
        return code;
    }
    return client_print(client, "/api/v1/oncall", json, print_overrides);
}

bool oncall_override_means(const char *verb)
{
    return strcmp(verb, "take") == 0 || strcmp(verb, "give-back") == 0 || strcmp(verb, "overrides") == 0;
}

int oncall_override(int argc, char **argv, const char *usage)
{
    scoped_arena struct arena *arena = arena_new();
    struct wanted wanted = {0};
    struct strings words = {0};
    const struct command_option options[] = {{"--from", NULL, &wanted.from},
                                             {"--until", NULL, &wanted.until},
                                             {"--why", NULL, &wanted.why},
                                             {"--data", NULL, &wanted.data},
                                             {"--as", NULL, &wanted.as},
                                             {"--json", &wanted.json, NULL},
                                             {0}};
    struct client client;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (client_open(arena, wanted.data, wanted.as, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    if (strcmp(words.at[0], "take") == 0)
        return take(&client, &words, &wanted, usage);
    if (strcmp(words.at[0], "give-back") == 0)
        return give_back(arena, &client, &words, wanted.json, usage);
    return client_print(&client, "/api/v1/oncall", wanted.json, print_overrides);
}
