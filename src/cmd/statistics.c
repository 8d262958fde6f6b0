/* `crashcart statistics`: how the team does, over the API. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"

static const char usage[] = "usage: crashcart statistics [--from DAY] [--until DAY] [--json | --csv]\n"
                            "\n"
                            "  Mean times to detect, acknowledge and resolve: all incidents, by service, by\n"
                            "  severity and by month (UTC) in which they opened. Drills do not count.\n"
                            "  --from DAY     2026-03-01, or RFC 3339 (a year before --until)\n"
                            "  --until DAY    (now)\n"
                            "  --json, --csv  also medians, 90 %, and the time in each state\n"
                            "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

enum { NAME_COLUMNS = 27 };

static void add_time(struct buf *out, struct json spread)
{
    char text[TIME_TEXT_BYTES] = "-";
    if (json_int(json_get(spread, "n"), 0))
        duration_format((int64_t)(json_number(json_get(spread, "mean_s"), 0) * (double)US_PER_S), text);
    buf_printf(out, " %12s", text);
}

static void add_row(struct buf *out, const char *name, struct json group)
{
    scoped_buf struct buf fitted = {0};
    text_add_fit(&fitted, name, NAME_COLUMNS, false);
    buf_puts(out, buf_text(&fitted));
    for (size_t n = text_columns(buf_text(&fitted)); n < NAME_COLUMNS; n++)
        buf_putc(out, ' ');
    buf_printf(out, " %6lld", (long long)json_int(json_get(group, "incidents"), 0));
    add_time(out, json_get(group, "time_to_detect"));
    add_time(out, json_get(group, "time_to_acknowledge"));
    add_time(out, json_get(group, "time_to_resolve"));
    buf_putc(out, '\n');
}

static const char *text_of(struct json group, const char *name)
{
    return json_text(json_get(group, name), NULL);
}

static void print_groups(struct buf *out, struct json root)
{
    static const char *const names[] = {"service", "severity", "month"};
    struct json groups = json_get(root, "groups");
    const char *last = NULL;
    if (!json_count(groups)) {
        buf_puts(out, "No incidents in that time.\n");
        return;
    }
    buf_printf(out, "%-*s %6s %12s %12s %12s\n", NAME_COLUMNS, "mean times", "n", "detect", "acknowledge",
               "resolve");
    for (struct json_iter i = json_first(groups); json_more(&i); json_next(&i)) {
        const char *by = NULL;
        size_t n = 0;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (text_of(i.value, names[k])) {
                by = names[k];
                n++;
            }
        if (n > 1) /* each of all three: for --json and --csv */
            continue;
        if (by && by != last)
            buf_printf(out, "by %s\n", by);
        last = by;
        add_row(out, by ? text_of(i.value, by) : "all", i.value);
    }
    buf_puts(out, "next: crashcart statistics --csv > statistics.csv\n");
}

static void add_query(struct buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(path, "&%s=", name);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        buf_printf(path, "%%%02X", *c);
}

int cmd_statistics(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf path = {0}, answer = {0}, out = {0};
    const char *from = NULL, *until = NULL, *data = NULL;
    bool json = false, csv = false;
    struct strings words = {0};
    const struct command_option options[] = {{"--from", NULL, &from}, {"--until", NULL, &until},
                                             {"--json", &json, NULL}, {"--csv", &csv, NULL},
                                             {"--data", NULL, &data}, {0}};
    struct client client;
    struct json root;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n || (json && csv))
        return usage_error(usage,
                           words.n ? "statistics: no such word" : "--json and --csv are two documents");
    if (client_open(arena, data, NULL, &client, &err) < 0) {
        error_print(err.text);
        return EXIT_USAGE;
    }
    buf_printf(&path, "/api/v1/statistics?format=%s", csv ? "csv" : "json");
    add_query(&path, "from", from);
    add_query(&path, "until", until);
    int code = client_call(&client, buf_text(&path), NULL, &answer, &err);
    if (code != EXIT_DONE) {
        error_print(err.text);
        return code;
    }
    struct json_document *document = json_document_new();
    if (json || csv)
        buf_printf(&out, "%s%s", buf_text(&answer), json ? "\n" : "");
    else if (json_parse(document, buf_text(&answer), answer.n_bytes, 16, &root, &err) == 0)
        print_groups(&out, root);
    json_document_free(document);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    return EXIT_DONE;
}
