/* Masking by place: a telling name heads a column, a block or the next line.
 *
 *      id | patient_name | ssn         NAME     TOKEN      AGE       password: |        - name: DB_PASSWORD
 *     ----+--------------+-----        web-1    x8fk...    3d          first line         value: hunter2
 *       1 | ...
 *
 * A row that has another number of cells than its head cannot be told apart, and is masked as a whole. */
#include <string.h>

#include "runner/redact_priv.h"

enum { HEAD_BYTES = 48 };

struct text {
    const char *at;
    size_t n;
};

static struct text trim(struct text text)
{
    while (text.n && (text.at[0] == ' ' || text.at[0] == '\t'))
        text.at++, text.n--;
    while (text.n && (text.at[text.n - 1] == ' ' || text.at[text.n - 1] == '\t'))
        text.n--;
    return text;
}

static struct text unquote(struct text text)
{
    text = trim(text);
    if (text.n >= 2 && (text.at[0] == '"' || text.at[0] == '\'') && text.at[text.n - 1] == text.at[0])
        text.at++, text.n -= 2;
    return text;
}

static struct text whole(const struct redact_line *line)
{
    return (struct text){line->at, line->n_bytes};
}

static bool is(struct text text, const char *word)
{
    return text.n == strlen(word) && memcmp(text.at, word, text.n) == 0;
}

static bool made_of(struct text text, const char *letters)
{
    for (size_t i = 0; i < text.n; i++)
        if (!text.at[i] || !strchr(letters, text.at[i]))
            return false;
    return text.n > 0;
}

static void mask(struct redact_state *state, struct redact_line *line, struct text cell,
                 const struct redact_names *names)
{
    cell = trim(cell);
    if (!names)
        return;
    struct text value = unquote(cell);
    if (redact_value_counts(state, names->unless, value.at, value.n))
        redact_span_add(state, line, (size_t)(value.at - line->at), (size_t)(value.at - line->at) + value.n,
                        names->label);
}

static void mask_rest(struct redact_state *state, struct redact_line *line, size_t from, uint16_t label)
{
    struct text rest = trim((struct text){line->at + from, line->n_bytes - from});
    if (redact_value_counts(state, NULL, rest.at, rest.n))
        redact_span_add(state, line, (size_t)(rest.at - line->at), line->n_bytes, label);
}

/* The cell at *at, which moves behind its separator; false: there is none left. In CSV a quoted cell may hold
 * the separator. */
static bool cell_next(struct text row, char separator, size_t *at, struct text *ret_cell)
{
    if (*at > row.n)
        return false;
    size_t i = *at;
    bool quoted = false;
    for (; i < row.n && (quoted || row.at[i] != separator); i++)
        if (row.at[i] == '"' && separator != '|')
            quoted = !quoted;
    *ret_cell = (struct text){row.at + *at, i - *at};
    *at = i + 1;
    return true;
}

/* ---- rows ---- */

static size_t cells_of(struct text row, char separator)
{
    size_t at = 0, n = 0;
    for (struct text cell; cell_next(row, separator, &at, &cell);)
        n++;
    return n;
}

static bool is_rule(struct text row)
{
    return made_of(trim(row), "-+| =") && memmem(row.at, row.n, "---", 3);
}

/* False: the table has ended before this line. */
static bool separated_read(struct redact_state *state, struct redact_line *line)
{
    struct redact_table *table = &state->table;
    struct text row = whole(line), cell;
    size_t n = cells_of(row, table->separator), at = 0;
    if (is_rule(row))
        return true;
    if (n < 2 || (n != table->n_columns && !table->proved && table->separator != '|'))
        return false;
    if (n != table->n_columns) {
        mask_rest(state, line, 0, state->rules->table_label);
        return true;
    }
    table->proved = true;
    for (size_t i = 0; i < n && cell_next(row, table->separator, &at, &cell); i++)
        mask(state, line, cell, table->columns[i].names);
    return true;
}

static bool single_read(struct redact_state *state, struct redact_line *line)
{
    struct text row = trim(whole(line));
    if (row.n > 5 && row.at[0] == '(' && memmem(row.at, row.n, " row", 4))
        return false;
    mask(state, line, row, state->table.names);
    return true;
}

/* Columns are counted in characters: the byte at which the n-th begins. */
static size_t character_at(struct text row, size_t n)
{
    size_t at = 0;
    for (; at < row.n; at++) {
        bool begins = ((unsigned char)row.at[at] & 0xc0) != 0x80;
        if (begins && n-- == 0)
            break;
    }
    return at;
}

static bool fixed_read(struct redact_state *state, struct redact_line *line)
{
    const struct redact_table *table = &state->table;
    struct text row = whole(line);
    for (size_t i = 0; i < table->n_columns; i++) {
        size_t from = character_at(row, table->columns[i].from);
        size_t to = i + 1 < table->n_columns ? character_at(row, table->columns[i + 1].from) : row.n;
        /* A cell that is wider than its column pushes the others: then all of it up to its end. */
        while (table->columns[i].names && from && from < row.n && row.at[from - 1] != ' ')
            from--;
        while (table->columns[i].names && to && to < row.n && row.at[to - 1] != ' ' && row.at[to] != ' ')
            to++;
        mask(state, line, (struct text){row.at + from, to - from}, table->columns[i].names);
    }
    return true;
}

static size_t indent_of(struct text row)
{
    size_t n = 0;
    while (n < row.n && (row.at[n] == ' ' || row.at[n] == '\t'))
        n++;
    return n;
}

static bool indent_read(struct redact_state *state, struct redact_line *line)
{
    struct text row = whole(line);
    if (indent_of(row) <= state->table.indent)
        return false;
    mask_rest(state, line, 0, state->table.names->label);
    return true;
}

/* ---- "key: value" ---- */

static bool key_line(struct text row, size_t *ret_indent, struct text *ret_key, struct text *ret_value)
{
    size_t at = indent_of(row);
    if (at + 1 < row.n && row.at[at] == '-' && row.at[at + 1] == ' ')
        at += 2;
    const char *colon = at < row.n ? memchr(row.at + at, ':', row.n - at) : NULL;
    if (!colon)
        return false;
    *ret_indent = at;
    *ret_key = unquote((struct text){row.at + at, (size_t)(colon - row.at) - at});
    struct text value = trim((struct text){colon + 1, row.n - (size_t)(colon + 1 - row.at)});
    if (value.n && value.at[value.n - 1] == ',')
        value.n--;
    *ret_value = unquote(value);
    return ret_key->n > 0 && ret_key->n <= HEAD_BYTES;
}

static void pair_read(struct redact_state *state, struct redact_line *line)
{
    struct text key, value;
    size_t indent;
    if (key_line(whole(line), &indent, &key, &value) && is(key, "value"))
        mask(state, line, value, state->table.names);
}

static bool key_opens(struct redact_state *state, const struct redact_line *line)
{
    struct redact_table *table = &state->table;
    struct text key, value;
    size_t indent;
    if (!key_line(whole(line), &indent, &key, &value))
        return false;
    if (is(key, "name")) {
        table->names = redact_names_find(state->rules, value.at, value.n, IN_KEY);
        table->kind = table->names ? TABLE_PAIR : TABLE_NONE;
        return table->names;
    }
    if (!made_of(value, "|>[-+0123456789") || !strchr("|>[", value.at[0]))
        return false;
    table->names = redact_names_find(state->rules, key.at, key.n, IN_KEY);
    table->indent = indent;
    table->kind = table->names ? TABLE_INDENT : TABLE_NONE;
    return table->names;
}

/* ---- heads ---- */

static bool is_head(struct text cell, bool blanks)
{
    if (!cell.n || cell.n > HEAD_BYTES || (cell.at[0] >= '0' && cell.at[0] <= '9'))
        return false;
    for (size_t i = 0; i < cell.n; i++)
        if (!redact_word_byte(cell.at[i]) && !(cell.at[i] && strchr("()%#/*", cell.at[i])) &&
            !(blanks && cell.at[i] == ' '))
            return false;
    return true;
}

static bool separated_opens(struct redact_state *state, const struct redact_line *line, char separator)
{
    struct redact_table *table = &state->table;
    struct text row = whole(line), cell;
    size_t at = 0, n = 0;
    bool telling = false;
    bool blanks = separator == '|' || separator == '\t';
    while (cell_next(row, separator, &at, &cell)) {
        bool border = separator == '|' && !trim(cell).n && (n == 0 || at > row.n);
        struct text head = unquote(cell);
        if (!border && !is_head(head, blanks || head.at != trim(cell).at))
            return false;
        const struct redact_names *names = redact_names_find(state->rules, head.at, head.n, IN_COLUMN);
        if (n < COLUMNS)
            table->columns[n].names = names;
        telling = telling || names;
        n++;
    }
    if (n < 2 || n > COLUMNS || !telling)
        return false;
    table->kind = TABLE_SEPARATED;
    table->separator = separator;
    table->proved = false;
    table->n_columns = n;
    return true;
}

/* "NAME   READY   TOKEN": capitals, with two blanks or more between columns. */
static bool fixed_opens(struct redact_state *state, const struct redact_line *line)
{
    struct redact_table *table = &state->table;
    struct text row = whole(line);
    size_t at = indent_of(row), n = 0;
    bool telling = false;
    while (at < row.n) {
        const char *gap = memmem(row.at + at, row.n - at, "  ", 2);
        struct text head = trim((struct text){row.at + at, gap ? (size_t)(gap - row.at) - at : row.n - at});
        if (n == COLUMNS || !is_head(head, true))
            return false;
        for (size_t i = 0; i < head.n; i++)
            if (head.at[i] >= 'a' && head.at[i] <= 'z')
                return false;
        table->columns[n].names = redact_names_find(state->rules, head.at, head.n, IN_HEADING);
        table->columns[n].from = at;
        telling = telling || table->columns[n].names;
        n++;
        at = gap ? (size_t)(gap - row.at) : row.n;
        while (at < row.n && row.at[at] == ' ')
            at++;
    }
    table->n_columns = n;
    table->kind = n > 1 && telling ? TABLE_FIXED : TABLE_NONE;
    return table->kind != TABLE_NONE;
}

static void head_read(struct redact_state *state, const struct redact_line *line)
{
    static const char separators[] = "|\t,;";
    struct redact_table *table = &state->table;
    struct text head = trim(whole(line));
    table->head = is_head(head, true) ? redact_names_find(state->rules, head.at, head.n, IN_COLUMN) : NULL;
    if (table->head || key_opens(state, line))
        return;
    for (const char *c = separators; *c; c++)
        if (memchr(line->at, *c, line->n_bytes) && separated_opens(state, line, *c))
            return;
    fixed_opens(state, line);
}

/* ---- the line ---- */

static bool row_read(struct redact_state *state, struct redact_line *line)
{
    switch (state->table.kind) {
    case TABLE_SEPARATED:
        return separated_read(state, line);
    case TABLE_SINGLE:
        return single_read(state, line);
    case TABLE_FIXED:
        return fixed_read(state, line);
    case TABLE_INDENT:
        return indent_read(state, line);
    case TABLE_PAIR:
        pair_read(state, line);
        return false;
    case TABLE_NONE:
        break;
    }
    return false;
}

void redact_table_read(struct redact_state *state, struct redact_line *line, bool has_name)
{
    struct redact_table *table = &state->table;
    bool blank = !trim(whole(line)).n;
    if (!line->begins || (blank && table->kind == TABLE_INDENT))
        return;
    if (!line->ends) {
        if (table->kind != TABLE_NONE) {
            redact_span_add(state, line, 0, line->n_bytes, state->rules->table_label);
            line->follow = FOLLOW_LINE;
        }
        return;
    }
    const struct redact_names *head = table->head;
    table->head = NULL;
    if (table->kind != TABLE_NONE && !blank && row_read(state, line))
        return;
    table->kind = TABLE_NONE;
    if (head && made_of(trim(whole(line)), "-") && is_rule(whole(line))) {
        table->kind = TABLE_SINGLE;
        table->names = head;
    } else if (has_name) {
        head_read(state, line);
    }
}
