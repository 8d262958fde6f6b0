/* JSON: one bounded reader (simdjson behind a thin shim, 1.8 GB/s on alert bodies) and one writer.
 *
 * A parsed document owns all its values; a struct json is a small handle into it, good until the document is
 * freed or parses again. Every getter tolerates a missing value (JSON_NONE), so paths can be chained:
 *     const char *s = json_text(json_get(json_get(root, "labels"), "alertname"), &n);
 * Strings are valid UTF-8 and may hold NUL bytes: n_bytes counts; half of a surrogate pair reads as U+FFFD.
 * RFC 8259. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/buf.h"
#include "base/err.h"

enum json_kind { JSON_NONE, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_document; /* also a reusable parser: one a thread */

struct json {
    const void *document;
    size_t at;
};

/* Loads the library (base/library.h), which else the first json_parse or utf8_valid does: for a process that
 * shuts itself in before. Any thread. */
void json_prepare(void);

struct json_document *json_document_new(void);
void json_document_free(struct json_document *document);

/* Parses n_bytes. -1 and an err ("not JSON at byte 12: ...", "deeper than 64 levels", "not UTF-8") otherwise.
 * max_depth bounds nesting; the caller bounds n_bytes. */
int json_parse(struct json_document *document, const char *bytes, size_t n_bytes, int max_depth,
               struct json *ret_root, struct err *err);

enum json_kind json_kind(struct json value);
struct json json_get(struct json object, const char *name); /* first member of that name, or none */
size_t json_count(struct json array_or_object);
/* The text and its length; NULL when it is no string. ret_n_bytes may be NULL. */
const char *json_text(struct json value, size_t *ret_n_bytes);
bool json_bool(struct json value, bool otherwise);
double json_number(struct json value, double otherwise);
int64_t json_int(struct json value, int64_t otherwise); /* otherwise, too, when it does not fit */

/* Iteration over an array or object, in document order:
 *     for (struct json_iter i = json_first(array); json_more(&i); json_next(&i)) use(i.name, i.value); */
struct json_iter {
    struct json value;
    const char *name; /* member name in an object, else NULL */
    size_t name_bytes;
    const char *text; /* of the value when it is a string, else NULL: labels are all strings */
    size_t text_bytes;
    size_t at_, end_;
    bool object_;
};
struct json_iter json_first(struct json array_or_object);
static inline bool json_more(const struct json_iter *iter)
{
    return iter->at_ < iter->end_;
}
void json_next(struct json_iter *iter);

bool utf8_valid(const char *bytes, size_t n_bytes);
/* Appends them with U+FFFD in place of each bad byte. */
void utf8_clean(struct buf *out, const char *bytes, size_t n_bytes);

/* Writer: appends to a buffer, commas and escapes by itself. Values that are not valid UTF-8 are written with
 * U+FFFD for each bad byte. Nesting is the caller's: every begin has its end.
 *     jw_begin_object(&w); jw_name(&w, "n"); jw_int(&w, 3); jw_end_object(&w); */
struct json_writer {
    struct buf *out;
    bool comma_; /* a comma is due before the next value */
};

struct json_writer jw_start(struct buf *out);
void jw_begin_object(struct json_writer *w);
void jw_end_object(struct json_writer *w);
void jw_begin_array(struct json_writer *w);
void jw_end_array(struct json_writer *w);
void jw_name(struct json_writer *w, const char *name);
void jw_string(struct json_writer *w, const char *s); /* NULL writes null */
void jw_string_n(struct json_writer *w, const char *s, size_t n_bytes);
void jw_int(struct json_writer *w, int64_t value);
void jw_double(struct json_writer *w,
               double value); /* shortest text that reads back the same; NaN, infinities: null */
void jw_bool(struct json_writer *w, bool value);
void jw_null(struct json_writer *w);
void jw_raw(struct json_writer *w, const char *json, size_t n_bytes); /* already JSON */
void jw_time(struct json_writer *w, int64_t us);                      /* RFC 3339, or null when 0 */

/* name and value in one call. */
void jw_pair(struct json_writer *w, const char *name, const char *value);
void jw_pair_int(struct json_writer *w, const char *name, int64_t value);
void jw_pair_int_or_null(struct json_writer *w, const char *name, int64_t value, bool known);
void jw_pair_bool(struct json_writer *w, const char *name, bool value);
void jw_pair_time(struct json_writer *w, const char *name, int64_t us);

#ifdef __cplusplus
}
#endif
