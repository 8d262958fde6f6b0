/* The inside of simulate.c. */
#pragma once

#include "engine/engine_priv.h"
#include "engine/simulate.h"

/* An alert that the engine takes to the question's runbook, service and level; NULL, with why in err. */
const struct alert *simulate_alert(struct arena *arena, const struct engine *engine,
                                   const struct simulate_question *question, struct err *err);
