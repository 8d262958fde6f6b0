#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/testing.h"
#include "runner/output.h"

static void assert_shown_n(const char *printed, size_t n_bytes, const char *shown)
{
    for (size_t cut = 1; cut <= n_bytes; cut++) { /* the same for every way of cutting it */
        struct output *output = output_new(4096, NULL);
        scoped_buf struct buf text = {0};
        bool was_cut;
        for (size_t at = 0; at < n_bytes; at += cut)
            output_add(output, printed + at, n_bytes - at < cut ? n_bytes - at : cut);
        output_finish(output, &text, &was_cut);
        assert_string_equal(buf_text(&text), shown);
        assert_false(was_cut);
        output_free(output);
    }
}

static void assert_shown(const char *printed, const char *shown)
{
    assert_shown_n(printed, strlen(printed), shown);
}

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    assert_shown("NAME\tREADY\npod-1\t1/1\n", "NAME\tREADY\npod-1\t1/1\n");
    assert_shown("Gr\xc3\xbc\xc3\x9f"
                 "e \xe2\x82\xac \xf0\x9f\x9a\x91\n",
                 "Gr\xc3\xbc\xc3\x9f"
                 "e \xe2\x82\xac \xf0\x9f\x9a\x91\n");
}

static void terminal_escapes_are_taken_out(void **state)
{
    (void)state;
    assert_shown("\x1b[1;31mdown\x1b[0m up", "down up");
    assert_shown("a\x1b]0;owned title\x07"
                 "b",
                 "ab");
    assert_shown("a\x1b]52;c;c2VjcmV0\x1b\\b", "ab"); /* the clipboard */
    assert_shown("\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "text");
    assert_shown("\x1bPq#0\x1b\\after", "after");
    assert_shown("a\x1b(Bb\x1b=c\x1b", "abc");
    assert_shown("a\xc2\x9b"
                 "31mb\xc2\x9d"
                 "0;t\x07"
                 "c\xc2\x85"
                 "d",
                 "abcd"); /* C1 controls in UTF-8 */
}

static void an_escape_that_never_ends_hides_at_most_its_line(void **state)
{
    (void)state;
    assert_shown("a\x1b]0;never ended\nnext\n", "a\nnext\n");
    assert_shown("a\x1b[31\nnext", "a\nnext");
    assert_shown("a\x1b[3\xc3\xa9z", "a\xc3\xa9z");
}

static void control_characters_are_taken_out_and_returns_overwrite_lines(void **state)
{
    (void)state;
    assert_shown_n("a\0b\x07\x08"
                   "c\x7f"
                   "d",
                   8, "abcd");
    assert_shown("one\r\ntwo\r\n", "one\ntwo\n");
    assert_shown("start\n10%\r20%\r100%\n", "start\n100%\n");
    assert_shown("a\r", "a\n");
}

static void bad_bytes_become_replacement_characters(void **state)
{
    (void)state;
    assert_shown("a\xff"
                 "b",
                 "a\xef\xbf\xbd"
                 "b");
    assert_shown("\xe2\x82", "\xef\xbf\xbd");
    assert_shown("\xe2\x82"
                 "A",
                 "\xef\xbf\xbd"
                 "A");
    assert_shown("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");                 /* overlong */
    assert_shown("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
}

static void head_and_tail_of_much_output_are_kept_in_whole_lines(void **state)
{
    (void)state;
    struct output *output = output_new(1000, NULL);
    char line[40];
    for (int i = 0; i < 100000; i++) {
        int n = snprintf(line, sizeof line, "line %d\n", i);
        output_add(output, line, (size_t)n);
    }
    scoped_buf struct buf text = {0};
    bool cut;
    output_finish(output, &text, &cut);
    output_free(output);
    assert_true(cut);
    assert_true(text.n_bytes <= 1000);
    assert_memory_equal(text.at, "line 0\nline 1\n", 14);
    assert_string_equal(text.at + text.n_bytes - 11, "line 99999\n");
    const char *marker = strstr(text.at, "\n[... ");
    assert_non_null(marker);
    unsigned long left = strtoul(marker + 6, NULL, 10);
    unsigned long kept = 0;
    for (const char *at = text.at; (at = strstr(at, "line ")); at++)
        kept++;
    assert_int_equal(left + kept, 100000);
    assert_non_null(strstr(marker + 1, " left out ...]\nline "));
}

static void one_endless_line_is_cut_between_characters(void **state)
{
    (void)state;
    for (size_t limit = 600; limit < 604; limit++) {
        struct output *output = output_new(limit, NULL);
        for (int i = 0; i < 5000; i++)
            output_add(output, "\xf0\x9f\x9a\x91", 4);
        scoped_buf struct buf text = {0};
        bool cut;
        output_finish(output, &text, &cut);
        output_free(output);
        assert_true(cut);
        assert_true(text.n_bytes <= limit);
        assert_true(utf8_valid(text.at, text.n_bytes));
        assert_non_null(strstr(text.at, "\n[... 0 lines, "));
    }
}

static void output_that_just_fits_is_whole(void **state)
{
    (void)state;
    struct output *output = output_new(1000, NULL);
    char bytes[904];
    memset(bytes, 'x', sizeof bytes);
    output_add(output, bytes, sizeof bytes);
    scoped_buf struct buf text = {0};
    bool cut;
    output_finish(output, &text, &cut);
    output_free(output);
    assert_false(cut);
    assert_int_equal(text.n_bytes, sizeof bytes);
}

#define METER_HEADINGS                                                                                       \
    "  %% Total    %% Received %% Xferd  Average Speed   Time    Time     Time  Current\n"                   \
    "                                 Dload  Upload   Total   Spent    Left  Speed\n"
#define METER_LINE "\r%3d  340M   %2d  145M    0     0  11.2M      0  0:00:30  0:00:12 --:--:-- 11.5M"

/* Bytes that curl prints while its meter runs are in the middle of a line of it. */
static void what_curl_shows_of_its_progress_is_no_output(void **state)
{
    (void)state;
    char printed[2048];
    snprintf(printed, sizeof printed, "asks\n" METER_HEADINGS METER_LINE METER_LINE "\nall well\nbye", 0, 0,
             100, 99);
    assert_shown(printed, "asks\nall well\nbye");
    snprintf(printed, sizeof printed,
             METER_HEADINGS METER_LINE "{\"a\": 1,\n\"b\"" METER_LINE ": 2}" METER_LINE "\n", 0, 0, 50, 50,
             100, 99);
    assert_shown(printed, "{\"a\": 1,\n\"b\": 2}");
    snprintf(printed, sizeof printed, "one" METER_HEADINGS METER_LINE "curl: (7) Failed to connect\n", 0, 0);
    assert_shown(printed, "onecurl: (7) Failed to connect\n");
    snprintf(printed, sizeof printed, METER_HEADINGS "\r 10%% of another\r 20%% of another\n");
    assert_shown(printed, " 20% of another\n");
}

static void what_only_looks_like_a_progress_meter_stays(void **state)
{
    (void)state;
    assert_shown("  % Total    % Received of it\n", "  % Total    % Received of it\n");
    assert_shown("      % Total", "      % Total");
    assert_shown("   12  340M   12  145M    0     0  11.2M      0  0:00:30  0:00:12 --:--:-- 11.5M\n",
                 "   12  340M   12  145M    0     0  11.2M      0  0:00:30  0:00:12 --:--:-- 11.5M\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(what_curl_shows_of_its_progress_is_no_output),
        cmocka_unit_test(what_only_looks_like_a_progress_meter_stays),
        cmocka_unit_test(terminal_escapes_are_taken_out),
        cmocka_unit_test(an_escape_that_never_ends_hides_at_most_its_line),
        cmocka_unit_test(control_characters_are_taken_out_and_returns_overwrite_lines),
        cmocka_unit_test(bad_bytes_become_replacement_characters),
        cmocka_unit_test(head_and_tail_of_much_output_are_kept_in_whole_lines),
        cmocka_unit_test(one_endless_line_is_cut_between_characters),
        cmocka_unit_test(output_that_just_fits_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
