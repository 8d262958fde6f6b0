/* The risk rules of a site: the files that `policy:` of the configuration or --policy names. */
#pragma once

#include "base/err.h"
#include "runbook/risk.h"

/* Reads one file of rules, or every file below a folder whose name ends in ".rules", in the order of their
 * paths. -1: a file cannot be read or has an error; err names file, line and what to do. Free with
 * risk_rules_free. */
int policy_read(const char *path, struct risk_rules **ret_rules, struct err *err);

/* The same, and makes them the rules of this process (risk_rules_use). path NULL: nothing happens. */
int policy_use(const char *path, struct err *err);
