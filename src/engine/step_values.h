/* The values of a step: what stands in the place of its placeholders, and who gave each. Kept as one text, a
 * JSON array, so that a step stays a plain value:
 *
 *     [{"name":"<pod-name>","value":"web-1","by":"label pod of the alert"}] */
#pragma once

#include "base/json.h"
#include "engine/run.h"
#include "runbook/repair.h"

struct step_value {
    const char *name;  /* of the placeholder, as written; from a person also "pod-name" */
    const char *value; /* "": take it away */
    const char *by;    /* NULL in an input: the actor */
};
struct step_values {
    struct step_value *at;
    size_t n;
    size_t capacity;
};

/* given: of a step, "" and NULL for none. */
void step_values_read(struct arena *arena, const char *given, struct step_values *ret_values);
const char *step_values_write(struct arena *arena, const struct step_values *values);
/* For the filler and for orders. */
const struct fill_value *step_values_plain(struct arena *arena, const struct step_values *values);

/* Writes the member "values" of an object: name, value, by. */
void step_values_tell(struct json_writer *body, const char *given);

/* What runs: repaired and filled, or as written. */
static inline const char *step_text(const struct run_step *step)
{
    return step->prepared && *step->prepared ? step->prepared : step->text;
}

/* What an approval of the step binds (command_sha256). */
void step_sha256(const struct run_step *step, char ret_hex[SHA256_HEX_BYTES]);
