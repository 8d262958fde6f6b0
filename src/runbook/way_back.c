#include "runbook/way_back.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "runbook/change_rules.h"
#include "runbook/risk_priv.h"
#include "runbook/text.h"

enum { COMMAND_BYTES = 16 * 1024, DEEPEST = 20, PARTS_MOST = 8 };

/* ---- one simple command, word by word as it is written ---- */

static bool is_one_of(const char *type, const char *const *types)
{
    for (; *types; types++)
        if (strcmp(type, *types) == 0)
            return true;
    return false;
}

/* Words whose value is fixed, and variables of the shell, which are the same for the way back. */
static bool is_plain(TSNode node, int depth)
{
    static const char *const types[] = {
        "command_name",     "word",          "number",        "string", "raw_string", "string_content",
        "simple_expansion", "concatenation", "variable_name", NULL};
    if (depth > DEEPEST || !is_one_of(ts_node_type(node), types))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        if (!is_plain(ts_node_named_child(node, i), depth + 1))
            return false;
    return true;
}

static bool is_glob(const char *source)
{
    return *source != '\'' && *source != '"' && strpbrk(source, "*?~\\") != NULL;
}

static struct change_word word_cut(struct arena *arena, const char *source, size_t n)
{
    struct change_word word = {.source = arena_strndup(arena, source, n)};
    bool quoted = n > 1 && (*source == '\'' || *source == '"') && source[n - 1] == *source;
    word.text = quoted ? arena_strndup(arena, source + 1, n - 2) : word.source;
    return word;
}

/* False: it is more than one simple command, or holds what is not fixed. */
static bool words_read(struct arena *arena, const char *command, struct change_words *ret_words)
{
    size_t n_bytes = strnlen(command, COMMAND_BYTES);
    while (n_bytes && strchr(" \t\n", command[n_bytes - 1]))
        n_bytes--;
    bool found;
    const char *parsed = text_with_filled_placeholders(arena, command, n_bytes, &found);
    TSTree *tree = n_bytes < COMMAND_BYTES ? shell_parse(parsed, n_bytes) : NULL;
    TSNode root = tree ? ts_tree_root_node(tree) : (TSNode){0};
    bool single = tree && !ts_node_has_error(root) && ts_node_child_count(root) == 1;
    TSNode node = single ? ts_node_child(root, 0) : (TSNode){0};
    single = single && strcmp(ts_node_type(node), "command") == 0;
    for (uint32_t i = 0; single && i < ts_node_child_count(node); i++) {
        TSNode child = ts_node_child(node, i);
        size_t start = ts_node_start_byte(child), end = ts_node_end_byte(child);
        struct change_word word = word_cut(arena, command + start, end - start);
        single = is_plain(child, 0) && !is_glob(word.source);
        *list_push(arena, ret_words) = word;
    }
    if (tree)
        ts_tree_delete(tree);
    return single && ret_words->n;
}

struct way_back way_back_of(struct arena *arena, const char *command)
{
    struct change_words words = {0};
    struct change_match match;
    struct way_back way = {0};
    if (!words_read(arena, command, &words))
        return way;
    size_t n_prefix = strcmp(words.at[0].text, "sudo") == 0;
    if (!change_match(arena, change_rules_builtin(), &words, n_prefix, &match) || !match.exact ||
        !match.rule->back)
        return way;
    way.back = change_expand(arena, &match, match.rule->back, true);
    way.before = match.rule->before ? change_expand(arena, &match, match.rule->before, true) : NULL;
    way.but = match.rule->but;
    return way;
}

const char *part_name(enum step_part part)
{
    static const char *const names[N_STEP_PARTS] = {"", "before", "back"};
    return names[part];
}

const struct command *way_back_command(struct arena *arena, const struct risk_rules *rules,
                                       const struct command *change, enum step_part part)
{
    struct way_back way = part == PART_ITSELF ? (struct way_back){0} : way_back_of(arena, change->text);
    const char *text = part == PART_BEFORE ? way.before : way.back;
    if (!text)
        return NULL;
    struct command *command = arena_alloc(arena, sizeof *command);
    *command = *change;
    command->line = part_number(change->line, part);
    command->text = text;
    command->comment = command->trailing_comment = NULL;
    command->risk = risk_of_command(arena, rules, text, strlen(text));
    command->risk.sensitive_why =
        command->risk.sensitive ? command->risk.sensitive_why : change->risk.sensitive_why;
    command->risk.sensitive |= change->risk.sensitive;
    return command;
}

/* ---- in words ---- */

static void words_of_sql(struct arena *arena, const char *text, struct change_words *ret_words)
{
    *list_push(arena, ret_words) = (struct change_word){"sql", "sql"};
    while (*text && *text != ';') {
        text += strspn(text, " \t\n");
        size_t n = strcspn(text, " \t\n;");
        const char *word = arena_strndup(arena, text, n);
        if (n)
            *list_push(arena, ret_words) = (struct change_word){word, word};
        text += n;
    }
}

static const char *part_in_words(struct arena *arena, const struct change_words *words)
{
    struct change_match match;
    if (!change_match(arena, change_rules_builtin(), words, 0, &match) || !match.rule->does)
        return NULL;
    const char *does = change_expand(arena, &match, match.rule->does, false);
    const char *kept = change_expand(arena, &match, " {keep}", false);
    return *kept ? arena_printf(arena, "%s (%s)", does, kept + 1) : does;
}

static void part_add(struct arena *arena, struct strings *parts, const char *part)
{
    list_each (known, parts)
        if (strcmp(*known, part) == 0)
            return;
    if (parts->n < PARTS_MOST)
        strings_add(arena, parts, part);
}

static const char *part_loses(struct arena *arena, const struct change_words *words)
{
    struct change_match match;
    if (!change_match(arena, change_rules_builtin(), words, 0, &match) || !match.rule->loses)
        return NULL;
    return change_expand(arena, &match, match.rule->loses, false);
}

/* What each command and statement in it gives. */
static struct risk parts_of(struct arena *arena, const char *command,
                            const char *(*tell)(struct arena *, const struct change_words *),
                            struct strings *ret_parts)
{
    struct trace trace = {0};
    size_t n_bytes = strnlen(command, COMMAND_BYTES);
    struct risk risk = risk_traced(arena, risk_rules_in_force(), command, n_bytes, &trace);
    list_each (traced, &trace.list) {
        struct change_words words = {0};
        if (traced->language && strcmp(traced->language, "sql") == 0)
            words_of_sql(arena, traced->text, &words);
        for (size_t i = 0; !traced->language && i < traced->n_words; i++)
            *list_push(arena, &words) = (struct change_word){traced->words[i].text, traced->words[i].text};
        const char *part = words.n ? tell(arena, &words) : NULL;
        if (part)
            part_add(arena, ret_parts, part);
    }
    return risk;
}

static const char *parts_joined(struct arena *arena, const struct strings *parts)
{
    const char *text = "";
    list_each (part, parts)
        text = arena_printf(arena, "%s%s%s", text, *text ? "; " : "", *part);
    return text;
}

const char *change_loses(struct arena *arena, const char *command)
{
    struct strings parts = {0};
    parts_of(arena, command, part_loses, &parts);
    return parts_joined(arena, &parts);
}

/* "moves a.conf to b.conf" says already that b.conf is written. */
static bool is_named(const struct strings *parts, const char *file)
{
    list_each (part, parts)
        if (text_find_word(*part, file))
            return true;
    return false;
}

const char *change_in_words(struct arena *arena, const char *command)
{
    struct strings parts = {0};
    struct risk risk = parts_of(arena, command, part_in_words, &parts);
    list_each (file, &risk.writes_files)
        if (!is_named(&parts, *file))
            part_add(arena, &parts, arena_printf(arena, "writes the file %s", *file));
    if (risk.http_method && risk.http_url && strcmp(risk.http_method, "GET") != 0)
        part_add(arena, &parts, arena_printf(arena, "sends %s to %s", risk.http_method, risk.http_url));
    return parts_joined(arena, &parts);
}

/* ---- the table against itself ---- */

/* Both must be commands that the rules of risks know, and what looks may only look. */
static const char *fault_of(struct arena *arena, const struct way_back *way)
{
    const struct risk_rules *rules = risk_rules_builtin();
    struct risk back = way->back ? risk_of_command(arena, rules, way->back, strlen(way->back))
                                 : (struct risk){.parses = true};
    if (!back.parses && !back.unfilled)
        return "the shell does not accept its way back";
    if (!way->before)
        return way->back && strstr(way->back, WAY_BACK_EARLIER) ? "nothing reads {earlier}" : NULL;
    struct risk before = risk_of_command(arena, rules, way->before, strlen(way->before));
    if (before.class != RISK_READ || before.sensitive || before.endless)
        return arena_printf(arena, "`%s` does more than look", way->before);
    return NULL;
}

static void rule_check(struct arena *arena, const struct change_rule *rule, struct strings *complaints)
{
    if (!rule->does)
        strings_add(arena, complaints,
                    arena_printf(arena, "changes.patterns:%d: `does` is missing", rule->line));
    if (!rule->examples.n)
        strings_add(arena, complaints,
                    arena_printf(arena, "changes.patterns:%d: `example` is missing", rule->line));
    list_each (example, &rule->examples) {
        struct way_back way = way_back_of(arena, example->command);
        const char *fault = fault_of(arena, &way), *words = change_in_words(arena, example->command);
        if (!fault && strcmp(example->gives, words) != 0 &&
            strcmp(example->gives, way.back ? way.back : "") != 0)
            fault =
                arena_printf(arena, "it gives \"%s\", and back: %s", words, way.back ? way.back : "nothing");
        if (fault)
            strings_add(
                arena, complaints,
                arena_printf(arena, "changes.patterns:%d: %s: %s", example->line, example->command, fault));
    }
}

void changes_check(struct arena *arena, struct strings *ret_complaints, size_t *ret_n_examples)
{
    const struct change_rules *rules = change_rules_builtin();
    *ret_n_examples = 0;
    list_each (complaint, &rules->complaints)
        strings_add(arena, ret_complaints, *complaint);
    list_each (rule, &rules->rules) {
        rule_check(arena, *rule, ret_complaints);
        *ret_n_examples += (*rule)->examples.n;
    }
}
