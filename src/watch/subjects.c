/* A check that counts by something (users, features) has an alert for each one beyond its limits, with the
 * labels that name it. Their names come from outside: a process that starts anew cannot know which ones it
 * had raised. So these alerts are told again and again, each time with a time at which they end by themselves
 * (tell.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "watch/watched.h"

static struct matter *find(const struct watched *watched, const char *subject)
{
    struct matter *matter = watched->subjects;
    while (matter && strcmp(matter->subject, subject) != 0)
        matter = matter->next;
    return matter;
}

static struct matter *matter_new(struct watched *watched, const char *subject, const struct finding *finding)
{
    struct matter *matter = heap_alloc(sizeof *matter);
    matter->watched = watched;
    matter->subject = heap_strdup(subject);
    matter->arena = arena_new();
    matter->labels = arena_alloc(matter->arena, finding->n_labels * sizeof *matter->labels);
    for (size_t i = 0; i < finding->n_labels; i++)
        matter->labels[i] = (struct label){arena_strdup(matter->arena, finding->labels[i].name),
                                           arena_strdup(matter->arena, finding->labels[i].value)};
    matter->n_labels = finding->n_labels;
    matter->next = watched->subjects;
    watched->subjects = matter;
    watched->n_subjects++;
    return matter;
}

static void matter_free(struct matter *matter)
{
    matter_forget(matter);
    free(matter->subject);
    arena_free(matter->arena);
    free(matter);
}

static void finding_hear(struct watched *watched, const struct finding *finding, size_t *n_over)
{
    struct check_reading reading = {.kind = finding->bad ? READING_BAD : READING_VALUE,
                                    .value = finding->value};
    char subject[SUBJECT_BYTES];
    snprintf(subject, sizeof subject, "%s", finding->subject);
    snprintf(reading.text, sizeof reading.text, "%s", finding->says);
    struct matter *matter = find(watched, subject);
    bool bad = finding->bad || judge_finds_bad(watched->probe.check, finding->value);
    if (matter && matter->seen)
        return; /* names that were cut to the same one: the largest counts */
    *n_over += bad;
    if (!matter && bad && watched->n_subjects < MATTERS_MOST)
        matter = matter_new(watched, subject, finding);
    if (!matter)
        return;
    matter->seen = true;
    matter_hear(matter, &reading);
}

struct check_reading subjects_hear(struct watched *watched, const struct check_reading *reading)
{
    struct check_reading own = {.kind = READING_NOTHING};
    if (reading->kind != READING_VALUE || !reading->by_subject) {
        for (struct matter *matter = watched->subjects; matter; matter = matter->next)
            matter_hear(matter, reading); /* an error: what stands goes on standing */
        return *reading;
    }
    size_t n_over = 0;
    for (struct matter *matter = watched->subjects; matter; matter = matter->next)
        matter->seen = false;
    for (size_t i = 0; i < reading->n_findings; i++)
        finding_hear(watched, &reading->findings[i], &n_over);
    for (struct matter *matter = watched->subjects; matter; matter = matter->next)
        if (!matter->seen)
            matter_hear(matter, &(struct check_reading){.kind = READING_WELL});
    own.kind = n_over > MATTERS_MOST ? READING_BAD : READING_WELL;
    own.value = reading->value;
    if (own.kind == READING_BAD)
        snprintf(own.text, sizeof own.text,
                 "%.200s: %zu are beyond the limit, and %d have alerts of their own", reading->text, n_over,
                 MATTERS_MOST);
    else
        snprintf(own.text, sizeof own.text, "%s", reading->text);
    return own;
}

void subjects_thin(struct watched *watched)
{
    for (struct matter **at = &watched->subjects; *at;) {
        struct matter *matter = *at;
        const struct verdict *bad = &matter->judge.bad;
        bool over = bad->state != VERDICT_TRUE && !(bad->since_us && bad->towards);
        bool silent = matter->told_bad != VERDICT_TRUE && !matter->telling_bad;
        if (!over || !silent) {
            at = &matter->next;
            continue;
        }
        *at = matter->next;
        watched->n_subjects--;
        matter_free(matter);
    }
}

void subjects_free(struct watched *watched)
{
    while (watched->subjects) {
        struct matter *matter = watched->subjects;
        watched->subjects = matter->next;
        matter_free(matter);
    }
    watched->n_subjects = 0;
}
