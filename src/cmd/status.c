/* `crashcart status export DIR`: the public status page as static files, read from a running server. */
#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"
#include "update/status_files.h"

static const char usage[] =
    "usage: crashcart status export [--data DIR] DIR\n"
    "  Writes the public status page (HTML, JSON, RSS) as static files into DIR, to\n"
    "  be hosted elsewhere: index.html, status.json, status.rss, api/v2/*.json. Each\n"
    "  file is replaced as a whole, and none when the server cannot be read.\n"
    "  To have the server itself write them on each change: status_page.export.\n"
    "  --data DIR  the server's data folder, for its token (./crashcart-data)\n";

static int fetch_all(const struct client *client, struct buf *pages, struct err *err)
{
    for (size_t i = 0; status_formats[i].path; i++) {
        int code = client_call(client, status_formats[i].path, NULL, &pages[i], err);
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

static int export_to(const struct client *client, const char *dir)
{
    scoped_arena struct arena *arena = arena_new();
    size_t n = status_files_count();
    struct buf *pages = arena_alloc(arena, n * sizeof *pages);
    struct err err = {0};
    int code = fetch_all(client, pages, &err);
    if (code == EXIT_DONE && status_files_write(dir, pages, &err) != 0)
        code = EXIT_UNREACHABLE;
    if (code == EXIT_DONE)
        printf("The status page is in %s: %zu files, index.html first.\n", dir, n);
    else
        error_print(err.text);
    for (size_t i = 0; i < n; i++)
        buf_free(&pages[i]);
    return code;
}

int cmd_status(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *data = NULL;
    struct strings words = {0};
    const struct command_option options[] = {{"--data", NULL, &data}, {0}};
    struct client client;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 2 || strcmp(words.at[0], "export") != 0)
        return usage_error(usage, "status: say export, and the folder to write");
    if (client_open(arena, data, NULL, &client, &err) < 0) {
        error_print(err.text);
        return EXIT_USAGE;
    }
    return export_to(&client, words.at[1]);
}
