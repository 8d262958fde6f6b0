#include <string.h>

#include "base/testing.h"
#include "drill/tested.h"

static const char *patch_of(struct arena *arena, const char *text)
{
    struct buf out = {0};
    bool is = tested_patch(arena, "shop.md", text, strlen(text), "2026-03-01", &out);
    const char *copy = is ? arena_strdup(arena, buf_text(&out)) : NULL;
    buf_free(&out);
    return copy;
}

static void the_line_of_the_last_test_gets_the_new_date(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_string_equal(patch_of(arena, "# Shop\n\n**Owner**: SRE\n**Last Tested**: 2025-09-01 (with SRE)\n\n"
                                        "## Shop down\n\nRestart it.\n"),
                        "--- a/shop.md\n+++ b/shop.md\n@@ -1,7 +1,7 @@\n # Shop\n \n **Owner**: SRE\n"
                        "-**Last Tested**: 2025-09-01 (with SRE)\n+**Last Tested**: 2026-03-01 (with SRE)\n"
                        " \n ## Shop down\n \n");
}

static void front_matter_keeps_its_shape_and_its_line_ends(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *patch =
        patch_of(arena, "---\r\ntitle: Shop\r\nlast_tested: 2025-09-01\r\n---\r\n\r\n# Shop\r\n");
    assert_non_null(patch);
    assert_non_null(strstr(patch, "-last_tested: 2025-09-01\r\n+last_tested: 2026-03-01\r\n"));
}

static void without_such_a_line_one_is_proposed_in_the_shape_of_its_neighbours(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_string_equal(patch_of(arena, "---\ntitle: Shop\nowner: SRE\n---\n\n# Shop\n"),
                        "--- a/shop.md\n+++ b/shop.md\n@@ -1,6 +1,7 @@\n ---\n title: Shop\n owner: SRE\n"
                        "+last_tested: 2026-03-01\n ---\n \n # Shop\n");
    const char *bold = patch_of(arena, "# Shop\n\n**Version**: 2\n**Owner**: SRE\n\nWhat to do.\n");
    assert_non_null(bold);
    assert_non_null(strstr(bold, " **Owner**: SRE\n+**Last tested**: 2026-03-01\n"));
}

static void nothing_is_proposed_where_it_is_said_or_has_no_place(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_null(patch_of(arena, "---\nlast_tested: 2026-03-01\n---\n\n# Shop\n"));
    assert_null(patch_of(arena, "# Shop\n\n## Shop down\n\nRestart it.\n"));
    assert_null(patch_of(arena, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_of_the_last_test_gets_the_new_date),
        cmocka_unit_test(front_matter_keeps_its_shape_and_its_line_ends),
        cmocka_unit_test(without_such_a_line_one_is_proposed_in_the_shape_of_its_neighbours),
        cmocka_unit_test(nothing_is_proposed_where_it_is_said_or_has_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
