/* Levels that lines of a paragraph define, a line a level, under any heading: "SEV1 · ack 10m · mitigate
 * 45m", "URGENT = whole house, answered in 10 min". */
#include <ctype.h>
#include <string.h>

#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum { LEVELS_LEAST = 2, LINES_MAX = 8, NAME_BYTES = 30 };

/* "page: primary → secondary (10m)" as the last field of a line. */
static void take_chain(struct severity_reader *reader, struct severity *level, const char *text)
{
    const char *field = text, *next;

    while ((next = strstr(field, " \xc2\xb7 ")) != NULL)
        field = next + strlen(" \xc2\xb7 ");
    if (strstr(field, "\xe2\x86\x92") == NULL)
        return;
    const char *colon = strstr(field, ": ");
    level->escalation_text = NULL;
    level->escalate_after_s = UNSTATED;
    level->rungs = (struct rungs){0};
    level_take(reader->arena, level, WORDS_ESCALATION_RULE, colon ? colon + 2 : field, level->line, true);
}

/* A line's level; in front of a colon a letter is as good as a number: "Level A (nobody can log in): ...". */
static bool line_level(struct severity_reader *reader, struct passage *line, struct severity *ret_level,
                       const char **ret_rest)
{
    size_t at, n = severity_name_bytes(line->rest, &at);

    if (severity_passage_level(reader, line, ret_level, ret_rest))
        return level_number(ret_level) >= 0;
    if (n == 0)
        return false;
    line->lead = arena_strndup(reader->arena, line->rest, n);
    line->rest += at;
    return severity_passage_level(reader, line, ret_level, ret_rest) && level_number(ret_level) >= 0;
}

static struct passage line_of(struct severity_reader *reader, const struct prose *prose, size_t k)
{
    size_t at = prose->line_starts.at[k],
           end = k + 1 < prose->line_starts.n ? prose->line_starts.at[k + 1] : strlen(prose->text);

    return (struct passage){.rest = text_normalise(reader->arena, prose->text + at, end - at),
                            .line = prose->line + (int)k};
}

/* "SEV1 · ack 10m · mitigate 45m": lines that begin with a level each and say how soon, under any heading. */
static bool read_numbered(struct severity_reader *reader, const struct prose *prose)
{
    struct severity levels[LINES_MAX];
    struct passage lines[LINES_MAX];
    size_t n = prose->line_starts.n;

    for (size_t k = 0; k < n; k++) {
        const char *rest;
        lines[k] = line_of(reader, prose, k);
        if (!line_level(reader, &lines[k], &levels[k], &rest))
            return false;
        levels[k].line = levels[k].line_end = lines[k].line;
        severity_take_text(reader, &levels[k], "", NULL, rest, levels[k].line);
        take_chain(reader, &levels[k], rest);
        if (k == 0 && levels[k].response_text == NULL)
            return false;
    }
    for (size_t k = 0; k < n; k++) {
        severity_add(reader, &levels[k]);
        severity_add_also(reader, &lines[k], &levels[k]);
    }
    return true;
}

/* ---- Names of the house ---- */

/* "URGENT = whole house", "**Red**: all down". */
static bool house_level(struct severity_reader *reader, const struct passage *passage,
                        struct severity *ret_level, const char **ret_rest)
{
    const char *name = passage->lead, *rest = passage->rest;

    if (name == NULL) {
        const char *plain = text_without_decoration(reader->arena, passage->rest, NULL);
        const char *equals = strstr(plain, " = ");
        size_t at = 0, n = severity_name_bytes(plain, &at);
        if (equals && (n == 0 || (size_t)(equals - plain) < n)) {
            n = (size_t)(equals - plain);
            at = n + strlen(" = ");
        }
        if (n == 0)
            return false;
        name = arena_strndup(reader->arena, plain, n);
        rest = plain + at;
    }
    while (*rest && (strchr(" :-=", *rest) || strncmp(rest, "\xe2\x80", 2) == 0))
        rest += *rest & 0x80 ? 3 : 1;
    *ret_rest = rest;
    return strnlen(name, NAME_BYTES) < NAME_BYTES && level_of_house(reader->arena, name, ret_level);
}

/* The levels of passages that all begin with a name: words for levels, or half of them say how soon people
 * answer. */
static bool house_levels(struct severity_reader *reader, const struct passage *passages, size_t n,
                         struct severity *ret_levels)
{
    size_t times = 0, words = 0;

    for (size_t k = 0; k < n; k++) {
        struct severity word;
        const char *rest;
        if (!house_level(reader, &passages[k], &ret_levels[k], &rest))
            return false;
        ret_levels[k].line = ret_levels[k].line_end = passages[k].line;
        words += level_named_plainly(reader->arena, ret_levels[k].id, &word);
        severity_take_text(reader, &ret_levels[k], "", NULL, rest, passages[k].line);
        times += ret_levels[k].response_text != NULL;
    }
    return (times >= LEVELS_LEAST && times * 2 >= n) || words == n;
}

static bool is_loud(const char *text)
{
    size_t n = 0;

    while (isupper((unsigned char)text[n]))
        n++;
    return n > 2 && !isalnum((unsigned char)text[n]);
}

/* Under a heading that does not speak of levels only names in capitals are any. */
static bool read_house(struct severity_reader *reader, const struct block *block)
{
    const struct prose *prose = &block->prose;
    bool about = severity_about(reader, block->heading);
    struct severity levels[LINES_MAX];
    struct passage lines[LINES_MAX] = {0};
    size_t n = prose->line_starts.n;

    for (size_t k = 0; k < n; k++) {
        if (!about && !is_loud(prose->text + prose->line_starts.at[k]))
            return false;
        lines[k] = line_of(reader, prose, k);
    }
    if (!house_levels(reader, lines, n, levels))
        return false;
    for (size_t k = 0; k < n; k++)
        severity_add(reader, &levels[k]);
    return true;
}

bool severity_read_house_list(struct severity_reader *reader, size_t first)
{
    const struct block *blocks = reader->document->blocks.at;
    struct severity levels[LINES_MAX];
    struct passage passages[LINES_MAX] = {0};
    size_t n = 0;

    for (size_t i = first;
         i < reader->document->blocks.n && blocks[i].kind == BLOCK_ITEM && blocks[i].list_first == first;
         i = blocks[i].end) {
        if (n == LINES_MAX || blocks[i].prose.passages.n != 1)
            return false;
        passages[n++] = blocks[i].prose.passages.at[0];
    }
    if (n < LEVELS_LEAST || !house_levels(reader, passages, n, levels))
        return false;
    for (size_t k = 0; k < n; k++)
        severity_add(reader, &levels[k]);
    return true;
}

bool severity_read_lines(struct severity_reader *reader, const struct block *block)
{
    const char *text = block->prose.text;
    size_t n = block->prose.line_starts.n;

    if (n < LEVELS_LEAST || n > LINES_MAX)
        return false;
    if ((strchr("SPLTsplt", text[0]) || text[0] & 0x80) && read_numbered(reader, &block->prose))
        return true;
    return (is_loud(text) || severity_about(reader, block->heading)) && read_house(reader, block);
}
