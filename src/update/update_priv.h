/* What the files of this room share: the vocabulary of policy/update.words, and filling a template. */
#pragma once

#include "base/buf.h"
#include "update/update.h"

/* A text in lower case, each run of what is no letter or digit one blank. */
const char *words_plain(struct arena *arena, const char *text, size_t n);

/* ---- clause.c ---- */

enum { CLAUSE_WORDS = 400 };

struct clause_words {
    const char *at[CLAUSE_WORDS];
    unsigned clause[CLAUSE_WORDS]; /* counted from 0 */
    size_t n;
};

enum answer { ANSWER_NONE, ANSWER_NO, ANSWER_YES };
/* How many bytes behind a question a short answer takes (" No.", " Yes, fully."), and which; 0: there is
 * none. */
size_t answer_bytes(const char *text, size_t n, enum answer *ret_answer);
void clause_split(struct arena *arena, const char *sentence, size_t n_bytes, struct clause_words *ret_words);

/* ---- spelling.c ---- */

/* Is it the word, one that begins so ("patient*"), or a number ("#")? */
bool word_is(const char *pattern, const char *word);
/* Is it that with a slip of the pen? */
bool word_is_misspelt(const char *pattern, const char *word);

/* ---- words.c, pattern.c ---- */

/* The fact that a text asks for ("Start Time" -> "started"), or NULL. whole: it is asked for by the whole
 * text, not by a part of it. */
const char *fact_of(struct arena *arena, const char *text, size_t n, bool whole);
bool text_is_generic(struct arena *arena, const char *text, size_t n);
/* Whether the word is one that templates use for that status. */
bool status_word_fits(const char *status, const char *word);
/* The name of a claim that the sentence makes, after the one named `after` (NULL: the first), or NULL. */
const char *claim_next(const char *sentence, size_t n, const char *after);
/* Does it deny that something is known ("under investigation")? */
bool says_unknown(const char *text, size_t n);
/* Does it say that the incident goes on ("we are working on it")? */
bool says_it_goes_on(const char *sentence, size_t n);
/* The bytes of a phrase there that stands for what it asks for without brackets ("Brief description of
 * issue"); 0: none does. */
size_t bare_bytes(const char *text, size_t n);
/* Is the incident over, and the template one of the time before? */
bool tells_of_before(const struct draft_input *input, const struct template *from);
/* "The incident that affected Image Reading is over. It lasted ...": of one that is. */
const char *end_words(struct arena *arena, const struct draft_input *input);

/* The value of a fact; NULL: it is not known, or not for this audience. */
const char *fact_value(struct arena *arena, const struct draft_input *input, const char *fact);

/* The text of a template with its placeholders filled, a sentence at a time: what may not leave goes to the
 * draft's list. from may be NULL: a person wrote it, and nothing is filled. */
void template_fill(struct arena *arena, const struct draft_input *input, const struct template *from,
                   const char *text, size_t n, struct buf *out, struct draft *draft);
/* "2026-03-01 09:00 UTC" */
const char *moment_words(struct arena *arena, int64_t us);

/* ---- placeholder.c: one sentence or line ---- */

struct sentence {
    struct buf text;     /* as it would leave */
    struct buf skeleton; /* the same without what findings say, for which those who found it stand */
    const char *missing; /* the first placeholder that nothing fills, or NULL */
};

void sentence_fill(struct arena *arena, const struct draft_input *input, const struct template *from,
                   const char *text, size_t n, struct sentence *ret_filled);
/* "Start Time: x", "- **Impact:** x": the bytes before the value, and the label; 0: it is no field. */
size_t field_label(const char *line, size_t n, size_t *ret_from, size_t *ret_n_label);
/* The fact that the label of a field asks for, or NULL. */
const char *fact_of_label(struct arena *arena, const char *label, size_t n);
/* The byte behind the placeholder that begins there, or 0: none does. */
size_t placeholder_end(const char *text, size_t n, size_t at);

/* ---- example.c ---- */

/* The bytes of an example there in whose place the record knows better, and what it knows (NULL: nothing
 * does); 0: none. */
size_t example_at(struct arena *arena, const struct draft_input *input, const char *text, size_t n, size_t at,
                  const char **ret_value);
