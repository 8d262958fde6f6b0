/* Any text: lengths of time, conditions, measured values, lists, labels and numbers in it. What is found lies
 * inside of the text.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "runbook/measure.h"
#include "runbook/severity.h"
#include "runbook/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void check_duration(const char *text)
{
    struct duration_words duration;

    if (!text_duration(text, &duration))
        return;
    must(duration.at + duration.n_bytes <= strlen(text));
    must(duration.value_s >= 0);
    must(duration.low_s == UNSTATED || duration.low_s >= 0);
}

static void check_condition(struct arena *arena, const char *text)
{
    struct condition condition = {0};

    condition_read(arena, text, &condition);
    must(condition.metric == NULL || condition.op != NULL);
    must(!condition.has_value || !isnan(condition.value));
}

static void check_measures(struct arena *arena, const char *text)
{
    static const char *const names[] = {"summary", "value", "valueString"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct label label = {names[i], text};
        struct match_query query = {.labels = &label, .n_labels = 1};
        struct measures measures;
        measures_read(arena, &query, &measures);
        must(measures.n <= MEASURES_AT_MOST);
        list_each (measure, &measures)
            must(isfinite(measure->value) && measure->words && measure->written);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    const char *text = text_normalise(arena, (const char *)bytes, n_bytes);
    struct strings items = {0};
    struct sentences sentences = {0};
    const char *label, *rest;

    check_duration(text);
    check_condition(arena, text);
    check_measures(arena, text);
    text_split_list(arena, text, true, &items);
    text_sentences(arena, text, &sentences);
    must(!text_label(arena, text, &label, &rest) || (rest >= text && rest <= text + strlen(text)));
    text_without_number(arena, text, NULL);
    text_without_decoration(arena, text, NULL);
    severity_find(arena, text, NULL, NULL, NULL);
    return 0;
}
