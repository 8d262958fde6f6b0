/* The ledger remembers: events in hash-chained streams, what they amount to (projections), and the durable
 * inbox of alerts. All SQL text of the program is in this room, one file a noun. Nothing is decided here.
 *
 * One writer (the engine thread of core) and any number of readers (an own handle each). Everything one input
 * decided is written in one transaction, and is durable (fsync) when ledger_commit() gives 0.
 *
 * Event record, as hashed and stored (UTF-8 JSON, members in this order, no blanks):
 *   {"stream":"incident/4","n":7,"at":"2026-03-01T09:00:00.123456Z","actor":"person:ana",
 *    "kind":"incident.acknowledged","prev":"<64 hex>","summary":"...","body":{...}}
 * hash = SHA-256 over "crashcart-event-1\n" and those bytes; prev of n = 1 is 64 zeros. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "engine/engine.h"

struct ledger;

/* Where a ledger is. */
struct ledger_place {
    const char *data_dir; /* of the server: its lock and its keys */
    const char *store;    /* "postgresql://user@host/db"; NULL: the SQLite file DATA/ledger.db, or for readers
                             the one that DATA/store names (written by the last server) */
    const char *password; /* of the store; NULL: whatever the environment gives it (PGPASSFILE) */
};

enum { LEDGER_FULL = 1 }; /* no space, file away or locked by others: nothing was written; answer 503 */
enum { LEDGER_AWAY = 4 }; /* the database server does not answer now, or lets nobody in: try again */

/* The writer: makes the folder (mode 0700), holds DATA/lock and, in PostgreSQL, an advisory lock, so that no
 * second server uses either, and makes or migrates the tables. LEDGER_AWAY. -1 with what to do: another
 * server holds it (its process id), the database was written by a newer crashcart, no space. */
int ledger_open(const struct ledger_place *place, struct ledger **ret_ledger, struct err *err);
/* A reader, with or without a server running; changes nothing. Readers see what is committed. As above. */
int ledger_open_reader(const struct ledger_place *place, struct ledger **ret_ledger, struct err *err);
bool ledger_is_lost(const struct ledger *ledger);   /* the connection; nothing is left but ledger_close() */
bool ledger_is_locked(const struct ledger *ledger); /* the last -1 was LEDGER_FULL: others hold a lock */
void ledger_close(struct ledger *ledger);           /* NULL is allowed; an open transaction is rolled back */

/* The installation's own id, 16 hex digits made when the ledger was: part of idempotency keys. */
const char *ledger_instance(const struct ledger *ledger);

void ledger_settle(
    struct ledger *ledger); /* after commits, when nobody waits for them any more: db_settle() */
/* From idle time, a few times a minute: moves the write-ahead log into the file so that no commit has to. */
int ledger_checkpoint(struct ledger *ledger, struct err *err);

/* ---- writing (the engine thread) ----
 *
 * -1 from ledger_commit() means that nobody knows what is on the disk (an fsync failed): the process ends and
 * starts again from the ledger. LEDGER_FULL leaves nothing behind, and the next transaction may succeed. */

int ledger_begin(struct ledger *ledger, struct err *err);
/* A body as the inbox keeps it: compressed, when that is worth it. Bodies are packed by whoever received
 * them, on their own threads; a packer belongs to one at a time. The packed bytes are good until the packer
 * packs again. */
struct ledger_packer;
struct ledger_packer *ledger_packer_new(void);
void ledger_packer_free(struct ledger_packer *packer); /* NULL is allowed */
void ledger_pack(struct ledger_packer *packer, const void *body, size_t n_bytes, const void **ret_packed,
                 size_t *ret_n_bytes);

/* The bytes as received, packed or not; format names the parser ("alertmanager-api"). Several at once:
 * ledger/received.h. 0, LEDGER_FULL or -1. */
int ledger_accept(struct ledger *ledger, const char *format, const void *body, size_t n_bytes,
                  int64_t received_us, struct err *err);
/* Writes every decision. 0, LEDGER_FULL or -1; on anything but 0 the caller rolls back. */
int ledger_record(struct ledger *ledger, const struct decisions *decisions, int64_t now_us, struct err *err);
int ledger_commit(struct ledger *ledger, struct err *err); /* 0 durable; LEDGER_FULL; -1 */
void ledger_rollback(struct ledger *ledger);
/* Writes a little, to see whether a full disk has room again, and nothing into each table, to see whether one
 * is locked. 0, LEDGER_FULL or -1. */
int ledger_probe(struct ledger *ledger, int64_t now_us, struct err *err);

/* From idle time, outside a transaction: takes up to most_events that were committed since the last call into
 * the Merkle tree of all events, and when it has caught up with news, signs a checkpoint and keeps it, in the
 * ledger and in the file DATA/checkpoint. The key DATA/ledger.key is made with the first one. 0; LEDGER_MORE:
 * call again; LEDGER_FULL; LEDGER_UNSEALED: the key or a file is not to be had, and err says why; -1 as
 * ledger_commit(). */
enum { LEDGER_MORE = 5, LEDGER_UNSEALED = 6 };
int ledger_seal(struct ledger *ledger, int64_t now_us, int64_t most_events, struct err *err);
/* The newest checkpoint that this handle signed, "" before the first (ledger/note.h). */
const char *ledger_checkpoint_text(const struct ledger *ledger);

/* Keeping the inbox short, each in the open transaction. Rows up to last_id are told again by rows after them
 * (the alerts that stand, see intake_snapshot_begin(), at least one row): nobody hears them any more. 0,
 * LEDGER_FULL or -1. */
int ledger_forget_inbox(struct ledger *ledger, int64_t last_id, struct err *err);
/* Erases the first rows that are forgotten, at most so many. 0: none is left, LEDGER_MORE, LEDGER_FULL or -1.
 */
int ledger_trim_inbox(struct ledger *ledger, size_t most, struct err *err);
size_t ledger_inbox_bytes(const struct ledger *ledger);
int64_t ledger_inbox_last_id(const struct ledger *ledger);

/* ---- rebuilding the engine (before the first input) ---- */

/* Gives the engine its name, the highest numbers given so far, its incidents (open ones and those resolved
 * within the last day), their steps, the deliveries that are not over, and all timers. Values are the
 * engine's to copy. The inbox follows: visit gets every row that is not forgotten, unpacked, in order;
 * another answer than 0 ends it and is returned. */
int ledger_restore(struct ledger *ledger, struct engine *engine, int64_t now_us, struct err *err);
typedef int ledger_inbox_visit(void *context, const char *format, const void *body, size_t n_bytes,
                               int64_t received_us);
int ledger_each_inbox(struct ledger *ledger, ledger_inbox_visit *visit, void *context, struct err *err);
/* The same for some rows after the id *after_id (0: the first), which moves on. LEDGER_MORE: again. */
int ledger_next_inbox(struct ledger *ledger, int64_t *after_id, ledger_inbox_visit *visit, void *context,
                      struct err *err);
size_t ledger_unread(const struct ledger *ledger); /* rows that were passed over: the log names them */
int ledger_settled(struct ledger *ledger, struct err *err); /* the next start is by no restored backup */

/* ---- reading (any handle) ---- */

struct event_row {
    int64_t position; /* among all events */
    int64_t incident; /* 0: of the whole system */
    const char *stream;
    int64_t n;
    int64_t at_us;
    const char *actor, *kind, *summary, *body, *hash;
};

/* Values live in the arena. */
int ledger_incidents(struct ledger *ledger, struct arena *arena, bool open_only, int64_t before_number,
                     size_t limit, struct incident **ret_incidents, size_t *ret_n,
                     struct err *err); /* newest first */
/* 0, LEDGER_NOT_FOUND, -1 */
enum { LEDGER_NOT_FOUND = 2 };
int ledger_incident(struct ledger *ledger, struct arena *arena, int64_t number, struct incident *ret_incident,
                    struct err *err);
int ledger_timeline(struct ledger *ledger, struct arena *arena, int64_t incident, int64_t after_n,
                    size_t limit, struct event_row **ret_rows, size_t *ret_n, struct err *err);
/* The events of all streams after a position, in the order in which they were committed; positions are
 * numbers without gaps, from 1. */
int ledger_events(struct ledger *ledger, struct arena *arena, int64_t after_position, size_t limit,
                  struct event_row **ret_rows, size_t *ret_n, struct err *err);
int ledger_last_position(struct ledger *ledger, int64_t *ret_position,
                         struct err *err); /* 0: there is none */
int ledger_steps(struct ledger *ledger, struct arena *arena, int64_t incident, struct run_step **ret_steps,
                 size_t *ret_n, struct err *err);
/* Of one incident (0: of none), also those that ended; the earliest first. */
int ledger_clocks(struct ledger *ledger, struct arena *arena, int64_t incident, size_t limit,
                  struct runbook_clock **ret_clocks, size_t *ret_n, struct err *err);
int ledger_roles(struct ledger *ledger, struct arena *arena, int64_t incident, struct role_holder **ret_roles,
                 size_t *ret_n, struct err *err);
int ledger_checks(struct ledger *ledger, struct arena *arena, int64_t incident,
                  struct check_item **ret_checks, size_t *ret_n, struct err *err);
int ledger_deliveries(struct ledger *ledger, struct arena *arena, int64_t incident,
                      struct delivery **ret_deliveries, size_t *ret_n, struct err *err);
