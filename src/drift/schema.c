#include "drift/schema.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/must.h"
#include "drift/number.h"

struct schema *schema_new(void)
{
    struct schema *schema = heap_alloc(sizeof *schema);
    memset(schema, 0, sizeof *schema);
    schema->arena = arena_new();
    schema->score = schema->label = schema->segment = schema->time = NO_COLUMN;
    return schema;
}

void schema_free(struct schema *schema)
{
    if (!schema)
        return;
    for (size_t i = 0; i < schema->n_columns; i++)
        if (schema->columns[i].categories)
            map_free(schema->columns[i].categories->places);
    arena_free(schema->arena);
    heap_free_(&schema);
}

int schema_find(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->n_columns; i++)
        if (strcmp(schema->columns[i].name, name) == 0)
            return (int)i;
    return NO_COLUMN;
}

int schema_add(struct schema *schema, const char *name, enum column_kind kind, struct err *err)
{
    if (schema->n_columns == COLUMNS_MAX)
        return err_set(err, "more than %d columns to watch; name those that matter with --features",
                       COLUMNS_MAX);
    struct schema_column *column = &schema->columns[schema->n_columns];
    *column = (struct schema_column){.name = arena_strdup(schema->arena, name), .kind = kind};
    if (kind == COLUMN_CATEGORY) {
        column->categories = arena_alloc(schema->arena, sizeof *column->categories);
        column->categories->places = map_new();
        column->categories->n_max = CATEGORIES_MAX;
    }
    return (int)schema->n_columns++;
}

int dictionary_place(struct schema *schema, const struct schema_column *column, const char *word,
                     size_t n_bytes, double *ret_place, struct err *err)
{
    struct dictionary *dictionary = column->categories;
    uintptr_t place = (uintptr_t)map_get(dictionary->places, word, n_bytes);
    if (place == 0 && !dictionary->closed) {
        if (dictionary->words.n == dictionary->n_max)
            return err_set(
                err,
                "column \"%s\" has more than %zu different values, which are no categories; leave it "
                "out with --ignore %s",
                column->name, dictionary->n_max, column->name);
        if (n_bytes > NAME_BYTES_MAX || !utf8_valid(word, n_bytes) || memchr(word, '\0', n_bytes))
            return err_set(err,
                           "column \"%s\": a category is valid UTF-8 of at most %d bytes; leave the column "
                           "out with --ignore %s",
                           column->name, NAME_BYTES_MAX, column->name);
        strings_add(schema->arena, &dictionary->words, arena_strndup(schema->arena, word, n_bytes));
        place = dictionary->words.n;
        map_put(dictionary->places, word, n_bytes,
                (void *)place); // NOLINT(performance-no-int-to-ptr): a number
    }
    *ret_place = place ? (double)(place - 1) : (double)dictionary->words.n;
    return 0;
}

static const char *const missing_words[] = {"",    "NA",  "N/A",  "n/a",  "#N/A", "<NA>",
                                            "NaN", "nan", "NULL", "null", "None"};

bool text_is_missing(const char *at, size_t n_bytes)
{
    if (n_bytes > 4)
        return false;
    for (size_t i = 0; i < sizeof missing_words / sizeof *missing_words; i++)
        if (strlen(missing_words[i]) == n_bytes && memcmp(missing_words[i], at, n_bytes) == 0)
            return true;
    return false;
}

static void trim(const char **at, size_t *n_bytes)
{
    while (*n_bytes > 0 && (**at == ' ' || **at == '\t')) {
        (*at)++;
        (*n_bytes)--;
    }
    while (*n_bytes > 0 && ((*at)[*n_bytes - 1] == ' ' || (*at)[*n_bytes - 1] == '\t'))
        (*n_bytes)--;
}

int text_number(const char *at, size_t n_bytes, double *ret_number)
{
    trim(&at, &n_bytes);
    return number_read(at, n_bytes, ret_number) == 0 ? 0 : -1;
}

/* "..." of a cell for a message: short, and nothing that a terminal would obey. Never the value of a
 * category: that may be a name of a person. */
static int refuse(const struct cell *cell, const struct schema_column *column, const char *wanted,
                  struct err *err)
{
    char text[41] = "";
    for (size_t i = 0; cell->kind == CELL_TEXT && i < cell->n_bytes && i < sizeof text - 1; i++)
        text[i] = (char)(cell->at[i] >= ' ' && cell->at[i] <= '~' ? cell->at[i] : '?');
    if (cell->kind == CELL_TEXT)
        return err_set(err, "column \"%s\": \"%s\" is %s", column->name, text, wanted);
    return err_set(err, "column \"%s\": %g is %s", column->name, cell->number, wanted);
}

static int number_value(const struct schema_column *column, const struct cell *cell, double *ret_value,
                        struct err *err)
{
    *ret_value = cell->number;
    if (cell->kind == CELL_NUMBER || text_number(cell->at, cell->n_bytes, ret_value) == 0)
        return 0;
    return refuse(cell, column,
                  "no number, as the others of this column are; if it holds words, name it with "
                  "--categorical",
                  err);
}

static int score_value(const struct schema_column *column, const struct cell *cell, double *ret_value,
                       struct err *err)
{
    double score = cell->number;
    if (cell->kind == CELL_TEXT && text_number(cell->at, cell->n_bytes, &score) < 0)
        return refuse(cell, column, "no number, and a score is one from 0 to 1", err);
    if (!(score >= 0 && score <= 1))
        return refuse(cell, column, "no score: a score is a probability from 0 to 1", err);
    *ret_value = score;
    return 0;
}

static int label_value(const struct schema_column *column, const struct cell *cell, double *ret_value,
                       struct err *err)
{
    static const char *const words[2][2] = {{"false", "False"}, {"true", "True"}};
    double label = cell->number;
    if (cell->kind == CELL_TEXT && text_number(cell->at, cell->n_bytes, &label) < 0) {
        label = -1;
        for (int value = 0; value < 2; value++)
            for (int i = 0; i < 2; i++)
                if (strlen(words[value][i]) == cell->n_bytes &&
                    memcmp(words[value][i], cell->at, cell->n_bytes) == 0)
                    label = value;
    }
    if (label != 0 && label != 1)
        return refuse(cell, column, "no label: a label is 0 or 1, or false or true", err);
    *ret_value = label;
    return 0;
}

static int time_value(const struct schema_column *column, const struct cell *cell, double *ret_value,
                      struct err *err)
{
    double seconds = cell->number;
    int64_t us;
    if (cell->kind == CELL_TEXT && time_parse_rfc3339(cell->at, cell->n_bytes, &us) == 0) {
        *ret_value = (double)us;
        return 0;
    }
    if ((cell->kind == CELL_TEXT && text_number(cell->at, cell->n_bytes, &seconds) < 0) ||
        !(seconds >= 0 && seconds < 253402300800.0))
        return refuse(cell, column, "no time: write it as 2026-03-01T09:00:00Z or as seconds since 1970",
                      err);
    *ret_value = seconds * (double)US_PER_S;
    return 0;
}

int cell_value(struct schema *schema, const struct schema_column *column, const struct cell *cell,
               double *ret_value, struct err *err)
{
    if (cell->kind == CELL_MISSING || (cell->kind == CELL_NUMBER && isnan(cell->number)) ||
        (cell->kind == CELL_TEXT && text_is_missing(cell->at, cell->n_bytes))) {
        *ret_value = NAN;
        return 0;
    }
    switch (column->kind) {
    case COLUMN_NUMBER:
        return number_value(column, cell, ret_value, err);
    case COLUMN_SCORE:
        return score_value(column, cell, ret_value, err);
    case COLUMN_LABEL:
        return label_value(column, cell, ret_value, err);
    case COLUMN_TIME:
        return time_value(column, cell, ret_value, err);
    case COLUMN_CATEGORY:
        break;
    }
    if (cell->kind == CELL_TEXT)
        return dictionary_place(schema, column, cell->at, cell->n_bytes, ret_value, err);
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    jw_double(&w, cell->number);
    return dictionary_place(schema, column, buf_text(&text), text.n_bytes, ret_value, err);
}

const char *column_kind_name(enum column_kind kind)
{
    static const char *const names[] = {"number", "category", "score", "label", "time"};
    must(kind <= COLUMN_TIME);
    return names[kind];
}
