/* Globs with '*' only, and alternatives of them. */
#include "runbook/risk_priv.h"

#include <string.h>

/* Linear but for the length of the glob: on a mismatch only the last '*' takes one more byte. */
static bool glob_matches_n(const char *glob, size_t n_glob, const char *text)
{
    const char *end = glob + n_glob;
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (glob < end && *glob == '*') {
            star = ++glob;
            resume = text;
        } else if (glob < end && *glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (glob < end && *glob == '*')
        glob++;
    return glob == end;
}

bool glob_matches(const char *glob, const char *text)
{
    return glob_matches_n(glob, strlen(glob), text);
}

bool alternatives_match(const char *alternatives, const char *text)
{
    for (;;) {
        const char *bar = strchrnul(alternatives, '|');
        if (glob_matches_n(alternatives, (size_t)(bar - alternatives), text))
            return true;
        if (!*bar)
            return false;
        alternatives = bar + 1;
    }
}

/* Some tools take a long option behind one dash or two alike: `-force`, `--force`. */
static const char *with_one_dash(const char *name, bool one_dash)
{
    return one_dash && name[0] == '-' && name[1] == '-' ? name + 1 : name;
}

bool option_matches(const char *alternatives, const char *name, bool one_dash)
{
    name = with_one_dash(name, one_dash);
    for (;;) {
        const char *bar = strchrnul(alternatives, '|');
        const char *start = with_one_dash(alternatives, one_dash);
        if (glob_matches_n(start, (size_t)(bar - start), name))
            return true;
        if (!*bar)
            return false;
        alternatives = bar + 1;
    }
}
