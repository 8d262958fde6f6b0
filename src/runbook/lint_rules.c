/* Reads policy/lint.codes. Patterns live in the arena through PCRE2's own allocator interface, and every
 * match has a limit: no document can make a pattern run away. */
#include <pthread.h>
#include <string.h>

#include "base/embedded.h"
#include "base/must.h"
#include "runbook/lint_priv.h"

enum { MATCH_LIMIT = 20000, EXAMPLE_BLANKS = 4 }; /* what follows "wrong" is kept as it is */

static void *take(size_t n_bytes, void *arena)
{
    return arena_alloc(arena, n_bytes);
}

static void leave(void *p, void *arena)
{
    (void)p;
    (void)arena;
}

struct rules_reader {
    struct arena *arena;
    struct lint_rules *rules;
    struct lint_rule *rule; /* NULL between blocks */
    pcre2_compile_context *compile;
};

static const char *const scope_names[N_LINT_SCOPES] = {
    [LINT_COMMAND] = "command", [LINT_PROSE] = "prose",       [LINT_HEADING] = "heading",
    [LINT_COMMENT] = "comment", [LINT_TEMPLATE] = "template", [LINT_LINE] = "line",
};

static pcre2_code *compile(struct rules_reader *reader, const char *pattern)
{
    int error;
    size_t at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                     PCRE2_DOLLAR_ENDONLY | PCRE2_MULTILINE, &error, &at, reader->compile);
    must(code); /* the file is a part of the program */
    return code;
}

/* "command PATTERN" */
static void read_in(struct rules_reader *reader, const char *value)
{
    size_t n = strcspn(value, " ");
    for (int scope = 0; scope < N_LINT_SCOPES; scope++) {
        if (strlen(scope_names[scope]) != n || strncmp(scope_names[scope], value, n) != 0 || !value[n])
            continue;
        pcre2_code *code = compile(reader, value + n + strspn(value + n, " "));
        *list_push(reader->arena, &reader->rule->patterns) =
            (struct lint_pattern){.scope = (enum lint_scope)scope, .code = code};
    }
}

static void read_repair(struct rules_reader *reader, const char *value)
{
    const char *arrow = strstr(value, " => ");
    must(arrow);
    pcre2_code *code = compile(reader, arena_strndup(reader->arena, value, (size_t)(arrow - value)));
    *list_push(reader->arena, &reader->rule->repairs) = (struct lint_repair){code, arrow + 4};
}

/* An example of several lines has the key on each. */
static const char *with_line(struct arena *arena, const char *text, const char *line)
{
    return arena_printf(arena, "%s%s\n", text ? text : "", line);
}

/* A block of a code that was there before takes its group, level and explanation. */
static void read_code(struct rules_reader *reader, const char *code)
{
    struct lint_rule *rule = list_push(reader->arena, &reader->rules->rules);
    reader->rule = rule;
    rule->code = code;
    rule->first = true;
    list_each (other, &reader->rules->rules) {
        if (other == rule || strcmp(other->code, code) != 0)
            continue;
        rule->first = false;
        rule->group = other->group;
        rule->level = other->level;
        rule->explain = other->explain;
        rule->repeat = other->repeat;
        rule->alone = other->alone;
        break;
    }
}

static void read_line(struct rules_reader *reader, const char *key, const char *value)
{
    if (strcmp(key, "code") == 0) {
        read_code(reader, value);
        return;
    }
    struct lint_rule *rule = reader->rule;
    if (!rule)
        return;
    const struct {
        const char *key;
        const char **text;
        pcre2_code **pattern;
    } fields[] = {
        {"group", &rule->group, NULL}, {"level", &rule->level, NULL},   {"explain", &rule->explain, NULL},
        {"fix", &rule->fix, NULL},     {"unless", NULL, &rule->unless}, {"lacks", NULL, &rule->lacks},
        {"needs", NULL, &rule->needs}, {"said", NULL, &rule->said},     {"repeat", &rule->repeat, NULL},
        {"alone", &rule->alone, NULL}, {"only", NULL, &rule->only},     {"below", NULL, &rule->below},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(fields[i].key, key) != 0)
            continue;
        if (fields[i].text)
            *fields[i].text = value;
        else
            *fields[i].pattern = compile(reader, value);
    }
    if (strcmp(key, "in") == 0)
        read_in(reader, value);
    if (strcmp(key, "repair") == 0)
        read_repair(reader, value);
    if (strcmp(key, "wrong") == 0)
        rule->wrong = with_line(reader->arena, rule->wrong, value);
    if (strcmp(key, "right") == 0)
        rule->right = with_line(reader->arena, rule->right, value);
    rule->once = rule->once || strcmp(key, "once") == 0;
}

static struct lint_rules builtin;

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */

    arena = arena_new();
    pcre2_general_context *general = pcre2_general_context_create(take, leave, arena);
    struct rules_reader reader = {
        .arena = arena, .rules = &builtin, .compile = pcre2_compile_context_create(general)};
    const struct embedded_file *file = embedded_find("lint.codes");
    must(file);
    const char *at = file->bytes, *end = at + file->n_bytes;
    while (at < end) {
        size_t n_line = strcspn(at, "\n");
        const char *line = arena_strndup(arena, at, n_line);
        size_t n_key = strcspn(line, " ");
        at += n_line + 1;
        if (line[0] == '#')
            continue;
        if (n_key == 0) {
            reader.rule = NULL;
            continue;
        }
        bool example = n_key == 5 && (strncmp(line, "wrong", 5) == 0 || strncmp(line, "right", 5) == 0);
        size_t n_blanks = strspn(line + n_key, " ");
        if (example && n_blanks > EXAMPLE_BLANKS)
            n_blanks = EXAMPLE_BLANKS;
        read_line(&reader, arena_strndup(arena, line, n_key), line + n_key + n_blanks);
    }
}

const struct lint_rules *lint_rules_builtin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    must(pthread_once(&once, load_once) == 0);
    return &builtin;
}

struct lint_matcher lint_matcher_new(struct arena *arena)
{
    pcre2_general_context *general = pcre2_general_context_create(take, leave, arena);
    struct lint_matcher matcher = {.match = pcre2_match_data_create(4, general),
                                   .context = pcre2_match_context_create(general)};
    pcre2_set_match_limit(matcher.context, MATCH_LIMIT);
    return matcher;
}

bool lint_matches(const struct lint_matcher *matcher, const pcre2_code *code, const char *text,
                  size_t n_bytes, size_t *ret_at, size_t *ret_n_bytes)
{
    if (pcre2_match(code, (PCRE2_SPTR)text, n_bytes, 0, 0, matcher->match, matcher->context) < 1)
        return false;
    const size_t *ends = pcre2_get_ovector_pointer(matcher->match);
    *ret_at = ends[0];
    *ret_n_bytes = ends[1] > ends[0] ? ends[1] - ends[0] : 0;
    return true;
}
