/* Speed of the redactor on ordinary logs, generated ones or those of a FILE, beside what memory gives
 * (memcpy) and what the same patterns cost when each of a few is simply looked for everywhere (PCRE2 with
 * JIT). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/must.h"
#include "runner/redact.h"
#include "runner/redact_logs_priv.h"

enum { CORPUS_BYTES = 16 << 20, PIECE_BYTES = 64 * 1024, ROUNDS = 5 };

static char *copy;
static size_t copied;

static void keep(void *context, const char *bytes, size_t n_bytes)
{
    (void)context;
    must(copied + n_bytes <= 2u * CORPUS_BYTES);
    memcpy(copy + copied, bytes, n_bytes);
    copied += n_bytes;
}

/* Of this thread: what else the machine does is left out. */
static int64_t cpu_us(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double best_mb_s(void (*work)(const struct buf *, void *), const struct buf *corpus, void *context)
{
    int64_t best_us = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t from_us = cpu_us();
        copied = 0;
        work(corpus, context);
        int64_t took_us = cpu_us() - from_us;
        best_us = took_us < best_us ? took_us : best_us;
    }
    return (double)corpus->n_bytes / (double)(best_us ? best_us : 1);
}

static void redact_all(const struct buf *corpus, void *rules)
{
    struct redactor *redactor = redactor_new(rules, keep, NULL);
    for (size_t at = 0; at < corpus->n_bytes; at += PIECE_BYTES)
        redactor_add(redactor, corpus->at + at,
                     corpus->n_bytes - at < PIECE_BYTES ? corpus->n_bytes - at : PIECE_BYTES);
    redactor_finish(redactor);
    redactor_free(redactor);
}

static void copy_all(const struct buf *corpus, void *context)
{
    (void)context;
    keep(NULL, corpus->at, corpus->n_bytes);
}

static void search_all(const struct buf *corpus, void *patterns)
{
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    for (pcre2_code **code = patterns; *code; code++) {
        size_t at = 0;
        while (at < corpus->n_bytes &&
               pcre2_match(*code, (PCRE2_SPTR)corpus->at, corpus->n_bytes, at, 0, match, NULL) >= 0)
            at = pcre2_get_ovector_pointer(match)[1] + 1;
    }
    pcre2_match_data_free(match);
}

/* Of the file so much as there is room for. */
static void corpus_read(const char *path, struct buf *out)
{
    char piece[PIECE_BYTES];
    FILE *file = fopen(path, "re");
    must(file);
    for (size_t n = 1; n && out->n_bytes < CORPUS_BYTES;) {
        n = fread(piece, 1, sizeof piece, file);
        buf_add(out, piece, n);
    }
    fclose(file);
}

int main(int n_arguments, char **arguments)
{
    static const char *const texts[] = {"(?i)(?:password|token|secret)\\s*[:=]\\s*\\S+",
                                        "\\b\\d{3}-\\d{2}-\\d{4}\\b", "[\\w.+-]+@[\\w-]+\\.[\\w.]+",
                                        "\\b(?:\\d[ -]?){13,19}\\b"};
    pcre2_code *patterns[5] = {0};
    struct redact_rules *rules;
    struct err err;
    struct buf corpus = {0};
    for (size_t i = 0; i < 4; i++) {
        int error;
        size_t at;
        patterns[i] = pcre2_compile((PCRE2_SPTR)texts[i], PCRE2_ZERO_TERMINATED, 0, &error, &at, NULL);
        must(patterns[i]);
        pcre2_jit_compile(patterns[i], PCRE2_JIT_COMPLETE);
    }
    if (redact_rules_read(NULL, &rules, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (n_arguments > 1)
        corpus_read(arguments[1], &corpus);
    else
        logs_make(&corpus, 88172645463325252, CORPUS_BYTES);
    copy = heap_alloc(2u * CORPUS_BYTES);
    memset(copy, 1, 2u * CORPUS_BYTES);
    printf("memcpy                  %8.0f MB/s a core\n", best_mb_s(copy_all, &corpus, NULL));
    printf("redactor, all rules     %8.0f MB/s a core\n", best_mb_s(redact_all, &corpus, rules));
    printf("four bare patterns      %8.0f MB/s a core\n", best_mb_s(search_all, &corpus, patterns));
    for (size_t i = 0; i < 4; i++)
        pcre2_code_free(patterns[i]);
    free(copy);
    buf_free(&corpus);
    redact_rules_free(rules);
    return 0;
}
