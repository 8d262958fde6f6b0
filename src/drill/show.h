/* What a person at the terminal sees of a drill, beyond its stages: the page, the incident, the ledger. Only
 * where the site shows; on standard error. */
#pragma once

#include <stdint.h>

#include "drill/scene.h"

/* The page as it reached the responder. An attended drill then waits for Enter: the person has it. */
void show_page(const struct scene *scene);
void show_incident(const struct scene *scene, int64_t incident);
/* The proof that nothing in the ledger of the drill was changed. */
void show_ledger(const struct scene *scene);
