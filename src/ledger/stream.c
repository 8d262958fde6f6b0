/* Streams: the head of each hash chain, kept in memory after its first use and written once a transaction
 * however many events it got. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"

/* Heads kept in memory; with more, all are forgotten and read again when wanted. */
enum { HEADS_KEPT = 20000 };

void stream_name_of(int64_t incident, char *out)
{
    if (incident == 0)
        snprintf(out, STREAM_NAME_BYTES, "system");
    else
        snprintf(out, STREAM_NAME_BYTES, "incident/%lld", (long long)incident);
}

int64_t stream_incident(const char *name)
{
    static const char prefix[] = "incident/";
    return strncmp(name, prefix, sizeof prefix - 1) == 0 ? strtoll(name + sizeof prefix - 1, NULL, 10) : 0;
}

static int stream_read(struct ledger *ledger, const char *name, struct stream *ret_stream, struct err *err)
{
    struct db_statement *read = db_prepare(ledger->db, "SELECT id, n, hash FROM stream WHERE name = $1", err);
    if (!read)
        return -1;
    db_bind_text(read, name);
    int result = db_step(read, err);
    if (result != 0)
        return result;
    size_t n_bytes;
    const void *hash = db_column_blob(read, 2, &n_bytes);
    struct stream stream = {.id = db_column_int(read, 0), .n = db_column_int(read, 1)};
    if (n_bytes == sizeof stream.hash)
        memcpy(stream.hash, hash, sizeof stream.hash);
    db_reset(read);
    if (n_bytes != sizeof stream.hash)
        return err_set(err, "the head of stream %s is damaged: run crashcart verify", name);
    *ret_stream = stream;
    return 0;
}

static int stream_make(struct ledger *ledger, const char *name, struct stream *ret_stream, struct err *err)
{
    struct db_statement *insert =
        db_prepare(ledger->db, "INSERT INTO stream (name, n, hash) VALUES ($1, 0, $2) RETURNING id", err);
    if (!insert)
        return -1;
    struct stream stream = {0};
    db_bind_text(insert, name);
    db_bind_blob(insert, stream.hash, sizeof stream.hash);
    int result = db_step(insert, err);
    if (result != 0)
        return result;
    stream.id = db_column_int(insert, 0);
    db_reset(insert);
    *ret_stream = stream;
    return 0;
}

int stream_get(struct ledger *ledger, const char *name, struct stream **ret_stream, struct err *err)
{
    struct stream *kept = map_get(ledger->streams, name, strlen(name));
    if (kept) {
        *ret_stream = kept;
        return 0;
    }
    struct stream stream;
    int result = stream_read(ledger, name, &stream, err);
    if (result == DB_DONE)
        result = stream_make(ledger, name, &stream, err);
    if (result != 0)
        return ledger_outcome(result);
    kept = heap_alloc(sizeof *kept);
    *kept = stream;
    snprintf(kept->name, sizeof kept->name, "%s", name);
    map_put(ledger->streams, name, strlen(name), kept);
    *ret_stream = kept;
    return 0;
}

static int stream_save(struct ledger *ledger, const struct stream *stream, struct err *err)
{
    struct db_statement *update =
        db_prepare(ledger->db, "UPDATE stream SET n = $1, hash = $2 WHERE id = $3", err);
    if (!update)
        return -1;
    db_bind_int(update, stream->n);
    db_bind_blob(update, stream->hash, sizeof stream->hash);
    db_bind_int(update, stream->id);
    return ledger_outcome(db_run(update, err));
}

void stream_extend(struct ledger *ledger, struct stream *stream, const uint8_t hash[SHA256_BYTES])
{
    stream->n++;
    memcpy(stream->hash, hash, SHA256_BYTES);
    ledger->ends.position++;
    if (stream->changed)
        return;
    stream->changed = true;
    stream->next_changed = ledger->changed;
    ledger->changed = stream;
}

int streams_save(struct ledger *ledger, struct err *err)
{
    while (ledger->changed) {
        struct stream *stream = ledger->changed;
        int result = stream_save(ledger, stream, err);
        if (result != 0)
            return result;
        ledger->changed = stream->next_changed;
        stream->changed = false;
    }
    if (map_count(ledger->streams) > HEADS_KEPT)
        streams_forget(ledger);
    return 0;
}

void streams_forget(struct ledger *ledger)
{
    size_t position = 0;
    for (struct stream *stream; (stream = map_next(ledger->streams, &position));) {
        map_remove(ledger->streams, stream->name, strlen(stream->name));
        free(stream);
    }
    ledger->changed = NULL;
}

int stream_load_end(struct ledger *ledger, struct err *err)
{
    return ledger_last_position(ledger, &ledger->ends.position, err);
}
