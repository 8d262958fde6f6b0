/* Which procedure of a document: by the number in its list, by slug, title or line, or by the words of an
 * alert as the server would match them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "cmd/run.h"
#include "cmd/terminal.h"
#include "runbook/library.h"

static size_t commands_of(const struct procedure *procedure)
{
    struct command_walk walk = {0};
    size_t n = 0;
    while (procedure_next_command(procedure, &walk))
        n++;
    return n;
}

static void list_add(const struct runbook *runbook, const char *file, struct buf *out)
{
    size_t number = 0;
    list_each (procedure, &runbook->procedures) {
        size_t n = commands_of(procedure);
        buf_printf(out, "%4zu  ", ++number);
        text_add_fit(out, procedure->title, 36, true);
        buf_putc(out, ' ');
        text_add_fit(out, procedure->id ? procedure->id : "", 24, true);
        buf_printf(out, " %3zu %s\n", n, n == 1 ? "command" : "commands");
    }
    if (!runbook->procedures.n)
        buf_printf(out, "%s has no procedures.\n", file);
    else
        buf_printf(out, "\nWalk one: crashcart run '%s#%s' (or #1, #\"TITLE\", #AlertName)\n", file,
                   runbook->procedures.at[0].id ? runbook->procedures.at[0].id : "1");
}

static bool is_number(const char *text, int *ret_number)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number < 1 || number > 1000000)
        return false;
    *ret_number = (int)number;
    return true;
}

static const struct procedure *by_number(const struct runbook *runbook, int number)
{
    if ((size_t)number <= runbook->procedures.n)
        return &runbook->procedures.at[number - 1];
    list_each (procedure, &runbook->procedures)
        if (procedure->line == number)
            return procedure;
    return NULL;
}

static const struct procedure *by_name(const struct runbook *runbook, const char *name)
{
    list_each (procedure, &runbook->procedures)
        if ((procedure->id && strcasecmp(procedure->id, name) == 0) ||
            strcasecmp(procedure->title, name) == 0)
            return procedure;
    return NULL;
}

static const struct procedure *by_alert(struct arena *arena, const struct runbook *runbook, const char *file,
                                        const char *name)
{
    struct folder folder;
    struct err err;
    struct match best = {0}, second = {0};
    if (folder_read(arena, file, &library_limits, &folder, &err) < 0)
        return NULL;
    struct library *library = library_new(&folder);
    match_alert(arena, library, &(struct match_query){.alertname = name}, &best, &second);
    int line = best.confident && best.procedure ? best.procedure->line : 0;
    library_free(library);
    list_each (procedure, &runbook->procedures)
        if (line && procedure->line == line)
            return procedure;
    return NULL;
}

const struct procedure *run_choose(struct arena *arena, const struct runbook *runbook, const char *file,
                                   const char *name, struct buf *says)
{
    const struct procedure *found = NULL;
    struct strings names = {0};
    int number;
    if (name && is_number(name, &number))
        found = by_number(runbook, number);
    else if (name)
        found = by_name(runbook, name);
    if (!found && name)
        found = by_alert(arena, runbook, file, name);
    if (found)
        return found;
    list_each (procedure, &runbook->procedures) {
        strings_add(arena, &names, procedure->id);
        strings_add(arena, &names, procedure->title);
    }
    const char *nearest = name ? word_nearest(name, names.at, names.n) : NULL;
    if (nearest)
        buf_printf(says, "%s has no procedure \"%s\"; did you mean \"%s\"?\n", file, name, nearest);
    else if (name)
        buf_printf(says, "%s has no procedure \"%s\". It has:\n\n", file, name);
    if (!nearest)
        list_add(runbook, file, says);
    return NULL;
}
