/* Addresses that a runbook names: URLs of commands and of running text, and paths such as `/v1/health`. Links
 * to documents are none. One entry an address, with all its lines. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "runbook/parts_priv.h"

struct endpoint_reader {
    struct parts_reading *reading;
    struct map *by_url;   /* -> index in parts->endpoints, as a pointer to size_t in the arena */
    struct map *commands; /* URL -> const struct command that asks for it */
    const bool *fenced;   /* by line: in a fence */
};

static void take_address(struct arena *arena, struct endpoint *endpoint)
{
    const char *host = strstr(endpoint->url, "://");

    if (host == NULL) {
        endpoint->path = arena_strndup(arena, endpoint->url, strcspn(endpoint->url, "?#"));
        return;
    }
    endpoint->scheme = arena_strndup(arena, endpoint->url, (size_t)(host - endpoint->url));
    host += 3;
    size_t n = strcspn(host, "/?#"), n_host = n;
    const char *at = memchr(host, '@', n);
    if (at) {
        n_host -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    const char *colon = memchr(host, ':', n_host);
    if (colon) {
        long port = strtol(colon + 1, NULL, 10);
        endpoint->port = port > 0 && port < 65536 ? (int)port : 0;
    }
    endpoint->host = arena_strndup(arena, host, colon ? (size_t)(colon - host) : n_host);
    const char *path = host + n_host;
    endpoint->path = *path == '/' ? arena_strndup(arena, path, strcspn(path, "?#")) : "/";
}

/* What follows -d or --data in a command, without its quotes. */
static const char *body_of(struct arena *arena, const char *command)
{
    static const char *const options[] = {" -d ", " --data ", " --data-raw ", " --data-binary ", " --json "};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *at = strstr(command, options[i]);
        if (at == NULL)
            continue;
        at += strlen(options[i]);
        size_t n =
            *at == '\'' || *at == '"' ? strcspn(at + 1, (const char[]){*at, '\0'}) : strcspn(at, " \n");
        return *at == '\'' || *at == '"' ? arena_strndup(arena, at + 1, n) : arena_strndup(arena, at, n);
    }
    return NULL;
}

static struct endpoint *endpoint_of(struct endpoint_reader *reader, const char *url)
{
    struct parts_reading *reading = reader->reading;
    size_t *index = map_get(reader->by_url, url, strlen(url));

    if (index)
        return &reading->parts->endpoints.at[*index];
    index = arena_alloc(reading->arena, sizeof *index);
    *index = reading->parts->endpoints.n;
    struct endpoint *endpoint = list_push(reading->arena, &reading->parts->endpoints);
    endpoint->url = url;
    take_address(reading->arena, endpoint);
    map_put(reader->by_url, url, strlen(url), index);
    return endpoint;
}

static void add(struct endpoint_reader *reader, const char *url, const char *method, int line)
{
    struct endpoint *endpoint = endpoint_of(reader, url);
    const struct command *command = map_get(reader->commands, url, strlen(url));
    size_t n = endpoint->lines.n;

    if (n == 0 || endpoint->lines.at[n - 1] != line)
        *list_push(reader->reading->arena, &endpoint->lines) = line;
    if (n > 0)
        return;
    endpoint->method = command && command->risk.http_method ? command->risk.http_method : method;
    endpoint->body = command ? body_of(reader->reading->arena, command->text) : NULL;
}

/* ---- URLs ---- */

/* What no URL goes on with, besides blanks and bytes of other alphabets. */
static const bool ends_url[256] = {
    ['"'] = true, ['\''] = true, ['<'] = true,  ['>'] = true, ['`'] = true,
    ['|'] = true, ['{'] = true,  ['}'] = true,  ['('] = true, [')'] = true,
    ['['] = true, [']'] = true,  ['\\'] = true, ['^'] = true, [','] = true,
};

/* Bytes of the URL at text; closing marks of the sentence around it are not its own. */
static size_t url_bytes(const char *text, char before)
{
    size_t n = 0;

    if (before == '"' || before == '\'') {
        n = strcspn(text, (const char[]){before, ' ', '\0'});
        if (text[n] == before)
            return n;
        n = 0;
    }
    while ((unsigned char)text[n] > ' ' && (unsigned char)text[n] < 0x80 && !ends_url[(unsigned char)text[n]])
        n++;
    while (n > 0 && strchr(".,;:!?*_)", text[n - 1]))
        n--;
    return n;
}

static const char *method_in(const char *line)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH"};
    bool told = strstr(line, "-X") || strstr(line, "--request");

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if ((told || strncmp(line, methods[i], strlen(methods[i])) == 0) && text_find_word(line, methods[i]))
            return methods[i];
    return "GET";
}

/* "[text](url)" with a text that is no address: only what the words call a program's address. */
static bool link_ok(struct arena *arena, const char *line, size_t at, const char *url)
{
    if (at < 2 || line[at - 1] != '(' || line[at - 2] != ']')
        return true;
    size_t first = at - 2;
    while (first > 0 && line[first] != '[')
        first--;
    const char *text = arena_strndup(arena, line + first, at - 2 - first);
    return strstr(text, "://") || part_words_value(PART_ENDPOINT, text) ||
           part_words_value(PART_ENDPOINT, url);
}

static bool url_ok(const char *url)
{
    const char *host = strstr(url, "://") + 3;
    size_t n = strcspn(host, "/?#");
    char name[128];

    if (n == 0 || n >= sizeof name || !isalnum((unsigned char)host[0]))
        return false;
    memcpy(name, host, n);
    name[n] = '\0';
    bool has_letters =
        strpbrk(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != NULL;
    return has_letters && !part_words_value(PART_DOCUMENT_HOST, name);
}

static void read_urls(struct endpoint_reader *reader, const char *line, int number)
{
    struct arena *arena = reader->reading->arena;
    const char *method = strstr(line, "http") ? method_in(line) : NULL;

    for (const char *at = line; (at = strstr(at, "http"));) {
        size_t scheme = strncmp(at, "http://", 7) == 0 ? 7 : strncmp(at, "https://", 8) == 0 ? 8 : 0;
        size_t n = scheme ? url_bytes(at, at > line ? at[-1] : ' ') : 0;
        if (n <= scheme) {
            at += 4;
            continue;
        }
        const char *url = arena_strndup(arena, at, n);
        bool cut = strpbrk(url, "<{$") != NULL ||
                   (at[n] && strchr("<{$", at[n])); /* "http://api-<name>" is no address yet */
        if (!cut && url_ok(url) && (reader->fenced[number] || link_ok(arena, line, (size_t)(at - line), url)))
            add(reader, url, method, number);
        at += n;
    }
}

/* "nc -zv postgres 5432" asks whether a port answers. */
static void read_port(struct endpoint_reader *reader, const char *line, int number)
{
    const char *at = strstr(line, "nc ") ? text_find_word(line, "nc") : NULL;
    char host[128], port[8];

    if (at == NULL || (at > line && at[-1] != ' ') ||
        sscanf(at, "nc -%*[a-zA-Z0-9] %127[a-zA-Z0-9._-] %7[0-9]", host, port) != 2 ||
        strchr(arena_strndup(reader->reading->arena, at, strcspn(at + 4, " ") + 4), 'z') == NULL)
        return;
    add(reader, arena_printf(reader->reading->arena, "tcp://%s:%s", host, port), "TCP", number);
}

/* ---- paths ---- */

static bool path_byte(char c)
{
    return isalnum((unsigned char)c) || strchr("/_-.{}", c);
}

/* The method of "/v1/health", or "" when the word is no path that a program serves. NULL: not told. */
static const char *path_method(const char *path)
{
    size_t first = strcspn(path + 1, "/");
    char part[24];
    const char *last = strrchr(path, '/') + 1, *get = part_words_whole(PART_PATH, last);

    if (first == 0 || first >= sizeof part)
        return "";
    memcpy(part, path + 1, first);
    part[first] = '\0';
    if (part_words_whole(PART_PATH, part) == NULL)
        return "";
    return get && strcmp(get, "get") == 0 ? "GET" : NULL;
}

static void read_path(struct endpoint_reader *reader, const char *line, size_t at, int number)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
    size_t n = 0;

    while (line[at + n] && path_byte(line[at + n]))
        n++;
    while (n > 0 && strchr("./", line[at + n - 1]))
        n--;
    if (n < 3)
        return;
    const char *path = arena_strndup(reader->reading->arena, line + at, n);
    const char *method = path_method(path);
    if (strchr(path, '.') || (method && method[0] == '\0'))
        return;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t k = strlen(methods[i]);
        if (at > k && line[at - 1] == ' ' && strncmp(line + at - 1 - k, methods[i], k) == 0)
            method = methods[i];
    }
    add(reader, path, method, number);
}

static void read_paths(struct endpoint_reader *reader, const char *line, int number)
{
    for (size_t i = 0; line[i]; i++)
        if (line[i] == '/' && isalpha((unsigned char)line[i + 1]) &&
            (i == 0 || strchr(" `\"'(|", line[i - 1])))
            read_path(reader, line, i, number);
}

static void collect_commands(struct endpoint_reader *reader)
{
    list_each (procedure, &reader->reading->runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            const char *url = walk.command->risk.http_url;
            if (url && url[0] && map_get(reader->commands, url, strlen(url)) == NULL)
                map_put(reader->commands, url, strlen(url), (void *)(uintptr_t)walk.command);
        }
    }
}

/* "$BASE/healthz" or "http://<host>/metrics" of a request: an address whose host the document leaves open. */
static bool has_open_host(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = strchr(host ? host + 3 : url, '/');

    host = host ? host + 3 : url;
    return path && path > host && (host[0] == '$' || host[0] == '<') && isalpha((unsigned char)path[1]) &&
           strpbrk(path, "$<{` \n") == NULL;
}

static void read_requests(struct endpoint_reader *reader)
{
    list_each (procedure, &reader->reading->runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            const struct command *command = walk.command;
            if (command->risk.http_url && has_open_host(command->risk.http_url))
                add(reader, command->risk.http_url, "GET", command->line);
        }
    }
}

static const bool *fenced_lines(const struct parts_reading *reading)
{
    bool *fenced = arena_alloc(reading->arena, (size_t)reading->runbook->n_lines + 1);

    list_each (block, &reading->document->blocks)
        for (int line = block->line;
             block->kind == BLOCK_FENCE && line <= block->line_end && line <= reading->runbook->n_lines;
             line++)
            fenced[line] = true;
    return fenced;
}

void parts_read_endpoints(struct parts_reading *reading)
{
    struct endpoint_reader reader = {
        .reading = reading, .by_url = map_new(), .commands = map_new(), .fenced = fenced_lines(reading)};

    collect_commands(&reader);
    for (int number = reading->document->front_matter_end + 1; number <= reading->runbook->n_lines;
         number++) {
        struct source_line source = document_line(reading->document, number);
        if (memchr(source.at, '/', source.n_bytes) == NULL && !reader.fenced[number])
            continue;
        const char *line = arena_strndup(reading->arena, source.at, source.n_bytes);
        read_urls(&reader, line, number);
        if (reader.fenced[number])
            read_port(&reader, line, number);
        else
            read_paths(&reader, line, number);
    }
    read_requests(&reader);
    map_free(reader.by_url);
    map_free(reader.commands);
}
