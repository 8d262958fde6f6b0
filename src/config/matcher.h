/* Matchers in Alertmanager's own notation: severity="critical", service!=api, pod=~"a-.*", "a name"="x". A
 * label that an alert has not counts as empty; expressions match the whole value (alertmanager, pkg/labels).
 * Filters of the API, silences and inhibition rules are made of them.
 *
 * A matcher with an expression holds scratch memory: one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct expression;

struct matcher {
    char *name, *value;
    bool negative;
    struct expression *expression; /* NULL: equality */
};

enum { MATCHERS_LIMIT = 64, MATCHER_NAME_BYTES = 256, MATCHER_VALUE_BYTES = 4096, EXPRESSION_BYTES = 1024 };

struct matchers {
    struct matcher **at;
    size_t n;
};

/* "NAME OP VALUE", the value bare or in double quotes. -1: not a matcher; err says why. */
int matcher_parse(const char *text, struct matcher **ret_matcher, struct err *err);
/* From its parts, as a silence in JSON has them. */
int matcher_of_parts(const char *name, const char *value, bool is_expression, bool negative,
                     struct matcher **ret_matcher, struct err *err);
/* name =~ expression. */
int matcher_of_expression(const char *name, const char *expression, struct matcher **ret_matcher,
                          struct err *err);
void matcher_free(struct matcher *matcher); /* NULL is allowed */

/* One or several with commas between, in braces or not: {a="b",c=~"d"}. Adds to the list; -1 leaves it as it
 * was. */
int matchers_parse(const char *text, struct matchers *matchers, struct err *err);
void matchers_add(struct matchers *matchers, struct matcher *matcher); /* which is the list's from now on */
void matchers_free(struct matchers *matchers);

/* Writes name="value" so that matcher_parse() reads the same again; matchers with commas, in braces. */
void matcher_print(const struct matcher *matcher, struct buf *out);
void matchers_print(const struct matchers *matchers, struct buf *out);
/* As a list of Alertmanager's API: [{"isEqual","isRegex","name","value"}] */
void matchers_write(struct json_writer *w, const struct matchers *matchers);
/* Say the same, in the same words. */
bool matcher_equal(const struct matcher *a, const struct matcher *b);
bool matchers_equal(const struct matchers *a, const struct matchers *b);

bool matcher_fits_value(const struct matcher *matcher, const char *value);
/* An expression took more steps than are allowed: the answers since are not to be trusted. */
bool matcher_gave_up(const struct matcher *matcher);
/* Fits every value there is, as far as can be known without trying all. */
bool matcher_is_open(const struct matcher *matcher);

/* Labels as an alert keeps them: name NUL value NUL, n_labels times. The value of that name, or "". */
const char *packed_label(const char *packed, size_t n_labels, const char *name);
bool matchers_fit(const struct matchers *matchers, const char *packed, size_t n_labels);
