/* One round: read what is there, then make, replace and end, one request after the other. A round that fails
 * is begun anew, later each time. A silence that the Alertmanager does not take is said and passed over. */
#include "courier/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/curl_library.h"
#include "base/log.h"
#include "base/secret.h"
#include "courier/courier_priv.h"
#include "courier/transfers.h"

enum {
    AGAIN_S = 300,
    FIRST_FAILURE_S = 1,
    MOST_FAILURE_S = 60,
    LEAVING_TRIES = 6,
    CONNECT_MS = 5000,
    TOTAL_MS = 15000,
    MOST_ANSWER_BYTES = 64 * 1024 * 1024,
    ANSWER_DEPTH = 12,
    UUID_BYTES = 36,
    MARK_WORD_BYTES = 64,
};

struct wanted {
    const char *id, *hash, *body;
    bool there; /* as it should be */
    const char *replaces;
};

struct act { /* body NULL: end the silence of that id there */
    const char *id;
    const char *body;
};

struct mirror {
    uv_loop_t *loop;
    struct transfers *transfers;
    uv_timer_t timer; /* the next round */
    char *server, *secret;
    bool usable; /* the secret could be read */
    bool leaves; /* the configuration has another server now, or none: what is ours here is ended first */
    char *next_server, *next_secret; /* that one, and where its secret lies */

    struct arena *list_arena; /* what core wants; NULL: it has not said yet */
    const char *instance;
    LIST(struct wanted) wanted;

    struct arena *round; /* NULL: it rests */
    LIST(struct act) acts;
    size_t next;
    CURL *easy;
    struct curl_slist *headers;
    struct buf url, body, answer;
    bool reading;
    char reason[CURL_ERROR_SIZE];
    int n_failed; /* rounds, one after the other */
};

/* ---- one request ---- */

static size_t take_answer(char *bytes, size_t size, size_t n, void *context)
{
    struct mirror *mirror = context;
    if (mirror->answer.n_bytes + size * n > MOST_ANSWER_BYTES)
        return 0;
    buf_add(&mirror->answer, bytes, size * n);
    return size * n;
}

/* Where there was none libcurl is not loaded, not even to free nothing. */
static void request_end(struct mirror *mirror)
{
    if (mirror->easy)
        curl_easy_cleanup(mirror->easy);
    if (mirror->headers)
        curl_slist_free_all(mirror->headers);
    mirror->easy = NULL;
    mirror->headers = NULL;
    buf_free(&mirror->url);
    buf_free(&mirror->body);
    buf_free(&mirror->answer);
}

static int request_begin(struct mirror *mirror, const char *method, const char *path, struct err *err)
{
    CURL *easy = mirror->easy = curl_easy_init();
    if (!easy)
        return err_set(err, "libcurl cannot start a transfer");
    http_url(&mirror->url, mirror->server, path);
    mirror->headers = curl_slist_append(mirror->headers, "Content-Type: application/json");
    mirror->headers = curl_slist_append(mirror->headers, "Expect:");
    if (mirror->secret) {
        scoped_buf struct buf header = {0};
        buf_printf(&header, "Authorization: Bearer %s", mirror->secret);
        mirror->headers = curl_slist_append(mirror->headers, header.at);
    }
    transfer_prepare(easy, NULL);
    curl_easy_setopt(easy, CURLOPT_URL, mirror->url.at);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, mirror->headers);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, mirror->reason);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, mirror);
    if (mirror->body.n_bytes) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)mirror->body.n_bytes);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, mirror->body.at);
    }
    mirror->reason[0] = '\0';
    return transfers_add(mirror->transfers, easy, err);
}

/* ---- the round ---- */

static void on_timer(uv_timer_t *timer);

static void plan(struct mirror *mirror, int64_t after_s)
{
    uv_timer_start(&mirror->timer, on_timer, (uint64_t)after_s * 1000, 0);
}

static void round_end(struct mirror *mirror)
{
    request_end(mirror);
    arena_free(mirror->round);
    mirror->round = NULL;
    memset(&mirror->acts, 0, sizeof mirror->acts);
    mirror->next = 0;
}

/* The server that the configuration names. */
static void take_next(struct mirror *mirror)
{
    struct err err;
    free(mirror->server);
    secret_free(mirror->secret);
    mirror->server = mirror->next_server ? heap_strdup(mirror->next_server) : NULL;
    mirror->secret = NULL;
    mirror->usable = true;
    mirror->leaves = false;
    mirror->n_failed = 0;
    if (mirror->server && mirror->next_secret &&
        secret_read(mirror->next_secret, &mirror->secret, &err) < 0) {
        mirror->usable = false;
        mirror->secret = NULL;
        log_event(LOG_ERROR, "channel.secret_missing", "channel=alertmanager error=%s", log_quote(err.text));
    }
    plan(mirror, 0);
}

static void round_failed(struct mirror *mirror, const char *why)
{
    int64_t after_s = FIRST_FAILURE_S;
    if (mirror->n_failed++ == 0)
        log_event(LOG_ERROR, "silences.not_mirrored", "alertmanager=%s error=%s", log_quote(mirror->server),
                  log_quote(why));
    for (int i = 1; i < mirror->n_failed && after_s < MOST_FAILURE_S; i++)
        after_s *= 2;
    round_end(mirror);
    if (mirror->leaves && mirror->n_failed >= LEAVING_TRIES) {
        log_event(LOG_ERROR, "silences.left_behind", "alertmanager=%s why=%s", log_quote(mirror->server),
                  log_quote("it does not answer; silences of ours hold there until their time is over"));
        take_next(mirror);
        return;
    }
    plan(mirror, after_s < MOST_FAILURE_S ? after_s : MOST_FAILURE_S);
}

static void round_done(struct mirror *mirror)
{
    if (mirror->n_failed)
        log_event(LOG_INFO, "silences.mirrored", "alertmanager=%s after_failures=%d",
                  log_quote(mirror->server), mirror->n_failed);
    mirror->n_failed = 0;
    round_end(mirror);
    if (mirror->leaves)
        take_next(mirror);
    else
        plan(mirror, AGAIN_S);
}

static void next_act(struct mirror *mirror)
{
    struct err err = {0};
    scoped_buf struct buf path = {0};
    request_end(mirror);
    if (mirror->next == mirror->acts.n) {
        round_done(mirror);
        return;
    }
    const struct act *act = &mirror->acts.at[mirror->next];
    if (act->body && act->id) /* its own braces stay: {"id":"...",... */
        buf_printf(&mirror->body, "{\"id\":\"%s\",%s", act->id, act->body + 1);
    else if (act->body)
        buf_puts(&mirror->body, act->body);
    if (act->body)
        buf_puts(&path, "/api/v2/silences");
    else
        buf_printf(&path, "/api/v2/silence/%s", act->id);
    if (request_begin(mirror, act->body ? "POST" : "DELETE", path.at, &err) < 0)
        round_failed(mirror, err.text);
}

/* ---- what is there ---- */

static bool is_uuid(const char *id)
{
    return strspn(id, "0123456789abcdefABCDEF-") == UUID_BYTES && !id[UUID_BYTES];
}

struct mark {
    char id[MARK_WORD_BYTES], hash[MARK_WORD_BYTES];
};

/* "upgrade [crashcart 7f3a incident-4 0f12...]" */
static bool mark_read(const char *comment, const char *instance, struct mark *ret_mark)
{
    const char *at = NULL;
    for (const char *p = comment; (p = strstr(p, "[crashcart ")); p++)
        at = p;
    if (!at)
        return false;
    at += strlen("[crashcart ");
    size_t n = strlen(instance), n_id, n_hash;
    if (strncmp(at, instance, n) != 0 || at[n] != ' ')
        return false;
    at += n + 1;
    n_id = strcspn(at, " ]");
    if (n_id >= MARK_WORD_BYTES || at[n_id] != ' ')
        return false;
    n_hash = strcspn(at + n_id + 1, " ]");
    if (n_hash >= MARK_WORD_BYTES || strcmp(at + n_id + 1 + n_hash, "]") != 0)
        return false;
    snprintf(ret_mark->id, sizeof ret_mark->id, "%.*s", (int)n_id, at);
    snprintf(ret_mark->hash, sizeof ret_mark->hash, "%.*s", (int)n_hash, at + n_id + 1);
    return true;
}

static void add_act(struct mirror *mirror, const char *id, const char *body)
{
    *list_push(mirror->round, &mirror->acts) = (struct act){id, body};
}

/* One silence there that is ours and not over: it stays, will be replaced, or ends. */
static void weigh(struct mirror *mirror, const struct mark *mark, const char *id)
{
    list_each (wanted, &mirror->wanted) {
        if (mirror->leaves || strcmp(wanted->id, mark->id) != 0)
            continue;
        if (!wanted->there && strcmp(wanted->hash, mark->hash) == 0) {
            wanted->there = true;
            return;
        }
        if (!wanted->there && !wanted->replaces) {
            wanted->replaces = arena_strdup(mirror->round, id);
            return;
        }
        break;
    }
    add_act(mirror, arena_strdup(mirror->round, id), NULL);
}

static int compare(struct mirror *mirror, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    list_each (wanted, &mirror->wanted) {
        wanted->there = false;
        wanted->replaces = NULL;
    }
    int parsed =
        json_parse(document, buf_text(&mirror->answer), mirror->answer.n_bytes, ANSWER_DEPTH, &root, err);
    if (parsed == 0 && json_kind(root) != JSON_ARRAY)
        parsed = err_set(err, "its list of silences is none");
    if (parsed == 0)
        for (struct json_iter i = json_first(root); json_more(&i); json_next(&i)) {
            struct mark mark;
            const char *id = json_text(json_get(i.value, "id"), NULL);
            const char *comment = json_text(json_get(i.value, "comment"), NULL);
            const char *state = json_text(json_get(json_get(i.value, "status"), "state"), NULL);
            if (id && comment && state && strcmp(state, "expired") != 0 && is_uuid(id) &&
                mark_read(comment, mirror->instance, &mark))
                weigh(mirror, &mark, id);
        }
    json_document_free(document);
    if (parsed < 0)
        return -1;
    if (mirror->leaves)
        return 0;
    list_each (wanted, &mirror->wanted) {
        if (wanted->there && wanted->replaces) /* made twice, when an answer was lost */
            add_act(mirror, wanted->replaces, NULL);
        else if (!wanted->there)
            add_act(mirror, wanted->replaces, wanted->body);
    }
    return 0;
}

/* ---- the answers ---- */

static void on_done(void *context, CURL *easy, CURLcode code)
{
    struct mirror *mirror = context;
    scoped_buf struct buf why = {0};
    struct err err = {0};
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    bool passes = code != CURLE_OK || status >= 500 || status == 408 || status == 425 || status == 429;
    if (code != CURLE_OK)
        buf_puts(&why, mirror->reason[0] ? mirror->reason : curl_easy_strerror(code));
    else
        buf_printf(&why, "HTTP %ld, %.200s", status, buf_text(&mirror->answer));
    if (passes || (mirror->reading && status != 200)) {
        round_failed(mirror, why.at);
        return;
    }
    if (mirror->reading) {
        mirror->reading = false;
        if (compare(mirror, &err) < 0) {
            round_failed(mirror, err.text);
            return;
        }
    } else {
        bool ending = !mirror->acts.at[mirror->next].body;
        if (status != 200 && !(ending && status == 404))
            log_event(LOG_ERROR, "silence.not_mirrored", "alertmanager=%s error=%s",
                      log_quote(mirror->server), log_quote(why.at));
        mirror->next++;
    }
    next_act(mirror);
}

static void on_timer(uv_timer_t *timer)
{
    struct mirror *mirror = timer->data;
    struct err err = {0};
    if (!mirror->server || !mirror->list_arena || mirror->round || !mirror->usable)
        return;
    mirror->round = arena_new();
    mirror->reading = true;
    if (!mirror->transfers && (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
                               transfers_new(mirror->loop, on_done, mirror, &mirror->transfers, &err) < 0))
        round_failed(mirror, err.text);
    else if (request_begin(mirror, "GET", "/api/v2/silences", &err) < 0)
        round_failed(mirror, err.text);
}

/* ---- from outside ---- */

static void round_break_off(struct mirror *mirror)
{
    if (mirror->easy)
        transfers_remove(mirror->transfers, mirror->easy);
    round_end(mirror);
}

/* What was under way may have been done or not: the next round sees which. */
void mirror_want(struct mirror *mirror, struct json list)
{
    const char *instance = json_text(json_get(list, "instance"), NULL);
    round_break_off(mirror);
    arena_free(mirror->list_arena);
    memset(&mirror->wanted, 0, sizeof mirror->wanted);
    struct arena *arena = mirror->list_arena = arena_new();
    mirror->instance = arena_strdup(arena, instance ? instance : "");
    for (struct json_iter i = json_first(json_get(list, "silences")); json_more(&i); json_next(&i)) {
        const char *id = json_text(json_get(i.value, "id"), NULL);
        const char *hash = json_text(json_get(i.value, "hash"), NULL);
        const char *body = json_text(json_get(i.value, "body"), NULL);
        if (id && hash && body && body[0] == '{')
            *list_push(arena, &mirror->wanted) = (struct wanted){.id = arena_strdup(arena, id),
                                                                 .hash = arena_strdup(arena, hash),
                                                                 .body = arena_strdup(arena, body)};
    }
    plan(mirror, 0);
}

static void keep(char **text, const char *value)
{
    free(*text);
    *text = value ? heap_strdup(value) : NULL;
}

void mirror_learn(struct mirror *mirror, const struct config *config)
{
    const struct config_channel *there = &config->channels.alertmanager;
    bool same = mirror->server && there->server && strcmp(mirror->server, there->server) == 0;
    round_break_off(mirror);
    keep(&mirror->next_server, there->server);
    keep(&mirror->next_secret, there->secret);
    mirror->leaves = mirror->server && !same && mirror->list_arena && mirror->usable;
    mirror->n_failed = 0;
    if (mirror->leaves)
        plan(mirror, 0);
    else
        take_next(mirror);
}

struct mirror *mirror_new(uv_loop_t *loop, const struct config *config)
{
    struct mirror *mirror = heap_alloc(sizeof *mirror);
    mirror->loop = loop;
    uv_timer_init(loop, &mirror->timer);
    mirror->timer.data = mirror;
    mirror_learn(mirror, config);
    return mirror;
}

static void free_mirror(uv_handle_t *handle)
{
    free(handle->data);
}

void mirror_free(struct mirror *mirror)
{
    if (!mirror)
        return;
    round_break_off(mirror);
    if (mirror->transfers) {
        transfers_free(mirror->transfers);
        curl_global_cleanup();
    }
    arena_free(mirror->list_arena);
    free(mirror->server);
    free(mirror->next_server);
    free(mirror->next_secret);
    secret_free(mirror->secret);
    uv_timer_stop(&mirror->timer);
    uv_close((uv_handle_t *)&mirror->timer, free_mirror);
}
