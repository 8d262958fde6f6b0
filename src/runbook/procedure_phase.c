/* Phases and the limits of time in their titles. */
#include "runbook/procedure_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/text.h"

enum stage stage_of(enum words group)
{
    return is_stage_group(group) ? (enum stage)(group - WORDS_IMMEDIATE) : STAGE_OTHER;
}

/* The last bracket of a title, when it ends the title. */
static const char *last_bracket(const char *title, size_t *ret_n)
{
    size_t n = strlen(title);
    const char *open = strrchr(title, '(');

    if (open == NULL || n == 0 || title[n - 1] != ')')
        return NULL;
    *ret_n = (size_t)(title + n - open);
    return open;
}

static bool is_limit(const char *bracket)
{
    static const char *const words[] = {"within", "under", "up to", "less than", "more than", "over", "~"};
    const char *inner = bracket + 1;

    if (isdigit((unsigned char)*inner) || *inner == '<' || *inner == '>' ||
        strncmp(inner, "\xe2\x89", 2) == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts_with(inner, words[i]))
            return true;
    return false;
}

const char *title_without_limits(struct arena *arena, const char *title)
{
    size_t n;
    const char *plain = text_without_colon(arena, text_without_decoration(arena, title, NULL));
    const char *bracket = last_bracket(plain, &n);

    if (bracket == NULL || bracket == plain || !is_limit(bracket))
        return plain;
    const char *title_only =
        text_without_colon(arena, arena_strndup(arena, plain, (size_t)(bracket - plain)));
    const char *subject = strstr(bracket, " for ");
    return subject && isupper((unsigned char)subject[5])
               ? arena_printf(arena, "%s (%s", title_only, subject + 5)
               : title_only;
}

bool title_budget(struct arena *arena, const char *title, int64_t *ret_s, int64_t *ret_min_s,
                  const char **ret_op)
{
    size_t n;
    struct duration_words duration;
    const char *plain = text_without_colon(arena, title);
    const char *bracket = last_bracket(plain, &n);
    const char *text = bracket ? bracket : text_find_word(plain, "within");

    if (text == NULL && text_starts_with(plain, "first "))
        text = plain; /* "First 15 minutes" */

    if (text == NULL || !text_duration(text, &duration) || duration.immediate)
        return false;
    if (text_find_word(text, "every") || text_find_word(text, "each"))
        return false; /* how often, not how long */
    *ret_s = duration.value_s;
    *ret_min_s = duration.low_s;
    *ret_op = duration.op;
    return true;
}

void phase_announce(struct procedure_writer *writer, const char *title, enum stage stage, int line)
{
    struct phase *next = &writer->next;

    *next = (struct phase){
        .stage = stage, .budget_s = UNSTATED, .budget_min_s = UNSTATED, .line = line, .line_end = line};
    if (title) {
        next->name = title_without_limits(writer->arena, title);
        title_budget(writer->arena, title, &next->budget_s, &next->budget_min_s, &next->budget_op);
    }
    writer->next_open = true;
    writer->staged = stage != STAGE_OTHER;
    writer->suspects = title && words_occur(WORDS_SUSPECTS, title);
}

struct phase *phase_for_step(struct procedure_writer *writer, int line)
{
    struct procedure *procedure = writer->procedure;

    if (writer->next_open || procedure->phases.n == 0) {
        if (!writer->next_open)
            phase_announce(writer, NULL, STAGE_OTHER, procedure->line);
        *list_push(writer->arena, &procedure->phases) = writer->next;
        writer->next_open = false;
    }
    struct phase *phase = &procedure->phases.at[procedure->phases.n - 1];
    if (line > phase->line_end)
        phase->line_end = line;
    return phase;
}
