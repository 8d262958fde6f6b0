/* Any text: lengths of time, conditions, lists, labels and numbers in it. What is found lies inside of the
 * text.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    const char *text = text_normalise(arena, (const char *)bytes, n_bytes);
    struct strings items = {0};
    struct sentences sentences = {0};
    const char *label, *rest;

    check_duration(text);
    check_condition(arena, text);
    text_split_list(arena, text, true, &items);
    text_sentences(arena, text, &sentences);
    must(!text_label(arena, text, &label, &rest) || (rest >= text && rest <= text + strlen(text)));
    text_without_number(arena, text, NULL);
    text_without_decoration(arena, text, NULL);
    severity_find(arena, text, NULL, NULL, NULL);
    return 0;
}
