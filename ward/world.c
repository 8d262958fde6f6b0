#include "ward/world.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void world_lock(struct world *world)
{
    pthread_mutex_lock(&lock);
    arena_reset(world->scratch);
}

void world_unlock(struct world *world)
{
    (void)world;
    pthread_mutex_unlock(&lock);
}

void world_complain(struct world *world, const char *format, ...)
{
    if (*world->complaint)
        return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(world->complaint, sizeof world->complaint, format, ap);
    va_end(ap);
}

const char *world_intern(struct world *world, const char *text)
{
    size_t n_bytes = strlen(text);
    char *known = map_get(world->texts, text, n_bytes + 1);
    if (!known) {
        known = arena_strdup(world->arena, text);
        map_put(world->texts, text, n_bytes + 1, known);
    }
    return known;
}

/* ---- things ---- */

static struct thing *thing_find(struct world *world, const char *kind, size_t kind_bytes, const char *name)
{
    list_each (thing, &world->things)
        if (strncmp(thing->kind, kind, kind_bytes) == 0 && thing->kind[kind_bytes] == '\0' &&
            strcmp(thing->name, name) == 0)
            return thing;
    return NULL;
}

struct thing *world_thing(struct world *world, const char *kind, const char *name)
{
    return thing_find(world, kind, strlen(kind), name);
}

struct field *thing_field(const struct thing *thing, const char *name)
{
    list_each (field, &thing->fields)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

bool thing_has(const struct thing *thing, const char *name)
{
    return thing_field(thing, name) != NULL;
}

struct value thing_value(struct world *world, const struct thing *thing, const char *name)
{
    const struct field *field = thing_field(thing, name);
    struct scope scope = {.world = world, .self = thing};
    if (!field)
        return (struct value){.text = ""};
    return field->formula ? formula_value(field->formula, &scope) : field->value;
}

double thing_number(struct world *world, const struct thing *thing, const char *name)
{
    return value_number(thing_value(world, thing, name));
}

const char *thing_text(struct world *world, const struct thing *thing, const char *name)
{
    return value_text(world->scratch, thing_value(world, thing, name));
}

void thing_set(struct world *world, struct thing *thing, const char *name, struct value value)
{
    struct field *field = thing_field(thing, name);
    if (!field) {
        field = list_push(world->arena, &thing->fields);
        field->name = world_intern(world, name);
    }
    field->formula = NULL;
    field->value = value.text ? (struct value){.text = world_intern(world, value.text)} : value;
}

void thing_start(struct world *world, struct thing *thing)
{
    struct scope scope = {.world = world, .self = thing};
    struct err err;
    thing_set(world, thing, "started", (struct value){.number = world->now_s});
    if (world_assign(&scope, &thing->on_start, &err) < 0)
        world_complain(world, "%s", err.text);
}

/* "kind.name.field": the name itself may hold points. */
static struct thing *path_thing(struct world *world, const char *path, const char **ret_field)
{
    const char *first = strchr(path, '.'), *last = strrchr(path, '.');
    if (!first || first == last)
        return NULL;
    char name[256];
    if (last - first > (ptrdiff_t)sizeof name)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)(last - first - 1), first + 1);
    *ret_field = last + 1;
    return thing_find(world, path, (size_t)(first - path), name);
}

struct field *world_field(struct world *world, const struct thing *self, const char *name,
                          const struct thing **ret_thing)
{
    const char *field_name = name;
    const struct thing *thing = path_thing(world, name, &field_name);
    struct field *field = thing ? thing_field(thing, field_name) : NULL;
    if (!thing && self) {
        thing = self;
        field = thing_field(self, name);
    }
    if (!field && (thing = world_thing(world, "system", "")))
        field = thing_field(thing, name);
    *ret_thing = thing;
    return field;
}

/* ---- setting ---- */

/* "user.$user_id.state" with what is given in place of the names. */
static const char *path_fill(struct scope *scope, const char *path)
{
    scoped_buf struct buf out = {0};
    for (; *path; path++) {
        size_t n = *path == '$' ? strspn(path + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
        if (n == 0) {
            buf_putc(&out, *path);
            continue;
        }
        for (size_t i = 0; i < scope->n_given; i++)
            if (strlen(scope->given[i].name) == n && strncmp(scope->given[i].name, path + 1, n) == 0)
                buf_puts(&out, scope->given[i].text);
        path += n;
    }
    return arena_strdup(scope->world->scratch, buf_text(&out));
}

static int assign(struct scope *scope, const char *path, struct value value, struct err *err)
{
    const char *name = path_fill(scope, path), *field = name;
    struct thing *thing = path_thing(scope->world, name, &field);
    if (!thing && !strchr(name, '.')) {
        thing = scope->self && thing_has(scope->self, name)
                    ? world_thing(scope->world, scope->self->kind, scope->self->name)
                    : world_thing(scope->world, "system", "");
        field = name;
    }
    if (!thing)
        return err_set(err, "there is no %s in %s", name, scope->world->name);
    if (strcmp(field, "started") == 0)
        thing_start(scope->world, thing);
    else
        thing_set(scope->world, thing, field, value);
    return 0;
}

int world_assign(struct scope *scope, const struct assignments *assignments, struct err *err)
{
    struct value *values = arena_alloc(scope->world->scratch, (assignments->n + 1) * sizeof *values);
    for (size_t i = 0; i < assignments->n; i++)
        values[i] = formula_value(assignments->at[i].formula, scope);
    for (size_t i = 0; i < assignments->n; i++)
        if (assign(scope, assignments->at[i].name, values[i], err) < 0)
            return -1;
    return 0;
}

const char *output_text(struct arena *arena, const struct output *output, struct scope *scope)
{
    scoped_buf struct buf text = {0};
    for (size_t i = 0; i < output->n; i++) {
        const struct output_part *part = &output->at[i];
        struct scope inner = *scope;
        if (!part->each && (!part->where || value_true(formula_value(part->where, scope))))
            buf_puts(&text, template_text(arena, part->line, scope));
        if (part->each)
            list_each (thing, &scope->world->things) {
                inner.self = thing;
                if (strcmp(thing->kind, part->each) == 0 &&
                    (!part->where || value_true(formula_value(part->where, &inner))))
                    buf_puts(&text, template_text(arena, part->line, &inner));
            }
    }
    return arena_strndup(arena, buf_text(&text), text.n_bytes);
}

/* ---- time ---- */

static void grow(struct world *world, double passed_s)
{
    list_each (thing, &world->things)
        list_each (field, &thing->fields)
            if (field->per_s) {
                struct scope scope = {.world = world, .self = thing};
                double value =
                    value_number(field->value) + value_number(formula_value(field->per_s, &scope)) * passed_s;
                field->value = (struct value){.number = value > 0 ? value : 0};
            }
}

static void write_logs(struct world *world)
{
    list_each (rule, &world->log_rules) {
        struct scope scope = {.world = world};
        if (world->now_s - rule->last_s < rule->every_s || !value_true(formula_value(rule->when, &scope)))
            continue;
        rule->last_s = world->now_s;
        journal_add(world, rule->of, template_text(world->scratch, rule->line, &scope));
    }
}

void world_tick(struct world *world, double now_s)
{
    double passed_s = now_s - world->now_s;
    world->now_s = now_s;
    grow(world, passed_s > 0 ? passed_s : 0);
    write_logs(world);
}

/* ---- logs ---- */

void journal_add(struct world *world, const char *of, const char *text)
{
    if (world->journal.n >= JOURNAL_LINES) /* the older half goes */
        memmove(world->journal.at, world->journal.at + JOURNAL_LINES / 2,
                (world->journal.n -= JOURNAL_LINES / 2) * sizeof *world->journal.at);
    struct journal_line *line = list_push(world->arena, &world->journal);
    line->of = world_intern(world, of);
    line->text = world_intern(world, text);
    line->at_us = clock_wall_us(clock_system());
}

const char *journal_text(struct arena *arena, struct world *world, const char *of, size_t n, int64_t since_us)
{
    scoped_buf struct buf text = {0};
    size_t first = world->journal.n;
    while (first > 0 && n > 0 && world->journal.at[first - 1].at_us >= since_us)
        n -= strcmp(world->journal.at[--first].of, of) == 0;
    for (size_t i = first; i < world->journal.n; i++) {
        char at[TIME_TEXT_BYTES];
        const struct journal_line *line = &world->journal.at[i];
        time_format_rfc3339(line->at_us, at);
        if (strcmp(line->of, of) == 0)
            buf_printf(&text, "%s %s\n", at, line->text);
    }
    return arena_strndup(arena, buf_text(&text), text.n_bytes);
}

void world_free(struct world *world)
{
    if (!world)
        return;
    map_free(world->texts);
    arena_free(world->scratch);
    arena_free(world->arena);
    __builtin_free(world);
}
