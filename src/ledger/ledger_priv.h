/* What the files of the ledger share: the handle, the outcome of statements, and the nouns. */
#pragma once

#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "base/must.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "ledger/row.h"

/* Where the growing things end. */
struct ends {
    int64_t position; /* of the last event of all streams */
    int64_t inbox_id;
    int64_t inbox_forgotten; /* up to here */
    size_t inbox_bytes;
};

struct ledger {
    struct db *db;
    char *data_dir;
    int lock; /* the locked file; -1: a reader */
    bool in_transaction;
    char instance[17];
    struct arena *arena;          /* scratch of one call */
    struct map *streams;          /* struct stream by name, as the open transaction sees them */
    struct stream *changed;       /* those to be written with the commit */
    struct map *row_statements;   /* the db's own, by table and what follows (row.c) */
    struct ends ends, ends_saved; /* in the open transaction; as committed */
    size_t n_unread;              /* rows that were passed over when all was restored */
    struct json_document *json;
    struct seal *seal;   /* of the writer, since its first ledger_seal() */
    struct buf unpacked; /* body of the inbox row at hand */
    struct buf row;      /* of the inbox, before it is written */
    struct buf record;   /* of the event at hand, after the words that are hashed before it */
};

/* What a statement's outcome means one floor up. */
static inline int ledger_outcome(int db_outcome)
{
    return db_outcome == 0 ? 0 : db_outcome == DB_FULL || db_outcome == DB_BUSY ? LEDGER_FULL : -1;
}

/* ---- action.c ---- */

struct due_place;
/* Three parameters that say after what, and the limit. */
void due_place_bind(struct db_statement *read, const struct due_place *after, size_t limit);

/* ---- migrate.c ---- */

/* Brings the tables to the newest version, in the open transaction. */
int ledger_bring_up(struct ledger *ledger, struct err *err);
/* Takes the lock that a write takes on every table, in the open transaction, and writes nothing. Outcomes as
 * db_step(). */
int ledger_touch_tables(struct ledger *ledger, struct err *err);
/* The same up to a version, in a transaction of its own, and the newest there is: for tests of what an older
 * program left. */
int ledger_migrate_to(struct ledger *ledger, int64_t newest, struct err *err);
int64_t ledger_newest_version(void);
/* 0 when the tables are of the version that this program reads. */
int ledger_check_version(struct ledger *ledger, struct err *err);

/* ---- stream.c ---- */

/* "incident/4", or "system" for 0. out holds STREAM_NAME_BYTES. */
enum { STREAM_NAME_BYTES = 40 };
void stream_name_of(int64_t incident, char *out);
int64_t stream_incident(const char *name); /* the other way round; 0: none */

struct stream {
    int64_t id, n; /* number of its last event */
    uint8_t hash[SHA256_BYTES];
    bool changed; /* since the transaction began */
    struct stream *next_changed;
    char name[STREAM_NAME_BYTES];
};

/* The record that follows takes number n of the stream; its hash becomes the head. */
void stream_extend(struct ledger *ledger, struct stream *stream, const uint8_t hash[SHA256_BYTES]);

/* The stream of that name, read or made at first use. */
int stream_get(struct ledger *ledger, const char *name, struct stream **ret_stream, struct err *err);
/* Writes the heads that changed; before the commit. */
int streams_save(struct ledger *ledger, struct err *err);
/* Forgets all: they are read again when they are wanted. */
void streams_forget(struct ledger *ledger);
/* Reads the position of the last event. */
int stream_load_end(struct ledger *ledger, struct err *err);

/* ---- event.c ---- */

/* What is hashed before the bytes of a record. */
#define EVENT_HASH_PREFIX "crashcart-event-1\n"

int event_append(struct ledger *ledger, const struct event *event, int64_t now_us, struct err *err);
/* The newest before that position, newest first; incident 0: of all streams. */
int event_rows_before(struct ledger *ledger, struct arena *arena, int64_t incident, int64_t before,
                      size_t limit, struct event_row **ret_rows, size_t *ret_n, struct err *err);

/* ---- seal.c ---- */

enum { KEY_FILE_BYTES = 1024 };
void seal_free(struct seal *seal); /* NULL is allowed */
/* "crashcart/" and the installation: who signs. */
void seal_origin(const struct ledger *ledger, char out[ORIGIN_BYTES]);

/* ---- inbox.c ---- */

int inbox_load_end(struct ledger *ledger, struct err *err);

/* ---- received.c ---- */

struct received;
/* Visits what the row holds, each unpacked, and adds their number to *n_visited. */
int received_each(struct ledger *ledger, const struct received *row, int64_t received_us,
                  ledger_inbox_visit *visit, void *context, size_t *n_visited);

/* ---- pack.c ---- */

/* The body of a row as it was received, in out when it was packed. What is damaged stays as it is, and is no
 * JSON. */
void unpack(struct buf *out, const void **bytes, size_t *n_bytes);

/* ---- the nouns that are rows ---- */

extern const struct noun incident_noun, delivery_noun, step_noun, timer_noun, role_noun, check_noun,
    silence_noun, clock_noun, move_noun, action_noun, reply_noun, proof_noun, account_noun, access_key_noun;
extern const struct noun update_noun, subscription_noun, override_noun, session_seen_noun;

/* ---- timer.c ---- */

int timer_set(struct ledger *ledger, const struct timer *timer, struct err *err);
int timer_clear(struct ledger *ledger, const struct timer *timer, struct err *err);

/* ---- silence.c ---- */

int silence_forget(struct ledger *ledger, const struct silence *silence, struct err *err);

/* ---- restore.c ---- */

/* Who gets what is restored, in this order: last, incidents, deliveries, steps, timers, silences,
 * roles, checks, clocks, action items. Values are good during the call; what nobody takes (NULL) is not read.
 */
struct restorer {
    void *context;
    void (*last)(void *context, int64_t last_incident, int64_t last_delivery, int64_t last_us);
    void (*incident)(void *context, const void *incident);
    void (*delivery)(void *context, const void *delivery);
    void (*step)(void *context, const void *step);
    void (*timer)(void *context, const void *timer);
    void (*silence)(void *context, const void *silence);
    void (*role)(void *context, const void *role);
    void (*check)(void *context, const void *check);
    void (*clock)(void *context, const void *clock);
    void (*action)(void *context, const void *action);
    void (*proof)(void *context, const void *proof);
    void (*override)(void *context, const void *override);
};
int ledger_restore_to(struct ledger *ledger, const struct restorer *restorer, int64_t now_us,
                      struct err *err);
