#include "base/words.h"

#include <string.h>

#include "base/testing.h"

static void assert_withheld(const char *sentence, const char *left)
{
    scoped_buf struct buf out = {0};
    words_withhold(&out, sentence);
    assert_string_equal(buf_text(&out), left);
}

static void what_is_quoted_is_taken_out_again(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_withheld("nobody acknowledged within 15 min", "nobody acknowledged within 15 min");
    assert_withheld("", "");
    assert_withheld(arena_printf(arena, "ana said %s; sms failed", words_quoted(arena, "bed 12, J. Doe")),
                    "ana said ...; sms failed");
    assert_withheld(arena_printf(arena, "%s and %s", words_quoted(arena, "a"), words_quoted(arena, "b")),
                    "... and ...");
}

static void a_text_cannot_end_its_own_quotation(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *hostile = words_quoted(arena, "x” John Doe “y");
    assert_string_equal(hostile, "“x\" John Doe \"y”");
    assert_withheld(arena_printf(arena, "because %s", hostile), "because ...");
}

static void marks_that_do_not_fit_withhold_the_rest(void **state)
{
    (void)state;
    assert_withheld("a “b", "a ...");
    assert_withheld("a ”b“ c ”d", "a ...");
    assert_withheld("a “b “c” d” e", "a ...");
}

static void a_name_is_what_a_program_is_called(void **state)
{
    (void)state;
    static const char *const names[] = {"ShopDown", "sev-1", "job:errors_total/5m",
                                        "node-7f9c.example.org:9100"};
    static const char *const others[] = {
        "",
        "Shop is down",
        "MRN1234567",
        "Jürgen",
        "a\nb",
        "<b>",
        "19700101",
        "a-name-that-is-longer-than-any-program-has-one-a-name-that-is-longer-than-any-program-has"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(words_are_name(names[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(words_are_name(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_quoted_is_taken_out_again),
        cmocka_unit_test(a_text_cannot_end_its_own_quotation),
        cmocka_unit_test(marks_that_do_not_fit_withhold_the_rest),
        cmocka_unit_test(a_name_is_what_a_program_is_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
