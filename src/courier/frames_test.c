#include <string.h>

#include "base/testing.h"
#include "courier/courier.h"

static int read_answer(struct arena *arena, const char *text, struct courier_done *done)
{
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    assert_int_equal(json_parse(document, text, strlen(text), 8, &root, &err), 0);
    int result = courier_answer_read(arena, root, done, &err);
    json_document_free(document);
    return result;
}

static void an_answer_reads_back_as_it_was_written(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    struct courier_done given = {7, 2, {.verdict = VERDICT_RETRY, .detail = "HTTP 503", .retry_after_s = 30}},
                        got;
    courier_answer_write(&out, &given);
    assert_string_equal(
        out.at,
        "{\"delivery\":7,\"attempt\":2,\"verdict\":\"retry\",\"detail\":\"HTTP 503\",\"retry_after_s\":30}");
    assert_int_equal(read_answer(arena, out.at, &got), 0);
    assert_int_equal(got.delivery, 7);
    assert_int_equal(got.attempt, 2);
    assert_int_equal(got.result.verdict, VERDICT_RETRY);
    assert_string_equal(got.result.detail, "HTTP 503");
    assert_int_equal(got.result.retry_after_s, 30);
    assert_null(got.result.made);
    given.result.made = "C024BE7LX";
    given.result.made_name = "incident-4";
    buf_clear(&out);
    courier_answer_write(&out, &given);
    assert_int_equal(read_answer(arena, out.at, &got), 0);
    assert_string_equal(got.result.made, "C024BE7LX");
    assert_string_equal(got.result.made_name, "incident-4");
}

static void a_channel_that_no_chat_would_make_is_not_taken(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "{\"delivery\":7,\"attempt\":1,\"verdict\":\"sent\",\"made\":\"<b>\",\"made_name\":\"x\"}",
        "{\"delivery\":7,\"attempt\":1,\"verdict\":\"sent\",\"made\":\"C024BE7LX\",\"made_name\":\"<b>\"}",
        "{\"delivery\":7,\"attempt\":1,\"verdict\":\"sent\",\"made\":\"C024BE7LX\"}",
    };
    scoped_arena struct arena *arena = arena_new();
    struct courier_done done;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_int_equal(read_answer(arena, broken[i], &done), 0);
        assert_null(done.result.made);
    }
}

static void an_answer_that_lacks_something_is_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "{}",
        "[]",
        "{\"delivery\":7,\"attempt\":1}",
        "{\"delivery\":7,\"attempt\":1,\"verdict\":\"maybe\"}",
        "{\"delivery\":\"7\",\"attempt\":1,\"verdict\":\"sent\"}",
        "{\"delivery\":7,\"attempt\":99999999999,\"verdict\":\"sent\"}",
        "{\"delivery\":7,\"attempt\":1,\"verdict\":\"retry\",\"retry_after_s\":-1}",
    };
    scoped_arena struct arena *arena = arena_new();
    struct courier_done done;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(read_answer(arena, broken[i], &done), -1);
}

static void an_order_that_lacks_something_is_refused_before_anything_is_sent(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "{}",
        "{\"delivery\":7,\"attempt\":1,\"channel\":\"webhook\",\"address\":\"http://x\",\"key\":\"k\"}",
        "{\"delivery\":7,\"attempt\":1,\"channel\":\"webhook\",\"address\":\"http://"
        "x\",\"key\":\"k\",\"page\":\"p\"}",
        "{\"delivery\":7,\"attempt\":1,\"channel\":\"web\\u0000hook\",\"address\":\"x\",\"key\":\"k\","
        "\"page\":{}}",
        "{\"delivery\":7,\"attempt\":1,\"channel\":1,\"address\":\"x\",\"key\":\"k\",\"page\":{}}",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct json_document *document = json_document_new();
        struct json root;
        struct err err;
        assert_int_equal(json_parse(document, broken[i], strlen(broken[i]), 8, &root, &err), 0);
        assert_int_equal(courier_order_send(NULL, root, &err), -1);
        json_document_free(document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_reads_back_as_it_was_written),
        cmocka_unit_test(a_channel_that_no_chat_would_make_is_not_taken),
        cmocka_unit_test(an_answer_that_lacks_something_is_refused),
        cmocka_unit_test(an_order_that_lacks_something_is_refused_before_anything_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
