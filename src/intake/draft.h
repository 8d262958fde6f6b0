/* An alert that is put together from a format of other members than labels and annotations. Names and values
 * are bounded like everywhere: a label that is too long is refused, prose that is too long is cut and says so
 * ("... (cut)"), for an alert is not lost over its small print. */
#pragma once

#include "intake/intake_priv.h"

struct draft {
    const struct place *place;
    struct label labels[LABELS_LIMIT];
    size_t n_labels;
    struct label annotations[LABELS_LIMIT];
    size_t n_annotations;
    const char *url;
};

/* The first value of a name counts; NULL and "" are passed over. -1: the place is told. */
int draft_label(struct draft *draft, const char *name, const char *value);
/* Beyond the limit of their number annotations are left out. */
void draft_annotation(struct draft *draft, const char *name, const char *value);
/* Every member of an object, those of objects inside as "outer.inner". */
void draft_details(struct draft *draft, struct json object);

/* The link to where it comes from: NULL, "" and one beyond the limit are passed over. */
void draft_url(struct draft *draft, const char *url);

/* The labels, annotations and link of the alert, in the arena of the place. -1: it has no label. */
int draft_finish(const struct draft *draft, struct alert *ret_alert);

/* A text, number or truth value as text in the arena; NULL for anything else and for "". */
const char *scalar_text(struct arena *arena, struct json value);

/* The alerts that Alertmanager's default templates list as text inside of other people's formats:
 *   Labels:
 *    - alertname = ServiceDown
 *   Annotations:
 *    - summary = api down
 *   Source: http://prometheus/graph
 * They become those of the batch, which is the whole state of its group. 1: there are none, and the batch has
 * one empty alert for the message as a whole. -1: refused, the place is told. */
int listed_alerts_read(struct place *place, const char *text, struct alert_batch *batch);
