/* What the files of `crashcart drill` share. */
#pragma once

#include "base/arena.h"
#include "drill/plan.h"
#include "drill/scene.h"

/* The folder of the reports, made when it is missing. NULL after a message. */
const char *drill_reports_folder(struct arena *arena, const char *given);
/* "FOLDER/2026-03-01T090000-service-down.md" for now. NULL after a message. */
const char *drill_report_path(struct arena *arena, const char *given, const char *name);

/* FILE#PROCEDURE: people say what they would do, nothing runs (drill/tabletop.h). Gives an exit code. */
int drill_tabletop(struct arena *arena, const char *word, const char *reports, bool json);

/* A healthy system for so long ("10m"; NULL: a minute), and no alarm (drill/quiet.h). Gives an exit code. */
int drill_quiet_run(struct arena *arena, const struct drill_site *site, const struct drill_plans *plans,
                    const char *system, const char *length, bool json);

/* Which drill the dates and rhythms of the runbooks ask for, and when. Gives an exit code. */
int drill_due(struct arena *arena, const struct drill_plans *plans, const char *runbooks, const char *reports,
              bool json);
