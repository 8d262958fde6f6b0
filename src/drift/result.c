#include "base/json.h"
#include "drift/drift.h"

const char *drift_band_name(enum drift_band band)
{
    static const char *const names[] = {"stable", "moderate", "major", "unknown"};
    return names[band];
}

static void pair_double(struct json_writer *w, const char *name, double value)
{
    jw_name(w, name);
    jw_double(w, value);
}

static void print_index(struct json_writer *w, const struct drift_index *index)
{
    jw_begin_object(w);
    jw_pair(w, "feature", index->feature);
    jw_pair(w, "segment", index->segment);
    pair_double(w, "psi", index->psi);
    pair_double(w, "noise", index->noise);
    jw_pair(w, "band", drift_band_name(index->band));
    jw_pair_int(w, "reference_rows", (int64_t)index->n_reference);
    jw_pair_int(w, "current_rows", (int64_t)index->n_current);
    pair_double(w, "reference_missing", index->missing_reference);
    pair_double(w, "current_missing", index->missing_current);
    pair_double(w, "current_new", index->new_current);
    jw_pair_int(w, "current_infinite", (int64_t)index->infinite_current);
    jw_end_object(w);
}

void drift_result_print(const struct drift_result *result, struct buf *out)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "band", drift_band_name(result->band));
    jw_pair(&w, "profile", result->profile_id);
    jw_pair_int(&w, "reference_rows", (int64_t)result->n_reference);
    jw_pair_int(&w, "current_rows", (int64_t)result->n_current);
    jw_name(&w, "indices");
    jw_begin_array(&w);
    for (size_t i = 0; i < result->n_indices; i++)
        print_index(&w, &result->indices[i]);
    jw_end_array(&w);
    jw_end_object(&w);
}
