/* The alerts that are known: those that fire, and for a while those that have ended, so that a late message
 * is recognised. Identity is the label set; finding, adding and removing cost the same with a thousand alerts
 * and with a million.
 *
 * An alert that fires has a time at which it ends unless it is heard again; `ends` is due then, or earlier:
 * one that is sent again and again leaves it where it is. After it has ended, `ends` is due when it is
 * forgotten. */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "engine/due.h"

/* One group of a webhook: its alerts, in a ring without order. */
struct alert_group {
    char *key; /* the source, NUL, the group key */
    size_t key_bytes;
    const char *source, *group_key; /* inside key */
    bool one_trouble;               /* its key is what the sender calls one trouble */
    struct alert_record *first;
};

/* Its place in a group, which only the alerts of webhooks have. */
struct alert_member {
    struct alert_group *group;
    struct alert_record *next, *previous;
};

/* What its firing means: heartbeat.c. */
enum alert_role { ALERT_ORDINARY, ALERT_WATCHDOG, ALERT_SIGN_OF_LIFE };

struct alert_record {
    struct due ends;
    int64_t starts_us;
    int64_t ends_us; /* INT64_MAX: when somebody says so */
    int64_t updated_us;
    int64_t stale_us;            /* when a late message was last set aside, or 0 */
    int64_t incident;            /* that it joined last, or 0 */
    struct alert_member *member; /* NULL: it is in no group */
    bool firing : 1, lasting : 1;
    bool ended_by_word : 1; /* somebody said that it is over: not a timeout, not an absence */
    bool apart : 1;         /* the table's: see inside */
    uint8_t role;           /* enum alert_role */
    uint8_t held;           /* what holds it back (hold_priv.h), 0: nothing */

    /* Owned by the table. */
    uint8_t n_labels, n_annotations;
    uint8_t source; /* see alert_source() */
    uint32_t batch; /* the last batch that named it, of the last four thousand million */
    uint32_t hash, place;
    uint32_t labels_bytes, text_bytes; /* as in struct alert */
    uint32_t difference_bytes;
    struct alert_model *model;
    /* The difference of the text from the model's (alert_text.h), or, when it has outgrown this place, a
     * pointer to it. */
    char inside[];
};

/* The texts of the first alert with these names and this alert name, for the others to differ from. */
struct alert_model {
    char *key, *text;
    size_t key_bytes, text_bytes;
    const char *name;     /* of the alert, inside text */
    struct label *labels; /* inside text, too */
    size_t n_labels;
    size_t n_alerts;
    uint64_t severity_labels; /* bits: of the labels that speak of severity (trouble.c) */
    bool knows_severity_labels;
};

/* Of the index: where the record stands, and enough of its hash to pass over others without looking at them.
 */
struct alert_slot {
    uint32_t hash, place_1; /* place + 1; 0: free */
};

enum { ALERT_SOURCES = 64, NEAR_SETS = 64, NEAR_MODELS = 4 };

struct alert_table {
    struct alert_record **records; /* in no order, without gaps */
    uint32_t n, capacity;
    struct alert_slot *slots; /* open addressing */
    uint32_t n_slots;
    size_t n_firing;
    struct due_heap *due;
    struct map *groups, *models;
    struct alert_model *near[NEAR_SETS][NEAR_MODELS]; /* some of the models, found without their key */
    uint32_t missed;                                  /* the free slot that alert_table_find() came to last */
    char *sources[ALERT_SOURCES];                     /* as many as formats */
    uint8_t n_sources;
    struct buf packed; /* the text of the alert looked for, when it came in pieces */
    struct buf difference, key;
    struct alert_scratch *scratch; /* of alert_table_text() and alert_table_label() */
};

void alert_table_start(struct alert_table *table, struct due_heap *due);
void alert_table_end(struct alert_table *table);

/* Calls from memory what alert_table_find() will look at for the alerts after the i-th of a batch: among a
 * million, each would be waited for otherwise. */
void alert_table_call(const struct alert_table *table, const struct alert *alerts, size_t n_alerts, size_t i);
/* The record of that label set, or NULL. */
struct alert_record *alert_table_find(struct alert_table *table, const struct alert *alert);
/* A new record, which is not firing yet, for an alert that alert_table_find() has just missed. */
struct alert_record *alert_table_add(struct alert_table *table, const struct alert *alert);
/* Takes over the annotations and the URL, which may change while an alert fires. False: they are as before.
 */
bool alert_table_update(struct alert_table *table, struct alert_record *record, const struct alert *alert);
void alert_table_remove(struct alert_table *table, struct alert_record *record);

/* Puts it into the group of that key (NULL: none) and out of any other. */
void alert_table_join(struct alert_table *table, struct alert_record *record, const char *source,
                      const char *group_key, bool one_trouble);
/* The group, or NULL when no alert is in it. */
struct alert_group *alert_table_group(const struct alert_table *table, const char *source,
                                      const char *group_key);

/* What the batch called its source that last named the alert. */
const char *alert_source(const struct alert_table *table, const struct alert_record *record);
const char *alert_group_key(const struct alert_record *record); /* NULL: it is in no group */
/* The group that is what its sender calls one trouble, or NULL. */
const struct alert_group *alert_trouble_group(const struct alert_record *record);
/* The next alert of its group, or NULL. */
struct alert_record *alert_group_next(const struct alert_record *record);

/* The text of the record (struct alert), good until the next call for another one. */
const char *alert_table_text(const struct alert_table *table, const struct alert_record *record);
/* The value of that label, "" when there is none, without the rest of the text; good until the next call. */
const char *alert_table_label(const struct alert_table *table, const struct alert_record *record,
                              const char *name);
/* The labels, annotations and times again; texts are the arena's. */
void alert_record_view(const struct alert_record *record, struct arena *arena, struct alert *ret_alert);
