/* The console: its files, which are built into the program. Its pages are one, and draw themselves from the
 * API; so they hold nothing and are for everybody. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/embedded.h"

static const struct {
    const char *ending, *content_type;
} types[] = {
    {".html", "text/html; charset=utf-8"},         {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},           {".svg", "image/svg+xml"},
    {".webmanifest", "application/manifest+json"}, {".png", "image/png"},
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].ending, ending) == 0)
            return types[i].content_type;
    return "application/octet-stream";
}

static void answer_file(struct request *request, const struct embedded_file *file)
{
    buf_add(answer_text(request, type_of(file->name)), file->bytes, file->n_bytes);
}

void get_console(struct request *request)
{
    answer_file(request, console_find("index.html"));
}

/* Above the pages, for it speaks for all of them. */
void get_service_worker(struct request *request)
{
    answer_file(request, console_find("service-worker.js"));
}

void get_console_file(struct request *request)
{
    const struct embedded_file *file = console_find(request_name(request, 0));
    if (file)
        answer_file(request, file);
    else
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "the console has no such file");
}
