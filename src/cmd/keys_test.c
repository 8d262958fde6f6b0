#include <string.h>

#include "base/buf.h"
#include "base/testing.h"
#include "cmd/keys.h"

/* Decodes all of it; gives the kinds as letters: t text, E enter, x escape, e erase, o other, ... */
static void assert_keys(const char *bytes, const char *expected, const char *text)
{
    static const char letters[] = "tExeluduDhnro"; /* in the order of enum key_kind */
    struct key_decoder decoder = {0};
    scoped_buf struct buf kinds = {0};
    scoped_buf struct buf typed = {0};
    size_t at = 0, n_bytes = strlen(bytes);
    while (at < n_bytes) {
        struct key key;
        size_t n = key_decode(&decoder, bytes + at, n_bytes - at, &key);
        assert_true(n >= 1 && n <= n_bytes - at);
        at += n;
        buf_putc(&kinds, key.pasted ? 'p' : letters[key.kind]);
        buf_puts(&typed, key.text);
    }
    assert_string_equal(buf_text(&kinds), expected);
    assert_string_equal(buf_text(&typed), text);
}

static void letters_and_characters_of_any_language_are_text(void **state)
{
    (void)state;
    assert_keys("rs", "tt", "rs");
    assert_keys("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x91", "ttt", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x91");
    assert_keys("\xff\xc3", "oo", ""); /* bad and cut off */
}

static void keys_of_the_terminal_are_told_apart_from_escape(void **state)
{
    (void)state;
    assert_keys("\033", "x", "");
    assert_keys("\033[A\033[B\033[5~\033[6~", "uduD", "");
    assert_keys("\r\n\x7f\x15", "EEel", "");
}

static void unknown_sequences_are_taken_whole_and_type_nothing(void **state)
{
    (void)state;
    assert_keys("\033[1;5Cr\033[?1;2cr\033xr", "ototot", "rrr");
    assert_keys("\033[", "o", "");
}

static void a_paste_presses_no_keys(void **state)
{
    (void)state;
    assert_keys("\033[200~r\ny\033[201~s", "oppppt", "rys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_characters_of_any_language_are_text),
        cmocka_unit_test(keys_of_the_terminal_are_told_apart_from_escape),
        cmocka_unit_test(unknown_sequences_are_taken_whole_and_type_nothing),
        cmocka_unit_test(a_paste_presses_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
