/* The team of the simulation: its configuration and its one runbook. */
#pragma once

#include "config/config.h"
#include "runbook/library.h"

/* eve_has_left: dan has her work, and nobody knows her any more. */
struct config *team_config(bool eve_has_left);
struct library *team_library(void);
