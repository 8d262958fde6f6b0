/* The words of a text as matching compares them: "KubePodsCrashLooping", "kube-pod-crashlooping.md" and "The
 * pods of k8s are crash looping" have the same ones.
 *
 * Three steps. A text is cut at blanks, marks and inside names (CamelCase, digits, snake, kebab). Words and
 * phrases that the vocabulary (policy/alert.words) calls the same become one. The rest is stemmed: a light
 * suffix rule for English, made to bring the forms of one word together, not to be good grammar. Words of
 * other alphabets stay as they are. Pure; a vocabulary is read-only once made: any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/list.h"

enum { WORD_BYTES = 48 }; /* longer words are cut */

enum word_class { WORD_CONTENT, WORD_WEAK, WORD_NOISE };

struct word {
    const char *raw;      /* as it stands in the text, lower case; a phrase joined by '-' */
    const char *text;     /* canonical stem, lower case */
    const char *group;    /* what it shares with the words near to it, or NULL */
    const char *together; /* itself and the next one written as one word ("crash" + "loop"), or NULL */
    enum word_class class;
};

struct alert_words {
    struct word *at;
    size_t n;
    size_t capacity;
};

struct vocabulary;

/* From the text of policy/alert.words; what is no line of that file is passed over. */
struct vocabulary *vocabulary_new(struct arena *arena, const char *bytes, size_t n_bytes);
/* The one built into the program, made once for the process. */
const struct vocabulary *vocabulary_builtin(void);
/* Whether the values of this alert label help to find a page. */
bool vocabulary_label(const struct vocabulary *vocabulary, const char *label);

/* The words of a short text (a name, a heading) in order, noise included; texts in the arena. */
void alert_words_of(struct arena *arena, const struct vocabulary *vocabulary, const char *text,
                    struct alert_words *ret_words);

/* One word, already cut and in lower case, without regard to its neighbours. */
struct word word_of(struct arena *arena, const struct vocabulary *vocabulary, const char *raw);

/* Cuts a text of any length: gives the next word in lower case, false at the end.
 *     struct word_cutter cutter = {.at = text, .end = text + n_bytes};
 *     while (word_cut(&cutter)) use(cutter.raw); */
struct word_cutter {
    const char *at, *end;
    char raw[WORD_BYTES + 1];
    size_t n_raw;
};
bool word_cut(struct word_cutter *cutter);

/* The text without marks and in lower case: names are equal when this is. "Kube-Pod_Down" -> "kubepoddown".
 */
const char *name_folded(struct arena *arena, const char *text, size_t n_bytes);
