/* `crashcart channel`: are people reached, before the night? Over the API: a test goes the way of every page.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"
#include "courier/push_crypto.h"

static const char usage[] =
    "usage: crashcart channel list [--json]\n"
    "       crashcart channel test [PERSON | CHANNEL] [--json]\n"
    "       crashcart channel key\n"
    "\n"
    "  test sends a message that says that it is one by each way of the person, by each\n"
    "  way of the channel (webhook, email, sms, ...), or by all, and waits for what comes\n"
    "  of it. Exit 1: one of them does not work.\n"
    "  key prints a new key for pages to browsers; channels.push.secret says where you\n"
    "  keep it. With another key every browser has to subscribe again.\n"
    "  --as PERSON    who you are, for the record\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

enum { WAIT_S = 60, PAUSE_MS = 250 };

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

static bool is_meant(struct json way, const char *which)
{
    return !which || strcmp(text_of(way, "person"), which) == 0 ||
           strcmp(text_of(way, "channel"), which) == 0;
}

static size_t count(struct json root, const char *which, const char *state)
{
    size_t n = 0;
    for (struct json_iter i = json_first(json_get(root, "channels")); json_more(&i); json_next(&i))
        n += is_meant(i.value, which) && strcmp(text_of(i.value, "state"), state) == 0;
    return n;
}

static void print(struct json root, const char *which)
{
    for (struct json_iter i = json_first(json_get(root, "channels")); json_more(&i); json_next(&i)) {
        scoped_buf struct buf row = {0}, line = {0};
        if (!is_meant(i.value, which))
            continue;
        buf_printf(&row, "%-12s %-14s %-9s %-16.16s ", text_of(i.value, "person"),
                   text_of(i.value, "channel"), text_of(i.value, "state"), text_of(i.value, "ended_at"));
        buf_puts(&line, buf_text(&row));
        text_add_fit(&line, text_of(i.value, "detail"), TERMINAL_COLUMNS - text_columns(buf_text(&row)),
                     false);
        printf("%s\n", buf_text(&line));
    }
}

/* Asks until nothing is under way any more. */
static int show(const struct client *client, const char *which, bool json, bool wait)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    int code = EXIT_DONE;
    scoped_buf struct buf answer = {0};
    for (int left = wait ? WAIT_S * 1000 / PAUSE_MS : 0;; left--) {
        buf_clear(&answer);
        code = client_get(client, "/api/v1/channels", document, &answer, &root, &err);
        if (code != EXIT_DONE || left <= 0 || !count(root, which, "asked"))
            break;
        nanosleep(&pause, NULL);
    }
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (json)
        printf("%s\n", buf_text(&answer));
    else
        print(root, which);
    if (code == EXIT_DONE && wait && count(root, which, "holds") == 0)
        code = EXIT_REFUSED;
    if (code == EXIT_DONE && count(root, which, "failed") + (wait ? count(root, which, "asked") : 0))
        code = EXIT_REFUSED;
    json_document_free(document);
    return code;
}

/* A person when the server knows one of that name, else a channel. */
static int test(const struct client *client, const char *which)
{
    scoped_buf struct buf body = {0}, answer = {0}, text = {0};
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    bool is_person = false;
    int code = client_get(client, "/api/v1/channels", document, &text, &root, &err);
    for (struct json_iter i = json_first(json_get(root, "channels")); code == EXIT_DONE && json_more(&i);
         json_next(&i))
        is_person |= which && strcmp(text_of(i.value, "person"), which) == 0;
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    if (which)
        jw_pair(&writer, is_person ? "person" : "channel", which);
    jw_end_object(&writer);
    if (code == EXIT_DONE)
        code = client_call(client, "/api/v1/channels/test", buf_text(&body), &answer, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    json_document_free(document);
    return code;
}

static int make_key(void)
{
    struct push_key key;
    scoped_buf struct buf text = {0};
    push_key_make(&key);
    push_base64(&text, key.secret, sizeof key.secret);
    printf("%s\n", text.at);
    return EXIT_DONE;
}

int cmd_channel(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *data = NULL, *as = NULL;
    bool json = false;
    struct strings words = {0};
    const struct command_option options[] = {
        {"--json", &json, NULL}, {"--data", NULL, &data}, {"--as", NULL, &as}, {0}};
    struct client client;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n == 1 && strcmp(words.at[0], "key") == 0)
        return make_key();
    bool tests = words.n && strcmp(words.at[0], "test") == 0;
    if (!words.n || words.n > 2 || (!tests && (words.n > 1 || strcmp(words.at[0], "list") != 0)))
        return usage_error(usage, "channel: list, test or key");
    const char *which = words.n > 1 ? words.at[1] : NULL;
    if (client_open(arena, data, as, &client, &err) < 0) {
        error_print(err.text);
        return EXIT_USAGE;
    }
    int code = tests ? test(&client, which) : EXIT_DONE;
    return code == EXIT_DONE ? show(&client, which, json, tests) : code;
}
