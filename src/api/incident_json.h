/* An incident and a step as the API shows them, everywhere alike. Empty texts and times that have not come
 * are null. */
#pragma once

#include "base/json.h"
#include "engine/incident.h"
#include "engine/run.h"

void json_incident(struct json_writer *writer, const struct incident *incident);
void json_step(struct json_writer *writer, const struct run_step *step);
