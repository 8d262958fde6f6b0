#include "drift/csv.h"

#include <string.h>

#include "base/buf.h"
#include "base/testing.h"

static int write_cells(void *context, const struct cell *cells, size_t n, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++) {
        buf_puts(context, i ? "|" : "");
        buf_add(context, cells[i].at, cells[i].n_bytes);
    }
    buf_puts(context, "\n");
    return 0;
}

/* All records, a line each, fed in pieces; or the error. */
static const char *read_in_pieces(const char *text, size_t n, size_t piece)
{
    static struct buf out;
    struct record_sink sink = {.context = &out, .header = write_cells, .record = write_cells};
    struct csv *csv = csv_new("x.csv", &sink);
    struct err err;
    int is = 0;
    buf_clear(&out);
    for (size_t at = 0; is == 0 && at < n; at += piece) {
        char *copy = heap_alloc(piece); /* so that reading past the piece is seen */
        size_t some = n - at < piece ? n - at : piece;
        memcpy(copy, text + at, some);
        is = csv_feed(csv, copy, some, &err);
        heap_free_(&copy);
    }
    if (is == 0)
        is = csv_end(csv, &err);
    csv_free(csv);
    if (is < 0) {
        buf_clear(&out);
        buf_puts(&out, err.text);
    }
    return buf_text(&out);
}

static void reads_bytes(const char *text, size_t n, const char *expected)
{
    for (size_t piece = 1; piece <= n + 1; piece++)
        assert_string_equal(read_in_pieces(text, n, piece), expected);
}

static void reads(const char *text, const char *expected)
{
    reads_bytes(text, strlen(text), expected);
}

static void records_are_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    reads("a,b\n1,2\n", "a|b\n1|2\n");
    reads("a,b\r\n1,2\r\n3,4", "a|b\n1|2\n3|4\n");
    reads("\xef\xbb\xbf"
          "a,b\n1,\n",
          "a|b\n1|\n");
    reads("a,b\n\"x,\"\"y\"\"\nz\",2\n\"\",\"\"\"\"\n", "a|b\nx,\"y\"\nz|2\n|\"\n");
    reads("\"a\",\"b\"\r\n\"1\",\"2\"\r\n", "a|b\n1|2\n");
    reads("a,b\n\n1,2\n\r\n3,4\n\n", "a|b\n1|2\n3|4\n");
    reads("a\n\n1\n", "a\n\n1\n"); /* with one field an empty line is a missing value */
    reads("a,b\n1\"2,3\n", "a|b\n1\"2|3\n");
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    reads("", "x.csv:1: is empty: there is no header");
    reads("a,b\n1,2\n1,2,3\n", "x.csv:3: 3 fields, and the header has 2");
    reads("a,b\n\"1\n\n\",2\n1\n", "x.csv:5: 1 fields, and the header has 2");
    reads("a,b\n1,\"2\n3,4\n", "x.csv:2: a quote is opened and never closed");
    reads("a,b\n1,\"2\"3\n", "x.csv:2: field 2 goes on behind its closing quote");
    reads_bytes("a,b\n1,\0\n", 8, "x.csv:2: a NUL byte: this is no text");
    reads("\xff\xfe"
          "a\n",
          "x.csv:1: this is UTF-16; write it as UTF-8");
}

static void a_quote_that_is_never_closed_ends_within_bounds(void **state)
{
    (void)state;
    size_t n = 5 << 20;
    char *text = heap_alloc(n + 1);
    memset(text, '\n', n);
    memcpy(text, "a,b\n1,\"", 7);
    text[n] = '\0';
    assert_string_equal(read_in_pieces(text, n, 65536),
                        "x.csv:2: a record of more than 1048576 bytes; is a quote not closed?");
    assert_string_equal(read_in_pieces(text, n, n),
                        "x.csv:2: a record of more than 1048576 bytes; is a quote not closed?");
    heap_free_(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_the_same_in_pieces_of_any_size),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_quote_that_is_never_closed_ends_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
