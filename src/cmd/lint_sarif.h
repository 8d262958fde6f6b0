/* Findings as SARIF 2.1.0 (OASIS), the form that code hosts and editors show beside the text. */
#pragma once

#include "base/json.h"
#include "runbook/lint.h"

/* One log with one run; results are written between the two calls. */
void sarif_begin(struct json_writer *w);
void sarif_result(struct json_writer *w, const char *file, const struct defect *defect);
void sarif_end(struct json_writer *w, const struct lint_codes *codes);
