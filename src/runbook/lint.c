/* Runs the families of lint over a document and puts what they find in order. */
#include "runbook/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "runbook/lint_priv.h"
#include "runbook/text.h"

enum { FOUND_BYTES = 80 }; /* of what was found, in a message */

static void (*const families[])(struct lint *lint) = {
    lint_patterns, lint_structure, lint_contact,  lint_severity, lint_procedure, lint_change,
    lint_metadata, lint_command,   lint_conflict, lint_fences,   lint_remainder,
};

static bool is_shell(const char *lang)
{
    static const char *const shells[] = {"bash",    "sh",      "shell",         "zsh",
                                         "console", "command", "shell-session", "inline"};
    for (size_t i = 0; lang && i < sizeof shells / sizeof *shells; i++)
        if (strcmp(lang, shells[i]) == 0)
            return true;
    return false;
}

bool lint_shell(const struct block *block)
{
    return is_shell(block->lang);
}

/* The rule's sentence with {} filled: one line, cut at a character. */
static const char *message_of(struct lint *lint, const char *fix, const char *found)
{
    scoped_buf struct buf text = {0};
    const char *hole = strstr(fix, "{}");
    if (!hole)
        return fix;
    buf_add(&text, fix, (size_t)(hole - fix));
    size_t n = strlen(found ? found : ""), n_kept = n > FOUND_BYTES ? FOUND_BYTES : n;
    while (n_kept < n && n_kept > 0 && ((unsigned char)found[n_kept] & 0xc0) == 0x80)
        n_kept--;
    for (size_t i = 0; i < n_kept; i++)
        buf_putc(&text, found[i] == '\n' || found[i] == '\t' ? ' ' : found[i]);
    buf_puts(&text, n_kept < n ? "..." : "");
    buf_puts(&text, hole + 2);
    return arena_strdup(lint->arena, buf_text(&text));
}

void lint_add_rule(struct lint *lint, const struct lint_rule *rule, int line, int column, const char *found)
{
    struct defect *defect = list_push(lint->arena, lint->defects);
    *defect = (struct defect){.code = rule->code,
                              .group = rule->group ? rule->group : "other",
                              .level = rule->level ? rule->level : "warning",
                              .message = message_of(lint, rule->fix ? rule->fix : rule->code, found),
                              .line = line,
                              .column = column};
}

void lint_add_level(struct lint *lint, const char *code, const char *level, int line, const char *found)
{
    size_t n = lint->defects->n;
    lint_add(lint, code, line, 1, found);
    if (level && lint->defects->n > n)
        lint->defects->at[n].level = level;
}

/* Where the words stand in their line; long lines are not searched to their end. */
static int column_of(const struct lint *lint, int line, const char *found)
{
    enum { SEARCHED_BYTES = 2000 };
    struct source_line source = document_line(lint->document, line);
    size_t n = source.n_bytes < SEARCHED_BYTES ? source.n_bytes : SEARCHED_BYTES;
    size_t n_found = found ? strcspn(found, "\n") : 0;
    const char *at = n_found ? memmem(source.at, n, found, n_found) : NULL;
    return at ? (int)(at - source.at) + 1 : 1;
}

void lint_add(struct lint *lint, const char *code, int line, int column, const char *found)
{
    list_each (rule, &lint->rules->rules)
        if (strcmp(rule->code, code) == 0) {
            lint_add_rule(lint, rule, line, column > 1 ? column : column_of(lint, line, found), found);
            return;
        }
}

bool lint_cleared(const struct lint *lint, const char *code, const char *text, size_t n_bytes)
{
    size_t at, n_found;
    list_each (rule, &lint->rules->rules)
        if (rule->first && strcmp(rule->code, code) == 0)
            return (rule->unless &&
                    lint_matches(&lint->matcher, rule->unless, text, n_bytes, &at, &n_found)) ||
                   (rule->only && !lint_matches(&lint->matcher, rule->only, text, n_bytes, &at, &n_found));
    return false;
}

/* "\\\n" becomes two blanks, so that a pattern sees one line and offsets stay. */
static const char *joined(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *at = copy; (at = strstr(at, "\\\n"));)
        at[0] = at[1] = ' ';
    return copy;
}

static void command_add(struct lint *lint, const char *text, int line, bool shell,
                        const struct command *command, const struct procedure *procedure)
{
    *list_push(lint->arena, &lint->commands) = (struct lint_command){.exact = text,
                                                                     .text = joined(lint->arena, text),
                                                                     .line = line,
                                                                     .shell = shell,
                                                                     .command = command,
                                                                     .procedure = procedure};
}

/* The lines of a shell fence that no procedure has as a command: a line with its continuations is one. */
static void fence_commands(struct lint *lint, const struct block *block, const bool *taken)
{
    int line = block->body_line;
    for (size_t i = 0; i < block->lines.n; i++) {
        size_t first = i;
        scoped_buf struct buf text = {0};
        for (;; i++) {
            const struct source_line *source = &block->lines.at[i];
            buf_add(&text, source->at, source->n_bytes);
            if (source->n_bytes == 0 || source->at[source->n_bytes - 1] != '\\' || i + 1 == block->lines.n)
                break;
            buf_putc(&text, '\n');
        }
        const char *start = buf_text(&text) + strspn(buf_text(&text), " \t");
        if (*start && *start != '#' && !taken[line + (int)first])
            command_add(lint, arena_strdup(lint->arena, buf_text(&text)), line + (int)first, true, NULL,
                        NULL);
    }
}

static void commands_gather(struct lint *lint)
{
    size_t n_lines = lint->document->lines.n;
    bool *taken = arena_alloc(lint->arena, n_lines + 2);
    list_each (procedure, &lint->runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            const struct command *command = walk.command;
            if (command->line < 1 || (size_t)command->line > n_lines || taken[command->line])
                continue;
            for (int line = command->line; line <= command->line_end && (size_t)line <= n_lines; line++)
                taken[line] = true;
            command_add(lint, command->text, command->line, is_shell(command->lang), command, procedure);
        }
    }
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_FENCE && lint_shell(block))
            fence_commands(lint, block, taken);
}

static void fences_mark(struct lint *lint)
{
    size_t n_lines = lint->document->lines.n;
    lint->line_in_fence = arena_alloc(lint->arena, n_lines + 2);
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_FENCE)
            for (int line = block->line; line <= block->line_end && (size_t)line <= n_lines; line++)
                lint->line_in_fence[line] = true;
}

static bool has_any(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (text_find_word(text, *words))
            return true;
    return false;
}

static void headings_gather(struct lint *lint)
{
    static const char *const contacts[] = {"contact", "contacts",  "escalation", "escalations", "on-call",
                                           "oncall",  "call tree", "rotation",   "phone",       NULL};
    static const char *const lists[] = {"contacts", "contact information", "contact list", "response team",
                                        NULL};
    const struct document *document = lint->document;
    lint->headings = arena_alloc(lint->arena, document->blocks.n * sizeof *lint->headings);
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        const char *text = block->prose.text;
        if (block->kind == BLOCK_HEADING)
            lint->headings[i] = (struct heading_facts){
                .contents =
                    text_find_word(text, "contents") || text_same(text, "toc") || text_same(text, "index"),
                .contacts = has_any(text, contacts) || lint_heading(lint, block).contacts,
                .contact_list = has_any(text, lists)};
    }
}

struct heading_facts lint_heading(const struct lint *lint, const struct block *block)
{
    return block->heading == NO_BLOCK ? (struct heading_facts){0} : lint->headings[block->heading];
}

/* A command is followed when the next one of the list stands in the same fence. */
static void followers_mark(struct lint *lint)
{
    int *fence_of = arena_alloc(lint->arena, (lint->document->lines.n + 2) * sizeof *fence_of);
    int *last = arena_alloc(lint->arena, (lint->document->lines.n + 2) * sizeof *last);
    list_each (block, &lint->document->blocks)
        for (int line = block->line; block->kind == BLOCK_FENCE && line <= block->line_end; line++)
            if ((size_t)line <= lint->document->lines.n)
                fence_of[line] = block->line;
    list_each (command, &lint->commands)
        if (last[fence_of[command->line]] < command->line)
            last[fence_of[command->line]] = command->line;
    list_each (command, &lint->commands)
        command->followed = fence_of[command->line] > 0 && last[fence_of[command->line]] > command->line;
}

static int compare_defects(const void *a, const void *b)
{
    const struct defect *left = a, *right = b;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    int order = strcmp(left->code, right->code);
    return order != 0 ? order : (left->column > right->column) - (left->column < right->column);
}

/* The first place of a code keeps its level; where it is the same fault again, one word is enough. */
static void repeats_lower(const struct lint_rules *rules, struct defect_list *defects, size_t first)
{
    list_each (rule, &rules->rules) {
        size_t n = 0;
        for (size_t i = first; rule->repeat && rule->first && i < defects->n; i++)
            if (strcmp(defects->at[i].code, rule->code) == 0 && n++ > 0)
                defects->at[i].level = rule->repeat;
    }
}

/* Sorted, one of a code on each line. */
static void defects_close(const struct lint_rules *rules, struct defect_list *defects, size_t first)
{
    size_t n = first;
    if (defects->n > first)
        qsort(defects->at + first, defects->n - first, sizeof *defects->at, compare_defects);
    for (size_t i = first; i < defects->n; i++)
        if (n == first || defects->at[n - 1].line != defects->at[i].line ||
            strcmp(defects->at[n - 1].code, defects->at[i].code) != 0)
            defects->at[n++] = defects->at[i];
    defects->n = n;
    repeats_lower(rules, defects, first);
}

void lint_runbook(struct arena *arena, const struct runbook *runbook,
                  const struct lint_surroundings *surroundings, struct defect_list *ret_defects)
{
    struct lint lint = {.arena = arena,
                        .runbook = runbook,
                        .document = runbook->document,
                        .rules = lint_rules_builtin(),
                        .matcher = lint_matcher_new(arena),
                        .surroundings = surroundings,
                        .defects = ret_defects};
    size_t first = ret_defects->n;
    if (!runbook->document)
        return;
    fences_mark(&lint);
    commands_gather(&lint);
    followers_mark(&lint);
    headings_gather(&lint);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        families[i](&lint);
    defects_close(lint.rules, ret_defects, first);
}

void lint_codes(struct arena *arena, struct lint_codes *ret_codes)
{
    const struct lint_rules *rules = lint_rules_builtin();
    list_each (rule, &rules->rules) {
        bool known = false;
        list_each (code, ret_codes)
            known = known || strcmp(code->code, rule->code) == 0;
        if (!known)
            *list_push(arena, ret_codes) = (struct lint_code){.code = rule->code,
                                                              .group = rule->group,
                                                              .level = rule->level,
                                                              .explain = rule->explain,
                                                              .fix = rule->fix,
                                                              .wrong = rule->wrong,
                                                              .right = rule->right};
    }
}
