/* The class of one command: the text is cleaned, parsed and walked (risk_priv.h shows the way), and the
 * riskiest thing that any part reports is the answer. What it leaves out: the contents of scripts, make
 * targets and files, and anything that a variable from outside holds. */
#include "runbook/risk_priv.h"

#include <pthread.h>
#include <string.h>

#include "base/must.h"
#include "runbook/shell_grammar.h"

enum {
    LONGEST_BYTES = 16 * 1024,       /* no command that people write is longer */
    INNER_BYTES = 4 * LONGEST_BYTES, /* of all texts inside of texts together */
    DEEPEST_INNER = 8,
};

const char *risk_name(enum risk_class risk)
{
    static const char *const names[] = {"read", "unknown", "mutate", "destructive"};
    return names[risk];
}

void risk_raise(struct scan *scan, enum risk_class class, const char *part, const char *why)
{
    struct risk *risk = scan->risk;
    if (risk->why && class <= risk->class)
        return;
    size_t shown = strcspn(part, "\n");
    bool cut = part[shown] || shown > 120;
    risk->class = class;
    risk->part =
        arena_printf(scan->arena, "%.*s%s", (int)(shown > 120 ? 120 : shown), part, cut ? " ..." : "");
    risk->why = arena_printf(scan->arena, "`%s` %s", risk->part, why);
}

void risk_mark_sensitive(struct scan *scan, const char *part, const char *why)
{
    if (scan->risk->sensitive || readers_hide(scan))
        return;
    scan->risk->sensitive = true;
    scan->risk->sensitive_why = arena_printf(scan->arena, "`%.120s` %s", part, why);
}

bool scan_has_placeholder(const struct scan *scan, size_t start, size_t end)
{
    return scan->text != scan->parsed && memcmp(scan->text + start, scan->parsed + start, end - start) != 0;
}

/* Making the room that a parser works in costs as much as parsing a command: each thread keeps its own. The
 * scanner of the grammar is made anew for each text, for it remembers here-documents that had no end, and
 * would look for them in the next text. */
static pthread_key_t parser_key;

static void parser_free(void *parser)
{
    ts_parser_delete(parser);
}

static void parser_key_make(void)
{
    must(pthread_key_create(&parser_key, parser_free) == 0);
}

static TSParser *thread_parser(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, parser_key_make) == 0);
    TSParser *parser = pthread_getspecific(parser_key);
    if (parser == NULL) {
        parser = ts_parser_new();
        must(pthread_setspecific(parser_key, parser) == 0);
    }
    must(ts_parser_set_language(parser, shell_grammar()));
    return parser;
}

/* The text as the parser asks for it, in small chunks: how often it asks tells how often it goes over the
 * same bytes, which for text of some shapes is the square of their number. */
struct reading {
    const char *text;
    size_t n_bytes;
    size_t n_reads_left;
    size_t cancelled;
};

enum { CHUNK_BYTES = 64, READS_A_CHUNK = 64, READS_AT_LEAST = 4096 };

static const char *chunk_read(void *payload, uint32_t at, TSPoint point, uint32_t *ret_n_bytes)
{
    struct reading *reading = payload;
    (void)point;
    /* The text goes on all the same: a scanner that met its end too early would read beyond. */
    if (reading->n_reads_left == 0)
        reading->cancelled = 1;
    else
        reading->n_reads_left--;
    size_t left = at < reading->n_bytes ? reading->n_bytes - at : 0;
    *ret_n_bytes = (uint32_t)(left < CHUNK_BYTES ? left : CHUNK_BYTES);
    return left ? reading->text + at : "";
}

TSTree *shell_parse(const char *text, size_t n_bytes)
{
    struct reading reading = {.text = text,
                              .n_bytes = n_bytes,
                              .n_reads_left = READS_AT_LEAST + n_bytes / CHUNK_BYTES * READS_A_CHUNK};
    TSParser *parser = thread_parser();
    ts_parser_set_cancellation_flag(parser, &reading.cancelled);
    TSTree *tree = ts_parser_parse(parser, NULL, (TSInput){&reading, chunk_read, TSInputEncodingUTF8});
    ts_parser_set_cancellation_flag(parser, NULL);
    ts_parser_reset(parser);
    if (tree && reading.cancelled) {
        ts_tree_delete(tree);
        return NULL;
    }
    return tree;
}

/* Whether the text certainly does not parse, seen without parsing it: a placeholder that ends a command ("get
 * pod <name>") leaves a redirection without its file. Finding that with the parser means its search for a
 * repair, which costs more than all else. Quotes, escapes, comments and here-documents in front of it leave
 * the answer to the parser. */
static bool redirection_lacks_file(const char *text, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        if (strchr("'\"\\`$#(", text[i]) || (text[i] == '<' && i + 1 < n_bytes && text[i + 1] == '<'))
            return false;
        if (text[i] != '>')
            continue;
        size_t n_blanks = strspn(text + i + 1, " \t");
        char next = text[i + 1 + n_blanks];
        if (next == '\0' || next == '\n' || next == ';' || (n_blanks > 0 && (next == '|' || next == '&')))
            return true;
    }
    return false;
}

static bool text_parses(const char *text, size_t n_bytes)
{
    if (redirection_lacks_file(text, n_bytes))
        return false;
    TSTree *tree = shell_parse(text, n_bytes);
    bool parses = tree && !ts_node_has_error(ts_tree_root_node(tree));
    if (tree)
        ts_tree_delete(tree);
    return parses;
}

/* Nothing but NAME=value, exported or not: what `$(...)` in it gives is kept, and not printed. */
static bool only_assigns(TSNode root)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(root); i++) {
        TSNode child = ts_node_named_child(root, i);
        bool declares = strcmp(ts_node_type(child), "declaration_command") == 0;
        for (uint32_t k = 0; declares && k < ts_node_named_child_count(child); k++)
            if (strcmp(ts_node_type(ts_node_named_child(child, k)), "variable_assignment") != 0)
                return false;
        if (!(declares && ts_node_named_child_count(child) > 0) &&
            strncmp(ts_node_type(child), "variable_assignment", 19) != 0 &&
            strcmp(ts_node_type(child), "comment") != 0)
            return false;
    }
    return true;
}

/* Walks the text. ret_parses: the shell accepts it, placeholders taken as words. */
static void text_scan(struct scan *scan, bool *ret_parses)
{
    *ret_parses = true;
    if (scan_plain(scan)) {
        scan->risk->plain |= scan->inner_depth == 0;
        return;
    }
    TSTree *tree = shell_parse(scan->parsed, scan->n_bytes);
    TSNode root = tree ? ts_tree_root_node(tree) : (TSNode){0};
    *ret_parses = tree && !ts_node_has_error(root);
    if (!*ret_parses)
        risk_raise(scan, RISK_UNKNOWN, scan->text, "is not something the shell can parse");
    if (tree)
        scan_node(scan, root);
    if (*ret_parses && scan->inner_depth == 0 && scan->risk->sensitive && only_assigns(root))
        scan->risk->sensitive = false;
    if (tree)
        ts_tree_delete(tree);
}

void scan_inner_shell(struct scan *scan, const char *text)
{
    size_t n_bytes = strlen(text);
    if (scan->inner_depth >= DEEPEST_INNER || n_bytes > *scan->inner_bytes_left) {
        risk_raise(scan, RISK_UNKNOWN, text, "is nested too deep to follow");
        return;
    }
    *scan->inner_bytes_left -= n_bytes;
    struct scan inside = *scan;
    bool found, parses;
    inside.text = text;
    inside.parsed = text_with_filled_placeholders(scan->arena, text, n_bytes, &found);
    inside.n_bytes = n_bytes;
    inside.depth = 0;
    inside.level = trace_text(scan, "shell", text);
    inside.inner_depth++;
    inside.stdin_text = NULL;
    inside.variables = (typeof(inside.variables)){0}; /* a shell inside does not know those of ours */
    text_scan(&inside, &parses);
    scan->tool_is_minor = inside.tool_is_minor;
}

int trace_text(struct scan *scan, const char *language, const char *text)
{
    if (!scan->trace)
        return 0;
    int opens = strcmp(language, "shell") == 0 ? ++scan->trace->n_levels : -1;
    *list_push(scan->arena, &scan->trace->list) =
        (struct traced){.language = language, .level = scan->level, .opens = opens, .text = text};
    return opens;
}

void trace_command(struct scan *scan, const struct word *words, size_t n_words, bool known)
{
    if (scan->trace)
        *list_push(scan->arena, &scan->trace->list) = (struct traced){
            .level = scan->level, .opens = -1, .words = words, .n_words = n_words, .known = known};
}

static struct risk refuse(struct risk *risk, const char *why)
{
    risk->class = RISK_UNKNOWN;
    risk->part = "";
    risk->why = why;
    return *risk;
}

/* trace: NULL, or what is to note all that is found. */
static struct risk command_risk(struct arena *arena, const struct risk_rules *rules, const char *command,
                                size_t n_bytes, struct trace *trace)
{
    struct risk risk = {.class = RISK_READ};
    if (n_bytes > LONGEST_BYTES)
        return refuse(&risk, "the command is longer than 16 KiB");
    if (memchr(command, '\0', n_bytes))
        return refuse(&risk, "the command holds a NUL byte");

    size_t inner_bytes_left = INNER_BYTES;
    const char *text = text_without_prompts(arena, command, n_bytes);
    struct scan scan = {.trace = trace,
                        .arena = arena,
                        .rules = rules,
                        .risk = &risk,
                        .text = text,
                        .n_bytes = n_bytes,
                        .inner_bytes_left = &inner_bytes_left};
    scan.parsed = text_with_filled_placeholders(arena, text, n_bytes, &risk.unfilled);

    if (scan_powershell(&scan, text, n_bytes))
        return risk;
    text_scan(&scan, &risk.parses);
    if (risk.unfilled)
        risk.parses = text_parses(text, n_bytes);
    if (!risk.why)
        risk_raise(&scan, RISK_READ, text, "runs nothing that changes anything");
    if (!risk.part)
        risk.part = "";
    return risk;
}

struct risk risk_of_command(struct arena *arena, const struct risk_rules *rules, const char *command,
                            size_t n_bytes)
{
    return command_risk(arena, rules, command, n_bytes, NULL);
}

struct risk risk_traced(struct arena *arena, const struct risk_rules *rules, const char *command,
                        size_t n_bytes, struct trace *ret_trace)
{
    return command_risk(arena, rules, command, n_bytes, ret_trace);
}
