/* Shared by print_json.c (structure, levels, procedures) and print_json_parts.c (the other lists). */
#pragma once

#include "base/json.h"
#include "runbook/runbook.h"

void print_json_parts(const struct runbook *runbook, struct json_writer *w);
void print_json_condition(const struct condition *condition, struct json_writer *w);
void print_json_strings(struct json_writer *w, const char *name, const struct strings *strings);
/* A number that may be UNSTATED (null). */
void print_json_seconds(struct json_writer *w, const char *name, int64_t seconds);
/* line, and line_end when it is another. */
void print_json_lines(struct json_writer *w, int line, int line_end);
