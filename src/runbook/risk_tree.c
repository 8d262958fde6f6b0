/* The walk over the syntax tree of tree-sitter-bash: which simple commands a text may run, with which words,
 * what it redirects and what it assigns.
 *
 * Every kind of node is in one table; a kind that is not there makes the text unknown, so that a new version
 * of the grammar cannot open a hole. Branches and loops count as if they ran: the riskiest part decides. */
#include "runbook/risk_priv.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 120 };

const char *node_text(struct scan *scan, TSNode node)
{
    size_t start = ts_node_start_byte(node), end = ts_node_end_byte(node);
    return arena_strndup(scan->arena, scan->text + start, end - start);
}

bool node_is(TSNode node, const char *type)
{
    return strcmp(ts_node_type(node), type) == 0;
}

struct nodes {
    TSNode *at;
    size_t n;
    size_t capacity;
};

/* The named children. ts_node_named_child() counts from the first one each time, which would make long
 * commands quadratic. */
static struct nodes children_of(struct scan *scan, TSNode node)
{
    struct nodes nodes = {0};
    if (ts_node_named_child_count(node) == 0)
        return nodes;
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child))
            *list_push(scan->arena, &nodes) = child;
    }
    ts_tree_cursor_delete(&cursor);
    return nodes;
}

void children_scan(struct scan *scan, TSNode node)
{
    if (ts_node_child_count(node) == 0)
        return;
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child))
            scan_node(scan, child);
        else if (node_is(child, "&"))
            scan->variables.n = 0; /* what stood before it ran in a shell of its own */
    }
    ts_tree_cursor_delete(&cursor);
}

static void nothing(struct scan *scan, TSNode node)
{
    (void)scan;
    (void)node;
}

void scan_node(struct scan *scan, TSNode node)
{
    node_handler *handler = rules_node_handler(scan->rules, ts_node_symbol(node));
    if (scan->depth >= DEEPEST) {
        risk_raise(scan, RISK_UNKNOWN, "the command", "is nested too deep to follow");
        return;
    }
    scan->depth++;
    if (handler)
        handler(scan, node);
    else
        risk_raise(scan, RISK_UNKNOWN, node_text(scan, node), "is shell syntax that the rules do not know");
    scan->depth--;
}

/* ---- redirections ---- */

const char *node_operator(TSNode node)
{
    for (uint32_t i = 0; i < ts_node_child_count(node); i++)
        if (!ts_node_is_named(ts_node_child(node, i)))
            return ts_node_type(ts_node_child(node, i));
    return "";
}

static bool is_descriptor(const char *text)
{
    return strcmp(text, "-") == 0 || strspn(text, "0123456789-") == strlen(text);
}

/* `> file word...`: the grammar counts words behind the file as destinations; for the shell they are
 * arguments of the command. */
static void file_redirect(struct scan *scan, TSNode node, struct words *arguments)
{
    const char *op = node_operator(node);
    bool copies =
        strcmp(op, ">&") == 0 || strcmp(op, "<&") == 0 || strcmp(op, ">&-") == 0 || strcmp(op, "<&-") == 0;
    bool appends = strcmp(op, ">>") == 0 || strcmp(op, "&>>") == 0;
    bool seen = strcmp(op, ">&-") == 0 || strcmp(op, "<&-") == 0;
    struct nodes children = children_of(scan, node);
    list_each (at, &children) {
        TSNode child = *at;
        if (node_is(child, "file_descriptor"))
            continue;
        scan_node(scan, child);
        if (seen) {
            words_of_node(scan, child, arguments);
            continue;
        }
        seen = true;
        struct word file = word_of_node(scan, child);
        if ((copies && is_descriptor(file.text)) || node_is(child, "process_substitution"))
            continue;
        if (strchr(op, '>')) {
            scan->saved = true;
            const char *part = arena_printf(scan->arena, "%s %s", op, file.text ? file.text : "");
            scan_written_file(scan, &file, part);
            if (appends)
                scan_appended_file(scan, &file, part);
        } else if (strcmp(file.text, "/dev/null") != 0) {
            scan->stdin_hidden = true;
            if (scan->risk->needs_files.n < 32 && !scan->there && strncmp(file.text, "/dev/", 5) != 0)
                strings_add(scan->arena, &scan->risk->needs_files, file.text);
        }
    }
}

/* Text of a here-document that the grammar took for plain: a substitution in it runs all the same. */
static void heredoc_text_check(struct scan *scan, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        char c = scan->text[i];
        if (c == '\\')
            i++;
        else if (c == '`' || (c == '$' && i + 1 < end && scan->text[i + 1] == '('))
            risk_raise(scan, RISK_UNKNOWN, "<<",
                       "runs a command from within the text, which cannot be followed");
    }
}

static void heredoc_body_scan(struct scan *scan, TSNode body, bool quoted)
{
    size_t at = ts_node_start_byte(body);
    struct nodes children = children_of(scan, body);
    list_each (child, &children) {
        if (node_is(*child, "heredoc_content"))
            continue;
        scan_node(scan, *child);
        if (!quoted && ts_node_start_byte(*child) > at)
            heredoc_text_check(scan, at, ts_node_start_byte(*child));
        at = ts_node_end_byte(*child);
    }
    if (!quoted)
        heredoc_text_check(scan, at, ts_node_end_byte(body));
}

/* <<EOF: the body becomes what the command reads; the words behind it are arguments; the rest of the line
 * (a pipe, &&) hangs below the redirection and is kept for later in ret_rest. */
static void heredoc_redirect(struct scan *scan, TSNode node, struct words *arguments,
                             struct words *ret_rest_text)
{
    struct nodes children = children_of(scan, node);
    bool quoted = false;
    list_each (at, &children) {
        TSNode child = *at;
        if (node_is(child, "heredoc_start")) {
            quoted = strpbrk(node_text(scan, child), "'\"\\") != NULL;
        } else if (node_is(child, "heredoc_body")) {
            heredoc_body_scan(scan, child, quoted);
            *list_push(scan->arena, ret_rest_text) = (struct word){.text = node_text(scan, child)};
        } else if (node_is(child, "file_redirect")) {
            file_redirect(scan, child, arguments);
        } else if (node_is(child, "word") || node_is(child, "string") || node_is(child, "raw_string") ||
                   node_is(child, "concatenation") || node_is(child, "simple_expansion") ||
                   node_is(child, "expansion") || node_is(child, "number") ||
                   node_is(child, "ansi_c_string")) {
            words_of_node(scan, child, arguments);
            scan_node(scan, child);
        }
    }
}

static void herestring_redirect(struct scan *scan, TSNode node, struct words *ret_text)
{
    struct nodes children = children_of(scan, node);
    list_each (at, &children) {
        TSNode child = *at;
        if (node_is(child, "file_descriptor"))
            continue;
        scan_node(scan, child);
        *list_push(scan->arena, ret_text) = word_of_node(scan, child);
    }
}

static bool redirect_scan(struct scan *scan, TSNode node, struct words *arguments, struct words *ret_stdin)
{
    if (node_is(node, "file_redirect"))
        file_redirect(scan, node, arguments);
    else if (node_is(node, "heredoc_redirect"))
        heredoc_redirect(scan, node, arguments, ret_stdin);
    else if (node_is(node, "herestring_redirect"))
        herestring_redirect(scan, node, ret_stdin);
    else
        return false;
    return true;
}

/* ---- commands ---- */

static bool is_arithmetic(TSNode command_name)
{
    return ts_node_named_child_count(command_name) == 1 &&
           node_is(ts_node_named_child(command_name, 0), "arithmetic_expansion");
}

/* A simple command with words that stand behind its redirections. */
static void command_with(struct scan *scan, TSNode node, const struct words *behind, const char *stdin_text)
{
    struct words words = {0}, late = {0}, input = {0};
    bool arithmetic = false;
    bool saved = scan->saved, hidden = scan->stdin_hidden;
    struct nodes children = children_of(scan, node);
    list_each (at, &children) {
        TSNode child = *at;
        if (node_is(child, "command_name") && is_arithmetic(child))
            arithmetic = true;
        else if (!node_is(child, "variable_assignment") && !node_is(child, "comment") &&
                 !redirect_scan(scan, child, &late, &input))
            words_of_node(scan, child, &words);
    }
    list_each (word, &late)
        *list_push(scan->arena, &words) = *word;
    for (size_t i = 0; behind && i < behind->n; i++)
        *list_push(scan->arena, &words) = behind->at[i];

    scan->stdin_text = input.n ? input.at[0].text : stdin_text;
    if (!arithmetic)
        scan_command(scan, words.at, words.n);
    scan->stdin_text = NULL;
    variables_set_by(scan, &words);
    list_each (at, &children) {
        TSNode child = *at;
        scan->in_prefix = node_is(child, "variable_assignment");
        if (ts_node_named_child_count(child) > 0 && !node_is(child, "file_redirect") &&
            !node_is(child, "herestring_redirect") && !node_is(child, "heredoc_redirect"))
            scan_node(scan, child);
    }
    scan->in_prefix = false;
    scan->saved = saved;
    scan->stdin_hidden = hidden;
}

static void command_node(struct scan *scan, TSNode node)
{
    const char *stdin_text = scan->stdin_text;
    scan->stdin_text = NULL;
    command_with(scan, node, NULL, stdin_text);
}

/* The last simple command of a pipeline or list: the one that trailing words belong to. */
static TSNode last_command(TSNode node)
{
    while ((node_is(node, "pipeline") || node_is(node, "list")) && ts_node_named_child_count(node) > 0)
        node = ts_node_named_child(node, ts_node_named_child_count(node) - 1);
    return node;
}

/* What hangs below a heredoc: `cat <<EOF | psql`. */
static void heredoc_rest(struct scan *scan, TSNode redirect, const char *piped)
{
    struct nodes children = children_of(scan, redirect);
    list_each (at, &children) {
        TSNode child = *at;
        if (node_is(child, "pipeline") || node_is(child, "list") || node_is(child, "command") ||
            node_is(child, "redirected_statement")) {
            scan->stdin_text = node_is(child, "pipeline") ? piped : NULL;
            scan_node(scan, child);
            scan->stdin_text = NULL;
        } else if (!node_is(child, "heredoc_start") && !node_is(child, "heredoc_body") &&
                   !node_is(child, "heredoc_end") && !node_is(child, "file_redirect") &&
                   !node_is(child, "file_descriptor")) {
            scan_node(scan, child);
        }
    }
}

static bool is_plain_cat(struct scan *scan, TSNode node)
{
    return strcmp(node_text(scan, node), "cat") == 0;
}

/* "> app.log", not "> /dev/null" and not a file that is thrown away. */
static bool empties_file(struct scan *scan, TSNode redirect)
{
    const char *op = node_operator(redirect);
    TSNode destination = ts_node_child_by_field_name(redirect, "destination", 11);

    if (ts_node_is_null(destination) ||
        (strcmp(op, ">") != 0 && strcmp(op, ">|") != 0 && strcmp(op, "&>") != 0))
        return false;
    const char *path = word_of_node(scan, destination).text;
    return path && strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/tmp/", 5) != 0;
}

/* ": > app.log", "> app.log", "cat /dev/null > app.log": what prints nothing only empties the file. */
static bool prints_nothing(struct scan *scan, TSNode body)
{
    static const char *const commands[] = {
        ":",       "true",       "cat /dev/null", "echo",      "echo ''",    "echo \"\"",
        "echo -n", "echo -n ''", "echo -n \"\"",  "printf ''", "printf \"\""};

    if (ts_node_is_null(body))
        return true;
    if (!node_is(body, "command"))
        return false;
    const char *text = node_text(scan, body);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(text, commands[i]) == 0)
            return true;
    return false;
}

static void redirected_node(struct scan *scan, TSNode node)
{
    struct words behind = {0}, input = {0};
    bool saved = scan->saved, hidden = scan->stdin_hidden;
    bool minor = scan->tool_is_minor;
    const char *stdin_text = scan->stdin_text, *why = scan->risk->why, *tool = scan->risk->tool;
    scan->stdin_text = NULL;
    TSNode body = ts_node_child_by_field_name(node, "body", 4);
    struct nodes children = children_of(scan, node);
    list_each (child, &children)
        redirect_scan(scan, *child, &behind, &input);
    if (behind.n == 0 && prints_nothing(scan, body))
        list_each (child, &children)
            if (node_is(*child, "file_redirect") && empties_file(scan, *child))
                risk_raise(scan, RISK_DESTRUCTIVE, node_text(scan, *child), "empties the file");
    if (scan->risk->class == RISK_READ) { /* what the name of a file looks up is not what the command does */
        scan->risk->why = why;
        scan->risk->tool = tool;
        scan->tool_is_minor = minor;
    }
    const char *given = input.n ? input.at[0].text : stdin_text;

    if (ts_node_is_null(body)) {
        scan_command(scan, behind.at, behind.n);
    } else if (node_is(body, "command")) {
        command_with(scan, body, &behind, given);
    } else {
        if (behind.n > 0 && node_is(last_command(body), "command"))
            risk_raise(scan, RISK_UNKNOWN, behind.at[0].text, "stands behind a redirection");
        scan->stdin_text = given;
        scan_node(scan, body);
        scan->stdin_text = NULL;
    }
    scan->saved = saved;
    scan->stdin_hidden = hidden;
    bool cat = !ts_node_is_null(body) && is_plain_cat(scan, body);
    list_each (child, &children)
        if (node_is(*child, "heredoc_redirect"))
            heredoc_rest(scan, *child, cat && input.n ? input.at[0].text : NULL);
}

const char *words_printed(struct scan *scan, const struct words *words)
{
    if (words->n == 1 && strcmp(words->at[0].text, "echo") == 0)
        return "";
    if (words->n < 2 || (strcmp(words->at[0].text, "echo") != 0 && strcmp(words->at[0].text, "printf") != 0))
        return NULL;
    size_t first = 1;
    while (first < words->n && words->at[first].text[0] == '-' &&
           strspn(words->at[first].text, "-neE") == strlen(words->at[first].text))
        first++;
    return words_joined(scan->arena, words->at + first, words->n - first);
}

static struct words words_of_command(struct scan *scan, TSNode node)
{
    struct words words = {0};
    if (!node_is(node, "command"))
        return words;
    struct nodes children = children_of(scan, node);
    list_each (child, &children)
        words_of_node(scan, *child, &words);
    return words;
}

static void pipeline_node(struct scan *scan, TSNode node)
{
    bool outside = scan->maybe;
    scan->maybe = true; /* each part of a pipe runs in a shell of its own */
    bool hidden = scan->stdin_hidden;
    const char *piped = scan->stdin_text;
    struct nodes children = children_of(scan, node);
    const struct words *readers = scan->readers;
    const size_t n_readers = scan->n_readers;
    struct words *commands = arena_alloc(scan->arena, children.n * sizeof *commands);
    for (size_t i = 0; i < children.n; i++)
        commands[i] = words_of_command(scan, children.at[i]);
    for (size_t i = 0; i < children.n; i++) {
        scan->readers = commands + i + 1;
        scan->n_readers = children.n - i - 1;
        scan->stdin_text = piped;
        scan_node(scan, children.at[i]);
        piped = words_printed(scan, &commands[i]);
        scan->stdin_hidden = piped == NULL;
    }
    scan->readers = readers;
    scan->n_readers = n_readers;
    scan->stdin_text = NULL;
    scan->stdin_hidden = hidden;
    scan->maybe = outside;
}

/* ---- loops, tests ---- */

static void while_node(struct scan *scan, TSNode node)
{
    TSNode condition = ts_node_child_by_field_name(node, "condition", 9);
    const char *text = ts_node_is_null(condition) ? "" : node_text(scan, condition);
    const char *whole = node_text(scan, node);
    bool always = strcmp(text, "true") == 0 || strcmp(text, ":") == 0 || strcmp(text, "[ 1 ]") == 0 ||
                  strcmp(text, "((1))") == 0 || strncmp(text, "sleep ", 6) == 0;
    bool leaves = strstr(whole, "break") || strstr(whole, "exit") || strstr(whole, "return");
    loop_node(scan, node);
    scan->risk->endless |= always && !leaves;
}

static void c_for_node(struct scan *scan, TSNode node)
{
    loop_node(scan, node);
    bool never = ts_node_is_null(ts_node_child_by_field_name(node, "condition", 9));
    scan->risk->endless |= never && !strstr(node_text(scan, node), "break");
}

/* [[ 'a[$(rm x)]' -eq 0 ]]: quotes do not keep a test from looking into a subscript. */
static void quoted_subscripts_check(struct scan *scan, TSNode node)
{
    struct nodes children = children_of(scan, node);
    list_each (child, &children) {
        if (node_is(*child, "raw_string"))
            subscript_check(scan, node_text(scan, *child));
        else if (node_is(*child, "binary_expression") || node_is(*child, "unary_expression"))
            quoted_subscripts_check(scan, *child);
    }
}

/* `[ a > b ]` is a redirection to the file b for the shell, whatever its writer meant. */
static void test_node(struct scan *scan, TSNode node)
{
    const char *text = node_text(scan, node);
    if (strncmp(text, "[[", 2) != 0 && strstr(text, " > "))
        risk_raise(scan, RISK_UNKNOWN, text, "holds a redirection inside of [ ]");
    quoted_subscripts_check(scan, node);
    children_scan(scan, node);
}

node_handler *tree_node_handler(const char *type)
{
    static const struct {
        const char *type;
        node_handler *handler;
    } handlers[] = {
        {"program", children_scan},
        {"ERROR", children_scan}, /* the text is unknown already; what is in it may be worse */
        {"list", list_node},
        {"pipeline", pipeline_node},
        {"command", command_node},
        {"command_name", children_scan},
        {"redirected_statement", redirected_node},
        {"variable_assignment", assignment_node},
        {"variable_assignments", children_scan},
        {"declaration_command", declaration_node},
        {"unset_command", unset_node},
        {"function_definition", function_node},
        {"subshell", maybe_node},
        {"compound_statement", children_scan},
        {"negated_command", children_scan},
        {"if_statement", maybe_node},
        {"elif_clause", children_scan},
        {"else_clause", children_scan},
        {"for_statement", loop_node},
        {"c_style_for_statement", c_for_node},
        {"while_statement", while_node},
        {"do_group", children_scan},
        {"case_statement", maybe_node},
        {"case_item", children_scan},
        {"test_command", test_node},
        {"command_substitution", maybe_node},
        {"process_substitution", maybe_node},
        {"arithmetic_expansion", arithmetic_node},
        {"binary_expression", children_scan},
        {"unary_expression", children_scan},
        {"ternary_expression", children_scan},
        {"postfix_expression", children_scan},
        {"parenthesized_expression", children_scan},
        {"array", children_scan},
        {"subscript", children_scan},
        {"string", children_scan},
        {"translated_string", children_scan},
        {"concatenation", children_scan},
        {"expansion", expansion_node},
        {"simple_expansion", children_scan},
        {"brace_expression", children_scan},
        {"word", children_scan},
        {"number", children_scan},
        {"comment", nothing},
        {"raw_string", nothing},
        {"ansi_c_string", nothing},
        {"string_content", nothing},
        {"variable_name", nothing},
        {"special_variable_name", nothing},
        {"file_descriptor", nothing},
        {"test_operator", nothing},
        {"regex", nothing},
        {"extglob_pattern", children_scan},
        {"heredoc_body", children_scan},
        {"heredoc_content", nothing},
        {"heredoc_start", nothing},
        {"heredoc_end", nothing},
    };
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (strcmp(handlers[i].type, type) == 0)
            return handlers[i].handler;
    return NULL;
}
