/* Levels of a document that has no section about severity: a number with its word says enough by itself
 * ("### Critical (P0)", a line "P1 - High:" of a fence), and where nothing is said of them at all the levels
 * that rules and steps name are known at least by name. */
#include <string.h>

#include "runbook/command.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"
#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum { NAME_BYTES = 80, TEXT_BYTES = 600, LEVELS_LEAST = 2, LEVELS_LISTED = 8, LEVELS_MAX = 20 };

/* A number and the word for it. */
static bool sure_name(struct arena *arena, const char *text, struct severity *ret_level)
{
    return strnlen(text, NAME_BYTES) < NAME_BYTES && level_named(arena, text, false, ret_level) &&
           ret_level->label && level_word_rank(ret_level->label) > 0 &&
           !text_starts_with(ret_level->id, "level");
}

/* ---- Headings ---- */

static bool opens_procedure(const struct runbook *runbook, int line)
{
    list_each (procedure, &runbook->procedures)
        if (procedure->line == line)
            return true;
    return false;
}

/* Whether a label in the heading's own blocks gives a field of a level: then its lists are no steps. */
static bool says_fields(struct severity_reader *reader, size_t h)
{
    const struct document *document = reader->document;

    for (size_t i = h + 1; i < document->blocks.at[h].end && !is_section(&document->blocks.at[i]); i++)
        list_each (passage, &document->blocks.at[i].prose.passages) {
            const char *label = passage->lead, *rest;
            if ((label || text_label(reader->arena, passage->rest, &label, &rest)) &&
                severity_field(label) != WORDS_NONE)
                return true;
        }
    return false;
}

static void read_heading(struct severity_reader *reader, size_t h)
{
    const struct document *document = reader->document;
    const struct block *heading = &document->blocks.at[h];
    enum words list = WORDS_NONE;
    struct severity level;

    if (!sure_name(reader->arena, heading->prose.text, &level) || runbook_severity(reader->runbook, level.id))
        return;
    level.line = level.line_end = heading->line;
    bool steps = opens_procedure(reader->runbook, heading->line) && !says_fields(reader, h);
    for (size_t i = h + 1; !steps && i < heading->end && !is_section(&document->blocks.at[i]); i++)
        severity_take_block(reader, &level, i, &list);
    severity_take_times(reader, &level, heading->prose.text, heading->line); /* what no label below states */
    severity_add(reader, &level);
}

/* ---- Lines of a fence: "Level 1 - Critical (P0):" with what it is below it, further in ---- */

static size_t indent_of(struct source_line line)
{
    size_t n = 0;

    while (n < line.n_bytes && line.at[n] == ' ')
        n++;
    return n;
}

static void take_line(struct severity_reader *reader, struct severity *level, const char *text, int line,
                      enum words *list)
{
    size_t n = strlen(text);

    if (n > 0 && text[n - 1] == ':') {
        *list = severity_field(text);
        return;
    }
    bool timed = level->response_text != NULL;
    severity_take_times(reader, level, text, line);
    if (*list != WORDS_RESPONSE_TIME && *list != WORDS_ESCALATION_RULE &&
        timed == (level->response_text != NULL))
        level_take(reader->arena, level, *list == WORDS_NONE ? WORDS_LEVEL_CRITERIA : *list, text, line,
                   false);
    if (line > level->line_end)
        level->line_end = line;
}

static void read_fence(struct severity_reader *reader, const struct block *fence)
{
    struct severity level;
    bool open = false;
    size_t indent = 0;
    enum words list = WORDS_NONE;

    for (size_t k = 0; k < fence->lines.n; k++) {
        struct source_line line = fence->lines.at[k];
        const char *text = text_normalise(reader->arena, line.at, line.n_bytes);
        int at = fence->body_line + (int)k;
        struct severity next;
        if (text[0] == '\0')
            continue;
        bool names = text[strlen(text) - 1] == ':' && sure_name(reader->arena, text, &next);
        if (open && (names || indent_of(line) <= indent)) {
            severity_add(reader, &level);
            open = false;
        }
        if (names) {
            level = next;
            level.line = level.line_end = at;
            indent = indent_of(line);
            list = WORDS_NONE;
            open = true;
        } else if (open) {
            take_line(reader, &level, text + (text[0] == '-' ? 1 + (text[1] == ' ') : 0), at, &list);
        }
    }
    if (open)
        severity_add(reader, &level);
}

static size_t count_named_lines(struct severity_reader *reader, const struct block *fence)
{
    struct severity level;
    size_t n = 0;

    for (size_t k = 0; k < fence->lines.n; k++) {
        struct source_line line = fence->lines.at[k];
        if (line.n_bytes == 0 || line.n_bytes >= NAME_BYTES || line.at[line.n_bytes - 1] != ':')
            continue;
        n += sure_name(reader->arena, text_normalise(reader->arena, line.at, line.n_bytes), &level);
    }
    return n;
}

/* ---- Levels that are only named ---- */

/* "S3", "Level 2" and "Priority 3" mean much else. */
static bool is_plain_level(const char *id)
{
    return text_starts_with(id, "sev") || (id[0] == 'P' && strlen(id) == 2);
}

static bool about_incidents(const char *text)
{
    static const char *const words[] = {"incident", "page",   "escalat", "alert",
                                        "severity", "outage", "notify",  "on-call"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

/* "Severity: P1 / P2 / P3" is a place to fill in. */
static bool asks_for_level(struct arena *arena, const struct block *block)
{
    list_each (passage, &block->prose.passages) {
        const char *label = passage->lead, *rest;
        if ((label || text_label(arena, passage->rest, &label, &rest)) &&
            words_heading(label) == WORDS_SEVERITY)
            return true;
    }
    return false;
}

/* "Set severity: SEV1 (harm possible), SEV2 (no harm)": two levels or more, and in brackets what each is. */
static bool read_bracketed(struct severity_reader *reader, const struct block *block)
{
    const char *text = block->prose.text;
    struct severity levels[LEVELS_LISTED];
    size_t n_levels = 0, at, n;

    if (strcasestr(text, "severity") == NULL && strcasestr(text, "priority") == NULL)
        return false;
    for (const char *from = text; n_levels < LEVELS_LISTED; from += at + n) {
        const char *id = severity_find(reader->arena, from, NULL, &at, &n);
        const char *open = id ? from + at + n : NULL, *close = NULL;
        if (id == NULL)
            break;
        open += *open == ' ';
        if (*open == '(')
            close = strchr(open, ')');
        if (close == NULL || !level_named(reader->arena, id, false, &levels[n_levels]))
            continue;
        struct severity *level = &levels[n_levels++];
        level->line = level->line_end = prose_line_at(&block->prose, (size_t)(open - text));
        level_take(reader->arena, level, WORDS_LEVEL_CRITERIA,
                   arena_strndup(reader->arena, open + 1, (size_t)(close - open) - 1), level->line, false);
    }
    for (size_t i = 0; n_levels >= LEVELS_LEAST && i < n_levels; i++)
        severity_add(reader, &levels[i]);
    return n_levels >= LEVELS_LEAST;
}

static void collect_names(struct severity_reader *reader, const struct block *block)
{
    size_t at, n;

    if (strnlen(block->prose.text, TEXT_BYTES) == TEXT_BYTES ||
        !severity_find(reader->arena, block->prose.text, NULL, NULL, NULL) ||
        !about_incidents(block->prose.text) || read_bracketed(reader, block) ||
        asks_for_level(reader->arena, block))
        return;
    for (const char *text = block->prose.text; reader->runbook->severities.n < LEVELS_MAX; text += at + n) {
        struct severity level;
        const char *id = severity_find(reader->arena, text, NULL, &at, &n);
        if (id == NULL)
            return;
        if (!is_plain_level(id) || !level_named(reader->arena, id, false, &level))
            continue;
        level.source = "usage";
        level.line = level.line_end = prose_line_at(&block->prose, (size_t)(text - block->prose.text) + at);
        severity_add(reader, &level);
    }
}

void severity_read_scheme(struct severity_reader *reader)
{
    const struct document *document = reader->document;
    struct severity level;
    size_t n_headings = 0;

    for (size_t i = 0; i < document->blocks.n; i++)
        n_headings += is_section(&document->blocks.at[i]) && document->blocks.at[i].level > 1 &&
                      sure_name(reader->arena, document->blocks.at[i].prose.text, &level);
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (n_headings >= LEVELS_LEAST && is_section(block) && block->level > 1)
            read_heading(reader, i);
        else if (block->kind == BLOCK_FENCE && fence_role(block) == FENCE_OTHER &&
                 count_named_lines(reader, block) >= LEVELS_LEAST)
            read_fence(reader, block);
    }
}

void severity_read_names(struct severity_reader *reader)
{
    const struct document *document = reader->document;

    for (size_t i = 0; i < document->blocks.n; i++)
        if (document->blocks.at[i].kind == BLOCK_ITEM || document->blocks.at[i].kind == BLOCK_PARAGRAPH)
            collect_names(reader, &document->blocks.at[i]);
    if (reader->runbook->severities.n < LEVELS_LEAST)
        reader->runbook->severities.n = 0; /* one name is no scheme */
}

/* ---- Shares of one sentence ---- */

/* Whose time a part gives: "2 min for P0", "P0 2 min", "P0: within 2 min". NULL: nobody's. */
static const char *share_id(struct severity_reader *reader, const char *part,
                            const struct duration_words *time)
{
    enum { BETWEEN_BYTES = 12 };
    const char *of = text_find_word(part, "for");
    size_t at, n;

    if (of && part + time->at <= of)
        return severity_find(reader->arena, of, NULL, NULL, NULL);
    const char *id = severity_find(reader->arena, part, NULL, &at, &n);
    return id && at + n <= time->at && time->at - (at + n) <= BETWEEN_BYTES ? id : NULL;
}

static void take_share(struct severity_reader *reader, const char *part, int line)
{
    struct duration_words time;
    const char *id = text_duration(part, &time) ? share_id(reader, part, &time) : NULL;

    list_each (level, &reader->runbook->severities)
        if (id && level->response_text == NULL && text_same(level->id, id)) {
            int line_end = level->line_end;
            level_take(reader->arena, level, WORDS_RESPONSE_TIME, part, line, true);
            level->line_end = line_end; /* said elsewhere */
        }
}

void severity_read_shares(struct severity_reader *reader)
{
    bool wanted = false;

    list_each (level, &reader->runbook->severities)
        wanted |= level->response_text == NULL;
    for (size_t i = 0; wanted && i < reader->document->blocks.n; i++) {
        const struct block *block = &reader->document->blocks.at[i];
        if ((block->kind != BLOCK_ITEM && block->kind != BLOCK_PARAGRAPH) ||
            strnlen(block->prose.text, TEXT_BYTES) == TEXT_BYTES)
            continue;
        const char *at = strcasestr(block->prose.text, "acknowledg");
        at = at ? at : strcasestr(block->prose.text, "respon");
        while (at && *at) {
            size_t n = strcspn(at, ",;()");
            take_share(reader, text_normalise(reader->arena, at, n),
                       prose_line_at(&block->prose, (size_t)(at - block->prose.text)));
            at += n + (at[n] != '\0');
        }
    }
}
