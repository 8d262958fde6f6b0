#include "watch/exposition.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/testing.h"

static const char *const wanted[] = {"up", "http_requests_total", NULL};

/* "up{a=b,c=d}=1;" for each sample. */
static int note(void *context, const struct exposition_sample *sample, struct err *err)
{
    struct buf *out = context;
    const char *at = sample->labels;
    (void)err;
    buf_printf(out, "%s", wanted[sample->wanted]);
    for (size_t i = 0; i < sample->n_labels; i++) {
        buf_printf(out, "[%s]", at);
        at += strlen(at) + 1;
        buf_printf(out, "%s", at);
        at += strlen(at) + 1;
    }
    assert_ptr_equal(at, sample->labels + sample->labels_bytes);
    buf_printf(out, "=%g;", sample->value);
    return 0;
}

/* In pieces of that many bytes. */
static int read_page(const char *page, size_t piece, struct buf *out, struct err *err)
{
    struct exposition e = {.wanted = wanted, .take = note, .context = out};
    size_t n = strlen(page);
    int result = 0;
    for (size_t at = 0; at < n && result == 0; at += piece)
        result = exposition_feed(&e, page + at, n - at < piece ? n - at : piece, err);
    if (result == 0)
        result = exposition_finish(&e, err);
    exposition_free(&e);
    return result;
}

static void the_format_is_read_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const char page[] =
        "# HELP up Whether.\n# TYPE up gauge\n\nup 1\nup{job=\"a b\\\\\\n\\\"\"} 0 1395066363000\r\n"
        "  http_requests_total { code = \"200\" , path=\"/\", } 1.5e3\n"
        "other{x=\"}\"} 4\nup NaN\nup +Inf\nup -Inf\n"
        "http_requests_total{code=\"500\"} 7 # {trace=\"x\"} 0.5 1.1\n# EOF";
    for (size_t piece = 1; piece < sizeof page; piece++) {
        scoped_buf struct buf out = {0};
        struct err err = {0};
        assert_int_equal(read_page(page, piece, &out, &err), 0);
        assert_string_equal(buf_text(&out),
                            "up=1;up[job]a b\\\n\"=0;http_requests_total[code]200[path]/=1500;"
                            "up=nan;up=inf;up=-inf;http_requests_total[code]500=7;");
    }
}

static void what_is_no_exposition_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "up 1\n<html>\n",     "up 1\nup\n",         "x 1\nup{a=\"b} 1\n",     "x 1\nup{a=b} 1\n",
        "x 1\nup{a} 1\n",     "x 1\nup 1 2 3\n",    "x 1\nup 0x\n",           "x 1\nup one\n",
        "x 1\nup{=\"\"} 1\n", "x 1\n{a=\"b\"} 1\n", "x 1\nup{a=\"\\q\"} 1\n", "x 1\n9x 1",
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        scoped_buf struct buf out = {0};
        struct err err = {0};
        assert_int_equal(read_page(pages[i], 7, &out, &err), -1);
        assert_non_null(strstr(err.text, "line 2 of the page"));
    }
}

static void a_page_without_series_is_refused(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct err err = {0};
    assert_int_equal(read_page("# nothing\n\n", 64, &out, &err), -1);
    assert_int_equal(read_page("", 64, &out, &err), -1);
    assert_string_equal(err.text, "the page holds no series at all");
}

static void a_line_without_end_takes_no_more_than_a_line(void **state)
{
    (void)state;
    struct exposition e = {.wanted = wanted, .take = note};
    struct err err = {0};
    char piece[4096];
    size_t n = 0;
    memset(piece, 'a', sizeof piece);
    while (n < 1000 && exposition_feed(&e, piece, sizeof piece, &err) == 0)
        n++;
    assert_int_equal(n, EXPOSITION_LINE_BYTES / sizeof piece);
    assert_non_null(strstr(err.text, "longer than 64 KiB"));
    exposition_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_is_read_in_pieces_of_any_size),
        cmocka_unit_test(what_is_no_exposition_is_refused_with_its_line),
        cmocka_unit_test(a_page_without_series_is_refused),
        cmocka_unit_test(a_line_without_end_takes_no_more_than_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
