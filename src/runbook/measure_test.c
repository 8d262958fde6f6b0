#include "runbook/measure.h"

#include <math.h>
#include <string.h>

#include "base/testing.h"

static struct measures of_text(struct arena *arena, const char *text)
{
    struct measures measures = {0};
    measures_of_text(arena, text, &measures);
    return measures;
}

static void assert_measure(const struct measure *measure, const char *words, double value,
                           enum measure_unit unit)
{
    assert_string_equal(measure->words, words);
    if (fabs(measure->value - value) > 1e-9 * fabs(value) + 1e-12)
        fail_msg("%s: %g is not %g", measure->written, measure->value, value);
    assert_int_equal(measure->unit, unit);
}

static void a_number_has_the_words_that_say_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        double value;
        enum measure_unit unit;
    } cases[] = {
        {"error rate is 12%", "error rate is", 12, MEASURE_PERCENT},
        {"12.4 % of requests fail", "requests fail", 12.4, MEASURE_PERCENT},
        {"p95 latency 2.3s", "p95 latency", 2.3, MEASURE_SECONDS},
        {"p95 latency: 450ms", "p95 latency", 0.45, MEASURE_SECONDS},
        {"35% of users affected", "users affected", 35, MEASURE_PERCENT},
        {"queue depth: 1,200", "queue depth", 1200, MEASURE_NUMBER},
        {"error rate is 10,5 %", "error rate is", 10.5, MEASURE_PERCENT},
        {"p95 latency 1,200 ms", "p95 latency", 1.2, MEASURE_SECONDS},
        {"p95 latency 0,25s", "p95 latency", 0.25, MEASURE_SECONDS},
        {"PSI 0.27", "PSI", 0.27, MEASURE_NUMBER},
        {"Memory of the parser is at 1.5GiB", "Memory", 1.5 * 1024 * 1024 * 1024, MEASURE_BYTES},
        {"Rate of rejected scans on ward 7: 8 %", "Rate rejected scans", 8, MEASURE_PERCENT},
        {"In eu-west: scan backlog has 4.2k entries", "scan backlog has", 4200, MEASURE_NUMBER},
        {"Oldest scan waits 1h 30m", "Oldest scan waits", 5400, MEASURE_SECONDS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct measures measures = of_text(arena, cases[i].text);
        if (measures.n == 0)
            fail_msg("nothing in: %s", cases[i].text);
        assert_measure(&measures.at[measures.n - 1], cases[i].words, cases[i].value, cases[i].unit);
    }
}

static void a_text_may_hold_several(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct measures measures =
        of_text(arena, "Error rate is 12.5% over the last 5m, p95 latency 2.3s. 40 scans are lost");
    assert_int_equal(measures.n, 3);
    assert_measure(&measures.at[0], "Error rate is", 12.5, MEASURE_PERCENT);
    assert_measure(&measures.at[1], "p95 latency", 2.3, MEASURE_SECONDS);
    assert_measure(&measures.at[2], "scans are lost", 40, MEASURE_NUMBER);
}

static void limits_windows_versions_and_addresses_are_not_measured(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "error rate above 10%",
        "error rate > 10%",
        "error rate exceeds its limit of 10 %",
        "the error threshold is 10%",
        "errors over the last 5m",
        "gateway 10.2.0.17 refuses connections",
        "scanner v2.3 on port 8443",
        "failed on 2026-03-01 at 12:30",
        "node-17 is not ready",
        "12%",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct measures measures = of_text(arena, texts[i]);
        if (measures.n > 0)
            fail_msg("%s: %s %s", texts[i], measures.at[0].words, measures.at[0].written);
    }
}

static void how_long_it_lasts_is_marked(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct measures measures = of_text(arena, "Registry is down for 10m");
    assert_int_equal(measures.n, 1);
    assert_true(measures.at[0].lasting);
    assert_measure(&measures.at[0], "Registry is down", 600, MEASURE_SECONDS);
}

static struct measures of_pair(struct arena *arena, const char *name, const char *value)
{
    struct label pair = {name, value};
    struct match_query query = {.annotations = &pair, .n_annotations = 1};
    struct measures measures;
    measures_read(arena, &query, &measures);
    return measures;
}

static void a_bare_value_has_no_words(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct measures measures = of_pair(arena, "value", "1.2e-01");
    assert_int_equal(measures.n, 1);
    assert_measure(&measures.at[0], "", 0.12, MEASURE_NUMBER);
    measures = of_pair(arena, "value", "17%");
    assert_measure(&measures.at[0], "", 17, MEASURE_PERCENT);
    assert_int_equal(of_pair(arena, "value", "NaN").n, 0);
    assert_int_equal(of_pair(arena, "value", "many").n, 0);
    assert_int_equal(of_pair(arena, "replicas", "3").n, 0);
}

static void values_of_grafana_are_read(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct measures measures = of_pair(
        arena, "valueString", "[ var='B' labels={ward=7} value=12.5 ], [ var='C' labels={ward=7} value=1 ]");
    assert_int_equal(measures.n, 1);
    assert_measure(&measures.at[0], "", 12.5, MEASURE_NUMBER);
    measures = of_pair(arena, "valueString", "[ var='A' metric='scan_errors' labels={} value=30 ]");
    assert_measure(&measures.at[0], "scan_errors", 30, MEASURE_NUMBER);
    /* of two that differ nothing says which is meant */
    assert_int_equal(
        of_pair(arena, "valueString", "[ var='A' labels={} value=30 ], [ var='B' labels={} value=7 ]").n, 0);
    assert_int_equal(of_pair(arena, "valueString", "[ var='").n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_the_words_that_say_what_it_is),
        cmocka_unit_test(a_text_may_hold_several),
        cmocka_unit_test(limits_windows_versions_and_addresses_are_not_measured),
        cmocka_unit_test(how_long_it_lasts_is_marked),
        cmocka_unit_test(a_bare_value_has_no_words),
        cmocka_unit_test(values_of_grafana_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
