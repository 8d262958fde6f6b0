#include "roster/recurrence.h"

#include <time.h>

#include "base/clock.h"
#include "roster/ical_library.h"
#include "roster/zone.h"

enum { HOUR = 9, YEARS_AHEAD = 10 };

static struct icaltimetype wall(int year, int month, int day)
{
    struct icaltimetype time = icaltime_null_time();
    time.year = year;
    time.month = month;
    time.day = day;
    time.hour = HOUR;
    return time;
}

static int64_t moment_us(struct icaltimetype time, const struct zone *zone)
{
    return zone_utc_s(zone, icaltime_as_timet(time)) * US_PER_S;
}

/* 2024-01-01 begins a week, a month, a quarter and a year. What comes every so many days counts from there;
 * hourly rules would take long to count. */
static struct icaltimetype anchor(const struct icalrecurrencetype *rule, const struct zone *zone,
                                  int64_t after_us)
{
    struct icaltimetype now =
        icaltime_from_timet_with_zone((time_t)zone_local_s(zone, after_us / US_PER_S), 0, NULL);
    bool often = rule->freq == ICAL_HOURLY_RECURRENCE || rule->freq == ICAL_MINUTELY_RECURRENCE ||
                 rule->freq == ICAL_SECONDLY_RECURRENCE;
    if (now.year < 2024)
        return wall(now.year, 1, 1);
    struct icaltimetype start = wall(2024, 1, 1);
    if (often) {
        start = now;
        start.minute = start.second = 0;
    }
    return start;
}

int64_t recurrence_next_us(const char *text, const struct zone *zone, int64_t after_us)
{
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
    if (rule.freq == ICAL_NO_RECURRENCE)
        return 0;
    struct icaltimetype start = anchor(&rule, zone, after_us);
    icalrecur_iterator *times = icalrecur_iterator_new(rule, start);
    if (!times)
        return 0;
    int64_t found_us = 0, limit_us = after_us + YEARS_AHEAD * 366 * INT64_C(86400) * US_PER_S;
    for (;;) {
        struct icaltimetype time = icalrecur_iterator_next(times);
        if (icaltime_is_null_time(time))
            break;
        int64_t at_us = moment_us(time, zone);
        if (at_us > limit_us)
            break;
        if (at_us > after_us) {
            found_us = at_us;
            break;
        }
    }
    icalrecur_iterator_free(times);
    return found_us;
}

int64_t recurrence_day_us(const char *date, const struct zone *zone)
{
    struct tm day = {0};
    const char *end = strptime(date, "%Y-%m-%d", &day);
    int year = day.tm_year + 1900, month = day.tm_mon + 1;
    if (!end || *end || year < 1970 || day.tm_mday > icaltime_days_in_month(month, year))
        return 0;
    return moment_us(wall(year, month, day.tm_mday), zone);
}
