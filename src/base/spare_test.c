#include "base/spare.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/testing.h"

/* As long as a page cannot hide in what is mapped around it: the system maps 64 KiB at once. */
enum { TABLE_BYTES = 1 << 20, PAGE_BYTES = 4096 };

static const char table[TABLE_BYTES] = {[0] = 'a', [TABLE_BYTES - 1] = 'z'};
static char written[PAGE_BYTES] = "as the file has it";

/* How much of the file is in the memory of this process, as far as nothing wrote to it. */
static size_t mapped_kib(void)
{
    char *name = realpath("/proc/self/exe", NULL), line[512];
    FILE *file = fopen("/proc/self/smaps", "r");
    size_t kib = 0, one;
    bool ours = false;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (strchr(line, '-') && strstr(line, name))
            ours = strstr(line, " r--p ") || strstr(line, " r-xp ");
        else if (strstr(line, "-p ") || strstr(line, "-s "))
            ours = false;
        if (ours && sscanf(line, "Rss: %zu kB", &one) == 1)
            kib += one;
    }
    fclose(file);
    free(name);
    return kib;
}

static unsigned long sum_of(const char *bytes, size_t n_bytes)
{
    unsigned long sum = 0;
    for (size_t i = 0; i < n_bytes; i++)
        sum = sum * 31 + (unsigned char)((volatile const char *)bytes)[i];
    return sum;
}

static void a_table_that_was_read_once_is_given_back_and_reads_the_same(void **state)
{
    (void)state;
    unsigned long before = sum_of(table, sizeof table);
    size_t kib = mapped_kib();
    spare_give_back();
    assert_true(mapped_kib() + TABLE_BYTES / 1024 * 3 / 4 < kib);
    assert_int_equal(sum_of(table, sizeof table), before);
}

static void what_was_written_stays(void **state)
{
    (void)state;
    char *heap = strdup("on the heap");
    snprintf(written, sizeof written, "as the program wrote it");
    spare_give_back();
    assert_string_equal(written, "as the program wrote it");
    assert_string_equal(heap, "on the heap");
    free(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_was_read_once_is_given_back_and_reads_the_same),
        cmocka_unit_test(what_was_written_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
