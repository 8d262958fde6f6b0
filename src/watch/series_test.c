#include "watch/series.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/testing.h"

struct bench {
    struct config_check check;
    struct series *series;
    struct check_reading reading;
    int64_t at_s;
};

static struct bench bench_of(const char *metric, const char *as)
{
    return (struct bench){.check = {.above = 1,
                                    .below = NAN,
                                    .clear = NAN,
                                    .metrics = {.metric = metric,
                                                .as = as,
                                                .quantile = NAN,
                                                .window_s = 60,
                                                .combine = "worst",
                                                .absent = NAN}},
                          .at_s = 1000};
}

/* A page, ten seconds after the one before. */
static double page(struct bench *b, const char *text)
{
    struct err err = {0};
    if (!b->series)
        b->series = series_new(&b->check);
    struct exposition e = {.wanted = series_wanted(b->series), .take = series_take, .context = b->series};
    series_begin(b->series);
    b->reading = (struct check_reading){.kind = READING_ERROR};
    if (exposition_feed(&e, text, strlen(text), &err) == 0 && exposition_finish(&e, &err) == 0)
        series_read(b->series, b->at_s * US_PER_S, &b->reading);
    exposition_free(&e);
    b->at_s += 10;
    return b->reading.kind == READING_VALUE ? b->reading.value : -1;
}

static void end(struct bench *b)
{
    series_free(b->series);
}

#define assert_near(a, b) assert_float_equal((float)(a), (float)(b), 1e-5F)

static void the_worst_gauge_counts_and_nan_is_passed_over(void **state)
{
    (void)state;
    struct bench b = bench_of("depth{queue!=\"dead\"}", "gauge");
    assert_near(page(&b, "depth{queue=\"a\"} 3\ndepth{queue=\"b\"} 7\ndepth{queue=\"c\"} NaN\n"
                         "depth{queue=\"dead\"} 900\ndepths 1000\n"),
                7);
    page(&b, "depth{queue=\"a\"} NaN\n");
    assert_int_equal(b.reading.kind, READING_ERROR);
    page(&b, "depth{queue=\"a\"} +Inf\n");
    assert_true(isinf(b.reading.value));
    end(&b);
    struct bench low = bench_of("free", "gauge");
    low.check.above = NAN;
    low.check.below = 10;
    assert_near(page(&low, "free{disk=\"a\"} 3\nfree{disk=\"b\"} 7\n"), 3);
    end(&low);
}

static void a_rate_follows_each_counter_through_its_resets(void **state)
{
    (void)state;
    struct bench b = bench_of("c_total", "rate");
    page(&b, "c_total{i=\"a\"} 1000\nc_total{i=\"b\"} 50\n");
    assert_int_equal(b.reading.kind, READING_NOTHING);
    assert_near(page(&b, "c_total{i=\"a\"} 1010\nc_total{i=\"b\"} 60\n"), 2);
    /* b has started anew; a comes later, and what it had before is no increase */
    assert_near(page(&b, "c_total{i=\"b\"} 20\n"), 2);
    assert_near(page(&b, "c_total{i=\"a\"} 99999\nc_total{i=\"b\"} 20\n"), 40.0 / 30);
    end(&b);
}

static void a_rate_looks_back_over_its_window_and_no_further(void **state)
{
    (void)state;
    struct bench b = bench_of("c_total", "rate");
    b.check.metrics.window_s = 20;
    page(&b, "c_total 0\n");
    page(&b, "c_total 1000\n");
    page(&b, "c_total 1010\n");
    assert_near(page(&b, "c_total 1020\n"), 1);
    end(&b);
}

static void errors_that_have_not_happened_yet_are_none_of_all_requests(void **state)
{
    (void)state;
    struct bench b = bench_of("r_total{code=~\"5..\"}", "rate");
    b.check.metrics.per = "r_total";
    page(&b, "r_total{code=\"200\"} 10\n");
    assert_near(page(&b, "r_total{code=\"200\"} 20\n"), 0);
    assert_near(page(&b, "r_total{code=\"200\"} 110\nr_total{code=\"500\"} 0\n"), 0);
    assert_near(page(&b, "r_total{code=\"200\"} 110\nr_total{code=\"503\"} 0\nr_total{code=\"500\"} 100\n"),
                0.5);
    page(&b, "other 1\n");
    assert_int_equal(b.reading.kind, READING_ERROR);
    end(&b);
}

static void no_traffic_is_nothing_to_judge_by(void **state)
{
    (void)state;
    struct bench b = bench_of("r_total{code=\"500\"}", "rate");
    b.check.metrics.per = "r_total";
    page(&b, "r_total{code=\"200\"} 10\n");
    page(&b, "r_total{code=\"200\"} 10\n");
    assert_int_equal(b.reading.kind, READING_NOTHING);
    end(&b);
}

/* The figures of PromQL's histogram_quantile over increase(). */
static void a_quantile_is_that_of_promql(void **state)
{
    (void)state;
    struct bench b = bench_of("s{path=\"/\"}", "quantile");
    b.check.metrics.quantile = 0.9;
    page(&b, "s_bucket{path=\"/\",le=\"0.1\"} 5\ns_bucket{path=\"/\",le=\"0.5\"} 5\n"
             "s_bucket{path=\"/\",le=\"+Inf\"} 5\ns_bucket{path=\"/x\",le=\"+Inf\"} 5\n");
    assert_int_equal(b.reading.kind, READING_NOTHING);
    /* 100 more: 40 up to 0.1, 90 up to 0.5, 10 beyond; out of order */
    assert_near(page(&b, "s_bucket{path=\"/\",le=\"+Inf\"} 105\ns_bucket{path=\"/\",le=\"0.5\"} 95\n"
                         "s_bucket{path=\"/\",le=\"0.1\"} 45\n"),
                0.5);
    b.check.metrics.quantile = 0.65;
    assert_near(page(&b, "s_bucket{path=\"/\",le=\"+Inf\"} 105\ns_bucket{path=\"/\",le=\"0.5\"} 95\n"
                         "s_bucket{path=\"/\",le=\"0.1\"} 45\n"),
                0.3);
    b.check.metrics.quantile = 0.99; /* beyond the last finite bound */
    assert_near(page(&b, "s_bucket{path=\"/\",le=\"+Inf\"} 105\ns_bucket{path=\"/\",le=\"0.5\"} 95\n"
                         "s_bucket{path=\"/\",le=\"0.1\"} 45\n"),
                0.5);
    end(&b);
}

static void a_histogram_with_holes_is_an_error_and_one_that_is_uneven_is_not(void **state)
{
    (void)state;
    struct bench b = bench_of("s", "quantile");
    b.check.metrics.quantile = 0.5;
    page(&b, "s_bucket{le=\"1\"} 0\ns_bucket{le=\"2\"} 0\n");
    page(&b, "s_bucket{le=\"1\"} 5\ns_bucket{le=\"2\"} 9\n");
    assert_int_equal(b.reading.kind, READING_ERROR);
    assert_non_null(strstr(b.reading.text, "+Inf"));
    page(&b, "s_bucket{le=\"none\"} 5\n");
    assert_int_equal(b.reading.kind, READING_ERROR);
    end(&b);
    struct bench uneven = bench_of("s", "quantile");
    uneven.check.metrics.quantile = 0.5;
    page(&uneven, "s_bucket{le=\"1\"} 0\ns_bucket{le=\"2\"} 0\ns_bucket{le=\"+Inf\"} 0\n");
    assert_near(page(&uneven, "s_bucket{le=\"1\"} 8\ns_bucket{le=\"2\"} 7\ns_bucket{le=\"+Inf\"} 8\n"), 0.5);
    page(&uneven, "s_bucket{le=\"1\"} NaN\ns_bucket{le=\"2\"} NaN\n");
    assert_int_equal(uneven.reading.kind, READING_ERROR);
    end(&uneven);
}

static void what_is_not_there_is_an_error_unless_the_check_says_what_it_counts(void **state)
{
    (void)state;
    struct bench b = bench_of("gone", "gauge");
    page(&b, "there 1\n");
    assert_int_equal(b.reading.kind, READING_ERROR);
    assert_string_equal(b.reading.text, "no series fits gone");
    end(&b);
    b = bench_of("gone", "gauge");
    b.check.metrics.absent = 0.25;
    assert_near(page(&b, "there 1\n"), 0.25);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_gauge_counts_and_nan_is_passed_over),
        cmocka_unit_test(a_rate_follows_each_counter_through_its_resets),
        cmocka_unit_test(a_rate_looks_back_over_its_window_and_no_further),
        cmocka_unit_test(errors_that_have_not_happened_yet_are_none_of_all_requests),
        cmocka_unit_test(no_traffic_is_nothing_to_judge_by),
        cmocka_unit_test(a_quantile_is_that_of_promql),
        cmocka_unit_test(a_histogram_with_holes_is_an_error_and_one_that_is_uneven_is_not),
        cmocka_unit_test(what_is_not_there_is_an_error_unless_the_check_says_what_it_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
