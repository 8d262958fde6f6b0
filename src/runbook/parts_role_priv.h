/* What the readers of roles share. */
#pragma once

#include "base/map.h"
#include "runbook/parts_priv.h"

struct role_reader {
    struct parts_reading *reading;
    struct map *known;   /* "name\nkind" and "name" in lower case, without "team" behind them */
    bool *describes;     /* by block: a heading whose items describe its role */
    size_t people_first; /* the list last asked about by role_list_of_people() (its first item + 1) */
    bool people;
};

/* NULL when a role of that name and kind is known already. */
struct role *part_role_add(struct role_reader *reader, const char *name, const char *kind, int line);

/* Adds the role unless one of that name is known, of whatever kind. */
void part_role_add_new(struct role_reader *reader, const char *name, const char *kind, int line);

/* ---- parts_role_named.c: roles that are named while something else is said ---- */

/* "| Action | Responsible |": who stands in a column of people. */
void role_read_columns(struct role_reader *reader, size_t table);

/* "On call: pump engineer", "Escalation: pump lead, then site manager". */
void role_read_label(struct role_reader *reader, const struct fact *fact);

/* Whether the list of the item names a role in front of each of its items: "Clerk: prints the list". */
bool role_list_of_people(struct role_reader *reader, size_t item);

/* "Notify stakeholders", "..., page the security team": who is told. */
void role_read_told(struct role_reader *reader, const char *text, int line);

/* "The ward clerk prints the list", "If it stays dark, the coordinator moves the list": who does something.
 */
void role_read_actor(struct role_reader *reader, const char *text, int line);
