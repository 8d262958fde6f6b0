/* Placeholders of a command become values: `kubectl logs <pod-name>` with pod-name = web-1 becomes
 * `kubectl logs web-1`. Pure; any thread.
 *
 * A value is data, whoever gave it. Where a placeholder stands is found by reading the command as its readers
 * will: the shell, the shell inside of `ssh HOST '...'`, the SQL inside of that, JSON, Python, an URL. The
 * value is encoded for each of them, from the inside out. Then the filled command is read again: every
 * program must get the same words, every inner text must be the same but for the value, the syntax must have
 * the same shape and the class must not be higher. Whatever cannot be shown to be so is refused with a
 * sentence for the person who gave the value; nothing is ever filled by halves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/list.h"
#include "runbook/risk.h"

/* What kind of value belongs there, told by the words of its name and by where it stands. */
enum fill_type {
    FILL_NAME,   /* of a pod, service, table, ...: letters, digits, - _ . */
    FILL_NUMBER, /* 5, 0.25, 30s */
    FILL_CHOICE, /* one of those it lists: <staging|production> */
    FILL_ID,     /* an id, version, hash, address of a resource */
    FILL_HOST,   /* a host, with its port */
    FILL_PATH,   /* of a file, without ".." */
    FILL_URL,    /* http or https */
    FILL_TEXT,   /* one printable line */
    FILL_SECRET, /* a password, a token: never taken, it would be on record */
    N_FILL_TYPES
};
const char *fill_type_name(enum fill_type type); /* "name", "number", ... */

enum { FILL_VALUE_BYTES = 1024, FILL_VALUES_MOST = 32 };

struct fill_slot {
    const char *name; /* as written, with its marks: "<pod-name>" */
    const char *key;  /* its words alone: "pod name"; of "{{ $labels.pod }}" the label's name */
    enum fill_type type;
    bool label; /* it asks for the alert's label of that name */
};
struct fill_slots {
    struct fill_slot *at;
    size_t n;
    size_t capacity;
};
/* The placeholders of a command, in order, each once. */
void fill_slots(struct arena *arena, const char *command, struct fill_slots *ret_slots);
/* Does the name that a person or an alert gives mean that slot? Case, marks, '-' and '_' do not matter, and
 * neither do words that only point ("name", "affected", "your"). */
bool fill_names_slot(const char *name, const struct fill_slot *slot);
/* NULL, or why the value is none of that type. */
const char *fill_type_refuses(struct arena *arena, const struct fill_slot *slot, const char *value);

struct fill_value {
    const char *name; /* of the placeholder, as written */
    const char *value;
};

struct filled {
    const char *text;       /* the command as it will run; NULL: it cannot be filled so */
    const char *why_not;    /* one sentence, when text is NULL */
    struct strings missing; /* placeholders without a value, as written */
    struct risk risk;       /* of the text */
    bool free_value; /* a value that is no name, number or choice: unasked only what a person has seen runs */
};

/* before: of the command as written; the filled one may not be riskier. Values that no placeholder asks for
 * are refused. A command without placeholders comes back as it is. */
struct filled fill_command(struct arena *arena, const struct risk_rules *rules, const char *command,
                           const struct risk *before, const struct fill_value *values, size_t n_values);
