/* What an older program left comes up to date, from every version there was, with all that it holds. */
#include "ledger/ledger_testing.h"

/* An incident with an event and a delivery, in the tables of the first version. */
static const char first_rows[] =
    "INSERT INTO installation (name, value) VALUES ('instance', '0011223344556677');"
    "INSERT INTO incident (number, trouble, title, service, severity, severity_rank, severity_why, "
    "severity_line,"
    " state, runbook_file, runbook_sha256, procedure_title, procedure_why, procedure_line, started_us, "
    "opened_us,"
    " acknowledged_us, monitoring_us, resolved_us, acknowledged_by, resolved_by, n_alerts, n_firing,"
    " response_time_s, escalation_step, next_delivery) VALUES"
    " (7, 'till|QueueFull', 'QueueFull on till', 'till', 'SEV-2', 2, 'said', 3, 'acknowledged', 'till.md', "
    "'', '',"
    " '', 0, 1000, 2000, 3000, 0, 0, 'person:ana', '', 1, 1, 900, 1, 2);"
    "INSERT INTO delivery (id, incident, idempotency_key, state, person, way, channel, address, why, "
    "attempts,"
    " queued_us, due_us, detail) VALUES (4, 7, 'k', 'due', 'ana', 0, 'webhook', 'http://127.0.0.1:9', 'w', "
    "0, 1, 2,"
    " '');"
    "INSERT INTO inbox (format, received_us, body) VALUES ('test', 5, 'abc');";

static void make_version(const struct folder_of_test *folder, int64_t version)
{
    struct err err = {0};
    struct arena *arena scoped_arena = arena_new();
    struct ledger_place place = test_place(folder);
    struct ledger old = {0};
    const char *where = place.store ? place.store : arena_printf(arena, "%s/ledger.db", folder->path);
    assert_int_equal(db_open(where, NULL, DB_WRITER, &old.db, &err), 0);
    if (ledger_migrate_to(&old, 1, &err) != 0 || db_execute(old.db, first_rows, &err) != 0 ||
        ledger_migrate_to(&old, version, &err) != 0)
        fail_msg("version %lld: %s", (long long)version, err.text);
    db_close(old.db);
}

static void assert_holds_all(const struct folder_of_test *folder, int64_t n_events)
{
    struct arena *arena scoped_arena = arena_new();
    struct err err = {0};
    struct incident incident;
    struct delivery *deliveries;
    size_t n;
    struct ledger *ledger = test_open(folder);
    assert_string_equal(ledger_instance(ledger), "0011223344556677");
    if (ledger_incident(ledger, arena, 7, &incident, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(incident.state, INCIDENT_ACKNOWLEDGED);
    assert_string_equal(incident.title, "QueueFull on till");
    assert_int_equal(ledger_deliveries(ledger, arena, 7, &deliveries, &n, &err), 0);
    assert_int_equal(n, 1);
    assert_int_equal(ledger_inbox_bytes(ledger), 3);
    struct decision decisions[] = {
        event_for(7, "incident.note", "after"),
        {.kind = DECISION_INCIDENT, .incident = incident_numbered(7, INCIDENT_ACKNOWLEDGED)}};
    test_commit(ledger, decisions, 2);
    assert_int_equal(ledger_seal(ledger, T0_US, 10, &err), 0);
    ledger_close(ledger);
    struct ledger_proof proof = {0};
    assert_int_equal(test_verify(folder, &proof, &err), 0);
    assert_int_equal(proof.n_signed, n_events);
}

static void every_version_there_was_comes_up_to_date(void **state)
{
    (void)state;
    assert_true(ledger_newest_version() > 1);
    for (int64_t version = 1; version <= ledger_newest_version(); version++) {
        struct folder_of_test folder = test_folder_make();
        make_version(&folder, version);
        assert_holds_all(&folder, 1);
        assert_holds_all(&folder, 2); /* nothing is done twice */
        test_folder_remove(&folder);
    }
}

/* The columns of all tables, a line each. */
static void describe(struct db *db, struct buf *out)
{
    struct err err = {0};
    const char *sql =
        db_kind(db) == DB_SQLITE
            ? "SELECT t.name || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || "
              "coalesce(c.dflt_value, '-') || ' ' || c.pk "
              "FROM sqlite_schema t, pragma_table_info(t.name) c ORDER BY t.name, c.name"
            : "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable "
              "|| ' ' || coalesce(column_default, '-') FROM information_schema.columns "
              "WHERE table_schema = current_schema() ORDER BY table_name, column_name";
    struct db_statement *columns = db_prepare(db, sql, &err);
    int result = columns ? 0 : -1;
    while (columns && (result = db_step(columns, &err)) == 0)
        buf_printf(out, "%s\n", db_column_text(columns, 0));
    if (result != DB_DONE)
        fail_msg("%s", err.text);
}

static void describe_folder(const struct folder_of_test *folder, struct buf *out)
{
    struct err err = {0};
    struct arena *arena scoped_arena = arena_new();
    struct ledger_place place = test_place(folder);
    const char *where = place.store ? place.store : arena_printf(arena, "%s/ledger.db", folder->path);
    struct db *db;
    assert_int_equal(db_open(where, NULL, DB_WRITER, &db, &err), 0);
    describe(db, out);
    db_close(db);
}

static void a_new_ledger_has_the_tables_that_an_old_one_comes_to(void **state)
{
    (void)state;
    struct buf from_old scoped_buf = {0};
    struct buf from_new scoped_buf = {0};
    struct folder_of_test folder = test_folder_make();
    make_version(&folder, ledger_newest_version());
    describe_folder(&folder, &from_old);
    test_folder_remove(&folder);
    folder = test_folder_make();
    ledger_close(test_open(&folder));
    describe_folder(&folder, &from_new);
    test_folder_remove(&folder);
    assert_true(from_new.n_bytes > 0);
    assert_string_equal(buf_text(&from_new), buf_text(&from_old));
}

static struct db *open_db(const struct folder_of_test *folder, struct arena *arena)
{
    struct err err = {0};
    struct db *db;
    assert_int_equal(db_open(arena_printf(arena, "%s/ledger.db", folder->path), NULL, DB_WRITER, &db, &err),
                     0);
    return db;
}

/* SQLite does so for a list of three in the condition of an index: more work than the row. */
static void a_page_is_saved_without_a_table_in_memory(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena *arena scoped_arena = arena_new();
    struct folder_of_test folder = test_folder_make();
    int result = 0;
    ledger_close(test_open(&folder));
    if (!test_place(&folder).store) {
        struct db *db = open_db(&folder, arena);
        struct db_statement *read =
            db_prepare(db, "EXPLAIN UPDATE delivery SET state = $1 WHERE id = $2", &err);
        assert_non_null(read);
        while ((result = db_step(read, &err)) == 0)
            assert_string_not_equal(db_column_text(read, 1), "OpenEphemeral");
        assert_int_equal(result, DB_DONE);
        db_close(db);
    }
    test_folder_remove(&folder);
}

/* Somebody removed ledger.db and not what lies beside it. */
static void the_log_of_a_file_that_is_gone_is_not_taken_for_that_of_a_new_ledger(void **state)
{
    (void)state;
    struct arena *arena scoped_arena = arena_new();
    struct folder_of_test folder = test_folder_make();
    if (!test_place(&folder).store) {
        const char *file = arena_printf(arena, "%s/ledger.db", folder.path);
        const char *log = arena_printf(arena, "%s-wal", file), *kept = arena_printf(arena, "%s-kept", file);
        struct decision decision = event_for(7, "incident.note", "of the file that is gone");
        struct ledger *ledger = test_open(&folder);
        char instance[40];
        snprintf(instance, sizeof instance, "%s", ledger_instance(ledger));
        test_commit(ledger, &decision, 1);
        assert_int_equal(link(log, kept), 0);
        ledger_close(ledger);
        assert_int_equal(unlink(file), 0);
        assert_int_equal(rename(kept, log), 0);

        ledger = test_open(&folder);
        assert_string_not_equal(ledger_instance(ledger), instance);
        ledger_close(ledger);
    }
    test_folder_remove(&folder);
}

/* A migration that fails half-way leaves the version before, whole. */
static void a_migration_that_fails_is_done_by_the_next_start(void **state)
{
    (void)state;
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        struct folder_of_test folder = test_folder_make();
        make_version(&folder, 1);
        struct err err = {0};
        struct arena *arena scoped_arena = arena_new();
        struct ledger_place place = test_place(&folder);
        struct ledger half = {0};
        const char *where = place.store ? place.store : arena_printf(arena, "%s/ledger.db", folder.path);
        assert_int_equal(db_open(where, NULL, DB_WRITER, &half.db, &err), 0);
        db_fail_after(half.db, n, DB_FULL);
        failed = ledger_migrate_to(&half, ledger_newest_version(), &err) != 0;
        db_close(half.db);
        assert_holds_all(&folder, 1);
        test_folder_remove(&folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_there_was_comes_up_to_date),
        cmocka_unit_test(a_new_ledger_has_the_tables_that_an_old_one_comes_to),
        cmocka_unit_test(a_page_is_saved_without_a_table_in_memory),
        cmocka_unit_test(the_log_of_a_file_that_is_gone_is_not_taken_for_that_of_a_new_ledger),
        cmocka_unit_test(a_migration_that_fails_is_done_by_the_next_start),
    };
    return test_on_each_store("migrations", tests, sizeof tests / sizeof *tests);
}
