/* `crashcart checks`: what is looked at, and what was found last, over the API. What is wrong comes first. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/url.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/incident_show_priv.h"

static const char usage[] =
    "usage: crashcart checks [--json]\n"
    "       crashcart checks measures CHECK [--days N] [--json]\n"
    "\n"
    "  Lists the checks of the configuration: state, since when, what was found last; or\n"
    "  what the looks at a model have measured, by feature and segment.\n"
    "  --days N       of that time (30)\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n"
    "  CRASHCART_URL (http://127.0.0.1:8480) and CRASHCART_TOKEN say where the server is and who asks.\n";

static const struct {
    const char *name;
    enum style style;
} states[] = {{"error", STYLE_RED},
              {"bad", STYLE_RED},
              {"pending", STYLE_YELLOW},
              {"unknown", STYLE_DIM},
              {"well", STYLE_GREEN}};

enum { N_STATES = sizeof states / sizeof *states };

/* "3 min", or "-" when it is not known. */
static void age_print(struct json check, const char *name, int64_t now_us, char age[TIME_TEXT_BYTES])
{
    const char *text = text_of(check, name);
    int64_t us = 0;
    if (time_parse_rfc3339(text, strlen(text), &us) < 0 || !us)
        snprintf(age, TIME_TEXT_BYTES, "-");
    else
        duration_format(now_us > us ? now_us - us : 0, age);
}

static void add_found(struct buf *out, struct json check)
{
    double value = json_number(json_get(check, "value"), NAN);
    scoped_buf struct buf says = {0};
    if (!isnan(value))
        buf_printf(&says, "%.6g: ", value);
    buf_puts(&says, text_of(check, "says"));
    buf_printf(out, "    line %lld, %s", number_of(check, "line"), text_of(check, "kind"));
    if (says.n_bytes) {
        buf_puts(out, ": ");
        text_add_wrapped(out, buf_text(&says), 24, 4);
    } else {
        buf_putc(out, '\n');
    }
}

static void add_check(struct buf *out, struct json check, enum style style, int64_t now_us)
{
    char since[TIME_TEXT_BYTES], looked[TIME_TEXT_BYTES];
    bool colours = terminal_colours();
    age_print(check, "since", now_us, since);
    age_print(check, "looked_at", now_us, looked);
    show_column(out, text_of(check, "id"), 32, colours, STYLE_BOLD);
    show_column(out, text_of(check, "state"), 9, colours, style);
    show_column(out, since, 13, colours, STYLE_PLAIN);
    buf_printf(out, "looked %s%s\n", looked, *looked == '-' ? "" : " ago");
    add_found(out, check);
}

static void print_checks(struct buf *out, struct json root)
{
    int64_t now_us = clock_wall_us(clock_system());
    struct json checks = json_get(root, "checks");
    if (!json_count(checks)) {
        buf_puts(out,
                 "No checks. `crashcart suggest RUNBOOK.md` proposes some; docs/checks.md has the rest.\n");
        return;
    }
    for (size_t state = 0; state < N_STATES; state++)
        for (struct json_iter i = json_first(checks); json_more(&i); json_next(&i))
            if (strcmp(text_of(i.value, "state"), states[state].name) == 0)
                add_check(out, i.value, states[state].style, now_us);
}

/* The first, the last, and the extremes of each series. */
static void print_measures(struct buf *out, struct json root)
{
    struct json all = json_get(root, "series");
    for (struct json_iter i = json_first(all); json_more(&i); json_next(&i)) {
        double first = NAN, last = NAN, least = INFINITY, most = -INFINITY;
        struct json points = json_get(i.value, "points");
        for (struct json_iter j = json_first(points); json_more(&j); json_next(&j)) {
            struct json_iter pair = json_first(j.value);
            json_next(&pair);
            last = json_number(pair.value, NAN);
            first = isnan(first) ? last : first;
            least = fmin(least, last);
            most = fmax(most, last);
        }
        scoped_buf struct buf name = {0};
        buf_printf(&name, "%s %s%s%s", text_of(i.value, "kind"), text_of(i.value, "feature"),
                   *text_of(i.value, "segment") ? ", " : "", text_of(i.value, "segment"));
        show_column(out, buf_text(&name), 36, terminal_colours(), STYLE_BOLD);
        buf_printf(out, "%.4g to %.4g, now %.4g (%zu looks, from %.4g)\n", least, most, last,
                   json_count(points), first);
    }
    if (!json_count(all))
        buf_puts(out, "Nothing was measured in that time.\n");
}

int cmd_checks(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf path = {0};
    const char *data = NULL, *days = NULL;
    bool json = false;
    struct strings words = {0};
    const struct command_option options[] = {
        {"--json", &json, NULL}, {"--days", NULL, &days}, {"--data", NULL, &data}, {0}};
    struct client client;
    struct err err = {0};
    long long n;
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    bool measures = words.n == 2 && strcmp(words.at[0], "measures") == 0;
    if (words.n && !measures)
        return usage_error(usage, "checks %s: no such word", words.at[0]);
    if (days && (!measures || number_parse(days, &n) < 0))
        return usage_error(usage, "--days is a number, of measures");
    if (client_open(arena, data, NULL, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    if (!measures)
        return client_print(&client, "/api/v1/checks", json, print_checks);
    buf_puts(&path, "/api/v1/checks/");
    url_encode(&path, words.at[1]);
    buf_printf(&path, "/measures%s%s", days ? "?days=" : "", days ? days : "");
    return client_print(&client, buf_text(&path), json, print_measures);
}
