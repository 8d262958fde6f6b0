/* The bridge that curl_multi_socket_action(3) asks for: libcurl says which sockets to watch and when to call
 * back; libuv watches and calls. A watch ends itself after its close callback and knows nothing of the
 * transfers by then. */
#include "courier/transfers.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "courier/address.h"

struct transfers {
    CURLM *multi;
    uv_loop_t *loop;
    uv_timer_t timer;
    void (*done)(void *context, CURL *easy, CURLcode code);
    void *context;
};

struct watch {
    uv_poll_t poll;
    struct transfers *transfers;
    curl_socket_t fd;
};

static void report_ended(struct transfers *t)
{
    int n_left;
    for (CURLMsg *message; (message = curl_multi_info_read(t->multi, &n_left));) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result; /* the message is gone once the handle is removed */
        curl_multi_remove_handle(t->multi, easy);
        t->done(t->context, easy, code);
    }
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    struct transfers *t = watch->transfers; /* the watch may end inside the call */
    int what = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    int n_running;
    curl_multi_socket_action(t->multi, watch->fd, what, &n_running);
    report_ended(t);
}

static void on_timer(uv_timer_t *timer)
{
    struct transfers *t = timer->data;
    int n_running;
    curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
    report_ended(t);
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct transfers *t = context;
    (void)multi;
    if (timeout_ms < 0)
        return uv_timer_stop(&t->timer);
    return uv_timer_start(&t->timer, on_timer, (uint64_t)timeout_ms, 0);
}

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static int set_watch(CURL *easy, curl_socket_t fd, int what, void *context, void *of_socket)
{
    struct transfers *t = context;
    struct watch *watch = of_socket;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            uv_poll_stop(&watch->poll);
            uv_close((uv_handle_t *)&watch->poll, free_watch);
            curl_multi_assign(t->multi, fd, NULL);
        }
        return 0;
    }
    if (!watch) {
        watch = heap_alloc(sizeof *watch);
        watch->transfers = t;
        watch->fd = fd;
        if (uv_poll_init_socket(t->loop, &watch->poll, fd)) {
            free(watch);
            return -1; /* the transfers fail with CURLE_ABORTED_BY_CALLBACK and are tried again */
        }
        watch->poll.data = watch;
        curl_multi_assign(t->multi, fd, watch);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, on_ready);
}

int transfers_new(uv_loop_t *loop, void (*done)(void *context, CURL *easy, CURLcode code), void *context,
                  struct transfers **ret_transfers, struct err *err)
{
    struct transfers *t = heap_alloc(sizeof *t);
    t->multi = curl_multi_init();
    if (!t->multi) {
        free(t);
        return err_set(err, "libcurl cannot start");
    }
    t->loop = loop;
    t->done = done;
    t->context = context;
    uv_timer_init(loop, &t->timer);
    t->timer.data = t;
    curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, set_watch);
    curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
    curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
    *ret_transfers = t;
    return 0;
}

static void free_transfers(uv_handle_t *handle)
{
    free(handle->data);
}

void transfers_free(struct transfers *t)
{
    curl_multi_cleanup(t->multi);
    uv_timer_stop(&t->timer);
    uv_close((uv_handle_t *)&t->timer, free_transfers);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer_guard *guard = context;
    enum address_class class = address_class_of(&address->addr);
    char text[INET6_ADDRSTRLEN] = "";
    if (purpose == CURLSOCKTYPE_IPCXN && class != ADDRESS_NEVER &&
        (class == ADDRESS_PUBLIC || !guard || guard->private_allowed))
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (!guard)
        return CURL_SOCKET_BAD;
    getnameinfo(&address->addr, address->addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    snprintf(guard->refused, sizeof guard->refused,
             class == ADDRESS_PRIVATE
                 ? "the name leads to %s, in a private network; add the name to channels.private_hosts if it "
                   "is meant"
                 : "it leads to %s, where no receiver can be",
             text);
    return CURL_SOCKET_BAD;
}

void transfer_prepare(CURL *easy, struct transfer_guard *guard)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "crashcart/" CRASHCART_VERSION);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, guard);
}

int transfers_add(struct transfers *t, CURL *easy, struct err *err)
{
    CURLMcode code = curl_multi_add_handle(t->multi, easy);
    return code == CURLM_OK ? 0 : err_set(err, "%s", curl_multi_strerror(code));
}

void transfers_remove(struct transfers *t, CURL *easy)
{
    curl_multi_remove_handle(t->multi, easy);
}
