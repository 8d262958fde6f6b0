#include "base/testing.h"

#include <string.h>

#include "runbook/text.h"

static void a_day_that_is_not_over_is_a_length_of_time(void **state)
{
    (void)state;
    struct duration_words duration;

    assert_true(text_duration("by EOD", &duration));
    assert_int_equal(duration.value_s, 86400);
    assert_true(duration.business);
    assert_true(text_duration("reported the same day", &duration));
    assert_true(text_duration("T+30m", &duration));
    assert_int_equal(duration.value_s, 1800);
    assert_false(text_duration("COB of the next business day", &duration));
    assert_false(text_duration("EOD Friday", &duration));
    assert_false(text_duration("next business day", &duration));
}

static void no_break_marks_become_plain_ones(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text = " >\xc2\xa0"
                       "200\xc2\xa0ms  Post\xe2\x80\x91mortem ";

    assert_string_equal(text_normalise(arena, text, strlen(text)), "> 200 ms Post-mortem");
}

static void a_slug_is_the_anchor_of_the_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_string_equal(text_slug(arena, "Step 1: Look & see (API/ML)"), "step-1-look--see-apiml");
    assert_string_equal(text_slug(arena, "7. Check \xe2\x80\x94 at last \xf0\x9f\x94\xb4"),
                        "7-check--at-last-");
    assert_string_equal(text_slug(arena, "\xc3\x9c"
                                         "ber \xe6\x95\xb0\xef\xbc\x9a\xe6\x8d\xae"),
                        "\xc3\x9c"
                        "ber-\xe6\x95\xb0\xe6\x8d\xae");
}

static void pictures_before_a_heading_are_decoration(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *decoration;

    assert_string_equal(text_without_decoration(arena, "\xf0\x9f\x94\xb4 SEV-1", &decoration), "SEV-1");
    assert_string_equal(decoration, "\xf0\x9f\x94\xb4");
    /* the same picture after a wrong code page */
    assert_string_equal(
        text_without_decoration(arena, "\xc3\xb0\xc5\xb8\xe2\x80\x9d\xc2\xb4 P1", &decoration), "P1");
    assert_string_equal(text_without_decoration(arena, "\xc3\x89tat", &decoration), "\xc3\x89tat");
    assert_null(decoration);
}

static void numbers_before_a_title_are_cut(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *number;

    assert_string_equal(text_without_number(arena, "Step 2: Look", &number), "Look");
    assert_string_equal(number, "2");
    assert_string_equal(text_without_number(arena, "3.1. Look", &number), "Look");
    assert_string_equal(text_without_number(arena, "a) Look", &number), "Look");
    assert_string_equal(text_without_number(arena, "5xx errors", &number), "5xx errors");
    assert_null(number);
}

struct duration_case {
    const char *text;
    int64_t value_s, low_s;
    const char *op;
};

static void lengths_of_time_are_read_from_prose(void **state)
{
    (void)state;
    static const struct duration_case cases[] = {
        {"15 minutes", 900, UNSTATED, NULL},
        {"< 4 hours (during business hours)", 14400, UNSTATED, "<"},
        {"Immediate (< 15 minutes)", 900, UNSTATED, "<"},
        {"<5 minutes", 300, UNSTATED, "<"},
        {"24-48 hours", 172800, 86400, "range"},
        {"Investigation (5-15 minutes)", 900, 300, "range"},
        {"10 min to 1 hour", 3600, 600, "range"},
        {"within 48 hours", 172800, UNSTATED, "<="},
        {"First 15 Minutes", 900, UNSTATED, "<="},
        {"1 hour 30 minutes", 5400, UNSTATED, NULL},
        {"2h", 7200, UNSTATED, NULL},
        {"within an hour", 3600, UNSTATED, "<="},
        {"7 days", 604800, UNSTATED, NULL},
        {"Immediate", 0, UNSTATED, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct duration_words duration;
        assert_true(text_duration(cases[i].text, &duration));
        assert_int_equal(duration.value_s, cases[i].value_s);
        assert_int_equal(duration.low_s, cases[i].low_s);
        if (cases[i].op)
            assert_string_equal(duration.op, cases[i].op);
        else
            assert_null(duration.op);
    }
}

static void what_is_no_length_of_time_is_not_taken_for_one(void **state)
{
    (void)state;
    static const char *const texts[] = {"Next business day", "As needed", "twice a day",
                                        "5xx errors",        "P1",        "20%"};
    struct duration_words duration;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(text_duration(texts[i], &duration));
}

static void a_comma_list_is_split_outside_of_brackets(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct strings items = {0};

    text_split_list(arena, "CPU high (a, b), 1,000 errors, or data loss.", true, &items);
    assert_int_equal(items.n, 3);
    assert_string_equal(items.at[0], "CPU high (a, b)");
    assert_string_equal(items.at[1], "1,000 errors");
    assert_string_equal(items.at[2], "data loss");
    struct strings pair = {0};
    text_split_list(arena, "Slow queries or none at all", true, &pair);
    assert_int_equal(pair.n, 2);
}

static void sentences_are_cut_at_full_stops_only(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct sentences sentences = {0};
    const char *text = "Look at v1.2 logs, e.g. Kibana. Then stop! Done";

    text_sentences(arena, text, &sentences);
    assert_int_equal(sentences.n, 3);
    assert_string_equal(sentences.at[1].text, "Then stop!");
    assert_int_equal(sentences.at[2].at, strlen(text) - 4);
}

static void a_label_ends_in_a_colon(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *label, *rest;

    assert_true(text_label(arena, "Likely causes: disk, network", &label, &rest));
    assert_string_equal(label, "Likely causes");
    assert_string_equal(rest, "disk, network");
    assert_false(text_label(arena, "see http://host/", &label, &rest));
    assert_false(text_label(arena, "A sentence that goes on for long: yes", &label, &rest));
}

static void only_a_code_of_two_digits_is_decoded(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text = "a%20b%C3%bc%2F%00%4z%4";

    assert_string_equal(text_percent_decoded(arena, text, strlen(text)), "a b\xc3\xbc/%00%4z%4");
}

static void parts_of_an_hour_and_hours_with_minutes_are_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value_s;
    } cases[] = {{"within \xc2\xbd hour", 1800},
                 {"1\xc2\xbd hours", 5400},
                 {"half an hour", 1800},
                 {"after half a day", 43200},
                 {"a quarter of an hour", 900},
                 {"1h30", 5400},
                 {"30\xe2\x80\x93"
                  "60 min",
                  3600},
                 {"2h05", 7500}};
    struct duration_words duration;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(text_duration(cases[i].text, &duration));
        assert_int_equal(duration.value_s, cases[i].value_s);
    }
    assert_false(text_duration("half the wards", &duration));
    assert_false(text_duration("1h99", &duration));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_an_hour_and_hours_with_minutes_are_lengths),
        cmocka_unit_test(a_day_that_is_not_over_is_a_length_of_time),
        cmocka_unit_test(no_break_marks_become_plain_ones),
        cmocka_unit_test(a_slug_is_the_anchor_of_the_heading),
        cmocka_unit_test(pictures_before_a_heading_are_decoration),
        cmocka_unit_test(numbers_before_a_title_are_cut),
        cmocka_unit_test(lengths_of_time_are_read_from_prose),
        cmocka_unit_test(what_is_no_length_of_time_is_not_taken_for_one),
        cmocka_unit_test(a_comma_list_is_split_outside_of_brackets),
        cmocka_unit_test(sentences_are_cut_at_full_stops_only),
        cmocka_unit_test(a_label_ends_in_a_colon),
        cmocka_unit_test(only_a_code_of_two_digits_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
