/* What a step prints, made fit to store and show, as it arrives: valid UTF-8, without control characters and
 * terminal escapes, redacted, and bounded: the first and the last half are kept, whole lines where possible,
 * and a line between them says how much is missing. The result does not depend on how the stream was cut. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "runner/redact.h"

enum { OUTPUT_LEAST_BYTES = 512 };

struct output;

/* limit_bytes: of the finished text; less than OUTPUT_LEAST_BYTES counts as that. rules NULL: nothing is
 * redacted. */
struct output *output_new(size_t limit_bytes, const struct redact_rules *rules);
void output_free(struct output *output); /* NULL is allowed */

/* watch gets the text as it comes, in whole, redacted lines; a carriage return means that what follows
 * overwrites the line. All of it: the limit does not hold here. */
void output_watch(struct output *output, void (*watch)(void *context, const char *bytes, size_t n_bytes),
                  void *context);

void output_add(struct output *output, const char *bytes, size_t n_bytes);
/* Appends the text. ret_cut: something was left out. Once, at the end. */
void output_finish(struct output *output, struct buf *ret_text, bool *ret_cut);
/* Appends what was taken out of it, "2 x bearer-token, 1 x us-ssn"; after output_finish. */
void output_redacted(const struct output *output, struct buf *out);
