#include "ward/front.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

enum { BODY_BYTES = 1024 * 1024, CONNECTIONS = 200 };

struct listener {
    struct front *front;
    const struct port *port;
    struct MHD_Daemon *daemon; /* NULL: closed */
};

struct front {
    struct world *world;
    struct listener *listeners; /* one a port of the world */
    struct MHD_Daemon *control;
    char *certificate, *key; /* PEM, or NULL */
};

static bool path_fits(const char *pattern, const char *path)
{
    size_t n = strlen(pattern);
    if (n && pattern[n - 1] == '*')
        return strncmp(pattern, path, n - 1) == 0;
    return strcmp(pattern, path) == 0;
}

static const struct endpoint *endpoint_find(const struct world *world, const struct port *port,
                                            const char *method, const char *path)
{
    bool head = strcmp(method, "HEAD") == 0;
    list_each (endpoint, &world->endpoints)
        if (endpoint->port == port->number && strcmp(endpoint->host, port->host) == 0 &&
            strcmp(endpoint->method, head ? "GET" : method) == 0 && path_fits(endpoint->path, path))
            return endpoint;
    return NULL;
}

static void rest(double seconds)
{
    if (seconds > 0 && seconds < 3600)
        usleep((useconds_t)(seconds * 1e6));
}

/* The system file's own command, on the real servers of the system. */
static bool shell_succeeds(const char *command)
{
    const char *const arguments[] = {"bash", "-o", "pipefail", "-c", command, NULL};
    pid_t pid;
    int status = -1;
    return posix_spawnp(&pid, "bash", NULL, NULL, (char *const *)(uintptr_t)arguments, environ) == 0 &&
           waitpid(pid, &status, 0) == pid && status == 0;
}

/* The delay is worked out first and waited for without the lock; what is answered and set is of the end. */
static int answer(struct front *front, const struct endpoint *endpoint, const struct buf *body,
                  struct buf *out)
{
    struct world *world = front->world;
    struct given given[32];
    struct scope scope = {.world = world, .given = given};
    struct err err;
    world_lock(world);
    double after_s = endpoint->after_s ? value_number(formula_value(endpoint->after_s, &scope)) : 0;
    world_unlock(world);
    rest(after_s);
    world_lock(world);
    scope.n_given = given_read(world, buf_text(body), body->n_bytes, given, 32);
    int status = endpoint->status ? (int)value_number(formula_value(endpoint->status, &scope)) : 200;
    buf_puts(out, output_text(world->scratch, &endpoint->body, &scope));
    if (status < 400 && world_assign(&scope, &endpoint->set, &err) < 0) {
        status = 404;
        buf_clear(out);
        buf_printf(out, "{\"error\":\"%s\"}\n", err.text);
    }
    world_unlock(world);
    if (status < 400 && endpoint->run && !shell_succeeds(endpoint->run))
        status = 500;
    return status >= 100 && status <= 599 ? status : 500;
}

static enum MHD_Result respond(struct MHD_Connection *connection, int status, const char *type,
                               const struct buf *out)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        out->n_bytes, (void *)(uintptr_t)buf_text(out), MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", type);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* Collects the body; true when all of it is there. */
static bool body_whole(const char *data, size_t *n_data, void **request)
{
    struct buf *body = *request;
    if (!body) {
        *request = body = heap_alloc(sizeof *body);
        *body = (struct buf){0};
        return false;
    }
    if (*n_data == 0)
        return true;
    if (body->n_bytes + *n_data <= BODY_BYTES)
        buf_add(body, data, *n_data);
    *n_data = 0;
    return false;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *n_data,
                                  void **request)
{
    (void)version;
    struct listener *listener = context;
    if (!body_whole(data, n_data, request))
        return MHD_YES;
    scoped_buf struct buf out = {0};
    const struct endpoint *endpoint = endpoint_find(listener->front->world, listener->port, method, url);
    if (!endpoint) {
        buf_puts(&out, "{\"error\":\"not found\"}\n");
        return respond(connection, 404, "application/json", &out);
    }
    int status = answer(listener->front, endpoint, *request, &out);
    return respond(connection, status, endpoint->type, &out);
}

static enum MHD_Result on_control(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *n_data,
                                  void **request)
{
    (void)method;
    (void)version;
    struct front *front = context;
    if (!body_whole(data, n_data, request))
        return MHD_YES;
    struct buf *body = *request;
    scoped_buf struct buf out = {0};
    world_lock(front->world);
    int status = control_answer(front->world, url, buf_text(body), body->n_bytes, &out);
    world_unlock(front->world);
    front_settle(front);
    return respond(connection, status, "application/json", &out);
}

static void on_end(void *context, struct MHD_Connection *connection, void **request,
                   enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    if (*request)
        buf_free(*request);
    __builtin_free(*request);
    *request = NULL;
}

/* ---- listening ---- */

static int host_number(const struct world *world, const char *host)
{
    int n = 0;
    list_each (port, &world->ports) {
        bool first = true;
        for (const struct port *before = world->ports.at; before < port; before++)
            first &= strcmp(before->host, port->host) != 0;
        n += first;
        if (strcmp(port->host, host) == 0)
            break;
    }
    return n;
}

static void listener_open(struct listener *listener)
{
    const struct front *front = listener->front;
    bool tls = listener->port->tls;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)listener->port->number)};
    address.sin_addr.s_addr = htonl(0x7f070000u + (unsigned)host_number(front->world, listener->port->host));
    if (tls && !front->certificate)
        return;
    struct MHD_OptionItem secure[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, front->certificate},
                                      {MHD_OPTION_HTTPS_MEM_KEY, 0, front->key},
                                      {MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                     MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0u);
    listener->daemon = MHD_start_daemon(
        flags, listener->port->number > 65535 ? 0 : (uint16_t)listener->port->number, NULL, NULL, on_request,
        listener, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_ARRAY, tls ? secure : secure + 2, MHD_OPTION_END);
    if (!listener->daemon)
        fprintf(stderr, "ward: %s:%d: cannot listen: %s\n", listener->port->host, listener->port->number,
                strerror(errno));
}

static pthread_mutex_t settling = PTHREAD_MUTEX_INITIALIZER;

void front_settle(struct front *front)
{
    struct world *world = front->world;
    struct scope scope = {.world = world};
    pthread_mutex_lock(&settling);
    for (size_t i = 0; i < world->ports.n; i++) {
        struct listener *listener = &front->listeners[i];
        world_lock(world);
        bool up = !listener->port->real &&
                  (!listener->port->up || value_true(formula_value(listener->port->up, &scope)));
        world_unlock(world);
        if (up && !listener->daemon)
            listener_open(listener);
        if (!up && listener->daemon) {
            MHD_stop_daemon(listener->daemon);
            listener->daemon = NULL;
        }
    }
    pthread_mutex_unlock(&settling);
}

static int hosts_write(struct world *world, const char *path, struct err *err)
{
    scoped_buf struct buf text = {0};
    buf_puts(&text, "127.0.0.1 localhost\n::1 localhost\n");
    list_each (port, &world->ports)
        buf_printf(&text, "127.7.0.%d %s\n", host_number(world, port->host), port->host);
    FILE *file = fopen(path, "w"); /* it may be a mount of its own: written in place */
    if (!file)
        return err_set(err, "%s: %s", path, strerror(errno));
    fputs(buf_text(&text), file);
    return fclose(file) == 0 ? 0 : err_set(err, "%s: %s", path, strerror(errno));
}

static int control_listen(const char *path, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return err_set(err, "%s: too long for a socket", path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0) {
        err_set(err, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

int front_start(struct world *world, const char *socket_path, const char *hosts, const char *tls_folder,
                struct front **ret_front, struct err *err)
{
    struct front *front = arena_alloc(world->arena, sizeof *front);
    front->world = world;
    front->listeners = arena_alloc(world->arena, (world->ports.n + 1) * sizeof *front->listeners);
    for (size_t i = 0; i < world->ports.n; i++)
        front->listeners[i] = (struct listener){.front = front, .port = &world->ports.at[i]};
    if ((hosts && hosts_write(world, hosts, err) < 0) ||
        (tls_folder && certificate_make(world, tls_folder, &front->certificate, &front->key, err) < 0))
        return -1;
    front_settle(front);
    int fd = control_listen(socket_path, err);
    if (fd < 0)
        return -1;
    front->control =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0,
                         NULL, NULL, on_control, front, MHD_OPTION_LISTEN_SOCKET, fd,
                         MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
    if (!front->control) {
        close(fd);
        return err_set(err, "%s: cannot serve on this socket", socket_path);
    }
    *ret_front = front;
    return 0;
}

void front_stop(struct front *front)
{
    MHD_stop_daemon(front->control);
    for (size_t i = 0; i < front->world->ports.n; i++)
        if (front->listeners[i].daemon)
            MHD_stop_daemon(front->listeners[i].daemon);
}
