/* Faults: the n-th step fails, the disk is full, the process is killed. After each, what was committed is
 * whole and nothing else is there. */
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "ledger/ledger_testing.h"

static struct folder_of_test folder;

static int set_up(void **state)
{
    (void)state;
    folder = test_folder_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_folder_remove(&folder);
    return 0;
}

static void assert_proved(int64_t n_events)
{
    struct ledger_proof proof = {0};
    struct err err = {0};
    if (test_verify(&folder, &proof, &err) != 0)
        fail_msg("%s%s", err.text, proof.first_bad);
    assert_int_equal(proof.n_events, n_events);
}

/* ---- the n-th step fails ---- */

enum { N_TRANSACTIONS = 3 };

static int compact(struct ledger *ledger, struct err *err)
{
    int64_t last_id = ledger_inbox_last_id(ledger);
    int result = ledger_accept(ledger, "snapshot", "all", 3, T0_US, err);
    if (result == 0)
        result = ledger_forget_inbox(ledger, last_id, err);
    return result == 0 ? ledger_trim_inbox(ledger, 1000, err) : result;
}

/* One transaction as an input makes it: incident i with everything that hangs on it. 0 when all of it was
 * committed. */
static int write_incident(struct ledger *ledger, int64_t i, struct err *err)
{
    struct decision decisions[] = {
        event_for(i, "alert.fired", "QueueFull fires"),
        event_for(i, "incident.opened", "Incident opened"),
        event_for(0, "system.note", "one more"),
        {.kind = DECISION_INCIDENT, .incident = incident_numbered(i, INCIDENT_TRIGGERED)},
        {.kind = DECISION_DELIVERY, .delivery = delivery_numbered(i, i, DELIVERY_DUE)},
        {.kind = DECISION_STEP, .step = step_at(i, 10, STEP_STARTING)},
        {.kind = DECISION_TIMER_SET, .timer = {TIMER_ESCALATE, i, T0_US}},
        {.kind = DECISION_TIMER_CLEAR, .timer = {TIMER_ESCALATE, i - 1, 0}},
    };
    int result = ledger_begin(ledger, err);
    if (result != 0)
        return result;
    result = ledger_accept(ledger, "test", "body", 4, T0_US, err);
    if (result == 0)
        result = test_record(ledger, decisions, sizeof decisions / sizeof *decisions, T0_US, err);
    if (result == 0 && i == 2)
        result = compact(ledger, err);
    if (result == 0)
        return ledger_commit(ledger, err);
    ledger_rollback(ledger);
    return result;
}

static int64_t count(struct ledger *ledger, const char *sql)
{
    struct err err = {0};
    struct db_statement *read = db_prepare(ledger->db, sql, &err);
    assert_non_null(read);
    assert_int_equal(db_step(read, &err), 0);
    int64_t n = db_column_int(read, 0);
    db_reset(read);
    return n;
}

/* All of each transaction that gave 0, and nothing of the others. */
static void assert_whole(struct ledger *ledger, const bool done[N_TRANSACTIONS + 1])
{
    int64_t n = 0, bodies_bytes = 0;
    for (int64_t i = 1; i <= N_TRANSACTIONS; i++) {
        assert_int_equal(test_count_events(ledger, i), done[i] ? 2 : 0);
        n += done[i];
        if (done[i])
            bodies_bytes = i == 2 ? 3 : bodies_bytes + 4; /* what came before gave way to the snapshot */
    }
    assert_int_equal(test_count_events(ledger, 0), n);
    assert_int_equal(count(ledger, "SELECT count(*) FROM incident"), n);
    assert_int_equal(count(ledger, "SELECT count(*) FROM delivery"), n);
    assert_int_equal(count(ledger, "SELECT count(*) FROM step"), n);
    assert_int_equal(count(ledger, "SELECT sum(length(body)) FROM inbox"), bodies_bytes);
    assert_int_equal(ledger_inbox_bytes(ledger), bodies_bytes);
    assert_proved(3 * n);
}

static bool fail_one(int64_t n, int db_outcome, int outcome)
{
    struct ledger *ledger = test_open(&folder);
    bool done[N_TRANSACTIONS + 1] = {false};
    bool failed = false;
    db_fail_after(ledger->db, n, db_outcome);
    for (int64_t i = 1; i <= N_TRANSACTIONS; i++) {
        struct err err = {0};
        int result = write_incident(ledger, i, &err);
        assert_true(result == 0 || result == outcome);
        assert_true((result == 0) == (err.text[0] == '\0'));
        done[i] = result == 0;
        failed = failed || result != 0;
    }
    db_fail_after(ledger->db, 0, 0);
    assert_whole(ledger, done);
    ledger_close(ledger);

    ledger = test_open(&folder);
    assert_whole(ledger, done);
    ledger_close(ledger);
    return failed;
}

static void whichever_step_fails_transactions_stay_whole(void **state)
{
    static const struct {
        int db_outcome, outcome;
    } kinds[] = {{-1, -1}, {DB_FULL, LEDGER_FULL}, {DB_BUSY, LEDGER_FULL}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int64_t n = 0;
        bool failed = true;
        while (failed) {
            test_folder_remove(&folder);
            set_up(state);
            failed = fail_one(++n, kinds[i].db_outcome, kinds[i].outcome);
        }
        assert_true(n > 30); /* the loop went through all of the scenario */
    }
}

/* ---- full disk ---- */

static void fill(struct ledger *ledger, int64_t *n_accepted, struct err *err)
{
    static char body[20000];
    int result = 0;
    for (int i = 0; i < 1000 && result == 0; i++) {
        struct decision decision = event_for(1, "alert.fired", "QueueFull fires");
        *err = (struct err){0};
        result = ledger_begin(ledger, err);
        if (result == 0)
            result = ledger_accept(ledger, "test", body, sizeof body, T0_US, err);
        if (result == 0)
            result = test_record(ledger, &decision, 1, T0_US, err);
        if (result == 0)
            result = ledger_commit(ledger, err);
        else
            ledger_rollback(ledger);
        *n_accepted += result == 0;
    }
    if (result != LEDGER_FULL)
        fail_msg("%d: %s", result, err->text);
    assert_non_null(strstr(err->text, "no space"));
}

static void assert_inbox_holds(struct ledger *ledger, int64_t n)
{
    assert_int_equal(count(ledger, "SELECT count(*) FROM inbox"), n);
    assert_int_equal(ledger_inbox_last_id(ledger), n);
    assert_int_equal(test_count_events(ledger, 1), n);
}

/* A limit on the size of files fails writes half-way, like a quota does. */
static void a_write_over_the_quota_is_refused_and_works_again_with_more_room(void **state)
{
    (void)state;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    struct rlimit limit;
    sigaction(SIGXFSZ, &ignore, &before);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    struct ledger *ledger = test_open(&folder);
    int64_t n_accepted = 0;
    struct err err = {0};
    rlim_t usual = limit.rlim_cur;
    limit.rlim_cur = 600001; /* within a page */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    fill(ledger, &n_accepted, &err);
    limit.rlim_cur = usual;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    sigaction(SIGXFSZ, &before, NULL);

    assert_true(n_accepted > 5);
    assert_inbox_holds(ledger, n_accepted);
    assert_int_equal(write_incident(ledger, 7, &err), 0);
    assert_proved(n_accepted + 3);
    ledger_close(ledger);
}

static void a_full_disk_refuses_alerts_and_takes_them_again_with_space(void **state)
{
    (void)state;
    if (mount("tmpfs", folder.path, "tmpfs", 0, "size=1m") != 0)
        skip();
    char ballast[96];
    static const char zeros[300000];
    snprintf(ballast, sizeof ballast, "%s/ballast", folder.path);
    FILE *file = fopen(ballast, "w");
    fwrite(zeros, 1, sizeof zeros, file);
    fclose(file);

    struct ledger *ledger = test_open(&folder);
    int64_t n_accepted = 0;
    struct err err = {0};
    fill(ledger, &n_accepted, &err);
    assert_int_equal(write_incident(ledger, 7, &err), LEDGER_FULL);
    assert_inbox_holds(ledger, n_accepted);
    unlink(ballast);
    assert_int_equal(write_incident(ledger, 7, &err), 0);
    assert_proved(n_accepted + 3);
    ledger_close(ledger);
    /* Opening again needs space of its own and finds it. */
    ledger = test_open(&folder);
    assert_int_equal(test_count_events(ledger, 7), 2);
    ledger_close(ledger);
    assert_int_equal(umount(folder.path), 0);
}

/* ---- kill -9 ---- */

enum { N_KILLS = 30, LONGEST_LIFE_US = 15000 };

/* Commits without end and tells of each commit after it is durable. */
__attribute__((noreturn)) static void commit_until_killed(int told)
{
    struct ledger *ledger = NULL;
    struct err err = {0};
    struct ledger_place place = test_place(&folder);
    if (ledger_open(&place, &ledger, &err) != 0)
        _exit(3);
    for (unsigned char n = 0;; n++) {
        struct decision decisions[] = {event_for(1, "a.b", "1"), event_for(1, "a.b", "2"),
                                       event_for(0, "a.b", "3")};
        if (ledger_begin(ledger, &err) != 0 || test_record(ledger, decisions, 3, T0_US, &err) != 0 ||
            ledger_commit(ledger, &err) != 0 || write(told, &n, 1) != 1)
            _exit(4);
        if (n % 16 == 0)
            ledger_checkpoint(ledger, &err);
    }
}

/* Lets a child commit until a random moment; gives how many commits it told of. */
static int64_t live_and_be_killed(void)
{
    int told[2];
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(told[0]);
        commit_until_killed(told[1]);
    }
    close(told[1]);
    /* The first commit is waited for, so that each life writes. */
    unsigned char bytes[4096];
    int64_t n_told = read(told[0], bytes, 1);
    uint32_t random;
    random_bytes(&random, sizeof random);
    struct timespec life = {.tv_nsec = (long)(random % LONGEST_LIFE_US) * 1000};
    nanosleep(&life, NULL);
    kill(child, SIGKILL);
    for (ssize_t n; (n = read(told[0], bytes, sizeof bytes)) > 0;)
        n_told += n;
    int status;
    waitpid(child, &status, 0);
    close(told[0]);
    assert_true(WIFSIGNALED(status));
    return n_told;
}

static void no_commit_that_was_told_is_lost_by_a_kill(void **state)
{
    (void)state;
    int64_t n_told = 0;
    for (int i = 1; i <= N_KILLS; i++) {
        n_told += live_and_be_killed();
        struct ledger *ledger = test_open(&folder);
        int64_t n = (int64_t)test_count_events(ledger, 0);
        /* The last commit of each life may be durable and not told. */
        assert_true(n >= n_told && n <= n_told + i);
        assert_int_equal(test_count_events(ledger, 1), 2 * n);
        assert_proved(3 * n);
        ledger_close(ledger);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whichever_step_fails_transactions_stay_whole),
        TEST(no_commit_that_was_told_is_lost_by_a_kill),
    };
    const struct CMUnitTest of_files[] = {
        TEST(a_write_over_the_quota_is_refused_and_works_again_with_more_room),
        TEST(a_full_disk_refuses_alerts_and_takes_them_again_with_space),
    };
    return cmocka_run_group_tests_name("faults of files", of_files, NULL, NULL) +
           test_on_each_store("faults", tests, sizeof tests / sizeof *tests);
}
