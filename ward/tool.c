#include "ward/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"

static const struct {
    const char *name;
    void (*run)(struct call *call);
} tools[] = {
    {"docker", tool_docker},
    {"docker-compose", tool_docker_compose},
    {"kubectl", tool_kubectl},
};

const char *tool_name(size_t i)
{
    return i < sizeof tools / sizeof *tools ? tools[i].name : NULL;
}

enum { TOOL_FILE_BYTES = 1024 * 1024 };

void call_fail(struct call *call, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&call->err, format, ap);
    va_end(ap);
    buf_putc(&call->err, '\n');
    call->exit = 1;
}

void call_free(struct call *call)
{
    buf_free(&call->out);
    buf_free(&call->err);
}

const char *call_option(const struct call *call, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 1; i < call->n_words; i++) {
        const char *word = call->words[i];
        if (strcmp(word, "--") == 0)
            return NULL;
        if (strncmp(word, name, n) == 0 && word[n] == '=')
            return word + n + 1;
        if (strcmp(word, name) == 0 && i + 1 < call->n_words)
            return call->words[i + 1];
    }
    return NULL;
}

bool call_flag(const struct call *call, const char *name)
{
    for (size_t i = 1; i < call->n_words && strcmp(call->words[i], "--") != 0; i++)
        if (strcmp(call->words[i], name) == 0)
            return true;
    return false;
}

const char *call_word(const struct call *call, size_t n, const char *const *with_value)
{
    for (size_t i = 0; i < call->n_words; i++) {
        const char *word = call->words[i];
        if (strcmp(word, "--") == 0)
            return NULL;
        if (*word != '-' && n-- == 0)
            return word;
        for (const char *const *option = with_value; *word == '-' && *option; option++)
            if (strcmp(word, *option) == 0) {
                i++;
                break;
            }
    }
    return NULL;
}

const char *call_file(struct call *call, const char *path, size_t *ret_n_bytes)
{
    const char *const folders[] = {call->folder, call->tree};
    struct err err = {0};
    char *bytes;
    for (size_t i = 0; i < 2; i++) {
        const char *full = *path == '/' ? path : arena_printf(call->arena, "%s/%s", folders[i], path);
        if (file_read(call->arena, full, TOOL_FILE_BYTES, &bytes, ret_n_bytes, &err) == 0)
            return bytes;
    }
    call_fail(call, "error: %s", err.text);
    return NULL;
}

void call_log(struct call *call, const char *of, bool follow)
{
    const char *tail = call_option(call, "--tail"), *since = call_option(call, "--since");
    int64_t since_s = 0, since_us = call->cursor, now_us = clock_wall_us(clock_system());
    if (since && duration_parse(since, &since_s) == 0 && !since_us)
        since_us = now_us - since_s * US_PER_S;
    long n = tail ? strtol(tail, NULL, 10) : -1;
    buf_puts(&call->out,
             journal_text(call->arena, call->world, of, n < 0 ? JOURNAL_LINES : (size_t)n, since_us));
    call->again_s = follow ? 0.5 : 0;
    call->next_cursor = now_us;
}

/* ---- commands of the system's own file ---- */

/* "--tier={tier}" takes the end of the word. */
static bool word_fits(struct arena *arena, const char *pattern, const char *word, struct given *ret_given)
{
    const char *brace = strchr(pattern, '{');
    size_t n = brace ? (size_t)(brace - pattern) : 0;
    if (!brace)
        return strcmp(pattern, word) == 0;
    if (strncmp(pattern, word, n) != 0)
        return false;
    ret_given->name = arena_strndup(arena, brace + 1, strcspn(brace + 1, "}"));
    ret_given->text = word + n;
    return true;
}

static bool command_fits(const struct command *command, const struct call *call, size_t from,
                         struct given *given, size_t *ret_n_given)
{
    bool rest = command->n_words && strcmp(command->words[command->n_words - 1], "...") == 0;
    size_t n = command->n_words - rest;
    *ret_n_given = 0;
    if (rest ? call->n_words - from < n : call->n_words - from != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct given one = {0};
        if (!word_fits(call->arena, command->words[i], call->words[from + i], &one))
            return false;
        if (one.name)
            given[(*ret_n_given)++] = one;
    }
    return true;
}

/* Whether the system's file has an answer to the words from there on. */
static bool command_call(struct call *call, size_t from)
{
    struct given *given = arena_alloc(call->arena, (call->n_words + 1) * sizeof *given);
    struct scope scope = {.world = call->world, .given = given};
    struct err err;
    list_each (command, &call->world->commands) {
        if ((command->inside && from == 0) || !command_fits(command, call, from, given, &scope.n_given) ||
            (command->where && !value_true(formula_value(command->where, &scope))))
            continue;
        const char *text = output_text(call->arena, &command->out, &scope);
        call->exit = command->exit ? (int)value_number(formula_value(command->exit, &scope)) : 0;
        buf_puts(call->exit ? &call->err : &call->out, text);
        if (world_assign(&scope, &command->set, &err) < 0)
            call_fail(call, "%s", err.text);
        call->is_real = command->real;
        call->real = from;
        call->run = command->run;
        call->given = given;
        call->n_given = scope.n_given;
        return true;
    }
    return false;
}

void call_inside(struct call *call, size_t from)
{
    if (from >= call->n_words)
        call_fail(call, "error: you must specify at least one command for the container");
    else if (!command_call(call, from)) {
        call->is_real = true;
        call->real = from;
    }
}

void tool_call(struct call *call)
{
    if (command_call(call, 0))
        return;
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (strcmp(tools[i].name, call->words[0]) == 0) {
            tools[i].run(call);
            return;
        }
    scoped_buf struct buf words = {0};
    for (size_t i = 0; i < call->n_words; i++)
        buf_printf(&words, "%s%s", i ? " " : "", call->words[i]);
    call_fail(call, "%s: the ward of %s has no answer to this", buf_text(&words), call->world->name);
}
