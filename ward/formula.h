/* Formulas of a system file: what a number or text of the ward depends on.
 *
 *     = load_rps / (replicas * 40) * (image == 'v42' ? 3 : 1)
 *
 * A value is a number or a text. Names are fields: "container.api.state" of any thing, "state" alone of the
 * thing itself or else of the system; "$user" is what a command or request gave. A name may hold '-', so
 * minus has blanks around it. Operators, loosest first: ? :, or, and, not, == != < <= > >=, + -, * /, sign.
 * '+' joins when one side is a text; anything not 0 and not '' is true. Functions are the table in
 * formula_value.c. What is unknown counts as 0 and is reported once (world_complaint): a drill that hits it
 * fails. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct world;
struct thing;

struct value {
    const char *text; /* NULL: a number */
    double number;
};

/* What "$name" stands for, in a command or request. */
struct given {
    const char *name, *text;
};

struct scope {
    struct world *world;
    const struct thing *self; /* or NULL */
    const struct given *given;
    size_t n_given;
};

enum formula_kind {
    FORMULA_CONSTANT,
    FORMULA_NAME,
    FORMULA_GIVEN,
    FORMULA_CALL,
    FORMULA_OPERATOR, /* with one or two arguments */
    FORMULA_CHOICE,   /* condition, then, else */
};

enum { FORMULA_ARGUMENTS = 4, FORMULA_DEPTH = 64, FORMULA_BYTES = 4096 };

struct formula {
    enum formula_kind kind;
    const char *name; /* of a field, of what is given, of a function, the operator */
    struct value constant;
    const struct formula *arguments[FORMULA_ARGUMENTS];
    int n_arguments;
};

/* -1 with what is wrong and where: bad syntax, too long, too deep. In the arena. */
int formula_parse(struct arena *arena, const char *text, const struct formula **ret_formula, struct err *err);

/* Texts are good until the world ends. */
struct value formula_value(const struct formula *formula, const struct scope *scope);

bool value_true(struct value value);
double value_number(struct value value); /* of a text: what it reads as, else 0 */
/* In the arena: whole numbers without a point, others with up to four digits. */
const char *value_text(struct arena *arena, struct value value);

/* A text with ${formula} in it. -1: a formula in it is wrong. In the arena. */
struct template_part {
    const char *text;              /* before the formula; never NULL */
    const struct formula *formula; /* NULL: the end */
};
int template_parse(struct arena *arena, const char *text, const struct template_part **ret_parts,
                   struct err *err);
const char *template_text(struct arena *arena, const struct template_part *parts, const struct scope *scope);
