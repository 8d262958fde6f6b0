/* YAML text as a tree of nodes that know their lines, with bounds on depth and size.
 *
 * All scalars are text: what a key means decides how it is read, so `no`, `1e3` or `2026-03-02` are never
 * turned into something else on the way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node_entry {
    const struct node *key; /* NULL in a list */
    const struct node *value;
};

struct node {
    enum node_kind kind;
    int line;         /* from 1 */
    const char *text; /* of NODE_TEXT; never NULL, without NUL bytes */
    bool plain;       /* written without quotes: "~" and "" mean nothing then */
    LIST(struct node_entry) entries;
    size_t weight; /* nodes in it with aliases written out */
};

enum { YAML_DEPTH = 32, YAML_WEIGHT = 100000 };

/* 0 and the root (NULL for an empty document); -1 with the line and the message: bad syntax, not UTF-8, two
 * documents, deeper than YAML_DEPTH, larger than YAML_WEIGHT. Linear in n_bytes. */
int yaml_read(struct arena *arena, const char *bytes, size_t n_bytes, const struct node **ret_root,
              int *ret_line, struct err *err);

struct nodes {
    const struct node **at;
    size_t n;
    size_t capacity;
};
/* The same for a file of several documents; an empty one is NULL. */
int yaml_read_all(struct arena *arena, const char *bytes, size_t n_bytes, struct nodes *ret_roots,
                  int *ret_line, struct err *err);

/* The value of that key; NULL when there is none, or map is NULL or no map. */
const struct node *node_find(const struct node *map, const char *key);

/* Nothing given: "key:" or "key: ~". */
bool node_is_empty(const struct node *node);
