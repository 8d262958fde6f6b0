#include <string.h>

#include "db/db_testing.h"

static char folder[64], path[96];
static struct store_of_test store;
static struct db *db;

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    snprintf(folder, sizeof folder, "/tmp/crashcart-db-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.db", folder);
    store = test_store_make(path);
    if (db_open(store.where, NULL, DB_WRITER, &db, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(db_execute(db, "CREATE TABLE t (word TEXT)", &err), 0);
    return 0;
}

static void remove_store(const char *file)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[160];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", file, ends[i]);
        unlink(name);
    }
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    test_store_remove(&store);
    remove_store(path);
    rmdir(folder);
    return 0;
}

static void begin_row(const char *word)
{
    struct err err = {0};
    assert_int_equal(db_begin(db, &err), 0);
    struct db_statement *statement = db_prepare(db, "INSERT INTO t (word) VALUES ($1)", &err);
    assert_non_null(statement);
    db_bind_text(statement, word);
    assert_int_equal(db_run(statement, &err), 0);
}

static int count_rows(struct db *from)
{
    struct err err = {0};
    struct db_statement *statement = db_prepare(from, "SELECT count(*) FROM t", &err);
    assert_non_null(statement);
    assert_int_equal(db_step(statement, &err), 0);
    int n = (int)db_column_int(statement, 0);
    db_reset(statement);
    return n;
}

static void copy_file(const char *end, const char *copy)
{
    static char bytes[64 * 1024];
    char from[160], to[160];
    size_t n;
    snprintf(from, sizeof from, "%s%s", path, end);
    snprintf(to, sizeof to, "%s%s", copy, end);
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(in);
    fclose(out);
}

/* What a start would find if the program ended now. */
static int rows_after_a_crash(void)
{
    char copy[128];
    struct db *other;
    struct err err = {0};
    snprintf(copy, sizeof copy, "%s-crashed", path);
    copy_file("", copy);
    copy_file("-wal", copy);
    assert_int_equal(db_open(copy, NULL, DB_WRITER, &other, &err), 0);
    int n = count_rows(other);
    db_close(other);
    remove_store(copy);
    return n;
}

struct seen {
    int n_under_way, n_durable, n_rows;
};

static void see_under_way(void *context)
{
    struct seen *seen = context;
    seen->n_under_way++;
    seen->n_rows = db_kind(db) == DB_SQLITE ? rows_after_a_crash() : 0;
}

static void see_durable(void *context)
{
    struct seen *seen = context;
    assert_int_equal(seen->n_under_way, 1);
    seen->n_durable++;
}

static int commit_seen(struct seen *ret_seen)
{
    struct err err = {0};
    *ret_seen = (struct seen){0};
    struct db_meanwhile meanwhile = {see_under_way, see_durable, ret_seen};
    begin_row("seen");
    return db_commit_meanwhile(db, &meanwhile, &err);
}

/* Every second time the log begins anew, with a sync of its own before that of the commit. */
static void what_is_done_meanwhile_is_done_when_the_commit_is_on_its_way(void **state)
{
    (void)state;
    bool sqlite = db_kind(db) == DB_SQLITE;
    struct err err = {0};
    struct seen seen;
    begin_row("first"); /* all of a new store is synced after it */
    assert_int_equal(db_commit(db, &err), 0);
    for (int n = 2; n < 16; n += 2) {
        assert_int_equal(commit_seen(&seen), 0);
        assert_int_equal(seen.n_under_way, 1);
        assert_int_equal(seen.n_durable, sqlite ? 1 : 0);
        assert_int_equal(seen.n_rows, sqlite ? n : 0);
        begin_row("late");
        assert_int_equal(db_commit_late(db, &err), 0);
        if (n % 4 == 0)
            assert_int_equal(db_checkpoint(db, &err), 0);
    }
}

static void nothing_is_done_meanwhile_when_the_commit_fails_before(void **state)
{
    (void)state;
    struct err err = {0};
    struct seen seen;
    db_fail_after(db, 3, DB_FULL);
    assert_int_equal(commit_seen(&seen), DB_FULL);
    assert_int_equal(seen.n_under_way + seen.n_durable, 0);
    begin_row("after");
    assert_int_equal(db_commit(db, &err), 0);
    assert_int_equal(count_rows(db), 1);
    assert_int_equal(seen.n_under_way + seen.n_durable, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_done_meanwhile_is_done_when_the_commit_is_on_its_way),
        TEST(nothing_is_done_meanwhile_when_the_commit_fails_before),
    };
    return test_on_each_store("meanwhile", tests, sizeof tests / sizeof *tests);
}
