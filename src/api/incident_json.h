/* An incident and a step as the API shows them, everywhere alike. Empty texts and times that have not come
 * are null. */
#pragma once

#include "base/json.h"
#include "engine/checklist.h"
#include "engine/clock.h"
#include "engine/incident.h"
#include "engine/role.h"
#include "engine/run.h"
#include "ledger/ledger.h"

void json_incident(struct json_writer *writer, const struct incident *incident);
/* The members of it alone, inside an object that the caller has begun. */
void json_incident_members(struct json_writer *writer, const struct incident *incident);
void json_role(struct json_writer *writer, const struct role_holder *holder);
void json_check(struct json_writer *writer, const struct check_item *item);
void json_clock(struct json_writer *writer, const struct runbook_clock *clock);
void json_event_members(struct json_writer *writer, const struct event_row *row);
void json_event(struct json_writer *writer, const struct event_row *row);
/* The incident is that of the step: what can be done with it depends on whether that is over. */
void json_step(struct json_writer *writer, const struct run_step *step, const struct incident *incident);
