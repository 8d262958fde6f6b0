/* Owner and dates of a document. */
#include "runbook/due_date.h"
#include "runbook/lint_priv.h"
#include "runbook/text.h"

static bool has_metadata(const struct lint *lint)
{
    static const char *const keys[] = {"owner",       "owners",   "owner_slack",  "maintainer",
                                       "author",      "version",  "last_updated", "last_reviewed",
                                       "next_review", "review_in"};
    list_each (entry, &lint->document->front_matter)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (entry->key && text_same(entry->key, keys[i]))
                return true;
    return lint->runbook->parts.metadata.n > 0;
}

void lint_metadata(struct lint *lint)
{
    int title_line = lint->runbook->title_line > 0 ? lint->runbook->title_line : 1;
    if (!has_metadata(lint))
        lint_add(lint, "metadata-missing", title_line, 1, NULL);
    struct due_dates dates = {0};
    due_dates_read(lint->arena, lint->document, &dates);
    list_each (date, &dates)
        if (due_date_passed(date, lint->surroundings->today_us))
            lint_add(lint, "date-overdue", date->line, 1,
                     arena_printf(lint->arena, "%s %s", date->what, date->date));
}
