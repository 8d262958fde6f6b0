/* The shapes of answers, as /openapi.json tells them. A member is NAME:TYPE, and always there; TYPE? may be
 * null. Types: text, time (RFC 3339), number, boolean, person, object (of any members), the name of a shape,
 * and [TYPE for an array. Bodies of requests are written alike (struct route), with '*' after what must be
 * there. */
#pragma once

struct schema_shape {
    const char *name;
    const char *members; /* NULL: anything */
};

extern const struct schema_shape schema_shapes[]; /* ended by one without a name */
