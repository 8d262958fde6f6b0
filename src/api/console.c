/* The console: its files, which are built into the program. Its pages are one, and draw themselves from the
 * API; so they hold nothing and are for everybody. Only the page of an incident brings with it what it will
 * ask for first, when somebody is signed in who may read that: it is there sooner by some round trips. */
#include <ctype.h>
#include <string.h>

#include "api/console_head.h"
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

/* "main-3UNTODRL.js": tools/bundle names it by what is in it. */
static bool is_named_by_content(const char *name)
{
    enum { HASH_LETTERS = 8 };
    const char *dash = strrchr(name, '-');
    size_t n = 0;
    while (dash && (isupper((unsigned char)dash[n + 1]) || isdigit((unsigned char)dash[n + 1])))
        n++;
    return n == HASH_LETTERS && dash[n + 1] == '.';
}

/* The form of a file that this browser wants. */
static void answer_file(struct request *request, const struct embedded_file *file)
{
    const char *accepted = request_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    const struct embedded_file *packed = accepted && strstr(accepted, "gzip")
                                             ? console_find(arena_printf(request->arena, "%s.gz", file->name))
                                             : NULL;
    const struct embedded_file *sent = packed ? packed : file;
    buf_add(answer_text(request, type_of(file->name)), sent->bytes, sent->n_bytes);
    request->answer.encoding = packed ? "gzip" : NULL;
    request->answer.lasts = is_named_by_content(file->name);
}

void get_console(struct request *request)
{
    answer_file(request, console_find("index.html"));
}

bool console_says_nowhere(struct request *request, const char *method, const char *path)
{
    const char *accepted = request_header(request, MHD_HTTP_HEADER_ACCEPT);
    if (strcmp(method, "GET") != 0 || strncmp(path, "/api/", 5) == 0 || strncmp(path, "/console/", 9) == 0 ||
        !accepted || !strstr(accepted, "text/html"))
        return false;
    answer_file(request, console_find("index.html"));
    request->answer.status = MHD_HTTP_NOT_FOUND;
    return true;
}

/* ---- what the page of an incident brings ---- */

/* As JSON in a script element, which no text in it can end. */
static void add_as_script(struct buf *out, const struct buf *json)
{
    for (size_t i = 0; i < json->n_bytes; i++)
        if (json->at[i] == '<')
            buf_puts(out, "\\u003c");
        else
            buf_add(out, &json->at[i], 1);
}

static void forget_answer(struct request *request)
{
    request->answer = (struct answer){.body = request->answer.body};
    buf_clear(&request->answer.body);
}

/* What that path would answer, when it would answer well; else "". */
static const char *bring(struct request *request, struct buf *brought, const char *path, handler *answers)
{
    const char *answer = "";
    answers(request);
    if (request->answer.status == MHD_HTTP_OK) {
        buf_printf(brought, ",\"%s\":", path);
        add_as_script(brought, &request->answer.body);
        answer = arena_strdup(request->arena, buf_text(&request->answer.body));
    }
    forget_answer(request);
    return answer;
}

/* What is read first is there as soon as the page is; everything that can be done comes with the script. */
static void draw_head(struct request *request, struct buf *out, const char *incident, const char *steps)
{
    enum { DEPTH = 32 };
    struct err err = {0};
    struct json about, which = {0};
    struct json_document *both[] = {json_document_new(), json_document_new()};
    if (request->access.person && json_parse(both[0], incident, strlen(incident), DEPTH, &about, &err) == 0) {
        if (*steps && json_parse(both[1], steps, strlen(steps), DEPTH, &which, &err) < 0)
            which = (struct json){0};
        console_head(out, request->arena, request->access.person, about, which);
    }
    json_document_free(both[0]);
    json_document_free(both[1]);
}

static void bring_all(struct request *request, struct buf *head, struct buf *brought)
{
    struct err err = {0};
    int64_t position, number = request->parts.numbers[0];
    const char *path = arena_printf(request->arena, "/api/v1/incidents/%lld", (long long)number);
    const struct api_backend *backend = &request->api->backend;
    bool begins = backend->not_begun && backend->not_begun(backend->core, NULL, NULL); /* it will tell more */
    struct ledger *ledger = begins ? NULL : request_ledger(request);
    if (!ledger || ledger_last_position(ledger, &position, &err) < 0)
        return;
    buf_printf(brought, "<script id=\"brought\" type=\"application/json\">{\"position\":%lld",
               (long long)position);
    bring(request, brought, "/api/v1/session", get_session);
    const char *incident = bring(request, brought, path, get_incident);
    const char *steps = bring(request, brought, arena_printf(request->arena, "%s/steps", path), get_steps);
    buf_puts(brought, "}</script>");
    draw_head(request, head, incident, steps);
}

/* By an address that was typed, kept, or sent in a message: not from a page, which could go on holding the
 * window. A browser that is to keep the two apart begins a process anew when it has the answer, and a phone
 * waits for that. */
static bool is_come_to_by_hand(const struct request *request)
{
    const char *from = request_header(request, "Sec-Fetch-Site");
    return from && strcmp(from, "none") == 0;
}

void get_console_incident(struct request *request)
{
    static const char into[] = "<div id=\"console\">";
    const struct embedded_file *file = console_find("index.html");
    const char *begin = strstr(file->bytes, into) + strlen(into), *end = strstr(begin, "</body>");
    struct buf head = {0}, brought = {0};
    if (auth_sees_incident(request, request->parts.numbers[0]))
        bring_all(request, &head, &brought);
    forget_answer(request);
    struct buf *page = answer_text(request, type_of(file->name));
    request->answer.is_nobodys_window = is_come_to_by_hand(request);
    buf_add(page, file->bytes, (size_t)(begin - file->bytes));
    buf_add(page, head.at, head.n_bytes);
    buf_add(page, begin, (size_t)(end - begin));
    buf_add(page, brought.at, brought.n_bytes);
    buf_puts(page, end);
    buf_free(&head);
    buf_free(&brought);
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
