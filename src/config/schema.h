/* The schema of crashcart.yaml: a row a key, read by one walker (config/read.c).
 *
 * A row names the key, the kind of its value, the field that it fills, whether it must be given, what stands
 * when it is not (written as the file would write it), its range, and one line of help. A kind is a row of
 * another table (config/value.c). Adding a key is adding a row, and a line to docs/configuration.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/yaml.h"

enum value_kind {
    /* text: const char * */
    VALUE_TEXT,
    VALUE_ID,       /* letters, digits, - _ . */
    VALUE_PATH,     /* of a file or folder */
    VALUE_DOCUMENT, /* a path inside the runbook folder */
    VALUE_WEB_URL,
    VALUE_MAIL_URL,
    VALUE_MAIL_ADDRESS,
    VALUE_LISTEN, /* ADDRESS:PORT */
    VALUE_SECRET, /* where a secret lies */
    VALUE_STORE,  /* postgresql://... without a password */
    VALUE_CHOICE, /* one of choices */
    VALUE_ZONE,
    VALUE_POINTER,  /* into JSON, RFC 6901: "/event/name" */
    VALUE_SSH,      /* USER@HOST, ssh://USER@HOST:PORT */
    VALUE_SELECTOR, /* series of a metric: name{label="value"} */
    VALUE_ADDRESS,  /* HOST:PORT */
    VALUE_PATTERN,  /* an expression */
    VALUE_STATUS,   /* of HTTP: "200-299,304" */
    VALUE_WORD,     /* what a program gets as one argument: no blanks, no quotes, no "-" in front */
    /* others */
    VALUE_DURATION,   /* int64_t seconds, least to most */
    VALUE_AFTER,      /* the same, or "severity": UNSTATED */
    VALUE_BYTES,      /* int64_t, least to most */
    VALUE_COUNT,      /* int64_t, least to most */
    VALUE_BOOL,       /* bool */
    VALUE_NUMBER,     /* double in base units; "none": NAN */
    VALUE_ROTATION,   /* struct rotation */
    VALUE_LOCAL_TIME, /* struct local_time */
    VALUE_MINUTE,     /* int: minute of the day, 0 to 1440 */
    /* lists and maps */
    VALUE_DAYS,      /* unsigned: bit 0 Monday */
    VALUE_IDS,       /* struct strings */
    VALUE_ROLES,     /* LIST(struct config_role) */
    VALUE_TARGETS,   /* struct strings: person:ID, schedule:ID */
    VALUE_NAMES,     /* struct strings: names of labels */
    VALUE_MATCHERS,  /* struct matchers */
    VALUE_LABELS,    /* LIST(struct label) */
    VALUE_VARIABLES, /* LIST(struct label): of an environment */
    VALUE_SECRETS,   /* the same, each the place of a secret */
    VALUE_CONTACTS,  /* LIST(struct config_contact) */
    VALUE_SECTION,   /* a struct of its own keys; its defaults stand when it is not given */
    VALUE_OPTIONAL,  /* the same; left alone when it is not given */
    VALUE_LIST,      /* LIST(a struct) */
    N_VALUE_KINDS
};

struct section {
    const char *name; /* one of its things: "person" */
    const struct key *keys;
    size_t n_keys;
    size_t item_bytes;
    int line_offset; /* of `int line`; -1: it keeps none */
};

struct key {
    const char *name;
    enum value_kind kind;
    unsigned offset; /* of the field in its struct */
    const char *fallback;
    int64_t least, most;
    const char *const *choices;
    const struct section *section;
    const char *help;
    bool required;
};

extern const struct section config_schema;
extern const struct section checks_section; /* config/schema_checks.c */

/* How a value of a kind is read; exactly one of text and node is there. Both give -1 with what is wrong and
 * what to write. target is the field. */
struct value_reader {
    const char *expects; /* "a duration like 5m or 1h30m" */
    enum node_kind node_kind;
    int (*text)(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);
    /* One entry of a list or map. */
    int (*entry)(struct arena *arena, const struct key *key, const struct node_entry *entry, void *target,
                 struct err *err);
};

extern const struct value_reader value_readers[N_VALUE_KINDS];
