/* What a look at a model has measured, for core to keep: each index of drift, and how good the scores are.
 * What is kept of a look is bounded: the largest indices, which come first.
 *
 *   [{"kind":"psi","name":"age","segment":"site b","value":0.31},{"kind":"auprc","value":0.82}] */
#include <math.h>

#include "watch/watched.h"

enum { INDICES_KEPT = 40, NAME_BYTES = 120 };

static void write_measure(struct json_writer *w, const char *kind, const char *name, const char *segment,
                          double value)
{
    jw_begin_object(w);
    jw_pair(w, "kind", kind);
    jw_pair(w, "name", name);
    jw_pair(w, "segment", segment);
    jw_name(w, "value");
    jw_double(w, value);
    jw_end_object(w);
}

static void write_indices(struct json_writer *w, struct json indices)
{
    size_t n = 0;
    for (struct json_iter i = json_first(indices); json_more(&i) && n < INDICES_KEPT; json_next(&i)) {
        size_t n_name = 0, n_segment = 0;
        const char *name = json_text(json_get(i.value, "feature"), &n_name);
        const char *segment = json_text(json_get(i.value, "segment"), &n_segment);
        double psi = json_number(json_get(i.value, "psi"), NAN);
        if (!name || isnan(psi) || n_name > NAME_BYTES || n_segment > NAME_BYTES)
            continue;
        write_measure(w, "psi", name, segment, psi);
        n++;
    }
}

void probe_measured(struct probe *probe, struct json result)
{
    static const char *const scores[] = {"auprc", "ece", "brier", "precision", "recall"};
    struct buf *out = &((struct watched *)probe)->measures;
    struct json current = json_get(result, "current");
    buf_clear(out);
    struct json_writer w = jw_start(out);
    jw_begin_array(&w);
    write_indices(&w, json_get(result, "indices"));
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        double value = json_number(json_get(current, scores[i]), NAN);
        if (!isnan(value))
            write_measure(&w, scores[i], NULL, NULL, value);
    }
    jw_end_array(&w);
}
