/* How fast runbooks are read, beside bare cmark-gfm parsing the same files in the same round.
 *
 * usage: bench_read [--rounds N] [--reading] [FOLDER...]      --reading: only the rounds, for a profiler
 *
 * Each round times, over all files: cmark-gfm alone, with the extensions and options of runbook/document.c;
 * the whole reading, as the server does it (structure, class of every command, all lists), and the policy of
 * each procedure (which level, and the schedule that follows). The ratio is taken within a round, and of the
 * time on the processor, since machines are noisy; the median of the rounds counts. Then, by the same clock:
 * one alert against a library of 1,500 pages, made of the files under other names. Then the memory of one
 * document against its size. */
#include <cmark-gfm-core-extensions.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "runbook/library.h"
#include "runbook/policy.h"

enum {
    ROUNDS_DEFAULT = 7,
    LIBRARY_PAGES = 1500,
    ALERTS = 2000,
    DOUBLINGS = 4,
    SPARE_HEAP_BYTES = 8 * 1024 * 1024
};

struct files {
    const struct folder_file **at;
    size_t n, n_bytes, capacity;
};

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double part_of(double *values, size_t n, double part)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return values[(size_t)((double)(n - 1) * part)];
}

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

/* What other programs take of the machine is not in it. */
static double processor_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cmark_seconds(const struct files *files)
{
    static const char *const extensions[] = {"table", "strikethrough", "tasklist"};
    double start = processor_seconds();
    for (size_t i = 0; i < files->n; i++) {
        cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_SOURCEPOS);
        for (size_t k = 0; k < sizeof extensions / sizeof *extensions; k++)
            cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[k]));
        cmark_parser_feed(parser, files->at[i]->bytes, files->at[i]->n_bytes);
        cmark_node_free(cmark_parser_finish(parser));
        cmark_parser_free(parser);
    }
    return processor_seconds() - start;
}

static void policy_of(struct arena *arena, const struct runbook *runbook)
{
    list_each (procedure, &runbook->procedures) {
        struct match_query query = {.alertname = procedure->title};
        severity_choose(arena, runbook, procedure, &query);
    }
}

static double reading_seconds(const struct files *files)
{
    double start = processor_seconds();
    for (size_t i = 0; i < files->n; i++) {
        scoped_arena struct arena *arena = arena_new();
        policy_of(arena, runbook_read(arena, files->at[i]->path, files->at[i]->bytes, files->at[i]->n_bytes));
    }
    return processor_seconds() - start;
}

static void report_reading(const struct files *files, size_t n_rounds)
{
    scoped_heap double *bare = heap_alloc(n_rounds * sizeof *bare);
    scoped_heap double *whole = heap_alloc(n_rounds * sizeof *whole);
    scoped_heap double *ratio = heap_alloc(n_rounds * sizeof *ratio);
    double megabytes = (double)files->n_bytes / 1e6;
    reading_seconds(files); /* rule tables are made once a process */
    for (size_t i = 0; i < n_rounds; i++) {
        double a = cmark_seconds(files), b = reading_seconds(files);
        bare[i] = megabytes / a;
        whole[i] = megabytes / b;
        ratio[i] = b / a;
        printf("round %zu: cmark-gfm %.1f MB/s, reading %.1f MB/s, ratio %.2f\n", i + 1, bare[i], whole[i],
               ratio[i]);
    }
    printf("%zu files, %.2f MB; medians: cmark-gfm %.1f MB/s, reading %.1f MB/s, ratio %.2f\n", files->n,
           megabytes, part_of(bare, n_rounds, 0.5), part_of(whole, n_rounds, 0.5),
           part_of(ratio, n_rounds, 0.5));
}

/* The files again and again under other names until there are enough. */
static struct folder folder_of(struct arena *arena, const struct files *files)
{
    struct folder folder = {.files = arena_alloc(arena, LIBRARY_PAGES * sizeof *folder.files)};
    for (; folder.n_files < LIBRARY_PAGES; folder.n_files++) {
        const struct folder_file *file = files->at[folder.n_files % files->n];
        folder.files[folder.n_files] = *file;
        folder.files[folder.n_files].path =
            arena_printf(arena, "copy%zu/%s", folder.n_files / files->n, file->path);
    }
    return folder;
}

/* "Pod is crash looping" -> "PodIsCrashLooping" */
static const char *alert_name_of(struct arena *arena, const char *title)
{
    char *name = arena_alloc(arena, strlen(title) + 1);
    size_t n = 0;
    bool starts = true;
    for (; *title; title++) {
        bool letter = (*title >= 'a' && *title <= 'z') || (*title >= 'A' && *title <= 'Z');
        if (letter)
            name[n++] = (char)(starts && *title >= 'a' ? *title - 'a' + 'A' : *title);
        starts = !letter;
    }
    return name;
}

static void report_matching(const struct files *files)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_heap double *took_us = heap_alloc(ALERTS * sizeof *took_us);
    struct folder folder = folder_of(arena, files);
    int64_t start = now_us();
    struct library *library = library_new(&folder);
    double loading_s = (double)(now_us() - start) / 1e6;
    for (size_t i = 0; i < ALERTS; i++) {
        scoped_arena struct arena *scratch = arena_new();
        const struct runbook *page = library->runbooks[i * 7 % library->n_runbooks];
        struct match_query query = {.alertname =
                                        alert_name_of(scratch, page->title ? page->title : page->file)};
        struct match best, second;
        double begin = processor_seconds();
        match_alert(scratch, library, &query, &best, &second);
        took_us[i] = 1e6 * (processor_seconds() - begin);
    }
    printf("%zu pages loaded in %.2f s; one alert: median %.0f us, p99 %.0f us, worst %.0f us\n",
           library->n_runbooks, loading_s, part_of(took_us, ALERTS, 0.5), part_of(took_us, ALERTS, 0.99),
           part_of(took_us, ALERTS, 1));
    library_free(library);
}

/* All files as one document, twice as many each time. */
static void report_memory(const struct files *files)
{
    for (size_t part = 1u << DOUBLINGS; part > 0; part /= 2) {
        scoped_arena struct arena *arena = arena_new();
        scoped_buf struct buf text = {0};
        for (size_t i = 0; i < files->n / part; i++)
            buf_add(&text, files->at[i]->bytes, files->at[i]->n_bytes);
        int64_t start = now_us();
        runbook_read(arena, "all.md", buf_text(&text), text.n_bytes);
        double s = (double)(now_us() - start) / 1e6, megabytes = (double)text.n_bytes / 1e6;
        printf("one document of %.2f MB: %.1f bytes of memory a byte, %.1f MB/s\n", megabytes,
               (double)arena_used_bytes(arena) / (double)text.n_bytes, megabytes / s);
    }
}

static int files_add(struct arena *arena, const char *path, struct files *files)
{
    struct folder folder;
    struct err err;
    if (folder_read(arena, path, &library_limits, &folder, &err) < 0) {
        fprintf(stderr, "bench_read: %s\n", err.text);
        return -1;
    }
    for (size_t i = 0; i < folder.n_files; i++) {
        *list_push(arena, files) = &folder.files[i];
        files->n_bytes += folder.files[i].n_bytes;
    }
    return 0;
}

int main(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct files files = {0};
    size_t n_rounds = ROUNDS_DEFAULT;
    bool reading_only = false;
    int first = 1;
    if (first + 1 < argc && strcmp(argv[first], "--rounds") == 0) {
        n_rounds = strtoul(argv[first + 1], NULL, 10);
        first += 2;
    }
    if (first < argc && strcmp(argv[first], "--reading") == 0) {
        reading_only = true;
        first++;
    }
    for (int i = first; i < argc; i++)
        if (files_add(arena, argv[i], &files) < 0)
            return 1;
    if (first >= argc && files_add(arena, "runbooks", &files) < 0)
        return 1;
    if (files.n == 0 || n_rounds == 0) {
        fprintf(stderr, "usage: bench_read [--rounds N] [--reading] [FOLDER...]\n");
        return 2;
    }
    cmark_gfm_core_extensions_ensure_registered();
    mallopt(M_TRIM_THRESHOLD, SPARE_HEAP_BYTES); /* as role/core.c does */
    mallopt(M_MMAP_THRESHOLD, 2 * SPARE_HEAP_BYTES);
    report_reading(&files, n_rounds);
    if (reading_only)
        return 0;
    report_matching(&files);
    report_memory(&files);
    return 0;
}
