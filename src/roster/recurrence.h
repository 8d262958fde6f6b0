/* When something that comes again and again comes next: a rule of RFC 5545 without a date to start from, as
 * runbooks have them ("monthly", "every two weeks"). Pure. Any thread.
 *
 * It comes at 09:00 on the clocks of the zone: weekly ones on Mondays, monthly ones on the first, quarterly
 * ones with the quarter, yearly ones with the year, unless the rule itself says otherwise. */
#pragma once

#include <stdint.h>

struct zone;

/* The first time after after_us; 0: the rule makes no sense, or never comes true within ten years. */
int64_t recurrence_next_us(const char *rule, const struct zone *zone, int64_t after_us);

/* 09:00 on the day "2026-04-01"; 0: there is no such day. */
int64_t recurrence_day_us(const char *date, const struct zone *zone);
