/* A body of the type application/x-www-form-urlencoded, as Slack and Twilio post it. */
#pragma once

#include "base/arena.h"

struct form_pair {
    const char *name, *value; /* decoded; without NUL bytes */
};
struct form {
    struct form_pair *at;
    size_t n, capacity;
};

/* In the order of the body; at most 200 pairs. */
void form_read(struct arena *arena, const char *body, size_t n_bytes, struct form *ret_form);
/* The first of that name; "" when there is none. */
const char *form_value(const struct form *form, const char *name);
