/* A link in a page that acknowledges without a sign-in: signed, for one person and one incident.
 *
 *   https://crashcart.example.org/acknowledge/4/mia~69a57bc0~0f5c...
 *
 * It proves who was paged and when. Whether it was used already the incident itself shows: what is later than
 * the link spends it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "engine/incident.h"

enum { LINK_KEY_BYTES = 32, LINK_LIFE_S = 86400 };

struct link_key {
    uint8_t bytes[LINK_KEY_BYTES];
};

struct link {
    int64_t incident;
    const char *person; /* an id: no '~' is in it */
    int64_t issued_s;
};

/* From the server's own secret: with another one all links end. */
void link_key_make(const char *secret, struct link_key *ret_key);
/* The URL, on the first n_base bytes of base. */
void link_write(struct buf *out, const struct link_key *key, const struct link *link, const char *base,
                size_t n_base);
/* name is the last part of the path. -1: this server did not make it. Person is in the arena. */
int link_read(struct arena *arena, const struct link_key *key, int64_t incident, const char *name,
              struct link *ret_link);
/* Why it does not acknowledge any more: "it is acknowledged already, by person:ana"; NULL: it does. */
const char *link_spent(struct arena *arena, const struct link *link, const struct incident *incident,
                       int64_t now_us);
