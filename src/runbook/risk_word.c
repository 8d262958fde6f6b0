/* Words of the syntax tree after quote removal, as bash does it (Bash manual, 3.1.2 Quoting): what is in
 * single quotes is exact, in double quotes a backslash only guards $ ` " \ and newline, elsewhere it guards
 * any byte. Expansions are left as written and make the word dynamic. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"

struct building {
    struct scan *scan;
    struct buf text;
    struct word word;
    int depth;
};

static void add_unescaped(struct building *b, const char *text, size_t n, bool in_quotes)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\\' && i + 1 < n) {
            char next = text[i + 1];
            bool guards = !in_quotes || strchr("$`\"\\\n", next);
            if (guards) {
                if (next != '\n')
                    buf_putc(&b->text, next);
                i++;
                continue;
            }
        }
        buf_putc(&b->text, text[i]);
    }
}

/* $'a\nb': only the escapes that matter for telling words apart; the rest make the word dynamic. */
static void add_ansi(struct building *b, const char *text, size_t n)
{
    static const char from[] = "ntr\\'\"abefv";
    static const char to[] = "\n\t\r\\'\"\a\b\033\f\v";
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\\' || i + 1 >= n) {
            buf_putc(&b->text, text[i]);
            continue;
        }
        const char *known = memchr(from, text[++i], sizeof from - 1);
        if (known)
            buf_putc(&b->text, to[known - from]);
        else
            b->word.dynamic = b->word.splits = true;
    }
}

static void add_plain(struct building *b, size_t start, size_t end)
{
    const char *text = b->scan->text + start;
    size_t n = end - start;
    if (scan_has_placeholder(b->scan, start, end)) {
        b->word.placeholder = true;
        buf_add(&b->text, text, n);
        return;
    }
    bool guarded = false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\\' && !guarded) {
            guarded = true;
            continue;
        }
        bool empty_braces = text[i] == '{' && text[i + 1] == '}'; /* `xargs -I {}` */
        if (!guarded && strchr("*?[{", text[i]) && !empty_braces)
            b->word.dynamic = b->word.splits = true;
        guarded = false;
    }
    add_unescaped(b, text, n, false);
}

static void add_node(struct building *b, TSNode node, bool in_quotes);

/* The children of a quoted or glued word, and the bytes between them that have no node. */
static void add_children(struct building *b, TSNode node, size_t start, size_t end, bool in_quotes)
{
    size_t at = start;
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (!ts_node_is_named(child))
            continue;
        size_t child_start = ts_node_start_byte(child), child_end = ts_node_end_byte(child);
        if (child_start < at || child_end > end)
            continue;
        if (child_start > at && in_quotes)
            add_unescaped(b, b->scan->text + at, child_start - at, true);
        else if (child_start > at)
            add_plain(b, at, child_start);
        add_node(b, child, in_quotes);
        at = child_end;
    }
    ts_tree_cursor_delete(&cursor);
    if (at < end && in_quotes)
        add_unescaped(b, b->scan->text + at, end - at, true);
    else if (at < end)
        add_plain(b, at, end);
}

static void add_node(struct building *b, TSNode node, bool in_quotes)
{
    const char *type = ts_node_type(node);
    size_t start = ts_node_start_byte(node), end = ts_node_end_byte(node);
    const char *text = b->scan->text + start;
    if (scan_has_placeholder(b->scan, start, end))
        b->word.placeholder = true;
    if (++b->depth > 50) {
        b->word.dynamic = b->word.splits = true;
    } else if (strcmp(type, "word") == 0 || strcmp(type, "number") == 0 ||
               strcmp(type, "command_name") == 0 || strcmp(type, "variable_name") == 0 ||
               strcmp(type, "special_variable_name") == 0 || strcmp(type, "file_descriptor") == 0) {
        if (ts_node_named_child_count(node) > 0)
            add_children(b, node, start, end, in_quotes);
        else
            add_plain(b, start, end);
    } else if (strcmp(type, "raw_string") == 0 && end - start >= 2) {
        buf_add(&b->text, text + 1, end - start - 2);
    } else if (strcmp(type, "ansi_c_string") == 0 && end - start >= 3) {
        add_ansi(b, text + 2, end - start - 3);
    } else if (strcmp(type, "string") == 0 && end - start >= 2) {
        add_children(b, node, start + 1, end - 1, true);
    } else if (strcmp(type, "string_content") == 0) {
        add_unescaped(b, text, end - start, true);
    } else if (strcmp(type, "concatenation") == 0) {
        add_children(b, node, start, end, false);
    } else {
        b->word.dynamic = true;
        b->word.splits |= !in_quotes;
        buf_add(&b->text, text, end - start);
    }
    b->depth--;
}

struct word word_of_node(struct scan *scan, TSNode node)
{
    struct building b = {.scan = scan};
    add_node(&b, node, false);
    b.word.text = arena_strndup(scan->arena, buf_text(&b.text), b.text.n_bytes);
    buf_free(&b.text);
    return b.word;
}

bool word_is_expansion(const struct word *word)
{
    const char *text = word->text;
    if (*text == '`' || strncmp(text, "$(", 2) == 0)
        return true;
    return *text == '$' && !text[1 + strspn(text + 1, "{}[]:@*_-abcdefghijklmnopqrstuvwxyz"
                                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")];
}

/* The value of "$NAME" or "${NAME}" as set earlier in the same text, or NULL. */
static const char *known_value(const struct scan *scan, const char *text)
{
    if (*text++ != '$')
        return NULL;
    bool braces = *text == '{';
    text += braces;
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_')
        n++;
    if (n == 0 || strcmp(text + n, braces ? "}" : "") != 0)
        return NULL;
    list_each (variable, &scan->variables)
        if (strlen(variable->name) == n && strncmp(variable->name, text, n) == 0)
            return variable->value;
    return NULL;
}

void words_of_node(struct scan *scan, TSNode node, struct words *ret_words)
{
    struct word word = word_of_node(scan, node);
    const char *value = word.dynamic ? known_value(scan, word.text) : NULL;
    if (!value) {
        *list_push(scan->arena, ret_words) = word;
        return;
    }
    if (!word.splits) {
        *list_push(scan->arena, ret_words) = (struct word){.text = value};
        return;
    }
    while (*value) {
        size_t n = strcspn(value, " \t\n");
        if (n > 0) {
            const char *one = arena_strndup(scan->arena, value, n);
            bool glob = strpbrk(one, "*?[") != NULL;
            *list_push(scan->arena, ret_words) = (struct word){.text = one, .dynamic = glob, .splits = glob};
        }
        value += n + (value[n] != '\0');
    }
}

const char *words_joined(struct arena *arena, const struct word *words, size_t n_words)
{
    struct buf text = {0};
    for (size_t i = 0; i < n_words; i++) {
        if (i > 0)
            buf_putc(&text, ' ');
        buf_puts(&text, words[i].text);
    }
    const char *joined = arena_strndup(arena, buf_text(&text), text.n_bytes);
    buf_free(&text);
    return joined;
}
