/* A scale is rows of words with a place from 0 to 1. A level's own label puts it on the same rows, so that
 * "critical" finds "SEV-1 (Critical)" and "warning" finds "P2 - Medium". */
#include "runbook/severity_scale.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "runbook/alert_words.h"
#include "runbook/word_lines.h"

struct row {
    double place;
    struct strings words;
};

struct severity_scale {
    struct arena *arena; /* lives as long as the process */
    struct strings labels, schemes, degrees;
    LIST(struct row) rows;
};

static bool has(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i][0] == *text && strcmp(list->at[i], text) == 0)
            return true;
    return false;
}

static void read_line(struct arena *arena, struct severity_scale *scale, const struct strings *words)
{
    const struct {
        const char *kind;
        struct strings *list;
    } lists[] = {{"label", &scale->labels}, {"scheme", &scale->schemes}, {"degree", &scale->degrees}};
    if (strcmp(words->at[0], "level") == 0) {
        struct row *row = list_push(arena, &scale->rows);
        row->place = strtod(words->at[1], NULL);
        for (size_t i = 2; i < words->n; i++)
            strings_add(arena, &row->words, words->at[i]);
        return;
    }
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        for (size_t i = 1; strcmp(words->at[0], lists[k].kind) == 0 && i < words->n; i++)
            strings_add(arena, lists[k].list, words->at[i]);
}

static struct severity_scale builtin; /* constant once load_once() has run */

static void load_once(void)
{
    struct word_lines lines = word_lines_builtin("severity.words");
    struct strings words;
    builtin.arena = arena_new();
    while (word_line_next(builtin.arena, &lines, &words))
        read_line(builtin.arena, &builtin, &words);
}

const struct severity_scale *severity_scale_builtin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    return &builtin;
}

bool severity_scale_label(const struct severity_scale *scale, const char *label)
{
    return has(&scale->labels, label);
}

bool severity_scale_degree(const struct severity_scale *scale, const char *word)
{
    return has(&scale->degrees, word);
}

const struct severity *severity_most_severe(const struct runbook *runbook)
{
    const struct severity *best = NULL;
    list_each (severity, &runbook->severities)
        if (!best || severity->rank < best->rank)
            best = severity;
    return best;
}

/* "SEV-1" is the scheme "sev" and the mark "1"; "Sev A" "sev" and "a"; "2" "" and "2". */
struct level_name {
    char scheme[16];
    char mark[16];
};

static void copy_lower(const char *from, size_t n, char to[16])
{
    size_t k = 0;
    for (size_t i = 0; i < n && k < 15; i++)
        if (isalnum((unsigned char)from[i]))
            to[k++] = (char)tolower((unsigned char)from[i]);
    to[k] = '\0';
}

/* False when the text is more than a scheme and a mark. */
static bool level_name_read(const struct severity_scale *scale, const char *text, struct level_name *ret_name)
{
    size_t n = strlen(text), n_digits = 0;
    if (n == 0 || n > 15)
        return false;
    while (n_digits < n && isdigit((unsigned char)text[n - 1 - n_digits]))
        n_digits++;
    /* a single letter behind a gap is a mark, too */
    bool lettered = n_digits == 0 && n > 2 && !isalnum((unsigned char)text[n - 2]);
    size_t n_mark = n_digits > 0 ? n_digits : lettered ? 1 : 0;
    if (n_mark == 0)
        return false;
    copy_lower(text, n - n_mark, ret_name->scheme);
    copy_lower(text + n - n_mark, n_mark, ret_name->mark);
    return ret_name->scheme[0] == '\0' || has(&scale->schemes, ret_name->scheme);
}

static bool same_folded(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && !isalnum((unsigned char)*a))
            a++;
        while (*b && !isalnum((unsigned char)*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

/* The level whose mark it is; for a number beyond all of them the nearest one. */
static const struct severity *by_mark(const struct severity_scale *scale, const struct runbook *runbook,
                                      const struct level_name *asked)
{
    const struct severity *nearest = NULL;
    long nearest_distance = 0;
    char *end;
    long number = strtol(asked->mark, &end, 10);
    bool numbered = *end == '\0';
    list_each (severity, &runbook->severities) {
        struct level_name name;
        if (!severity->id || !level_name_read(scale, severity->id, &name))
            continue;
        if (strcmp(name.mark, asked->mark) == 0)
            return severity;
        long distance = labs(strtol(name.mark, &end, 10) - number);
        if (numbered && *end == '\0' && (!nearest || distance < nearest_distance)) {
            nearest = severity;
            nearest_distance = distance;
        }
    }
    return nearest;
}

const struct severity *severity_scale_named(const struct severity_scale *scale, const struct runbook *runbook,
                                            const char *text)
{
    struct level_name name;
    list_each (severity, &runbook->severities)
        if (severity->id && same_folded(severity->id, text) && text[0])
            return severity;
    return level_name_read(scale, text, &name) ? by_mark(scale, runbook, &name) : NULL;
}

static const struct row *row_of(const struct severity_scale *scale, const char *word)
{
    list_each (row, &scale->rows)
        if (has(&row->words, word))
            return row;
    return NULL;
}

static bool label_has(const char *label, const char *word)
{
    struct word_cutter cutter = {.at = label, .end = label + strlen(label)};
    while (word_cut(&cutter))
        if (strcmp(cutter.raw, word) == 0)
            return true;
    return false;
}

/* The most severe level whose label has one of the words. */
static const struct severity *labelled(const struct runbook *runbook, const char *const *words, size_t n)
{
    const struct severity *best = NULL;
    list_each (severity, &runbook->severities) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = (severity->label && label_has(severity->label, words[i])) ||
                    (severity->id && label_has(severity->id, words[i]));
        if (found && (!best || severity->rank < best->rank))
            best = severity;
    }
    return best;
}

/* The level at that place of the runbook's own scale; halves go to the more severe. */
static const struct severity *at_place(const struct runbook *runbook, double place)
{
    double exact = place * (double)(runbook->severities.n - 1);
    size_t wanted = (size_t)exact + (exact - (double)(size_t)exact > 0.5);
    list_each (severity, &runbook->severities) {
        size_t n_above = 0;
        list_each (other, &runbook->severities)
            n_above += other->rank < severity->rank || (other->rank == severity->rank && other < severity);
        if (n_above == wanted)
            return severity;
    }
    return severity_most_severe(runbook);
}

const struct severity *severity_scale_general(const struct severity_scale *scale,
                                              const struct runbook *runbook, const char *text,
                                              enum severity_basis *ret_basis)
{
    const struct severity *best = NULL;
    struct word_cutter cutter = {.at = text, .end = text + strlen(text)};
    while (runbook->severities.n > 0 && word_cut(&cutter)) {
        const char *word = cutter.raw;
        const struct row *row = row_of(scale, word);
        const struct severity *found = labelled(runbook, &word, 1);
        if (!row)
            continue;
        if (!found)
            found = labelled(runbook, row->words.at, row->words.n);
        enum severity_basis basis = found            ? SEVERITY_BY_LABEL
                                    : row->place > 0 ? SEVERITY_BY_PLACE
                                                     : SEVERITY_BY_TOP;
        if (!found)
            found = at_place(runbook, row->place);
        if (!best || found->rank < best->rank) {
            best = found;
            *ret_basis = basis;
        }
    }
    return best;
}
