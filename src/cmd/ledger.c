/* `crashcart ledger`: every event that was ever recorded, found again or as it happens, over the API. */
#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "cmd/client.h"
#include "cmd/client_stream.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/event_lines.h"

static const char usage[] =
    "usage: crashcart ledger [TEXT...] [--incident N] [--kind KIND] [--actor WHO]\n"
    "                        [--from TIME] [--to TIME] [--limit N] [--before POSITION] [--json]\n"
    "       crashcart ledger --follow [--incident N] [--json]\n"
    "\n"
    "  Searches all events, the newest first, or tells them as they happen.\n"
    "  TEXT              stands in what is told\n"
    "  --kind KIND       incident.opened, or all of a noun: incident, step, page\n"
    "  --actor WHO       ana, person:ana, token:prometheus, system\n"
    "  --from, --to TIME between these, like 2026-03-01T09:00:00Z\n"
    "  --limit N         so many at most (100)\n"
    "  --before POSITION goes on further back, as the line at the end says\n"
    "  --json            as the server answers; with --follow a line an event\n"
    "  --data DIR        the server's data folder, for its token (./crashcart-data)\n";

enum { FOLLOWED_MS = 60000 };

static const char *joined(struct arena *arena, const struct strings *words)
{
    scoped_buf struct buf text = {0};
    for (size_t i = 0; i < words->n; i++)
        buf_printf(&text, "%s%s", i ? " " : "", words->at[i]);
    return words->n ? arena_strdup(arena, buf_text(&text)) : NULL;
}

static void print_found(struct buf *out, struct json root)
{
    struct json events = json_get(root, "events");
    for (struct json_iter i = json_first(events); json_more(&i); json_next(&i))
        event_line_add(out, i.value, true);
    if (!json_count(events))
        buf_puts(out, "No such event.\n");
    if (json_kind(json_get(root, "next")) == JSON_NUMBER)
        buf_printf(out, "Further back: --before %lld\n", (long long)json_int(json_get(root, "next"), 0));
}

static int follow(const struct client *client, const char *incident, bool json)
{
    scoped_buf struct buf path = {0};
    buf_printf(&path, "/api/v1/events%s%s", incident ? "?incident=" : "", incident ? incident : "");
    struct client_stream *stream = client_stream_open(client, buf_text(&path));
    for (;;) {
        scoped_buf struct buf events = {0};
        client_stream_wait(stream, -1, FOLLOWED_MS, &events);
        if (json)
            fputs(buf_text(&events), stdout);
        else
            event_lines_print(buf_text(&events), !incident);
        if (fflush(stdout) != 0)
            break;
    }
    client_stream_close(stream);
    return EXIT_UNREACHABLE;
}

int cmd_ledger(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    static const char *const names[] = {"text", "kind", "actor", "from", "to", "limit", "before"};
    enum { N_NAMES = sizeof names / sizeof *names };
    const char *data = NULL, *incident = NULL, *values[N_NAMES] = {0};
    bool json = false, follows = false;
    struct strings words = {0};
    const struct command_option options[] = {{"--incident", NULL, &incident},
                                             {"--kind", NULL, &values[1]},
                                             {"--actor", NULL, &values[2]},
                                             {"--from", NULL, &values[3]},
                                             {"--to", NULL, &values[4]},
                                             {"--limit", NULL, &values[5]},
                                             {"--before", NULL, &values[6]},
                                             {"--follow", &follows, NULL},
                                             {"--json", &json, NULL},
                                             {"--data", NULL, &data},
                                             {0}};
    struct client client;
    struct err err = {0};
    long long number;
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (incident && number_parse(incident, &number) < 0)
        return usage_error(usage, "\"%s\" is no incident", incident);
    scoped_buf struct buf query = {0}, path = {0};
    values[0] = joined(arena, &words);
    for (size_t i = 0; i < N_NAMES; i++)
        if (values[i])
            form_pair(&query, names[i], values[i]);
    if (follows && query.n_bytes)
        return usage_error(usage, "--follow goes with --incident only");
    if (incident)
        form_pair(&query, "incident", incident);
    if (client_open(arena, data, NULL, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    if (follows)
        return follow(&client, incident, json);
    buf_printf(&path, "/api/v1/ledger%s%s", query.n_bytes ? "?" : "", buf_text(&query));
    return client_print(&client, buf_text(&path), json, print_found);
}
