#include "watch/judge.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum side { SIDE_GOOD, SIDE_BETWEEN, SIDE_BAD };

/* A number as people write it: no more digits than tell it apart. */
static void number_print(double value, char out[32])
{
    snprintf(out, 32, "%.6g", value);
}

static enum side side_of(const struct config_check *check, double value)
{
    double clear = check->clear;
    if (value > check->above || value < check->below)
        return SIDE_BAD;
    if (!isnan(clear) && !isnan(check->above) && value > clear)
        return SIDE_BETWEEN;
    if (!isnan(clear) && !isnan(check->below) && value < clear)
        return SIDE_BETWEEN;
    return SIDE_GOOD;
}

bool judge_finds_bad(const struct config_check *check, double value)
{
    return side_of(check, value) == SIDE_BAD;
}

static void say_value(const struct config_check *check, const struct check_reading *reading,
                      char text[READING_TEXT_BYTES])
{
    char value[32], limit[32];
    bool above = reading->value > check->above;
    number_print(reading->value, value);
    number_print(above ? check->above : check->below, limit);
    snprintf(text, READING_TEXT_BYTES, "%.200s is %s, %s %s", reading->text, value, above ? "above" : "below",
             limit);
}

/* What speaks for the state as it is ends what spoke against it. */
static void verdict_keep(struct verdict *verdict)
{
    verdict->since_us = 0;
    verdict->n = 0;
}

static void verdict_hear(struct verdict *verdict, bool is, int64_t for_us, int64_t times, int64_t now_us)
{
    bool settled = verdict->state == (is ? VERDICT_TRUE : VERDICT_FALSE);
    if (settled) {
        verdict_keep(verdict);
        return;
    }
    if (verdict->since_us == 0 || verdict->towards != is || verdict->since_us > now_us) {
        verdict->since_us = now_us;
        verdict->n = 0;
        verdict->towards = is;
    }
    verdict->n++;
    if (now_us - verdict->since_us < for_us || verdict->n < times)
        return;
    verdict->state = is ? VERDICT_TRUE : VERDICT_FALSE;
    verdict_keep(verdict);
}

/* Hears, and keeps since when it has been true: from the first reading that said so. */
static void verdict_follow(struct verdict *verdict, bool is, const struct config_check *check, int64_t now_us,
                           int64_t *since_us)
{
    int64_t first_us = verdict->towards == is && verdict->since_us ? verdict->since_us : now_us;
    bool was = verdict->state == VERDICT_TRUE;
    verdict_hear(verdict, is, (is ? check->for_s : check->clear_for_s) * US_PER_S, is ? check->times : 1,
                 now_us);
    if (!was && verdict->state == VERDICT_TRUE)
        *since_us = first_us < now_us ? first_us : now_us;
}

void judge_hear(struct judge *judge, const struct config_check *check, const struct check_reading *reading,
                int64_t now_us, char text[READING_TEXT_BYTES])
{
    struct check_reading no_number = {.kind = READING_ERROR};
    enum side side = SIDE_BETWEEN;
    if (reading->kind == READING_VALUE && isnan(reading->value)) {
        snprintf(no_number.text, sizeof no_number.text, "%.250s is no number (NaN)", reading->text);
        reading = &no_number;
    }
    if (reading->kind == READING_NOTHING)
        return;
    bool is_error = reading->kind == READING_ERROR;
    if (reading->kind == READING_VALUE)
        side = side_of(check, reading->value);
    else if (reading->kind == READING_BAD)
        side = SIDE_BAD;
    else if (reading->kind == READING_WELL)
        side = SIDE_GOOD;
    if (side == SIDE_BAD && reading->kind == READING_VALUE)
        say_value(check, reading, text);
    else if (side == SIDE_BAD || is_error)
        memcpy(text, reading->text, READING_TEXT_BYTES);
    verdict_follow(&judge->broken, is_error, check, now_us, &judge->broken_us);
    if (is_error)
        return; /* it says nothing of what is looked at */
    if (side != SIDE_BETWEEN)
        verdict_follow(&judge->bad, side == SIDE_BAD, check, now_us, &judge->bad_us);
    else
        verdict_keep(&judge->bad);
}
