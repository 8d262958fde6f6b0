/* What looks as if it told to do something, by when, or who, and no reader took: each place is a note. */
#include "runbook/lint_priv.h"
#include "runbook/remainder.h"

void lint_remainder(struct lint *lint)
{
    struct remainders remainders = {0};

    runbook_not_understood(lint->arena, lint->runbook, &remainders);
    list_each (remainder, &remainders)
        lint_add(lint, "not-understood", remainder->line, 1, remainder->words);
}
