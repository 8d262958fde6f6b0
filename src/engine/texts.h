/* Texts inside plain values: who owns them. A value lists its text fields once, and can then be copied to
 * the heap (what the engine keeps) or into an arena (what a decision carries). Empty texts are "". */
#pragma once

#include <stddef.h>

#include "base/arena.h"

struct texts {
    const size_t *offsets; /* of const char * members */
    size_t n;
};

extern const struct texts incident_texts, delivery_texts, step_texts, role_texts, check_texts, silence_texts,
    clock_texts, action_texts, proof_texts, account_texts, access_key_texts, duty_override_texts;
extern const struct texts update_texts, subscription_texts;

/* Gives the value, just copied from another, texts of its own. */
void texts_to_heap(const struct texts *texts, void *value);
void texts_to_arena(const struct texts *texts, void *value, struct arena *arena);
void texts_free(const struct texts *texts, void *value);

/* Replaces one text on the heap by a copy; text may be NULL or the field itself. */
void text_keep(const char **field, const char *text);

/* Bytes of the text up to n_bytes, whole characters only. */
size_t utf8_cut(const char *text, size_t n_bytes);

/* At most n_bytes of a text, cut between characters, control characters made blanks. */
char *text_head(struct arena *arena, const char *text, size_t n_bytes);

static inline const char *text_or(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}
