/* `crashcart import`: what another on-call system exports becomes a configuration. */
#include "cmd/import.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/import_pages.h"
#include "config/config.h"

static const char usage[] =
    "usage: crashcart import grafana-oncall FILE | URL [--token SECRET]\n"
    "       crashcart import opsgenie FILE | URL [--token SECRET]\n"
    "  Prints a configuration made of what another on-call system exports: people and how\n"
    "  they are reached, schedules, escalations, heartbeats. What could not be carried\n"
    "  stands on top of it, a line a thing. Nothing is changed anywhere.\n"
    "\n"
    "  FILE   what its API answers, {\"users\": [...], \"schedules\": [...], ...}; or a\n"
    "         folder of such lists, users.json, schedules.json, ...\n"
    "  URL    of its API: it is asked for all of that. https://, or http:// on this\n"
    "         machine; no redirect is followed.\n"
    "  --token SECRET   where a token that may read it lies: env:NAME, file:PATH or\n"
    "                   credential:NAME\n"
    "\n"
    "  Exit 0: all was carried; 1: see the comments on top; 3: it cannot be read.\n";

const struct importer *const import_importers[] = {&import_grafana_oncall, &import_opsgenie, NULL};

static const struct importer *importer_named(const char *name)
{
    for (const struct importer *const *importer = import_importers; *importer; importer++)
        if (strcmp((*importer)->name, name) == 0)
            return *importer;
    return NULL;
}

static int read_pages(struct import_pages *pages, const struct importer *importer, const char *from,
                      const char *token_at, struct err *err)
{
    scoped_secret char *token = NULL;
    if (!strstr(from, "://"))
        return import_pages_file(pages, importer, from, err);
    if (token_at && secret_read(token_at, &token, err) < 0)
        return err_prefix(err, "the token: ");
    return import_pages_url(pages, importer, from, token, err);
}

/* What is printed here must be read there. */
static void check_own(const struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("the configuration", out->at, out->n_bytes, &errors);
    for (size_t i = 0; i < errors.list.n; i++)
        fprintf(stderr, "crashcart import: %s\n", errors.list.at[i]);
    config_free(config);
}

int cmd_import(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    const char *token = NULL;
    struct strings words = {0};
    struct err err = {0};
    const struct command_option known[] = {{.name = "--token", .value = &token}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 2)
        return usage_error(usage, "import needs the name of a system, and a FILE or URL");
    const struct importer *importer = importer_named(words.at[0]);
    if (!importer)
        return usage_error(usage, "\"%s\" is no system that can be imported from", words.at[0]);
    struct import_pages pages = {.arena = arena_new()};
    struct import_draft draft = {.arena = arena, .now_us = clock_wall_us(clock_system())};
    int code = EXIT_UNREACHABLE;
    if (read_pages(&pages, importer, words.at[1], token, &err) < 0) {
        fprintf(stderr, "crashcart import: %s\n", err.text);
    } else {
        importer->read(&draft, &pages);
        import_print(&draft, importer, &out);
        check_own(&out);
        fwrite(out.at, 1, out.n_bytes, stdout);
        fprintf(stderr,
                "people %zu, schedules %zu, services %zu, heartbeats %zu; could not be carried: %zu%s\n",
                draft.people.n, draft.schedules.n, draft.services.n, draft.heartbeats.n, draft.lost.n,
                draft.lost.n ? ", see the comments on top" : "");
        code = draft.lost.n ? EXIT_REFUSED : EXIT_DONE;
    }
    import_pages_free(&pages);
    return code;
}
