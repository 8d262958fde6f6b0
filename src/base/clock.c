#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

static int64_t system_wall_us(void *context)
{
    (void)context;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_monotonic_us(void *context)
{
    (void)context;
    return read_clock(CLOCK_MONOTONIC);
}

const struct clock *clock_system(void)
{
    static const struct clock clock = {system_wall_us, system_monotonic_us, NULL};
    return &clock;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date
 * algorithms", days_from_civil). */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Reads exactly n digits; -1 when they are not there. */
static int digits(const char **p, const char *end, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (*p >= end || **p < '0' || **p > '9')
            return -1;
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool skip(const char **p, const char *end, const char *any_of)
{
    while (*p < end && *any_of)
        if (**p == *any_of++) {
            (*p)++;
            return true;
        }
    return false;
}

static int parse_fraction_us(const char **p, const char *end)
{
    int us = 0, scale = 100000;
    for (; *p < end && isdigit((unsigned char)**p); (*p)++, scale /= 10)
        us += (**p - '0') * scale;
    return us;
}

/* "Z" or "+05:30" -> seconds east of UTC. */
static int parse_offset(const char **p, const char *end, int *ret_s)
{
    if (skip(p, end, "Zz")) {
        *ret_s = 0;
        return 0;
    }
    if (*p >= end || (**p != '+' && **p != '-'))
        return -1;
    int sign = *(*p)++ == '-' ? -1 : 1;
    int hours = digits(p, end, 2);
    skip(p, end, ":");
    int minutes = digits(p, end, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return -1;
    *ret_s = sign * (hours * 3600 + minutes * 60);
    return 0;
}

int time_parse_rfc3339(const char *s, size_t n_bytes, int64_t *ret_us)
{
    const char *p = s, *end = s + n_bytes;
    int year = digits(&p, end, 4);
    bool ok = skip(&p, end, "-");
    int month = digits(&p, end, 2);
    ok = ok && skip(&p, end, "-");
    int day = digits(&p, end, 2);
    ok = ok && skip(&p, end, "Tt ");
    int hour = digits(&p, end, 2);
    ok = ok && skip(&p, end, ":");
    int minute = digits(&p, end, 2);
    ok = ok && skip(&p, end, ":");
    int second = digits(&p, end, 2);
    int fraction_us = ok && skip(&p, end, ".") ? parse_fraction_us(&p, end) : 0;
    int offset_s;
    if (!ok || year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
        parse_offset(&p, end, &offset_s) || p != end)
        return -1;
    if (year <= 1) {
        *ret_us = 0;
        return 0;
    }
    int64_t seconds =
        days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    *ret_us = seconds * US_PER_S + fraction_us;
    return 0;
}

int time_parse_sent(const char *s, size_t n_bytes, int64_t *ret_us)
{
    static const char *const missing[] = {"Z", ":00Z"};
    size_t n = n_bytes && s[n_bytes - 1] == 'Z' ? n_bytes - 1 : n_bytes;
    char text[64];
    if (time_parse_rfc3339(s, n_bytes, ret_us) == 0)
        return 0;
    for (size_t i = 0; i < sizeof missing / sizeof *missing && n < 48; i++) {
        int length = snprintf(text, sizeof text, "%.*s%s", (int)n, s, missing[i]);
        if (time_parse_rfc3339(text, (size_t)length, ret_us) == 0)
            return 0;
    }
    return -1;
}

/* https://howardhinnant.github.io/date_algorithms.html#civil_from_days, for what gmtime_r() and strftime()
 * take a lock and look for a time zone: every event, log line and page has such a text. */
static void civil_from_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    int64_t shifted = days + 719468; /* since 0000-03-01: a leap day ends its year */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned day_of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month_from_march = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *ret_month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

static void put_digits(char *at, unsigned n, unsigned value)
{
    for (unsigned i = n; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
}

void time_format_rfc3339(int64_t us, char *out)
{
    static const char shape[] = "0001-01-01T00:00:00.000Z";
    if (us == 0) {
        snprintf(out, TIME_TEXT_BYTES, "0001-01-01T00:00:00Z");
        return;
    }
    int64_t within_us = ((us % US_PER_S) + US_PER_S) % US_PER_S;
    int64_t seconds = (us - within_us) / US_PER_S;
    int64_t within_day_s = ((seconds % 86400) + 86400) % 86400, year;
    unsigned month, day, of_day = (unsigned)within_day_s;
    civil_from_days((seconds - within_day_s) / 86400, &year, &month, &day);
    if (year > 9999 || year < 1) {
        snprintf(out, TIME_TEXT_BYTES, "9999-12-31T23:59:59Z");
        return;
    }
    memcpy(out, shape, sizeof shape);
    put_digits(out, 4, (unsigned)year);
    put_digits(out + 5, 2, month);
    put_digits(out + 8, 2, day);
    put_digits(out + 11, 2, of_day / 3600);
    put_digits(out + 14, 2, of_day / 60 % 60);
    put_digits(out + 17, 2, of_day % 60);
    put_digits(out + 20, 3, (unsigned)(within_us / 1000));
}

static int64_t unit_s(char c)
{
    switch (c) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    case 'w':
        return 7 * 86400;
    default:
        return 0;
    }
}

int duration_parse(const char *s, int64_t *ret_s)
{
    int64_t total = 0;
    if (!*s)
        return -1;
    while (*s) {
        int64_t n = 0;
        if (!isdigit((unsigned char)*s))
            return -1;
        for (; isdigit((unsigned char)*s); s++) {
            n = n * 10 + (*s - '0');
            if (n > 100000000)
                return -1;
        }
        if (!unit_s(*s))
            return -1;
        total += n * unit_s(*s++);
    }
    *ret_s = total;
    return 0;
}

void duration_format(int64_t us, char *out)
{
    int64_t s = us / US_PER_S;
    if (us < US_PER_S)
        snprintf(out, TIME_TEXT_BYTES, "%lld ms", (long long)(us / 1000));
    else if (s < 60)
        snprintf(out, TIME_TEXT_BYTES, "%lld s", (long long)s);
    else if (s < 3600)
        snprintf(out, TIME_TEXT_BYTES, s % 60 ? "%lld min %02lld s" : "%lld min", (long long)(s / 60),
                 (long long)(s % 60));
    else if (s < 86400)
        snprintf(out, TIME_TEXT_BYTES, s / 60 % 60 ? "%lld h %02lld min" : "%lld h", (long long)(s / 3600),
                 (long long)(s / 60 % 60));
    else
        snprintf(out, TIME_TEXT_BYTES, s / 3600 % 24 ? "%lld d %lld h" : "%lld d", (long long)(s / 86400),
                 (long long)(s / 3600 % 24));
}
