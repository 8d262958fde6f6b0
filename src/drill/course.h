/* The course of a drill: broken, detected, paged, diagnosed, mitigated, verified, reported. */
#pragma once

#include "drill/result.h"
#include "drill/scene.h"

/* Inside the house. The result is whole in every case; texts in the arena. */
void drill_course(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                  struct drill_result *ret_result);
