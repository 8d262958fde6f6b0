#include "api/known.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "api/server.h"
#include "base/hash.h"

enum { PLACES = 64, KEPT_BYTES = 256 * 1024 };

struct kept {
    struct buf key, body;
    char tag[TAG_HEX_BYTES];
    uint64_t n_commits;
    int64_t from_us, until_us;
};

struct known {
    pthread_mutex_t lock; /* of the places */
    struct kept places[PLACES];
    _Atomic uint64_t n_commits;
};

struct known *known_new(void)
{
    struct known *known = heap_alloc(sizeof *known);
    pthread_mutex_init(&known->lock, NULL);
    return known;
}

void known_free(struct known *known)
{
    for (size_t i = 0; i < PLACES; i++) {
        buf_free(&known->places[i].key);
        buf_free(&known->places[i].body);
    }
    pthread_mutex_destroy(&known->lock);
    heap_free_(&known);
}

void known_forget(struct known *known)
{
    atomic_fetch_add(&known->n_commits, 1);
}

static enum MHD_Result add_query(void *key, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    buf_printf(key, "&%s=%s", name, value ? value : "");
    return MHD_YES;
}

static const char *key_of(struct request *request, const char *what)
{
    scoped_buf struct buf key = {0};
    buf_printf(&key, "%s %lld %lld %s ", what, (long long)request->parts.numbers[0],
               (long long)request->parts.numbers[1], request->access.services);
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, add_query, &key);
    return arena_strdup(request->arena, buf_text(&key));
}

static struct kept *place_of(struct known *known, const char *key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *p = key; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    return &known->places[hash % PLACES];
}

static bool holds(const struct kept *kept, int64_t now_us)
{
    return !kept->until_us || (kept->from_us <= now_us && now_us < kept->until_us);
}

bool known_answer(struct request *request, const char *what, struct known_place *ret_place)
{
    struct known *known = request->api->known;
    const char *key = key_of(request, what);
    *ret_place = (struct known_place){.key = key, .n_commits = atomic_load(&known->n_commits)};
    pthread_mutex_lock(&known->lock);
    const struct kept *kept = place_of(known, key);
    bool found = kept->n_commits == ret_place->n_commits && kept->key.n_bytes &&
                 strcmp(buf_text(&kept->key), key) == 0 && holds(kept, request_now_us(request));
    if (found) {
        answer_json(request);
        buf_add(&request->answer.body, kept->body.at, kept->body.n_bytes);
        request->answer.tag = arena_strdup(request->arena, kept->tag);
    }
    pthread_mutex_unlock(&known->lock);
    return found;
}

void known_keep(struct request *request, const struct known_place *place)
{
    struct known *known = request->api->known;
    const struct buf *body = &request->answer.body;
    char tag[TAG_HEX_BYTES];
    if (request->answer.status != MHD_HTTP_OK || body->n_bytes > KEPT_BYTES)
        return;
    tag_hex(body->at, body->n_bytes, tag);
    request->answer.tag = arena_strdup(request->arena, tag);
    pthread_mutex_lock(&known->lock);
    struct kept *kept = place_of(known, place->key);
    buf_clear(&kept->key);
    buf_clear(&kept->body);
    buf_puts(&kept->key, place->key);
    buf_add(&kept->body, body->at, body->n_bytes);
    memcpy(kept->tag, tag, sizeof tag);
    kept->n_commits = place->n_commits;
    kept->from_us = place->from_us;
    kept->until_us = place->until_us;
    pthread_mutex_unlock(&known->lock);
}
