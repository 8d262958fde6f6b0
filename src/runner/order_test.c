#include <string.h>

#include "base/testing.h"
#include "runner/runner.h"

static const char hash[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static struct json parse(struct json_document *document, const char *text)
{
    struct json root;
    struct err err;
    assert_int_equal(json_parse(document, text, strlen(text), 8, &root, &err), 0);
    return root;
}

static void an_order_reads_back_as_it_was_written(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf text = {0};
    struct json_document *document = json_document_new();
    struct err err;
    const struct fill_value values[] = {{"<pod-name>", "web-1"}, {"<words>", "it's \"so\""}};
    struct runner_order read, order = {.repairs = "curl-no-fail no-timeout",
                                       .values = values,
                                       .n_values = 2,
                                       .run = 4,
                                       .attempt = 2,
                                       .file = "a/b.md",
                                       .sha256 = hash,
                                       .line = 120,
                                       .approved = true,
                                       .approved_by = "ana",
                                       .approved_sha256 = hash};
    runner_order_write(&text, &order);
    assert_int_equal(runner_order_read(arena, parse(document, buf_text(&text)), &read, &err), 0);
    assert_int_equal(read.run, 4);
    assert_int_equal(read.attempt, 2);
    assert_int_equal(read.line, 120);
    assert_string_equal(read.file, "a/b.md");
    assert_string_equal(read.sha256, hash);
    assert_true(read.approved);
    assert_string_equal(read.approved_by, "ana");
    assert_string_equal(read.approved_sha256, hash);
    assert_string_equal(read.repairs, "curl-no-fail no-timeout");
    assert_int_equal(read.n_values, 2);
    assert_string_equal(read.values[1].name, "<words>");
    assert_string_equal(read.values[1].value, "it's \"so\"");
    json_document_free(document);
}

static void an_order_that_lacks_something_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}",
        "{\"run\":1,\"attempt\":1,\"line\":0,\"file\":\"x\",\"sha256\":\"HASH\"}",
        "{\"run\":-1,\"attempt\":1,\"line\":1,\"file\":\"x\",\"sha256\":\"HASH\"}",
        "{\"run\":1,\"attempt\":1,\"line\":99999999999,\"file\":\"x\",\"sha256\":\"HASH\"}",
        "{\"run\":1,\"attempt\":1,\"line\":1,\"file\":\"x\\u0000y\",\"sha256\":\"HASH\"}",
        "{\"run\":1,\"attempt\":1,\"line\":1,\"file\":\"x\",\"sha256\":\"abc\"}",
        "{\"run\":1,\"attempt\":1,\"line\":1,\"file\":\"x\",\"sha256\":\"HASH\",\"approved\":true}",
        "{\"run\":1,\"attempt\":1,\"line\":1,\"file\":\"x\",\"sha256\":\"HASH\",\"values\":[{}]}",
        "[1,2]",
    };
    scoped_arena struct arena *arena = arena_new();
    struct json_document *document = json_document_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scoped_buf struct buf text = {0};
        const char *mark = strstr(bad[i], "HASH");
        buf_add(&text, bad[i], mark ? (size_t)(mark - bad[i]) : strlen(bad[i]));
        if (mark) {
            buf_puts(&text, hash);
            buf_puts(&text, mark + 4);
        }
        struct runner_order order;
        struct err err;
        assert_int_equal(runner_order_read(arena, parse(document, buf_text(&text)), &order, &err), -1);
        assert_true(strlen(err.text) > 0);
    }
    json_document_free(document);
}

static void an_event_reads_back_as_it_was_written(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf text = {0};
    struct json_document *document = json_document_new();
    struct err err;
    struct runner_event read, event = {.run = 4,
                                       .attempt = 1,
                                       .line = 7,
                                       .result = {.state = STEP_TIMED_OUT,
                                                  .exit_code = 137,
                                                  .duration_us = 60000000,
                                                  .why = "stopped",
                                                  .output = "a\n\"b\"\t\xc3\xa9",
                                                  .output_cut = true}};
    runner_event_write(&text, &event);
    assert_int_equal(runner_event_read(arena, parse(document, buf_text(&text)), &read, &err), 0);
    assert_false(read.started);
    assert_int_equal(read.result.state, STEP_TIMED_OUT);
    assert_int_equal(read.result.exit_code, 137);
    assert_int_equal(read.result.duration_us, 60000000);
    assert_string_equal(read.result.why, "stopped");
    assert_string_equal(read.result.output, "a\n\"b\"\t\xc3\xa9");
    assert_true(read.result.output_cut);

    buf_clear(&text);
    event.started = true;
    runner_event_write(&text, &event);
    assert_int_equal(runner_event_read(arena, parse(document, buf_text(&text)), &read, &err), 0);
    assert_true(read.started);
    json_document_free(document);
}

static void a_step_cannot_end_in_a_state_that_is_no_end(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct json_document *document = json_document_new();
    struct runner_event event;
    struct err err;
    const char *text = "{\"run\":1,\"attempt\":1,\"line\":1,\"started\":false,\"state\":\"waiting\"}";
    assert_int_equal(runner_event_read(arena, parse(document, text), &event, &err), -1);
    json_document_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_reads_back_as_it_was_written),
        cmocka_unit_test(an_order_that_lacks_something_is_refused),
        cmocka_unit_test(an_event_reads_back_as_it_was_written),
        cmocka_unit_test(a_step_cannot_end_in_a_state_that_is_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
