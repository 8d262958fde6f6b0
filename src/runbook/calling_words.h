/* The words and marks by which a text says who is called when: policy/calling.words, built into the program,
 * read once; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

enum calling {
    CALLING_ARROW,       /* "->": leads to the next who is called */
    CALLING_MARK,        /* ":", "|": stands between a time and whom it calls */
    CALLING_MORE,        /* "another ": the time behind it counts from the call before */
    CALLING_LATER,       /* " later": so does the time before it */
    CALLING_WAIT,        /* "wait ": the time behind it is how long before the next is called */
    CALLING_LEAD,        /* "the ": in front of a name */
    CALLING_NO_NAME,     /* "unless ": no name begins so */
    CALLING_PLACE,       /* "level ": in front of the number of a rung */
    CALLING_WAIT_TITLE,  /* "before next": a column of such times */
    CALLING_WHO_TITLE,   /* "escalate to": a column of people, the best first */
    CALLING_AFTER,       /* "after": somebody is called when the time behind it is over */
    CALLING_AT,          /* "at ": right in front of such a time */
    CALLING_FOR,         /* "for " */
    CALLING_IN,          /* " in " */
    CALLING_LATE,        /* " by ": so is it when nothing has happened by then */
    CALLING_FROM,        /* " of ": behind a time, what it counts from */
    CALLING_EVERY,       /* "every ": a time that calls nobody */
    CALLING_ANSWER,      /* "respon": so is it */
    CALLING_INTERVAL,    /* "each": between each two who are called */
    CALLING_IF,          /* "if ": whoever is called is called only then */
    CALLING_CONDITION,   /* "when": a condition begins */
    CALLING_AND,         /* " and ": sets two who are called apart */
    CALLING_THEN,        /* " then ": so does it */
    CALLING_SHORT,       /* "min": the point behind it ends no sentence */
    CALLING_WHEN_TITLE,  /* "elapsed": a column of moments */
    CALLING_MINUTES,     /* "minutes": the unit in a title */
    CALLING_HOURS,       /* "hours" */
    CALLING_ACT_TITLE,   /* "action": a column of what is done */
    CALLING_CALLS,       /* "page": calls people */
    CALLING_NAME_END,    /* " if ": behind a name of the house */
    CALLING_CLAUSE,      /* "after ": in front of a time, begins what says when */
    CALLING_DASH,        /* "- ": behind a blank, sets a time apart from a name */
    CALLING_ORDINAL,     /* "second ": the place of a call */
    CALLING_GOES_TO,     /* "goes to ": in front of whom is called */
    CALLING_NO_PERSON,   /* "update": what ends so is no name */
    CALLING_PASSED,      /* "passed": so is the time, and nothing else is asked */
    CALLING_TIME_LEAD,   /* " at": behind a name, leads to its time */
    CALLING_NO_TIME,     /* "respon": a column of other times */
    CALLING_WAIT_BEHIND, /* " to ack": behind a time, so long it is waited until the next is called */
    CALLING_ELSE,        /* "otherwise": in front of who is called instead */
    CALLING_RUNG,        /* "line": what an ordinal counts */
    CALLING_KEY_WHO,     /* of settings: "notify" */
    CALLING_KEY_WAIT,    /* "escalation_timeout" */
    CALLING_KEY_AFTER,   /* "delay" */
    CALLING_KINDS
};

/* In the order of the file. */
const struct strings *calling_words(enum calling kind);

/* Bytes of the longest word of the kind that text begins with; 0: none. */
size_t calling_at(enum calling kind, const char *text);

/* Bytes of the longest word of the kind that ends right before text + at; 0: none. */
size_t calling_before(enum calling kind, const char *text, size_t at);

/* One of the words stands in the text, as a word of its own. The first of the list's; NULL: none does. */
const char *calling_word(enum calling kind, const char *text);

/* One of the words begins within the first n_bytes. */
bool calling_within(enum calling kind, const char *text, size_t n_bytes);

/* The text is one of the words and nothing else. */
bool calling_is(enum calling kind, const char *text, size_t n_bytes);

/* Behind the first word of the kind in the text; the text itself when there is none. */
const char *calling_after(enum calling kind, const char *text);

/* Behind all words of the kind that text begins with. */
const char *calling_skip(enum calling kind, const char *text);
