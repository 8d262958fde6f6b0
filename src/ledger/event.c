/* Events: made into the bytes that are hashed and stored, and read back for the timeline from those bytes. */
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_priv.h"

enum { BODY_DEPTH = 64 };

/* "2026-03-01T09:00:00.123456Z": as RFC 3339 prints it, with all six digits. */
static void format_at(int64_t us, char out[TIME_TEXT_BYTES])
{
    time_format_rfc3339(us, out);
    size_t seconds_end = sizeof "2026-03-01T09:00:00" - 1;
    int64_t within_us = ((us % US_PER_S) + US_PER_S) % US_PER_S;
    snprintf(out + seconds_end, TIME_TEXT_BYTES - seconds_end, ".%06dZ", (int)within_us);
}

/* The bytes are kept as they are given, so they must be what the record's reader expects. */
static int check_body(struct ledger *ledger, const struct event *event, struct err *err)
{
    struct json root;
    if (json_parse(ledger->json, event->body, strlen(event->body), BODY_DEPTH, &root, err) != 0)
        return err_prefix(err, "the body of %s: ", event->kind);
    if (json_kind(root) != JSON_OBJECT)
        return err_set(err, "the body of %s is no JSON object", event->kind);
    return 0;
}

/* Leaves prefix and record in ledger->record. */
static int make_record(struct ledger *ledger, const struct stream *stream, const struct event *event,
                       int64_t now_us, struct err *err)
{
    bool has_body = event->body && *event->body;
    if (has_body && check_body(ledger, event, err) != 0)
        return -1;
    char at[TIME_TEXT_BYTES], prev[SHA256_HEX_BYTES];
    format_at(now_us, at);
    hex_encode(stream->hash, sizeof stream->hash, prev);

    buf_clear(&ledger->record);
    buf_puts(&ledger->record, EVENT_HASH_PREFIX);
    struct json_writer w = jw_start(&ledger->record);
    jw_begin_object(&w);
    jw_pair(&w, "stream", stream->name);
    jw_pair_int(&w, "n", stream->n + 1);
    jw_pair(&w, "at", at);
    jw_pair(&w, "actor", event->actor ? event->actor : "");
    jw_pair(&w, "kind", event->kind ? event->kind : "");
    jw_pair(&w, "prev", prev);
    jw_pair(&w, "summary", event->summary ? event->summary : "");
    jw_name(&w, "body");
    jw_raw(&w, has_body ? event->body : "{}", has_body ? strlen(event->body) : 2);
    jw_end_object(&w);
    return 0;
}

int event_append(struct ledger *ledger, const struct event *event, int64_t now_us, struct err *err)
{
    char name[STREAM_NAME_BYTES];
    stream_name_of(event->incident, name);
    struct stream *stream;
    int result = stream_get(ledger, name, &stream, err);
    if (result != 0)
        return result;
    if (make_record(ledger, stream, event, now_us, err) != 0)
        return -1;
    struct db_statement *insert = db_prepare(
        ledger->db, "INSERT INTO event (position, stream, n, record, hash) VALUES ($1, $2, $3, $4, $5)", err);
    if (!insert)
        return -1;
    uint8_t hash[SHA256_BYTES];
    sha256(ledger->record.at, ledger->record.n_bytes, hash);
    size_t prefix_bytes = sizeof EVENT_HASH_PREFIX - 1;
    db_bind_int(insert, ledger->ends.position + 1);
    db_bind_int(insert, stream->id);
    db_bind_int(insert, stream->n + 1);
    db_bind_blob(insert, ledger->record.at + prefix_bytes, ledger->record.n_bytes - prefix_bytes);
    db_bind_blob(insert, hash, sizeof hash);
    result = db_run(insert, err);
    if (result == 0)
        stream_extend(ledger, stream, hash);
    return ledger_outcome(result);
}

static const char *member_text(struct arena *arena, struct json record, const char *name)
{
    size_t n_bytes;
    const char *text = json_text(json_get(record, name), &n_bytes);
    return text ? arena_strndup(arena, text, n_bytes) : "";
}

/* The exact bytes of the body: the last member. The mark before it cannot stand inside a string, where a
 * quotation mark has a backslash before it. */
static const char *body_of(struct arena *arena, const char *record, size_t n_bytes)
{
    static const char mark[] = "\",\"body\":";
    const char *found = memmem(record, n_bytes, mark, sizeof mark - 1);
    if (!found)
        return "{}";
    found += sizeof mark - 1;
    size_t rest = n_bytes - (size_t)(found - record);
    return rest > 1 ? arena_strndup(arena, found, rest - 1) : "{}";
}

/* A record that somebody damaged is shown as such: the rest of the timeline is still wanted. */
static void read_record(struct ledger *ledger, struct arena *arena, const char *record, size_t n_bytes,
                        struct event_row *row)
{
    struct json root;
    if (json_parse(ledger->json, record, n_bytes, BODY_DEPTH + 1, &root, NULL) != 0) {
        row->stream = "";
        row->actor = "system";
        row->kind = "ledger.damaged";
        row->summary = "This record was changed or damaged: run crashcart verify.";
        row->body = "{}";
        return;
    }
    const char *at = member_text(arena, root, "at");
    if (time_parse_rfc3339(at, strlen(at), &row->at_us) != 0)
        row->at_us = 0;
    row->stream = member_text(arena, root, "stream");
    row->incident = stream_incident(row->stream);
    row->actor = member_text(arena, root, "actor");
    row->kind = member_text(arena, root, "kind");
    row->summary = member_text(arena, root, "summary");
    row->body = body_of(arena, record, n_bytes);
}

/* Ends the reading: n, record, hash and position are its columns. */
static int read_rows(struct ledger *ledger, struct arena *arena, struct db_statement *read,
                     struct event_row **ret_rows, size_t *ret_n, struct err *err)
{
    LIST(struct event_row) rows = {0};
    int result;
    while ((result = db_step(read, err)) == 0) {
        struct event_row *row = list_push(arena, &rows);
        size_t n_bytes, hash_bytes;
        const char *record = db_column_blob(read, 1, &n_bytes);
        const uint8_t *hash = db_column_blob(read, 2, &hash_bytes);
        char *hex = arena_alloc(arena, hash_bytes * 2 + 1);
        hex_encode(hash, hash_bytes, hex);
        row->n = db_column_int(read, 0);
        row->position = db_column_int(read, 3);
        row->hash = hex;
        read_record(ledger, arena, record, n_bytes, row);
    }
    if (result != DB_DONE)
        return -1;
    *ret_rows = rows.at;
    *ret_n = rows.n;
    return 0;
}

static int64_t at_most(size_t limit)
{
    return limit > INT64_MAX ? INT64_MAX : (int64_t)limit;
}

int ledger_timeline(struct ledger *ledger, struct arena *arena, int64_t incident, int64_t after_n,
                    size_t limit, struct event_row **ret_rows, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db,
                   "SELECT n, record, hash, position FROM event"
                   " WHERE stream = (SELECT id FROM stream WHERE name = $1) AND n > $2 ORDER BY n LIMIT $3",
                   err);
    if (!read)
        return -1;
    char name[STREAM_NAME_BYTES];
    stream_name_of(incident, name);
    db_bind_text(read, name);
    db_bind_int(read, after_n);
    db_bind_int(read, at_most(limit));
    return read_rows(ledger, arena, read, ret_rows, ret_n, err);
}

int ledger_events(struct ledger *ledger, struct arena *arena, int64_t after_position, size_t limit,
                  struct event_row **ret_rows, size_t *ret_n, struct err *err)
{
    struct db_statement *read = db_prepare(
        ledger->db,
        "SELECT n, record, hash, position FROM event WHERE position > $1 ORDER BY position LIMIT $2", err);
    if (!read)
        return -1;
    db_bind_int(read, after_position);
    db_bind_int(read, at_most(limit));
    return read_rows(ledger, arena, read, ret_rows, ret_n, err);
}

int event_rows_before(struct ledger *ledger, struct arena *arena, int64_t incident, int64_t before,
                      size_t limit, struct event_row **ret_rows, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        incident ? db_prepare(ledger->db,
                              "SELECT n, record, hash, position FROM event"
                              " WHERE stream = (SELECT id FROM stream WHERE name = $1) AND position < $2"
                              " ORDER BY n DESC LIMIT $3",
                              err)
                 : db_prepare(ledger->db,
                              "SELECT n, record, hash, position FROM event WHERE position < $1"
                              " ORDER BY position DESC LIMIT $2",
                              err);
    if (!read)
        return -1;
    char name[STREAM_NAME_BYTES];
    if (incident) {
        stream_name_of(incident, name);
        db_bind_text(read, name);
    }
    db_bind_int(read, before);
    db_bind_int(read, at_most(limit));
    return read_rows(ledger, arena, read, ret_rows, ret_n, err);
}

int ledger_last_position(struct ledger *ledger, int64_t *ret_position, struct err *err)
{
    struct db_statement *read = db_prepare(ledger->db, "SELECT coalesce(max(position), 0) FROM event", err);
    if (!read || db_step(read, err) != 0)
        return -1;
    *ret_position = db_column_int(read, 0);
    db_reset(read);
    return 0;
}
