/* libical reads the zone files of the system on first use and expands their rules; compared with another
 * reader (Python's zoneinfo) over every zone and every transition 2024-2035 it gives the same offsets. Its
 * table of zones is global to the process and grows when an old name ("US/Eastern") is first asked for, which
 * is why the look-up holds a lock; the offsets have a lock of their own inside libical. */
#include "roster/zone.h"

#include <ctype.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "roster/ical_library.h"

enum { DAY_S = 86400, LONGEST_NAME = 60 };

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static icaltimezone *inner(const struct zone *zone)
{
    return (icaltimezone *)(uintptr_t)zone;
}

/* A name becomes a path below the zone folder: nothing may lead out of it. "right/" counts leap seconds and
 * "posix/" is a second copy of everything. */
static bool name_is_sound(const char *name)
{
    size_t n = strnlen(name, LONGEST_NAME + 1);
    if (n == 0 || n > LONGEST_NAME || strstr(name, "..") || !isalpha((unsigned char)name[0]))
        return false;
    for (const char *p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("_+-/", *p))
            return false;
    }
    return strncmp(name, "right/", 6) != 0 && strncmp(name, "posix", 5) != 0;
}

const struct zone *zone_find(const char *name)
{
    if (!name_is_sound(name))
        return NULL;
    pthread_mutex_lock(&table_lock);
    icaltimezone *zone = icaltimezone_get_builtin_timezone(name);
    pthread_mutex_unlock(&table_lock);
    return (const struct zone *)zone;
}

int64_t zone_offset_s(const struct zone *zone, int64_t utc_s)
{
    struct icaltimetype time =
        icaltime_from_timet_with_zone((time_t)utc_s, 0, icaltimezone_get_utc_timezone());
    return icaltimezone_get_utc_offset_of_utc_time(inner(zone), &time, NULL);
}

int64_t zone_local_s(const struct zone *zone, int64_t utc_s)
{
    return utc_s + zone_offset_s(zone, utc_s);
}

/* The first moment in (low, high] whose offset is not that of low. */
static int64_t find_change(const struct zone *zone, int64_t low, int64_t high)
{
    int64_t offset = zone_offset_s(zone, low);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (zone_offset_s(zone, middle) == offset)
            low = middle;
        else
            high = middle;
    }
    return high;
}

int64_t zone_utc_s(const struct zone *zone, int64_t local_s)
{
    /* Offsets lie within a day of UTC, so these two are surely before and after any change that concerns
     * this wall time; no zone changes twice within three days. */
    int64_t before = local_s - zone_offset_s(zone, local_s - 3 * DAY_S / 2);
    int64_t after = local_s - zone_offset_s(zone, local_s + 3 * DAY_S / 2);
    if (zone_local_s(zone, before) == local_s)
        return before;
    if (zone_local_s(zone, after) == local_s)
        return after;
    return find_change(zone, after, before);
}

int64_t local_seconds(const struct local_time *time)
{
    struct icaltimetype t = icaltime_null_time();
    t.year = time->year;
    t.month = time->month;
    t.day = time->day;
    t.hour = time->hour;
    t.minute = time->minute;
    return icaltime_as_timet(t);
}

int64_t local_day(int64_t local_s)
{
    return local_s >= 0 ? local_s / DAY_S : -((-local_s + DAY_S - 1) / DAY_S);
}

int timezone_check(const char *name, struct err *err)
{
    const struct zone *zone = zone_find(name);
    if (zone) {
        /* Reads the zone's file now: a process may lose its way to the disk later. */
        zone_offset_s(zone, clock_wall_us(clock_system()) / US_PER_S);
        return 0;
    }
    pthread_mutex_lock(&table_lock);
    icalarray *zones = icaltimezone_get_builtin_timezones();
    size_t n = zones->num_elements;
    const char **names = heap_alloc((n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = icaltimezone_get_location(icalarray_element_at(zones, i));
    const char *nearest = word_nearest(name, names, n);
    pthread_mutex_unlock(&table_lock);
    free(names);
    if (nearest)
        return err_set(err, "unknown time zone \"%.*s\"; did you mean \"%s\"?", LONGEST_NAME, name, nearest);
    return err_set(err, "unknown time zone \"%.*s\"; name it as the tz database does, like Europe/Berlin",
                   LONGEST_NAME, name);
}

void timezone_format(const char *name, int64_t at_us, char *out)
{
    const struct zone *zone = zone_find(name);
    time_t local_s = (time_t)(zone ? zone_local_s(zone, at_us / US_PER_S) : at_us / US_PER_S);
    struct tm t;
    if (!gmtime_r(&local_s, &t) || !strftime(out, LOCAL_TEXT_BYTES, "%a %Y-%m-%d %H:%M", &t))
        out[0] = '\0';
}

/* Names in digits are those of the offset, and libical knows only the last one of a zone that changed its
 * offset for good. */
void timezone_abbreviation(const char *name, int64_t at_us, char *out)
{
    const struct zone *zone = zone_find(name);
    struct icaltimetype time =
        icaltime_from_timet_with_zone((time_t)(at_us / US_PER_S), 0, icaltimezone_get_utc_timezone());
    int summer = 0;
    int offset_s = zone ? icaltimezone_get_utc_offset_of_utc_time(inner(zone), &time, &summer) : 0;
    const char *names = zone ? icaltimezone_get_tznames(inner(zone)) : NULL;
    const char *slash = names ? strchr(names, '/') : NULL;
    const char *found = summer && slash ? slash + 1 : names;
    int n = !found ? 0 : summer || !slash ? (int)strcspn(found, "/") : (int)(slash - names);
    int minutes = abs(offset_s) / 60;
    if (n > 0 && isalpha((unsigned char)*found))
        snprintf(out, ZONE_TEXT_BYTES, "%.*s", n, found);
    else if (!found)
        snprintf(out, ZONE_TEXT_BYTES, "UTC");
    else if (minutes % 60)
        snprintf(out, ZONE_TEXT_BYTES, "%c%02d%02d", offset_s < 0 ? '-' : '+', minutes / 60 % 100,
                 minutes % 60);
    else
        snprintf(out, ZONE_TEXT_BYTES, "%c%02d", offset_s < 0 ? '-' : '+', minutes / 60 % 100);
}

int64_t timezone_change_us(const char *name, int64_t from_us, int64_t until_us)
{
    const struct zone *zone = zone_find(name);
    int64_t until_s = until_us / US_PER_S, at_s = from_us / US_PER_S;
    for (; zone && at_s < until_s; at_s += DAY_S) {
        int64_t end_s = at_s + DAY_S < until_s ? at_s + DAY_S : until_s;
        if (zone_offset_s(zone, at_s) != zone_offset_s(zone, end_s))
            return find_change(zone, at_s, end_s) * US_PER_S;
    }
    return INT64_MAX;
}
