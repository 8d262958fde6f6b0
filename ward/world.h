/* The simulated world of one system: things with fields, and nothing that knows which system it is.
 *
 *     things:
 *       deployment.api:              # kind and name
 *         replicas: 3                # a constant that commands change
 *         load: = 90 / replicas      # a formula, worked out whenever it is asked for
 *         served: {from: 0, per_s: "= 12"}   # grows with time
 *         on_start: {cache: cold}    # set when the thing is started or restarted
 *
 * Kinds that the stand-ins for kubectl, docker and docker-compose know are listed in ward/README.md; any
 * other kind may be made up. One lock for all of it (world_lock): requests, commands and the clock take
 * turns. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "ward/formula.h"

struct field {
    const char *name;
    struct value value;
    const struct formula *formula; /* NULL: value stands */
    const struct formula *per_s;   /* value grows by it; NULL: not */
};

/* "container.api.state: = formula"; the name may hold $names. */
struct assignment {
    const char *name;
    const struct formula *formula;
};
struct assignments {
    struct assignment *at;
    size_t n, capacity;
};

struct thing {
    const char *kind, *name;
    LIST(struct field) fields;
    struct assignments on_start;
};

/* A port of a host: while `up` is false nothing listens there. */
struct port {
    const char *host;
    int number;
    bool tls;
    bool real;                /* a real server listens there: the ward only gives the name */
    const struct formula *up; /* NULL: always */
};

struct output_part {
    const struct template_part *line;
    const char *each;            /* a line for each thing of that kind; NULL: once */
    const struct formula *where; /* or NULL */
};
struct output {
    struct output_part *at;
    size_t n, capacity;
};

struct endpoint {
    const char *method, *host, *path; /* a path that ends in '*' stands for all that begin so */
    int port;
    const struct formula *after_s, *status; /* NULL: 0, 200 */
    const char *type;
    struct output body;
    struct assignments set;
    const char *run; /* a shell command, after what is set; when it fails the status is 500. NULL: none */
};

/* What a program prints and does that no stand-in knows in general. Words are matched one by one; "{name}" in
 * a word takes what stands there, a last "..." the rest. */
struct command {
    const char **words;
    size_t n_words;
    struct output out;
    const struct formula *exit;  /* NULL: 0 */
    const struct formula *where; /* when false the command is passed over; NULL: never */
    struct assignments set;
    bool inside;     /* only in a pod or container: no stand-in has this name outside */
    bool real;       /* the real program runs, after what is set; nothing is printed here */
    const char *run; /* the same with this shell command, "$1" and on are what the words took; NULL: none */
};

/* While `when` holds, such a line is written every so many seconds, the first at once. */
struct log_rule {
    const char *of; /* whose log: a container, or the label app of pods */
    const struct formula *when;
    const struct template_part *line;
    double every_s, last_s;
};

struct journal_line {
    const char *of, *text;
    int64_t at_us;
};

struct world {
    struct arena *arena;
    const char *name, *about;
    LIST(struct thing) things; /* none is added after it was read */
    LIST(struct port) ports;
    LIST(struct endpoint) endpoints;
    LIST(struct command) commands;
    LIST(struct log_rule) log_rules;
    LIST(struct journal_line) journal;
    struct map *texts;     /* every text once */
    struct arena *scratch; /* of one request, emptied when the lock is taken */
    double now_s;          /* since the world began */
    int64_t begun_us;      /* wall time */
    int depth;             /* of formulas that ask for others */
    bool checking;         /* both branches are worked out, to find what is unknown */
    char complaint[300];   /* the first thing that went wrong in a formula; "" */
};

enum { JOURNAL_LINES = 20000 };

/* NULL with file, line and what is wrong. */
struct world *world_read(const char *path, struct err *err);
void world_free(struct world *world);

void world_lock(struct world *world);
void world_unlock(struct world *world);
/* Moves time on. */
void world_tick(struct world *world, double now_s);

struct thing *world_thing(struct world *world, const char *kind, const char *name);
struct field *thing_field(const struct thing *thing, const char *name); /* or NULL */
struct value thing_value(struct world *world, const struct thing *thing, const char *name);
double thing_number(struct world *world, const struct thing *thing, const char *name);
const char *thing_text(struct world *world, const struct thing *thing, const char *name); /* "" when none */
bool thing_has(const struct thing *thing, const char *name);
void thing_set(struct world *world, struct thing *thing, const char *name, struct value value);
/* started = now, and what it sets then. */
void thing_start(struct world *world, struct thing *thing);

/* The field that "kind.name.field" or "field" means, and whose it is; NULL. */
struct field *world_field(struct world *world, const struct thing *self, const char *name,
                          const struct thing **ret_thing);
/* All values are worked out before the first is set. -1: there is no such thing. */
int world_assign(struct scope *scope, const struct assignments *assignments, struct err *err);
const char *world_intern(struct world *world, const char *text);
void world_complain(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *output_text(struct arena *arena, const struct output *output, struct scope *scope);

/* Reading: the parts that drills and tools need too. */
struct node;
int assignments_read(struct arena *arena, const struct node *map, struct assignments *ret, struct err *err);

void journal_add(struct world *world, const char *of, const char *text);
/* The last n lines of it since the time, oldest first, each with its time in front. */
const char *journal_text(struct arena *arena, struct world *world, const char *of, size_t n,
                         int64_t since_us);
