#include "runbook/policy_diff.h"

#include <string.h>

#include "base/testing.h"

static const char document[] = "# Image archive\n"
                               "\n"
                               "## Severity levels\n"
                               "\n"
                               "| Level | Meaning | Response time | Escalation |\n"
                               "|---|---|---|---|\n"
                               "| P1 | Images cannot be opened | 30 minutes | Radiology lead after 1 hour |\n"
                               "| P2 | Images open slowly | 4 hours | None |\n"
                               "\n"
                               "## Archive is full\n"
                               "\n"
                               "**Severity**: P1\n"
                               "\n"
                               "**Symptoms**:\n"
                               "- Wards report missing images\n"
                               "- Volume usage > 90%\n"
                               "\n"
                               "### Diagnosis\n"
                               "\n"
                               "1. Look at the volume:\n"
                               "   ```bash\n"
                               "   df -h /archive\n"
                               "   ```\n"
                               "\n"
                               "### Resolution\n"
                               "\n"
                               "1. Restart the importer:\n"
                               "   ```bash\n"
                               "   systemctl restart importer\n"
                               "   ```\n"
                               "\n"
                               "## Message for the wards\n"
                               "\n"
                               "```text\n"
                               "Subject: Image archive - [Status]\n"
                               "\n"
                               "Images are [Impact]. Next update: [Time].\n"
                               "```\n";

struct fixture {
    struct arena *arena;
};

static int setup(void **state)
{
    struct fixture *fixture = heap_alloc(sizeof *fixture);
    fixture->arena = arena_new();
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    __builtin_free(fixture);
    return 0;
}

/* The document with the first `from` of it as `to`. */
static const struct runbook *changed(const struct fixture *fixture, const char *from, const char *to)
{
    const char *at = strstr(document, from);
    assert_non_null(at);
    const char *text =
        arena_printf(fixture->arena, "%.*s%s%s", (int)(at - document), document, to, at + strlen(from));
    return runbook_read(fixture->arena, "new.md", text, strlen(text));
}

static struct differences differences_of(const struct fixture *fixture, const char *from, const char *to)
{
    struct differences differences = {0};
    const struct runbook *old = runbook_read(fixture->arena, "old.md", document, strlen(document));
    policy_diff(fixture->arena, old, changed(fixture, from, to), &differences);
    return differences;
}

static const struct difference *saying(const struct differences *differences, const char *text)
{
    list_each (difference, differences)
        if (strstr(difference->text, text))
            return difference;
    return NULL;
}

static void a_document_behaves_like_itself_and_like_itself_further_down(void **state)
{
    assert_int_equal(differences_of(*state, "# Image", "# Image").n, 0);
    assert_int_equal(differences_of(*state, "## Severity", "\n\n## Severity").n, 0);
}

static void other_words_about_the_same_thing_are_no_difference(void **state)
{
    assert_int_equal(differences_of(*state, "30 minutes", "0.5 hours").n, 0);
}

static void a_response_time_is_told_with_both_lines(void **state)
{
    struct differences found = differences_of(*state, "30 minutes", "15 minutes");
    const struct difference *time = saying(&found, "response time 30 min -> 15 min");
    assert_non_null(time);
    assert_string_equal(time->subject, "P1");
    assert_int_equal(time->line_old, 7);
    assert_int_equal(time->line_new, 7);
}

static void somebody_more_to_escalate_to_is_told(void **state)
{
    struct differences found =
        differences_of(*state, "Radiology lead after", "Radiology lead and CISO after");
    assert_non_null(saying(&found, "escalation now also to CISO"));
    assert_int_equal(found.n, 1);
}

static void a_later_escalation_is_told(void **state)
{
    struct differences found = differences_of(*state, "after 1 hour", "after 2 hours");
    const struct difference *difference = saying(&found, "2 h");
    assert_non_null(difference);
    assert_non_null(strstr(difference->text, "1 h"));
}

static void a_command_that_became_destructive_asks_two_people(void **state)
{
    struct differences found = differences_of(*state, "systemctl restart importer", "rm -rf /archive/old");
    const struct difference *difference = saying(&found, "will ask two people");
    assert_non_null(difference);
    assert_int_equal(difference->line_new, 29);
    assert_non_null(strstr(difference->subject, "Archive is full"));
}

static void a_command_that_is_gone_or_new_is_told(void **state)
{
    struct differences found =
        differences_of(*state, "   df -h /archive\n", "   df -h /archive\n   df -i /archive\n");
    assert_non_null(saying(&found, "new command `df -i /archive` only reads: runs by itself"));
    assert_int_equal(found.n, 1);
    struct differences gone = differences_of(*state, "   systemctl restart importer\n", "");
    assert_non_null(saying(&gone, "systemctl restart importer"));
}

static void a_procedure_under_another_name_is_gone_and_new(void **state)
{
    struct differences found = differences_of(*state, "## Archive is full", "## Archive has no room");
    assert_non_null(saying(&found, "is gone"));
    assert_non_null(saying(&found, "is new"));
}

static void a_procedure_of_another_level_is_told(void **state)
{
    struct differences found = differences_of(*state, "**Severity**: P1", "**Severity**: P2");
    assert_non_null(saying(&found, "is P2 (was P1)"));
}

static void another_limit_is_told_with_both_values(void **state)
{
    struct differences found = differences_of(*state, "usage > 90%", "usage > 75%");
    const struct difference *limit = saying(&found, "> 90% -> > 75%");
    assert_non_null(limit);
    assert_non_null(strstr(limit->subject, "Volume usage"));
    assert_non_null(strstr(limit->subject, "Archive is full"));
    assert_int_equal(limit->line_new, 16);
    assert_int_equal(found.n, 1);
}

static void a_limit_that_is_gone_is_told(void **state)
{
    struct differences found = differences_of(*state, "- Volume usage > 90%\n", "");
    assert_non_null(saying(&found, "is gone (was > 90%)"));
    assert_int_equal(found.n, 1);
}

static void other_symptoms_are_told(void **state)
{
    struct differences found = differences_of(*state, "missing images", "slow images");
    assert_non_null(saying(&found, "is also for the symptoms: Wards report slow images"));
    assert_non_null(saying(&found, "is no longer for the symptoms: Wards report missing images"));
    assert_int_equal(found.n, 2);
}

static void a_template_with_other_places_is_told(void **state)
{
    struct differences found = differences_of(*state, "[Impact]", "[Number of wards]");
    assert_non_null(saying(&found, "has new places to fill: [Number of wards]"));
    assert_non_null(saying(&found, "has no longer the places: [Impact]"));
}

static void printed_lines_fit_80_columns_and_name_their_lines(void **state)
{
    struct differences found = differences_of(*state, "30 minutes", "15 minutes");
    scoped_buf struct buf out = {0};
    differences_print_text(&found, &out);
    assert_non_null(strstr(buf_text(&out), "P1: response time 30 min -> 15 min (line 7)"));
    for (const char *line = buf_text(&out); *line;) {
        size_t n = strcspn(line, "\n");
        assert_true(n <= 80);
        line += n + (line[n] == '\n');
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_document_behaves_like_itself_and_like_itself_further_down),
        CASE(other_words_about_the_same_thing_are_no_difference),
        CASE(a_response_time_is_told_with_both_lines),
        CASE(somebody_more_to_escalate_to_is_told),
        CASE(a_later_escalation_is_told),
        CASE(a_command_that_became_destructive_asks_two_people),
        CASE(a_command_that_is_gone_or_new_is_told),
        CASE(a_procedure_under_another_name_is_gone_and_new),
        CASE(a_procedure_of_another_level_is_told),
        CASE(another_limit_is_told_with_both_values),
        CASE(a_limit_that_is_gone_is_told),
        CASE(other_symptoms_are_told),
        CASE(a_template_with_other_places_is_told),
        CASE(printed_lines_fit_80_columns_and_name_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
