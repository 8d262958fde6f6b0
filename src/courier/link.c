#include "courier/link.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

enum { SIGNATURE_BYTES = 16, SIGNATURE_HEX = 2 * SIGNATURE_BYTES };

static void mac(const uint8_t *key, size_t n_key, const char *text, size_t n_bytes, uint8_t out[SHA256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, n_key);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)text, n_bytes);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

void link_key_make(const char *secret, struct link_key *ret_key)
{
    static const char purpose[] = "crashcart: links that acknowledge";
    mac((const uint8_t *)secret, strlen(secret), purpose, sizeof purpose - 1, ret_key->bytes);
}

static void sign(const struct link_key *key, const struct link *link, char out[SIGNATURE_HEX + 1])
{
    uint8_t digest[SHA256_BYTES];
    scoped_buf struct buf text = {0};
    buf_printf(&text, "%lld\n%s\n%lld", (long long)link->incident, link->person, (long long)link->issued_s);
    mac(key->bytes, sizeof key->bytes, text.at, text.n_bytes, digest);
    hex_encode(digest, SIGNATURE_BYTES, out);
}

void link_write(struct buf *out, const struct link_key *key, const struct link *link, const char *base,
                size_t n_base)
{
    char signature[SIGNATURE_HEX + 1];
    sign(key, link, signature);
    buf_add(out, base, n_base);
    buf_printf(out, "/acknowledge/%lld/%s~%llx~%s", (long long)link->incident, link->person,
               (unsigned long long)link->issued_s, signature);
}

int link_read(struct arena *arena, const struct link_key *key, int64_t incident, const char *name,
              struct link *ret_link)
{
    const char *first = strchr(name, '~'), *second = first ? strchr(first + 1, '~') : NULL;
    char *end;
    if (!second || first == name || second - first > 12 || second == first + 1 ||
        strlen(second + 1) != SIGNATURE_HEX)
        return -1;
    struct link link = {incident, arena_strndup(arena, name, (size_t)(first - name)),
                        (int64_t)strtoull(first + 1, &end, 16)};
    char signature[SIGNATURE_HEX + 1];
    sign(key, &link, signature);
    if (end != second || !equal_constant_time(signature, second + 1, SIGNATURE_HEX))
        return -1;
    *ret_link = link;
    return 0;
}

/* "person:ana" -> "ana" */
static const char *name_of(const char *actor)
{
    static const char person[] = "person:";
    if (!actor || !*actor)
        return "somebody";
    return strncmp(actor, person, sizeof person - 1) == 0 ? actor + sizeof person - 1 : actor;
}

const char *link_spent(struct arena *arena, const struct link *link, const struct incident *incident,
                       int64_t now_us)
{
    int64_t issued_us = link->issued_s * US_PER_S;
    if (incident->state >= INCIDENT_RESOLVED)
        return arena_printf(arena, "it is %s already", incident_state_name(incident->state));
    /* An incident that was paged for from memory, and whose number another one has now, opened before this
     * one. */
    if (now_us - issued_us > LINK_LIFE_S * US_PER_S || incident->reopened_us > issued_us + US_PER_S ||
        incident->opened_us > issued_us + US_PER_S)
        return "the link is too old; a newer page has a newer one";
    if (incident->acknowledged_us && incident->progress_us >= issued_us)
        return arena_printf(arena, "it is acknowledged already, by %s", name_of(incident->acknowledged_by));
    return NULL;
}
