#include "cmd/incident_list.h"

#include <stdio.h>

#include "base/url.h"
#include "cmd/command_line.h"

enum { LISTED = 50 };

const char *incident_list_path(struct arena *arena, const struct incident_page *page, struct err *err)
{
    long long limit = LISTED, before = 0;
    if ((page->limit && number_parse(page->limit, &limit) < 0) ||
        (page->before && number_parse(page->before, &before) < 0)) {
        err_set(err, "--limit and --before want a number");
        return NULL;
    }
    if (page->worst && before) {
        err_set(err, "--worst gives the worst of all: nothing comes before a number there");
        return NULL;
    }
    const char *path =
        arena_printf(arena, "/api/v1/incidents?limit=%lld&state=%s%s", limit,
                     page->open || page->worst ? "open" : "all", page->worst ? "&order=worst" : "");
    return before ? arena_printf(arena, "%s&before=%lld", path, before) : path;
}

const char *incident_clocks_path(struct arena *arena, const char *after)
{
    scoped_buf struct buf path = {0};
    buf_puts(&path, "/api/v1/clocks");
    if (after) {
        buf_puts(&path, "?after=");
        url_encode(&path, after);
    }
    return arena_strdup(arena, buf_text(&path));
}

static void say_further(struct buf *out, struct json root)
{
    struct json next = json_get(root, "next");
    if (json_kind(next) == JSON_NUMBER)
        buf_printf(out, "Further back: --before %lld\n", (long long)json_int(next, 0));
    else if (json_kind(next) == JSON_STRING)
        buf_printf(out, "Further: --after %s\n", json_text(next, NULL));
}

int incident_list_print(const struct client *client, const char *path, const char *name,
                        incident_list_write *write, const struct show_options *options, struct err *err)
{
    scoped_buf struct buf answer = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    int code = client_get(client, path, document, &answer, &root, err);
    if (code == EXIT_DONE) {
        write(&out, json_get(root, name), options);
        say_further(&out, root);
    }
    json_document_free(document);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    return code;
}
