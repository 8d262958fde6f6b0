#include "base/testing.h"

#include <string.h>

#include "runbook/document.h"

static struct document *read_text(struct arena *arena, const char *text)
{
    return document_read(arena, text, strlen(text));
}

static void escaped_marks_of_a_word_processor_are_a_list(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "1\\. Look\n\n2\\. Restart\n\nworth 3.5\\. percent\n");

    assert_int_equal(document->blocks.n, 3);
    assert_int_equal(document->blocks.at[1].kind, BLOCK_ITEM);
    assert_int_equal(document->blocks.at[1].number, 2);
    assert_string_equal(document->blocks.at[1].prose.text, "Restart");
    assert_int_equal(document->blocks.at[1].line, 3);
    assert_int_equal(document->blocks.at[2].kind, BLOCK_PARAGRAPH);
}

static void letters_in_order_are_a_list_and_a_letter_in_prose_is_none(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "Do:\na) Look\nb) Restart\n\n(a) Call\n\n(b) Wait\n\nas said in\nc) of the\nplan\n");

    assert_int_equal(document->blocks.n, 6);
    assert_string_equal(document->blocks.at[2].prose.text, "Restart");
    assert_int_equal(document->blocks.at[2].number, 2);
    assert_string_equal(document->blocks.at[3].prose.text, "Call");
    assert_int_equal(document->blocks.at[4].line, 7);
    assert_int_equal(document->blocks.at[5].kind, BLOCK_PARAGRAPH);
}

static void a_numbered_title_that_stands_alone_is_a_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "### 4 RECOVERY\n\n4.1 Queue is stalled\n\n4.2 It shall be "
                                                 "restarted.\n\n**4.3 Disk full**\n\ntext\n");

    assert_int_equal(document->blocks.n, 5);
    assert_int_equal(document->blocks.at[1].kind, BLOCK_HEADING);
    assert_int_equal(document->blocks.at[1].level, 4);
    assert_int_equal(document->blocks.at[1].line, 3);
    assert_int_equal(document->blocks.at[2].kind, BLOCK_PARAGRAPH);
    assert_int_equal(document->blocks.at[3].kind, BLOCK_HEADING);
    assert_string_equal(block_title(arena, &document->blocks.at[3]), "Disk full");
}

static void headings_and_lists_in_html_are_those_of_markdown(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "<h2 class=\"x\">Pump <b>stopped</b></h2>\n<ol>\n<li>Look: <code>ps aux &gt; "
                         "x</code></li>\n  <li>Call\n  the ward</li>\n</ol>\n\n<p>Then <i>wait</i>.</p>\n");

    assert_int_equal(document->blocks.n, 4);
    assert_int_equal(document->blocks.at[0].kind, BLOCK_HEADING);
    assert_string_equal(document->blocks.at[0].prose.text, "Pump stopped");
    assert_int_equal(document->blocks.at[1].marker, MARKER_ORDERED);
    assert_string_equal(document->blocks.at[1].prose.spans.at[0].exact, "ps aux > x");
    assert_string_equal(document->blocks.at[2].prose.text, "Call the ward");
    assert_int_equal(document->blocks.at[2].line, 4);
    assert_string_equal(document->blocks.at[3].prose.text, "Then wait.");
}

static void a_summary_opens_a_section_unless_it_says_nothing(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "# Alerts\n\n<details>\n<summary>Queue full</summary>\n\n1. Look\n\n</details>\n\n"
                         "<details><summary>Click to expand</summary>\n\ntext\n\n</details>\n");

    assert_int_equal(document->blocks.at[1].kind, BLOCK_HEADING);
    assert_int_equal(document->blocks.at[1].level, 2);
    assert_int_equal(document->blocks.at[2].heading, 1);
    assert_int_equal(document->blocks.at[3].kind, BLOCK_PARAGRAPH);
}

static void preformatted_lines_are_a_fence_as_written(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "<pre lang=\"bash\">\n<code>\n1\\. ls <li>\n</code>\n</pre>\ntext\n");

    assert_int_equal(document->blocks.n, 2);
    assert_int_equal(document->blocks.at[0].kind, BLOCK_FENCE);
    assert_string_equal(document->blocks.at[0].lang, "bash");
    assert_true(document->blocks.at[0].closed);
    assert_string_equal(document->blocks.at[1].prose.text, "text");
}

static void fences_placeholders_and_tables_stay_as_they_are(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(
        arena, "```\n1\\. <li>\na) x\n```\n\nrun <user_id>\n\n<table>\n<tr><th>A</th><th>B</th></tr>\n"
               "<tr><td>1</td><td><ul><li>x</li></ul></td></tr>\n</table>\n");

    assert_string_equal(fence_text(arena, &document->blocks.at[0]), "1\\. <li>\na) x");
    assert_string_equal(document->blocks.at[1].prose.text, "run <user_id>");
    assert_int_equal(document->blocks.at[2].kind, BLOCK_TABLE);
}

static void a_carriage_return_inside_of_a_line_does_not_end_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "one\r\r\rtwo\r\n\n# three\n");

    assert_int_equal(document->blocks.at[1].line, 3);
}

static void definitions_below_their_term_are_items_and_a_colon_elsewhere_is_none(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(
        arena, "SEV-1\n: Everything is down\n\n: Response: 5 min\n\nText\n\n: alone\n\n:::note\nlook\n:::\n");

    assert_int_equal(document->blocks.at[0].kind, BLOCK_PARAGRAPH);
    assert_int_equal(document->blocks.at[1].kind, BLOCK_ITEM);
    assert_string_equal(document->blocks.at[1].prose.text, "Everything is down");
    assert_int_equal(document->blocks.at[2].kind, BLOCK_ITEM);
    assert_int_equal(document->blocks.at[2].line, 4);
    for (size_t i = 3; i < document->blocks.n; i++)
        assert_int_not_equal(document->blocks.at[i].kind, BLOCK_ITEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escaped_marks_of_a_word_processor_are_a_list),
        cmocka_unit_test(letters_in_order_are_a_list_and_a_letter_in_prose_is_none),
        cmocka_unit_test(a_numbered_title_that_stands_alone_is_a_heading),
        cmocka_unit_test(headings_and_lists_in_html_are_those_of_markdown),
        cmocka_unit_test(a_summary_opens_a_section_unless_it_says_nothing),
        cmocka_unit_test(preformatted_lines_are_a_fence_as_written),
        cmocka_unit_test(fences_placeholders_and_tables_stay_as_they_are),
        cmocka_unit_test(a_carriage_return_inside_of_a_line_does_not_end_it),
        cmocka_unit_test(definitions_below_their_term_are_items_and_a_colon_elsewhere_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
