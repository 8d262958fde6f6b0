/* Matchers as Alertmanager's API takes them in filter=: severity="critical", service!=api, pod=~"a-.*". A
 * label that an alert has not counts as empty, expressions match the whole value (alertmanager, pkg/labels).
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/alert.h"

struct matcher;

/* "NAME OP VALUE", the value bare or in double quotes. -1: not a matcher; err says why. */
int matcher_parse(const char *text, struct matcher **ret_matcher, struct err *err);
/* name =~ expression. */
int matcher_of_expression(const char *name, const char *expression, struct matcher **ret_matcher,
                          struct err *err);
void matcher_free(struct matcher *matcher); /* NULL is allowed */

bool matcher_fits_value(struct matcher *matcher, const char *value);
bool matcher_fits(struct matcher *matcher, const struct label *labels, size_t n_labels);
/* An expression took more steps than are allowed: the answers since are not to be trusted. */
bool matcher_gave_up(const struct matcher *matcher);
