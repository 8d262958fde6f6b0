/* Owner and dates of a document. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "runbook/lint_priv.h"
#include "runbook/text.h"

/* The first YYYY-MM-DD of a text, or NULL. */
static const char *date_in(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    for (; *text; text++) {
        size_t i = 0;
        while (shape[i] && text[i] &&
               (shape[i] == 'd' ? isdigit((unsigned char)text[i]) != 0 : text[i] == shape[i]))
            i++;
        if (!shape[i] && !isdigit((unsigned char)text[i]))
            return text;
    }
    return NULL;
}

/* "Next Review", "next_drill", "Review due": dates that are to come. */
static bool due(const char *key)
{
    return key && (text_find_word(key, "next") || text_find_word(key, "due") ||
                   text_find_word(key, "expires") || strncasecmp(key, "next_", 5) == 0);
}

static void date_check(struct lint *lint, const char *key, const char *value, int line)
{
    const char *date = value && due(key) ? date_in(value) : NULL;
    if (date && strncmp(date, lint->today, 10) < 0)
        lint_add(lint, "date-overdue", line, 1, arena_printf(lint->arena, "%s %.10s", key, date));
}

/* "**Next Review**: 2025-08-28", in a footer or anywhere. */
static void prose_dates(struct lint *lint, const struct block *block)
{
    list_each (passage, &block->prose.passages) {
        const char *label = passage->lead, *rest = passage->rest;
        if (label || text_label(lint->arena, passage->rest, &label, &rest))
            date_check(lint, label, rest, passage->line);
    }
}

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
    if (!lint->today[0])
        return;
    list_each (entry, &lint->document->front_matter)
        date_check(lint, entry->key, entry->value, entry->line);
    list_each (block, &lint->document->blocks)
        prose_dates(lint, block);
}
