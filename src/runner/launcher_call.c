/* The calls over a stream socket, both ends. A message is its length (4 bytes, little endian), and JSON; the
 * answer to a start carries two descriptors, to the keeper and of the output.
 *
 *     {"do":"step","order":{...}}   {"do":"check","check":"api"}
 *     {"do":"page","program":"pager","page":"..."}
 *     {"do":"feed","id":7}   {"do":"hang_up","id":7}   {"do":"settle","id":7,"ended":true}
 *     {"id":7,"class":0,"endless":false,"confined":true,"place":null,"nonce":"","time_s":0,"drift":false}
 *     {"why":"...","unknown":false}   {"full":false}
 *
 * Who calls waits for the answer; feed and hang_up have none. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "loop/frame.h"
#include "runbook/shell_grammar.h"
#include "runner/launcher_priv.h"

enum { HEAD_BYTES = 4, FDS = 2, DEPTH = 16, ANSWER_PATIENCE_MS = 60 * 1000 };

/* ---- messages ---- */

/* The loop has made the socket nonblocking. False: that went wrong, or nothing came. */
static bool may_go_on(int fd, short events)
{
    if (errno == EINTR)
        return true;
    return errno == EAGAIN && poll(&(struct pollfd){.fd = fd, .events = events}, 1, ANSWER_PATIENCE_MS) > 0;
}

static int bytes_send(int fd, const char *bytes, size_t n_bytes, const int *fds)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int[FDS]))];
        struct cmsghdr align;
    } control = {0};
    while (n_bytes) {
        struct iovec part = {(void *)(uintptr_t)bytes, n_bytes};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        if (fds) {
            message.msg_control = control.bytes;
            message.msg_controllen = sizeof control.bytes;
            struct cmsghdr *head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = SOL_SOCKET;
            head->cmsg_type = SCM_RIGHTS;
            head->cmsg_len = CMSG_LEN(sizeof(int[FDS]));
            memcpy(CMSG_DATA(head), fds, sizeof(int[FDS]));
        }
        ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (n < 0 && may_go_on(fd, POLLOUT))
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        n_bytes -= (size_t)n;
        fds = NULL; /* they went with the first byte */
    }
    return 0;
}

static int message_send(int fd, const struct buf *json, const int *fds)
{
    char head[HEAD_BYTES];
    if (json->n_bytes > FRAME_BYTES)
        return -1;
    for (int i = 0; i < HEAD_BYTES; i++)
        head[i] = (char)(json->n_bytes >> (8 * i));
    return bytes_send(fd, head, sizeof head, fds) < 0 || bytes_send(fd, json->at, json->n_bytes, NULL) < 0
               ? -1
               : 0;
}

static void fds_take(struct msghdr *message, int *ret_fds)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (head && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof(int[FDS])))
        memcpy(ret_fds, CMSG_DATA(head), sizeof(int[FDS]));
}

/* ret_fds NULL: none is taken, and the kernel closes what came. */
static int bytes_receive(int fd, char *bytes, size_t n_bytes, int *ret_fds)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int[FDS]))];
        struct cmsghdr align;
    } control;
    while (n_bytes) {
        struct iovec part = {bytes, n_bytes};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        if (ret_fds) {
            message.msg_control = control.bytes;
            message.msg_controllen = sizeof control.bytes;
        }
        ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        if (n < 0 && may_go_on(fd, POLLIN))
            continue;
        if (n <= 0)
            return -1;
        if (ret_fds)
            fds_take(&message, ret_fds);
        bytes += n;
        n_bytes -= (size_t)n;
    }
    return 0;
}

static int message_receive(int fd, struct buf *ret_json, int *ret_fds)
{
    unsigned char head[HEAD_BYTES];
    size_t n_bytes = 0;
    if (bytes_receive(fd, (char *)head, sizeof head, ret_fds) < 0)
        return -1;
    for (int i = 0; i < HEAD_BYTES; i++)
        n_bytes |= (size_t)head[i] << (8 * i);
    if (n_bytes > FRAME_BYTES)
        return -1;
    char *bytes = heap_alloc(n_bytes + 1);
    int received = bytes_receive(fd, bytes, n_bytes, NULL);
    if (received == 0)
        buf_add(ret_json, bytes, n_bytes);
    free(bytes);
    return received;
}

/* ---- who calls ---- */

static void lose(struct launcher *launcher)
{
    if (!launcher->is_lost)
        log_event(LOG_ERROR, "launcher.gone", "effect=%s", log_quote("nothing can be started any more"));
    launcher->is_lost = true;
}

/* False: there is no answer. */
static bool ask(struct launcher *launcher, const struct buf *call, int *ret_fds, struct json *ret_answer)
{
    scoped_buf struct buf answer = {0};
    struct err err;
    if (!launcher->is_lost && message_send(launcher->call_fd, call, NULL) == 0 &&
        message_receive(launcher->call_fd, &answer, ret_fds) == 0 &&
        json_parse(launcher->answers, answer.at, answer.n_bytes, DEPTH, ret_answer, &err) == 0)
        return true;
    lose(launcher);
    return false;
}

static const char *start(struct launcher *launcher, struct arena *arena, const struct buf *call,
                         struct launched *ret_launched)
{
    int fds[FDS] = {-1, -1};
    struct json answer;
    if (!ask(launcher, call, fds, &answer))
        return "The process that starts steps is gone.";
    const char *why = json_text(json_get(answer, "why"), NULL);
    if (why) {
        ret_launched->is_unknown = json_bool(json_get(answer, "unknown"), false);
        return arena_strdup(arena, why);
    }
    const char *nonce = json_text(json_get(answer, "nonce"), NULL);
    *ret_launched =
        (struct launched){.id = json_int(json_get(answer, "id"), 0),
                          .control_fd = fds[0],
                          .output_fd = fds[1],
                          .class = (enum risk_class)json_int(json_get(answer, "class"), RISK_DESTRUCTIVE),
                          .endless = json_bool(json_get(answer, "endless"), false),
                          .confined = json_bool(json_get(answer, "confined"), false),
                          .place = arena_strdup(arena, json_text(json_get(answer, "place"), NULL)),
                          .time_s = json_int(json_get(answer, "time_s"), 0),
                          .is_drift = json_bool(json_get(answer, "drift"), false)};
    snprintf(ret_launched->nonce, sizeof ret_launched->nonce, "%s", nonce ? nonce : "");
    if (fds[0] >= 0 && fds[1] >= 0)
        return NULL;
    lose(launcher);
    return "The process that starts steps has run out of descriptors.";
}

static struct json_writer call_begin(struct buf *call, const char *what)
{
    struct json_writer w = jw_start(call);
    jw_begin_object(&w);
    jw_pair(&w, "do", what);
    return w;
}

const char *call_step(struct launcher *launcher, struct arena *arena, const struct runner_order *order,
                      struct launched *ret_launched)
{
    scoped_buf struct buf call = {0};
    scoped_buf struct buf text = {0};
    struct json_writer w = call_begin(&call, "step");
    runner_order_write(&text, order);
    jw_name(&w, "order");
    jw_raw(&w, text.at, text.n_bytes);
    jw_end_object(&w);
    return start(launcher, arena, &call, ret_launched);
}

const char *call_check(struct launcher *launcher, struct arena *arena, const char *check,
                       struct launched *ret_launched)
{
    scoped_buf struct buf call = {0};
    struct json_writer w = call_begin(&call, "check");
    jw_pair(&w, "check", check);
    jw_end_object(&w);
    return start(launcher, arena, &call, ret_launched);
}

const char *call_page(struct launcher *launcher, struct arena *arena, const char *program, const char *page,
                      struct launched *ret_launched)
{
    scoped_buf struct buf call = {0};
    struct json_writer w = call_begin(&call, "page");
    jw_pair(&w, "program", program);
    jw_pair(&w, "page", page);
    jw_end_object(&w);
    return start(launcher, arena, &call, ret_launched);
}

void call_input(struct launcher *launcher, const char *what, int64_t id)
{
    scoped_buf struct buf call = {0};
    struct json_writer w = call_begin(&call, what);
    jw_pair_int(&w, "id", id);
    jw_end_object(&w);
    if (!launcher->is_lost && message_send(launcher->call_fd, &call, NULL) < 0)
        lose(launcher);
}

bool call_settle(struct launcher *launcher, int64_t id, bool program_ended)
{
    scoped_buf struct buf call = {0};
    struct json answer;
    struct json_writer w = call_begin(&call, "settle");
    jw_pair_int(&w, "id", id);
    jw_pair_bool(&w, "ended", program_ended);
    jw_end_object(&w);
    return ask(launcher, &call, NULL, &answer) && json_bool(json_get(answer, "full"), false);
}

/* ---- who is called ---- */

static int started_answer(int fd, const char *why, const struct launched *launched)
{
    scoped_buf struct buf answer = {0};
    struct json_writer w = jw_start(&answer);
    int fds[FDS] = {launched->control_fd, launched->output_fd};
    jw_begin_object(&w);
    if (why) {
        jw_pair(&w, "why", why);
        jw_pair_bool(&w, "unknown", launched->is_unknown);
    } else {
        jw_pair_int(&w, "id", launched->id);
        jw_pair_int(&w, "class", launched->class);
        jw_pair_bool(&w, "endless", launched->endless);
        jw_pair_bool(&w, "confined", launched->confined);
        jw_pair(&w, "place", launched->place);
        jw_pair(&w, "nonce", launched->nonce);
        jw_pair_int(&w, "time_s", launched->time_s);
        jw_pair_bool(&w, "drift", launched->is_drift);
    }
    jw_end_object(&w);
    int sent = message_send(fd, &answer, why ? NULL : fds);
    for (int i = 0; i < FDS && !why; i++)
        close(fds[i]);
    return sent;
}

static int step_serve(struct launcher *launcher, struct json call, int fd)
{
    scoped_arena struct arena *arena = arena_new();
    struct runner_order order;
    struct launched launched = {0};
    struct err err;
    const char *why = runner_order_read(arena, json_get(call, "order"), &order, &err) < 0
                          ? err.text
                          : launcher_step(launcher, arena, &order, &launched);
    shell_grammar_put_away();
    return started_answer(fd, why, &launched);
}

static int check_serve(struct launcher *launcher, struct json call, int fd)
{
    scoped_arena struct arena *arena = arena_new();
    struct launched launched = {0};
    const char *check = json_text(json_get(call, "check"), NULL);
    const char *why = check ? launcher_check(launcher, arena, check, &launched) : "a check has a name";
    return started_answer(fd, why, &launched);
}

static int page_serve(struct launcher *launcher, struct json call, int fd)
{
    scoped_arena struct arena *arena = arena_new();
    struct launched launched = {0};
    const char *program = json_text(json_get(call, "program"), NULL);
    const char *page = json_text(json_get(call, "page"), NULL);
    const char *why = program && page ? launcher_page(launcher, arena, program, page, &launched)
                                      : "a page has a program that takes it";
    return started_answer(fd, why, &launched);
}

static int feed_serve(struct launcher *launcher, struct json call, int fd)
{
    (void)fd;
    launcher_feed(launcher, json_int(json_get(call, "id"), 0));
    return 0;
}

static int hang_up_serve(struct launcher *launcher, struct json call, int fd)
{
    (void)fd;
    launcher_hang_up(launcher, json_int(json_get(call, "id"), 0));
    return 0;
}

static int settle_serve(struct launcher *launcher, struct json call, int fd)
{
    scoped_buf struct buf answer = {0};
    struct json_writer w = jw_start(&answer);
    bool ended = json_bool(json_get(call, "ended"), false);
    bool was_full = launcher_settle(launcher, json_int(json_get(call, "id"), 0), ended);
    jw_begin_object(&w);
    jw_pair_bool(&w, "full", was_full);
    jw_end_object(&w);
    return message_send(fd, &answer, NULL);
}

static const struct {
    const char *what;
    int (*serve)(struct launcher *launcher, struct json call, int fd);
} calls[] = {{"step", step_serve}, {"check", check_serve},     {"page", page_serve},
             {"feed", feed_serve}, {"hang_up", hang_up_serve}, {"settle", settle_serve}};

int launcher_serve(struct launcher *launcher, int fd)
{
    scoped_buf struct buf text = {0};
    struct json call;
    struct err err;
    int served = -1;
    if (message_receive(fd, &text, NULL) < 0)
        return -1;
    struct json_document *document = json_document_new();
    if (json_parse(document, text.at, text.n_bytes, DEPTH, &call, &err) == 0) {
        const char *what = json_text(json_get(call, "do"), NULL);
        for (size_t i = 0; what && i < sizeof calls / sizeof *calls; i++)
            if (strcmp(calls[i].what, what) == 0)
                served = calls[i].serve(launcher, call, fd);
    }
    json_document_free(document);
    return served;
}
