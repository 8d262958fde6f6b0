#include "base/testing.h"
#include "review/sheet.h"

static void assert_cell(const char *text, const char *cell)
{
    scoped_buf struct buf out = {0};
    struct sheet sheet = {.out = &out};
    sheet_text(&sheet, text);
    assert_string_equal(buf_text(&out), cell);
}

static void what_a_spreadsheet_would_compute_stays_a_text(void **state)
{
    (void)state;
    assert_cell("=1+1", "\"'=1+1\"");
    assert_cell("+49 30 1", "\"'+49 30 1\"");
    assert_cell("-2", "\"'-2\"");
    assert_cell("@SUM(A1)", "\"'@SUM(A1)\"");
    assert_cell("\t=1", "\"' =1\"");
    assert_cell("\r=1", "\"' =1\"");
    assert_cell("\n=1", "\"'\n=1\"");
    assert_cell("  =1", "\"'  =1\"");
    assert_cell("\a=1", "\"' =1\"");
    assert_cell("\xc2\xa0\xe2\x80\x8b=1", "\"'\xc2\xa0\xe2\x80\x8b=1\"");
    assert_cell("\xef\xbb\xbf@x", "\"'\xef\xbb\xbf@x\"");
    assert_cell("\xef\xbc\x9d"
                "1",
                "\"'\xef\xbc\x9d"
                "1\"");
}

static void quotes_commas_and_lines_stay_in_their_cell(void **state)
{
    (void)state;
    assert_cell("a \"b\", c\nd", "\"a \"\"b\"\", c\nd\"");
    assert_cell("x\",=1", "\"x\"\",=1\"");
    assert_cell("bell\a", "\"bell \"");
    assert_cell("", "");
    assert_cell(NULL, "");
}

static void a_row_has_its_cells_in_order(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct sheet sheet = {.out = &out};
    sheet_text(&sheet, NULL);
    sheet_int(&sheet, -3);
    sheet_decimal(&sheet, 2.25);
    sheet_time(&sheet, INT64_C(1772442000) * 1000000);
    sheet_row_end(&sheet);
    sheet_text(&sheet, "b");
    sheet_row_end(&sheet);
    assert_string_equal(buf_text(&out), ",-3,2.2,2026-03-02T09:00:00.000Z\r\n\"b\"\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_spreadsheet_would_compute_stays_a_text),
        cmocka_unit_test(quotes_commas_and_lines_stay_in_their_cell),
        cmocka_unit_test(a_row_has_its_cells_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
