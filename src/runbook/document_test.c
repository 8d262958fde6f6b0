#include "base/testing.h"

#include <string.h>

#include "runbook/document.h"

static struct document *read_text(struct arena *arena, const char *text)
{
    return document_read(arena, text, strlen(text));
}

static void a_block_knows_its_lines_and_its_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "# Top\n\n## 1. Look:\n\ntext\nmore\n\n# Next\n");

    assert_int_equal(document->blocks.n, 4);
    const struct block *paragraph = &document->blocks.at[2];
    assert_int_equal(paragraph->kind, BLOCK_PARAGRAPH);
    assert_int_equal(paragraph->line, 5);
    assert_int_equal(paragraph->line_end, 6);
    assert_int_equal(paragraph->heading, 1);
    assert_int_equal(document->blocks.at[0].end, 3);
    assert_string_equal(block_title(arena, &document->blocks.at[1]), "Look");
    struct strings path = document_path(arena, document, 2);
    assert_int_equal(path.n, 2);
    assert_string_equal(path.at[1], "1. Look:");
}

static void every_byte_of_a_wrapped_paragraph_has_its_source_line(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "one `two\nthree` four\nfive **six**\n");
    const struct prose *prose = &document->blocks.at[0].prose;

    assert_string_equal(prose->text, "one two three four five six");
    assert_int_equal(prose_line_at(prose, 0), 1);
    assert_int_equal(prose_line_at(prose, (size_t)(strstr(prose->text, "five") - prose->text)), 3);
    assert_int_equal(prose->spans.at[1].kind, SPAN_STRONG);
    assert_int_equal(prose->spans.at[1].line, 3);
}

static void bold_leads_cut_a_paragraph_into_passages(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "**Owner**: Ana  \n**Reviewed:** in May,\nby Ben\n\n**Criteria:**\n");
    const struct prose *prose = &document->blocks.at[0].prose;

    assert_int_equal(prose->passages.n, 2);
    assert_string_equal(prose->passages.at[0].lead, "Owner");
    assert_string_equal(prose->passages.at[0].rest, "Ana");
    assert_string_equal(prose->passages.at[1].rest, "in May, by Ben");
    assert_int_equal(prose->passages.at[1].line, 2);
    assert_int_equal(prose->passages.at[1].line_end, 3);
    assert_string_equal(block_label(arena, &document->blocks.at[1]), "Criteria");
}

static void an_indented_fence_belongs_to_its_item_and_loses_its_indentation(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "2. **Look**:\n   ```BASH title\n   ls\n     -l\n   ```\n3. Next\n");
    const struct block *item = &document->blocks.at[0], *fence = &document->blocks.at[1];

    assert_int_equal(item->number, 2);
    assert_int_equal(item->end, 2);
    assert_int_equal(item->line_end, 5);
    assert_int_equal(fence->item, 0);
    assert_int_equal(fence->indent, 3);
    assert_int_equal(fence->body_line, 3);
    assert_true(fence->closed);
    assert_string_equal(fence->lang, "bash");
    assert_string_equal(fence_text(arena, fence), "ls\n  -l");
    assert_int_equal(document->blocks.at[2].number, 3);
    assert_int_equal(document->blocks.at[2].list_first, 0);
}

static void a_table_gives_cells_with_their_lines(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document =
        read_text(arena, "| Level | Time |\n|---|---|\n| **P0** | 5\xc2\xa0min |\n| P1 |\n");
    const struct block *table = &document->blocks.at[0];

    assert_int_equal(table->n_columns, 2);
    assert_int_equal(table->rows.n, 2);
    assert_string_equal(table->columns[0].text, "Level");
    assert_string_equal(table->rows.at[0].cells[0].text, "P0");
    assert_string_equal(table->rows.at[0].cells[1].text, "5 min");
    assert_int_equal(table->rows.at[0].line, 3);
    assert_string_equal(table->rows.at[1].cells[1].text, "");
}

static void a_tag_in_a_tag_of_a_table_ends_nothing(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct document *document = read_text(
        arena, "<table><tr><th open</th><th>Phone</th></tr><tr><td\n>Lead</td><td>5</td></tr></table>\n");
    assert_int_equal(document->blocks.at[0].kind, BLOCK_TABLE);
    assert_string_equal(document->blocks.at[0].columns[1].text, "Phone");
    assert_string_equal(document->blocks.at[0].rows.at[0].cells[0].text, "Lead");
    assert_int_equal(document->blocks.at[0].rows.at[0].cells[0].line, 2);
}

static void a_table_in_html_is_a_table(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char text[] =
        "# R\n\n<table>\n<thead><tr><th>Level</th><th>Means</th></tr></thead>\n<tbody>\n"
        "<tr>\n<td class=\"x\">P1</td>\n<td><ul><li>Ward down</li>\n"
        "<li>Data lost</li></ul></td>\n</tr>\n<tr><td>P2</td></tr>\n</table>\n\nText\n";
    struct document *document = document_read(arena, text, strlen(text));
    const struct block *table = &document->blocks.at[1];

    assert_int_equal(table->kind, BLOCK_TABLE);
    assert_int_equal(table->n_columns, 2);
    assert_string_equal(table->columns[1].text, "Means");
    assert_int_equal(table->rows.n, 2);
    assert_int_equal(table->rows.at[0].line, 6);
    assert_string_equal(table->rows.at[0].cells[0].text, "P1");
    assert_string_equal(table->rows.at[0].cells[1].text, "Ward down; Data lost");
    assert_string_equal(table->rows.at[1].cells[1].text, "");
}

static void front_matter_is_read_and_taken_out(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "---\ntitle: \"The Book\"\nalerts: [A, B]\n---\n\n# Head\n");

    assert_int_equal(document->front_matter_end, 4);
    assert_int_equal(document->front_matter.n, 3);
    assert_string_equal(document->front_matter.at[0].value, "The Book");
    assert_string_equal(document->front_matter.at[2].value, "B");
    assert_int_equal(document->blocks.n, 1);
    assert_int_equal(document->blocks.at[0].line, 6);
}

static void checkboxes_are_told_from_bullets(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "- [ ] one\n- [x] two\n\n* three\n");

    assert_int_equal(document->blocks.at[0].marker, MARKER_CHECKBOX);
    assert_true(document->blocks.at[1].checked);
    assert_string_equal(document->blocks.at[1].prose.text, "two");
    assert_int_equal(document->blocks.at[2].marker, MARKER_BULLET);
}

static void a_placeholder_in_angle_brackets_stays_in_the_text(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct document *document = read_text(arena, "call <user_id><br>now <!-- x -->\n");

    assert_string_equal(document->blocks.at[0].prose.text, "call <user_id> now");
}

/* Thousands of open containers, brackets and table columns: what is over the bounds is text. */
static void hostile_nesting_is_read_in_bounded_depth(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    enum { N = 40000 };
    char *text = arena_alloc(arena, 3 * N + 1);

    memset(text, '>', N);
    memset(text + N, '[', N);
    memset(text + 2 * N, '\n', N);
    struct document *document = document_read(arena, text, 3 * N);
    assert_int_equal(document->lines.n, N);
    assert_true(document->blocks.n >= 1);
}

static void bodies_of_tabs_and_admonitions_are_read_as_markdown(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *page =
        "# Pumps\n\n## Steps\n\n1. Look\n\n    === \"Left\"\n\n        ```bash\n        if true; then\n"
        "          kubectl get pods\n        fi\n        ```\n\n!!! warning\n    Call the ward at once.\n\n"
        ":::tip\n```bash\n!!! \n    docker ps\n```\n:::\n\n```bash\ncat <<E\n=== \"x\"\n    y\nE\n```\n";
    const struct document *document = document_read(arena, page, strlen(page));
    size_t n_fences = 0, n_paragraphs = 0;

    list_each (block, &document->blocks) {
        n_paragraphs += block->kind == BLOCK_PARAGRAPH && strstr(block->prose.text, "Call the ward") != NULL;
        if (block->kind != BLOCK_FENCE)
            continue;
        n_fences++;
        assert_true(block->fenced);
        assert_int_equal(block->lines.at[0].n_bytes, n_fences == 1 ? 13 : n_fences == 2 ? 4 : 7);
        if (n_fences == 1) {
            assert_int_equal(block->line, 9);
            assert_memory_equal(block->lines.at[1].at, "  kubectl get pods", 18);
            assert_int_equal(block->lines.at[1].n_bytes, 18);
        }
    }
    assert_int_equal(n_fences, 3);
    assert_int_equal(n_paragraphs, 1);
}

static void the_mark_of_a_quoted_note_is_no_text(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *page = "# P\n\n> [!IMPORTANT]\n> Owner: Ana\n\n> [!] x\n\n```\n> [!NOTE]\n```\n";
    const struct document *document = document_read(arena, page, strlen(page));

    assert_string_equal(document->blocks.at[1].prose.text, "Owner: Ana");
    assert_int_equal(document->blocks.at[1].line, 4);
    assert_string_equal(document->blocks.at[2].prose.text, "[!] x");
    assert_int_equal(document->blocks.at[3].lines.at[0].n_bytes, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_knows_its_lines_and_its_heading),
        cmocka_unit_test(every_byte_of_a_wrapped_paragraph_has_its_source_line),
        cmocka_unit_test(bold_leads_cut_a_paragraph_into_passages),
        cmocka_unit_test(an_indented_fence_belongs_to_its_item_and_loses_its_indentation),
        cmocka_unit_test(a_table_gives_cells_with_their_lines),
        cmocka_unit_test(a_tag_in_a_tag_of_a_table_ends_nothing),
        cmocka_unit_test(a_table_in_html_is_a_table),
        cmocka_unit_test(front_matter_is_read_and_taken_out),
        cmocka_unit_test(checkboxes_are_told_from_bullets),
        cmocka_unit_test(a_placeholder_in_angle_brackets_stays_in_the_text),
        cmocka_unit_test(hostile_nesting_is_read_in_bounded_depth),
        cmocka_unit_test(bodies_of_tabs_and_admonitions_are_read_as_markdown),
        cmocka_unit_test(the_mark_of_a_quoted_note_is_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
