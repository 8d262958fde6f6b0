/* The redactor: what a step prints passes it before it touches disk, screen or network. Credentials, patient
 * identifiers and known secrets become `[redacted: NAME]`; what is looked for stands in
 * policy/redaction.detectors and in the files of a site.
 *
 * Unit of work is the line (ended by a line feed or a lone carriage return), so that complete lines come out
 * at once and the result never depends on how the stream was cut. A line that is longer than the window is
 * taken in overlapping windows. Memory is bounded: one window, and the state between lines (the table under
 * way, the private key under way).
 *
 * It finds what has a form, a checksum, a telling name or a telling neighbour. A name or a diagnosis in free
 * text has none of these: this is no de-identification. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct redact_rules; /* never changed once read; any thread */
struct redactor;     /* of one stream */

enum { REDACT_WINDOW_BYTES = 64 * 1024, REDACT_KNOWN_BYTES = 8 };

/* The rules that come with the program and, unless NULL, those of the site: one file, or each *.detectors of
 * a folder. Free with redact_rules_free. -1: cannot be read, or an error with file and line. */
int redact_rules_read(const char *site_path, struct redact_rules **ret_rules, struct err *err);
void redact_rules_free(struct redact_rules *rules); /* NULL is allowed; after every redactor of them */

/* A secret that must not come out as it is, or as base64, URL or JSON write it. Before the first redactor.
 * Texts (each line of several) shorter than REDACT_KNOWN_BYTES are passed over: they stand in too much by
 * chance. */
void redact_rules_know(struct redact_rules *rules, const char *secret);
/* The values of those variables ("NAME=value", NULL at the end) whose name is that of a secret. */
void redact_rules_know_environment(struct redact_rules *rules, const char *const *environment);

/* sink gets the clean bytes, in order. */
struct redactor *redactor_new(const struct redact_rules *rules,
                              void (*sink)(void *context, const char *bytes, size_t n_bytes), void *context);
void redactor_free(struct redactor *redactor); /* NULL is allowed */

void redactor_add(struct redactor *redactor, const char *bytes, size_t n_bytes);
/* The stream has ended: gives what was held back. Nothing may be added any more. */
void redactor_finish(struct redactor *redactor);
/* Appends "2 x bearer-token, 1 x us-ssn"; nothing when nothing was found. */
void redactor_counts(const struct redactor *redactor, struct buf *out);

/* Holds every rule to its examples; the number of those that fail, each told by a line in out. */
size_t redact_rules_check(const struct redact_rules *rules, struct buf *out);
