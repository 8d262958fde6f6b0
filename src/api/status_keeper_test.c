/* The status page is there when nothing else is. */
#include "api/server_fixture.h"

static const char with_page[] = "services: [{id: web, public: Web}]\n"
                                "audiences: [{id: status-page, status_page: true}]\n"
                                "status_page: {title: Example}\n";

enum { MOST_CONNECTIONS = 8, TRIES = 500, TRY_US = 20000 };

static unsigned page_port;

static int start_page(void **state)
{
    (void)state;
    configuration = with_page;
    start_with((struct api_options){.clock = clock_system(),
                                    .n_threads = 1,
                                    .n_connections = MOST_CONNECTIONS,
                                    .idle_time_s = 60,
                                    .status_fd = http_listen(&page_port)});
    return 0;
}

static struct http_answer look(const char *method, const char *path)
{
    return http_send(page_port, &(struct http_request){.method = method, .path = path});
}

static void wait_for_page(const char *words)
{
    for (int i = 0; i < TRIES; i++) {
        scoped_answer struct http_answer answer = look("GET", "/status");
        if (answer.status == 200 && strstr(buf_text(&answer.body), words))
            return;
        usleep(TRY_US);
    }
    fail_msg("the page never said \"%s\"", words);
}

static void page_is_served_while_the_engine_stands_and_all_other_connections_are_taken(void **state)
{
    (void)state;
    int taken[MOST_CONNECTIONS];
    wait_for_page("Example");
    set_mode(MODE_STOPS);
    for (size_t i = 0; i < MOST_CONNECTIONS; i++)
        taken[i] = http_connect(port);
    wait_for_page("All systems operational");
    for (size_t i = 0; i < MOST_CONNECTIONS; i++)
        close(taken[i]);
    set_mode(MODE_DONE);
}

static void its_own_address_serves_nothing_else(void **state)
{
    (void)state;
    static const char *const others[] = {"/api/v1/incidents", "/-/healthy", "/metrics", "/statuses"};
    wait_for_page("Example");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        scoped_answer struct http_answer answer = look("GET", others[i]);
        assert_says(&answer, 404, "nothing else");
    }
    scoped_answer struct http_answer written = look("POST", "/status");
    assert_says(&written, 405, "nothing else");
    scoped_answer struct http_answer summary = look("GET", "/api/v2/summary.json");
    assert_says(&summary, 200, "\"indicator\":\"none\"");
}

static void without_a_page_there_is_none(void **state)
{
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        scoped_answer struct http_answer answer = get("/status");
        if (answer.status == 404)
            return;
        assert_int_equal(answer.status, 503);
        usleep(TRY_US);
    }
    fail_msg("nobody found out that there is no status page");
}

static int start_none(void **state)
{
    configuration = NULL;
    return start(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            page_is_served_while_the_engine_stands_and_all_other_connections_are_taken, start_page, stop),
        cmocka_unit_test_setup_teardown(its_own_address_serves_nothing_else, start_page, stop),
        cmocka_unit_test_setup_teardown(without_a_page_there_is_none, start_none, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
