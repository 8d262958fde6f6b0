/* The rules of policy/lint.codes that are patterns. Each text of a scope is tried once with each pattern; of
 * one text the first place counts. */
#include <string.h>

#include "runbook/lint_priv.h"

struct text { /* something to look in */
    const char *at;
    size_t n_bytes;
    int line;
    bool alone;        /* a command that nothing follows in its fence */
    const char *exact; /* the same length, with all its line ends */
    const char *said;  /* the comment above a command, or "" */
    int last_line;     /* of the section below a heading, else 0 */
};

struct texts {
    struct text *at;
    size_t n;
    size_t capacity;
};

static void text_add(struct lint *lint, struct texts *texts, const char *at, size_t n_bytes, int line)
{
    *list_push(lint->arena, texts) =
        (struct text){.at = at, .n_bytes = n_bytes, .line = line, .exact = at, .said = ""};
}

static void headings_gather(struct lint *lint, struct texts *texts)
{
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_HEADING) {
            text_add(lint, texts, block->prose.text, strlen(block->prose.text), block->line);
            texts->at[texts->n - 1].last_line = lint->document->blocks.at[block->end - 1].line_end;
        }
}

static void templates_gather(struct lint *lint, struct texts *texts)
{
    list_each (block, &lint->document->blocks) {
        int line = block->body_line;
        if (block->kind != BLOCK_FENCE || lint_shell(block))
            continue;
        list_each (source, &block->lines)
            text_add(lint, texts, source->at, source->n_bytes, line++);
    }
}

static void lines_gather(struct lint *lint, struct texts *texts, bool prose)
{
    int line = 0;
    list_each (source, &lint->document->lines) {
        line++;
        if (prose && (lint->line_in_fence[line] || line <= lint->document->front_matter_end))
            continue;
        text_add(lint, texts, source->at, source->n_bytes, line);
    }
}

/* `top` in a sentence is a word, `top -p 1` a command. */
static bool only_mentioned(const struct lint_command *command)
{
    if (!command->command || command->command->fence_line > 0 || strstr(command->text, " -"))
        return false;
    const char *first = strchr(command->text, ' '), *second = first ? strchr(first + 1, ' ') : NULL;
    return !second;
}

static void commands_gather(struct lint *lint, struct texts *texts)
{
    list_each (command, &lint->commands) {
        if (!command->shell || only_mentioned(command))
            continue;
        text_add(lint, texts, command->text, strlen(command->text), command->line);
        texts->at[texts->n - 1].exact = command->exact;
        texts->at[texts->n - 1].alone = !command->followed;
        if (command->command && command->command->comment)
            texts->at[texts->n - 1].said = command->command->comment;
    }
}

static void comments_gather(struct lint *lint, struct texts *texts)
{
    list_each (block, &lint->document->blocks) {
        int line = block->body_line;
        if (block->kind != BLOCK_FENCE || !lint_shell(block))
            continue;
        list_each (source, &block->lines) {
            if (source->n_bytes > 1 && source->at[0] == '#' && source->at[1] != '!')
                text_add(lint, texts, source->at, source->n_bytes, line);
            line++;
        }
    }
}

/* The line and column (from 1) of a place in a text of several lines. */
static void place_of(const struct text *text, size_t at, int *ret_line, int *ret_column)
{
    size_t start = 0;
    *ret_line = text->line;
    for (size_t i = 0; i < at; i++)
        if (text->exact[i] == '\n') {
            (*ret_line)++;
            start = i + 1;
        }
    *ret_column = (int)(at - start) + 1;
}

static bool document_has(const struct lint *lint, const struct texts *lines, const pcre2_code *code)
{
    size_t at, n_bytes;
    list_each (text, lines)
        if (lint_matches(&lint->matcher, code, text->at, text->n_bytes, &at, &n_bytes))
            return true;
    return false;
}

static bool section_has(const struct lint *lint, const struct text *heading, const pcre2_code *code)
{
    enum { SEARCHED_LINES = 200 };
    size_t at, n_bytes;
    for (int line = heading->line + 1; line <= heading->last_line; line++) {
        struct source_line source = document_line(lint->document, line);
        if (line - heading->line > SEARCHED_LINES)
            return false;
        if (lint_matches(&lint->matcher, code, source.at, source.n_bytes, &at, &n_bytes))
            return true;
    }
    return false;
}

/* True when the rule has found something in the text. */
static bool rule_try(struct lint *lint, const struct lint_rule *rule, const pcre2_code *pattern,
                     const struct text *text)
{
    size_t at, n_bytes, other_at, n_other;
    int line, column;
    if (!lint_matches(&lint->matcher, pattern, text->at, text->n_bytes, &at, &n_bytes))
        return false;
    if (rule->unless &&
        lint_matches(&lint->matcher, rule->unless, text->at, text->n_bytes, &other_at, &n_other))
        return false;
    if (rule->said &&
        !lint_matches(&lint->matcher, rule->said, text->said, strlen(text->said), &other_at, &n_other))
        return false;
    if (rule->below && text->last_line > 0 && section_has(lint, text, rule->below))
        return false;
    place_of(text, at, &line, &column);
    lint_add_rule(lint, rule, line, column, arena_strndup(lint->arena, text->at + at, n_bytes));
    if (rule->alone && text->alone)
        lint->defects->at[lint->defects->n - 1].level = rule->alone;
    return true;
}

static void rule_run(struct lint *lint, const struct lint_rule *rule, const struct texts *scopes)
{
    if (rule->patterns.n == 0 || (rule->lacks && document_has(lint, &scopes[LINT_LINE], rule->lacks)) ||
        (rule->needs && !document_has(lint, &scopes[LINT_LINE], rule->needs)))
        return;
    list_each (pattern, &rule->patterns)
        list_each (text, &scopes[pattern->scope]) {
            if (rule_try(lint, rule, pattern->code, text) && rule->once)
                return;
        }
}

void lint_patterns(struct lint *lint)
{
    struct texts scopes[N_LINT_SCOPES] = {0};
    commands_gather(lint, &scopes[LINT_COMMAND]);
    headings_gather(lint, &scopes[LINT_HEADING]);
    comments_gather(lint, &scopes[LINT_COMMENT]);
    templates_gather(lint, &scopes[LINT_TEMPLATE]);
    lines_gather(lint, &scopes[LINT_PROSE], true);
    lines_gather(lint, &scopes[LINT_LINE], false);
    list_each (rule, &lint->rules->rules)
        rule_run(lint, rule, scopes);
}
