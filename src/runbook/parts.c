/* The lists of a runbook beside severities and procedures. */
#include "runbook/parts_read.h"

void runbook_read_parts(struct arena *arena, struct runbook *runbook)
{
    (void)arena;
    (void)runbook;
}
