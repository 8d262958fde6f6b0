/* Which level is the most severe: by number, by word, and of names of the house by place. */
#include <stdlib.h>
#include <string.h>

#include "runbook/severity_priv.h"

static int sort_key(const struct severity *level)
{
    int number = level_number(level);

    return number >= 0 ? number : level_word_rank(level->id);
}

/* Where P4 is the critical one and P1 the low one, the order is turned. */
static bool counts_upwards(const struct runbook *runbook)
{
    int low_word = 0, low = 99, high_word = 0, high = -1;

    list_each (level, &runbook->severities) {
        int number = level_number(level), word = level->label ? level_word_rank(level->label) : 0;
        if (number < 0 || word == 0)
            return false;
        if (number < low) {
            low = number;
            low_word = word;
        }
        if (number > high) {
            high = number;
            high_word = word;
        }
    }
    return low_word > high_word;
}

static int compare_ranks(const void *a, const void *b)
{
    const struct severity *left = a, *right = b;

    return left->rank != right->rank ? left->rank - right->rank : left->line - right->line;
}

/* Names of the house's own say nothing of their order: as written. */
static bool ranks_by_place(const struct runbook *runbook)
{
    list_each (level, &runbook->severities)
        if (level_number(level) < 0 && level_word_rank(level->id) == 0)
            return true;
    return false;
}

/* "Green: 8 hours, Amber: 1 hour, Red: at once": each of those with a time answers sooner than the one
 * before. */
static bool ends_with_soonest(const struct runbook *runbook)
{
    int64_t last_s = UNSTATED;
    size_t n = 0;

    list_each (level, &runbook->severities) {
        if (level->response_time_s == UNSTATED)
            continue;
        if (last_s != UNSTATED && level->response_time_s >= last_s)
            return false;
        last_s = level->response_time_s;
        n++;
    }
    return n > 1;
}

void severities_rank(struct runbook *runbook)
{
    bool turned = counts_upwards(runbook);

    if (ranks_by_place(runbook)) {
        size_t n = runbook->severities.n;
        bool last_first = ends_with_soonest(runbook);
        for (size_t i = 0; i < n; i++)
            runbook->severities.at[i].rank = (int)(last_first ? n - i : i + 1);
        return;
    }

    list_each (level, &runbook->severities) {
        level->rank = 1;
        list_each (other, &runbook->severities) {
            int mine = sort_key(level), its = sort_key(other);
            level->rank += turned ? its > mine : its < mine;
        }
    }
    if (runbook->severities.n > 1 && strcmp(runbook->severities.at[0].source, "usage") == 0)
        qsort(runbook->severities.at, runbook->severities.n, sizeof *runbook->severities.at, compare_ranks);
}
