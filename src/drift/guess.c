#include "drift/guess.h"

#include <string.h>

#include "base/nearest.h"

struct guessed {
    const char *name;
    bool has_words; /* among the first values, the missing ones aside */
};

struct guess {
    struct arena *arena;
    LIST(struct guessed) columns;
    struct map *places; /* name -> 1 + its place */
    size_t *field_of;   /* the place of each field of the current record */
    size_t n_fields_max;
    size_t n_records;
};

struct guess *guess_new(void)
{
    struct guess *guess = heap_alloc(sizeof *guess);
    *guess = (struct guess){.arena = arena_new(), .places = map_new()};
    return guess;
}

void guess_free(struct guess *guess)
{
    if (!guess)
        return;
    arena_free(guess->arena);
    map_free(guess->places);
    heap_free_(&guess->field_of);
    heap_free_(&guess);
}

static size_t place_of(struct guess *guess, const char *name, size_t n_bytes)
{
    uintptr_t place = (uintptr_t)map_get(guess->places, name, n_bytes);
    if (place == 0) {
        list_push(guess->arena, &guess->columns)->name = arena_strndup(guess->arena, name, n_bytes);
        place = guess->columns.n;
        map_put(guess->places, name, n_bytes, (void *)place); // NOLINT(performance-no-int-to-ptr): a number
    }
    return place - 1;
}

static int note_names(void *context, const struct cell *names, size_t n, struct err *err)
{
    struct guess *guess = context;
    (void)err;
    if (n > guess->n_fields_max) {
        guess->field_of = heap_resize(guess->field_of, n * sizeof *guess->field_of);
        guess->n_fields_max = n;
    }
    for (size_t i = 0; i < n; i++)
        guess->field_of[i] = place_of(guess, names[i].at, names[i].n_bytes);
    return 0;
}

static int note_cells(void *context, const struct cell *cells, size_t n, struct err *err)
{
    struct guess *guess = context;
    double number;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        struct guessed *column = &guess->columns.at[guess->field_of[i]];
        column->has_words |= cells[i].kind == CELL_TEXT &&
                             text_number(cells[i].at, cells[i].n_bytes, &number) < 0 &&
                             !text_is_missing(cells[i].at, cells[i].n_bytes);
    }
    return ++guess->n_records >= GUESS_RECORDS;
}

struct record_sink guess_records(struct guess *guess)
{
    return (struct record_sink){.context = guess, .header = note_names, .record = note_cells};
}

void guess_add_number(struct guess *guess, const char *name)
{
    place_of(guess, name, strlen(name));
}

static bool has(const struct strings *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (strcmp(words->at[i], word) == 0)
            return true;
    return false;
}

static int must_exist(const struct guess *guess, const char *name, const char *wanted_as, struct err *err)
{
    if (!name || map_get(guess->places, name, strlen(name)))
        return 0;
    scoped_arena struct arena *arena = arena_new();
    struct strings names = {0};
    for (size_t i = 0; i < guess->columns.n; i++)
        strings_add(arena, &names, guess->columns.at[i].name);
    const char *near = word_nearest(name, names.at, names.n);
    return err_set(err, "there is no column \"%s\" (%s)%s%s%s", name, wanted_as,
                   near ? "; the nearest is \"" : "", near ? near : "", near ? "\"" : "");
}

static int all_exist(const struct guess *guess, const struct strings *names, const char *wanted_as,
                     struct err *err)
{
    for (size_t i = 0; i < names->n; i++)
        if (must_exist(guess, names->at[i], wanted_as, err) < 0)
            return -1;
    return 0;
}

static int check_names(const struct guess *guess, const struct drift_columns *columns, struct err *err)
{
    if (guess->columns.n == 0)
        return err_set(err, "there are no rows and no columns");
    if (must_exist(guess, columns->score, "the score", err) < 0 ||
        must_exist(guess, columns->label, "the label", err) < 0 ||
        must_exist(guess, columns->segment, "the segment", err) < 0 ||
        must_exist(guess, columns->time, "the time", err) < 0 ||
        all_exist(guess, &columns->features, "a feature", err) < 0 ||
        all_exist(guess, &columns->ignored, "ignored", err) < 0)
        return -1;
    return all_exist(guess, &columns->categorical, "categorical", err);
}

static int add_column(struct schema *schema, const struct guessed *guessed,
                      const struct drift_columns *columns, struct err *err)
{
    const char *name = guessed->name;
    const char *score = columns->score ? columns->score : "score";
    const char *label = columns->label ? columns->label : "label";
    bool is_score = strcmp(name, score) == 0, is_label = strcmp(name, label) == 0;
    bool is_segment = columns->segment && strcmp(name, columns->segment) == 0;
    bool is_time = columns->time && strcmp(name, columns->time) == 0;
    bool is_feature = !has(&columns->ignored, name) &&
                      (columns->features.n > 0 ? has(&columns->features, name) : !is_label && !is_time);
    if (is_score + is_label + is_segment + is_time > 1)
        return err_set(err, "column \"%s\" cannot be two of score, label, segment and time", name);
    if (!is_feature && !is_score && !is_label && !is_segment && !is_time)
        return 0;
    enum column_kind kind = is_score   ? COLUMN_SCORE
                            : is_label ? COLUMN_LABEL
                            : is_time  ? COLUMN_TIME
                            : is_segment || has(&columns->categorical, name) || guessed->has_words
                                ? COLUMN_CATEGORY
                                : COLUMN_NUMBER;
    int place = schema_add(schema, name, kind, err);
    if (place < 0)
        return -1;
    struct schema_column *column = &schema->columns[place];
    column->is_feature = is_feature && kind != COLUMN_LABEL && kind != COLUMN_TIME;
    column->is_optional = is_label;
    if (is_segment)
        column->categories->n_max = SEGMENTS_MAX;
    schema->score = is_score ? place : schema->score;
    schema->label = is_label ? place : schema->label;
    schema->segment = is_segment ? place : schema->segment;
    schema->time = is_time ? place : schema->time;
    return 0;
}

int guess_schema(const struct guess *guess, const struct drift_columns *columns, struct schema **ret_schema,
                 struct err *err)
{
    if (check_names(guess, columns, err) < 0)
        return -1;
    struct schema *schema = schema_new();
    for (size_t i = 0; i < guess->columns.n; i++)
        if (add_column(schema, &guess->columns.at[i], columns, err) < 0) {
            schema_free(schema);
            return -1;
        }
    *ret_schema = schema;
    return 0;
}
