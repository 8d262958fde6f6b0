#include "base/testing.h"

#include <string.h>

#include "base/json.h"
#include "runbook/document_check.h"
#include "runbook/library.h"
#include "runbook/print.h"

static void bytes_that_are_no_runbook_are_refused_with_what_to_do(void **state)
{
    (void)state;
    struct err err;

    assert_int_equal(document_check("", 0, &err), -1);
    assert_non_null(strstr(err.text, "empty"));
    assert_int_equal(document_check(" \n", 2, &err), -1);
    assert_int_equal(document_check("ok\nna\xefve", 8, &err), -1);
    assert_non_null(strstr(err.text, "not UTF-8 (line 2)"));
    assert_int_equal(document_check("a\0b", 3, &err), -1);
    assert_non_null(strstr(err.text, "not text"));
    assert_int_equal(document_check("# A", 3, &err), 0);
    scoped_heap char *lines = heap_alloc(DOCUMENT_LIMIT_LINES + 2);
    memset(lines, '\n', DOCUMENT_LIMIT_LINES + 1);
    assert_int_equal(document_check(lines, DOCUMENT_LIMIT_LINES + 1, &err), -1);
    assert_non_null(strstr(err.text, "50,000 lines"));
}

static void a_library_reads_what_it_can_and_says_what_it_refused(void **state)
{
    (void)state;
    struct folder_file files[] = {
        {.path = "a.md", .bytes = "# A\n## Do\n1. Look\n", .n_bytes = 18},
        {.path = "bad.md", .bytes = "\xff\xfe", .n_bytes = 2},
        {.path = "sub/b.txt", .bytes = "# B\n", .n_bytes = 4},
    };
    struct folder_skip skipped[] = {{.path = "loop", .why = "folder loop"}};
    struct folder folder = {.files = files, .n_files = 3, .skipped = skipped, .n_skipped = 1};
    struct library *library = library_new(&folder);

    assert_int_equal(library->n_runbooks, 2);
    assert_int_equal(library->n_refused, 2);
    assert_string_equal(library->refused[0].path, "loop");
    assert_string_equal(library->refused[1].path, "bad.md");
    assert_non_null(library_find(library, "sub/b.txt"));
    assert_null(library_find(library, "bad.md"));
    library_free(library);
}

static void the_json_names_steps_and_commands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    const char *text = "# A\n## Do\n1. Look:\n   ```sh\n   ls <dir>\n   ```\n";
    struct json_writer w = jw_start(&out);
    struct json_document *document = json_document_new();
    struct json root;

    runbook_print_json(runbook_read(arena, "a.md", text, strlen(text)), NULL, &w);
    assert_int_equal(json_parse(document, buf_text(&out), out.n_bytes, 64, &root, NULL), 0);
    struct json procedure = json_first(json_get(root, "procedures")).value;
    struct json step = json_first(json_get(json_first(json_get(procedure, "phases")).value, "steps")).value;
    struct json command = json_first(json_get(step, "commands")).value;
    assert_string_equal(json_text(json_get(step, "n"), NULL), "1");
    assert_string_equal(json_text(json_get(command, "text"), NULL), "ls <dir>");
    assert_int_equal(json_int(json_get(command, "line"), 0), 5);
    assert_string_equal(json_text(json_first(json_get(command, "placeholders")).value, NULL), "<dir>");
    json_document_free(document);
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;

    while (*text) {
        size_t n = strcspn(text, "\n");
        widest = n > widest ? n : widest;
        text += n + (text[n] == '\n');
    }
    return widest;
}

static void the_text_for_people_fits_80_columns_and_carries_no_control_characters(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    const char *text =
        "# A\n## Do\n1. Look at a great many things that take more than one line of a terminal to be told "
        "in full, \033[31mred\033[0m\n";

    runbook_print_text(runbook_read(arena, "a.md", text, strlen(text)), false, &out);
    assert_true(widest_line(buf_text(&out)) <= 80);
    assert_null(strchr(buf_text(&out), '\033'));
    assert_non_null(strstr(buf_text(&out), "1. Look at a great many"));
}

static void the_text_for_people_says_how_soon_in_words(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    const char *text = "# A\n## Severity levels\n"
                       "| Level | Response time |\n|---|---|\n| P0 | Immediate |\n| P1 | 30 minutes |\n";

    runbook_print_text(runbook_read(arena, "a.md", text, strlen(text)), false, &out);
    assert_non_null(strstr(buf_text(&out), "P0  respond at once\n"));
    assert_non_null(strstr(buf_text(&out), "P1  respond within 30 min\n"));
}

static void levels_are_printed_with_the_most_severe_first(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    const char *text = "# R\n\n## Severity\n\n| Severity | Response time |\n|---|---|\n| Low | 24 hours |\n"
                       "| Critical | 15 minutes |\n";
    runbook_print_text(runbook_read(arena, "a.md", text, strlen(text)), false, &out);
    const char *low = strstr(buf_text(&out), "  Low "), *critical = strstr(buf_text(&out), "  Critical ");
    assert_non_null(low);
    assert_true(critical && critical < low);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_that_are_no_runbook_are_refused_with_what_to_do),
        cmocka_unit_test(a_library_reads_what_it_can_and_says_what_it_refused),
        cmocka_unit_test(the_json_names_steps_and_commands),
        cmocka_unit_test(the_text_for_people_fits_80_columns_and_carries_no_control_characters),
        cmocka_unit_test(the_text_for_people_says_how_soon_in_words),
        cmocka_unit_test(levels_are_printed_with_the_most_severe_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
