/* What the files of the redactor share: the rules as read, a line under work, the state between lines. */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "runner/redact.h"

enum {
    /* Of a long line: what is looked at again in the next window, so that nothing is cut in two. */
    OVERLAP_BYTES = 16 * 1024,
    BEFORE_BYTES = 256, /* seen by patterns in front of a window */
    REACH_BYTES = 4096, /* how far one pattern looks; a value that goes on is followed to its end */
    WORD_BYTES = 80,    /* how far in front of a trigger its word may begin */
    NEAR_BYTES = 64,    /* where context words may stand */
    SCAN_BUCKETS = 1024,
    SCAN_RUNS = 17, /* lengths of a number; the last one: or more */
    COLUMNS = 128,  /* of a table; columns beyond it are masked */
    NO_LABEL = 0xffff,
    NO_SCOPE = 0xff,
};

struct redact_label { /* NAME of [redacted: NAME] */
    const char *name;
};

typedef bool redact_check(const char *text, size_t n_bytes);

struct redact_pattern {
    pcre2_code *code;
    int key_group; /* number of (?<key>...), 0: none */
    bool marks;    /* group 1 (or the one behind the key) is what is masked; else all of it */
};

/* A detector, or a form: a way of writing "name = value" for the names of all lists. */
struct redact_detector {
    const char *name;
    uint16_t label;
    bool is_form, from_word, each_line; /* each_line: needs no trigger inside its scope */
    uint8_t within;
    const char *names; /* of a form: only for this list, or NULL */
    LIST(struct redact_pattern) patterns;
    pcre2_code *unless;
    pcre2_code *until, *body; /* of a block over several lines */
    redact_check *check;
    pcre2_code *near; /* words of which one has to stand beside it */
    size_t near_bytes;
};

enum redact_place { IN_KEY = 1, IN_COLUMN = 2, IN_HEADING = 4 };

struct redact_name {
    const char *text; /* lower case, letters and digits only */
    size_t n_bytes;
    bool ends; /* what ends so has this name, too */
};

struct redact_names { /* a list of telling names */
    const char *name;
    uint16_t label;
    unsigned places;
    LIST(struct redact_name) list;
    pcre2_code *unless; /* values that are none */
};

struct redact_scope { /* part of a document in which more is looked for */
    const char *name;
    pcre2_code *opens;
    bool closes_below; /* at the first line with less indentation; else with as much or less */
};

struct redact_trigger { /* '#' stands for a digit; a digit run begins there */
    const char *text;   /* letters in lower case */
    size_t n_bytes;
    bool exact; /* a known secret: as it is */
    bool is_name;
    bool whole_run; /* a known secret inside of base64: all letters of it around */
    uint8_t within;
    int scope;                /* that it may open, or -1 */
    uint16_t known;           /* label of a known secret, or NO_LABEL */
    LIST(uint16_t) detectors; /* in the order of the rules */
};

struct redact_start { /* what a trigger asks of its first eight bytes: ((bytes | fold) & mask) == value */
    uint64_t fold, mask, value;
    uint16_t trigger;
};

struct redact_example {
    const char *place; /* "FILE:LINE" */
    const char *text;  /* what is to be masked stands between « and »; NUL-closed */
};

struct redact_rules {
    struct arena *arena;
    LIST(struct redact_label) labels;
    LIST(struct redact_detector) detectors;
    LIST(struct redact_names) names;
    LIST(struct redact_scope) scopes;
    LIST(struct redact_trigger) triggers;
    LIST(uint16_t) forms;
    LIST(uint16_t) each_line; /* detectors */
    LIST(struct redact_example) examples;
    uint16_t table_label; /* of lines that cannot be told apart */

    /* The scanner, by the classes of three bytes in a row: a bit each, that of the third in the word of the
     * first two. */
    uint8_t class_of[256];
    uint64_t *any;
    struct redact_starts {
        LIST(struct redact_start) list;
    } buckets[SCAN_BUCKETS], shorts; /* by the three classes; shorts: of one or two bytes */
    struct redact_run {              /* for three digits: by how many there are */
        struct redact_starts starts;
        uint64_t next; /* a bit for each class that may stand behind the number */
    } runs[SCAN_RUNS];
    uint64_t short_classes; /* that one of `shorts` begins with */
    bool starts_in_numbers; /* a trigger has digits of its own for the first three */
};

struct redact_span {
    size_t from, to;
    uint16_t label;
};

enum follow { FOLLOW_NOTHING, FOLLOW_WORD, FOLLOW_QUOTE, FOLLOW_LINE };

/* One line, or one window of a long one. */
struct redact_line {
    const char *at;
    size_t n_bytes;     /* without the line end */
    size_t n_before;    /* readable in front of at */
    bool begins, ends;  /* the line */
    size_t quiet;       /* no trigger begins before this, as long as no scope opens */
    size_t trigger_end; /* triggers from here on belong to the next window */
    LIST(struct redact_span) spans;
    enum follow follow; /* how a value goes on behind the window */
    char quote;
    uint16_t block; /* detector whose block goes on with the next line, or NO_LABEL */
};

enum table_kind { TABLE_NONE, TABLE_SEPARATED, TABLE_SINGLE, TABLE_FIXED, TABLE_INDENT, TABLE_PAIR };

struct redact_table { /* what the lines before say of the next one */
    enum table_kind kind;
    char separator;
    bool proved;                      /* a row had as many cells as the head */
    const struct redact_names *names; /* of a single column, or of what is indented */
    const struct redact_names *head;  /* the last line was a telling name alone; or NULL */
    size_t indent;
    size_t n_columns;
    struct redact_column {
        const struct redact_names *names; /* or NULL: shown */
        size_t from;                      /* of TABLE_FIXED: characters from the left */
    } columns[COLUMNS];
};

enum { SCOPES = 32 };

struct redact_state {
    const struct redact_rules *rules;
    struct arena *arena; /* of the line */
    pcre2_match_data *match;
    pcre2_match_context *limits;
    struct redact_table table;
    bool open[SCOPES];
    size_t open_indent[SCOPES];
    int n_open;
};

static inline bool redact_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* As pcre2_match, without its checks of what is always so here; where there is no JIT that one does it. */
static inline int redact_match(struct redact_state *state, const pcre2_code *code, const char *text,
                               size_t n_bytes, size_t from, uint32_t options)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)text;
    int found = pcre2_jit_match(code, subject, n_bytes, from, options, state->match, state->limits);
    return found == PCRE2_ERROR_JIT_BADOPTION
               ? pcre2_match(code, subject, n_bytes, from, options, state->match, state->limits)
               : found;
}

static inline void redact_span_add(struct redact_state *state, struct redact_line *line, size_t from,
                                   size_t to, uint16_t label)
{
    *list_push(state->arena, &line->spans) = (struct redact_span){from, to, label};
}

/* redact_rules.c */
void redact_trigger_add(struct redact_rules *rules, const struct redact_trigger *trigger);

/* redact_names.c: the list that has this name, by place; NULL: none. */
const struct redact_names *redact_names_find(const struct redact_rules *rules, const char *text,
                                             size_t n_bytes, unsigned place);
bool redact_value_counts(struct redact_state *state, pcre2_code *unless, const char *text, size_t n_bytes);

/* redact_check.c: by name, or NULL. */
redact_check *redact_check_find(const char *name);

/* redact_scan.c */
void redact_scan_build(struct redact_rules *rules);
/* The next trigger that begins at `next` or later and before `end` (it may go on up to n_bytes); NULL: none.
 */
struct redact_hits {
    const char *at;
    size_t end, n_bytes, n_before;
    size_t next;
    size_t place, index;                /* where triggers are looked at, and the one that is next */
    const struct redact_starts *starts; /* of these triggers; then the short ones, if any */
    bool maybe_short;
    uint64_t first;   /* the eight bytes there */
    bool whole;       /* there are so many */
    bool stands;      /* place holds */
    const bool *open; /* scopes */
};
const struct redact_trigger *redact_hit_next(const struct redact_rules *rules, struct redact_hits *hits,
                                             size_t *ret_at);

/* redact_line.c: fills line->spans, in order and apart. */
void redact_line_read(struct redact_state *state, struct redact_line *line);

/* redact_table.c: spans that follow from the lines before; and what this line says of the next one. */
void redact_table_read(struct redact_state *state, struct redact_line *line, bool has_name);
