/* `crashcart runbook`: the runbooks in force, their earlier versions, and what changed in what happens, over
 * the API. Files that no server has are looked at by `crashcart read`. */
#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/incident_show_priv.h"

static const char usage[] =
    "usage: crashcart runbook list [--json]               in force on the server\n"
    "       crashcart runbook versions RUNBOOK [--json]   that were in force, the newest first\n"
    "       crashcart runbook text RUNBOOK VERSION        one of them, as it was written\n"
    "       crashcart runbook diff RUNBOOK OLD [NEW] [--json]   what happens otherwise (by the one in "
    "force)\n"
    "\n"
    "  RUNBOOK is named as `list` prints it, VERSION by its SHA-256 or the beginning of it.\n"
    "  What a change of yours would change: crashcart read --diff OLD.md NEW.md\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

enum { SHORT_SHA = 12 };

struct asked {
    struct arena *arena;
    struct client client;
    struct strings words;
    bool json;
};

static void print_list(struct buf *out, struct json root)
{
    bool colours = terminal_colours();
    for (struct json_iter i = json_first(json_get(root, "runbooks")); json_more(&i); json_next(&i)) {
        show_column(out, text_of(i.value, "file"), 32, colours, STYLE_BOLD);
        buf_printf(out, "%lld procedures, %lld severity levels\n", number_of(i.value, "procedures"),
                   number_of(i.value, "severities"));
    }
    for (struct json_iter i = json_first(json_get(root, "refused")); json_more(&i); json_next(&i)) {
        show_column(out, text_of(i.value, "file"), 32, colours, STYLE_RED);
        text_add_wrapped(out, text_of(i.value, "why"), 32, 32);
    }
}

static void print_versions(struct buf *out, struct json root)
{
    for (struct json_iter i = json_first(json_get(root, "versions")); json_more(&i); json_next(&i))
        buf_printf(out, "%.*s  since %.16sZ  %lld bytes, %lld incidents%s\n", SHORT_SHA,
                   text_of(i.value, "sha256"), text_of(i.value, "since"), number_of(i.value, "bytes"),
                   number_of(i.value, "incidents"),
                   json_bool(json_get(i.value, "in_force"), false) ? ", in force" : "");
}

static void print_differences(struct buf *out, struct json root)
{
    struct json differences = json_get(root, "differences");
    for (struct json_iter i = json_first(differences); json_more(&i); json_next(&i)) {
        scoped_buf struct buf line = {0};
        buf_printf(&line, "%s: %s", text_of(i.value, "subject"), text_of(i.value, "text"));
        text_add_wrapped(out, buf_text(&line), 0, 4);
    }
    if (!json_count(differences))
        buf_puts(out, "Nothing happens otherwise.\n");
}

static const char *path_of(const struct asked *asked, const char *what)
{
    scoped_buf struct buf path = {0};
    buf_puts(&path, "/api/v1/runbooks/");
    url_encode(&path, asked->words.at[0]);
    buf_printf(&path, "/%s", what);
    return arena_strdup(asked->arena, buf_text(&path));
}

/* The whole SHA-256 of the one version that begins so. NULL: said why not. */
static const char *find_version(const struct asked *asked, const char *beginning)
{
    scoped_buf struct buf answer = {0};
    struct json_document *document = json_document_new();
    struct json root = {0};
    struct err err = {0};
    const char *found = NULL;
    size_t n = 0;
    bool read =
        client_get(&asked->client, path_of(asked, "versions"), document, &answer, &root, &err) == EXIT_DONE;
    for (struct json_iter i = json_first(json_get(root, "versions")); read && json_more(&i); json_next(&i))
        if (strncmp(text_of(i.value, "sha256"), beginning, strlen(beginning)) == 0) {
            found = arena_strdup(asked->arena, text_of(i.value, "sha256"));
            n++;
        }
    json_document_free(document);
    if (!read)
        error_print(err.text);
    else if (n != 1)
        error_print(arena_printf(asked->arena,
                                 "%s versions of %s begin with %s; see crashcart runbook versions %s",
                                 n ? "several" : "no", asked->words.at[0], beginning, asked->words.at[0]));
    return n == 1 ? found : NULL;
}

static int show_text(const struct asked *asked)
{
    scoped_buf struct buf answer = {0};
    struct err err = {0};
    const char *sha256 = find_version(asked, asked->words.at[1]);
    if (!sha256)
        return EXIT_REFUSED;
    const char *path = arena_printf(asked->arena, "%s?sha256=%s", path_of(asked, "version"), sha256);
    int code = client_call(&asked->client, path, NULL, &answer, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else
        fwrite(buf_text(&answer), 1, answer.n_bytes, stdout);
    return code;
}

static int show_diff(const struct asked *asked)
{
    const char *older = find_version(asked, asked->words.at[1]);
    const char *newer = older && asked->words.n == 3 ? find_version(asked, asked->words.at[2]) : NULL;
    if (!older || (asked->words.n == 3 && !newer))
        return EXIT_REFUSED;
    const char *path = arena_printf(asked->arena, "%s?old=%s%s%s", path_of(asked, "diff"), older,
                                    newer ? "&new=" : "", newer ? newer : "");
    return client_print(&asked->client, path, asked->json, print_differences);
}

static int run(struct asked *asked, const char *verb)
{
    size_t n = asked->words.n;
    if (strcmp(verb, "list") == 0 && n == 0)
        return client_print(&asked->client, "/api/v1/runbooks", asked->json, print_list);
    if (strcmp(verb, "versions") == 0 && n == 1)
        return client_print(&asked->client, path_of(asked, "versions"), asked->json, print_versions);
    if (strcmp(verb, "text") == 0 && n == 2)
        return show_text(asked);
    if (strcmp(verb, "diff") == 0 && (n == 2 || n == 3))
        return show_diff(asked);
    return usage_error(usage, "runbook %s: that, or so many words, are not understood", verb);
}

int cmd_runbook(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct asked asked = {.arena = arena};
    const char *data = NULL;
    struct err err = {0};
    const struct command_option options[] = {{"--json", &asked.json, NULL}, {"--data", NULL, &data}, {0}};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &asked.words);
    if (parsed)
        return command_line_exit(parsed);
    if (!asked.words.n)
        return usage_error(usage, "runbook: which of them?");
    if (client_open(arena, data, NULL, &asked.client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    const char *verb = asked.words.at[0];
    asked.words.at++;
    asked.words.n--;
    return run(&asked, verb);
}
