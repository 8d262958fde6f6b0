#include "base/testing.h"

#include "runbook/parts_words.h"

static void the_longest_phrase_at_a_place_counts(void **state)
{
    (void)state;
    struct word_match match;

    assert_true(part_words_next(PART_RECURRENCE, "done every 2 weeks or daily", 0, &match));
    assert_string_equal(match.value, "FREQ=WEEKLY;INTERVAL=2");
    assert_int_equal(match.at, 5);
    assert_true(
        part_words_next(PART_RECURRENCE, "done every 2 weeks or daily", match.at + match.n_bytes, &match));
    assert_string_equal(match.value, "FREQ=DAILY");
    assert_false(part_words_next(PART_RECURRENCE, "done", 0, &match));
}

static void case_hyphens_and_a_plural_are_let_pass(void **state)
{
    (void)state;

    assert_string_equal(part_words_whole(PART_METADATA, "last_updated"), "last_updated");
    assert_string_equal(part_words_whole(PART_METADATA, "Last-Updated"), "last_updated");
    assert_string_equal(part_words_whole(PART_METADATA, "Reviewers"), "reviewers");
    assert_null(part_words_whole(PART_METADATA, "Last updated by"));
}

static void only_whole_words_are_found(void **state)
{
    (void)state;

    assert_null(part_words_value(PART_DRILL, "a driller and drilling"));
    assert_string_equal(part_words_value(PART_DRILL, "(drills)"), "yes");
}

static void the_first_line_of_the_file_wins(void **state)
{
    (void)state;

    assert_string_equal(part_words_value(PART_AUDIENCE, "internal notes for a customer"), "customer");
}

static void one_look_tells_which_groups_may_occur(void **state)
{
    (void)state;
    static const char *const texts[] = {"weekly", "(weekly)", "done, then weekly", "a game-day drill"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (enum part_words group = 0; group < PART_WORDS_COUNT; group++)
            if (part_words_value(group, texts[i]))
                assert_true(part_words_may_occur(part_words_in(texts[i]), group));
    assert_true(part_words_may_occur(part_words_in("done, then weekly"), PART_RECURRENCE));
    assert_false(part_words_may_occur(part_words_in("done, then weekly"), PART_DRILL));
    assert_int_equal(part_words_in(" - "), 0);
}

static void a_look_finds_the_groups_of_which_a_phrase_occurs_and_no_others(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Owner: the database team, weekly",
        "page the on-call engineer--then the incident commander",
        "DBAs, SREs",
        "Escalat\xc3\xb3n: escal\xc3\xa1 a la gu\xc3\xa1rdia",
        "responsibilities, responsible, response",
        "last_updated: 2026-01-05 (every  two weeks)",
        "#incident-channel, https://status.example.org/health",
        "notifications notification notify notifying",
        "maintenabce escalatixn notificatixn reviewerz", /* as long as words that are known, and begin so */
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (enum part_words group = 0; group < PART_WORDS_COUNT; group++)
            assert_int_equal(part_words_may_occur(part_words_in(texts[i]), group),
                             part_words_value(group, texts[i]) != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_phrase_at_a_place_counts),
        cmocka_unit_test(case_hyphens_and_a_plural_are_let_pass),
        cmocka_unit_test(only_whole_words_are_found),
        cmocka_unit_test(the_first_line_of_the_file_wins),
        cmocka_unit_test(one_look_tells_which_groups_may_occur),
        cmocka_unit_test(a_look_finds_the_groups_of_which_a_phrase_occurs_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
