#include <string.h>

#include "base/testing.h"
#include "runbook/safety.h"

static void texts_that_speak_of_harm_are_told_from_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool speaks;
    } cases[] = {
        {"Possible patient safety incident", true},
        {"Harm to a patient was reported", true},
        {"WrongDoseRecommended", true},
        {"the pump computes an incorrect infusion dose", true},
        {"The model makes dangerous predictions", true},
        {"unsafe recommendations reach clinicians", true},
        {"Results were shown for the wrong patient", true},
        {"false-negative findings above 4 %", true},
        {"Patient data may be at risk", false},
        {"No risk to patients", false},
        {"there is no patient safety impact", false},
        {"Wrong password. Patient list is slow", false},
        {"High error rate of predictions", false},
        {"", false},
    };
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *words = safety_words(arena, cases[i].text);
        if ((words != NULL) != cases[i].speaks)
            fail_msg("\"%s\": %s", cases[i].text, words ? words : "nothing");
    }
    assert_null(safety_words(arena, NULL));
}

static void level_that_names_harm_is_found_with_its_line(void **state)
{
    (void)state;
    static const char text[] =
        "# Triage\n\n## Severity Levels\n\n"
        "### P0 (Critical)\n\n**Response Time**: 5 minutes\n\nExamples:\n"
        "- Everything is down\n- Patients may be harmed\n\n"
        "### P1 (High)\n\n**Response Time**: 1 hour\n\nExamples:\n- One ward is slow\n";
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = runbook_read(arena, "triage.md", text, strlen(text));
    int line = 0;
    const struct severity *level = safety_level(arena, runbook, &line);
    assert_non_null(level);
    assert_string_equal(level->id, "P0");
    assert_int_equal(line, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_speak_of_harm_are_told_from_others),
        cmocka_unit_test(level_that_names_harm_is_found_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
