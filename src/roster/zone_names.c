/* Zones as calendars of other programs name them: by policy/zones.words, and behind a path of the program's
 * own. */
#include <pthread.h>
#include <string.h>

#include "base/must.h"
#include "roster/zone.h"
#include "runbook/word_lines.h"

static struct strings *zones; /* an IANA name and its others each; constant once load_once() has run */
static size_t n_zones;

static bool same_name(const char *word, const char *text)
{
    for (; *word && *text; word++, text++)
        if (strncasecmp(*word == '_' ? " " : word, text, 1) != 0)
            return false;
    return *word == *text;
}

static void load_once(void)
{
    static LIST(struct strings) list;
    static struct arena *arena; /* lives as long as the process */
    arena = arena_new();
    struct word_lines lines = word_lines_builtin("zones.words");
    struct strings words;
    while (word_line_next(arena, &lines, &words))
        *list_push(arena, &list) = words;
    zones = list.at;
    n_zones = list.n;
}

static const struct zone *zone_of_words(const char *name)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    for (size_t i = 0; i < n_zones; i++)
        for (size_t k = 1; k < zones[i].n; k++)
            if (same_name(zones[i].at[k], name))
                return zone_find(zones[i].at[0]);
    return NULL;
}

const struct zone *zone_of_calendar(const char *tzid)
{
    const struct zone *zone = zone_find(tzid);

    zone = zone ? zone : zone_of_words(tzid);
    for (const char *part = strchr(tzid, '/'); !zone && part; part = strchr(part + 1, '/'))
        zone = zone_find(part + 1);
    return zone;
}
