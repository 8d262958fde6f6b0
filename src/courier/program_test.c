#include "courier/courier_fixture.h"

struct asked {
    char order[1024];
    int n;
};

static void on_asked(void *context, const char *order, size_t n_bytes)
{
    struct asked *asked = context;
    snprintf(asked->order, sizeof asked->order, "%.*s", (int)n_bytes, order);
    asked->n++;
}

static struct config *one_program(struct arena *arena)
{
    static const char yaml[] = "channels: {programs: [{id: pager, run: cat}]}\n"
                               "people: [{id: ana, contacts: [{program: pager}]}]\n";
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("x.yaml", yaml, strlen(yaml), &errors);
    assert_non_null(config);
    return config;
}

static void turn_until_asked(struct world *w, const struct asked *asked, int n)
{
    while (asked->n < n)
        uv_run(&w->loop, UV_RUN_ONCE);
}

static bool say_end(struct world *w, const char *text)
{
    w->n_wanted = MOST_DONE; /* nobody waits */
    struct json_document *document = json_document_new();
    struct json end;
    struct err err;
    assert_int_equal(json_parse(document, text, strlen(text), 4, &end, &err), 0);
    bool known = courier_program_ended(w->courier, end);
    json_document_free(document);
    return known;
}

static void a_page_for_a_program_is_handed_over_by_the_name_of_the_program(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct config *config = one_program(arena);
    struct world w;
    struct asked asked = {0};
    world_open(&w, config);
    courier_use_runner(w.courier, on_asked, &asked);
    send_page(&w, 7, "program", "pager");
    turn_until_asked(&w, &asked, 1);
    struct json_document *document = json_document_new();
    struct json order, page;
    struct err err;
    assert_int_equal(json_parse(document, asked.order, strlen(asked.order), 4, &order, &err), 0);
    assert_int_equal(json_count(order), 4); /* and no command */
    assert_string_equal(json_text(json_get(order, "program"), NULL), "pager");
    assert_int_equal(json_int(json_get(order, "delivery"), 0), 7);
    scoped_buf struct buf text = {0};
    buf_puts(&text, json_text(json_get(order, "page"), NULL));
    assert_int_equal(json_parse(document, text.at, text.n_bytes, 8, &page, &err), 0);
    assert_string_equal(json_text(json_get(page, "kind"), NULL), "page");
    json_document_free(document);

    assert_false(say_end(&w, "{\"delivery\":7,\"attempt\":2,\"exit\":0}")); /* another attempt's */
    assert_int_equal(w.n_done, 0);
    assert_true(say_end(&w, "{\"delivery\":7,\"attempt\":1,\"exit\":0}"));
    assert_false(say_end(&w, "{\"delivery\":7,\"attempt\":1,\"exit\":0}")); /* it was told already */
    assert_int_equal(w.n_done, 1);
    assert_int_equal(w.done[0].verdict, VERDICT_SENT);
    world_close(&w);
    config_free(config);
}

static void the_exit_status_says_whether_it_is_tried_again(void **state)
{
    (void)state;
    static const struct {
        const char *end;
        enum delivery_verdict verdict;
        const char *detail;
    } ends[] = {
        {"\"exit\":1,\"output\":\"dialling\\nno carrier\\n\"", VERDICT_RETRY,
         "the program says 1: no carrier"},
        {"\"exit\":75", VERDICT_RETRY, "the program says 75"},
        {"\"exit\":67,\"output\":\"unknown\"", VERDICT_DEAD, "the program says 67: unknown"},
        {"\"exit\":127", VERDICT_DEAD, "the program says 127"},
        {"\"exit\":-1,\"why\":\"it was ended by signal 9\"", VERDICT_RETRY, "it was ended by signal 9"},
        {"\"exit\":-1,\"refused\":true,\"why\":\"no such program\"", VERDICT_DEAD, "no such program"},
        {"\"exit\":\"0\"", VERDICT_RETRY, "the program did not run to its end"},
    };
    scoped_arena struct arena *arena = arena_new();
    struct config *config = one_program(arena);
    struct world w;
    struct asked asked = {0};
    world_open(&w, config);
    courier_use_runner(w.courier, on_asked, &asked);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        send_page(&w, (int64_t)i, "program", "pager");
        turn_until_asked(&w, &asked, (int)i + 1);
        assert_true(say_end(&w, arena_printf(arena, "{\"delivery\":%zu,\"attempt\":1,%s}", i, ends[i].end)));
        assert_int_equal(w.done[i].verdict, ends[i].verdict);
        assert_string_equal(w.done[i].detail, ends[i].detail);
    }
    world_close(&w);
    config_free(config);
}

static void a_program_that_is_not_configured_or_cannot_be_run_here_is_dead_at_once(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct config *config = one_program(arena);
    struct world w;
    struct asked asked = {0};
    world_open(&w, config);
    send_page(&w, 1, "program", "pager");
    wait_done(&w, 1);
    assert_int_equal(w.done[0].verdict, VERDICT_DEAD);
    courier_use_runner(w.courier, on_asked, &asked);
    send_page(&w, 2, "program", "cat /etc/passwd");
    wait_done(&w, 2);
    assert_int_equal(w.done[1].verdict, VERDICT_DEAD);
    assert_int_equal(asked.n, 0);
    send_page(&w, 3, "program", "pager"); /* under way when the courier ends */
    turn_until_asked(&w, &asked, 1);
    world_close(&w);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_for_a_program_is_handed_over_by_the_name_of_the_program),
        cmocka_unit_test(the_exit_status_says_whether_it_is_tried_again),
        cmocka_unit_test(a_program_that_is_not_configured_or_cannot_be_run_here_is_dead_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
