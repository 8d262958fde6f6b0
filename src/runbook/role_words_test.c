#include <string.h>

#include "base/testing.h"
#include "runbook/role_words.h"

static void one_role_goes_by_many_names(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_string_equal(role_slug(arena, " Engineering  Manager (EM) "), "engineering-manager-em");
    assert_string_equal(role_general(arena, "Incident Commander"), "commander");
    assert_string_equal(role_general(arena, "IC"), "commander");
    assert_null(role_general(arena, "CISO"));
    assert_true(role_same(arena, "Incident Commander", "ic"));
    assert_true(role_same(arena, "Engineering Manager", "engineering-manager"));
    assert_false(role_same(arena, "CTO", "CISO"));
    assert_false(role_same(arena, "!", "?"));
    assert_true(role_is_shared("expert"));
    assert_false(role_is_shared("commander"));
}

static void who_answers_for_patients_is_known_by_words_of_the_name(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_true(role_is_safety(arena, "Clinical Director"));
    assert_true(role_is_safety(arena, "Deputy CMO on call"));
    assert_false(role_is_safety(arena, "CMOS engineer"));
    assert_false(role_is_safety(arena, "Engineering Director"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_role_goes_by_many_names),
        cmocka_unit_test(who_answers_for_patients_is_known_by_words_of_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
