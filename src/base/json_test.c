#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/testing.h"

static struct json_document *document;

static struct json parse(const char *text)
{
    struct json root = {0};
    struct err err = {0};
    if (json_parse(document, text, strlen(text), 32, &root, &err) < 0)
        return (struct json){0};
    return root;
}

static void values_are_reached_by_name_and_in_order(void **state)
{
    (void)state;
    struct json root = parse("{\"a\":{\"b\":\"text\"},\"list\":[1,2.5,true,null]}");
    assert_string_equal(json_text(json_get(json_get(root, "a"), "b"), NULL), "text");
    assert_null(json_text(json_get(json_get(root, "no"), "b"), NULL));
    struct json list = json_get(root, "list");
    assert_int_equal(json_count(list), 4);
    struct json_iter i = json_first(list);
    assert_int_equal(json_int(i.value, -1), 1);
    json_next(&i);
    assert_true(json_number(i.value, 0) == 2.5);
    json_next(&i);
    assert_true(json_bool(i.value, false));
    json_next(&i);
    assert_int_equal(json_kind(i.value), JSON_NULL);
    json_next(&i);
    assert_false(json_more(&i));
}

static void members_are_walked_with_their_names(void **state)
{
    (void)state;
    struct json root = parse("{\"x\":1,\"y\":[],\"z\":{}}");
    char names[8] = "";
    size_t n = 0;
    for (struct json_iter i = json_first(root); json_more(&i); json_next(&i))
        names[n++] = i.name[0];
    assert_string_equal(names, "xyz");
    assert_false(json_more(&(struct json_iter){0}));
}

static void a_member_that_is_a_text_is_there_with_its_length(void **state)
{
    (void)state;
    struct json_iter i = json_first(parse("{\"a\":\"x\\u0000y\",\"b\":1,\"c\":\"\",\"d\":[\"z\"]}"));
    assert_int_equal(i.text_bytes, 3);
    assert_memory_equal(i.text, "x\0y", 4);
    json_next(&i);
    assert_null(i.text);
    assert_int_equal(i.text_bytes, 0);
    json_next(&i);
    assert_string_equal(i.text, "");
    json_next(&i);
    assert_null(i.text);
    assert_string_equal(json_first(i.value).text, "z");
}

static void hostile_text_is_refused_with_a_reason(void **state)
{
    (void)state;
    struct json root;
    struct err err;
    char *deep = malloc(100001);
    memset(deep, '[', 50000);
    memset(deep + 50000, ']', 50000);
    deep[100000] = '\0';
    assert_int_equal(json_parse(document, deep, 100000, 32, &root, &err), -1);
    assert_non_null(strstr(err.text, "32 levels"));
    free(deep);
    assert_int_equal(json_parse(document, "[\"\xff\xfe\"]", 6, 32, &root, &err), -1);
    assert_non_null(strstr(err.text, "UTF-8"));
    assert_int_equal(json_parse(document, "", 0, 32, &root, &err), -1);
    assert_int_equal(json_parse(document, "{\"labels\":", 10, 32, &root, &err), -1);
}

static void half_of_a_surrogate_pair_loses_one_character_and_nothing_else(void **state)
{
    (void)state;
    struct json root = parse("[\"cut \\ud83d\",\"\\ude00\\ud83d\\ude00\",\"\\\\ud83d\",\"\\uD83D\\u0041\"]");
    struct json_iter i = json_first(root);
    assert_string_equal(json_text(i.value, NULL), "cut \xef\xbf\xbd");
    json_next(&i);
    assert_string_equal(json_text(i.value, NULL), "\xef\xbf\xbd\xf0\x9f\x98\x80");
    json_next(&i);
    assert_string_equal(json_text(i.value, NULL), "\\ud83d");
    json_next(&i);
    assert_string_equal(json_text(i.value, NULL), "\xef\xbf\xbd"
                                                  "A");
    struct err err;
    const char *bad[] = {"[\"\\ud83\"]", "[\"\\ud83d\\x\"]", "[\"\\ud83d", "[\"\\ud83d\\"};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++)
        assert_int_equal(json_parse(document, bad[n], strlen(bad[n]), 32, &root, &err), -1);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    jw_begin_object(&w);
    jw_pair(&w, "text", "quote \" back \\ line\n tab\t bell\a caf\xc3\xa9");
    jw_pair_int(&w, "n", INT64_MIN);
    jw_name(&w, "x");
    jw_double(&w, 0.1);
    jw_name(&w, "list");
    jw_begin_array(&w);
    jw_null(&w);
    jw_bool(&w, true);
    jw_end_array(&w);
    jw_end_object(&w);
    struct json root = parse(out.at);
    assert_string_equal(json_text(json_get(root, "text"), NULL),
                        "quote \" back \\ line\n tab\t bell\a caf\xc3\xa9");
    assert_true(json_int(json_get(root, "n"), 0) == INT64_MIN);
    assert_non_null(strstr(out.at, "\"x\":0.1,"));
    assert_int_equal(json_count(json_get(root, "list")), 2);
}

static void bytes_that_are_no_utf8_are_replaced_not_written(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    jw_string(&w, "a\xff"
                  "b\xed\xa0\x80"
                  "c");
    assert_true(utf8_valid(out.at, out.n_bytes));
    assert_non_null(strstr(out.at, "a\xEF\xBF\xBD"
                                   "b"));
}

int main(void)
{
    document = json_document_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_reached_by_name_and_in_order),
        cmocka_unit_test(members_are_walked_with_their_names),
        cmocka_unit_test(a_member_that_is_a_text_is_there_with_its_length),
        cmocka_unit_test(hostile_text_is_refused_with_a_reason),
        cmocka_unit_test(half_of_a_surrogate_pair_loses_one_character_and_nothing_else),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_not_written),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_document_free(document);
    return failed;
}
