#include "watch/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "watch/matter.h"

/* Control characters would let a name look like several, or like nothing. */
static const char *name_keep(struct arena *arena, const char *name, size_t n_name)
{
    scoped_buf struct buf clean = {0};
    size_t n = n_name < SUBJECT_BYTES - 1 ? n_name : SUBJECT_BYTES - 1;
    while (n < n_name && n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80)
        n--;
    utf8_clean(&clean, name, n);
    char *kept = arena_strdup(arena, buf_text(&clean));
    for (char *c = kept; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return *kept ? kept : "(none)";
}

int findings_add(struct findings *findings, const char *label, const char *name, size_t n_name, double value)
{
    if (findings->list.n >= FINDINGS_MOST)
        return -1;
    if (!findings->arena)
        findings->arena = arena_new();
    struct finding *finding = list_push(findings->arena, &findings->list);
    struct label *labels = arena_alloc(findings->arena, sizeof *labels);
    *labels = (struct label){label, name_keep(findings->arena, name, n_name)};
    *finding = (struct finding){
        .subject = labels->value, .labels = labels, .n_labels = 1, .value = value, .says = ""};
    return 0;
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct finding *)a)->value, y = ((const struct finding *)b)->value;
    return (x < y) - (x > y);
}

void findings_say(struct findings *findings, struct probe *probe, const char *what)
{
    struct check_reading reading = {.kind = READING_VALUE, .by_subject = true};
    size_t n = findings->list.n;
    if (n)
        qsort(findings->list.at, n, sizeof *findings->list.at, by_value);
    list_each (finding, &findings->list)
        finding->says = arena_printf(findings->arena, "for %s %.100s, %.150s", finding->labels->name,
                                     finding->subject, what);
    reading.value = n ? findings->list.at[0].value : 0;
    reading.findings = findings->list.at;
    reading.n_findings = n;
    if (n)
        snprintf(reading.text, sizeof reading.text, "the largest of %zu: %s", n, findings->list.at[0].says);
    else
        snprintf(reading.text, sizeof reading.text, "none: %.200s", what);
    probe_done(probe, &reading);
    findings_clear(findings);
}

void findings_clear(struct findings *findings)
{
    if (findings->arena)
        arena_free(findings->arena);
    *findings = (struct findings){0};
}
