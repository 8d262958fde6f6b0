#include <stdio.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/terminal.h"

int client_print(const struct client *client, const char *path, bool json, client_printer *print)
{
    scoped_buf struct buf answer = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    int code = client_get(client, path, document, &answer, &root, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (json)
        buf_printf(&out, "%s\n", buf_text(&answer));
    else
        print(&out, root);
    json_document_free(document);
    bool written = fwrite(buf_text(&out), 1, out.n_bytes, stdout) == out.n_bytes && fflush(stdout) == 0;
    return written ? code : EXIT_UNREACHABLE;
}

int client_command(int argc, char **argv, const char *usage, const char *path, client_printer *print)
{
    scoped_arena struct arena *arena = arena_new();
    const char *data = NULL;
    bool json = false;
    struct strings words = {0};
    const struct command_option options[] = {{"--json", &json, NULL}, {"--data", NULL, &data}, {0}};
    struct client client;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n)
        return usage_error(usage, "%s %s: no such word", argv[0], words.at[0]);
    if (client_open(arena, data, NULL, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    return client_print(&client, path, json, print);
}

void ended_print(const char *what)
{
    scoped_buf struct buf out = {0};
    struct json_writer writer = jw_start(&out);
    jw_begin_object(&writer);
    jw_pair(&writer, "ended", what);
    jw_end_object(&writer);
    puts(buf_text(&out));
}
