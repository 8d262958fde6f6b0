/* postgresql: one number from one query, in a connection of its own that may only read. libpq connects
 * without blocking, but for the name of the host, which is resolved beside the loop first. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"
#include "db/postgresql_library.h"
#include "watch/findings.h"

enum { ADDRESS_BYTES = 64 };

struct resolving { /* as in dns.c */
    uv_getaddrinfo_t request;
    struct probe *probe;
};

struct postgresql_look {
    struct resolving *resolving;
    PGconn *connection;
    uv_poll_t *poll; /* one for each time that libpq wants something: it may take another socket in between */
    bool connected;
    struct findings findings; /* the rows so far, where each is one to judge */
};

static void on_poll_closed(uv_handle_t *poll)
{
    free(poll);
}

static void poll_end(struct postgresql_look *look)
{
    if (!look->poll)
        return;
    uv_poll_stop(look->poll);
    uv_close((uv_handle_t *)look->poll, on_poll_closed);
    look->poll = NULL;
}

static void postgresql_end(struct probe *probe)
{
    struct postgresql_look *look = probe->memory;
    if (look->resolving) {
        look->resolving->probe = NULL;
        uv_cancel((uv_req_t *)&look->resolving->request);
        look->resolving = NULL;
    }
    poll_end(look);
    if (look->connection)
        PQfinish(look->connection);
    look->connection = NULL;
    look->connected = false;
    findings_clear(&look->findings);
}

/* libpq's messages end with a line break, and may have several lines. */
static void say_error(struct probe *probe, const char *message)
{
    char text[READING_TEXT_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)strcspn(message, "\n"), message);
    postgresql_end(probe);
    probe_say(probe, READING_ERROR, 0, "%s: %.200s", probe->check->id, text);
}

/* ---- the answer ---- */

static void say_value(struct probe *probe, const char *text)
{
    const struct config_check *check = probe->check;
    char word[64], *end = word;
    snprintf(word, sizeof word, "%s", text ? text : "");
    double value = text ? strtod(word, &end) : check->postgresql.absent;
    postgresql_end(probe);
    if (text ? (end == word || *end) : isnan(value))
        probe_say(probe, READING_ERROR, 0, "%.200s: %s", check->postgresql.query,
                  text ? "the answer is no number" : "no row comes, or NULL");
    else
        probe_say(probe, READING_VALUE, value, "%.250s", check->postgresql.query);
}

static void result_take(struct probe *probe, PGresult *result)
{
    struct postgresql_look *look = probe->memory;
    ExecStatusType status = PQresultStatus(result);
    bool has_row = status == PGRES_SINGLE_TUPLE && PQnfields(result) > 0;
    if (has_row && !PQgetisnull(result, 0, 0))
        say_value(probe, PQgetvalue(result, 0, 0));
    else if (has_row || status == PGRES_TUPLES_OK)
        say_value(probe, NULL);
    else
        say_error(probe, result ? PQresultErrorMessage(result) : PQerrorMessage(look->connection));
}

/* A row of those that are judged one by one: a name and a number. NULL, or why it is none. */
static const char *row_take(struct probe *probe, const PGresult *row)
{
    struct postgresql_look *look = probe->memory;
    char word[64], *end = word;
    if (PQnfields(row) < 2)
        return "each row must have a name and a number";
    if (PQgetisnull(row, 0, 1))
        return "the number of a row is NULL";
    snprintf(word, sizeof word, "%s", PQgetvalue(row, 0, 1));
    double value = strtod(word, &end);
    if (end == word || *end || isnan(value))
        return "the second column is no number";
    if (findings_add(&look->findings, probe->check->postgresql.label, PQgetvalue(row, 0, 0),
                     (size_t)PQgetlength(row, 0, 0), value) < 0)
        return "too many rows; let the query give those with the largest numbers";
    return NULL;
}

/* False: the look is over. */
static bool rows_take(struct probe *probe, PGresult *result)
{
    struct postgresql_look *look = probe->memory;
    ExecStatusType status = PQresultStatus(result);
    const char *why = NULL;
    if (status == PGRES_SINGLE_TUPLE) {
        why = row_take(probe, result);
        if (why)
            say_error(probe, why);
        return !why;
    }
    if (status != PGRES_TUPLES_OK) {
        say_error(probe, result ? PQresultErrorMessage(result) : PQerrorMessage(look->connection));
        return false;
    }
    struct findings findings = look->findings;
    look->findings = (struct findings){0};
    postgresql_end(probe);
    findings_say(&findings, probe, probe->check->postgresql.query);
    return false;
}

/* ---- the way there ---- */

static void poll_begin(struct probe *probe, int events);

static void connect_on(struct probe *probe)
{
    struct postgresql_look *look = probe->memory;
    switch (PQconnectPoll(look->connection)) {
    case PGRES_POLLING_READING:
        poll_begin(probe, UV_READABLE);
        return;
    case PGRES_POLLING_WRITING:
        poll_begin(probe, UV_WRITABLE);
        return;
    case PGRES_POLLING_OK:
        look->connected = true;
        if (!PQsendQueryParams(look->connection, probe->check->postgresql.query, 0, NULL, NULL, NULL, NULL,
                               0) ||
            !PQsetSingleRowMode(look->connection))
            say_error(probe, PQerrorMessage(look->connection));
        else
            poll_begin(probe, UV_READABLE);
        return;
    default:
        say_error(probe, PQerrorMessage(look->connection));
    }
}

static void answer_on(struct probe *probe)
{
    struct postgresql_look *look = probe->memory;
    if (!PQconsumeInput(look->connection)) {
        say_error(probe, PQerrorMessage(look->connection));
        return;
    }
    while (!PQisBusy(look->connection)) {
        PGresult *result = PQgetResult(look->connection);
        bool more = probe->check->postgresql.label && rows_take(probe, result);
        if (!probe->check->postgresql.label)
            result_take(probe, result); /* more rows are not waited for */
        PQclear(result);
        if (!more)
            return;
    }
    poll_begin(probe, UV_READABLE);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct probe *probe = poll->data;
    struct postgresql_look *look = probe->memory;
    (void)status, (void)events; /* libpq finds out by itself */
    poll_end(look);
    (look->connected ? answer_on : connect_on)(probe);
}

static void poll_begin(struct probe *probe, int events)
{
    struct postgresql_look *look = probe->memory;
    uv_poll_t *poll = heap_alloc(sizeof *poll);
    if (uv_poll_init_socket(probe->loop, poll, PQsocket(look->connection)) < 0) {
        free(poll);
        say_error(probe, "its socket cannot be watched");
        return;
    }
    poll->data = probe;
    look->poll = poll;
    uv_poll_start(poll, events, on_ready);
}

/* hostaddr NULL: a socket of this host, or an address already. */
static void connect_begin(struct probe *probe, const char *hostaddr)
{
    struct postgresql_look *look = probe->memory;
    const struct config_check *check = probe->check;
    scoped_secret char *password = NULL;
    struct err err;
    if (check->postgresql.secret && secret_read(check->postgresql.secret, &password, &err) < 0) {
        say_error(probe, err.text);
        return;
    }
    const char *names[] = {"dbname",   "application_name", "gssencmode", "options",
                           "hostaddr", "password",         NULL};
    const char *values[] = {check->postgresql.url,
                            "crashcart",
                            "disable",
                            "-c default_transaction_read_only=on",
                            hostaddr,
                            password,
                            NULL};
    look->connection = PQconnectStartParams(names, values, 1);
    if (!look->connection || PQstatus(look->connection) == CONNECTION_BAD)
        say_error(probe, look->connection ? PQerrorMessage(look->connection) : "libpq cannot start");
    else
        poll_begin(probe, UV_WRITABLE);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct resolving *resolving = request->data;
    struct probe *probe = resolving->probe;
    char address[ADDRESS_BYTES] = "";
    if (probe) {
        ((struct postgresql_look *)probe->memory)->resolving = NULL;
        if (status == 0)
            status = getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0,
                                 NI_NUMERICHOST)
                         ? UV_EAI_FAIL
                         : 0;
        if (status < 0)
            say_error(probe, uv_strerror(status));
        else
            connect_begin(probe, address);
    }
    uv_freeaddrinfo(found);
    free(resolving);
}

/* The host that the URL names, or NULL: it names none, or a folder of sockets. */
static char *host_of(const char *url)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    char *host = NULL;
    for (PQconninfoOption *option = options; option && option->keyword; option++)
        if (strcmp(option->keyword, "host") == 0 && option->val && option->val[0] && option->val[0] != '/' &&
            !strchr(option->val, ','))
            host = heap_strdup(option->val);
    if (options)
        PQconninfoFree(options);
    return host;
}

static void postgresql_open(struct probe *probe)
{
    probe->memory = heap_alloc(sizeof(struct postgresql_look));
}

static void postgresql_begin(struct probe *probe)
{
    struct postgresql_look *look = probe->memory;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    scoped_heap char *host = host_of(probe->check->postgresql.url);
    if (!host) {
        connect_begin(probe, NULL);
        return;
    }
    struct resolving *resolving = heap_alloc(sizeof *resolving);
    resolving->probe = probe;
    resolving->request.data = resolving;
    int result = uv_getaddrinfo(probe->loop, &resolving->request, on_resolved, host, NULL, &hints);
    if (result == 0) {
        look->resolving = resolving;
        return;
    }
    free(resolving);
    say_error(probe, uv_strerror(result));
}

static void postgresql_close(struct probe *probe)
{
    free(probe->memory);
}

const struct check_kind postgresql_kind = {
    .open = postgresql_open, .begin = postgresql_begin, .end = postgresql_end, .close = postgresql_close};
