/* What formulas come to. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ward/world.h"

static struct value of_number(double number)
{
    return (struct value){.number = number};
}

bool value_true(struct value value)
{
    return value.text ? *value.text != '\0' : value.number != 0;
}

double value_number(struct value value)
{
    if (!value.text)
        return value.number;
    char *end;
    double number = strtod(value.text, &end);
    return end == value.text || !isfinite(number) ? 0 : number;
}

const char *value_text(struct arena *arena, struct value value)
{
    if (value.text)
        return value.text;
    if (fabs(value.number) < 1e15 && value.number == floor(value.number))
        return arena_printf(arena, "%.0f", value.number);
    return arena_printf(arena, "%.4g", value.number);
}

static struct value of_text(const struct scope *scope, const char *text)
{
    return (struct value){.text = world_intern(scope->world, text)};
}

/* ---- functions ---- */

static double argument(const struct formula *call, const struct scope *scope, int i)
{
    return i < call->n_arguments ? value_number(formula_value(call->arguments[i], scope)) : 0;
}

static struct value call_min(const struct formula *call, const struct scope *scope)
{
    return of_number(fmin(argument(call, scope, 0), argument(call, scope, 1)));
}

static struct value call_max(const struct formula *call, const struct scope *scope)
{
    return of_number(fmax(argument(call, scope, 0), argument(call, scope, 1)));
}

static struct value call_now(const struct formula *call, const struct scope *scope)
{
    (void)call;
    return of_number(scope->world->now_s);
}

static struct value call_age(const struct formula *call, const struct scope *scope)
{
    return of_number(scope->world->now_s - argument(call, scope, 0));
}

static struct value call_fixed(const struct formula *call, const struct scope *scope)
{
    char text[64];
    int digits = (int)fmax(0, fmin(9, argument(call, scope, 1)));
    snprintf(text, sizeof text, "%.*f", digits, argument(call, scope, 0));
    return of_text(scope, text);
}

static struct value call_floor(const struct formula *call, const struct scope *scope)
{
    return of_number(floor(argument(call, scope, 0)));
}

/* A column: the text and blanks up to the width. */
static struct value call_column(const struct formula *call, const struct scope *scope)
{
    const char *text = value_text(scope->world->scratch, formula_value(call->arguments[0], scope));
    return of_text(
        scope, arena_printf(scope->world->scratch, "%-*s", (int)fmin(200, argument(call, scope, 1)), text));
}

/* The wall time so many seconds ago. */
static struct value call_ago(const struct formula *call, const struct scope *scope)
{
    char text[TIME_TEXT_BYTES];
    double at_s = scope->world->now_s - argument(call, scope, 0);
    time_format_rfc3339(scope->world->begun_us + (int64_t)(at_s * 1e6), text);
    return of_text(scope, text);
}

static struct value total(const struct formula *call, const struct scope *scope, bool count)
{
    double sum = 0;
    struct scope inner = *scope;
    list_each (thing, &scope->world->things)
        if (call->arguments[0]->name && strcmp(thing->kind, call->arguments[0]->name) == 0) {
            inner.self = thing;
            struct value value = formula_value(call->arguments[1], &inner);
            sum += count ? value_true(value) : value_number(value);
        }
    return of_number(sum);
}

/* count(user, state == 'active'), sum(container, memory_mib): over all things of a kind. */
static struct value call_count(const struct formula *call, const struct scope *scope)
{
    return total(call, scope, true);
}

static struct value call_sum(const struct formula *call, const struct scope *scope)
{
    return total(call, scope, false);
}

static struct value call_contains(const struct formula *call, const struct scope *scope)
{
    struct arena *scratch = scope->world->scratch;
    const char *text = value_text(scratch, formula_value(call->arguments[0], scope));
    return of_number(strstr(text, value_text(scratch, formula_value(call->arguments[1], scope))) != NULL);
}

/* before('a=100', '=') is 'a'. */
static struct value call_before(const struct formula *call, const struct scope *scope)
{
    struct arena *scratch = scope->world->scratch;
    const char *text = value_text(scratch, formula_value(call->arguments[0], scope));
    const char *mark = strstr(text, value_text(scratch, formula_value(call->arguments[1], scope)));
    return of_text(scope, mark ? arena_strndup(scratch, text, (size_t)(mark - text)) : text);
}

/* Whether a thing is there: has('user', $user_id). */
static struct value call_has(const struct formula *call, const struct scope *scope)
{
    struct arena *scratch = scope->world->scratch;
    const char *kind = value_text(scratch, formula_value(call->arguments[0], scope));
    const char *name = value_text(scratch, formula_value(call->arguments[1], scope));
    return of_number(world_thing(scope->world, kind, name) != NULL);
}

/* get('user', $user_id, 'state'): a field of a thing whose name is only known now. */
static struct value call_get(const struct formula *call, const struct scope *scope)
{
    struct arena *scratch = scope->world->scratch;
    const char *kind = value_text(scratch, formula_value(call->arguments[0], scope));
    const char *name = value_text(scratch, formula_value(call->arguments[1], scope));
    const struct thing *thing = world_thing(scope->world, kind, name);
    const char *field = value_text(scratch, formula_value(call->arguments[2], scope));
    return thing ? thing_value(scope->world, thing, field) : of_text(scope, "");
}

static const struct {
    const char *name;
    int n_arguments;
    struct value (*call)(const struct formula *call, const struct scope *scope);
} functions[] = {
    {"min", 2, call_min},           {"max", 2, call_max},       {"now", 0, call_now},
    {"age", 1, call_age},           {"fixed", 2, call_fixed},   {"floor", 1, call_floor},
    {"ago", 1, call_ago},           {"column", 2, call_column}, {"count", 2, call_count},
    {"sum", 2, call_sum},           {"has", 2, call_has},       {"get", 3, call_get},
    {"contains", 2, call_contains}, {"before", 2, call_before},
};

static struct value value_of_call(const struct formula *call, const struct scope *scope)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, call->name) == 0 && functions[i].n_arguments == call->n_arguments)
            return functions[i].call(call, scope);
    world_complain(scope->world, "there is no function %s with %d arguments", call->name, call->n_arguments);
    return of_number(0);
}

/* ---- names and operators ---- */

static struct value value_of_name(const struct formula *formula, const struct scope *scope)
{
    struct scope inner = {.world = scope->world};
    const struct field *field = world_field(scope->world, scope->self, formula->name, &inner.self);
    if (!field && scope->self && strcmp(formula->name, "name") == 0)
        return of_text(scope, scope->self->name);
    if (!field) {
        world_complain(scope->world, "nothing is called %s", formula->name);
        return of_number(0);
    }
    if (!field->formula)
        return field->value;
    if (scope->world->depth >= FORMULA_DEPTH) {
        world_complain(scope->world, "%s depends on itself", formula->name);
        return of_number(0);
    }
    scope->world->depth++;
    struct value value = formula_value(field->formula, &inner);
    scope->world->depth--;
    return value;
}

static struct value value_of_given(const struct formula *formula, const struct scope *scope)
{
    for (size_t i = 0; i < scope->n_given; i++)
        if (strcmp(scope->given[i].name, formula->name) == 0)
            return of_text(scope, scope->given[i].text);
    return of_text(scope, "");
}

static int compare(const struct scope *scope, struct value left, struct value right)
{
    if (left.text || right.text) {
        struct arena *scratch = scope->world->scratch;
        return strcmp(value_text(scratch, left), value_text(scratch, right));
    }
    return (left.number > right.number) - (left.number < right.number);
}

static struct value both(const struct formula *formula, const struct scope *scope)
{
    const char *op = formula->name;
    struct value left = formula_value(formula->arguments[0], scope);
    bool logical = *op == 'a' || *op == 'o';
    if (logical && !scope->world->checking && value_true(left) == (*op == 'o'))
        return of_number(*op == 'o');
    struct value right = formula_value(formula->arguments[1], scope);
    struct arena *scratch = scope->world->scratch;
    double l = value_number(left), r = value_number(right);
    int order = strchr("=!<>", *op) ? compare(scope, left, right) : 0;
    switch (*op) {
    case '=':
        return of_number(order == 0);
    case '!':
        return of_number(order != 0);
    case '<':
        return of_number(op[1] ? order <= 0 : order < 0);
    case '>':
        return of_number(op[1] ? order >= 0 : order > 0);
    case '+':
        if (left.text || right.text)
            return of_text(
                scope, arena_printf(scratch, "%s%s", value_text(scratch, left), value_text(scratch, right)));
        return of_number(l + r);
    case '-':
        return of_number(l - r);
    case '*':
        return of_number(l * r);
    case '/':
        return of_number(r == 0 ? 0 : l / r);
    default:
        return of_number(value_true(right));
    }
}

struct value formula_value(const struct formula *formula, const struct scope *scope)
{
    switch (formula->kind) {
    case FORMULA_CONSTANT:
        return formula->constant;
    case FORMULA_NAME:
        return value_of_name(formula, scope);
    case FORMULA_GIVEN:
        return value_of_given(formula, scope);
    case FORMULA_CALL:
        return value_of_call(formula, scope);
    case FORMULA_CHOICE: {
        bool first = value_true(formula_value(formula->arguments[0], scope));
        if (scope->world->checking)
            formula_value(formula->arguments[first ? 2 : 1], scope);
        return formula_value(formula->arguments[first ? 1 : 2], scope);
    }
    case FORMULA_OPERATOR:
        if (formula->n_arguments == 2)
            return both(formula, scope);
        struct value value = formula_value(formula->arguments[0], scope);
        return of_number(*formula->name == '-' ? -value_number(value) : !value_true(value));
    }
    return of_number(0);
}
