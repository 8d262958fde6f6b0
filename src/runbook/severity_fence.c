/* Levels in the comments of a fence: "# Response time: 5 minutes" below a heading that is a level, and "#
 * SEV1 - all down" with such lines below it where a heading speaks of severity. Only a fence that holds
 * nothing but comments: beside commands a comment speaks of them. */
#include <string.h>

#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum { LINES_MAX = 200, LINE_BYTES = 300 };

/* What follows the "#"; "" for a line without words, NULL for one that is no comment. */
static const char *comment_of(struct arena *arena, struct source_line line)
{
    const char *text = text_normalise(arena, line.at, line.n_bytes < LINE_BYTES ? line.n_bytes : LINE_BYTES);

    if (text[0] == '#' && text[1] == '!')
        return NULL;
    return text[0] == '#' ? text + strspn(text, "# ") : text[0] == '\0' ? text : NULL;
}

static bool holds_comments(struct arena *arena, const struct block *fence)
{
    size_t n = 0;

    if (fence->kind != BLOCK_FENCE || fence->lines.n > LINES_MAX)
        return false;
    list_each (line, &fence->lines) {
        const char *comment = comment_of(arena, *line);
        if (comment == NULL)
            return false;
        n += comment[0] != '\0';
    }
    return n > 0;
}

static bool take_comment(struct severity_reader *reader, struct severity *level, const char *comment,
                         int line, enum words *list)
{
    const char *bullets[] = {"- ", "* ", "\xe2\x80\xa2 "}, *text = comment;
    struct passage passage = {.line = line, .line_end = line};

    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
        if (strncmp(text, bullets[i], strlen(bullets[i])) == 0)
            text += strlen(bullets[i]);
    passage.rest = text;
    level->line_end = line;
    enum words before = *list;
    const char *response = level->response_text, *escalation = level->escalation_text;
    *list = severity_take_passage(reader, level, &passage, text > comment ? before : WORDS_NONE);
    if (text > comment && *list == before && before >= WORDS_LEVEL_EXAMPLES)
        level_take(reader->arena, level, before, text, line, false);
    return level->response_text != response || level->escalation_text != escalation;
}

bool severity_take_comments(struct severity_reader *reader, struct severity *level, const struct block *fence)
{
    enum words list = WORDS_NONE;
    bool said = false;

    if (!holds_comments(reader->arena, fence))
        return false;
    for (size_t k = 0; k < fence->lines.n; k++) {
        const char *comment = comment_of(reader->arena, fence->lines.at[k]);
        if (comment && comment[0])
            said |= take_comment(reader, level, comment, fence->body_line + (int)k, &list);
    }
    return said;
}

void severity_read_comments(struct severity_reader *reader, const struct block *fence)
{
    struct severity level = {0}, next;
    enum words list = WORDS_NONE;

    if (!severity_about(reader, fence->heading) || !holds_comments(reader->arena, fence))
        return;
    for (size_t k = 0; k < fence->lines.n; k++) {
        const char *comment = comment_of(reader->arena, fence->lines.at[k]), *rest;
        int line = fence->body_line + (int)k;
        struct passage passage = {.rest = comment, .line = line, .line_end = line};
        if (comment == NULL || comment[0] == '\0')
            continue;
        if (severity_level_of(reader, &passage, &next, &rest)) {
            if (level.id)
                severity_add(reader, &level);
            level = next;
            level.line = level.line_end = line;
            list = WORDS_NONE;
            severity_take_rest(reader, &level, rest, line);
        } else if (level.id) {
            take_comment(reader, &level, comment, line, &list);
        }
    }
    if (level.id)
        severity_add(reader, &level);
}
