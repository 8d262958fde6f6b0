#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ledger/ledger_testing.h"
#include "role/core_priv.h"

/* The disk: takes its time as long as it is held, and may fail. In place of the C library's function, for
 * SQLite and for us. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool held, fails;
    int n_held;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

int fdatasync(int fd)
{
    pthread_mutex_lock(&disk.lock);
    disk.n_held++;
    pthread_cond_broadcast(&disk.changed);
    while (disk.held)
        pthread_cond_wait(&disk.changed, &disk.lock);
    disk.n_held--;
    bool fails = disk.fails;
    pthread_mutex_unlock(&disk.lock);
    if (!fails)
        return (int)syscall(SYS_fdatasync, fd);
    errno = EIO;
    return -1;
}

static void disk_set(bool held, bool fails)
{
    pthread_mutex_lock(&disk.lock);
    disk.held = held;
    disk.fails = fails;
    pthread_cond_broadcast(&disk.changed);
    pthread_mutex_unlock(&disk.lock);
}

static void wait_until_the_disk_is_at_work(void)
{
    pthread_mutex_lock(&disk.lock);
    while (!disk.n_held)
        pthread_cond_wait(&disk.changed, &disk.lock);
    pthread_mutex_unlock(&disk.lock);
}

struct asked {
    int n_done, n_refused;
};

static void note(void *context, const struct outcome *outcome)
{
    struct asked *asked = context;
    __atomic_add_fetch(outcome->code == OUTCOME_DONE ? &asked->n_done : &asked->n_refused, 1,
                       __ATOMIC_SEQ_CST);
}

static struct core core;
static struct folder_of_test folder;

static int setup(void **state)
{
    (void)state;
    folder = test_folder_make();
    core = (struct core){.clock = clock_system(), .arena = arena_new()};
    uv_loop_init(&core.loop);
    uv_async_init(&core.loop, &core.wake, NULL);
    core_sync_open(&core);
    core.ledger = test_open(&folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    uv_close((uv_handle_t *)&core.wake, NULL);
    while (uv_loop_close(&core.loop) == UV_EBUSY) /* a loop that was asked to stop goes round once for that */
        uv_run(&core.loop, UV_RUN_DEFAULT);
    ledger_close(core.ledger);
    arena_free(core.arena);
    test_folder_remove(&folder);
    return 0;
}

static void commit_later(struct asked *asked)
{
    struct err err = {0};
    struct arena *arena = arena_new();
    struct job *job = arena_alloc(arena, sizeof *job);
    *job = (struct job){.done = note, .context = asked, .arena = arena};
    assert_int_equal(ledger_begin(core.ledger, &err), 0);
    assert_int_equal(ledger_accept(core.ledger, "generic", "{}", 2, T0_US, &err), 0);
    assert_int_equal(ledger_commit_unsynced(core.ledger, &err), 0);
    assert_true(core_sync_start(&core));
    core_sync_later(&core, job, heap_alloc(sizeof(struct decisions)), 1);
}

static void nobody_is_answered_before_the_disk_has_it(void **state)
{
    (void)state;
    struct asked asked = {0};
    disk_set(true, false);
    commit_later(&asked);
    wait_until_the_disk_is_at_work();
    commit_later(&asked); /* the next one is decided meanwhile */
    assert_int_equal(__atomic_load_n(&asked.n_done, __ATOMIC_SEQ_CST), 0);
    assert_true(core_sync_is_busy(&core));
    disk_set(false, false);
    core_sync_end(&core);
    assert_int_equal(asked.n_done, 2);
    core_sync_carry_out(&core);
    assert_false(core_sync_is_busy(&core));
    assert_false(core.ledger_failed);
}

static void what_the_disk_lost_is_refused_and_the_program_starts_again(void **state)
{
    (void)state;
    struct asked asked = {0};
    disk_set(false, true);
    commit_later(&asked);
    core_sync_end(&core);
    disk_set(false, false);
    assert_int_equal(asked.n_done, 0);
    assert_int_equal(asked.n_refused, 1);
    core_sync_carry_out(&core);
    assert_true(core.ledger_failed);
    assert_int_equal(core.exit_code, EXIT_RESTART);
}

static void each_of_many_is_answered_once(void **state)
{
    (void)state;
    enum { MANY = 200 };
    struct asked asked = {0};
    for (int i = 0; i < MANY; i++) {
        commit_later(&asked);
        core_sync_carry_out(&core);
    }
    core_sync_end(&core);
    core_sync_carry_out(&core);
    assert_int_equal(asked.n_done, MANY);
    assert_int_equal(asked.n_refused, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_is_answered_before_the_disk_has_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_disk_lost_is_refused_and_the_program_starts_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(each_of_many_is_answered_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
