#include "runner/page_program.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "loop/sandbox_child.h"
#include "runner/output.h"
#include "runner/program.h"
#include "runner/shell.h"

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
    const struct redact_rules *rules;
    const struct config *(*config)(void *context);
    void *config_context;
    struct sandbox_child *sandbox;
    void (*done)(void *context, const char *payload, size_t n_bytes);
    void *context;
    struct arena *arena;
    const char *const *environment;
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

static int run_begin(struct page_programs *programs, const struct config_program *program, int64_t delivery,
                     int64_t attempt, const char *page, struct err *err)
{
    struct sandbox_child *sandbox = program->confine ? programs->sandbox : NULL;
    struct page_run *run = heap_alloc(sizeof *run);
    const struct program_order order = {.command = program->run,
                                        .input = page,
                                        .environment = programs->environment,
                                        .time_s = program->timeout_s,
                                        .sandbox = sandbox,
                                        .printed = on_printed,
                                        .done = on_end,
                                        .context = run};
    if (sandbox)
        sandbox_child_renew(sandbox);
    if (program_start(programs->loop, &order, &run->program, err) < 0) {
        free(run);
        return -1;
    }
    run->programs = programs;
    run->delivery = delivery;
    run->attempt = attempt;
    run->output = output_new(OUTPUT_BYTES, programs->rules);
    run->next = programs->first;
    programs->first = run;
    programs->n++;
    return 0;
}

void page_programs_order(struct page_programs *programs, struct json order)
{
    const char *name = json_text(json_get(order, "program"), NULL);
    const char *page = json_text(json_get(order, "page"), NULL);
    int64_t delivery = json_int(json_get(order, "delivery"), -1);
    int64_t attempt = json_int(json_get(order, "attempt"), -1);
    struct page_end end = {.exit_code = -1, .output = ""};
    struct err err;
    if (!name || !page || delivery < 0 || attempt < 0) {
        log_event(LOG_ERROR, "frame.refused", "from=core error=\"a page for a program lacks a field\"");
        return;
    }
    const struct config *config = programs->config(programs->config_context);
    const struct config_program *program = config ? config_program(config, name) : NULL;
    if (!config)
        end.why = "the configuration file has errors, and nothing is run by an older one";
    else if (!program) {
        end.why = "the runner knows no such program; its configuration is another one";
        end.refused = true;
    } else if (programs->n >= AT_ONCE)
        end.why = "too many programs are at work";
    else if (run_begin(programs, program, delivery, attempt, page, &err) < 0)
        end.why = err.text;
    if (end.why)
        say(programs, delivery, attempt, &end);
}

struct page_programs *page_programs_new(uv_loop_t *loop, const struct redact_rules *rules,
                                        const struct config *(*config)(void *context), void *config_context,
                                        struct sandbox_child *sandbox,
                                        void (*done)(void *context, const char *payload, size_t n_bytes),
                                        void *context)
{
    struct page_programs *programs = heap_alloc(sizeof *programs);
    programs->loop = loop;
    programs->rules = rules;
    programs->config = config;
    programs->config_context = config_context;
    programs->sandbox = sandbox;
    programs->done = done;
    programs->context = context;
    programs->arena = arena_new();
    programs->environment = shell_environment(programs->arena, false);
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
    arena_free(programs->arena);
    free(programs);
}
