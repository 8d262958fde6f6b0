/* The team of the simulation: its configuration and its one runbook. */
#pragma once

#include "config/config.h"
#include "runbook/library.h"

struct config *team_config(void);
struct library *team_library(void);
