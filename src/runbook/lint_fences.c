/* What the commands of one fence and of one document say together: variables that nobody has set, looking and
 * changing in one block, prompts among output. */
#include <ctype.h>
#include <string.h>

#include "base/map.h"
#include "runbook/heading_words.h"
#include "runbook/lint_priv.h"
#include "runbook/text.h"

/* ---- variables ---- */

struct variables {
    struct lint *lint;
    struct map *set;   /* name -> anything: set so far */
    struct map *later; /* name -> struct lint_command that sets it first */
    struct map *told;
    struct map *spoken; /* names that the running text has */
};

static bool name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static size_t name_bytes(const char *at)
{
    size_t n = 0;
    while (name_start(*at) && (isalnum((unsigned char)at[n]) || at[n] == '_'))
        n++;
    return n;
}

typedef void set_function(void *context, const char *name, size_t n_bytes);

/* read -r -p "Name: " A B: every word that can be a name. Gives the end of the words. */
static const char *words_set(const char *at, set_function *set, void *context)
{
    for (size_t n; *at && !strchr("\n;|&<", *at); at += n ? n : 1) {
        n = strchr(" \t", at[-1]) ? name_bytes(at) : 0;
        if (n)
            set(context, at, n);
    }
    return at;
}

/* The names that a command sets: NAME=, NAME+=, ${NAME:=x}, for NAME in, read NAME. */
static void assignments(const char *text, set_function *set, void *context)
{
    for (const char *at = text; *at;) {
        size_t n = at == text || strchr(" \t\n;&|({`", at[-1]) ? name_bytes(at) : 0;
        if (n == 0) {
            at++;
            continue;
        }
        bool assigned = at[n] == '=' || ((at[n] == '+' || at[n] == ':') && at[n + 1] == '=');
        bool looped = at - text >= 4 && strncmp(at - 4, "for ", 4) == 0;
        bool reads = (n == 4 && strncmp(at, "read", n) == 0) || (n == 7 && strncmp(at, "mapfile", n) == 0);
        if (assigned || looped)
            set(context, at, n);
        at = reads ? words_set(at + n, set, context) : at + n;
    }
}

static void set_now(void *context, const char *name, size_t n)
{
    struct variables *variables = context;
    map_put(variables->set, name, n, variables);
}

struct first_setting {
    struct variables *variables;
    const struct lint_command *command;
};

static void set_later(void *context, const char *name, size_t n)
{
    struct first_setting *first = context;
    if (!map_get(first->variables->later, name, n))
        map_put(first->variables->later, name, n, (void *)(uintptr_t)first->command);
}

/* A command that is a script of its own may get its variables from whoever calls it. */
static bool is_script(const char *text)
{
    enum { LINES = 12 };
    size_t n_lines = 0;

    for (const char *c = text; *c; c++)
        n_lines += *c == '\n';
    return n_lines > LINES || strstr(text, "() {") || strstr(text, "()\n{") || strstr(text, "<<");
}

static void use(struct variables *variables, const struct lint_command *command, const char *name, size_t n,
                const char *at)
{
    const struct lint_command *setter = map_get(variables->later, name, n);
    if (map_get(variables->set, name, n) || map_get(variables->told, name, n) || is_script(command->text))
        return;
    if (!setter &&
        (lint_cleared(variables->lint, "variable-unset", name, n) || map_get(variables->spoken, name, n)))
        return;
    int line = command->line;
    for (const char *c = command->exact; c < command->exact + (at - command->text); c++)
        line += *c == '\n';
    map_put(variables->told, name, n, variables);
    if (setter)
        lint_add(
            variables->lint, "variable-unset", line, 1,
            arena_printf(variables->lint->arena, "$%.*s is set on line %d only", (int)n, name, setter->line));
    else
        lint_add_level(variables->lint, "variable-unset", "info", line,
                       arena_printf(variables->lint->arena, "$%.*s is set nowhere", (int)n, name));
}

/* Names in running text and in fences that hold no commands: somebody says there what they are. */
static void spoken_gather(struct variables *variables, const char *text)
{
    for (const char *at = text; *at;) {
        size_t n = at == text || !isalnum((unsigned char)at[-1]) ? name_bytes(at) : 0;
        if (n > 2)
            map_put(variables->spoken, at, n, variables);
        at += n > 0 ? n : 1;
    }
}

static void spoken_find(struct variables *variables, const struct lint *lint)
{
    list_each (block, &lint->document->blocks) {
        if (block->prose.text)
            spoken_gather(variables, block->prose.text);
        list_each (row, &block->rows)
            for (size_t i = 0; i < row->n_cells; i++)
                spoken_gather(variables, row->cells[i].text);
        if (block->kind == BLOCK_FENCE && !lint_shell(block))
            spoken_gather(variables, fence_text(lint->arena, block));
    }
}

/* $NAME and ${NAME}, not behind a backslash, not in single quotes, not with a default. */
static void uses(struct variables *variables, const struct lint_command *command)
{
    bool single = false, twice = false;
    for (const char *at = command->text; *at; at++) {
        if (*at == '\\' && !single && at[1])
            at++;
        else if (*at == '\'' && !twice)
            single = !single;
        else if (*at == '"' && !single)
            twice = !twice;
        else if (*at == '$' && !single) {
            bool braced = at[1] == '{';
            const char *name = at + 1 + braced;
            size_t n = name_bytes(name);
            if (n && (!braced || name[n] == '}'))
                use(variables, command, name, n, at);
        }
    }
}

static void variables_check(struct lint *lint)
{
    struct variables variables = {
        .lint = lint, .set = map_new(), .later = map_new(), .told = map_new(), .spoken = map_new()};
    spoken_find(&variables, lint);
    list_each (command, &lint->commands)
        if (command->shell)
            assignments(command->text, set_later, &(struct first_setting){&variables, command});
    list_each (command, &lint->commands)
        if (command->shell) {
            assignments(command->text, set_now, &variables);
            uses(&variables, command);
        }
    map_free(variables.set);
    map_free(variables.later);
    map_free(variables.told);
    map_free(variables.spoken);
}

/* ---- fences ---- */

/* "# look", "# fix": comments of one block that tell to look and to change. */
static bool tells_to_change(const struct command *command)
{
    return command->comment && (words_begin(WORDS_CHANGES, command->comment) ||
                                words_heading(command->comment) == WORDS_RESOLUTION ||
                                words_heading(command->comment) == WORDS_MITIGATION);
}

/* In a part that finds out what is wrong, or that has no name: a block that looks and then changes is run as
 * a whole. */
static void mixed_check(struct lint *lint)
{
    list_each (procedure, &lint->runbook->procedures) {
        struct command_walk walk = {0};
        int fence_line = 0;
        size_t n_reads = 0;
        bool told = false, apart = false;
        while (procedure_next_command(procedure, &walk)) {
            const struct command *command = walk.command;
            bool diagnosis = walk.phase->stage == STAGE_DIAGNOSIS;
            bool nameless = walk.phase->name == NULL && walk.phase->stage == STAGE_OTHER;
            if (command->fence_line == 0 || !(diagnosis || nameless))
                continue;
            if (command->fence_line != fence_line) {
                fence_line = command->fence_line;
                n_reads = 0;
                told = false;
                apart = false;
            }
            apart |= tells_to_change(command);
            if (lint_cleared(lint, "mixed-fence", command->text, strlen(command->text)))
                continue;
            bool changes = command->risk.class == RISK_DESTRUCTIVE ||
                           (command->risk.class == RISK_MUTATE && command->risk.writes_files.n == 0);
            n_reads += command->risk.class == RISK_READ;
            if (changes && n_reads > 0 && !told && (diagnosis || apart))
                lint_add_level(lint, "mixed-fence",
                               command->risk.class == RISK_DESTRUCTIVE || nameless ? NULL : "info",
                               command->line, command->text);
            told = told || changes;
        }
    }
}

/* "$ ", "[root@web ~]# ", "ana@web:~$ ". */
static bool is_prompt(const char *line, size_t n)
{
    size_t k = 0, at = 0;
    if (n > 2 && line[0] == '$' && line[1] == ' ')
        return true;
    for (; k < n && line[k] != '$' && line[k] != '#'; k++) {
        at += line[k] == '@';
        if (line[k] == ' ' && line[0] != '[')
            return false;
    }
    return at == 1 && k + 2 < n && line[k + 1] == ' ';
}

/* Lines with a prompt in front and lines without: a copy of a session. In a block that says so it is right.
 */
static void prompts_check(struct lint *lint, const struct block *block)
{
    size_t n_prompts = 0, n_other = 0;
    int line = block->body_line - 1, other_line = 0;
    bool continued = false;
    if (block->lang &&
        (!lint_shell(block) || strncmp(block->lang, "console", 7) == 0 || strstr(block->lang, "session")))
        return;
    list_each (source, &block->lines) {
        line++;
        bool prompt = is_prompt(source->at, source->n_bytes);
        bool blank = source->n_bytes == 0 || source->at[0] == '#';
        n_prompts += prompt;
        if (n_prompts > 0 && !prompt && !blank && !continued && n_other++ == 0)
            other_line = line;
        continued = (prompt || continued) && source->n_bytes > 0 && source->at[source->n_bytes - 1] == '\\';
    }
    if (n_prompts > 0 && n_other > 0)
        lint_add(lint, "prompt-output", other_line, 1, NULL);
}

void lint_fences(struct lint *lint)
{
    variables_check(lint);
    mixed_check(lint);
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_FENCE)
            prompts_check(lint, block);
}
