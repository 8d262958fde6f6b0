/* Attempts, receivers and their places.
 *
 * A receiver is one server ("https://host:443"). It has PLACES places; what comes beyond them waits in its
 * queues, so a server that hangs delays nobody else. There is one queue a severity, and the worst goes first:
 * after an outage all that waited comes at once. Receivers with something to send stand in the line of the
 * worst that waits for them, and take turns in it. What comes together is queued before any of it starts.
 * What is held is not in them yet; what will start at once is set up meanwhile.
 * What ends without a transfer (an address that cannot exist) is reported from the loop as well: done is
 * never called inside courier_send(). */
#include "courier/courier.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/must.h"
#include "courier/address.h"
#include "courier/courier_priv.h"
#include "loop/suspect.h"

enum {
    RANKS = 8,              /* severities that are told apart, the worst is 0 */
    PLACES = 8,             /* transfers at once to one receiver */
    MOST_RUNNING = 400,     /* and to all: under the usual limit of 1,024 open files */
    MOST_ANSWER = 64 * 1024 /* bytes of an answer that are read */
};

struct receiver {
    char name[RECEIVER_BYTES];
    struct attempts waiting[RANKS];
    int n_running, n_held;
    int in_line; /* of that rank; RANKS: in none */
    struct receiver *next;
};

struct line { /* of receivers that have something to send, and a free place */
    struct receiver *first, *last;
};

struct courier {
    uv_loop_t *loop;
    struct transfers *transfers; /* NULL until somebody can be reached */
    uv_timer_t settle;           /* starts what has come, and reports what ended without a transfer */
    struct attempts ended, held;
    bool holds;
    struct map *receivers;
    struct line lines[RANKS];
    struct attempts running; /* in any order */
    int n_running;
    const struct config *config;
    struct settings *settings;
    struct courier_limits limits;
    void (*done)(void *context, const struct courier_done *);
    void *context;
    void (*hand)(void *context, const char *order, size_t n_bytes); /* to the runner */
    void *hand_context;
    struct suspect *suspect;
};

/* ---- lines ---- */

/* RANKS: nothing waits. */
static int worst_waiting(const struct receiver *receiver)
{
    int rank = 0;
    while (rank < RANKS && !receiver->waiting[rank].first)
        rank++;
    return rank;
}

static void line_leave(struct courier *courier, struct receiver *receiver)
{
    if (receiver->in_line == RANKS)
        return;
    struct line *line = &courier->lines[receiver->in_line];
    struct receiver *before = NULL;
    for (struct receiver *r = line->first; r != receiver; r = r->next)
        before = r;
    *(before ? &before->next : &line->first) = receiver->next;
    if (line->last == receiver)
        line->last = before;
    receiver->in_line = RANKS;
}

/* Stands where the worst that waits for it belongs, or nowhere. */
static void line_join(struct courier *courier, struct receiver *receiver)
{
    int rank = receiver->n_running >= PLACES ? RANKS : worst_waiting(receiver);
    if (rank == receiver->in_line)
        return;
    line_leave(courier, receiver);
    if (rank == RANKS)
        return;
    struct line *line = &courier->lines[rank];
    receiver->in_line = rank;
    receiver->next = NULL;
    *(line->last ? &line->last->next : &line->first) = receiver;
    line->last = receiver;
}

static struct receiver *line_take(struct courier *courier)
{
    for (int rank = 0; rank < RANKS; rank++) {
        struct receiver *receiver = courier->lines[rank].first;
        if (!receiver)
            continue;
        line_leave(courier, receiver);
        return receiver;
    }
    return NULL;
}

/* ---- one attempt ---- */

static void attempt_free(struct attempt *attempt)
{
    if (attempt->easy)
        curl_easy_cleanup(attempt->easy);
    curl_slist_free_all(attempt->list);
    buf_free(&attempt->body);
    buf_free(&attempt->whole);
    arena_free(attempt->arena);
    free(attempt->answer);
    free(attempt->address);
    free(attempt->key);
    free(attempt->page);
    free(attempt);
}

void attempt_judged(struct attempt *attempt, enum delivery_verdict verdict, int64_t retry_after_s,
                    const char *format, ...)
{
    scoped_buf struct buf detail = {0};
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&detail, format, ap);
    va_end(ap);
    size_t n = detail.n_bytes < DETAIL_BYTES ? detail.n_bytes : DETAIL_BYTES - 1;
    for (size_t i = 0; i < n; i++) /* words of others: printable ASCII only */
        attempt->detail[i] = isprint((unsigned char)detail.at[i]) ? detail.at[i] : '?';
    attempt->detail[n] = '\0';
    attempt->result = (struct delivery_result){
        .verdict = verdict, .detail = attempt->detail, .retry_after_s = retry_after_s};
}

void attempt_judged_by_network(struct attempt *attempt, CURLcode code)
{
    bool dead =
        code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL || attempt->guard.refused[0];
    const char *why = attempt->guard.refused[0] ? attempt->guard.refused
                      : attempt->reason[0]      ? attempt->reason
                                                : curl_easy_strerror(code);
    attempt_judged(attempt, dead ? VERDICT_DEAD : VERDICT_RETRY, 0, "%s", why);
}

static size_t take_answer(char *bytes, size_t size, size_t n, void *context)
{
    struct attempt *attempt = context;
    for (size_t i = 0; i < size * n && attempt->n_answered + i < ANSWER_BYTES - 1; i++)
        attempt->answer[attempt->n_answered + i] = bytes[i];
    attempt->n_answered += size * n;
    if (attempt->whole_limit && attempt->n_answered <= attempt->whole_limit)
        buf_add(&attempt->whole, bytes, size * n);
    return attempt->n_answered > (attempt->whole_limit ? attempt->whole_limit : MOST_ANSWER) ? 0 : size * n;
}

/* An operator says plainly that a receiver is in a network of their own: by its address, by its name in
 * private_hosts, or because it is a server of the configuration. With a proxy it is the proxy that connects.
 */
static bool may_be_private(const struct attempt *attempt, const char *receiver)
{
    const struct config_channels *configured = &attempt->courier->config->channels;
    char host[RECEIVER_BYTES];
    url_host(receiver, host, sizeof host);
    if (attempt->channel->server_is_configured || configured->proxy ||
        (host_is_plain(host) && !attempt->channel->server_is_given))
        return true;
    list_each (name, &configured->private_hosts)
        if (strcasecmp(*name, host) == 0)
            return true;
    return false;
}

static void report(struct attempt *attempt)
{
    struct courier *courier = attempt->courier;
    struct courier_done done = {attempt->delivery, attempt->number, attempt->result};
    courier->done(courier->context, &done);
    attempt_free(attempt);
}

static void start_next(struct courier *courier);

static void settle(uv_timer_t *timer)
{
    struct courier *courier = timer->data;
    start_next(courier);
    for (struct attempt *attempt; (attempt = attempts_take(&courier->ended));)
        report(attempt);
}

/* Reports the attempt in the next turn of the loop. */
static void end_later(struct attempt *attempt)
{
    attempts_push(&attempt->courier->ended, attempt);
    uv_timer_start(&attempt->courier->settle, settle, 0, 0);
}

static void attempt_dead(struct attempt *attempt, const struct err *err)
{
    attempt_judged(attempt, VERDICT_DEAD, 0, "%s", err->text);
    end_later(attempt);
}

static void on_done(void *context, CURL *easy, CURLcode code);

static int transfers_begin(struct courier *courier, struct err *err)
{
    if (courier->transfers)
        return 0;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, "libcurl cannot start");
    return transfers_new(courier->loop, on_done, courier, &courier->transfers, err);
}

static int program_ask(const struct attempt *attempt, struct err *err)
{
    const struct courier *courier = attempt->courier;
    scoped_buf struct buf order = {0};
    if (!courier->hand)
        return err_set(err, "nobody here runs programs");
    program_order_write(&order, attempt);
    courier->hand(courier->hand_context, order.at, order.n_bytes);
    return 0;
}

static int attempt_make(struct attempt *attempt, struct err *err)
{
    struct courier *courier = attempt->courier;
    if (attempt->easy || !attempt->channel->prepare)
        return 0;
    if (transfers_begin(courier, err) < 0)
        return -1;
    CURL *easy = attempt->easy = curl_easy_init();
    if (!easy)
        return err_set(err, "libcurl cannot start a transfer");
    transfer_prepare(easy, &attempt->guard);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt->reason);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, courier->limits.connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, courier->limits.total_ms);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
    attempt->answer = heap_alloc(ANSWER_BYTES);
    return attempt->channel->prepare(attempt, err) ? -1 : 0;
}

static int attempt_set_up(struct attempt *attempt, struct err *err)
{
    struct suspect *suspect = attempt->courier->suspect;
    if (!suspect_begin(suspect, attempt->delivery))
        return err_set(err, SUSPECT_DETAIL);
    int result = attempt_make(attempt, err);
    suspect_end(suspect);
    return result;
}

static int attempt_start(struct attempt *attempt, struct err *err)
{
    if (!attempt->channel->prepare)
        return program_ask(attempt, err);
    if (attempt_set_up(attempt, err))
        return -1;
    return transfers_add(attempt->courier->transfers, attempt->easy, err);
}

/* ---- receivers ---- */

static struct receiver *receiver_of(struct courier *courier, const char *name)
{
    struct receiver *receiver = map_get(courier->receivers, name, strlen(name));
    if (receiver)
        return receiver;
    receiver = heap_alloc(sizeof *receiver);
    receiver->in_line = RANKS;
    memcpy(receiver->name, name, strnlen(name, RECEIVER_BYTES - 1));
    map_put(courier->receivers, receiver->name, strlen(receiver->name), receiver);
    return receiver;
}

/* Back in line when there is more, forgotten when there is nothing. */
static void receiver_settle(struct courier *courier, struct receiver *receiver)
{
    line_join(courier, receiver);
    if (receiver->n_running || receiver->n_held || worst_waiting(receiver) < RANKS)
        return;
    map_remove(courier->receivers, receiver->name, strlen(receiver->name));
    free(receiver);
}

static void start_next(struct courier *courier)
{
    while (courier->n_running < MOST_RUNNING) {
        struct receiver *receiver = line_take(courier);
        if (!receiver)
            return;
        int rank = worst_waiting(receiver);
        must(rank < RANKS);
        struct attempt *attempt = attempts_take(&receiver->waiting[rank]);
        struct err err = {0};
        if (attempt_start(attempt, &err)) {
            attempt_dead(attempt, &err);
        } else {
            attempts_push(&courier->running, attempt);
            receiver->n_running++;
            courier->n_running++;
        }
        receiver_settle(courier, receiver);
    }
}

/* The next of several questions of one attempt, on the same connection. False: there is none, and the result
 * says how it ended. */
static bool ask_next(struct attempt *attempt)
{
    struct err err = {0};
    if (!attempt->goes_on)
        return false;
    curl_slist_free_all(attempt->list);
    attempt->list = NULL;
    attempt->n_answered = 0;
    attempt->goes_on = false;
    buf_clear(&attempt->body);
    buf_clear(&attempt->whole);
    if (attempt->channel->prepare(attempt, &err) == 0 &&
        transfers_add(attempt->courier->transfers, attempt->easy, &err) == 0)
        return true;
    attempt_judged(attempt, VERDICT_DEAD, 0, "%s", err.text);
    return false;
}

/* It was judged. */
static void attempt_end(struct attempt *attempt)
{
    struct courier *courier = attempt->courier;
    struct receiver *receiver = attempt->receiver;
    attempts_drop(&courier->running, attempt);
    receiver->n_running--;
    courier->n_running--;
    receiver_settle(courier, receiver);
    start_next(courier);
    report(attempt);
}

static void on_done(void *context, CURL *easy, CURLcode code)
{
    struct attempt *attempt = NULL;
    (void)context;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&attempt);
    must(attempt);
    suspect_begin(attempt->courier->suspect, attempt->delivery);
    attempt->channel->judge(attempt, code);
    bool goes_on = ask_next(attempt);
    suspect_end(attempt->courier->suspect);
    if (!goes_on)
        attempt_end(attempt);
}

void courier_use_suspect(struct courier *courier, struct suspect *suspect)
{
    courier->suspect = suspect;
}

void courier_use_runner(struct courier *courier,
                        void (*hand)(void *context, const char *order, size_t n_bytes), void *context)
{
    courier->hand = hand;
    courier->hand_context = context;
}

bool courier_program_ended(struct courier *courier, struct json end)
{
    int64_t delivery = json_int(json_get(end, "delivery"), -1);
    int64_t number = json_int(json_get(end, "attempt"), -1);
    for (struct attempt *a = courier->running.first; a; a = a->next) {
        if (a->easy || a->delivery != delivery || a->number != number)
            continue;
        program_judge(a, end);
        attempt_end(a);
        return true;
    }
    return false;
}

/* ---- the courier ---- */

static bool has_contacts(const struct config *config)
{
    if (config->audiences.n || config->incident_channel.chat)
        return true;
    list_each (person, &config->people)
        if (person->contacts.n)
            return true;
    return false;
}

int courier_new(uv_loop_t *loop, const struct config *config,
                void (*done)(void *context, const struct courier_done *), void *context,
                struct courier **ret_courier, struct err *err)
{
    struct courier *courier = heap_alloc(sizeof *courier);
    courier->loop = loop;
    /* With nobody to tell, libcurl and its cryptography are megabytes for nothing. */
    if (has_contacts(config) && transfers_begin(courier, err) < 0) {
        free(courier);
        return -1;
    }
    courier->receivers = map_new();
    courier->limits = (struct courier_limits){.connect_ms = 5000, .total_ms = 15000};
    courier->done = done;
    courier->context = context;
    uv_timer_init(loop, &courier->settle);
    courier->settle.data = courier;
    courier->config = config;
    courier->settings = settings_new(config);
    *ret_courier = courier;
    return 0;
}

void courier_set_limits(struct courier *courier, struct courier_limits limits)
{
    courier->limits = limits;
}

const struct config *courier_config(const struct courier *courier)
{
    return courier->config;
}

const char *courier_secret(const struct courier *courier, const char *place, struct err *err)
{
    return settings_secret(courier->settings, place, err);
}

static void free_courier(uv_handle_t *handle)
{
    free(handle->data);
}

static void free_queue(struct attempts *queue)
{
    for (struct attempt *attempt; (attempt = attempts_take(queue));)
        attempt_free(attempt);
}

void courier_free(struct courier *courier)
{
    if (!courier)
        return;
    for (const struct attempt *a = courier->running.first; a; a = a->next)
        if (a->easy)
            transfers_remove(courier->transfers, a->easy);
    free_queue(&courier->running);
    free_queue(&courier->ended);
    free_queue(&courier->held);
    size_t position = 0;
    for (struct receiver *r; (r = map_next(courier->receivers, &position));) {
        for (int rank = 0; rank < RANKS; rank++)
            free_queue(&r->waiting[rank]);
        free(r);
    }
    map_free(courier->receivers);
    if (courier->transfers) {
        transfers_free(courier->transfers);
        curl_global_cleanup();
    }
    settings_free(courier->settings);
    uv_timer_stop(&courier->settle);
    uv_close((uv_handle_t *)&courier->settle, free_courier);
}

static const struct channel *channel_find(const char *name)
{
    for (const struct channel *c = channels; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

/* What is not known is as bad as the worst. */
static int rank_of(int severity_rank)
{
    int rank = severity_rank < 1 ? 0 : severity_rank - 1;
    return rank < RANKS ? rank : RANKS - 1;
}

static void attempt_queue(struct attempt *attempt)
{
    attempts_push(&attempt->receiver->waiting[attempt->rank], attempt);
    line_join(attempt->courier, attempt->receiver);
}

static void attempt_hold(struct attempt *attempt)
{
    struct receiver *receiver = attempt->receiver;
    struct err err = {0};
    bool starts_at_once = receiver->n_running + receiver->n_held < PLACES && worst_waiting(receiver) == RANKS;
    if (starts_at_once && attempt_set_up(attempt, &err)) {
        attempt_dead(attempt, &err);
        receiver_settle(attempt->courier, receiver);
        return;
    }
    receiver->n_held++;
    attempts_push(&attempt->courier->held, attempt);
}

void courier_hold(struct courier *courier)
{
    courier->holds = true;
}

void courier_release(struct courier *courier)
{
    courier->holds = false;
    for (struct attempt *attempt; (attempt = attempts_take(&courier->held));) {
        attempt->receiver->n_held--;
        attempt_queue(attempt);
    }
    start_next(courier);
}

void courier_send(struct courier *courier, int64_t delivery, int attempt_number, int severity_rank,
                  const char *channel, const char *address, const char *key, const char *page, size_t n_bytes)
{
    struct attempt *attempt = heap_alloc(sizeof *attempt);
    attempt->courier = courier;
    attempt->channel = channel_find(channel);
    attempt->delivery = delivery;
    attempt->number = attempt_number;
    attempt->address = heap_strdup(address);
    attempt->key = heap_strdup(key);
    attempt->page = heap_alloc(n_bytes + 1);
    memcpy(attempt->page, page, n_bytes);
    attempt->n_bytes = n_bytes;
    struct err err = {0};
    char name[RECEIVER_BYTES] = "";
    if (!attempt->channel)
        err_set(&err, "there is no channel \"%.40s\"", channel);
    if (!attempt->channel || attempt->channel->receiver(attempt, name, &err)) {
        attempt_dead(attempt, &err);
        return;
    }
    attempt->guard.private_allowed = may_be_private(attempt, name);
    attempt->receiver = receiver_of(courier, name);
    attempt->rank = rank_of(severity_rank);
    if (courier->holds) {
        attempt_hold(attempt);
        return;
    }
    attempt_queue(attempt);
    uv_timer_start(&courier->settle, settle, 0, 0);
}

void courier_drop(struct courier *courier, int64_t delivery)
{
    size_t position = 0;
    for (struct receiver *r; (r = map_next(courier->receivers, &position));)
        for (int rank = 0; rank < RANKS; rank++) {
            struct attempt *attempt = attempts_find(&r->waiting[rank], delivery);
            if (!attempt)
                continue;
            attempts_drop(&r->waiting[rank], attempt);
            attempt_judged(attempt, VERDICT_DEAD, 0, "not needed any more");
            end_later(attempt);
            receiver_settle(courier, r);
            return;
        }
}
