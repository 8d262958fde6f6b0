/* What a profile holds. Of this room only: others have drift/drift.h. */
#pragma once

#include "drift/drift.h"
#include "drift/tally.h"

struct drift_profile {
    struct schema *schema;
    struct binning binning;
    struct tally tally; /* the reference's rows */
    double threshold;
    double auprc; /* of the reference; NaN when it is not known */
    char id[65];
};

/* Empty, of that schema, which it takes over. The edges and what follows from them are the caller's to set.
 */
struct drift_profile *profile_new(struct schema *schema);

/* How good the model was on the reference; n is 0 when that is not known. */
void profile_performance(const struct drift_profile *profile, struct drift_performance *ret_performance);

/* Sets the id, once all is there. */
void profile_pin(struct drift_profile *profile);
