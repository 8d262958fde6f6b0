#include "cmd/drift_print.h"

#include <math.h>
#include <string.h>

#include "cmd/terminal.h"

static enum style style_of(enum drift_band band)
{
    return band == DRIFT_MAJOR ? STYLE_RED : band == DRIFT_STABLE ? STYLE_GREEN : STYLE_YELLOW;
}

static void print_head(struct buf *out, bool colours, const struct drift_result *result)
{
    static const char *const meanings[] = {
        [DRIFT_STABLE] = "no feature drifted",
        [DRIFT_MODERATE] = "some change; look at it before it grows",
        [DRIFT_MAJOR] = "a feature drifted: PSI of 0.2 or more",
        [DRIFT_UNKNOWN] = "too few rows to tell: chance alone may reach 0.1",
    };
    text_add(out, colours, style_of(result->band), drift_band_name(result->band));
    buf_printf(out, "  %s\n", meanings[result->band]);
    buf_printf(out, "reference %llu rows (profile %.12s), current %llu rows\n\n",
               (unsigned long long)result->n_reference, result->profile_id,
               (unsigned long long)result->n_current);
}

/* What a number alone does not tell. */
static void print_remarks(struct buf *out, const struct drift_index *index)
{
    if (fabs(index->missing_current - index->missing_reference) >= 0.01)
        buf_printf(out, "      missing: %.1f %% of the rows, was %.1f %%\n", index->missing_current * 100,
                   index->missing_reference * 100);
    if (index->new_current > 0)
        buf_printf(out, "      in categories that the reference has not: %.1f %%\n",
                   index->new_current * 100);
    if (index->infinite_current > 0)
        buf_printf(out, "      infinite: %llu rows, counted in the outermost bins\n",
                   (unsigned long long)index->infinite_current);
}

static void print_index(struct buf *out, bool colours, const struct drift_index *index)
{
    buf_puts(out, "  ");
    text_add_fit(out, index->feature, 40, true);
    if (isnan(index->psi))
        buf_puts(out, "       -        -  ");
    else
        buf_printf(out, "%8.4f %8.4f  ", index->psi, index->noise);
    text_add(out, colours, style_of(index->band), drift_band_name(index->band));
    buf_putc(out, '\n');
    print_remarks(out, index);
}

void drift_print_text(struct buf *out, bool colours, const struct drift_result *result)
{
    const char *segment = NULL;
    print_head(out, colours, result);
    text_add(out, colours, STYLE_BOLD, "  feature                                      PSI    noise  band");
    buf_putc(out, '\n');
    for (size_t i = 0; i < result->n_indices; i++) {
        const struct drift_index *index = &result->indices[i];
        if (index->segment && (!segment || strcmp(segment, index->segment) != 0)) {
            segment = index->segment;
            buf_puts(out, "segment ");
            text_add_fit(out, segment, 40, false);
            buf_printf(out, ": %llu rows, was %llu\n", (unsigned long long)index->n_current,
                       (unsigned long long)index->n_reference);
        }
        print_index(out, colours, index);
    }
}
