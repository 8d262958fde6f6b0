/* Whatever is done to stored events is found, and the first event that does not fit is named. */
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ledger/open_ledger_testing.h"

/* Three streams whose events alternate: incident/1 has 4, incident/2 has 4, system has 4. */
static int set_up(void **state)
{
    open_ledger(state);
    struct decision decisions[] = {event_for(1, "alert.fired", "one"), event_for(2, "alert.fired", "two"),
                                   event_for(0, "server.started", "three")};
    for (int i = 0; i < 4; i++)
        test_commit(ledger, decisions, 3);
    return 0;
}

/* What somebody with the file and a copy of SQLite may do. */
static void tamper(const char *sql)
{
    struct err err = {0};
    if (db_execute(ledger->db, sql, &err) != 0)
        fail_msg("%s: %s", sql, err.text);
}

static void assert_first_bad(const char *expected)
{
    struct ledger_proof proof = {0};
    struct err err = {0};
    assert_int_equal(test_verify(&folder, &proof, &err), LEDGER_BROKEN);
    assert_string_equal(proof.first_bad, expected);
}

static void what_was_recorded_fits(void **state)
{
    (void)state;
    struct ledger_proof proof = {0};
    assert_int_equal(test_verify(&folder, &proof, NULL), 0);
    assert_int_equal(proof.n_events, 12);
    assert_int_equal(proof.n_streams, 3);
    assert_string_equal(proof.first_bad, "");
}

static void change_byte(const char *column, size_t at, int bit)
{
    char sql[300];
    struct err err = {0};
    snprintf(sql, sizeof sql, "SELECT %s FROM event WHERE position = 5", column);
    struct db_statement *read = db_prepare(ledger->db, sql, &err);
    assert_int_equal(db_step(read, &err), 0);
    size_t n_bytes;
    const uint8_t *bytes = db_column_blob(read, 0, &n_bytes);
    uint8_t changed[1024] = {0};
    assert_true(at < n_bytes && n_bytes <= sizeof changed);
    memcpy(changed, bytes, n_bytes);
    db_reset(read);
    changed[at] = (uint8_t)(changed[at] ^ (1u << bit));
    snprintf(sql, sizeof sql, "UPDATE event SET %s = $1 WHERE position = 5", column);
    struct db_statement *write = db_prepare(ledger->db, sql, &err);
    db_bind_blob(write, changed, n_bytes);
    assert_int_equal(db_run(write, &err), 0);
}

static size_t count_bytes(const char *column)
{
    char sql[100];
    struct err err = {0};
    snprintf(sql, sizeof sql, "SELECT length(%s) FROM event WHERE position = 5", column);
    struct db_statement *read = db_prepare(ledger->db, sql, &err);
    assert_int_equal(db_step(read, &err), 0);
    size_t n = (size_t)db_column_int(read, 0);
    db_reset(read);
    return n;
}

static void every_changed_byte_of_a_record_or_its_hash_is_found(void **state)
{
    (void)state;
    static const char *const columns[] = {"record", "hash"};
    for (size_t c = 0; c < 2; c++) {
        size_t n_bytes = count_bytes(columns[c]);
        assert_true(n_bytes >= SHA256_BYTES);
        for (size_t at = 0; at < n_bytes; at++) {
            int bit = (int)(at % 8);
            change_byte(columns[c], at, bit);
            assert_first_bad("incident/2 event 2: its hash does not fit its bytes");
            change_byte(columns[c], at, bit);
        }
    }
    what_was_recorded_fits(state);
}

static void a_deleted_event_is_named(void **state)
{
    (void)state;
    tamper("DELETE FROM event WHERE position = 5");
    assert_first_bad("incident/2 event 2 is missing");
}

static void a_cut_tail_is_found_by_the_head_of_the_stream(void **state)
{
    (void)state;
    tamper("DELETE FROM event WHERE position >= 11");
    assert_first_bad("incident/2 event 4 is missing: the stream ended with event 4");
}

static void two_events_that_changed_places_are_found(void **state)
{
    (void)state;
    tamper("UPDATE event SET n = -n WHERE position IN (5, 8);"
           "UPDATE event SET n = 3 WHERE position = 5;"
           "UPDATE event SET n = 2 WHERE position = 8");
    assert_first_bad("incident/2 event 2 is missing");
}

static void records_that_changed_places_are_found(void **state)
{
    (void)state;
    tamper("UPDATE event SET (record, hash) = (SELECT record, hash FROM event WHERE position = 8)"
           " WHERE position = 5");
    assert_first_bad("incident/2 event 2: its record has another number");
}

static void a_record_of_another_stream_is_found(void **state)
{
    (void)state;
    tamper("UPDATE event SET (record, hash) = (SELECT record, hash FROM event WHERE position = 4)"
           " WHERE position = 5");
    assert_first_bad("incident/2 event 2: its record belongs to another stream");
}

/* Record and hash of event n of the other ledger, in place of what stands at the position. */
static void put_record(int64_t position, struct ledger *other, int64_t n)
{
    struct err err = {0};
    struct db_statement *read = db_prepare(other->db, "SELECT record, hash FROM event WHERE n = $1", &err);
    db_bind_int(read, n);
    assert_int_equal(db_step(read, &err), 0);
    size_t record_bytes, hash_bytes;
    const void *record = db_column_blob(read, 0, &record_bytes);
    const void *hash = db_column_blob(read, 1, &hash_bytes);
    struct db_statement *write =
        db_prepare(ledger->db, "UPDATE event SET record = $1, hash = $2 WHERE position = $3", &err);
    db_bind_blob(write, record, record_bytes);
    db_bind_blob(write, hash, hash_bytes);
    db_bind_int(write, position);
    assert_int_equal(db_run(write, &err), 0);
    db_reset(read);
}

/* Somebody who knows the format makes a record that fits itself: the next one does not follow it. */
static void a_well_made_forgery_breaks_the_chain_after_it(void **state)
{
    (void)state;
    struct decision forged = event_for(2, "alert.resolved", "all was well");
    struct folder_of_test elsewhere = test_folder_make();
    struct ledger *other = test_open(&elsewhere);
    struct decision first = event_for(2, "alert.fired", "two");
    test_commit(other, &first, 1);
    test_commit(other, &forged, 1);
    put_record(5, other, 2);
    ledger_close(other);
    test_folder_remove(&elsewhere);
    assert_first_bad("incident/2 event 3: it does not follow the event before it");
}

static void a_rewritten_last_event_is_not_the_one_the_head_names(void **state)
{
    (void)state;
    tamper("UPDATE stream SET hash = (SELECT hash FROM event WHERE position = 8) WHERE name = 'incident/2'");
    assert_first_bad("incident/2 event 4 is not the one that the stream's head names");
}

static void a_head_that_was_turned_back_is_found(void **state)
{
    (void)state;
    tamper("UPDATE stream SET n = 2 WHERE name = 'system'");
    assert_first_bad("system event 3 is not known to the stream's head, which ends at 2");
}

static void a_stream_removed_with_all_its_events_leaves_a_gap(void **state)
{
    (void)state;
    tamper("DELETE FROM event WHERE stream = (SELECT id FROM stream WHERE name = 'incident/1');"
           "DELETE FROM stream WHERE name = 'incident/1'");
    assert_first_bad("the event at position 1 of the ledger is missing, with all of its stream");
}

static void an_event_of_no_stream_is_found(void **state)
{
    (void)state;
    tamper(test_kind == DB_SQLITE ? "PRAGMA foreign_keys = OFF"
                                  : "ALTER TABLE event DROP CONSTRAINT event_stream_fkey");
    tamper("UPDATE event SET stream = 77 WHERE position = 5");
    assert_first_bad("the event at position 5 belongs to no stream");
}

static void a_damaged_record_leaves_the_rest_of_the_timeline_readable(void **state)
{
    (void)state;
    change_byte("record", 0, 0);
    struct event_row *rows;
    size_t n;
    assert_int_equal(ledger_timeline(ledger, arena, 2, 0, 10, &rows, &n, NULL), 0);
    assert_int_equal(n, 4);
    assert_string_equal(rows[1].kind, "ledger.damaged");
    assert_string_equal(rows[2].summary, "two");
}

/* Zeros over each page of the file in turn: broken or not readable, never a crash, and never fitting when a
 * page of events is gone. */
static void a_damaged_file_is_found_and_does_no_harm(void **state)
{
    (void)state;
    ledger_close(ledger);
    ledger = NULL;
    const char *path = arena_printf(arena, "%s/ledger.db", folder.path);
    char *original;
    size_t n_bytes;
    assert_int_equal(file_read(arena, path, 1u << 20, &original, &n_bytes, NULL), 0);
    char *damaged = arena_alloc(arena, n_bytes);
    int n_found = 0;
    for (size_t page = 0; page < n_bytes; page += 4096) {
        memcpy(damaged, original, n_bytes);
        memset(damaged + page, 0, 4096);
        assert_int_equal(file_write(path, damaged, n_bytes, 0600, NULL), 0);
        struct ledger_proof proof = {0};
        struct err err = {0};
        int result = test_verify(&folder, &proof, &err);
        assert_true(result == 0 || result == LEDGER_BROKEN || result == -1);
        assert_true((result < 0) == (err.text[0] != '\0') || result == LEDGER_BROKEN);
        n_found += result != 0;
    }
    assert_true(n_found >= 3);
}

/* An auditor's copy: nothing can be written beside it. */
static void a_ledger_on_a_read_only_disk_can_be_proved(void **state)
{
    (void)state;
    ledger_close(ledger);
    ledger = NULL;
    const char *disk = arena_printf(arena, "%s/disk", folder.path);
    char *bytes;
    size_t n_bytes;
    assert_int_equal(
        file_read(arena, arena_printf(arena, "%s/ledger.db", folder.path), 1u << 20, &bytes, &n_bytes, NULL),
        0);
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=1m") != 0)
        skip();
    int written = file_write(arena_printf(arena, "%s/ledger.db", disk), bytes, n_bytes, 0600, NULL);
    int remounted = mount("tmpfs", disk, "tmpfs", MS_REMOUNT | MS_RDONLY, "");
    struct ledger_proof proof = {0};
    struct err err = {0};
    int result = ledger_verify(&(struct ledger_place){.data_dir = disk}, NULL, &proof, &err);
    umount(disk);
    assert_int_equal(written, 0);
    assert_int_equal(remounted, 0);
    assert_string_equal(err.text, "");
    assert_int_equal(result, 0);
    assert_int_equal(proof.n_events, 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_recorded_fits),
        TEST(every_changed_byte_of_a_record_or_its_hash_is_found),
        TEST(a_deleted_event_is_named),
        TEST(a_cut_tail_is_found_by_the_head_of_the_stream),
        TEST(two_events_that_changed_places_are_found),
        TEST(records_that_changed_places_are_found),
        TEST(a_record_of_another_stream_is_found),
        TEST(a_well_made_forgery_breaks_the_chain_after_it),
        TEST(a_rewritten_last_event_is_not_the_one_the_head_names),
        TEST(a_head_that_was_turned_back_is_found),
        TEST(a_stream_removed_with_all_its_events_leaves_a_gap),
        TEST(an_event_of_no_stream_is_found),
        TEST(a_damaged_record_leaves_the_rest_of_the_timeline_readable),
    };
    const struct CMUnitTest of_files[] = {
        TEST(a_damaged_file_is_found_and_does_no_harm),
        TEST(a_ledger_on_a_read_only_disk_can_be_proved),
    };
    return cmocka_run_group_tests_name("proof of files", of_files, NULL, NULL) +
           test_on_each_store("proof", tests, sizeof tests / sizeof *tests);
}
