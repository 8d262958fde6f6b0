/* What the files of the filler share:
 *
 *     fill_type.c      what a value must look like
 *     fill_place.c     where a marker stands: the chain of those who read it, outermost first
 *     fill_json.c      places inside of JSON
 *     fill_language.c  places inside of SQL, Python, jq, an URL, ...
 *     fill_encode.c    a value for one place
 *     fill.c           markers, chains, encoding from the inside out, and the proof
 *
 * A marker is a word of letters and digits that stands for a placeholder while the command is read; every
 * language takes it as a name, so that the place it is found at is the place of the value. */
#pragma once

#include "base/buf.h"
#include "runbook/fill.h"
#include "runbook/risk_priv.h"

enum fill_place {
    PLACE_SHELL_BARE,   /* outside of quotes */
    PLACE_SHELL_DOUBLE, /* "..." */
    PLACE_SHELL_SINGLE, /* '...' */
    PLACE_HEREDOC,      /* <<EOF: $, ` and \ mean something */
    PLACE_VERBATIM,     /* <<'EOF' */
    PLACE_JSON_STRING,
    PLACE_SQL_STRING,  /* '...' */
    PLACE_SQL_NAME,    /* "..." */
    PLACE_CODE_STRING, /* '...' or "..." of Python or JavaScript */
    PLACE_URL,         /* path or query of an http address */
    PLACE_HOST,        /* the host of an address, or a part of it */
    PLACE_JSONPATH,    /* a key */
    PLACE_WORD,        /* the whole word of a program, or the whole value of its long option */
    PLACE_NUMBER,      /* only a number can stand there without being code */
    PLACE_NAME,        /* letters, digits, _ */
    PLACE_TAME,        /* in the middle of something that is not known: letters, digits, . _ - : / @ */
    PLACE_PLAIN,       /* the same without : / @, as a part of a pattern */
    N_FILL_PLACES
};

/* Length of the placeholder that begins there by either of the finders of this room, or 0. */
size_t fill_placeholder_bytes(const char *text, size_t n_bytes, size_t at);

/* Appends the value as it must be written there. -1: it cannot stand there; ret_why completes "The value of
 * <x> ...". */
int fill_encode(enum fill_place place, const char *value, struct buf *out, const char **ret_why);

/* One reader of the value: the place in its text. Readers that are shells have a level (struct traced). */
struct fill_reader {
    enum fill_place place;
    int level; /* of a shell, else -1 */
};
struct fill_chain {
    struct fill_reader at[16];
    size_t n;
    const char *why_not; /* the value cannot stand there at all; completes "<x> ..." */
};

/* The text that each level reads: texts->at[0] is the command. */
struct fill_levels {
    const char **at;
    size_t n;
};
struct fill_levels fill_levels_of(struct arena *arena, const char *command, const struct trace *trace);

/* Who reads the marker, outermost first. */
void fill_chain_find(struct arena *arena, const struct fill_levels *levels, const struct trace *trace,
                     const char *marker, struct fill_chain *ret_chain);

/* The place in a text of a language of the risk rules ("sql", "python", "mongo", "awk", "sed", ...). */
enum fill_place fill_place_in(const char *language, const char *text, const char *marker);
/* Appends the readers of a place in JSON; false: the word is none, or the place is in no part of it. */
bool fill_json_readers(struct arena *arena, const char *word, const char *marker, struct fill_chain *chain);
/* Appends the readers inside of one word: JSON, an URL, jq, or the word itself. program may be NULL. */
void fill_word_readers(struct arena *arena, const char *word, const char *marker, const char *program,
                       bool plain_tool, struct fill_chain *chain);
/* Adds a reader; too many make the chain unusable. */
void fill_chain_add(struct fill_chain *chain, enum fill_place place, int level);

/* A text that stands for the syntax, each word one letter; NULL: it does not parse. */
const char *fill_skeleton(struct arena *arena, const char *text);
