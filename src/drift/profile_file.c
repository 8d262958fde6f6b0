/* A profile as text and back. What is printed is the same after it was read, so that its hash proves it:
 *     {"crashcart_drift_profile":1,"id":"<sha256 of the text of profile>","profile":{...}} */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "drift/profile.h"

enum { PROFILE_VERSION = 1, PROFILE_BYTES_MAX = 64 << 20, JSON_DEPTH = 16 };

static void print_column(struct json_writer *w, const struct drift_profile *profile, size_t c)
{
    const struct schema *schema = profile->schema;
    const struct schema_column *column = &schema->columns[c];
    jw_begin_object(w);
    jw_pair(w, "name", column->name);
    jw_pair(w, "kind", column_kind_name(column->kind));
    jw_pair_bool(w, "feature", column->is_feature);
    jw_pair_bool(w, "segment", schema->segment == (int)c);
    if (column->categories) {
        jw_name(w, "words");
        jw_begin_array(w);
        for (size_t i = 0; i < column->categories->words.n; i++)
            jw_string(w, column->categories->words.at[i]);
        jw_end_array(w);
    }
    for (size_t f = 0; f < profile->binning.n_features; f++) {
        const struct feature *feature = &profile->binning.features[f];
        if (feature->column != c || column->categories)
            continue;
        jw_name(w, "edges");
        jw_begin_array(w);
        for (size_t i = 0; i < feature->n_edges; i++)
            jw_double(w, feature->edges[i]);
        jw_end_array(w);
    }
    jw_end_object(w);
}

static void print_slot(struct json_writer *w, const struct drift_profile *profile, size_t slot)
{
    const struct binning *binning = &profile->binning;
    jw_begin_object(w);
    jw_pair_int(w, "rows", (int64_t)profile->tally.slot_rows[slot]);
    jw_name(w, "counts"); /* of the bins of a feature after those of the other */
    jw_begin_array(w);
    for (size_t i = 0; i < binning->n_bins; i++)
        jw_int(w, (int64_t)profile->tally.counts[slot * binning->n_bins + i]);
    jw_end_array(w);
    jw_end_object(w);
}

static void print_performance(struct json_writer *w, const struct drift_profile *profile)
{
    const struct performance_sums *sums = &profile->tally.performance;
    jw_name(w, "performance");
    if (!schema_has_truth(profile->schema)) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_name(w, "auprc");
    jw_double(w, profile->auprc);
    jw_pair_int(w, "answered", (int64_t)sums->answered);
    jw_pair_int(w, "true_answers", (int64_t)sums->true_answers);
    jw_pair_int(w, "unlabelled", (int64_t)sums->unlabelled);
    jw_pair_int(w, "unscored", (int64_t)sums->unscored);
    jw_name(w, "bins"); /* rows, scores, labels, squares, one bin after the other */
    jw_begin_array(w);
    for (size_t b = 0; b < ECE_BINS; b++) {
        jw_double(w, sums->bins[b].n);
        jw_double(w, sums->bins[b].scores);
        jw_double(w, sums->bins[b].labels);
        jw_double(w, sums->squares[b]);
    }
    jw_end_array(w);
    jw_end_object(w);
}

static void print_inner(const struct drift_profile *profile, struct buf *out)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_name(&w, "threshold");
    jw_double(&w, profile->threshold);
    jw_name(&w, "columns");
    jw_begin_array(&w);
    for (size_t c = 0; c < profile->schema->n_columns; c++)
        print_column(&w, profile, c);
    jw_end_array(&w);
    jw_name(&w, "slots");
    jw_begin_array(&w);
    for (size_t slot = 0; slot < profile->binning.n_slots; slot++)
        print_slot(&w, profile, slot);
    jw_end_array(&w);
    print_performance(&w, profile);
    jw_name(&w, "newest_us");
    jw_double(&w, profile->tally.newest_us); /* null when there is no time */
    jw_end_object(&w);
}

void profile_pin(struct drift_profile *profile)
{
    scoped_buf struct buf inner = {0};
    uint8_t hash[SHA256_BYTES];
    print_inner(profile, &inner);
    sha256(inner.at, inner.n_bytes, hash);
    hex_encode(hash, sizeof hash, profile->id);
}

void drift_profile_print(const struct drift_profile *profile, struct buf *out)
{
    scoped_buf struct buf inner = {0};
    print_inner(profile, &inner);
    buf_printf(out, "{\"crashcart_drift_profile\":%d,\"id\":\"%s\",\"profile\":%s}\n", PROFILE_VERSION,
               profile->id, inner.at);
}

static int broken(const char *what, struct err *err)
{
    return err_set(err, "is no profile: %s", what);
}

static int read_words(struct schema *schema, struct schema_column *column, struct json words, struct err *err)
{
    double place;
    for (struct json_iter i = json_first(words); json_more(&i); json_next(&i)) {
        size_t n, before = column->categories->words.n;
        const char *word = json_text(i.value, &n);
        if (!word || memchr(word, '\0', n))
            return broken("a word is no text", err);
        if (dictionary_place(schema, column, word, n, &place, err) < 0)
            return -1;
        if (column->categories->words.n == before)
            return broken("a word stands there twice", err);
    }
    column->categories->closed = true;
    return 0;
}

static int read_edges(struct feature *feature, struct json edges, struct err *err)
{
    for (struct json_iter i = json_first(edges); json_more(&i); json_next(&i)) {
        double edge = json_number(i.value, NAN);
        if (feature->n_edges == EDGES_MAX || !isfinite(edge) ||
            (feature->n_edges > 0 && edge <= feature->edges[feature->n_edges - 1]))
            return broken("edges do not ascend", err);
        feature->edges[feature->n_edges++] = edge;
    }
    return feature->n_edges > 0 ? 0 : broken("a number has no edges", err);
}

static int read_column(struct drift_profile *profile, struct json from, struct err *err)
{
    struct schema *schema = profile->schema;
    const char *name = json_text(json_get(from, "name"), NULL);
    const char *kind = json_text(json_get(from, "kind"), NULL);
    enum column_kind k = COLUMN_NUMBER;
    while (kind && k <= COLUMN_TIME && strcmp(kind, column_kind_name(k)) != 0)
        k++;
    if (!name || !kind || k > COLUMN_TIME || schema_find(schema, name) >= 0)
        return broken("a column has no name of its own, or no kind", err);
    int c = schema_add(schema, name, k, err);
    if (c < 0)
        return -1;
    struct schema_column *column = &schema->columns[c];
    column->is_feature = json_bool(json_get(from, "feature"), false);
    column->is_optional = k == COLUMN_LABEL;
    int *roles[] = {[COLUMN_SCORE] = &schema->score,
                    [COLUMN_LABEL] = &schema->label,
                    [COLUMN_TIME] = &schema->time,
                    [COLUMN_CATEGORY] = &schema->segment,
                    [COLUMN_NUMBER] = NULL};
    bool has_role = k == COLUMN_CATEGORY ? json_bool(json_get(from, "segment"), false) : k != COLUMN_NUMBER;
    if (has_role && *roles[k] != NO_COLUMN)
        return broken("two columns have one role", err);
    if (has_role)
        *roles[k] = c;
    if (column->is_feature && (k == COLUMN_LABEL || k == COLUMN_TIME))
        return broken("a label or time is no feature", err);
    if (column->categories)
        return read_words(schema, column, json_get(from, "words"), err);
    if (!column->is_feature)
        return 0;
    size_t f = 0; /* features are in the order of the columns */
    for (int i = 0; i < c; i++)
        f += schema->columns[i].is_feature;
    return read_edges(&profile->binning.features[f], json_get(from, "edges"), err);
}

static int read_slots(struct drift_profile *profile, struct json slots, struct err *err)
{
    const struct binning *binning = &profile->binning;
    size_t slot = 0;
    if (json_count(slots) != binning->n_slots)
        return broken("the segments and their counts do not fit", err);
    for (struct json_iter s = json_first(slots); json_more(&s); json_next(&s), slot++) {
        struct json counts = json_get(s.value, "counts");
        uint64_t *at = profile->tally.counts + slot * binning->n_bins;
        profile->tally.slot_rows[slot] = (uint64_t)json_int(json_get(s.value, "rows"), 0);
        if (json_count(counts) != binning->n_bins)
            return broken("the bins and their counts do not fit", err);
        for (struct json_iter i = json_first(counts); json_more(&i); json_next(&i)) {
            int64_t count = json_int(i.value, -1);
            if (count < 0 || count > INT64_MAX / 65536)
                return broken("a count is none", err);
            *at++ = (uint64_t)count;
        }
    }
    return 0;
}

static int read_performance(struct drift_profile *profile, struct json from, struct err *err)
{
    struct performance_sums *sums = &profile->tally.performance;
    struct json bins = json_get(from, "bins");
    double numbers[4 * ECE_BINS] = {0};
    size_t n = 0;
    if (!schema_has_truth(profile->schema))
        return 0;
    if (json_count(bins) != 4 * ECE_BINS)
        return broken("its performance is not complete", err);
    for (struct json_iter i = json_first(bins); json_more(&i); json_next(&i)) {
        numbers[n] = json_number(i.value, -1);
        if (!(numbers[n] >= 0 && numbers[n++] <= 1e15))
            return broken("a sum is none", err);
    }
    for (size_t b = 0; b < ECE_BINS; b++) {
        sums->bins[b] = (struct reliability){numbers[4 * b], numbers[4 * b + 1], numbers[4 * b + 2]};
        sums->squares[b] = numbers[4 * b + 3];
    }
    profile->auprc = json_number(json_get(from, "auprc"), NAN);
    sums->answered = (uint64_t)json_int(json_get(from, "answered"), 0);
    sums->true_answers = (uint64_t)json_int(json_get(from, "true_answers"), 0);
    sums->unlabelled = (uint64_t)json_int(json_get(from, "unlabelled"), 0);
    sums->unscored = (uint64_t)json_int(json_get(from, "unscored"), 0);
    return 0;
}

static int read_inner(struct drift_profile *profile, struct json from, struct err *err)
{
    profile->threshold = json_number(json_get(from, "threshold"), NAN);
    if (!(profile->threshold >= 0 && profile->threshold <= 1))
        return broken("it has no threshold", err);
    struct json columns = json_get(from, "columns");
    for (struct json_iter i = json_first(columns); json_more(&i); json_next(&i))
        if (read_column(profile, i.value, err) < 0)
            return -1;
    binning_arrange(&profile->binning, profile->schema);
    if (profile->binning.n_features == 0)
        return broken("it watches nothing", err);
    tally_start(&profile->tally, profile->schema, &profile->binning, profile->threshold);
    profile->tally.newest_us = json_number(json_get(from, "newest_us"), -INFINITY);
    if (isfinite(profile->tally.newest_us) && fabs(profile->tally.newest_us) > 1e18)
        return broken("its newest time is none", err);
    if (read_slots(profile, json_get(from, "slots"), err) < 0)
        return -1;
    return read_performance(profile, json_get(from, "performance"), err);
}

static int read_whole(struct drift_profile *profile, struct json root, struct err *err)
{
    int64_t version = json_int(json_get(root, "crashcart_drift_profile"), 0);
    const char *id = json_text(json_get(root, "id"), NULL);
    if (version > PROFILE_VERSION)
        return broken("a newer program wrote it", err);
    if (version != PROFILE_VERSION || !id)
        return broken("it lacks crashcart_drift_profile or id", err);
    if (read_inner(profile, json_get(root, "profile"), err) < 0)
        return -1;
    profile_pin(profile);
    if (strcmp(profile->id, id) != 0)
        return err_set(err, "was changed after it was written: its content has the id %s, and it says %.64s",
                       profile->id, id);
    return 0;
}

int drift_profile_parse(const char *bytes, size_t n_bytes, struct drift_profile **ret_profile,
                        struct err *err)
{
    struct json_document *document = json_document_new();
    struct drift_profile *profile = profile_new(schema_new());
    struct json root;
    int is = json_parse(document, bytes, n_bytes, JSON_DEPTH, &root, err);
    if (is == 0)
        is = read_whole(profile, root, err);
    json_document_free(document);
    if (is == 0)
        *ret_profile = profile;
    else
        drift_profile_free(profile);
    return is;
}

int drift_profile_load(const char *path, struct drift_profile **ret_profile, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    char *bytes;
    size_t n_bytes;
    if (file_read(arena, path, PROFILE_BYTES_MAX, &bytes, &n_bytes, err) < 0)
        return -1;
    if (drift_profile_parse(bytes, n_bytes, ret_profile, err) < 0)
        return err_prefix(err, "%s: ", path);
    return 0;
}
