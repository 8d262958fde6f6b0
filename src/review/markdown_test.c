#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "base/testing.h"
#include "review/markdown.h"

/* What a reader of the Markdown sees. */
static char *html_of(const char *markdown)
{
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_UNSAFE);
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("table"));
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("strikethrough"));
    cmark_parser_feed(parser, markdown, strlen(markdown));
    cmark_node *document = cmark_parser_finish(parser);
    char *html = cmark_render_html(document, CMARK_OPT_UNSAFE, cmark_parser_get_syntax_extensions(parser));
    cmark_node_free(document);
    cmark_parser_free(parser);
    return html;
}

static void add_text(struct buf *out, const char *text)
{
    markdown_text(out, text);
}

static void add_code(struct buf *out, const char *text)
{
    markdown_code(out, text, 1000);
}

static char *html_of_cell(void (*add)(struct buf *out, const char *text), const char *text)
{
    scoped_buf struct buf page = {0};
    buf_puts(&page, "| a | b |\n|---|---|\n| ");
    add(&page, text);
    buf_puts(&page, " | end |\n");
    return html_of(buf_text(&page));
}

static size_t count(const char *html, const char *part)
{
    size_t n = 0;
    while ((html = strstr(html, part))) {
        html += strlen(part);
        n++;
    }
    return n;
}

static const char *const hostile[] = {
    "# heading",
    "> quote",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "===",
    "---",
    "***",
    "~~~",
    "```\nfence",
    "a | b | c",
    "a \\| b",
    "a \\\\| b",
    "`a | b`",
    "`a \\| b`",
    "`open",
    "``a` b",
    "`a\\` | `b`",
    "<script>alert(1)</script>",
    "<!-- comment",
    "&lt;b&gt; &#60;",
    "[link](http://example.org)",
    "[reference][a]\n\n[a]: http://example.org",
    "![image](http://example.org)",
    "<http://example.org>",
    "*em* **strong** _em_ __strong__ ~~gone~~",
    "a_b_c 2 * 3 * 4",
    "line\n\n# heading\n| x | y |",
    "\\",
    "ends with \\",
    "ends with `",
    "`ends with \\`",
    "tab\tand \x1b[31mred",
    "    four blanks",
    "kubectl get pods | grep 'a\\|b' | wc -l",
};

static void assert_cell_is_harmless(void (*add)(struct buf *out, const char *text), const char *text)
{
    static const char *const elements[] = {"<script", "<a ", "<img", "<h1", "<em",  "<strong",    "<del",
                                           "<pre",    "<ul", "<ol",  "<hr", "<!--", "<blockquote"};
    char *html = html_of_cell(add, text);
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strstr(html, elements[i]))
            fail_msg("%s of: %s\n%s", elements[i], text, html);
    if (count(html, "<table>") != 1 || count(html, "<tr>") != 2 || count(html, "<td>") != 2 ||
        !strstr(html, "<td>end</td>"))
        fail_msg("the table breaks at: %s\n%s", text, html);
    free(html);
}

static void no_text_breaks_a_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        assert_cell_is_harmless(add_text, hostile[i]);
        assert_cell_is_harmless(add_code, hostile[i]);
        assert_cell_is_harmless(markdown_sentence, hostile[i]);
        assert_cell_is_harmless(markdown_lines, hostile[i]);
    }
}

static void no_text_is_a_block_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        scoped_buf struct buf page = {0};
        markdown_text(&page, hostile[i]);
        buf_puts(&page, "\n");
        char *html = html_of(buf_text(&page));
        if (strncmp(html, "<p>", 3) != 0 || count(html, "<p>") != 1 || count(html, "<") != 2)
            fail_msg("not one plain paragraph: %s\n%s", hostile[i], html);
        free(html);
    }
}

/* The text between the tags of the first cell, with entities read. */
static void assert_cell_reads(void (*add)(struct buf *out, const char *text), const char *text,
                              const char *expected)
{
    char *html = html_of_cell(add, text);
    const char *cell = strstr(html, "<td>");
    assert_non_null(cell);
    size_t n = strlen(expected);
    if (strncmp(cell + 4, expected, n) != 0 || strncmp(cell + 4 + n, "</td>", 5) != 0)
        fail_msg("\"%s\" reads %.*s, not %s", text, (int)strcspn(cell, "\n"), cell, expected);
    free(html);
}

static void texts_are_read_as_they_were_written(void **state)
{
    (void)state;
    assert_cell_reads(add_text, "a|b \\| c", "a|b \\| c");
    assert_cell_reads(add_text, "p99_ms > 2 * limit_ms & <pod>",
                      "p99_ms &gt; 2 * limit_ms &amp; &lt;pod&gt;");
    assert_cell_reads(add_text, "&amp;", "&amp;amp;");
    assert_cell_reads(add_text, "-5 C", "-5 C");
    assert_cell_reads(add_code, "ps | grep x", "<code>ps | grep x</code>");
    assert_cell_reads(add_code, "grep 'a\\|b' `date`", "<code>grep 'a\\|b' `date`</code>");
    assert_cell_reads(markdown_sentence, "Running `ps | wc` (a.md:3) for `x",
                      "Running <code>ps | wc</code> (a.md:3) for `x");
    assert_cell_reads(markdown_lines, "one\ntwo\n\n", "one<br>two");
}

static void long_code_is_cut_between_characters(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    markdown_code(&out, "\xc3\xa4\xc3\xb6\xc3\xbc", 2);
    assert_string_equal(buf_text(&out), "`\xc3\xa4\xc3\xb6` ...");
}

static void a_fence_is_longer_than_any_inside(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    assert_int_equal(markdown_output(&out, "cat notes", "````\n# no heading\n", 40), 0);
    assert_string_equal(buf_text(&out), "`````text\n$ cat notes\n````\n# no heading\n`````\n");
}

static void long_output_keeps_its_head_and_its_tail(void **state)
{
    (void)state;
    scoped_buf struct buf lines = {0}, out = {0};
    for (int i = 1; i <= 100; i++)
        buf_printf(&lines, "line %d\n", i);
    assert_int_equal(markdown_output(&out, "cat log", buf_text(&lines), 40), 60);
    assert_non_null(strstr(buf_text(&out), "\nline 30\n... 60 lines left out ...\nline 91\n"));
    assert_non_null(strstr(buf_text(&out), "\nline 100\n```\n"));
    assert_null(strstr(buf_text(&out), "line 31\n"));
}

static void output_has_no_end_of_line_and_no_escape_sequences(void **state)
{
    (void)state;
    scoped_buf struct buf line = {0}, out = {0};
    buf_puts(&line, "\x1b[31mred\r\n");
    for (int i = 0; i < 1000; i++)
        buf_putc(&line, 'x');
    markdown_output(&out, "yes", buf_text(&line), 40);
    assert_non_null(strstr(buf_text(&out), "\n\xef\xbf\xbd[31mred\n"));
    assert_non_null(strstr(buf_text(&out), "x ...\n```\n"));
    assert_true(out.n_bytes < 500);
}

static void columns_line_up(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0}, cell = {0};
    struct markdown_table table = markdown_table(arena, 2, (const char *const[]){"Who", "What"});
    static const char *const cells[] = {"J\xc3\xb6rg-Ott", "x", "b", "a long one"};
    for (size_t i = 0; i < 4; i++) {
        markdown_text(&cell, cells[i]);
        markdown_table_add(&table, &cell);
    }
    markdown_table_write(&out, &table);
    assert_string_equal(buf_text(&out), "| Who      | What |\n"
                                        "|----------|------|\n"
                                        "| J\xc3\xb6rg-Ott | x |\n"
                                        "| b        | a long one |\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_breaks_a_table),
        cmocka_unit_test(no_text_is_a_block_of_its_own),
        cmocka_unit_test(texts_are_read_as_they_were_written),
        cmocka_unit_test(long_code_is_cut_between_characters),
        cmocka_unit_test(a_fence_is_longer_than_any_inside),
        cmocka_unit_test(long_output_keeps_its_head_and_its_tail),
        cmocka_unit_test(output_has_no_end_of_line_and_no_escape_sequences),
        cmocka_unit_test(columns_line_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
