/* Words of a document as plain values: normalised text, slugs, lists in running text, durations.
 *
 * Normalised text, as everything that people read is kept: no-break spaces are blanks, U+2011 is '-', runs of
 * blanks are one blank, nothing blank at either end. Command texts are never normalised. Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "runbook/runbook.h" /* UNSTATED */

/* The same text? Quick where most are not. */
static inline bool text_is(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

/* Case is ASCII case, without a call: these comparisons are most of what reading a text costs. */
static inline char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Appends bytes normalised to what out already holds: a blank after a blank (or at the start) is dropped. */
void text_append_normalised(struct buf *out, const char *bytes, size_t n_bytes);

/* A normalised copy. */
const char *text_normalise(struct arena *arena, const char *bytes, size_t n_bytes);

/* The anchor that GitHub makes of a heading: "Step 1: Look" -> "step-1-look". */
const char *text_slug(struct arena *arena, const char *text);

/* A part of an URL as it is meant: "slow%20query" -> "slow query". "%00" and what is no code stay. */
char *text_percent_decoded(struct arena *arena, const char *text, size_t n_bytes);

/* Without closing ':' and '.', and the blanks before them. */
const char *text_without_colon(struct arena *arena, const char *text);

/* Without pictures in front: emoji, and emoji that went through a wrong code page ("ðŸ”´ SEV-1" -> "SEV-1").
 * ret_decoration (may be NULL) is what was cut, or NULL. Letters, digits and ASCII marks stay. */
const char *text_without_decoration(struct arena *arena, const char *text, const char **ret_decoration);

/* Without a number in front: "3. Look", "2) Look", "Step 4: Look", "a) Look", "2a. Look". ret_number (may be
 * NULL) is "3", "2", "4", "a" or NULL when there is none. Points into text. */
const char *text_without_number(struct arena *arena, const char *text, const char **ret_number);

/* Equal when case is ignored (ASCII). */
bool text_same(const char *a, const char *b);
bool text_starts_with(const char *text, const char *start); /* case ignored */

/* Where word stands in text as a whole word (or words), case ignored; NULL when it does not. A letter or
 * digit beside it is not a whole word, but an "s" at its end is let pass: "cause" is found in "Causes". */
const char *text_find_word(const char *text, const char *word);

/* How the words of a text begin, a bit for two letters: one look instead of a search for each of many words.
 */
uint64_t text_beginnings(const char *text);

static inline uint64_t text_beginning(const char *word)
{
    unsigned first = (unsigned char)word[0] | 0x20, second = first ? (unsigned char)word[1] | 0x20 : 0;
    return UINT64_C(1) << ((first * 5 + second) & 63);
}

/* Whether text_find_word() may find the word, two letters or more, in a text that begins its words so. */
static inline bool text_may_have(uint64_t beginnings, const char *word)
{
    return (beginnings & text_beginning(word)) != 0;
}

/* "Severity: S1" -> label "Severity", rest "S1": up to five words before the first ": " (or a ':' at the
 * end), no URL and no sentence. False when the text does not start that way. rest points into text. */
bool text_label(struct arena *arena, const char *text, const char **ret_label, const char **ret_rest);

/* Splits "a, b (c, d), or e" into a / b (c, d) / e: commas and semicolons outside brackets and quotes, and
 * the "and" or "or" before the last item. A text without a comma is one item, but "a or b" with at most four
 * words a side is two when split_or is set. Adds nothing for an empty text. */
void text_split_list(struct arena *arena, const char *text, bool split_or, struct strings *ret_items);

struct sentence {
    const char *text; /* with its closing mark */
    size_t at;        /* offset in the text it was cut from */
};
struct sentences {
    struct sentence *at;
    size_t n;
    size_t capacity;
};
/* Cuts at ". ", "! ", "? " before a capital, a digit or a quote; not after "e.g.", "i.e.", "vs.", single
 * letters, and not inside brackets. */
void text_sentences(struct arena *arena, const char *text, struct sentences *ret_sentences);

/* A length of time in prose. */
struct duration_words {
    const char *op;     /* "<" (also "under", "less than"), "<=" ("within", "up to", "first"), ">" ("after",
                           "more than"), ">=" ("at least"), "range", or NULL */
    int64_t value_s;    /* the number, or the upper end of a range; 0 for "immediately" */
    int64_t low_s;      /* the lower end of a range, else UNSTATED */
    bool immediate;     /* a word for "at once" instead of a number */
    bool business;      /* business hours or days */
    size_t at, n_bytes; /* where it stands in the text, with its op */
};
/* The first length of time in the text: "15 minutes", "< 4 hours", "24-48 hours", "2h", "1 hr 30 min" is
 * 5400, "within 5 minutes", "one hour", "within an hour", "immediately". A number wins over "immediate":
 * "Immediate (< 15 minutes)" is 900 s with immediate set. "Next business day" has no number: false. Months
 * are 30 days, quarters 90, years 365. False when there is none. */
bool text_duration(const char *text, struct duration_words *ret_duration);
