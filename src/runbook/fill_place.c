/* Where a marker stands in the texts that shells read, by their syntax trees: in which quotes, in which word
 * of which program; and then on through the texts inside of texts that the walk of the risk rules found. */
#include <string.h>

#include "runbook/fill_priv.h"

enum { DEEPEST = 120 };

void fill_chain_add(struct fill_chain *chain, enum fill_place place, int level)
{
    if (chain->n == sizeof chain->at / sizeof *chain->at) {
        chain->why_not = "is nested too deep to follow";
        return;
    }
    chain->at[chain->n++] = (struct fill_reader){.place = place, .level = level};
}

struct fill_levels fill_levels_of(struct arena *arena, const char *command, const struct trace *trace)
{
    size_t n = (size_t)trace->n_levels + 1;
    struct fill_levels levels = {.at = arena_alloc(arena, n * sizeof *levels.at), .n = n};
    levels.at[0] = command;
    list_each (traced, &trace->list)
        if (traced->opens > 0)
            levels.at[traced->opens] = traced->text;
    return levels;
}

static bool is_one_of(TSNode node, const char *types)
{
    const char *type = ts_node_type(node);
    size_t n = strlen(type);
    for (const char *at = types; (at = strstr(at, type)); at++)
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

static const char word_types[] = " word number string string_content raw_string concatenation ansi_c_string "
                                 "translated_string file_descriptor heredoc_content ";

/* ---- the shape ---- */

static bool skeleton_add(TSNode node, bool in_word, int depth, struct buf *out)
{
    bool word = is_one_of(node, word_types);
    if (depth > DEEPEST)
        return false;
    if (!word)
        buf_printf(out, "(%s", ts_node_type(node));
    else if (!in_word)
        buf_putc(out, 'w');
    bool good = true;
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more && good;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child))
            good = skeleton_add(child, word, depth + 1, out);
        else if (!word)
            buf_printf(out, " %s ", ts_node_type(child));
    }
    ts_tree_cursor_delete(&cursor);
    if (!word)
        buf_putc(out, ')');
    return good;
}

const char *fill_skeleton(struct arena *arena, const char *text)
{
    scoped_buf struct buf out = {0};
    TSTree *tree = shell_parse(text, strlen(text));
    bool good = tree && !ts_node_has_error(ts_tree_root_node(tree)) &&
                skeleton_add(ts_tree_root_node(tree), false, 0, &out);
    if (tree)
        ts_tree_delete(tree);
    return good ? arena_strndup(arena, buf_text(&out), out.n_bytes) : NULL;
}

/* ---- one level ---- */

struct standing { /* of a marker in the text of one shell */
    enum fill_place place;
    const char *why_not;
    const char *word; /* decoded; NULL: in no word */
    bool assigned;    /* the value of a variable */
};

static enum fill_place quotes_place(TSNode node)
{
    const char *type = ts_node_type(node);
    if (strcmp(type, "raw_string") == 0)
        return PLACE_SHELL_SINGLE;
    if (strcmp(type, "string") == 0 || strcmp(type, "string_content") == 0)
        return PLACE_SHELL_DOUBLE;
    if (strcmp(type, "ansi_c_string") == 0 || strcmp(type, "translated_string") == 0)
        return PLACE_PLAIN;
    return PLACE_SHELL_BARE;
}

static bool heredoc_is_quoted(struct scan *scan, TSNode body)
{
    TSNode redirect = ts_node_parent(body);
    for (uint32_t i = 0; i < ts_node_named_child_count(redirect); i++) {
        TSNode child = ts_node_named_child(redirect, i);
        if (node_is(child, "heredoc_start"))
            return strpbrk(node_text(scan, child), "'\"\\") != NULL;
    }
    return false;
}

/* What the nodes above the word say. */
static void surroundings_look(struct scan *scan, TSNode node, struct standing *standing)
{
    for (int depth = 0; !ts_node_is_null(node) && depth < DEEPEST; depth++, node = ts_node_parent(node)) {
        const char *text = scan->text + ts_node_start_byte(node);
        if (node_is(node, "variable_assignment") && !standing->assigned && depth == 0)
            standing->assigned = true;
        if (is_one_of(node, " variable_name function_definition heredoc_start heredoc_end "))
            standing->why_not = "would be a name of the shell's own";
        else if (is_one_of(node, " command_name "))
            standing->why_not = "stands where the program should be, so it could be anything";
        else if (is_one_of(node, " arithmetic_expansion subscript c_style_for_statement "))
            standing->place = PLACE_NUMBER;
        else if (is_one_of(node, " comment expansion simple_expansion test_operator regex extglob_pattern "))
            standing->place = PLACE_PLAIN;
        else if (node_is(node, "command_substitution") && *text == '`')
            standing->place = PLACE_PLAIN; /* backquotes have a layer of backslashes of their own */
        else if (node_is(node, "ERROR"))
            standing->why_not = "stands in a command that the shell cannot parse";
    }
}

static struct standing standing_of(struct arena *arena, const char *text, const char *marker)
{
    struct standing standing = {.place = PLACE_SHELL_BARE};
    size_t n_bytes = strlen(text), at = (size_t)(strstr(text, marker) - text);
    TSTree *tree = shell_parse(text, n_bytes);
    if (!tree || ts_node_has_error(ts_tree_root_node(tree))) {
        standing.why_not = "stands in a command that the shell cannot parse";
        if (tree)
            ts_tree_delete(tree);
        return standing;
    }
    struct scan scan = {.arena = arena, .text = text, .parsed = text, .n_bytes = n_bytes};
    uint32_t last = (uint32_t)(at + strlen(marker));
    TSNode node = ts_node_descendant_for_byte_range(ts_tree_root_node(tree), (uint32_t)at, last);
    if (is_one_of(node, " heredoc_body heredoc_content ")) {
        TSNode body = node_is(node, "heredoc_content") ? ts_node_parent(node) : node;
        standing.place = heredoc_is_quoted(&scan, body) ? PLACE_VERBATIM : PLACE_HEREDOC;
        standing.word = node_text(&scan, body);
    } else if (is_one_of(node, word_types)) {
        standing.place = quotes_place(node);
        for (TSNode up = ts_node_parent(node); !ts_node_is_null(up) && is_one_of(up, word_types);
             up = ts_node_parent(up)) {
            node = up;
            if (standing.place == PLACE_SHELL_BARE)
                standing.place = quotes_place(node);
        }
        standing.word = word_of_node(&scan, node).text;
        node = ts_node_parent(node);
    } else {
        standing.place = PLACE_PLAIN;
    }
    surroundings_look(&scan, node, &standing);
    ts_tree_delete(tree);
    return standing;
}

/* ---- the chain ---- */

/* The text inside of a word of that level that holds the marker, when one language reads it. */
static const struct traced *inner_text(const struct trace *trace, int level, const char *marker,
                                       bool *ret_several)
{
    const struct traced *found = NULL;
    list_each (traced, &trace->list) {
        if (!traced->language || traced->level != level || !strstr(traced->text, marker))
            continue;
        if (found &&
            (strcmp(found->language, traced->language) != 0 || strcmp(found->text, traced->text) != 0))
            *ret_several = true;
        if (!found)
            found = traced;
    }
    return found;
}

/* The innermost command that gets the marker in one of its words. */
static const struct traced *command_with(const struct trace *trace, int level, const char *marker,
                                         const struct word **ret_word)
{
    const struct traced *found = NULL;
    list_each (traced, &trace->list) {
        if (traced->language || traced->level != level)
            continue;
        for (size_t i = 0; i < traced->n_words; i++)
            if (strstr(traced->words[i].text, marker)) {
                found = traced;
                *ret_word = &traced->words[i];
            }
    }
    return found;
}

static void word_readers(struct arena *arena, const struct trace *trace, int level, const char *marker,
                         const struct standing *standing, struct fill_chain *chain)
{
    const struct word *word = NULL;
    const struct traced *command = command_with(trace, level, marker, &word);
    bool heredoc = standing->place == PLACE_HEREDOC || standing->place == PLACE_VERBATIM;
    if (command && word == command->words) {
        chain->why_not = "stands where the program should be, so it could be anything";
    } else if (heredoc || standing->assigned || !command || !standing->word ||
               !strstr(standing->word, marker)) {
        const char *text = standing->word && strstr(standing->word, marker) ? standing->word : marker;
        fill_word_readers(arena, text, marker, NULL, heredoc, chain);
        if (chain->n && chain->at[chain->n - 1].place == PLACE_WORD)
            chain->at[chain->n - 1].place = PLACE_TAME;
    } else {
        fill_word_readers(arena, standing->word, marker, command->words[0].text, command->known, chain);
    }
}

void fill_chain_find(struct arena *arena, const struct fill_levels *levels, const struct trace *trace,
                     const char *marker, struct fill_chain *ret_chain)
{
    int level = 0;
    for (;;) {
        struct standing standing = standing_of(arena, levels->at[level], marker);
        ret_chain->why_not = standing.why_not;
        fill_chain_add(ret_chain, standing.place, level);
        if (ret_chain->why_not)
            return;
        bool several = false;
        const struct traced *inner = inner_text(trace, level, marker, &several);
        if (several) {
            fill_chain_add(ret_chain, PLACE_PLAIN, -1);
            return;
        }
        if (inner && inner->opens > 0) {
            level = inner->opens;
            continue;
        }
        if (inner)
            fill_chain_add(ret_chain, fill_place_in(inner->language, inner->text, marker), -1);
        else
            word_readers(arena, trace, level, marker, &standing, ret_chain);
        return;
    }
}
