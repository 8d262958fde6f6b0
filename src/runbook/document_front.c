/* Front matter: "key: value" lines between "---" and "---" (or "...") at the very top, and "key = value"
 * between "+++". Flat keys, lists in brackets or as "- item" lines. Left out: nested maps, anchors, block
 * texts; their lines give no entry. */
#include "runbook/document_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/text.h"

enum { FRONT_MATTER_LINES = 500 };

static bool line_is(struct source_line line, const char *text)
{
    while (line.n_bytes > 0 && (line.at[line.n_bytes - 1] == ' ' || line.at[line.n_bytes - 1] == '\t'))
        line.n_bytes--;
    return line.n_bytes == strlen(text) && memcmp(line.at, text, line.n_bytes) == 0;
}

static int find_end(const struct document *document, const char *mark)
{
    for (int n = 2; n <= (int)document->lines.n && n <= FRONT_MATTER_LINES; n++) {
        struct source_line line = document_line(document, n);
        if (line_is(line, mark) || (mark[0] == '-' && line_is(line, "...")))
            return n;
    }
    return 0;
}

static void add_value(struct arena *arena, struct document *document, const char *key, const char *value,
                      int line)
{
    size_t n = strlen(value);

    if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
        value++;
        n -= 2;
    }
    if (n == 0 || strcmp(value, "|") == 0 || strcmp(value, ">") == 0 || value[0] == '{')
        return;
    struct front_matter_entry *entry = list_push(arena, &document->front_matter);
    entry->key = key;
    entry->value = text_normalise(arena, value, n);
    entry->line = line;
}

static void add_entry(struct arena *arena, struct document *document, const char *key, const char *value,
                      int line)
{
    size_t n = strlen(value);
    struct strings items = {0};

    if (value[0] != '[' || n < 2 || value[n - 1] != ']') {
        add_value(arena, document, key, value, line);
        return;
    }
    text_split_list(arena, arena_strndup(arena, value + 1, n - 2), false, &items);
    list_each (item, &items)
        add_value(arena, document, key, *item, line);
}

static const char *read_line(struct arena *arena, struct document *document, const char *key, int number)
{
    struct source_line raw = document_line(document, number);
    const char *text = text_normalise(arena, raw.at, raw.n_bytes);
    bool inner = raw.n_bytes > 0 && isspace((unsigned char)raw.at[0]);

    if (text[0] == '-' && text[1] == ' ' && key) {
        add_value(arena, document, key, text + 2, number);
        return key;
    }
    size_t n = strcspn(text, ":=");
    if (inner || text[0] == '#' || text[n] == '\0')
        return inner ? key : NULL;
    while (n > 0 && text[n - 1] == ' ')
        n--;
    key = arena_strndup(arena, text, n);
    const char *value = text + strcspn(text, ":=") + 1;
    add_entry(arena, document, key, value + (*value == ' '), number);
    return key;
}

void document_read_front_matter(struct arena *arena, struct document *document)
{
    struct source_line first = document_line(document, 1);
    const char *mark = line_is(first, "---") ? "---" : line_is(first, "+++") ? "+++" : NULL;
    int end = mark ? find_end(document, mark) : 0;
    const char *key = NULL;

    for (int n = 2; n < end; n++)
        key = read_line(arena, document, key, n);
    document->front_matter_end = end;
}
