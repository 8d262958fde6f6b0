/* `crashcart alerts`: what fires now, by incident, over the API. */
#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/incident_show_priv.h"

static const char usage[] =
    "usage: crashcart alerts [MATCHER...] [--json]\n"
    "\n"
    "  What fires now, by incident, and what of it is silenced. MATCHER is service=api,\n"
    "  severity!=page, pod=~'a-.*' or pod!~'a-.*'; an alert must fit all of them.\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

static void add_alert(struct buf *out, struct json alert)
{
    struct json labels = json_get(alert, "labels"), status = json_get(alert, "status");
    scoped_buf struct buf line = {0};
    buf_printf(&line, "%s since %.16sZ", text_of(labels, "alertname"), text_of(alert, "startsAt"));
    if (strcmp(text_of(status, "state"), "active") != 0)
        buf_printf(&line, ", %s", text_of(status, "state"));
    for (struct json_iter i = json_first(labels); json_more(&i); json_next(&i))
        if (strcmp(i.name, "alertname") != 0)
            buf_printf(&line, " %s=%s", i.name, json_text(i.value, NULL));
    buf_puts(out, "  ");
    text_add_wrapped(out, buf_text(&line), 2, 4);
}

static void print(struct buf *out, struct json groups)
{
    bool colours = terminal_colours();
    for (struct json_iter i = json_first(groups); json_more(&i); json_next(&i)) {
        struct json labels = json_get(i.value, "labels");
        const char *incident = text_of(labels, "incident");
        scoped_buf struct buf heading = {0};
        if (*incident)
            buf_printf(&heading, "#%s ", incident);
        else
            buf_puts(&heading, "of no incident ");
        buf_puts(&heading, text_of(labels, "service"));
        text_add(out, colours, STYLE_BOLD, buf_text(&heading));
        buf_putc(out, '\n');
        struct json alerts = json_get(i.value, "alerts");
        for (struct json_iter j = json_first(alerts); json_more(&j); json_next(&j))
            add_alert(out, j.value);
    }
    if (!json_count(groups))
        buf_puts(out, "No alert fires.\n");
}

int cmd_alerts(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf query = {0}, path = {0};
    const char *data = NULL;
    bool json = false;
    struct strings words = {0};
    const struct command_option options[] = {{"--json", &json, NULL}, {"--data", NULL, &data}, {0}};
    struct client client;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (client_open(arena, data, NULL, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    for (size_t i = 0; i < words.n; i++)
        form_pair(&query, "filter", words.at[i]);
    buf_printf(&path, "/api/v1/alerts/groups%s%s", query.n_bytes ? "?" : "", buf_text(&query));
    return client_print(&client, buf_text(&path), json, print);
}
