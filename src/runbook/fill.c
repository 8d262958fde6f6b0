#include "runbook/fill.h"

#include <string.h>

#include "runbook/command.h"
#include "runbook/fill_priv.h"

struct filling {
    struct arena *arena;
    const struct risk_rules *rules;
    const char *command;
    const struct fill_value *values;
    size_t n_values;
    LIST(struct occurrence) occurrences;
    const char *marked; /* the command with markers */
    struct trace trace;
    struct fill_levels levels;
};

struct occurrence {
    size_t at, n_bytes; /* in the command */
    const char *name, *value;
    const char *marker;
    struct fill_chain chain;
    const char **written; /* by reader: what stands in its text; written[n] is the value */
};

size_t fill_placeholder_bytes(const char *text, size_t n_bytes, size_t at)
{
    char c = text[at];
    if (c != '<' && c != '[' && c != '{')
        return 0;
    size_t by_risk = text_placeholder_bytes(text, n_bytes, at), by_text = command_placeholder_bytes(text, at);
    return by_risk > by_text ? by_risk : by_text;
}

static const char *value_of(const struct filling *filling, const char *name)
{
    for (size_t i = 0; i < filling->n_values; i++)
        if (strcmp(filling->values[i].name, name) == 0)
            return filling->values[i].value;
    return NULL;
}

/* ---- markers ---- */

static void occurrences_find(struct filling *filling)
{
    const char *command = filling->command;
    size_t n_bytes = strlen(command);
    for (size_t at = 0; at < n_bytes;) {
        size_t n = fill_placeholder_bytes(command, n_bytes, at);
        if (n > 0) {
            struct occurrence *occurrence = list_push(filling->arena, &filling->occurrences);
            occurrence->at = at;
            occurrence->n_bytes = n;
            occurrence->name = arena_strndup(filling->arena, command + at, n);
        }
        at += n > 0 ? n : 1;
    }
}

/* Letters that the command does not hold, so that a marker is found where it was put and nowhere else. */
static const char *marker_letters(struct filling *filling)
{
    const char *letters = "zq";
    while (strcasestr(filling->command, letters))
        letters = arena_printf(filling->arena, "%sxq", letters);
    return letters;
}

static const char *command_with(struct filling *filling, bool markers)
{
    scoped_buf struct buf out = {0};
    size_t at = 0;
    list_each (occurrence, &filling->occurrences) {
        buf_add(&out, filling->command + at, occurrence->at - at);
        buf_puts(&out, markers ? occurrence->marker : occurrence->written[0]);
        at = occurrence->at + occurrence->n_bytes;
    }
    buf_puts(&out, filling->command + at);
    return arena_strndup(filling->arena, buf_text(&out), out.n_bytes);
}

/* ---- from the inside out ---- */

static const char *occurrence_write(struct filling *filling, struct occurrence *occurrence)
{
    struct fill_chain *chain = &occurrence->chain;
    fill_chain_find(filling->arena, &filling->levels, &filling->trace, occurrence->marker, chain);
    if (chain->why_not)
        return arena_printf(filling->arena, "%s %s.", occurrence->name, chain->why_not);
    occurrence->written = arena_alloc(filling->arena, (chain->n + 1) * sizeof *occurrence->written);
    occurrence->written[chain->n] = occurrence->value;
    for (size_t i = chain->n; i-- > 0;) {
        scoped_buf struct buf out = {0};
        const char *why;
        if (fill_encode(chain->at[i].place, occurrence->written[i + 1], &out, &why) < 0)
            return arena_printf(filling->arena, "The value of %s %s.", occurrence->name, why);
        occurrence->written[i] = arena_strndup(filling->arena, buf_text(&out), out.n_bytes);
    }
    return NULL;
}

/* ---- the proof ---- */

/* What stands for the marker in the text of that level: as written there, or as its words read after it. */
static const char *written_at(const struct occurrence *occurrence, int level, bool read)
{
    for (size_t i = 0; i < occurrence->chain.n; i++)
        if (occurrence->chain.at[i].level == level)
            return occurrence->written[i + read];
    return NULL;
}

/* Is `filled` the text with each marker replaced by what belongs there? */
static bool text_follows(const struct filling *filling, const char *text, const char *filled, int level,
                         bool read)
{
    while (*text) {
        const struct occurrence *here = NULL;
        list_each (occurrence, &filling->occurrences)
            if (strncmp(text, occurrence->marker, strlen(occurrence->marker)) == 0)
                here = occurrence;
        if (!here) {
            if (*text++ != *filled++)
                return false;
            continue;
        }
        const char *written = written_at(here, level, read);
        size_t n_bytes = written ? strlen(written) : 0;
        if (!written || strncmp(filled, written, n_bytes) != 0)
            return false;
        text += strlen(here->marker);
        filled += n_bytes;
    }
    return *filled == '\0';
}

static bool traced_follows(const struct filling *filling, const struct traced *marked,
                           const struct traced *filled)
{
    bool text = marked->language != NULL;
    if (text != (filled->language != NULL) || marked->level != filled->level ||
        marked->opens != filled->opens || marked->n_words != filled->n_words ||
        (text && strcmp(marked->language, filled->language) != 0))
        return false;
    int level = marked->level;
    if (text)
        return text_follows(filling, marked->text, filled->text, level, true) ||
               text_follows(filling, marked->text, filled->text, level, false);
    for (size_t i = 0; i < marked->n_words; i++)
        if (!text_follows(filling, marked->words[i].text, filled->words[i].text, level, true) &&
            !(marked->words[i].dynamic &&
              text_follows(filling, marked->words[i].text, filled->words[i].text, level, false)))
            return false;
    return true;
}

/* Do the readers of the filled command get what those of the marked one got, but for the values? */
static bool readers_agree(const struct filling *filling, const char *text, const struct trace *trace)
{
    if (trace->list.n != filling->trace.list.n || trace->n_levels != filling->trace.n_levels)
        return false;
    for (size_t i = 0; i < trace->list.n; i++)
        if (!traced_follows(filling, &filling->trace.list.at[i], &trace->list.at[i]))
            return false;
    struct fill_levels levels = fill_levels_of(filling->arena, text, trace);
    for (size_t i = 0; i < levels.n; i++) {
        const char *before = fill_skeleton(filling->arena, filling->levels.at[i]);
        const char *after = fill_skeleton(filling->arena, levels.at[i]);
        /* what did not parse before is refused when a placeholder stands in it */
        if ((before != NULL) != (after != NULL) || (before && strcmp(before, after) != 0))
            return false;
    }
    return true;
}

static bool placeholder_left(const char *text)
{
    size_t n_bytes = strlen(text);
    for (size_t at = 0; at < n_bytes; at++)
        if (fill_placeholder_bytes(text, n_bytes, at))
            return true;
    return false;
}

static const char *rise(struct arena *arena, const struct risk *before, const struct risk *after)
{
    if (after->class > before->class)
        return arena_printf(arena, "With these values it is %s, not %s: %s.", risk_name(after->class),
                            risk_name(before->class), after->why);
    if (after->sensitive && !before->sensitive)
        return arena_printf(arena, "With these values it shows secrets or patient data: %s.",
                            after->sensitive_why);
    if (after->endless && !before->endless)
        return "With these values it would never end.";
    if (after->wants_terminal && !before->wants_terminal)
        return "With these values it would want a terminal.";
    if (after->writes_files.n != before->writes_files.n)
        return "With these values it would write to other files.";
    return NULL;
}

/* A placeholder may read as a redirection where it is written, and as a word once it is filled. */
static bool runs_more(const struct filling *filling, const struct risk *after)
{
    struct risk written =
        risk_of_command(filling->arena, filling->rules, filling->command, strlen(filling->command));
    return written.unfilled && after->programs.n > written.programs.n;
}

static const char *proof_fails(struct filling *filling, const struct risk *before, const char *text,
                               struct risk *ret_risk)
{
    struct trace trace = {0};
    *ret_risk = risk_traced(filling->arena, filling->rules, text, strlen(text), &trace);
    if (placeholder_left(text) || ret_risk->unfilled)
        return "A placeholder would be left.";
    if (!ret_risk->parses)
        return "The shell does not accept it with these values.";
    if (!readers_agree(filling, text, &trace))
        return "With these values the command would mean something else.";
    if (runs_more(filling, ret_risk))
        return "With these values it would run a further program.";
    return rise(filling->arena, before, ret_risk);
}

/* ---- all of it ---- */

static const char *values_check(const struct filling *filling, const struct fill_slots *slots,
                                struct filled *filled)
{
    for (size_t i = 0; i < filling->n_values; i++) {
        const struct fill_slot *slot = NULL;
        list_each (at, slots)
            if (strcmp(at->name, filling->values[i].name) == 0)
                slot = at;
        if (!slot)
            return arena_printf(filling->arena, "The command has no placeholder %.80s.",
                                filling->values[i].name);
        const char *why = fill_type_refuses(filling->arena, slot, filling->values[i].value);
        if (why)
            return why;
        filled->free_value |=
            slot->type != FILL_NAME && slot->type != FILL_NUMBER && slot->type != FILL_CHOICE;
    }
    list_each (slot, slots)
        if (!value_of(filling, slot->name))
            strings_add(filling->arena, &filled->missing, slot->name);
    return filled->missing.n ? "A placeholder in it is not filled." : NULL;
}

static const char *fill(struct filling *filling, const struct risk *before, struct filled *filled)
{
    const char *letters = marker_letters(filling);
    size_t n = 0;
    list_each (occurrence, &filling->occurrences) {
        occurrence->value = value_of(filling, occurrence->name);
        occurrence->marker = arena_printf(filling->arena, "%s%zuq", letters, n++);
    }
    filling->marked = command_with(filling, true);
    list_each (occurrence, &filling->occurrences)
        if (occurrence->at > 0 && filling->command[occurrence->at - 1] == '<')
            return arena_printf(filling->arena, "%s stands behind a '<' and could be a here-document.",
                                occurrence->name);
    struct risk marked = risk_traced(filling->arena, filling->rules, filling->marked, strlen(filling->marked),
                                     &filling->trace);
    if (!marked.parses)
        return "The shell does not accept it, whatever the values are.";
    filling->levels = fill_levels_of(filling->arena, filling->marked, &filling->trace);
    list_each (occurrence, &filling->occurrences) {
        const char *why = occurrence_write(filling, occurrence);
        if (why)
            return why;
        enum fill_place last = occurrence->chain.at[occurrence->chain.n - 1].place;
        filled->free_value |= last == PLACE_URL || last == PLACE_HOST;
    }
    const char *text = command_with(filling, false);
    const char *why = proof_fails(filling, before, text, &filled->risk);
    filled->text = why ? NULL : text;
    return why;
}

struct filled fill_command(struct arena *arena, const struct risk_rules *rules, const char *command,
                           const struct risk *before, const struct fill_value *values, size_t n_values)
{
    struct filled filled = {.risk = *before};
    struct filling filling = {
        .arena = arena, .rules = rules, .command = command, .values = values, .n_values = n_values};
    struct fill_slots slots = {0};
    fill_slots(arena, command, &slots);
    if (slots.n > FILL_VALUES_MOST || n_values > FILL_VALUES_MOST) {
        filled.why_not = "It has more than 32 placeholders.";
        return filled;
    }
    filled.why_not = values_check(&filling, &slots, &filled);
    if (filled.why_not)
        return filled;
    if (slots.n == 0) {
        filled.text = command;
        return filled;
    }
    occurrences_find(&filling);
    filled.why_not = fill(&filling, before, &filled);
    return filled;
}
