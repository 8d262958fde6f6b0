#include <string.h>

#include "base/testing.h"
#include "review/export.h"

static void assert_html(const char *markdown, const char *holds, const char *holds_not)
{
    scoped_buf struct buf out = {0};
    export_html(&out, "t", markdown, strlen(markdown));
    if (holds && !strstr(buf_text(&out), holds))
        fail_msg("%s\ndoes not hold %s", buf_text(&out), holds);
    if (holds_not && strstr(buf_text(&out), holds_not))
        fail_msg("%s\nholds %s", buf_text(&out), holds_not);
}

static void tables_headings_and_breaks_become_html(void **state)
{
    (void)state;
    assert_html("# A\n\n| a | b |\n|---|---|\n| 1 | x<br>y |\n", "<h1>A</h1>", NULL);
    assert_html("# A\n\n| a | b |\n|---|---|\n| 1 | x<br>y |\n", "<td>x<br>y</td>", NULL);
    assert_html("- [ ] open\n", "type=\"checkbox\"", NULL);
}

static void nothing_of_others_becomes_active(void **state)
{
    (void)state;
    assert_html("a <script>alert(1)</script> b", NULL, "<script");
    assert_html("<iframe src=\"http://x\"></iframe>\n", NULL, "<iframe");
    assert_html("a <br onmouseover=alert(1)> b", "a &lt;br onmouseover=alert(1)&gt; b", "<br onmouseover");
    assert_html("<div onclick=x>\n\nthen", "<p>&lt;div onclick=x&gt;", "<div onclick");
    assert_html("[a](javascript:alert(1))", NULL, "javascript:");
    assert_html("[a](JaVaScRiPt:alert(1))", NULL, "JaVa");
    assert_html("[a](data:text/html;base64,AAAA)", NULL, "data:");
    assert_html("[a](vbscript:x) [b](//h/x) [c](https://h/x)", "<a href=\"https://h/x\">c</a>", "vbscript");
    assert_html("![who *reads* it](http://x/y.png) then", "who <em>reads</em> it then", "<img");
    assert_html("a ![b](c) ![d](e) f", "a b d f", "<img");
    assert_html("[a](http://h/\"onx=1)", NULL, "\"onx");
}

static void a_title_is_text(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    export_html(&out, "</title><script>&", "", 0);
    assert_non_null(strstr(buf_text(&out), "<title>&lt;/title&gt;&lt;script&gt;&amp;</title>"));
}

static void a_document_needs_nothing_beside_itself(void **state)
{
    (void)state;
    assert_html("x", "default-src 'none'", "src=");
    assert_html("x", "@media print", "<link");
}

static void a_hostile_timeline_is_text_in_its_cells(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    const struct event_row event = {.n = 3,
                                    .at_us = INT64_C(1772442000000000),
                                    .actor = "@SUM(1)",
                                    .kind = "note.added",
                                    .summary = "=cmd|' /C calc'!A0",
                                    .body = "{\"text\":\"a\"}",
                                    .hash = "ab"};
    export_timeline_csv(&out, &event, 1);
    assert_string_equal(buf_text(&out),
                        "\"n\",\"at\",\"actor\",\"kind\",\"summary\",\"body\",\"hash\"\r\n"
                        "3,2026-03-02T09:00:00.000Z,\"'@SUM(1)\",\"note.added\",\"'=cmd|' /C calc'!A0\","
                        "\"{\"\"text\"\":\"\"a\"\"}\",\"ab\"\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_headings_and_breaks_become_html),
        cmocka_unit_test(nothing_of_others_becomes_active),
        cmocka_unit_test(a_title_is_text),
        cmocka_unit_test(a_document_needs_nothing_beside_itself),
        cmocka_unit_test(a_hostile_timeline_is_text_in_its_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
