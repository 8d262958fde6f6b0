#include "base/ahead.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/testing.h"

enum { PAGE_BYTES = 4096, MOST_PAGES = 1024 };

/* Of what the heap has grown by. */
static size_t pages_there(char *from, size_t n_bytes)
{
    unsigned char there[MOST_PAGES];
    size_t n = 0;
    assert_int_equal(mincore(from, n_bytes, there), 0);
    for (size_t i = 0; i < n_bytes / PAGE_BYTES; i++)
        n += there[i] & 1;
    return n;
}

/* On a page's border, as the allocator leaves it. */
static char *grow(size_t n_bytes)
{
    uintptr_t over = (uintptr_t)sbrk(0) % PAGE_BYTES;
    if (over)
        sbrk((intptr_t)(PAGE_BYTES - over));
    return sbrk((intptr_t)n_bytes);
}

static void what_the_heap_grew_by_is_there_before_it_is_used(void **state)
{
    (void)state;
    struct heap_edge edge = {0};
    heap_ahead(&edge);
    char *from = grow(AHEAD_BYTES);
    assert_int_equal(pages_there(from, AHEAD_BYTES), 0);
    if (madvise(from, PAGE_BYTES, MADV_POPULATE_WRITE) != 0)
        skip(); /* an older system */
    heap_ahead(&edge);
    assert_int_equal(pages_there(from, AHEAD_BYTES), AHEAD_BYTES / PAGE_BYTES);
}

static void a_large_piece_is_left_to_who_uses_it(void **state)
{
    (void)state;
    struct heap_edge edge = {0};
    heap_ahead(&edge);
    char *from = grow(4 * AHEAD_BYTES);
    heap_ahead(&edge);
    assert_int_equal(pages_there(from, 4 * AHEAD_BYTES), 0);
}

static void a_heap_that_became_smaller_is_looked_at_anew(void **state)
{
    (void)state;
    struct heap_edge edge = {0};
    char *from = grow(AHEAD_BYTES);
    heap_ahead(&edge);
    sbrk(-(intptr_t)AHEAD_BYTES);
    heap_ahead(&edge);
    assert_ptr_equal(edge.at, from);
}

static void only_the_pages_that_lie_in_it_are_made_ready(void **state)
{
    enum { PAGES = 4 };
    (void)state;
    char *memory = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    if (madvise(memory, PAGE_BYTES, MADV_POPULATE_WRITE) != 0)
        skip(); /* an older system */
    madvise(memory, PAGE_BYTES, MADV_DONTNEED);
    memory_make_ready(memory + 1, PAGES * PAGE_BYTES - 2);
    assert_int_equal(pages_there(memory, PAGES * PAGE_BYTES), PAGES - 2);
    memory_make_ready(memory + 1, PAGE_BYTES);
    assert_int_equal(pages_there(memory, PAGES * PAGE_BYTES), PAGES - 2);
    munmap(memory, PAGES * PAGE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_heap_grew_by_is_there_before_it_is_used),
        cmocka_unit_test(a_large_piece_is_left_to_who_uses_it),
        cmocka_unit_test(only_the_pages_that_lie_in_it_are_made_ready),
        cmocka_unit_test(a_heap_that_became_smaller_is_looked_at_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
