#include "runbook/parts_testing.h"

static void front_matter_and_foot_lines_are_metadata(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "---\ntitle: Night work\nowner:\n  - Ana\n  - Ben\n---\n# Night work\n\nText.\n\n"
                        "## Steps\n\n1. Look.\n\n---\n\n**Last Updated**: March 3, 2026  \n**Reviewed by**: "
                        "Store team, Web team\n");

    assert_int_equal(parts->metadata.n, 4);
    assert_string_equal(parts->metadata.at[1].value, "Ana, Ben");
    assert_string_equal(parts->metadata.at[1].type, "list");
    assert_string_equal(parts->metadata.at[2].key, "last_updated");
    assert_string_equal(parts->metadata.at[2].value, "2026-03-03");
    assert_string_equal(parts->metadata.at[2].source, "footer");
    assert_int_equal(parts->metadata.at[2].line, 17);
    assert_string_equal(parts->metadata.at[3].key, "reviewers");
}

static void a_status_inside_of_a_procedure_is_no_metadata(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# Page\n\n**Owner:** Shop team | **Version:** 3\n\n## One\n\nStatus: broken\n\n## Two\n\nText.\n");

    assert_int_equal(parts->metadata.n, 2);
    assert_string_equal(parts->metadata.at[0].source, "header");
    assert_string_equal(parts->metadata.at[1].value, "3");
}

static void a_table_at_the_head_tells_metadata(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# Page\n\n| Field | Value |\n|---|---|\n| Owner | Shop team |\n| Colour | red |\n");

    assert_int_equal(parts->metadata.n, 1);
    assert_string_equal(parts->metadata.at[0].value, "Shop team");
}

static void the_newest_row_of_a_history_tells_version_and_date(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nOne.\n\n## Keys\n\nTwo.\n\n## Document History\n\n| Date | Version | Change "
                        "|\n|---|---|---|\n"
                        "| 2026-02-03 | 1.1 | doors |\n| 2025-04-05 | 1.0 | start |\n");

    assert_int_equal(parts->metadata.n, 2);
    assert_string_equal(parts->metadata.at[0].key, "last_updated");
    assert_string_equal(parts->metadata.at[0].value, "2026-02-03");
    assert_string_equal(parts->metadata.at[1].value, "1.1");
    assert_int_equal(parts->metadata.at[1].line, 13);
}

static void a_table_of_fields_below_the_second_heading_tells_metadata(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## At a glance\n\n| Field | Value |\n|---|---|\n| **Owner** | Night porter |\n| Doors | 4 "
        "|\n\n## Later\n\n## Prices\n\n| Field | Value |\n|---|---|\n| Owner | none |\n");

    assert_int_equal(parts->metadata.n, 1);
    assert_string_equal(parts->metadata.at[0].value, "Night porter");
}

static void keys_and_dates_may_be_of_other_languages(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# Puertas\n\n**Responsable:** Equipo de noche\n**\xc3\x9altima actualizaci\xc3\xb3n:** "
               "21 de julio de 2025\n\n## Uno\n");

    assert_int_equal(parts->metadata.n, 2);
    assert_string_equal(parts->metadata.at[0].key, "owner");
    assert_string_equal(parts->metadata.at[1].key, "last_updated");
    assert_string_equal(parts->metadata.at[1].value, "2025-07-21");

    parts = parts_of(arena, "# T\xc3\xbcren\n\n**Zuletzt aktualisiert:** 3. M\xc3\xa4rz 2026\n"
                            "**Erstellt:** 04.01.2026\n\n## Eins\n");
    assert_string_equal(parts->metadata.at[0].value, "2026-03-03");
    assert_string_equal(parts->metadata.at[1].value, "2026-01-04");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_matter_and_foot_lines_are_metadata),
        cmocka_unit_test(a_status_inside_of_a_procedure_is_no_metadata),
        cmocka_unit_test(a_table_at_the_head_tells_metadata),
        cmocka_unit_test(the_newest_row_of_a_history_tells_version_and_date),
        cmocka_unit_test(a_table_of_fields_below_the_second_heading_tells_metadata),
        cmocka_unit_test(keys_and_dates_may_be_of_other_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
