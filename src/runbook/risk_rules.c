/* The rule set: tools by name, vocabulary lists, and the map from the grammar's symbols to what to do with
 * them. Built from the .rules files of policy/ and the file of a site, read-only afterwards but for the shelf
 * of tools, which sees to itself. */
#include "runbook/risk_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/embedded.h"
#include "base/map.h"
#include "base/must.h"

const TSLanguage *tree_sitter_bash(void);

/* The bytes of a text, as bits; a text without a byte that the glob holds cannot match it. */
static uint64_t bytes_of(const char *text)
{
    uint64_t bytes = 0;
    for (; *text; text++)
        bytes |= UINT64_C(1) << (*text & 63);
    return bytes;
}

struct glob {
    const char *text;
    uint64_t bytes; /* but for '*' */
};

struct word_set {
    struct map *exact;
    LIST(struct glob) globs;
};

struct risk_rules {
    struct arena *arena;
    struct shelf *shelf; /* of tools */
    LIST(struct expectation) expectations;
    struct word_set lists[N_WORD_LISTS];
    node_handler **handlers; /* by symbol */
    size_t n_symbols;
};

static const char *const list_names[N_WORD_LISTS] = {
    [LIST_RISKY_OPTIONS] = "risky options",
    [LIST_LOOKING_VERBS] = "looking verbs",
    [LIST_CHANGING_VERBS] = "changing verbs",
    [LIST_RISKY_VARIABLES] = "risky variables",
    [LIST_SENSITIVE_TABLES] = "sensitive tables",
    [LIST_SENSITIVE_FILES] = "sensitive files",
    [LIST_EVIDENCE_ENDINGS] = "evidence endings",
    [LIST_ACTION_PATHS] = "action paths",
    [LIST_ACTION_KEYS] = "action keys",
    [LIST_TOKEN_PATHS] = "token paths",
    [LIST_SEARCH_PATHS] = "search paths",
    [LIST_SQL_FUNCTIONS] = "sql functions",
    [LIST_SQL_ENDING_FUNCTIONS] = "sql ending functions",
    [LIST_SQL_CHANGING_FUNCTIONS] = "sql changing functions",
    [LIST_SQL_WORDS] = "sql words",
    [LIST_PYTHON_CALLS] = "python calls",
    [LIST_PYTHON_ENDING_CALLS] = "python ending calls",
    [LIST_PYTHON_MODULES] = "python modules",
    [LIST_POWERSHELL_METHODS] = "powershell methods",
};

bool rules_list_has(const struct risk_rules *rules, enum word_list list, const char *word)
{
    const struct word_set *set = &rules->lists[list];
    if (map_get(set->exact, word, strlen(word)))
        return true;
    uint64_t missing = ~bytes_of(word);
    list_each (glob, &set->globs)
        if ((glob->bytes & missing) == 0 && glob_matches(glob->text, word))
            return true;
    return false;
}

int rules_list_add(struct risk_rules *rules, const char *list, const char *word)
{
    for (size_t i = 0; i < N_WORD_LISTS; i++) {
        if (strcmp(list_names[i], list) != 0)
            continue;
        if (strchr(word, '*'))
            *list_push(rules->arena, &rules->lists[i].globs) =
                (struct glob){word, bytes_of(word) & ~bytes_of("*")};
        else
            map_put(rules->lists[i].exact, word, strlen(word), rules);
        return 0;
    }
    return -1;
}

void rules_expect(struct risk_rules *rules, const struct expectation *expectation)
{
    *list_push(rules->arena, &rules->expectations) = *expectation;
}

const struct tool *rules_tool(const struct risk_rules *rules, const char *name)
{
    return shelf_tool(rules->shelf, name);
}

struct shelf *rules_shelf(struct risk_rules *rules)
{
    return rules->shelf;
}

node_handler *rules_node_handler(const struct risk_rules *rules, TSSymbol symbol)
{
    return symbol < rules->n_symbols ? rules->handlers[symbol] : NULL;
}

static void handlers_fill(struct risk_rules *rules)
{
    const TSLanguage *language = tree_sitter_bash();
    rules->n_symbols = ts_language_symbol_count(language);
    rules->handlers = arena_alloc(rules->arena, rules->n_symbols * sizeof *rules->handlers);
    for (size_t symbol = 0; symbol < rules->n_symbols; symbol++)
        rules->handlers[symbol] = tree_node_handler(ts_language_symbol_name(language, (TSSymbol)symbol));
}

/* What is about a tool waits on the shelf. */
static int lines_read(struct risk_rules *rules, struct arena *growing, const char *file, const char *bytes,
                      bool site, struct err *err)
{
    struct rule_reader reader = {
        .arena = rules->arena, .growing = growing, .file = file, .site = site, .rules = rules, .err = err};
    bool in_section = false;
    size_t n_bytes;
    for (const char *line; (line = rule_line_next(&reader, &bytes, &n_bytes));) {
        bool tool = rule_line_is_tool(line);
        if (!tool && in_section && !rule_line_is_for_all(line))
            continue;
        char *copy = arena_strndup(tool ? growing : rules->arena, line, n_bytes);
        int result = tool ? shelf_add(rules->shelf, &reader, copy + 5, bytes) : rule_line_read(&reader, copy);
        if (result < 0)
            return -1;
        in_section |= tool;
    }
    return 0;
}

/* All files of policy/ that end in ".rules", in order of name. */
static int builtin_read(struct risk_rules *rules, struct arena *growing, struct err *err)
{
    for (const struct embedded_file *file = embedded_files_; file->name; file++) {
        const char *ending = strrchr(file->name, '.');
        if (ending && strcmp(ending, ".rules") == 0 &&
            lines_read(rules, growing, file->name, file->bytes, false, err) < 0)
            return -1;
    }
    return 0;
}

int risk_rules_load(const struct rules_file *files, size_t n_files, struct risk_rules **ret_rules,
                    struct err *err)
{
    scoped_arena struct arena *growing = arena_new();
    struct arena *arena = arena_new();
    struct risk_rules *rules = arena_alloc(arena, sizeof *rules);
    rules->arena = arena;
    rules->shelf = shelf_new(arena, rules);
    for (size_t i = 0; i < N_WORD_LISTS; i++)
        rules->lists[i].exact = map_new();
    handlers_fill(rules);

    int loaded = builtin_read(rules, growing, err);
    for (size_t i = 0; i < n_files && loaded == 0; i++)
        loaded = lines_read(rules, growing, arena_strdup(arena, files[i].name),
                            arena_strdup(arena, files[i].bytes), true, err);
    if (loaded == 0)
        loaded = shelf_read_site(rules->shelf, err);
    if (loaded < 0) {
        risk_rules_free(rules);
        return -1;
    }
    *ret_rules = rules;
    return 0;
}

void risk_rules_free(struct risk_rules *rules)
{
    if (!rules)
        return;
    shelf_free(rules->shelf);
    for (size_t i = 0; i < N_WORD_LISTS; i++)
        map_free(rules->lists[i].exact);
    arena_free(rules->arena);
}

static struct risk_rules *builtin_rules;
static pthread_once_t builtin_once = PTHREAD_ONCE_INIT;

static void builtin_load(void)
{
    struct err err = {0};
    if (risk_rules_load(NULL, 0, &builtin_rules, &err) < 0)
        must_fail_("policy", 0, err.text); /* names file and line */
}

const struct risk_rules *risk_rules_builtin(void)
{
    pthread_once(&builtin_once, builtin_load);
    return builtin_rules;
}

static const struct risk_rules *_Atomic rules_in_force;

const struct risk_rules *risk_rules_in_force(void)
{
    const struct risk_rules *rules = atomic_load(&rules_in_force);
    return rules ? rules : risk_rules_builtin();
}

void risk_rules_use(const struct risk_rules *rules)
{
    atomic_store(&rules_in_force, rules);
}

/* ---- do the rules do what they promise? ---- */

static bool says_something(const struct tool *tool)
{
    return tool->phrases[ASPECT_CLASS].n > 0 || tool->phrases[ASPECT_INNER].n > 0;
}

void risk_rules_check(struct arena *arena, const struct risk_rules *rules, struct strings *ret_complaints,
                      size_t *ret_n_expectations)
{
    scoped_arena struct arena *scratch = arena_new();
    const struct tool *tool;
    for (size_t i = 0; (tool = shelf_at(rules->shelf, i)); i++)
        if (!says_something(tool))
            strings_add(
                arena, ret_complaints,
                arena_printf(arena,
                             "%s:%d: no line says what `%s` does, so it is never `read`; add `read:`, "
                             "`mutate:`, `destructive:` or `unknown: otherwise`",
                             tool->file, tool->line, tool->name));
    list_each (expectation, &rules->expectations) {
        const char *command = expectation->command;
        struct risk risk = risk_of_command(scratch, rules, command, strlen(command));
        if (!expectation->allowed[risk.class])
            strings_add(arena, ret_complaints,
                        arena_printf(arena, "%s:%d: `%s` is %s, not %s: %s", expectation->file,
                                     expectation->line, command, risk_name(risk.class), expectation->classes,
                                     risk.why));
        arena_reset(scratch);
    }
    *ret_n_expectations = rules->expectations.n;
}
