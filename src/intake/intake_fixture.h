/* For tests of formats: one document, one arena, and what the last parse gave. */
#pragma once

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "intake/intake.h"

static const int64_t now_us = INT64_C(1772355600) * US_PER_S; /* 2026-03-01T09:00:00Z */
static struct json_document *document;
static struct arena *arena;
static const char *field;
static struct err err;

static inline int parse_as(const char *format, const char *text, struct alert_batch *ret_batch)
{
    struct intake_body body = {intake_format(format), text, strlen(text), now_us};
    return intake_parse(&body, document, arena, ret_batch, &field, &err);
}

static inline struct alert_batch parsed_as(const char *format, const char *text)
{
    struct alert_batch batch = {0};
    if (parse_as(format, text, &batch) < 0)
        fail_msg("%s", err.text);
    return batch;
}

static inline const char *label(const struct alert *alert, const char *name)
{
    return label_value(alert->labels, alert->n_labels, name);
}

static inline const char *annotation(const struct alert *alert, const char *name)
{
    return label_value(alert->annotations, alert->n_annotations, name);
}

static inline int intake_start(void **state)
{
    (void)state;
    document = json_document_new();
    arena = arena_new();
    return 0;
}

static inline int intake_stop(void **state)
{
    (void)state;
    json_document_free(document);
    arena_free(arena);
    return 0;
}
