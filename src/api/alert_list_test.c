/* Lists that are longer than one piece. */
#include "api/server_fixture.h"

enum { A_BODY = 9000, BODIES = 2 };

static void post_many(int first)
{
    scoped_buf struct buf body = {0};
    buf_putc(&body, '[');
    for (int i = first; i < first + A_BODY; i++)
        buf_printf(&body,
                   "%s{\"labels\":{\"alertname\":\"Full\",\"service\":\"s%d\",\"instance\":\"node-%d\"}}",
                   i > first ? "," : "", i % 2, i);
    buf_putc(&body, ']');
    scoped_answer struct http_answer answer = http_send(
        port, &(struct http_request){.method = "POST", .path = "/api/v2/alerts", .body = buf_text(&body)});
    assert_int_equal(answer.status, 200);
}

static size_t count(const char *path, const char *part)
{
    scoped_answer struct http_answer answer =
        http_send(port, &(struct http_request){.method = "GET", .path = path});
    size_t n = 0;
    assert_int_equal(answer.status, 200);
    struct json_document *document = json_document_new();
    struct json root;
    assert_int_equal(json_parse(document, buf_text(&answer.body), answer.body.n_bytes, 16, &root, NULL), 0);
    json_document_free(document);
    for (const char *at = buf_text(&answer.body); *at; at++) /* strstr() looks at all the rest under ASan */
        n += *at == *part && strncmp(at, part, strlen(part)) == 0;
    return n;
}

static void a_long_list_is_whole_however_it_is_asked_for(void **state)
{
    (void)state;
    for (int i = 0; i < BODIES; i++)
        post_many(i * A_BODY);
    const size_t all = A_BODY * BODIES;
    assert_int_equal(count("/api/v2/alerts", "\"fingerprint\""), all);
    assert_int_equal(count("/api/v2/alerts?filter=service%3Ds1", "\"fingerprint\""), all / 2);
    assert_int_equal(count("/api/v2/alerts?filter=instance%3D~node-.7", "\"fingerprint\""), 9);
    assert_int_equal(count("/api/v2/alerts?filter=instance%3Dnode-17999", "\"node-17999\""), 1);
    assert_int_equal(count("/api/v2/alerts?receiver=nobody", "\"fingerprint\""), 0);
    assert_int_equal(count("/api/v2/alerts/groups", "\"fingerprint\""), all);
    assert_int_equal(count("/api/v2/alerts/groups", "\"incident\""),
                     2); /* each once, though they alternate */
    assert_int_equal(count("/api/v2/alerts/groups?filter=service%3D~.1", "\"incident\""), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_long_list_is_whole_however_it_is_asked_for, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
