#include "runner/page_program.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "runner/output.h"
#include "runner/program.h"

enum {
    AT_ONCE = 64, /* of all programs; who asks has few at once for each */
    OUTPUT_BYTES = 2048,
    READ_BYTES = 64 * 1024 /* what comes after is thrown away: it is a reason that is wanted */
};

struct page_run {
    struct page_run *next;
    struct page_programs *programs;
    int64_t delivery, attempt;
    struct output *output;
    size_t n_printed;
    struct program *program;
};

struct page_programs {
    uv_loop_t *loop;
    struct launcher *launcher;
    const struct redact_rules *rules;
    void (*done)(void *context, const char *payload, size_t n_bytes);
    void *context;
    struct page_run *first;
    size_t n;
};

struct page_end {
    int exit_code;
    bool refused;
    const char *why, *output;
};

static void say(const struct page_programs *programs, int64_t delivery, int64_t attempt,
                const struct page_end *end)
{
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    jw_begin_object(&w);
    jw_pair_int(&w, "delivery", delivery);
    jw_pair_int(&w, "attempt", attempt);
    jw_pair_int(&w, "exit", end->exit_code);
    jw_pair_bool(&w, "refused", end->refused);
    jw_pair(&w, "why", end->why);
    jw_pair(&w, "output", end->output);
    jw_end_object(&w);
    programs->done(programs->context, text.at, text.n_bytes);
}

static void run_free(struct page_run *run)
{
    output_free(run->output);
    free(run);
}

static void run_unlink(const struct page_run *run)
{
    struct page_run **at = &run->programs->first;
    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    run->programs->n--;
}

static void on_end(void *context, int exit_code, const char *why)
{
    struct page_run *run = context;
    scoped_buf struct buf text = {0};
    bool cut;
    output_finish(run->output, &text, &cut);
    const struct page_end end = {.exit_code = exit_code, .why = why, .output = buf_text(&text)};
    run_unlink(run);
    say(run->programs, run->delivery, run->attempt, &end);
    run_free(run);
}

static void on_printed(void *context, const char *bytes, size_t n_bytes)
{
    struct page_run *run = context;
    if (run->n_printed < READ_BYTES)
        output_add(run->output, bytes, n_bytes);
    run->n_printed += n_bytes;
}

static void run_begin(struct page_programs *programs, int64_t delivery, int64_t attempt,
                      const struct launched *launched)
{
    struct page_run *run = heap_alloc(sizeof *run);
    const struct program_hearer hearer = {on_printed, on_end, run};
    *run = (struct page_run){.next = programs->first,
                             .programs = programs,
                             .delivery = delivery,
                             .attempt = attempt,
                             .output = output_new(OUTPUT_BYTES, programs->rules)};
    run->program = program_hear(programs->loop, programs->launcher, launched, &hearer);
    programs->first = run;
    programs->n++;
}

void page_programs_order(struct page_programs *programs, struct json order)
{
    const char *name = json_text(json_get(order, "program"), NULL);
    const char *page = json_text(json_get(order, "page"), NULL);
    int64_t delivery = json_int(json_get(order, "delivery"), -1);
    int64_t attempt = json_int(json_get(order, "attempt"), -1);
    struct page_end end = {.exit_code = -1, .output = ""};
    struct launched launched;
    if (!name || !page || delivery < 0 || attempt < 0) {
        log_event(LOG_ERROR, "frame.refused", "from=core error=\"a page for a program lacks a field\"");
        return;
    }
    scoped_arena struct arena *arena = arena_new();
    if (programs->n >= AT_ONCE) {
        end.why = "too many programs are at work";
    } else {
        end.why = launcher_page(programs->launcher, arena, name, page, &launched);
        end.refused = end.why && launched.is_unknown;
    }
    if (end.why)
        say(programs, delivery, attempt, &end);
    else
        run_begin(programs, delivery, attempt, &launched);
}

struct page_programs *page_programs_new(uv_loop_t *loop, struct launcher *launcher,
                                        const struct redact_rules *rules,
                                        void (*done)(void *context, const char *payload, size_t n_bytes),
                                        void *context)
{
    struct page_programs *programs = heap_alloc(sizeof *programs);
    programs->loop = loop;
    programs->launcher = launcher;
    programs->rules = rules;
    programs->done = done;
    programs->context = context;
    return programs;
}

void page_programs_free(struct page_programs *programs)
{
    if (!programs)
        return;
    for (struct page_run *run = programs->first, *next; run; run = next) {
        next = run->next;
        program_stop(run->program);
        run_free(run);
    }
    free(programs);
}
