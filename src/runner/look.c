#include "runner/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "runner/output.h"
#include "runner/program.h"

enum {
    LOOKS_AT_ONCE = 8, /* more wait */
    WAITING_MOST = 1000,
    COMMAND_OUTPUT_BYTES = 4096,
    DRIFT_OUTPUT_BYTES = 64 * 1024
};

struct look {
    struct look *next;
    struct looks *looks;
    char *check;
    int64_t number;
    bool is_drift;
    struct arena *arena;
    struct output *output;   /* of a command: redacted, both ends */
    struct buf raw;          /* of our own program */
    struct program *program; /* NULL: it waits */
};

struct looks {
    uv_loop_t *loop;
    struct launcher *launcher;
    const struct redact_rules *rules;
    void (*done)(void *context, const char *payload, size_t n_bytes);
    void *context;
    struct look *first; /* in order of arrival, running or waiting */
    size_t n, n_running;
};

static void looks_advance(struct looks *looks);

/* ---- the end of one ---- */

static void say(struct looks *looks, const char *check, int64_t number, int exit_code, const char *why,
                const char *output)
{
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    jw_begin_object(&w);
    jw_pair(&w, "check", check);
    jw_pair_int(&w, "look", number);
    jw_pair_int(&w, "exit", exit_code);
    jw_pair(&w, "why", why);
    jw_pair(&w, "output", output);
    jw_end_object(&w);
    looks->done(looks->context, text.at, text.n_bytes);
}

static void look_free(struct look *look)
{
    output_free(look->output);
    buf_free(&look->raw);
    arena_free(look->arena);
    free(look->check);
    free(look);
}

static void look_unlink(struct look *gone)
{
    struct look **at = &gone->looks->first;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    gone->looks->n--;
    gone->looks->n_running -= gone->program != NULL;
}

static void look_refuse(struct look *look, const char *why)
{
    look_unlink(look);
    say(look->looks, look->check, look->number, -1, why, "");
    look_free(look);
}

static void on_end(void *context, int exit_code, const char *why)
{
    struct look *look = context;
    struct looks *looks = look->looks;
    scoped_buf struct buf text = {0};
    bool cut = false;
    if (look->output)
        output_finish(look->output, &text, &cut);
    look_unlink(look);
    say(looks, look->check, look->number, exit_code, why,
        look->is_drift ? buf_text(&look->raw) : buf_text(&text));
    look_free(look);
    looks_advance(looks);
}

/* What is too long is read and thrown away, so that the program comes to its end. */
static void on_printed(void *context, const char *bytes, size_t n_bytes)
{
    struct look *look = context;
    if (look->output)
        output_add(look->output, bytes, n_bytes);
    else if (look->raw.n_bytes < DRIFT_OUTPUT_BYTES)
        buf_add(&look->raw, bytes, n_bytes);
}

static void look_try(struct look *look)
{
    struct looks *looks = look->looks;
    const struct program_hearer hearer = {on_printed, on_end, look};
    struct launched launched;
    const char *why = launcher_check(looks->launcher, look->arena, look->check, &launched);
    if (why) {
        look_refuse(look, why);
        return;
    }
    look->is_drift = launched.is_drift;
    if (!look->is_drift)
        look->output = output_new(COMMAND_OUTPUT_BYTES, looks->rules);
    look->program = program_hear(looks->loop, looks->launcher, &launched, &hearer);
    looks->n_running++;
}

static void looks_advance(struct looks *looks)
{
    for (struct look *look = looks->first, *next; look && looks->n_running < LOOKS_AT_ONCE; look = next) {
        next = look->next;
        if (!look->program)
            look_try(look);
    }
}

static bool is_under_way(const struct looks *looks, const char *check)
{
    for (const struct look *look = looks->first; look; look = look->next)
        if (strcmp(look->check, check) == 0)
            return true;
    return false;
}

void looks_order(struct looks *looks, struct json order)
{
    const char *check = json_text(json_get(order, "check"), NULL);
    int64_t number = json_int(json_get(order, "look"), 0);
    if (!check) {
        log_event(LOG_ERROR, "frame.refused", "from=core error=\"a look without its check\"");
        return;
    }
    if (looks->n >= WAITING_MOST || is_under_way(looks, check)) {
        say(looks, check, number, -1,
            looks->n >= WAITING_MOST ? "too many wait" : "the look before it has not ended", "");
        return;
    }
    struct look *look = heap_alloc(sizeof *look);
    look->looks = looks;
    look->check = heap_strdup(check);
    look->number = number;
    look->arena = arena_new();
    struct look **end = &looks->first;
    while (*end)
        end = &(*end)->next;
    *end = look;
    looks->n++;
    looks_advance(looks);
}

struct looks *looks_new(uv_loop_t *loop, struct launcher *launcher, const struct redact_rules *rules,
                        void (*done)(void *context, const char *payload, size_t n_bytes), void *context)
{
    struct looks *looks = heap_alloc(sizeof *looks);
    looks->loop = loop;
    looks->launcher = launcher;
    looks->rules = rules;
    looks->done = done;
    looks->context = context;
    return looks;
}

void looks_free(struct looks *looks)
{
    if (!looks)
        return;
    for (struct look *look = looks->first, *next; look; look = next) {
        next = look->next;
        if (look->program)
            program_stop(look->program);
        look_free(look);
    }
    free(looks);
}
