/* Requests: which method goes to which address. GET, HEAD and OPTIONS look (RFC 9110, 9.2.1 calls them safe);
 * POST, PUT and PATCH change, DELETE deletes. A GET whose path names an action (/restart, /flush) is unknown:
 * many servers act on it all the same. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "runbook/text.h"

enum http_effect {
    HTTP_METHOD, /* the value is the method */
    HTTP_POST,   /* sends a body */
    HTTP_PUT,    /* uploads */
    HTTP_HEAD,
    HTTP_HEADER,      /* what a header may say of the method */
    HTTP_DATA_IN_URL, /* curl -G */
    HTTP_URL,
    HTTP_WRITES,     /* the value is a file it writes */
    HTTP_SAVES,      /* saves under the name in the address */
    HTTP_PRINTS,     /* wget -O -: does not save */
    HTTP_NEEDS,      /* @file in the value */
    HTTP_NEEDS_FILE, /* the value is a file */
    HTTP_FORMAT,     /* the value may name a file: %output{file} */
};

struct http_option {
    const char *names;
    enum http_effect effect;
};

static const struct http_option curl_options[] = {
    {"-X|--request", HTTP_METHOD},
    {"-d|--data|--data-raw|--data-binary|--data-urlencode|--data-ascii|--json|-F|--form|--form-string",
     HTTP_POST},
    {"-d|--data|--data-binary|--data-urlencode|--json|-F|--form|-w|--write-out", HTTP_NEEDS},
    {"-T|--upload-file", HTTP_PUT},
    {"-w|--write-out", HTTP_FORMAT},
    {"-I|--head", HTTP_HEAD},
    {"-H|--header|--proxy-header", HTTP_HEADER},
    {"-G|--get", HTTP_DATA_IN_URL},
    {"--url", HTTP_URL},
    {"-o|--output|-D|--dump-header|-c|--cookie-jar|--trace|--trace-ascii|--stderr|--etag-save|--hsts|--alt-"
     "svc|--libcurl",
     HTTP_WRITES},
    {"-O|--remote-name|--remote-name-all|-J|--remote-header-name", HTTP_SAVES},
    {NULL, HTTP_URL},
};
static const struct http_option wget_options[] = {
    {"--method", HTTP_METHOD},
    {"--header", HTTP_HEADER},
    {"--post-data|--post-file|--body-data|--body-file", HTTP_POST},
    {"--spider", HTTP_PRINTS},
    {"-O|--output-document", HTTP_PRINTS},
    {"-O|--output-document|-o|--output-file|-a|--append-output|--save-cookies", HTTP_WRITES},
    {NULL, HTTP_URL},
};
static const struct http_option ab_options[] = {
    {"-p", HTTP_POST}, {"-p|-u", HTTP_NEEDS_FILE}, {"-u", HTTP_PUT}, {"-m", HTTP_METHOD},
    {"-i", HTTP_HEAD}, {"-e|-g", HTTP_WRITES},     {NULL, HTTP_URL},
};
static const struct http_option hey_options[] = {
    {"-m", HTTP_METHOD},
    {"-d|-D", HTTP_POST},
    {"-D", HTTP_NEEDS_FILE},
    {NULL, HTTP_URL},
};
static const struct http_option httpie_options[] = {
    {"-o|--output", HTTP_WRITES},
    {"-d|--download", HTTP_SAVES},
    {"-f|--form|--raw|--multipart", HTTP_POST},
    {NULL, HTTP_URL},
};

struct http_tool {
    const char *names;
    const struct http_option *options;
    bool saves; /* writes what it gets to a file unless told otherwise */
    bool items; /* httpie: [METHOD] URL name=value */
};
static const struct http_tool http_tools[] = {
    {"curl", curl_options, false, false},
    {"wget", wget_options, true, false},
    {"ab", ab_options, false, false},
    {"hey", hey_options, false, false},
    {"http|https|xh", httpie_options, false, true},
};

struct request {
    struct scan *scan;
    const struct http_tool *tool;
    const char *program;
    const char *method; /* as asked for, or NULL */
    bool method_hidden; /* a variable or a placeholder */
    bool body, put, head, data_in_url, saves;
    const char *url;
};

static void needs_note(struct request *request, const char *file)
{
    if (request->scan->risk->needs_files.n < 32 && !request->scan->there && strcmp(file, "-") != 0)
        strings_add(request->scan->arena, &request->scan->risk->needs_files, file);
}

static void method_set(struct request *request, const struct word *value)
{
    request->method_hidden |= value->dynamic || value->placeholder;
    char *upper = arena_strdup(request->scan->arena, value->text);
    for (char *c = upper; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    request->method = upper;
}

/* "X-HTTP-Method-Override: DELETE": many servers do what it says, whatever the request says. */
static void header_check(struct request *request, const char *header)
{
    header += strspn(header, " \t");
    const char *method = text_starts_with(header, "x-") ? strcasestr(header, "method") : NULL;
    if (method && method < header + strcspn(header, ":"))
        request->method_hidden = true;
}

static void option_apply(struct request *request, const struct http_option *option,
                         const struct argument *argument)
{
    const char *value = argument->has_value ? argument->value.text : "";
    switch (option->effect) {
    case HTTP_METHOD:
        method_set(request, &argument->value);
        break;
    case HTTP_POST:
        request->body = true;
        break;
    case HTTP_PUT:
        request->put = true;
        break;
    case HTTP_HEAD:
        request->head = true;
        break;
    case HTTP_HEADER:
        header_check(request, value);
        break;
    case HTTP_DATA_IN_URL:
        request->data_in_url = true;
        break;
    case HTTP_URL:
        request->url = value;
        break;
    case HTTP_SAVES:
        request->saves = true;
        break;
    case HTTP_PRINTS:
        request->saves = false;
        break;
    case HTTP_NEEDS_FILE:
        needs_note(request, value);
        break;
    case HTTP_FORMAT:
        if (strstr(value, "%output"))
            risk_raise(request->scan, RISK_MUTATE, "%output", "writes a file here");
        break;
    case HTTP_WRITES:
        if (strcmp(value, "-") != 0)
            scan_written_file(
                request->scan, &argument->value,
                arena_printf(request->scan->arena, "%s %s %s", request->program, argument->name, value));
        break;
    case HTTP_NEEDS: {
        const char *at = strchr(value, '@');
        bool file = at && (at == value || at[-1] == '=');
        if (file && at[1])
            needs_note(request, at + 1);
        break;
    }
    }
}

static const char *default_method(const struct request *request)
{
    if (request->put)
        return "PUT";
    if (request->body && !request->data_in_url)
        return "POST";
    return request->head ? "HEAD" : "GET";
}

/* The last named part of the path: "restart" of http://host/admin/restart?now. */
static const char *last_segment(struct arena *arena, const char *url)
{
    const char *path = strstr(url, "://");
    path = strchr(path ? path + 3 : url, '/');
    if (!path)
        return "";
    size_t n = strcspn(path, "?#");
    while (n > 0 && path[n - 1] == '/')
        n--;
    size_t start = n;
    while (start > 0 && path[start - 1] != '/')
        start--;
    char *segment = arena_strndup(arena, path + start, n - start);
    for (char *c = segment; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return segment;
}

/* "?q=DROP%20DATABASE%20shop", "?stream.body=<delete>...". */
static bool value_changes(const char *key, const char *value)
{
    static const char statements[] =
        "drop|delete|insert|update|alter|create|truncate|grant|revoke|kill|optimize|system|call";
    char word[16];
    if (strcmp(key, "stream.body") == 0)
        return true;
    if (!alternatives_match("q|query|sql|statement|stmt", key))
        return false;
    size_t n = strspn(value, "+ ");
    while (text_starts_with(value + n, "%20"))
        n += 3;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(value + n, "%+ "), value + n);
    return alternatives_match(statements, word) && value[n + strlen(word)] != '\0';
}

/* "?action=RELOAD", "&_method=delete". */
static void query_check(struct request *request)
{
    struct scan *scan = request->scan;
    const char *at = strchr(request->url, '?');
    while (at) {
        const char *key = at + 1;
        size_t n_key = strcspn(key, "=&#"), n = key[n_key] == '=' ? strcspn(key + n_key + 1, "&#") : 0;
        char *value = arena_strndup(scan->arena, key + n_key + (n > 0), n);
        for (char *c = value; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        const char *name = arena_strndup(scan->arena, key, n_key);
        bool acts = rules_list_has(scan->rules, LIST_ACTION_KEYS, name) &&
                    rules_list_has(scan->rules, LIST_ACTION_PATHS, value);
        if (n > 0 && (acts || value_changes(name, value)))
            risk_raise(scan, RISK_UNKNOWN, request->url, "names an action behind its address");
        at = strchr(key, '&');
    }
}

static void url_check(struct request *request)
{
    static const char schemes[] = "http|https|ws|wss|file|ftp";
    struct scan *scan = request->scan;
    const char *colon = request->url ? strstr(request->url, "://") : NULL;
    if (!request->url)
        return;
    if (colon && !strpbrk(request->url, "$<") &&
        !alternatives_match(schemes,
                            arena_strndup(scan->arena, request->url, (size_t)(colon - request->url))))
        risk_raise(scan, RISK_UNKNOWN, request->url, "is not a web address");
    if (rules_list_has(scan->rules, LIST_ACTION_PATHS, last_segment(scan->arena, request->url)))
        risk_raise(scan, RISK_UNKNOWN, request->url, "names an action in its path");
    query_check(request);
}

/* POST to ".../_delete_by_query" or ".../users/purge". */
static bool path_deletes(const struct request *request)
{
    static const char verbs[] = "delete|purge|destroy|truncate|wipe|drop|erase";
    char word[16];
    size_t n = 0;
    const char *segment = last_segment(request->scan->arena, request->url);
    for (const char *c = segment;; c++) {
        if (*c && strchr("_-.:", *c) == NULL) {
            if (n + 1 < sizeof word)
                word[n++] = *c;
            continue;
        }
        word[n] = '\0';
        if (alternatives_match(verbs, word))
            return true;
        n = 0;
        if (!*c)
            return false;
    }
}

static void request_report(struct request *request)
{
    static const struct {
        const char *method;
        enum risk_class class;
        const char *why;
    } methods[] = {
        {"GET", RISK_READ, "only asks for a page"},
        {"HEAD", RISK_READ, "only asks for the headers of a page"},
        {"OPTIONS", RISK_READ, "only asks what is allowed"},
        {"POST", RISK_MUTATE, "sends a POST request, which changes something"},
        {"PUT", RISK_MUTATE, "sends a PUT request, which changes something"},
        {"PATCH", RISK_MUTATE, "sends a PATCH request, which changes something"},
        {"DELETE", RISK_DESTRUCTIVE, "sends a DELETE request"},
        {"PURGE", RISK_DESTRUCTIVE, "sends a PURGE request, which empties a cache"},
    };
    struct scan *scan = request->scan;
    const char *method = request->method ? request->method : default_method(request);
    enum risk_class class = RISK_UNKNOWN;
    const char *why = "uses a method that the rules do not know";
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !request->method_hidden; i++) {
        if (strcmp(methods[i].method, method) == 0) {
            class = methods[i].class;
            why = methods[i].why;
        }
    }
    if (class == RISK_MUTATE && request->url && path_deletes(request)) {
        class = RISK_DESTRUCTIVE;
        why = "sends a request whose address speaks of deleting";
    }
    if (class == RISK_MUTATE && request->url && strcmp(method, "POST") == 0 &&
        rules_list_has(scan->rules, LIST_SEARCH_PATHS, last_segment(scan->arena, request->url))) {
        class = RISK_READ;
        why = "sends a query to a search engine, which answers it";
    }
    const char *part =
        class == RISK_READ ? request->program : arena_printf(scan->arena, "%s %s", request->program, method);
    risk_raise(scan, class, part, why);
    if (!scan->risk->http_method) {
        scan->risk->http_method = method;
        scan->risk->http_url = request->url;
    }
    if (class == RISK_READ)
        url_check(request);
    if (request->url && strcmp(method, "POST") == 0 &&
        rules_list_has(scan->rules, LIST_TOKEN_PATHS, last_segment(scan->arena, request->url)))
        risk_mark_sensitive(scan, request->program, "prints the access token that it asks for");
}

/* httpie: `http POST url a=b`, `http url a=b` (POST as well), `http url a==b` (a query). */
static void item_apply(struct request *request, const struct word *word, size_t n)
{
    const char *text = word->text;
    bool method = n == 0 && *text && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(text);
    if (method)
        method_set(request, word);
    else if (!request->url)
        request->url = text;
    else if (text_starts_with(text, "x-"))
        header_check(request, text);
    else if ((strchr(text, '=') && !strstr(text, "==")) || strstr(text, ":=") || strchr(text, '@'))
        request->body = true;
    request->method_hidden |= word->splits && n == 0;
}

static void words_apply(struct request *request, const struct arguments *arguments)
{
    size_t n = 0;
    list_each (argument, &arguments->list) {
        if (argument->index >= arguments->end)
            break;
        if (!argument->option) {
            if (request->tool->items)
                item_apply(request, &argument->value, n);
            else if (!request->url)
                request->url = argument->value.text;
            n++;
            continue;
        }
        for (const struct http_option *option = request->tool->options; option->names; option++)
            if (argument_named(argument, option->names))
                option_apply(request, option, argument);
    }
}

void scan_http(struct scan *scan, const struct arguments *arguments)
{
    for (size_t i = 0; i < sizeof http_tools / sizeof *http_tools; i++) {
        if (!alternatives_match(http_tools[i].names, arguments->words[0].text))
            continue;
        struct request request = {.scan = scan,
                                  .tool = &http_tools[i],
                                  .program = arguments->words[0].text,
                                  .saves = http_tools[i].saves};
        words_apply(&request, arguments);
        request.body |= request.tool->items && (scan->stdin_text || scan->stdin_hidden);
        if (request.saves) {
            const char *name =
                request.url && strrchr(request.url, '/') ? strrchr(request.url, '/') + 1 : "index.html";
            struct word file = {.text = name};
            scan_written_file(scan, &file, request.program);
        }
        request_report(&request);
        return;
    }
}
