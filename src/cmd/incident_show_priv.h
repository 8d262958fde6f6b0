/* Shared by the files that write an incident for the terminal. */
#pragma once

#include "cmd/incident_show.h"
#include "cmd/terminal.h"

static inline const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

static inline long long number_of(struct json object, const char *name)
{
    return (long long)json_int(json_get(object, name), 0);
}

enum style show_state_style(const char *state);
void show_column(struct buf *out, const char *text, size_t n_columns, bool colours, enum style style);
void show_heading(struct buf *out, const char *heading, bool colours);

/* The steps of a run, in incident_show_steps.c. */
void show_steps(struct buf *out, struct json steps, bool colours);
/* "crashcart approve 4 85", or what else brings the step on. */
void show_step_hint(struct buf *out, struct json step, bool colours);
